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
    return shared_out(parts, np.zeros(len(parts), dtype=np.int64), np.array([total]))


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
        within = finer.groupby(level=by, sort=False).ngroup().to_numpy()
        firsts = finer.index[np.unique(within, return_index=True)[1]]
        above = totals.reindex(firsts.droplevel(added) if len(by) > 1 else firsts.get_level_values(by[0]))
        rounded = shared_out(finer.to_numpy(dtype=float), within, above.to_numpy(dtype=np.int64))
        totals, by = pd.Series(rounded, index=finer.index), [*by, *added]
    keys = pd.MultiIndex.from_frame(frame[by]) if len(by) > 1 else pd.Index(frame[by[0]])
    return pd.Series(totals.reindex(keys).to_numpy(), index=frame.index, name=value)


def shared_out(parts: NDArray[np.float64], within: NDArray[np.int64], totals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return whole parts that sum to the total of the group `within` which each is; ties go to the earlier part."""
    weight = np.bincount(within, parts, minlength=len(totals))
    shares = parts * np.divide(totals, weight, out=np.zeros(len(totals)), where=weight > 0)[within]
    whole: NDArray[np.int64] = np.floor(shares + 1e-9).astype(np.int64)
    short = np.where(weight > 0, totals - np.bincount(within, whole, minlength=len(totals)).astype(np.int64), 0)
    order = np.lexsort((whole - shares, within))
    rank = np.arange(len(order)) - np.searchsorted(within[order], within[order])
    whole[order[rank < short[within[order]]]] += 1
    return whole
