"""Returns for publication: small counts hidden, and one breakdown at a time so that no cross-table gives one away.

Each breakdown of an authority's year adds up to a total that anyone may know. A count from 1 to one below the limit is
hidden; a lone hidden count could be had by subtraction, so the next smallest go with it until what is hidden could be
shared out in at least `limit` ways. Only the age rule of 31 August is given: the other follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.report.disclosure.suppress import HIDDEN, hidden_parts
from sufficiency.report.returns.definitions import RULE_AUGUST

# Table -> (count, breakdowns that may be given one at a time).
BREAKDOWNS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "scap_special": ("pupils", ("ncy", "provision", "planning_area")),
    "dsg_plan_children": ("plans", ("age_group", "need", "placement")),
    "dsg_plan_past": ("plans", ("group",)),
    "reform_plan_children": ("plans", ("age_group", "provision", "need")),
    "reform_plan_process": ("count", ("measure",)),
}
KEPT: Final = ("case", "authority", "education_phase", "label", "year", "academic_year")


def safe_tables(found: Mapping[str, pd.DataFrame], limit: int) -> dict[str, pd.DataFrame]:
    """Return the returns with small counts written 'c': breakdown, value and count in place of crossed labels."""
    return {name: _safe(name, table, limit) for name, table in found.items()}


def _safe(name: str, table: pd.DataFrame, limit: int) -> pd.DataFrame:
    if name == "dsg_plan_money":
        return _safe_money(table, limit)
    if name not in BREAKDOWNS or table.empty:
        return table
    count, labels = BREAKDOWNS[name]
    rows = table[table["age_rule"].isin([RULE_AUGUST, "either"])] if "age_rule" in table else table
    keys = [k for k in KEPT if k in rows]
    parts = []
    for label in labels:
        margin = rows.groupby([*keys, label], as_index=False, sort=False)[count].sum()
        margin = margin.rename(columns={label: "value"}).assign(breakdown=label)
        parts.append(margin.astype({"value": "str"}))
    safe = pd.concat(parts, ignore_index=True)
    hide = (
        safe.groupby([*keys, "breakdown"], sort=False)[count]
        .transform(lambda c: hidden_parts(c.to_numpy(), limit))
        .astype(bool)
    )
    safe[count] = safe[count].astype(object).mask(hide, HIDDEN)
    return safe[[*keys, "breakdown", "value", count]]


def _safe_money(table: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Return spending by placement without what few children cost: money over the price of a place tells how many they are.

    The total of an authority's year is known, so money of one more group goes with a lone one.
    """
    by = ["case", "authority", "financial_year"]
    few = table.groupby(by, sort=False)["children"].transform(lambda c: hidden_parts(np.ceil(c.to_numpy(float)), limit))
    hide = few.astype(bool)
    return table.assign(**{c: table[c].astype(object).mask(hide, HIDDEN) for c in ("gbp", "children", "average_gbp")})
