"""A ledger of placed children over draws and years, and totals within a draw by any of their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.allocate.place.children import Children
from sufficiency.allocate.place.routes import KINDS, NEED_CODES, RouteMap
from sufficiency.frozen import frozen
from sufficiency.labels import Labels
from sufficiency.words.destinations import DESTINATIONS, PLACED_DESTINATIONS
from sufficiency.words.school_year import NCY_LOW, NCYS, PHASES, phase_of
from sufficiency.words.vocabulary import SETTING_TYPES

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Kind = TypeVar("Kind", bound=np.generic)

WHERE: Final = (*PLACED_DESTINATIONS, *DESTINATIONS)
WHERE_OF_TYPE: Final = {
    "special": "state_special",
    "sen_unit": "unit",
    "resourced_provision": "unit",
    "independent_special": "independent_special",
    "non_maintained_special": "non_maintained_special",
}
PHASE_OF_NCY: Final = np.array([list(PHASES).index(p) for p in phase_of(np.array(NCYS))])
BEYOND: Final = 2**20  # tenths: above any journey's minutes or km, so that a cell and a value make one sortable number
NEED_AND_AGE: Final = Labels().also("need", "need", NEED_CODES).also("ncy", "ncy", NCYS)


@frozen
@dataclass(frozen=True, eq=False)
class Ledger:
    """One entry for each child, draw and January, by position; `setting` counts destinations on from the settings."""

    draw: npt.NDArray[np.int16]
    year: npt.NDArray[np.int16]
    zone: npt.NDArray[np.int32]
    ncy: npt.NDArray[np.int8]
    need: npt.NDArray[np.int8]
    kind: npt.NDArray[np.int8]
    is_girl: Bools
    setting: npt.NDArray[np.int16]
    destination: npt.NDArray[np.int8]  # as WHERE

    @classmethod
    def of(cls, draw: int, januaries: Sequence[Children], places: Ints, found: RouteMap) -> Ledger:
        """Return the ledger of one draw, by its position, from the children and the places of each January."""
        sizes = [len(children) for children in januaries]

        def column(name: str, kind: type[Kind]) -> npt.NDArray[Kind]:
            return np.concatenate([getattr(children, name) for children in januaries]).astype(kind)

        return cls(
            draw=np.full(sum(sizes), draw, dtype=np.int16),
            year=np.repeat(np.arange(len(sizes), dtype=np.int16), sizes),
            zone=column("zone", np.int32),
            ncy=column("ncy", np.int8),
            need=column("need", np.int8),
            kind=column("kind", np.int8),
            is_girl=column("is_girl", np.bool_),
            setting=column("setting", np.int16),
            destination=np.concatenate(
                [destinations(children.setting, room, found) for children, room in zip(januaries, places, strict=True)]
            ),
        )

    @classmethod
    def join(cls, ledgers: Sequence[Ledger]) -> Ledger:
        """Return one ledger of many draws."""
        return cls(**{f.name: np.concatenate([getattr(ledger, f.name) for ledger in ledgers]) for f in fields(cls)})


def destinations(setting: Ints, places: Ints, routes: RouteMap) -> npt.NDArray[np.int8]:
    """Return where each child is, as `WHERE`: at a setting of a type, above a setting's number, or at a destination.

    Of children at a state setting that has more than its places, the last to arrive are above its number.
    """
    found = _within_number(routes)[setting]
    there = np.bincount(setting, minlength=len(places))[: len(places)]
    for at in np.flatnonzero(routes.has_number & (there > places)):
        found[np.flatnonzero(setting == at)[places[at] :]] = WHERE.index("over_number")
    return found


def _within_number(routes: RouteMap) -> npt.NDArray[np.int8]:
    """Return where those are who are at each setting and not above its number, and at each destination, as `WHERE`."""
    outside = ~routes.settings["is_in_area"].to_numpy(dtype=bool)
    types = routes.settings["setting_type"]
    names = [
        "special_outside" if o and t == "special" else WHERE_OF_TYPE[t] for o, t in zip(outside, types, strict=True)
    ]
    return np.array([WHERE.index(name) for name in (*names, *DESTINATIONS)], dtype=np.int8)


def child_labels(routes: RouteMap, home: Ints, authorities: Sequence[str]) -> Labels:
    """Return what a child can be grouped by: the home's labels, the child's own, and the setting's."""
    zones, settings = routes.zones, routes.settings
    found = Labels().also("authority", "zone", [authorities[h] for h in home], order=authorities)
    for name in ("district", "zone"):
        found = found.also(name, "zone", zones[name])
    found = found.also("need", "need", NEED_CODES).also("ncy", "ncy", NCYS).also("kind", "kind", KINDS, order=KINDS)
    codes, away = [*routes.codes, *DESTINATIONS], DESTINATIONS.values()
    found = found.also("setting", "setting", codes, order=codes)
    found = found.also("name", "setting", [*settings["name"], *(d.name for d in away)])
    found = found.also("setting_type", "setting", [*settings["setting_type"], *(d.setting_type for d in away)])
    found = found.also("provision", "setting", [*settings["setting_type"], *DESTINATIONS])
    return found.also("destination", "destination", WHERE, order=WHERE)


def setting_labels(settings: pd.DataFrame) -> Labels:
    """Return what a setting can be grouped by: setting, name, setting_type, setting_group, authority, district, is_state."""
    found = Labels()
    for name in ("setting", "name", "setting_type", "authority", "district"):
        found = found.also(name, "setting", settings[name])
    return found.also("is_state", "setting", [SETTING_TYPES[t].is_state for t in settings["setting_type"]])


def cells_of(ledger: Ledger, labels: Labels, by: Sequence[str]) -> tuple[Ints, pd.DataFrame]:
    """Return the cell of each entry, and each cell's labels in order, for the cells that there are."""
    at = {name: getattr(ledger, name) for name in ("zone", "need", "kind", "setting", "destination")}
    return labels.cells(by, {**at, "ncy": ledger.ncy.astype(np.int64) - NCY_LOW})


def suited(routes: RouteMap, by: Sequence[str]) -> tuple[Bools, pd.DataFrame]:
    """Return cell x setting: which settings suit some child of each label of need and NCY, and the cells' labels."""
    shape = (len(NEED_CODES), len(NCYS))
    need, ncy = np.indices(shape).reshape(2, -1)
    cell, labels = NEED_AND_AGE.cells(by, {"need": need, "ncy": ncy})
    found = np.zeros((len(labels), len(routes.settings)), dtype=bool)
    np.logical_or.at(found, cell, routes.suits.any(axis=0).reshape(len(cell), -1))
    return found, labels


def totals(ledger: Ledger, cell: Ints, shape: tuple[int, int, int], weights: Floats | Bools | None = None) -> Floats:
    """Return draw x year x cell: how many entries, or the sum of their weights."""
    draws, years, cells = shape
    january = ledger.draw.astype(np.int32) * np.int32(years) + ledger.year
    if weights is not None and weights.dtype == bool:
        january, cell, weights = january[weights], cell[weights], None
    key = january * np.int64(cells) + cell
    return np.asarray(np.bincount(key, weights, minlength=draws * years * cells).reshape(shape), dtype=np.float64)


def percentile_within(values: Floats, key: Ints, cells: int, share: float) -> Floats:
    """Return the least value that `share` of each cell's entries don't exceed, to a tenth; NaN where a cell has none."""
    tenths = np.minimum(np.rint(values * 10), BEYOND - 1).astype(np.int64)
    order = np.sort(key * BEYOND + tenths)
    counts = np.bincount(key, minlength=cells)
    last = np.cumsum(counts)
    at = last - counts + np.maximum(np.ceil(share * counts).astype(np.int64) - 1, 0)
    found = np.full(cells, np.nan)
    some = counts > 0
    found[some] = (order[at[some]] % BEYOND) / 10
    return found
