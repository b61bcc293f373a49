"""Children turned away from every suitable state place in one January: how many, of what, where they live, what suits them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.place.ledger import PHASE_OF_NCY
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.routes import KINDS, NEED_CODES, RouteMap
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.say import label
from sufficiency.words.school_year import NCY_LOW, PHASES
from sufficiency.words.vocabulary import NEED_GROUP_OF

PHASE_NAMES: Final = np.array(list(PHASES))
GROUP_NAMES: Final = np.array([NEED_GROUP_OF[need] for need in NEED_CODES])
IN_MAINSTREAM: Final = "in_mainstream"
MOST_NAMED: Final = 3  # phases or districts named in words
SOME: Final = 0.2  # a share below this is not named


@dataclass(frozen=True, eq=False)
class TurnedAway:
    """One row for each child turned away in each draw, alike children together.

    `children` has zone, ncy, need, kind and is_girl by position, instead (a destination), authority, district,
    need_group, phase, and each row's `draw` and number of `children`.
    """

    children: pd.DataFrame
    draws: int
    year: int

    @property
    def mean(self) -> pd.Series:
        """Children of each row, on average over draws. [children]"""
        return self.children["children"] / self.draws

    def only(self, which: pd.Series | np.ndarray) -> TurnedAway:
        """Return some of the rows."""
        return TurnedAway(self.children[np.asarray(which)].reset_index(drop=True), self.draws, self.year)

    def by_draw(self) -> np.ndarray:
        """Return children in each draw. [children]"""
        return np.bincount(self.children["draw"], self.children["children"], self.draws)

    def total(self) -> float:
        """Return children on average over draws. [children]"""
        return float(self.mean.sum())

    def open_to(self, found: RouteMap) -> np.ndarray:
        """Return row x setting: which settings of a map of the same zones suit each, within the longest journey."""
        zone, ncy, need, kind = (self.children[c].to_numpy(dtype=np.int64) for c in ("zone", "ncy", "need", "kind"))
        return found.open_to(zone, ncy, need, kind, self.children["is_girl"].to_numpy(dtype=bool))

    def middle(self, zones: pd.DataFrame) -> tuple[float, float]:
        """Return the easting and northing of the middle of their homes, each child counting once. [m]"""
        where = zones.iloc[self.children["zone"].to_numpy()]
        east, north = (float(np.average(where[c], weights=self.children["children"])) for c in ("easting", "northing"))
        return round(east), round(north)

    def leading(self, column: str) -> list[str]:
        """Return the labels of a column with the most children, those with few left out."""
        totals = self.mean.groupby(self.children[column]).sum().sort_values(ascending=False, kind="stable")
        return [str(name) for name in totals.index[:MOST_NAMED] if totals[name] >= SOME * totals.sum()]

    def words(self) -> str:
        """Return who they are in words: need, phase, and where they live."""
        needs, phases = (
            " and ".join(_lower(label(n, c)) for n in self.leading(c)[:2]) for c in ("need_group", "phase")
        )
        homes = " and ".join(name for name in self.leading("district") if name)
        return f"{phases} children with {needs} needs{f', most of all from {homes}' if homes else ''}"


def turned_away(placed: Placed, year: int) -> TurnedAway:
    """Return the children turned away in January `year`, in every draw."""
    book, at = placed.drawn, placed.years.index(year)
    these = (book.year == at) & (book.setting >= len(placed.routes.settings))
    names = ("draw", "zone", "ncy", "need", "kind", "is_girl", "setting")
    frame = pd.DataFrame({name: getattr(book, name)[these] for name in names})
    frame = frame.groupby([*names], as_index=False).size().rename(columns={"size": "children"})
    homes = placed.routes.zones.iloc[frame["zone"].to_numpy()]
    frame["authority"], frame["district"] = homes["authority"].to_numpy(), homes["district"].to_numpy()
    frame["need_group"] = GROUP_NAMES[frame["need"]]
    frame["phase"] = PHASE_NAMES[PHASE_OF_NCY[frame["ncy"].to_numpy(dtype=np.int64) - NCY_LOW]]
    frame["kind"] = frame["kind"].astype(np.int64)
    instead = np.array(list(DESTINATIONS))
    frame["instead"] = instead[frame["setting"].to_numpy() - len(placed.routes.settings)]
    return TurnedAway(frame.drop(columns="setting"), len(placed.draws), year)


def is_kind(children: pd.DataFrame, kind: str) -> np.ndarray:
    """Return which children need a kind of place, 'special' or 'unit'."""
    return np.asarray(children["kind"] == KINDS.index(kind))


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
