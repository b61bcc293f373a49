"""Published figures as sums of cells that nobody is told: what a reader can work out of them, and what more to hide.

Each figure is a sum of cells: children counted by every label at once, whole and never below zero. A reader knows the
figures that are shown, hence every table of cells with those sums could be the true one. What a hidden figure can then be
at the least and at the most is exact, by linear programming: a figure that can be fewer than `limit` whole numbers is
pinned. To free it, cells are moved until it can be enough, in the way that disturbs least of what is shown, and what that
disturbs is hidden as well.

References: M. Fischetti and J.-J. Salazar-González, "Models and algorithms for the 2-dimensional cell suppression
problem in statistical disclosure control", Mathematical Programming 84 (1999); J. P. Kelly, B. L. Golden and A. A. Assad,
"Cell suppression: disclosure protection for sensitive tabular data", Networks 22 (1992).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
SLACK: Final = 1e-6  # of a solver's numbers [children]


@dataclass(frozen=True, eq=False)
class Figures:
    """Figures as sums of cells, and their true numbers."""

    sums: sparse.csr_array  # figure x cell, 1 where the figure counts the cell
    values: Numbers  # of each figure [children]
    can_hide: Flags  # by figure; the others a reader knows, whatever is hidden


def small(values: Numbers, limit: int) -> Flags:
    """Return which counts are from 1 to one below the limit."""
    return (values >= 1 - SLACK) & (values < limit - SLACK)


def pinned(figures: Figures, hidden: Flags, limit: int) -> NDArray[np.int64]:
    """Return which hidden figures a reader can pin to fewer than `limit` whole numbers."""
    reader = _Reader(figures, hidden, limit)
    return np.array([i for i in np.flatnonzero(hidden) if not reader.leaves_open(int(i))], dtype=np.int64)


def span(figures: Figures, hidden: Flags, figure: int) -> tuple[float, float]:
    """Return the least and the most that a figure can be, given every figure that isn't hidden."""
    return _Reader(figures, hidden, 0).span(figure)


def protected(figures: Figures, limit: int, hidden: Flags | None = None) -> Flags:
    """Return which figures to hide: small ones, those given, and as many more as leave none of them pinned.

    A zero can be hidden as well. Where nothing that can be hidden is left, a figure may stay pinned.
    """
    hide = small(figures.values, limit) & figures.can_hide
    if hidden is not None:
        hide |= hidden
    reader = _Reader(figures, hide, limit)
    waiting = [int(i) for i in np.flatnonzero(hide)]
    while waiting:
        figure = waiting[0]
        more = None if reader.leaves_open(figure) else _to_free(figures, hide, figure, reader.low[figure] + limit - 1)
        if more is None:  # it is open, or pinned by what can't be hidden
            waiting.pop(0)
            continue
        hide = hide | more
        waiting += [int(i) for i in np.flatnonzero(more)]
        reader = _Reader(figures, hide, limit, before=reader)
    return hide


class _Reader:
    """What a reader can work out; every table of cells found on the way widens what all figures can be."""

    def __init__(self, figures: Figures, hidden: Flags, limit: int, before: _Reader | None = None) -> None:
        self.limit = limit
        self.sums = figures.sums
        self.known, self.told = figures.sums[np.flatnonzero(~hidden)], figures.values[~hidden]
        # Tables that were possible before more was hidden are possible still.
        self.low: Numbers = figures.values.copy() if before is None else before.low
        self.high: Numbers = figures.values.copy() if before is None else before.high

    def leaves_open(self, figure: int) -> bool:
        """Return whether a figure can be at least `limit` whole numbers."""
        for sign in (-1, 1):
            if self._is_open(figure):
                return True
            self._reach(figure, sign)
        return self._is_open(figure)

    def span(self, figure: int) -> tuple[float, float]:
        for sign in (-1, 1):
            self._reach(figure, sign)
        return float(self.low[figure]), float(self.high[figure])

    def _is_open(self, figure: int) -> bool:
        whole = np.floor(self.high[figure] + SLACK) - np.ceil(self.low[figure] - SLACK) + 1
        return bool(whole >= self.limit)

    def _reach(self, figure: int, sign: int) -> None:
        aim = -sign * self.sums[[figure]].toarray()[0]
        found = _solved(aim, equal=(self.known, self.told))
        if found is None:  # no other table is found: the figure stays pinned, and more is hidden
            return
        if found.status == UNBOUNDED:
            (self.high if sign > 0 else self.low)[figure] = np.inf
            return
        reached = self.sums @ found.x
        np.minimum(self.low, reached, out=self.low)
        np.maximum(self.high, reached, out=self.high)


UNBOUNDED: Final = 3  # a status of SciPy's


def _to_free(figures: Figures, hide: Flags, figure: int, at_least: float) -> Flags | None:
    """Return the shown figures that change when one is brought to a number, changing as little as can be; or None."""
    told = np.flatnonzero(~hide)
    moves = told[figures.can_hide[told]]
    cells = figures.sums.shape[1]
    up = sparse.csr_array(
        (np.ones(len(moves)), (np.searchsorted(told, moves), np.arange(len(moves)))), shape=(len(told), len(moves))
    )
    rows = sparse.hstack([figures.sums[told], -up, up], format="csr")
    weight = 1 + figures.values[moves]
    aim = np.concatenate([np.zeros(cells), weight, weight])
    floor = sparse.hstack([-figures.sums[[figure]], sparse.csr_array((1, 2 * len(moves)))], format="csr")
    found = _solved(aim, equal=(rows, figures.values[told]), at_most=(floor, np.array([-at_least])))
    if found is None or found.status == UNBOUNDED:
        return None
    change = found.x[cells : cells + len(moves)] + found.x[cells + len(moves) :]
    more = np.zeros_like(hide)
    more[moves[change > SLACK]] = True
    return more if more.any() else None


def _solved(
    aim: Numbers, *, equal: tuple[sparse.csr_array, Numbers], at_most: tuple[sparse.csr_array, Numbers] | None = None
) -> Any:  # SciPy's OptimizeResult
    """Return the least of `aim` over cells of zero and more, or None where no such cells are found."""
    from scipy.optimize import linprog

    has_rows = equal[0].shape[0] > 0
    found = linprog(
        aim,
        A_eq=equal[0] if has_rows else None,
        b_eq=equal[1] if has_rows else None,
        A_ub=None if at_most is None else at_most[0],
        b_ub=None if at_most is None else at_most[1],
        bounds=(0, None),
        method="highs",
    )
    return found if found.status in (0, UNBOUNDED) else None
