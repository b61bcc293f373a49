"""The whole report read as one: what a reader can work out from its tables, charts, sentences and returns together.

Tables are hidden one by one (`suppress`), but many are sums of the same children. Every number that can be read as a sum of
children with plans or of children placed is put into one set of figures, and by linear programming (`figures`) no count
from 1 to one below the limit may be pinned to fewer than `limit` whole numbers: neither one that is hidden somewhere, nor a
cell of these children by every label at once. Where one can be, more cells of tables are hidden; where that doesn't do, the
report is not written.

What is not read: averages, minutes and money as such (they are hidden beside the counts that they follow from), numbers of
forecasts that aren't counts of children today, and what anybody knows from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sufficiency.report.disclosure.cubes import Cube
from sufficiency.report.disclosure.figures import Figures, Flags, freed, pinned, small, what_pins
from sufficiency.report.disclosure.printed import Place, Printed


@dataclass(frozen=True)
class Leak:
    """A count that a reader can work out: where it stands, and from where; never what it is."""

    says: str
    place: Place | None  # None: no exhibit prints it
    told_by: tuple[Place, ...]

    def __str__(self) -> str:
        """Return one line for a message."""
        where = f"in {self.place}" if self.place else f"of {self.says} that is printed nowhere"
        told = list(dict.fromkeys(str(place) for place in self.told_by))
        return f"a small count {where} can be worked out from {'; '.join(told) or 'what is shown'}"


@dataclass(frozen=True, eq=False)
class Audit:
    """What reading the whole report as one found."""

    figures: int  # numbers read as sums of children
    hidden: int  # of these, shown nowhere
    cells: int  # small cells by every label at once
    to_hide: tuple[Place, ...]  # cells of tables to hide as well
    leaks: tuple[Leak, ...]  # small counts that can be worked out still
    others: int  # larger ones, hidden to cover a small one, that can be; the small ones are safe without them


def audited(cube: Cube, printed: Iterable[Printed], limit: int, *, mends: bool = True) -> Audit:
    """Return what a reader can work out of one cube from all that is printed of it.

    Parameters
    ----------
    cube
        Children by every label at once.
    printed
        All that the report prints of it; see `printed.of_table` and `sentences.of_words`.
    limit
        Counts from 1 to one below this are small.
    mends
        Whether cells of tables may be hidden as well, where that helps.
    """
    found = _Known.of(cube, list(printed))
    figures, targets = _figures(cube, found, limit)
    hidden = np.concatenate([found.hidden, np.ones(targets, dtype=bool)])
    few = small(figures.values, limit) & ~hidden  # told outright
    to_hide, stuck = freed(figures, limit, hidden) if mends else (hidden, pinned(figures, hidden, limit))
    leaks = [
        Leak(cube.says, found.first(i), tuple(found.shown_at(i))) for i in map(int, np.flatnonzero(few & ~to_hide))
    ]
    is_small = small(figures.values, limit)
    for at in stuck[is_small[stuck]]:
        by = [p for i in what_pins(figures, to_hide, int(at)) if i < len(found.places) for p in found.shown_at(i)[:1]]
        place = found.first(int(at)) if at < len(found.places) else None
        leaks.append(Leak(cube.says, place, tuple(by)))
    more = [place for i in np.flatnonzero(to_hide & ~hidden) for place in found.shown_at(int(i))]
    return Audit(
        len(found.places), int(found.hidden.sum()), targets, tuple(more), tuple(leaks), int((~is_small[stuck]).sum())
    )


@dataclass(frozen=True, eq=False)
class _Known:
    """What is printed of a cube, each sum of cells once, with every place where it stands."""

    sums: NDArray[np.bool_]  # figure x cell
    hidden: Flags  # shown nowhere
    within: NDArray[np.float64]  # the least of all places where it is shown
    places: list[list[tuple[Place, bool]]]  # and whether it is hidden there

    @classmethod
    def of(cls, cube: Cube, printed: Sequence[Printed]) -> _Known:
        at: dict[bytes, int] = {}
        sums, places, within = [], [], []  # type: ignore[var-annotated]
        for one in printed:
            cells = cube.where(one.groups)
            if not cells.any():
                continue
            number = at.setdefault(cells.tobytes(), len(at))
            if number == len(sums):
                sums.append(cells)
                places.append([])
                within.append(np.inf)
            places[number].append((one.place, one.is_hidden))
            if not one.is_hidden:
                within[number] = min(within[number], one.within)
        off = np.array(within, dtype=float)
        is_hidden = ~np.isfinite(off)
        return cls(
            np.array(sums, dtype=bool).reshape(len(sums), len(cube.counts)),
            is_hidden,
            np.where(is_hidden, 0, off),
            places,
        )

    def first(self, figure: int) -> Place:
        hidden = [place for place, is_hidden in self.places[figure] if is_hidden]
        return (hidden or [place for place, _ in self.places[figure]])[0]

    def shown_at(self, figure: int) -> list[Place]:
        return list(dict.fromkeys(place for place, is_hidden in self.places[figure] if not is_hidden))

    def can_hide(self) -> Flags:
        return np.array(
            [all(p.row is not None for p, is_hidden in each if not is_hidden) for each in self.places], dtype=bool
        )


def _figures(cube: Cube, found: _Known, limit: int) -> tuple[Figures, int]:
    """Return the figures printed, then the small cells, over as few cells as tell them apart; and how many of the latter.

    Cells that stand in the same figures can't be told apart. One of several can be anything from 0 to all that they have
    together, so it needs a look only where they have too few together.
    """
    _, first, kind = np.unique(np.packbits(found.sums, axis=0), axis=1, return_index=True, return_inverse=True)
    kind = kind.ravel()
    size, total = np.bincount(kind), np.bincount(kind, cube.counts)
    few = np.flatnonzero(small(cube.counts, limit))
    own = few[(size[kind[few]] == 1) | (total[kind[few]] < limit - 1)]
    own = own[np.unique(kind[own], return_index=True)[1]]  # one of each kind
    counts = total.copy()
    alone = size[kind[own]] == 1
    apart = own[~alone]  # gets a column beside the rest of its kind
    counts[kind[apart]] -= cube.counts[apart]
    columns = found.sums[:, first]
    printed = sparse.csr_array(np.hstack([columns, columns[:, kind[apart]]]).astype(float))
    at = kind[own].astype(int)
    at[~alone] = len(size) + np.arange(len(apart))
    targets = sparse.csr_array((np.ones(len(own)), (np.arange(len(own)), at)), shape=(len(own), printed.shape[1]))
    sums = sparse.csr_array(sparse.vstack([printed, targets], format="csr"))
    cells = np.concatenate([counts, cube.counts[apart]])
    none = np.zeros(len(own))
    can_hide = np.concatenate([found.can_hide(), none.astype(bool)])
    return Figures(sums, sums @ cells, can_hide, np.concatenate([found.within, none]), cells), len(own)
