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
Rows = tuple[sparse.csr_array, Numbers]  # sums of cells, and a number for each
Columns = NDArray[np.int64] | slice
EVERY: Final = slice(None)  # cell
SLACK: Final = 1e-6  # of a solver's numbers [children]


@dataclass(frozen=True, eq=False)
class Figures:
    """Figures as sums of cells, and their true numbers."""

    sums: sparse.csr_array  # figure x cell, 1 where the figure counts the cell
    values: Numbers  # of each figure [children]
    can_hide: Flags  # by figure; the others a reader knows, whatever is hidden
    within: Numbers | None = None  # how far off what is shown may be: half of the last digit of a rounded share
    cells: Numbers | None = (
        None  # the true ones, where they are at hand: what can be moved among them is looked at first
    )


def small(values: Numbers, limit: int) -> Flags:
    """Return which counts are from 1 to one below the limit."""
    return (values >= 1 - SLACK) & (values < limit - SLACK)


def pinned(figures: Figures, hidden: Flags, limit: int) -> NDArray[np.int64]:
    """Return which hidden figures a reader can pin to fewer than `limit` whole numbers."""
    reader = _Reader(figures, hidden, limit)
    reader.try_all(np.flatnonzero(hidden))
    return np.array([i for i in np.flatnonzero(hidden) if not reader.leaves_open(int(i))], dtype=np.int64)


def what_pins(figures: Figures, hidden: Flags, figure: int) -> NDArray[np.int64]:
    """Return the shown figures from which a reader works out the least and the most that a hidden one can be."""
    reader = _Reader(figures, hidden, 0)
    shown = np.flatnonzero(~hidden)
    used = [reader.used(figure, sign) for sign in (-1, 1)]
    return np.unique(np.concatenate([shown[rows] for rows in used]))


def span(figures: Figures, hidden: Flags, figure: int) -> tuple[float, float]:
    """Return the least and the most that a figure can be, given every figure that isn't hidden."""
    return _Reader(figures, hidden, 0).span(figure)


def protected(figures: Figures, limit: int, hidden: Flags | None = None) -> Flags:
    """Return which figures to hide: small ones, those given, and as many more as leave none of them pinned.

    A zero can be hidden as well. Where nothing that can be hidden is left, a figure may stay pinned.
    """
    return freed(figures, limit, hidden)[0]


def freed(figures: Figures, limit: int, hidden: Flags | None = None) -> tuple[Flags, NDArray[np.int64]]:
    """Return which figures to hide, as `protected`, and which of them are pinned still."""
    hide = small(figures.values, limit) & figures.can_hide
    if hidden is not None:
        hide |= hidden
    reader = _Reader(figures, hide, limit)
    reader.try_all(np.flatnonzero(hide))
    waiting, stuck = [int(i) for i in np.flatnonzero(hide)], []
    while waiting:
        figure = waiting[0]
        more = None if reader.may_be_open(figure) else _to_free(figures, hide, figure, reader.low[figure] + limit - 1)
        if more is None:  # it is open, or pinned by what can't be hidden
            stuck.append(waiting.pop(0))
            continue
        hide = hide | more
        waiting += [int(i) for i in np.flatnonzero(more)]
        reader = _Reader(figures, hide, limit, before=reader)
        reader.try_all(np.array(waiting))
    return hide, np.array([i for i in stuck if not reader.leaves_open(i)], dtype=np.int64)


class _Reader:
    """What a reader can work out; every table of cells found on the way widens what all figures can be."""

    def __init__(self, figures: Figures, hidden: Flags, limit: int, before: _Reader | None = None) -> None:
        self.limit = limit
        self.sums = figures.sums
        self.known = _Known.of(figures, np.flatnonzero(~hidden))
        some = [] if figures.cells is None else [np.flatnonzero(figures.cells > 0)]
        self.looks: tuple[Columns, ...] = (*some, EVERY)  # what can move; among a few cells first, which is quicker
        # Tables that were possible before more was hidden are possible still.
        self.low: Numbers = figures.values.copy() if before is None else before.low
        self.high: Numbers = figures.values.copy() if before is None else before.high

    def leaves_open(self, figure: int) -> bool:
        """Return whether a figure can be at least `limit` whole numbers."""
        for columns in self.looks:
            for sign in (1, -1):
                if self._is_open(figure):
                    return True
                self._reach(figure, sign, columns)
        return self._is_open(figure)

    def may_be_open(self, figure: int) -> bool:
        """Return whether a figure is found open at a first look, which also finds how low it can be."""
        for sign in (-1, 1):
            if self._is_open(figure):
                return True
            self._reach(figure, sign, self.looks[0])
        return self._is_open(figure)

    def try_all(self, wanted: NDArray[np.int64]) -> None:
        """Look for tables of cells in which as many of these as can be are lower or higher at once by enough."""
        for columns in self.looks:
            left, sign, idle = self._closed(wanted), -1.0, 0
            while len(left) > 1 and idle < 2:
                found = self._many(left, sign, columns)
                if found is None:
                    break
                self._learn(found, columns)
                before, left = len(left), self._closed(left)
                idle = idle + 1 if len(left) == before else 0
                sign = 1.0 if sign < 0 or not idle else -1.0

    def _closed(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.array([i for i in wanted if not self._is_open(int(i))], dtype=np.int64)

    def used(self, figure: int, sign: int) -> NDArray[np.bool_]:
        """Return which of the known figures hold one back, the least or the most that it can be."""
        found = _solved(-sign * self.sums[[figure]].toarray()[0], *self.known.rows())
        if found is None or found.status == UNBOUNDED:
            return np.zeros(self.known.number, dtype=bool)
        return self.known.which(found)

    def _many(self, wanted: NDArray[np.int64], sign: float, columns: Columns) -> Numbers | None:
        """Return cells in which each of some figures is as far from what is known to be possible as is enough, where it can."""
        sums = self.sums[wanted][:, columns]
        cells, number = sums.shape[1], len(wanted)
        equal, at_most = self.known.rows(columns)
        start = self.low[wanted] if sign > 0 else -self.high[wanted]
        each = sparse.hstack([-sign * sums, sparse.eye_array(number)], format="csr")
        same, less = (_widened(rows, number) for rows in (equal[0], at_most[0]))
        below = sparse.csr_array(sparse.vstack([less, each], format="csr")), np.concatenate([at_most[1], -start])
        aim = np.concatenate([np.zeros(cells), -np.ones(number)])
        room = [np.tile([0, np.inf], (cells, 1)), np.tile([-np.inf, self.limit - 1.0], (number, 1))]
        found = _solved(aim, (same, equal[1]), below, bounds=np.concatenate(room))
        return None if found is None or found.status == UNBOUNDED else np.asarray(found.x[:cells])

    def _learn(self, cells: Numbers, columns: Columns) -> None:
        reached = self.sums[:, columns] @ cells
        np.minimum(self.low, reached, out=self.low)
        np.maximum(self.high, reached, out=self.high)

    def span(self, figure: int) -> tuple[float, float]:
        for sign in (-1, 1):
            self._reach(figure, sign, EVERY)
        return float(self.low[figure]), float(self.high[figure])

    def _is_open(self, figure: int) -> bool:
        whole = np.floor(self.high[figure] + SLACK) - np.ceil(self.low[figure] - SLACK) + 1
        return bool(whole >= self.limit)

    def _reach(self, figure: int, sign: int, columns: Columns) -> None:
        aim = -sign * self.sums[[figure]][:, columns].toarray()[0]
        found = _solved(aim, *self.known.rows(columns))
        if found is None:  # no other table is found: the figure stays pinned, and more is hidden
            return
        if found.status == UNBOUNDED:
            (self.high if sign > 0 else self.low)[figure] = np.inf
            return
        self._learn(found.x, columns)


@dataclass(frozen=True, eq=False)
class _Known:
    """What a reader is told: some figures to the child, some only to within a little."""

    exact: sparse.csr_array
    told: Numbers
    rough: sparse.csr_array
    low: Numbers
    high: Numbers
    is_exact: Flags

    @classmethod
    def of(cls, figures: Figures, shown: NDArray[np.int64]) -> _Known:
        within = np.zeros(len(shown)) if figures.within is None else figures.within[shown]
        exact, rough = shown[within == 0], shown[within > 0]
        about = figures.values[rough]
        off = within[within > 0]
        return cls(
            figures.sums[exact], figures.values[exact], figures.sums[rough], about - off, about + off, within == 0
        )

    @property
    def number(self) -> int:
        return len(self.is_exact)

    def rows(self, columns: Columns = EVERY) -> tuple[Rows, Rows]:
        """Return what cells must equal, and what they may not be above."""
        rough = self.rough[:, columns]
        both = sparse.csr_array(sparse.vstack([rough, -rough], format="csr"))
        return (sparse.csr_array(self.exact[:, columns]), self.told), (both, np.concatenate([self.high, -self.low]))

    def which(self, found: Any) -> Flags:
        """Return which of what is told has a price in a solution."""
        used = np.zeros(self.number, dtype=bool)
        if len(self.told):
            used[self.is_exact] = np.abs(found.eqlin.marginals) > SLACK
        if len(self.low):
            used[~self.is_exact] = np.abs(found.ineqlin.marginals).reshape(2, -1).sum(axis=0) > SLACK
        return used


UNBOUNDED: Final = 3  # a status of SciPy's


def _widened(rows: sparse.csr_array, by: int) -> sparse.csr_array:
    """Return rows with so many columns of nothing at their right."""
    return sparse.csr_array((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], rows.shape[1] + by))


def _to_free(figures: Figures, hide: Flags, figure: int, at_least: float) -> Flags | None:
    """Return the shown figures that change when one is brought to a number, changing as little as can be; or None."""
    told = np.flatnonzero(~hide)
    within = np.zeros(len(hide)) if figures.within is None else figures.within
    moves = told[figures.can_hide[told]]
    cells = figures.sums.shape[1]
    exact = told[within[told] == 0]
    move_exact, move_rough = (moves[(within[moves] == 0) == is_exact] for is_exact in (True, False))
    known = _Known.of(figures, told[~np.isin(told, move_rough)])  # a rough figure that may be hidden is let go of
    equal, at_most = known.rows()
    number = len(move_exact)
    up = sparse.csr_array(
        (np.ones(number), (np.searchsorted(exact, move_exact), np.arange(number))), shape=(len(exact), number)
    )
    rows = sparse.csr_array(sparse.hstack([equal[0], -up, up], format="csr"))
    none = sparse.csr_array((at_most[0].shape[0], 2 * number))
    floor = sparse.hstack([-figures.sums[[figure]], sparse.csr_array((1, 2 * number))], format="csr")
    below = sparse.csr_array(sparse.vstack([sparse.hstack([at_most[0], none], format="csr"), floor], format="csr"))
    weight = 1 + figures.values[move_exact]
    aim = np.concatenate([np.zeros(cells), weight, weight])
    found = _solved(aim, (rows, equal[1]), (below, np.append(at_most[1], -at_least)))
    if found is None or found.status == UNBOUNDED:
        return None
    change = found.x[cells : cells + number] + found.x[cells + number :]
    more = np.zeros_like(hide)
    more[move_exact[change > SLACK]] = True
    if len(move_rough):
        off = np.abs(figures.sums[move_rough] @ found.x[:cells] - figures.values[move_rough])
        more[move_rough[off > within[move_rough]]] = True
    return more if more.any() else None


def _solved(aim: Numbers, equal: Rows, at_most: Rows, bounds: Any = (0, None)) -> Any:  # SciPy's OptimizeResult
    """Return the least of `aim` over cells of zero and more, or None where no such cells are found."""
    from scipy.optimize import linprog

    (equals, told), (below, most) = (
        (rows if rows.shape[0] else None, numbers if len(numbers) else None) for rows, numbers in (equal, at_most)
    )
    found = linprog(aim, A_eq=equals, b_eq=told, A_ub=below, b_ub=most, bounds=bounds, method="highs")
    return found if found.status in (0, UNBOUNDED) else None
