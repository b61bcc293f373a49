"""How spending gets from one year to the next, as finance officers lay it out: children, places, prices, the rest.

    children      (children now - before) x what one cost before
    prices        children now x (what one costs now - before), and the growth of services
    places        place funding now - before
    other         what a council reports beyond placements, and grants passed on

The four add up to the change of spending in every draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.errors import InputError
from sufficiency.funding.budget_lines import GRANTS_PASSED_ON, UNEXPLAINED

STEPS: Final = ("demand", "places", "price", "other")


def steps(spend: xr.DataArray, children: xr.DataArray, unit_gbp: xr.DataArray) -> xr.DataArray:
    """Return what moved spending since the year before: step x draw x financial_year x authority; 0 in the first. [GBP]"""
    unit = unit_gbp.fillna(0)
    before, cost_before = children.shift(financial_year=1), unit.shift(financial_year=1)
    over = ["need", "phase", "stream"]
    other = spend["line"].isin([UNEXPLAINED, GRANTS_PASSED_ON])
    services = spend.where((spend["kind"] == "service") & ~other, 0).sum("item")
    parts = {
        "demand": ((children - before) * cost_before).sum(over),
        "places": _change(spend.where(spend["kind"] == "place", 0).sum("item")),
        "price": (children * (unit - cost_before)).sum(over) + _change(services),
        "other": _change(spend.where(other, 0).sum("item")),
    }
    found: xr.DataArray = xr.concat(list(parts.values()), dim=xr.DataArray(list(parts), dims="step", name="step"))
    return found.where(found["financial_year"] != found["financial_year"].values[0], 0).fillna(0)


def _change(gbp: xr.DataArray) -> xr.DataArray:
    return gbp - gbp.shift(financial_year=1)


def delivered(saving: xr.DataArray, delivery: Sequence[float]) -> xr.DataArray:
    """Return a saving by financial year as it is delivered: `delivery` is its share in its first year, second and so on.

    The last share holds. The first year is the first in which the saving is not nothing.
    """
    if not delivery or not all(0 <= share <= 1 for share in delivery):
        raise InputError(f"delivery {tuple(delivery)}: shares between 0 and 1 are expected, the first year's first")
    years = saving["financial_year"].values
    is_there = np.flatnonzero(np.abs(saving.values) > 0.5)
    first = int(is_there[0]) if len(is_there) else len(years)
    share = [delivery[min(max(n - first, 0), len(delivery) - 1)] for n in range(len(years))]
    return saving * xr.DataArray(share, coords={"financial_year": years}, dims="financial_year")


def table(rows: Sequence[tuple[str, xr.DataArray]]) -> pd.DataFrame:
    """Return rows of means by financial year as one table: financial_year, row, gbp, in the order given."""
    parts = [
        pd.DataFrame({"financial_year": gbp["financial_year"].values, "row": name, "gbp": gbp.values})
        for name, gbp in rows
    ]
    return pd.concat(parts, ignore_index=True)
