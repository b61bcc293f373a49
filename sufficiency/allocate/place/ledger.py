"""A ledger of placed children over draws and years, and totals within a draw by any of their labels.

Totals are taken within a draw, and only then quantiles over draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.allocate.place.children import Children
from sufficiency.allocate.place.routes import KINDS, NEED_CODES, RouteMap
from sufficiency.errors import InputError, nearest, one_of
from sufficiency.words.school_year import NCY_LOW, NCYS, PHASES, phase_of
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEED_GROUPS, SETTING_TYPES, UNPLACED

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LEVELS: Final = (0.05, 0.5, 0.95)
PHASE_OF_NCY: Final = np.array([list(PHASES).index(p) for p in phase_of(np.array(NCYS))])


@dataclass(frozen=True, eq=False)
class Ledger:
    """One entry a child, draw and January, by position; `setting` is the number of settings where unplaced."""

    draw: npt.NDArray[np.int16]
    year: npt.NDArray[np.int16]
    zone: npt.NDArray[np.int32]
    ncy: npt.NDArray[np.int8]
    need: npt.NDArray[np.int8]
    kind: npt.NDArray[np.int8]
    is_girl: Bools
    setting: npt.NDArray[np.int16]

    @classmethod
    def of(cls, draw: int, januaries: Sequence[Children]) -> Ledger:
        """Return the ledger of one draw, by its position, from the children of each January."""
        sizes = [len(children) for children in januaries]

        def column(name: str, kind: Any) -> Any:
            return np.concatenate([getattr(children, name) for children in januaries]).astype(kind)

        return cls(
            draw=np.full(sum(sizes), draw, dtype=np.int16),
            year=np.repeat(np.arange(len(sizes), dtype=np.int16), sizes),
            zone=column("zone", np.int32),
            ncy=column("ncy", np.int8),
            need=column("need", np.int8),
            kind=column("kind", np.int8),
            is_girl=column("is_girl", bool),
            setting=column("setting", np.int16),
        )

    @classmethod
    def join(cls, ledgers: Sequence[Ledger]) -> Ledger:
        """Return one ledger of many draws."""
        return cls(**{f.name: np.concatenate([getattr(ledger, f.name) for ledger in ledgers]) for f in fields(cls)})


@dataclass(frozen=True, eq=False)
class Labels:
    """What a child or a place can be grouped by: a position for each entry, and the names of the positions."""

    known: Mapping[str, tuple[Callable[[Ledger], Any], Sequence[str | int]]]

    def of(self, ledger: Ledger, by: Sequence[str]) -> tuple[Ints, pd.DataFrame]:
        """Return the cell of each entry, and each cell's labels in order, for the cells that there are."""
        for name in by:
            if name not in self.known:
                raise InputError(f"'{name}' is not one of {one_of(self.known)}{nearest(name, self.known)}")
        codes = np.zeros(len(ledger.zone), dtype=np.int64)
        sizes = [len(self.known[name][1]) for name in by]
        for name, size in zip(by, sizes, strict=True):
            codes = codes * size + self.known[name][0](ledger)
        if not by:
            return codes, pd.DataFrame(index=range(1))
        found, cell = np.unique(codes, return_inverse=True)
        at = np.unravel_index(found, sizes)
        frame = {name: pd.Index(self.known[name][1])[a] for name, a in zip(by, at, strict=True)}
        return cell, pd.DataFrame(frame)


def child_labels(routes: RouteMap, home: Ints, authorities: Sequence[str]) -> Labels:
    """Return what a child can be grouped by."""
    district_of, districts = pd.factorize(routes.zones["district"], sort=True)
    codes = [*routes.codes, UNPLACED]
    type_of, types = pd.factorize(pd.Series([*routes.settings["setting_type"], UNPLACED]))
    group_of = np.array([list(NEED_GROUPS).index(NEED_GROUP_OF[n]) for n in NEED_CODES])
    return Labels(
        {
            "authority": (lambda entry: home[entry.zone], authorities),
            "district": (lambda entry: district_of[entry.zone], list(districts)),
            "zone": (lambda entry: entry.zone, list(routes.zones["zone"])),
            "need": (lambda entry: entry.need, NEED_CODES),
            "need_group": (lambda entry: group_of[entry.need], list(NEED_GROUPS)),
            "ncy": (lambda entry: entry.ncy.astype(np.int64) - NCY_LOW, NCYS),
            "phase": (lambda entry: PHASE_OF_NCY[entry.ncy.astype(np.int64) - NCY_LOW], list(PHASES)),
            "kind": (lambda entry: entry.kind, KINDS),
            "setting": (lambda entry: entry.setting, codes),
            "setting_type": (lambda entry: type_of[entry.setting], list(types)),
        }
    )


def setting_labels(settings: pd.DataFrame) -> pd.DataFrame:
    """Return what a setting can be grouped by: setting, name, setting_type, authority, district, is_state."""
    named = settings[["setting", "name", "setting_type", "authority", "district"]].reset_index(drop=True)
    is_state = [SETTING_TYPES[t].is_state for t in settings["setting_type"]]
    return named.assign(is_state=is_state)


def suited(routes: RouteMap, by: Sequence[str]) -> tuple[Bools, pd.DataFrame]:
    """Return cell x setting: which settings suit some child of each need, need_group or phase, and the cells' labels."""
    codes = pd.Index(NEED_CODES)
    every = pd.MultiIndex.from_product([codes, list(PHASES)], names=["need", "phase"]).to_frame(index=False)
    every["need_group"] = every["need"].map(NEED_GROUP_OF)
    if not by:
        return np.ones((1, len(routes.settings)), dtype=bool), pd.DataFrame(index=range(1))
    by_phase = np.stack([routes.suits[:, :, p == PHASE_OF_NCY].any(axis=(0, 2)) for p in range(len(PHASES))], axis=1)
    grouped = every.groupby(list(by), sort=False)
    number, labels = grouped.ngroup().to_numpy(), grouped.size().reset_index()[list(by)]
    flat = by_phase.reshape(len(every), -1)
    return np.stack([flat[number == cell].any(axis=0) for cell in range(len(labels))]), labels


def totals(ledger: Ledger, cell: Ints, shape: tuple[int, int, int], weights: Floats | Bools | None = None) -> Floats:
    """Return draw x year x cell: how many entries, or the sum of their weights."""
    draws, years, cells = shape
    key = (ledger.draw.astype(np.int64) * years + ledger.year) * cells + cell
    return np.asarray(np.bincount(key, weights, minlength=draws * years * cells).reshape(shape), dtype=np.float64)


def percentile_within(values: Floats, key: Ints, cells: int, share: float) -> Floats:
    """Return the value below which `share` of each cell's entries lie, to a tenth; NaN where a cell has none."""
    tenths = np.minimum(np.rint(values * 10), 2**20 - 1).astype(np.int64)
    order = np.sort(key * 2**20 + tenths)
    counts = np.bincount(key, minlength=cells)
    last = np.cumsum(counts)
    at = last - counts + np.maximum(np.ceil(share * counts).astype(np.int64) - 1, 0)
    found = np.full(cells, np.nan)
    some = counts > 0
    found[some] = (order[at[some]] % 2**20) / 10
    return found


def quantiles(
    measures: Mapping[str, Floats], years: Sequence[int], labels: pd.DataFrame, levels: Sequence[float]
) -> pd.DataFrame:
    """Return year, *labels, level and each measure's quantile over draws; measures are draw x year x cell."""
    if not levels or any(not 0 <= level <= 1 for level in levels):
        raise InputError(f"levels={list(levels)}: quantiles between 0 and 1 are needed, such as 0.05, 0.5, 0.95")
    cells = len(labels)
    index = np.indices((len(years), cells, len(levels))).reshape(3, -1)
    frame = pd.DataFrame({"year": np.asarray(years)[index[0]]})
    for name in labels:
        frame[name] = labels[name].to_numpy()[index[1]]
    frame["level"] = np.asarray(levels, dtype=np.float64)[index[2]]
    for name, values in measures.items():
        frame[name] = _quantile(values, levels).transpose(1, 2, 0).ravel()
    return frame


def _quantile(values: Floats, levels: Sequence[float]) -> Floats:
    if np.isnan(values).any():
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a cell empty in every draw has no quantile: NaN says so
            return np.asarray(np.nanquantile(values, levels, axis=0))
    return np.asarray(np.quantile(values, levels, axis=0))
