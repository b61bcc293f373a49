"""How growth was shared in each age group, which tilts the split of the marginal child by age.

Ages are published by placement since January 2024 only, so this is one year's growth.
"""

from __future__ import annotations

import pandas as pd

from .placements import AFTER_16, SCHOOL_AGE
from .rates import MOST_MOVED


def growth_by_age(by_age: pd.DataFrame) -> pd.DataFrame:
    """Return age group × destination: shares of growth other than in state special over the last two Januaries.

    The sum of authorities whose share of placements not recorded moved by less than 3 points. Rows add to 1.

    Parameters
    ----------
    by_age
        As `placements.stock_by_age`, without England.
    """
    rows = {}
    for group, table in by_age.groupby(level="age_group", sort=False):
        names = list(AFTER_16 if group in ("16-19", "20-25") else SCHOOL_AGE)
        counts = table.droplevel("age_group")
        unknown = (counts["not_recorded"] / counts.sum(axis=1)).unstack("year")
        first, last = sorted(unknown.columns)[-2:]
        kept = unknown.index[(unknown[last] - unknown[first]).abs() < MOST_MOVED]
        change = counts.xs(last, level="year").loc[kept, names] - counts.xs(first, level="year").loc[kept, names]
        grown = change.sum().clip(lower=0.0)
        rows[group] = grown / grown.sum()
    return pd.DataFrame(rows).T.fillna(0.0)
