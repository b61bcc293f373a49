"""Rates counted from people: joiners, movers, leavers and stayers by state, in whatever codes the transitions have.

Thin counts are drawn towards those of the same age, setting and need. The result is the same `Rates` that published
flows give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.forecast.rates.people_counted import Counted
from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.rates.shrinkage import nearby, shares, shrunk
from sufficiency.forecast.taken import taken
from sufficiency.words.school_year import NCYS

NCY, NEED, SETTING = 0, 1, 2
EFFECTS: Final = {
    "age": (NCY,),
    "setting": (SETTING,),
    "need": (NEED,),
    "age_setting": (NCY, SETTING),
    "need_setting": (NEED, SETTING),
    "state": (NCY, NEED, SETTING),
}


@dataclass(frozen=True)
class PeopleRates:
    """What rates counted from people take of an area's assumptions; each is told in assumptions/forecast.toml.

    Penalties are those of `shrunk`, by what an effect is of: age, setting, need, or their combinations.
    """

    people_leaving_penalty_age: float  # [children x rate x (1 - rate)], as are all penalties
    people_leaving_penalty_setting: float
    people_leaving_penalty_need: float
    people_leaving_penalty_age_setting: float
    people_leaving_penalty_need_setting: float
    people_leaving_penalty_state: float
    people_moving_penalty_age: float
    people_moving_penalty_setting: float
    people_moving_penalty_need: float
    people_moving_penalty_age_setting: float
    people_moving_penalty_need_setting: float
    people_moving_penalty_state: float
    people_reach: float  # [log ratio a year of age]
    people_joiners_prior: float  # [children], as are the movers'
    people_movers_prior: float
    people_movers_prior_age: float
    people_movers_least: float

    @classmethod
    def of(cls, area: Area) -> PeopleRates:
        """Return those of an area."""
        return taken(cls, area)

    def penalties(self, flow: str) -> dict[tuple[int, ...], float]:
        """Return the penalties on a rate, 'leaving' or 'moving', by axes of ncy x need x setting_type."""
        return {axes: float(getattr(self, f"people_{flow}_penalty_{what}")) for what, axes in EFFECTS.items()}


def rates(counted: Counted, population: pd.DataFrame, priors: PeopleRates, *, authority: str = "all") -> Rates:
    """Return rates of joining, leaving and moving by state.

    Parameters
    ----------
    counted
        Transitions of one authority.
    population
        Columns year, ncy, children: those who could have joined, at the January they would join in. [children]
    priors
        How far thin counts are drawn towards wider ones.
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
    leaving = shrunk(left, held, priors.penalties("leaving"))
    leaving[-1] = 1.0
    moving = shrunk(counted.movers.sum(axis=(3, 4)), held - left, priors.penalties("moving"))
    destinations = _destinations(counted.movers, next_takes, priors)
    can_move = destinations.sum(axis=(3, 4)) > 0
    goes_on = np.broadcast_to(next_takes[:, None, :], moving.shape)
    moving = np.where(can_move, np.where(goes_on, moving, 1.0), 0.0)
    return Rates(
        (authority,),
        NCYS,
        counted.needs,
        counted.settings,
        joining=_joining(counted, population, priors)[None],
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


def _joining(counted: Counted, population: pd.DataFrame, priors: PeopleRates) -> Floats:
    """Return joiners a child by state: each NCY's rate, shared by first states of the NCYs about it and of all."""
    wide = population[population["year"].isin(counted.years)].groupby("ncy")["children"].sum()
    people = wide.reindex(list(NCYS)).fillna(0.0).to_numpy(dtype="float64")[:, None, None]
    joined = counted.joiners.sum(axis=0)
    rate = joined.sum(axis=(1, 2), keepdims=True) / np.where(people > 0, people, np.inf)
    open_to = counted.takes[:, None, :]
    overall = shares(np.broadcast_to(joined.sum(axis=0), joined.shape) * open_to, (1, 2))
    about = np.einsum("ab,bij->aij", nearby(len(NCYS), priors.people_reach), joined)
    return np.asarray(rate * shares((about + priors.people_joiners_prior * overall) * open_to, (1, 2)))


def _destinations(movers: Floats, next_takes: NDArray[np.bool_], priors: PeopleRates) -> Floats:
    """Return where movers go: ncy x need x setting_type x to_need x to_setting_type, to_need of length 1 where needs never change.

    From wide to narrow: all movers; those of the NCY and its neighbours; from the same setting; from the same state.
    Each level counts for some movers of the next.
    """
    ncys, needs, settings = movers.shape[:3]
    near = nearby(ncys, priors.people_reach)
    by_setting = movers.sum(axis=(1, 3))  # ncy x setting_type x to_setting_type
    wide = movers.sum(axis=(0, 1, 2, 3)) + priors.people_movers_least
    by_ncy = near @ by_setting.sum(axis=1) + priors.people_movers_prior_age * wide / wide.sum()
    by_ncy = shares(by_ncy * next_takes, 1)
    narrow = np.einsum("ab,bst->ast", near, by_setting) + priors.people_movers_prior * by_ncy[:, None, :]
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
    return shares(
        (seen + priors.people_movers_prior * prior) * (1 - itself) * next_takes[:, None, None, None, :], (3, 4)
    )


def _lean(by_need: Floats) -> Floats:
    """Return, by need moved from, how far a need and setting moved to is favoured over the setting alone."""
    needs = len(by_need)
    seen = by_need + np.eye(needs)[:, :, None] / by_need.shape[2]
    of_need = shares(seen, (1, 2))
    of_all = shares(seen.sum(axis=(0, 1)), 0)
    return np.asarray(of_need / np.where(of_all > 0, of_all, 1.0))
