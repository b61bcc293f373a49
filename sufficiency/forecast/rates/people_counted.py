"""Children followed from one January to the next, as arrays: who was held, left, joined and moved, by state and year.

`inputs.council.snapshots` makes transitions of two or more Januaries' person-level returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency import tables
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.forecast.rates.rates import Floats
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import NEEDS

STATE: Final = ("ncy", "need", "setting_type")


@dataclass(frozen=True, eq=False)
class Counted:
    """Transitions as arrays, each year's apart: year x ncy x need x setting_type. [children]

    Attributes
    ----------
    before, after
        Plans in the January before the year and in the January of the year (NCY as it then is).
    leavers, joiners
        By the state left, by the state joined.
    movers
        All years: ncy x need x setting_type x to_need x to_setting_type.
    takes
        Whether a setting takes an NCY: ncy x setting_type.
    """

    years: tuple[int, ...]
    needs: tuple[str, ...]
    settings: tuple[str, ...]
    before: Floats
    after: Floats
    leavers: Floats
    joiners: Floats
    movers: Floats
    takes: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        ages: pd.DataFrame | None = None,
        *,
        needs: Sequence[str] = (),
        settings: Sequence[str] = (),
    ) -> Counted:
        """Return one authority's `tables.TRANSITIONS` as arrays.

        `ages` (setting, ncy_low, ncy_high) says which setting takes whom; without it a setting takes the ages between
        the youngest and the oldest child seen in it. `needs` and `settings` are the labels, by default those seen.
        """
        frame = tables.check(frame, tables.TRANSITIONS, source="transitions")
        _check_one_authority(frame)
        _check_needs(frame)
        needs = tuple(needs) or tuple(n for n in sorted(set(frame["need"]) | set(frame["need_after"])) if n)
        settings = tuple(settings) or tuple(
            s for s in sorted(set(frame["setting_type"]) | set(frame["setting_type_after"])) if s
        )
        years = tuple(sorted(int(y) for y in frame["year"].unique()))
        shape = (len(years), len(NCYS), len(needs), len(settings))
        held, went = frame["setting_type"] != "", frame["setting_type_after"] != ""
        moved = (
            held
            & went
            & ((frame["setting_type"] != frame["setting_type_after"]) | (frame["need"] != frame["need_after"]))
        )
        then = frame.assign(ncy=frame["ncy"] + 1, need=frame["need_after"], setting_type=frame["setting_type_after"])
        labels = (years, NCYS, needs, settings)
        movers = np.zeros((len(NCYS), len(needs), len(settings), len(needs), len(settings)))
        own, to = _positions(frame[moved], labels), _positions(then[moved], labels)
        np.add.at(movers, (*own[1:], *to[2:]), frame.loc[moved, "children"])
        before, after, leavers, joiners = (
            _totals(f, labels, shape) for f in (frame[held], then[went], frame[held & ~went], then[went & ~held])
        )
        takes = _takes(ages, settings) if ages is not None else _seen(before.sum(axis=0) + after.sum(axis=0))
        return cls(years, needs, settings, before, after, leavers, joiners, movers, takes)

    @property
    def start(self) -> NDArray[np.int64]:
        """Plans in the last January: ncy x need x setting_type."""
        return np.asarray(self.after[-1], dtype="int64")

    def disagreement(self) -> float | None:
        """Return how far two years' records of one January differ: squared differences by state over plans.

        0 where every January is one snapshot; 1 where a state is out by the square root of its plans. None where no
        January is recorded twice.
        """
        twice = [i for i in range(len(self.years) - 1) if self.years[i + 1] == self.years[i] + 1]
        if not twice:
            return None
        each = [((self.after[i] - self.before[i + 1]) ** 2).sum() / max(self.after[i].sum(), 1.0) for i in twice]
        return float(np.mean(each))


def _check_one_authority(frame: pd.DataFrame) -> None:
    if len(set(frame["authority"])) > 1:
        raise InputError(
            f"the transitions are of {one_of(sorted(set(frame['authority'])))}; give those of one authority"
        )


def _check_needs(frame: pd.DataFrame) -> None:
    """Refuse a code of the SEN2 return before the first January it could be used in."""
    for column, at in (("need", frame["year"] - 1), ("need_after", frame["year"])):
        first = frame[column].map({code: need.since for code, need in NEEDS.items()})
        early = frame.index[first.notna() & (at < first)]
        if len(early):
            code, year = frame.at[early[0], column], int(at[early[0]])
            raise InputError(
                f"transitions, row {early[0] + 2}: {code} was not a need in January {year}; it is from {NEEDS[code].since}"
            )


def _positions(frame: pd.DataFrame, labels: tuple[Sequence[object], ...]) -> tuple[NDArray[np.int64], ...]:
    found = []
    for column, known in zip(("year", *STATE), labels, strict=True):
        at = pd.Index(list(known)).get_indexer(frame[column].tolist())
        if (at < 0).any():
            raise InputError(f"{column} {frame[column].iloc[int(np.argmin(at))]!r} is not one of {one_of(known)}")
        found.append(at)
    return tuple(found)


def _totals(frame: pd.DataFrame, labels: tuple[Sequence[object], ...], shape: tuple[int, ...]) -> Floats:
    found = np.zeros(shape)
    np.add.at(found, _positions(frame, labels), frame["children"].to_numpy())
    return found


def _takes(ages: pd.DataFrame, settings: Sequence[str]) -> NDArray[np.bool_]:
    known = ages.drop_duplicates("setting_type").set_index("setting_type")
    absent = [s for s in settings if s not in known.index]
    if absent:
        raise MissingError(f"the ages of {one_of(absent)} are not given; every setting in the transitions needs a row")
    low, high = (known.loc[list(settings), c].to_numpy() for c in ("ncy_low", "ncy_high"))
    ncy = np.array(NCYS)[:, None]
    return np.asarray((low <= ncy) & (ncy <= high))


def _seen(plans: Floats) -> NDArray[np.bool_]:
    some = plans.sum(axis=1) > 0
    return np.asarray(np.maximum.accumulate(some) & np.maximum.accumulate(some[::-1])[::-1])
