"""Rates counted from people: joiners, movers, leavers and stayers by state, in whatever codes the transitions have.

Thin counts are drawn towards those of the same age, setting and need. The result is the same `Rates` that published
flows give. `inputs.council.snapshots` makes transitions of two or more Januaries' person-level returns.
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
from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.rates.shrinkage import nearby, shares, shrunk
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import NEEDS

STATE: Final = ["ncy", "need", "setting_type"]
NCY, NEED, SETTING = 0, 1, 2
# Penalties of `shrunk`: leaving hangs on age above all; moving on age and setting together.
LEAVING: Final = {
    (NCY,): 1.0,
    (SETTING,): 5.0,
    (NEED,): 5.0,
    (NCY, SETTING): 10.0,
    (NEED, SETTING): 15.0,
    (0, 1, 2): 30.0,
}
MOVING: Final = {(NCY,): 1.0, (SETTING,): 2.0, (NEED,): 5.0, (NCY, SETTING): 3.0, (NEED, SETTING): 8.0, (0, 1, 2): 6.0}
REACH: Final = 1.0  # how fast neighbouring NCYs stop telling of each other, a step
PRIOR_MOVERS: Final = 3.0  # movers' worth of the wider pattern of destinations, at each narrower level
PRIOR_JOINERS: Final = 3.0  # joiners' worth of the pattern of first states at all ages


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


def rates(counted: Counted, population: pd.DataFrame, *, authority: str = "all") -> Rates:
    """Return rates of joining, leaving and moving by state.

    Parameters
    ----------
    counted
        Transitions of one authority.
    population
        Columns year, ncy, children: those who could have joined, at the January they would join in. [children]
    authority
        The label of the result.

    Raises
    ------
    MissingError
        If the population lacks a year of the transitions.
    """
    check_population(population)
    absent = sorted(set(counted.years) - set(population["year"]))
    if absent:
        raise MissingError(f"the population has no January {absent[0]}, whose transitions are given")
    held, left = counted.before.sum(axis=0), counted.leavers.sum(axis=0)
    next_takes = np.concatenate([counted.takes[1:], np.zeros_like(counted.takes[:1])])
    leaving = shrunk(left, held, LEAVING)
    leaving[-1] = 1.0
    moving = shrunk(counted.movers.sum(axis=(3, 4)), held - left, MOVING)
    destinations = _destinations(counted.movers, next_takes)
    can_move = destinations.sum(axis=(3, 4)) > 0
    goes_on = np.broadcast_to(next_takes[:, None, :], moving.shape)
    moving = np.where(can_move, np.where(goes_on, moving, 1.0), 0.0)
    return Rates(
        (authority,),
        NCYS,
        counted.needs,
        counted.settings,
        joining=_joining(counted, population)[None],
        leaving=np.where(~goes_on & ~can_move, 1.0, leaving)[None],
        moving=moving[None],
        destinations=destinations[None],
        transfers=np.zeros((1, *moving.shape)),
    )


def check_population(population: pd.DataFrame) -> None:
    """Refuse a population of more than one authority, or with a year and NCY twice: joiners' rates would be wrong."""
    if "authority" in population and len(set(population["authority"])) > 1:
        raise InputError(
            f"the population is of {one_of(sorted(set(population['authority'])))}; give that of one authority"
        )
    twice = population[population.duplicated(["year", "ncy"])]
    if len(twice):
        year, ncy = twice[["year", "ncy"]].iloc[0]
        raise InputError(f"the population gives NCY {ncy} in January {year} twice")


def _joining(counted: Counted, population: pd.DataFrame) -> Floats:
    """Return joiners a child by state: each NCY's rate, shared by first states of the NCYs about it and of all."""
    wide = population[population["year"].isin(counted.years)].groupby("ncy")["children"].sum()
    people = wide.reindex(list(NCYS)).fillna(0.0).to_numpy(dtype="float64")[:, None, None]
    joined = counted.joiners.sum(axis=0)
    rate = joined.sum(axis=(1, 2), keepdims=True) / np.where(people > 0, people, np.inf)
    open_to = counted.takes[:, None, :]
    overall = shares(np.broadcast_to(joined.sum(axis=0), joined.shape) * open_to, (1, 2))
    about = np.einsum("ab,bij->aij", nearby(len(NCYS), REACH), joined)
    return np.asarray(rate * shares((about + PRIOR_JOINERS * overall) * open_to, (1, 2)))


def _destinations(movers: Floats, next_takes: NDArray[np.bool_]) -> Floats:
    """Return where movers go: ncy x need x setting_type x to_need x to_setting_type, to_need of length 1 where needs never change.

    From wide to narrow: all movers; those of the NCY and its neighbours; from the same setting; from the same state.
    Each level counts for some movers of the next.
    """
    ncys, needs, settings = movers.shape[:3]
    near = nearby(ncys, REACH)
    by_setting = movers.sum(axis=(1, 3))  # ncy x setting_type x to_setting_type
    wide = movers.sum(axis=(0, 1, 2, 3)) + 0.5
    by_ncy = near @ by_setting.sum(axis=1) + 2 * wide / wide.sum()
    by_ncy = shares(by_ncy * next_takes, 1)
    narrow = np.einsum("ab,bst->ast", near, by_setting) + PRIOR_MOVERS * by_ncy[:, None, :]
    narrow = shares(narrow * next_takes[:, None, :], 2)
    lean = _lean(movers.sum(axis=(0, 2)))  # need x to_need x to_setting_type
    changes = np.einsum("anszt->nz", movers)
    changes_need = bool((changes - np.diag(np.diag(changes))).any())
    prior = narrow[:, None, :, None, :] * lean[None, :, None]
    seen = np.einsum("ab,bnszt->anszt", near**2, movers)
    if not changes_need:
        kept = np.arange(needs)
        prior = prior[:, kept, :, kept].swapaxes(0, 1)[:, :, :, None, :]
        seen = seen[:, kept, :, kept].swapaxes(0, 1)[:, :, :, None, :]
    itself = (
        np.einsum("nz,st->nszt", np.eye(needs), np.eye(settings)) if changes_need else np.eye(settings)[None, :, None]
    )
    prior = shares(prior * (1 - itself), (3, 4))
    return shares((seen + PRIOR_MOVERS * prior) * (1 - itself) * next_takes[:, None, None, None, :], (3, 4))


def _lean(by_need: Floats) -> Floats:
    """Return, by need moved from, how far a need and setting moved to is favoured over the setting alone."""
    needs = len(by_need)
    seen = by_need + np.eye(needs)[:, :, None] / by_need.shape[2]
    of_need = shares(seen, (1, 2))
    of_all = shares(seen.sum(axis=(0, 1)), 0)
    return np.asarray(of_need / np.where(of_all > 0, of_all, 1.0))
