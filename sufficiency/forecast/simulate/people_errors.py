"""How wrong rates counted from people may be: what an area assumes of it, and rates and paths that vary by it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sufficiency.area.area import Area
from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.simulate import cohort
from sufficiency.forecast.taken import taken
from sufficiency.words.school_year import NCYS


@dataclass(frozen=True)
class PeopleErrors:
    """How wrong rates counted from people, and their records, may be; each is told in assumptions/forecast.toml."""

    people_joining_lasting_error: float  # [log ratio], as are all errors
    people_joining_year_error: float
    people_leaving_lasting_error: float
    people_leaving_year_error: float
    people_setting_leaving_error: float
    people_setting_moving_error: float
    people_setting_arrivals_error: float
    people_setting_joining_error: float
    people_disagreement: float  # [ratio]
    people_anywhere: float  # [share]
    people_anywhere_most: float  # [share]
    people_recorded_reach: float  # [log ratio a year of age]

    @classmethod
    def of(cls, area: Area) -> PeopleErrors:
        """Return those of an area."""
        return taken(cls, area)

    def share_anywhere(self, disagreement: float) -> float:
        """Return the share of children who may be recorded in any state of their age."""
        return min(self.people_anywhere_most, self.people_anywhere * disagreement)


def spread(groups: int, count: int, rng: np.random.Generator) -> Floats:
    """Return standard normal scores, group x count, each column spread evenly over the groups (a Latin hypercube)."""
    from scipy.special import ndtri

    rank = rng.permuted(np.tile(np.arange(groups)[:, None], (1, count)), axis=0)
    return np.asarray(ndtri((rank + rng.random((groups, count))) / groups))


def varied(rates: Rates, score: Floats, errors: PeopleErrors) -> Rates:
    """Return rates with each setting's pull on movers and on joiners changed, their numbers kept."""
    pull = np.exp(score[0] * errors.people_setting_arrivals_error)
    first = np.exp(score[1] * errors.people_setting_joining_error)
    to = rates.destinations * pull
    total = to.sum(axis=(4, 5), keepdims=True)
    joining = rates.joining * first
    joining *= rates.joining.sum() / max(joining.sum(), 1e-12)
    return replace(rates, destinations=to / np.where(total > 0, total, 1.0), joining=joining)


def paths(rates: Rates, children: Floats, draws: int, rng: np.random.Generator, errors: PeopleErrors) -> cohort.Paths:
    """Return multipliers with means of 1: an error that lasts, a walk from year to year, and each setting's own."""
    years, settings = children.shape[1], len(rates.settings)

    def lasting(always: float, yearly: float) -> Floats:
        walk = rng.normal(0, yearly, (draws, years, 1, 1, 1)).cumsum(axis=1)
        variance = (always**2 + yearly**2 * np.arange(1, years + 1))[:, None, None, None]
        return np.asarray(np.exp(rng.normal(0, always, (draws, 1, 1, 1, 1)) + walk - variance / 2))

    def own(spread: float) -> Floats:
        return np.asarray(np.exp(rng.normal(0, spread, (draws, 1, 1, 1, settings)) - spread**2 / 2))

    joining = lasting(errors.people_joining_lasting_error, errors.people_joining_year_error)
    joining = joining * children[:, :, None, :, None]
    leaving = lasting(errors.people_leaving_lasting_error, errors.people_leaving_year_error)
    everywhere = np.ones((draws, years, 1, len(NCYS), settings))
    return cohort.Paths(
        joining.astype(np.float32),
        (leaving * own(errors.people_setting_leaving_error) * everywhere).astype(np.float32),
        (own(errors.people_setting_moving_error) * everywhere).astype(np.float32),
    )
