"""Whole numbers whose parts add up: controlled rounding, from the total down.

A forecast's expected count is a fraction. Rounded cell by cell, parts no longer make their total; here the total is
rounded first and shared among its parts by largest remainder, level by level, so that every printed sum is exact and no
part is ever as much as one away from its share. Reference: M. Balinski and H. P. Young, *Fair Representation* (1982), on
the method of largest remainders.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def apportioned(parts: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Return whole parts that sum to `total`, in proportion to `parts`; ties go to the earlier part."""
    weight = parts.sum()
    if weight <= 0:
        return np.zeros(len(parts), dtype=np.int64)
    shares = parts * (total / weight)
    whole: NDArray[np.int64] = np.floor(shares + 1e-9).astype(np.int64)
    short = total - int(whole.sum())
    whole[np.argsort(-(shares - whole), kind="stable")[:short]] += 1
    return whole


def whole_numbers(frame: pd.DataFrame, value: str, levels: Sequence[Sequence[str]]) -> pd.Series:
    """Return `value` in whole numbers, rounded from the top down.

    Parameters
    ----------
    frame
        One row a cell.
    value
        The column of expected counts, fractions allowed.
    levels
        Columns that each level adds, the total's first: [["year"], ["phase"], ["need", "setting"]].
    """
    by: list[str] = list(levels[0])
    totals = (frame.groupby(by, sort=False)[value].sum() + 0.5).apply(np.floor).astype("int64")
    for added in levels[1:]:
        finer = frame.groupby([*by, *added], sort=False)[value].sum()
        rounded = pd.Series(0, index=finer.index, dtype="int64")
        for key, rows in finer.groupby(level=by, sort=False):
            above = totals.loc[key if len(by) > 1 else (key[0] if isinstance(key, tuple) else key)]
            rounded.loc[rows.index] = apportioned(rows.to_numpy(dtype=float), int(above))
        totals, by = rounded, [*by, *added]
    keys = pd.MultiIndex.from_frame(frame[by]) if len(by) > 1 else pd.Index(frame[by[0]])
    return pd.Series(totals.reindex(keys).to_numpy(), index=frame.index, name=value)
