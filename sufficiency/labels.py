"""What a result can be asked by: the labels of its dimensions, and those that follow from them.

A label is a dimension of the result, or follows from one: phase from NCY, need_group from need, district from zone.
Labels are in the order of the vocabulary or of their dimension, and otherwise from A to Z.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sufficiency.errors import InputError, nearest, one_of
from sufficiency.frozen import frozen
from sufficiency.words.school_year import AGE_GROUPS, PHASES, age_group_of, phase_of
from sufficiency.words.vocabulary import (
    NEED_GROUP_OF,
    NEED_GROUPS,
    NEEDS,
    SETTING_GROUP_OF,
    SETTING_GROUPS,
    SETTING_TYPES,
)

Ints = NDArray[np.int64]

DRAW: Final = "draw"
TIMES: Final = ("year", "financial_year")
LARGEST_TABLE: Final = 10_000_000  # cells that there could be, up to which each is looked up by its number


def _grouped(groups: Mapping[str, str]) -> Callable[[Sequence[str]], Sequence[str]]:
    return lambda codes: [groups.get(code, code) for code in codes]


# Labels that follow from another by the vocabulary: from which, and how.
FOLLOWS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "phase": ("ncy", phase_of),
    "age_group": ("ncy", age_group_of),
    "need_group": ("need", _grouped(NEED_GROUP_OF)),
    "setting_group": ("setting_type", _grouped(SETTING_GROUP_OF)),
}
ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "phase": tuple(PHASES),
    "age_group": tuple(AGE_GROUPS),
    "need": tuple(NEEDS),
    "need_group": tuple(NEED_GROUPS),
    "setting_type": tuple(SETTING_TYPES),
    "setting_group": tuple(SETTING_GROUPS),
}


@dataclass(frozen=True)
class Label:
    """What the positions of a dimension are called: a name for each position, and the names in order, each once."""

    dim: str
    names: tuple[Hashable, ...]
    order: tuple[Hashable, ...]

    @property
    def rank(self) -> Ints:
        """The place in order of each position's name."""
        found = pd.Index(self.order, dtype=object).get_indexer(pd.Index(self.names, dtype=object))
        return np.asarray(found, dtype=np.int64)


@frozen
@dataclass(frozen=True, eq=False)
class Labels:
    """What a result can be asked by, and how its entries are grouped."""

    known: Mapping[str, Label] = field(default_factory=dict)
    times: tuple[str, ...] = ("year",)

    @classmethod
    def of(cls, array: xr.DataArray | xr.Dataset, *, without: Sequence[str] = ()) -> Labels:
        """Return the labels of an array: its dimensions, the coordinates along one of them, and what follows."""
        found = cls(times=tuple(t for t in TIMES if t in array.dims))
        dims = [str(d) for d in array.dims if d != DRAW and d not in TIMES]
        for dim in dims:
            names = array[dim].to_numpy()
            found = found.also(dim, dim, names, order=names)
        for name, along in array.coords.items():
            if name not in array.dims and len(along.dims) == 1 and along.dims[0] in dims:
                found = found.also(str(name), str(along.dims[0]), along.to_numpy())
        return Labels({n: label for n, label in found.known.items() if n not in without}, found.times)

    def also(self, name: str, dim: str, names: Iterable[Hashable], order: Iterable[Hashable] | None = None) -> Labels:
        """Return these labels and one more along `dim`, with what follows from it.

        `order` is that of the names: by default the vocabulary's, and from A to Z where it has none.
        """
        made = {name: _label(name, dim, names, order)}
        for other, (source, follow) in FOLLOWS.items():
            if source == name and (other not in self.known or self.known[other].dim == dim):
                made[other] = _label(other, dim, follow(made[name].names))
        return Labels({**self.known, **made}, self.times)

    def asked(self, by: Sequence[str], *, always: Sequence[str] = ()) -> list[str]:
        """Return the labels asked for, the year apart; those that a table `always` has come first where `by` lacks them.

        Raises
        ------
        InputError
            If a label isn't known, with those that are; or is asked for twice.
        """
        names = [name for name in asked(by, (*self.times, *self.known)) if name not in TIMES]
        return [*(name for name in always if name not in names), *names]

    def dims(self, by: Iterable[str]) -> set[str]:
        """Return the dimensions that labels follow from."""
        return {self.known[name].dim for name in by}

    def cells(self, by: Sequence[str], at: Mapping[str, NDArray[np.number]]) -> tuple[Ints, pd.DataFrame]:
        """Return the cell of each entry, and each cell's labels in order, for the cells that there are.

        `at` gives the position of every entry along each dimension.
        """
        code, ranks = np.zeros(len(next(iter(at.values()))), dtype=np.int64), list[pd.DataFrame]()
        if not by:
            return code, pd.DataFrame(index=range(1))
        for dim in dict.fromkeys(self.known[name].dim for name in by):
            group, rank = self._groups(dim, by)
            of_entry = group[np.asarray(at[dim], dtype=np.intp)]
            code = code * len(rank) + of_entry if ranks else of_entry
            ranks.append(rank)
        cells = int(np.prod([len(rank) for rank in ranks]))
        if cells > LARGEST_TABLE:
            found, kept = pd.factorize(code)
            order, labels = self._named(_crossed(ranks, np.asarray(kept, dtype=np.int64)), by)
            place = np.empty(len(order), dtype=np.int64)
            place[order] = np.arange(len(order))
            return place[found], labels
        is_there = np.zeros(cells, dtype=bool)
        is_there[code] = True
        kept = np.flatnonzero(is_there)
        order, labels = self._named(_crossed(ranks, kept), by)
        place = np.empty(cells, dtype=np.int64)
        place[kept[order]] = np.arange(len(order))
        return place[code], labels

    def totals(self, array: xr.DataArray, by: Sequence[str]) -> tuple[NDArray[np.number], pd.DataFrame]:
        """Return totals of an array within each draw: draw x year x cell, and each cell's labels in order."""
        dims = list(dict.fromkeys(self.known[name].dim for name in by))
        time = [str(d) for d in array.dims if d in TIMES]
        found = array.sum([d for d in array.dims if d not in (DRAW, *time, *dims)])
        values, ranks = found.transpose(DRAW, *time, *dims).to_numpy(), []
        for axis, dim in enumerate(dims, start=1 + len(time)):
            group, rank = self._groups(dim, by)
            values = _summed(values, axis, group, len(rank))
            ranks.append(rank)
        sizes = [len(rank) for rank in ranks]
        years = values.shape[1] if time else 1
        values = values.reshape(len(values), years, -1)
        order, labels = self._named(_crossed(ranks, np.arange(int(np.prod(sizes)))), by)
        return (values if np.array_equal(order, np.arange(len(order))) else values[..., order]), labels

    def sorted(self, cells: pd.DataFrame, by: Sequence[str]) -> tuple[Ints, pd.DataFrame]:
        """Return the order of cells, by the first label, then the next, and the cells so ordered."""
        places = {n: pd.Index(self.known[n].order, dtype=object).get_indexer(cells[n].astype(object)) for n in by}
        return self._named(pd.DataFrame(places), by)

    def _groups(self, dim: str, by: Sequence[str]) -> tuple[Ints, pd.DataFrame]:
        """Return the group of each position of a dimension, and each group's places in the order of its labels."""
        ranks = pd.DataFrame({name: self.known[name].rank for name in by if self.known[name].dim == dim})
        grouped = ranks.groupby(list(ranks))
        return grouped.ngroup().to_numpy().astype(np.int64), grouped.size().index.to_frame()

    def _named(self, ranks: pd.DataFrame, by: Sequence[str]) -> tuple[Ints, pd.DataFrame]:
        """Return the order of cells, first by the first label, and the labels so ordered."""
        if not by:
            return np.arange(len(ranks)), pd.DataFrame(index=range(len(ranks)))
        order = np.lexsort([ranks[name].to_numpy() for name in reversed(by)])
        names = {name: pd.Index(self.known[name].order)[ranks[name].to_numpy()[order]] for name in by}
        return order, pd.DataFrame(names)


def asked(by: Sequence[str], known: Iterable[str]) -> list[str]:
    """Return the labels asked for, or say which one can't be and which can."""
    can = list(known)
    for name in by:
        if name not in can:
            raise InputError(f"'{name}' is not one of {one_of(can, shown=24)}{nearest(name, can)}")
        if list(by).count(name) > 1:
            raise InputError(f"'{name}' is asked for twice: {', '.join(by)}")
    return list(by)


def label_of(name: str, values: ArrayLike) -> NDArray[np.number]:
    """Return phase, age_group, need_group or setting_group of NCYs, needs or types of setting."""
    return np.asarray(FOLLOWS[name][1](np.asarray(values)), dtype=object)


def _label(name: str, dim: str, names: Iterable[Hashable], order: Iterable[Hashable] | None = None) -> Label:
    values = tuple(
        np.asarray(names if isinstance(names, np.ndarray | pd.Series) else list(names), dtype=object).tolist()
    )
    place = {n: i for i, n in enumerate(ORDERS.get(name, ()) if order is None else order)}

    def key(label: Any) -> tuple[int, bool, Any]:
        return place.get(label, len(place)), bool(pd.isna(label)), "" if pd.isna(label) else label

    return Label(dim, values, tuple(sorted(pd.unique(pd.Series(values, dtype=object)), key=key)))


def _crossed(parts: Sequence[pd.DataFrame], code: Ints) -> pd.DataFrame:
    """Return every part's rows side by side, as many as `code` counts in their product."""
    if not parts:
        return pd.DataFrame(index=range(len(code)))
    at = np.unravel_index(code, [len(part) for part in parts])
    return pd.DataFrame({n: part[n].to_numpy()[a] for part, a in zip(parts, at, strict=True) for n in part})


def _summed(values: NDArray[np.number], axis: int, group: Ints, groups: int) -> NDArray[np.number]:
    """Return totals along one axis by the group of each position."""
    if np.array_equal(group, np.arange(groups)):
        return values
    parts = [values.take(np.flatnonzero(group == g), axis).sum(axis=axis) for g in range(groups)]
    return np.stack(parts, axis=axis)
