"""How the modelled cost of today's practice is brought to what is spent: one factor, shown, on top of the model's own."""

from __future__ import annotations

from typing import Final

import pandas as pd
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.words.school_year import financial_label

OWN_SPEND: Final = "send_transport_gbp"  # the item of the area's high_needs table that holds its own outturn or budget


def calibrate(area: Area, runs: xr.Dataset) -> pd.DataFrame:
    """Return the factor on cost of each authority, and what it rests on.

    An authority that gives its own spend on SEND transport (item `send_transport_gbp` of its high_needs table) has its own
    factor; the rest share one, to the national cost of a traveller, so that they keep their differences. The base year is
    today's practice whatever a scenario changes, so a lever can't be calibrated away.

    Returns
    -------
    DataFrame
        One row an authority: `authority`, `basis` in words, `travellers`, `modelled_gbp` and `target_gbp` a traveller, and
        `factor`, what modelled cost is multiplied by. [GBP]
    """
    base = runs.sel(year=area.base_year).mean("draw")
    cost, children = (base[name].sum(("setting", "mode")).to_series() for name in ("gbp", "children"))
    modelled = cost / children
    national = area.value("transport.unit_cost_gbp")
    own = _own_spend(area)
    given = own.index.intersection(cost.index)
    others = cost.index.difference(given)
    pooled = cost[others].sum() / children[others].sum() if len(others) else national
    rows = []
    for authority in cost.index:
        if authority in given:
            target = own.at[authority, "amount"] / children[authority]
            basis = f"own spend, {financial_label(int(own.at[authority, 'financial_year']))}"
            factor = target / modelled[authority]
        else:
            factor = national / pooled
            target, basis = modelled[authority] * factor, f"national unit cost of {national:,.0f} GBP"
        rows.append((authority, basis, children[authority], modelled[authority], target, factor))
    columns = ["authority", "basis", "travellers", "modelled_gbp", "target_gbp", "factor"]
    return pd.DataFrame(rows, columns=columns)


def _own_spend(area: Area) -> pd.DataFrame:
    """Return each authority's own spend in the financial year nearest to the base year."""
    found = area.high_needs[area.high_needs["item"] == OWN_SPEND]
    apart = (found["financial_year"] - area.base_year).abs()
    return found.assign(apart=apart).sort_values("apart").drop_duplicates("authority").set_index("authority")
