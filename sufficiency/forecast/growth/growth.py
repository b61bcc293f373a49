"""How fast all plans grow: England's recent growth, moved by what tells an authority apart, and how wrong that has been.

Four things tell authorities apart, each against England's figure of the same year: requests for assessment a plan held
(they lead new plans by about half a year), plans in further education as a share (they soon end), plans a child (high
rates grow more slowly) and size. An authority's own last growth adds nothing once these are known; it stands in where
requests are not published. Weights were fitted to every authority's growth over one, two and three years, by least
absolute deviation, and checked on authorities and origins left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.forecast import england
from sufficiency.forecast.base_year_plans import History
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.taken import taken
from sufficiency.words.vocabulary import SETTING_TYPES

AUTHORITIES_IN_ENGLAND: Final = 152
FURTHER: Final = ("further_education", "specialist_post_16")
TELLING: Final = ("requests", "further", "rate", "size", "own")


@dataclass(frozen=True)
class GrowthRates:
    """What growth takes of an area's assumptions; each is told in assumptions/forecast.toml."""

    growth_england_years: float  # [years]
    growth_years_held: float  # [years]
    growth_damping: float
    growth_requests_damping: float
    growth_per_requests: float  # [log ratio a year]
    growth_per_further: float
    growth_per_rate: float
    growth_per_size: float
    growth_per_own: float
    growth_most_requests: float
    growth_most_further: float
    growth_most_rate: float  # [log ratio]
    growth_most_size: float  # [log ratio]
    growth_most_own: float  # [log ratio]
    growth_least_plans: float  # [plans]
    growth_error_fading: float
    growth_england_error: float  # [log ratio]
    growth_lasting_error: float  # [log ratio]
    growth_year_error: float  # [log ratio]
    growth_shock_tails: float  # [degrees of freedom]

    @classmethod
    def of(cls, area: Area) -> GrowthRates:
        """Return an area's."""
        return taken(cls, area)

    def per(self, name: str) -> float:
        """Return growth a year for each unit of a difference, by its name."""
        return float(getattr(self, f"growth_per_{name}"))

    def most(self, name: str) -> float:
        """Return the most that a difference counts for, however odd an authority's figures are."""
        return float(getattr(self, f"growth_most_{name}"))


def expected(area: Area, known: History, rates: GrowthRates, years: int) -> Floats:
    """Return expected log growth of all plans: authority x year.

    England's growth is held for as many years as were checked, then fades; the difference of an authority fades too,
    that of requests faster.
    """
    nation = england_growth(area.base_year, int(rates.growth_england_years))
    step = np.arange(years)
    later = np.maximum(step - int(rates.growth_years_held) + 1, 0)
    fading = rates.growth_damping**later
    soon = rates.growth_requests_damping**step
    found = np.tile(nation * fading, (len(area.authorities), 1))
    for name, values in differences(area, known, rates).items():
        found += rates.per(str(name)) * values.to_numpy()[:, None] * (soon if name in ("requests", "own") else fading)
    return found


def england_growth(base: int, years: int) -> float:
    """Return England's log growth a year, the mean of so many years to January `base`."""
    totals = england.totals()
    last = min(base, int(totals.index.max()))
    return float(np.log(totals[last] / totals[last - years]) / years)


def differences(area: Area, known: History, rates: GrowthRates) -> pd.DataFrame:
    """Return how each authority differs from England in its base year in what tells growth; 0 where unknown."""
    base, codes = area.base_year, list(area.authorities)
    nation = england.totals()
    last = min(base, int(nation.index.max()))
    plans, before = (np.array([_total(known.plans(code, year)) for code in codes]) for year in (base, base - 1))
    children = _by_authority(area.population, base, "children", codes)
    requests = _by_authority(area.requests, base, "requests", codes)
    further = np.array([_further(known.plans(code, base)) for code in codes])
    with np.errstate(divide="ignore", invalid="ignore"):
        asked = requests / before - england.requests_a_plan(base)
        grown = np.log(plans / before) - np.log(nation[last] / nation[last - 1])
        found = pd.DataFrame(
            {
                "requests": asked,
                "further": further - england.further_share(last),
                "rate": np.log(plans / children) - np.log(nation[last] / england.children(last).sum()),
                "size": np.log(plans / (nation[last] / AUTHORITIES_IN_ENGLAND)),
                "own": np.where(np.isfinite(asked), 0.0, grown),
            },
            index=codes,
        )
    known_well = (plans >= rates.growth_least_plans)[:, None] & np.isfinite(found)
    known_well.loc[before < rates.growth_least_plans, ["requests", "own"]] = False
    limits = pd.Series({name: rates.most(name) for name in TELLING})[found.columns]
    return found.where(known_well, 0.0).clip(-limits, limits, axis=1)


def _total(plans: Floats | None) -> float:
    return 0.0 if plans is None else float(plans.sum())


def _further(plans: Floats | None) -> float:
    """Return the share of plans whose setting is known that is in further education."""
    if plans is None:
        return float("nan")
    by_setting = pd.Series(plans.sum(axis=0), index=list(SETTING_TYPES)).drop("not_recorded")
    return float(by_setting[list(FURTHER)].sum() / by_setting.sum()) if by_setting.sum() else float("nan")


def _by_authority(frame: pd.DataFrame, year: int, column: str, codes: list[str]) -> Floats:
    """Return a column's total in one January by authority; NaN where it isn't known."""
    own = frame[(frame["year"] == year) & frame[column].notna()]
    totals = own.groupby("authority")[column].sum().reindex(codes)
    return np.where(totals.notna(), totals.astype("float64"), np.nan)


def draws(area: Area, known: History, rates: GrowthRates, years: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return log growth of all plans: draw x year x authority.

    England's error is shared by all authorities of a draw; an authority's own lasts through it, fading; each year has
    its own shock, with long tails.
    """
    tails = rates.growth_shock_tails
    centre = expected(area, known, rates, years).T[None]
    size = (draws, years, len(area.authorities))
    fade = rates.growth_error_fading ** np.arange(years)[None, :, None]
    shared = paired(rng.standard_normal, (draws, 1, 1)) * rates.growth_england_error
    lasting = paired(rng.standard_normal, (draws, 1, size[2])) * rates.growth_lasting_error
    tailed = paired(lambda shape: rng.standard_t(tails, shape), size) * np.sqrt((tails - 2) / tails)
    shock = tailed * rates.growth_year_error
    return np.asarray(centre + (shared + lasting) * fade + shock)


def paired(draw: Callable[[tuple[int, ...]], NDArray[Any]], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return symmetric errors for `shape[0]` draws that come in pairs of opposite sign: fewer settle the middle."""
    half = draw(((shape[0] + 1) // 2, *shape[1:]))
    return np.stack([half, -half], axis=1).reshape(-1, *shape[1:])[: shape[0]]
