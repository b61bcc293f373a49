"""Small numbers hidden in what is written for publication, and enough others that totals don't give them away.

A count from 1 to one below the limit is hidden (primary). Anyone may know a table's row and column totals, so further
cells are hidden (secondary), zeros among them, until each hidden cell can be at least `limit` whole numbers, over all
tables with the same totals and the same cells shown. That is checked exactly (`figures`), not by rule of thumb. A total
that is itself small, or that alone would give a cell away, is no longer taken to be known: it is hidden where it is shown.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import sparse

from sufficiency.report.disclosure.figures import Figures, Flags, Numbers, pinned, protected, small

HIDDEN = "c"  # as DfE marks a suppressed cell


def hidden_cells(counts: Numbers, limit: int) -> Flags:
    """Return which cells of a table of counts to hide, its row and column totals being known to anyone.

    Parameters
    ----------
    counts
        Rows x columns, without totals; not a number where there is no cell. [children]
    limit
        Counts from 1 to `limit` - 1 are hidden; 0 hides nothing.
    """
    hidden = np.zeros(counts.shape, dtype=bool)
    is_cell = np.isfinite(counts)
    hidden[is_cell] = hidden_figures(counts, limit)[: is_cell.sum()]
    return hidden


def hidden_figures(counts: Numbers, limit: int) -> Flags:
    """Return which figures of `with_margins(counts)` to hide: cells, and totals only where cells alone don't do.

    A total that is small is always hidden. None that is hidden can then be pinned to fewer than `limit` whole numbers by a
    reader who knows every figure that isn't. Parameters are those of `hidden_cells`; a table of three labels and more
    may be given as well.
    """
    return _hidden(np.ascontiguousarray(counts, dtype=float).tobytes(), counts.shape, limit).copy()


@lru_cache(maxsize=64)  # districts' pages show slices of tables that are hidden once already
def _hidden(cells: bytes, shape: tuple[int, ...], limit: int) -> Flags:
    counts = np.frombuffer(cells).reshape(shape)
    found = with_margins(counts)
    hide, all_of = small(found.values, limit), len(found.values)
    for most in (np.isfinite(counts).sum(), all_of - 1, all_of):  # cells; totals as well; the total of all last
        hide = protected(replace(found, can_hide=np.arange(all_of) < most), limit, hidden=hide)
        if not len(pinned(found, hide, limit)):
            break
    return hide


def with_margins(counts: Numbers) -> Figures:
    """Return a table's cells and every total of them as figures: cells, totals along the first label, and so on.

    Parameters
    ----------
    counts
        A table of one label or more, not a number where there is no cell. [children]
    """
    is_cell = np.isfinite(counts)
    labels = np.nonzero(is_cell)
    number = len(labels[0])
    kept = [keep for size in range(counts.ndim, -1, -1) for keep in itertools.combinations(range(counts.ndim), size)]
    parts = []
    for keep in kept:
        if len(keep) == counts.ndim:
            parts.append(sparse.eye_array(number, format="csr"))
            continue
        sizes = [counts.shape[label] for label in keep]
        group = np.ravel_multi_index([labels[label] for label in keep], sizes) if keep else np.zeros(number, dtype=int)
        parts.append(sparse.csr_array((np.ones(number), (group, np.arange(number))), shape=(math.prod(sizes), number)))
    sums = sparse.csr_array(sparse.vstack(parts, format="csr"))
    values = sums @ counts[is_cell]
    return Figures(sums, values, np.ones(len(values), dtype=bool))


def hidden_parts(counts: Sequence[float] | Numbers, limit: int) -> Flags:
    """Return which counts of one breakdown to hide, its total being known."""
    values = np.asarray(counts, dtype=float)
    hide = (values >= 1) & (values < limit)
    order = [int(i) for i in np.argsort(values, kind="stable") if not hide[i]]
    while hide.any() and order:
        few, lone = values[hide].sum() < limit - 1, hide.sum() == 1
        if not few and not lone:
            break
        useful = [i for i in order if values[i] > 0 or not few]  # a zero makes one of two, and no more to share out
        if not useful:
            break
        hide[useful[0]] = True
        order.remove(useful[0])
    return hide


def without_few_behind(frame: pd.DataFrame, children: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Return a table of money or shares without what follows from few children, and enough others that totals don't tell it.

    Parameters
    ----------
    children
        How many each figure follows from, by the same rows; not a number of what follows from none. [children]
    """
    shown = frame.copy()
    for column in [c for c in children if c in frame]:
        known = children[column].notna().to_numpy()
        few = np.zeros(len(frame), dtype=bool)
        few[known] = hidden_parts(np.ceil(children.loc[known, column].to_numpy(dtype=float) - 1e-6), limit)
        if few.any():
            shown[column] = shown[column].astype(object).mask(few, HIDDEN)
    return shown


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
    for column in sums if len(columns) > 1 else columns + sums:
        hide[column] = hidden_parts(values[column].fillna(0).to_numpy(dtype=float), limit)
    if len(columns) > 1:
        counted = values[columns].to_numpy(dtype=float)
        hide[columns] = hidden_cells(counted, limit)
        if sums:
            cells = np.isfinite(counted).sum()
            hide[sums[-1]] |= hidden_figures(counted, limit)[cells : cells + len(frame)]
    with_it = hide[sums[-1]] if sums else hide[columns].any(axis=1)
    hide = hide.assign(**{column: with_it for column in tied if column in frame})
    shown = frame.copy()
    for column in hide.columns[hide.any()]:
        shown[column] = shown[column].astype(object).mask(hide[column], HIDDEN)
    return shown
