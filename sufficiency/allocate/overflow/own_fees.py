"""Fees of independent and non-maintained schools, where the area's own councils know theirs: England's mean gives way to it.

A child turned away who goes to such a school costs the area what such schools cost it already. The range keeps its width
as a share of its middle.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency import prices
from sufficiency.area.area import Area
from sufficiency.words.destinations import DESTINATIONS

PAID: Final = ("gbp_low", "gbp_middle", "gbp_high")
BY_FEES: Final = ("in_independent", "in_non_maintained")


def own_fees(area: Area, overflow: pd.DataFrame) -> pd.DataFrame:
    """Return `overflow` with the area's own fees, by `unit_costs`, in the prices that it is in. [GBP a child a year]

    Councils count by how many of the area's homes (zones) are theirs; one that has no fee of its own leaves the table's.
    """
    found = overflow.copy()
    found[list(PAID)] = found[list(PAID)].astype("float64")
    for destination in BY_FEES:
        at = found["destination"] == destination
        for year, rows in found[at].groupby("price_year"):
            ratio = _own(area, DESTINATIONS[destination].setting_type, int(year), rows["gbp_middle"].mean())
            found.loc[rows.index, list(PAID)] = rows[list(PAID)].to_numpy(dtype="float64") * ratio
    return found


def _own(area: Area, setting_type: str, year: int, middle: float) -> float:
    """Return what the area pays over the middle of England, both in prices of one financial year."""
    costs = area.unit_costs
    costs = costs[(costs["setting_type"] == setting_type) & costs["item"].isin(["fee", "top_up"])]
    latest = costs.sort_values("financial_year").drop_duplicates("authority", keep="last")
    paid = {
        row.authority: float(row.gbp) * float(prices.growth(area, "fee").rise(int(row.financial_year), year)[0])
        for row in latest.itertuples()
    }
    homes = area.zones["authority"].value_counts()
    weights = [float(homes.get(authority, 0)) or 1.0 for authority in area.authorities]
    return float(np.average([paid.get(authority, middle) for authority in area.authorities], weights=weights)) / middle
