"""Small numbers hidden in what is written for publication, and enough others that totals don't give them away.

A count from 1 to one below the limit is hidden (primary). Anyone may know a table's row and column totals, so further
cells are hidden (secondary) until no hidden cell can be pinned down: over all tables with the same totals and the same
cells shown, each hidden cell must be able to take at least `limit` different values. That is checked exactly, by linear
programming, not by rule of thumb.

Reference: M. Fischetti and J.-J. Salazar-González, "Models and algorithms for the 2-dimensional cell suppression
problem in statistical disclosure control", Mathematical Programming 84 (1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HIDDEN = "c"  # as DfE marks a suppressed cell


def hidden_cells(counts: NDArray[np.float64], limit: int) -> NDArray[np.bool_]:
    """Return which cells of a table of counts to hide, its row and column totals being known to anyone.

    Parameters
    ----------
    counts
        Rows x columns, without totals; not a number where there is no cell. [children]
    limit
        Counts from 1 to `limit` - 1 are hidden; 0 hides nothing.
    """
    return _hidden(np.ascontiguousarray(counts, dtype=float).tobytes(), counts.shape, limit).copy()


@lru_cache(maxsize=64)  # districts' pages show slices of tables that are hidden once already
def _hidden(cells: bytes, shape: tuple[int, int], limit: int) -> NDArray[np.bool_]:
    counts = np.frombuffer(cells).reshape(shape)
    filled = np.nan_to_num(counts)
    hide = (filled >= 1) & (filled < limit)
    safe = np.zeros_like(hide)  # once a cell can be many values, hiding more cells takes none of them away
    while hide.any():
        exposed = _exposed(filled, hide, safe, limit)
        if exposed is None:
            break
        extra = _cheapest_partner(filled, hide, np.isfinite(counts), exposed)
        if extra is None:
            hide |= np.isfinite(counts) & (filled > 0)
            break
        hide[extra] = True
    return hide


def _exposed(
    counts: NDArray[np.float64], hide: NDArray[np.bool_], safe: NDArray[np.bool_], limit: int
) -> tuple[int, int] | None:
    """Return a hidden small cell that can be pinned down to fewer than `limit` values, or None; mark those that are safe."""
    for row, column in np.argwhere(hide & (counts < limit) & ~safe):
        low, high = _range(counts, hide, (int(row), int(column)))
        if high - low < limit - 1:
            return int(row), int(column)
        safe[row, column] = True
    return None


def _range(counts: NDArray[np.float64], hide: NDArray[np.bool_], cell: tuple[int, int]) -> tuple[float, float]:
    """Return the least and the most that a hidden cell can be, given every total and every cell shown."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix

    rows, columns = np.nonzero(hide)
    hidden = len(rows)
    place = np.arange(hidden)
    kept = counts * hide
    totals = np.concatenate([kept.sum(axis=1), kept.sum(axis=0)])
    sums = coo_matrix(
        (np.ones(2 * hidden), (np.concatenate([rows, counts.shape[0] + columns]), np.concatenate([place, place]))),
        shape=(len(totals), hidden),
    )
    aim = ((rows == cell[0]) & (columns == cell[1])).astype(float)
    low, high = (
        linprog(sign * aim, A_eq=sums.tocsr(), b_eq=totals, bounds=(0, None), method="highs").fun for sign in (1, -1)
    )
    return float(low), float(-high)


def _cheapest_partner(
    counts: NDArray[np.float64], hide: NDArray[np.bool_], is_cell: NDArray[np.bool_], exposed: tuple[int, int]
) -> tuple[int, int] | None:
    """Return the cell that costs least to hide as well: in the exposed cell's row or column, or to close a rectangle."""
    row, column = exposed
    open_cells = is_cell & ~hide & (counts > 0)
    in_row, in_column = np.flatnonzero(open_cells[row]), np.flatnonzero(open_cells[:, column])
    row_partners, column_partners = hide[row].sum() - 1, hide[:, column].sum() - 1
    choices = []
    if len(in_row) and (row_partners <= column_partners or not len(in_column)):
        choices = [(counts[row, j] - 1e-6 * hide[:, j].sum(), (row, int(j))) for j in in_row]
    elif len(in_column):
        choices = [(counts[i, column] - 1e-6 * hide[i].sum(), (int(i), column)) for i in in_column]
    if not choices:  # its own row and column are hidden whole: widen another row or column that shares a hidden cell
        touching = open_cells & (hide[row][None, :] | hide[:, column][:, None])
        choices = [(counts[i, j], (int(i), int(j))) for i, j in np.argwhere(touching)]
    return min(choices)[1] if choices else None


def hidden_parts(counts: Sequence[float] | NDArray[np.float64], limit: int) -> NDArray[np.bool_]:
    """Return which counts of one breakdown to hide, its total being known."""
    values = np.asarray(counts, dtype=float)
    hide = (values >= 1) & (values < limit)
    rest = [i for i in np.argsort(values, kind="stable") if not hide[i] and values[i] > 0]
    for i in rest:
        if not hide.any() or (hide.sum() > 1 and values[hide].sum() >= limit - 1):
            break
        hide[i] = True
    return hide


def suppressed(
    frame: pd.DataFrame, counts: Sequence[str], limit: int, *, totals: Sequence[str] = (), tied: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the table with small counts, and those that would give them away, written as 'c'.

    Parameters
    ----------
    counts
        Columns that hold children. Of several, row and column totals are taken to be known; of one, its total.
    limit
        Counts from 1 to `limit` - 1 are hidden; 0 hides nothing.
    totals
        Columns that add `counts` up, each hidden by itself where small.
    tied
        Columns from which the last of `totals`, or else any of `counts`, could be worked out: hidden with it.
    """
    columns = [c for c in counts if c in frame]
    sums = [c for c in totals if c in frame]
    if limit <= 1 or not (columns or sums) or frame.empty:
        return frame
    values = frame[columns + sums].apply(pd.to_numeric, errors="coerce")
    values = values.mask(values.ge(0.5) & values.lt(1), 1.0)  # it is shown as 1
    hide = pd.DataFrame(data=False, index=frame.index, columns=values.columns)
    if len(columns) > 1:
        hide[columns] = hidden_cells(values[columns].to_numpy(dtype=float), limit)
    for column in sums if len(columns) > 1 else columns + sums:
        hide[column] = hidden_parts(values[column].fillna(0).to_numpy(dtype=float), limit)
    with_it = hide[sums[-1]] if sums else hide[columns].any(axis=1)
    hide = hide.assign(**{column: with_it for column in tied if column in frame})
    shown = frame.copy()
    for column in hide.columns[hide.any()]:
        shown[column] = shown[column].astype(object).mask(hide[column], HIDDEN)
    return shown
