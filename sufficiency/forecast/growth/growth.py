"""How fast all plans grow: England's recent growth, moved by what tells an authority apart, and how wrong that has been.

What tells: requests for assessment per plan held, those of them still waiting (neither refused nor ended in a plan within the
year), plans issued, and an authority's own last growth, all of which fade; plans per child (high rates grow more slowly) and
plans at 20 and over (they soon end), which last. England's own path takes the same weights: where more is asked for than in
the years that its growth is averaged over, it grows faster.

How well, on authorities and Januaries that the weights were not fitted to (`benchmarks/growth_weights.py`): the median
authority is forecast within 2.5, 4.2 and 5.4 % at one, two and three years; half own, half England's last growth errs 3.1,
5.5 and 7.2 %. A year in ten or so moves England by more than any of this foretells: a year ahead of January 2025 the median
error was 3.0 %. Five to ten years ahead see `record/backtest_far.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.forecast import england
from sufficiency.forecast.base_year_plans import History
from sufficiency.forecast.growth.ceiling import slowed
from sufficiency.forecast.growth.differences import RECENT, differences, england_moves, plans_a_child
from sufficiency.forecast.growth.growth_rates import GrowthRates as GrowthRates
from sufficiency.forecast.rates.rates import Floats


def expected(area: Area, known: History, rates: GrowthRates, years: int) -> Floats:
    """Return expected log growth of all plans: authority x year.

    What lasts of an authority's difference is held for as many years as were checked closely, then fades; what the last
    year did fades from the first year on.
    """
    return _expected(differences(area, known, rates), england_path(area.base_year, rates, years), rates)


def _expected(apart: pd.DataFrame, path: Floats, rates: GrowthRates) -> Floats:
    years = len(path)
    fading, soon = _fading(rates, years), rates.growth_recent_damping ** np.arange(years)
    found = np.tile(path, (len(apart), 1))
    for name, values in apart.items():
        found += rates.per(str(name)) * values.to_numpy()[:, None] * (soon if name in RECENT else fading)
    return found


def england_path(base: int, rates: GrowthRates, years: int) -> Floats:
    """Return England's expected log growth in each year: its recent mean, moved by its own requests and growth."""
    span = int(rates.growth_england_years)
    soon = rates.growth_recent_damping ** np.arange(years)
    moved = sum(rates.per(name) * move for name, move in england_moves(base, span).items())
    return np.asarray(england_growth(base, span) * _fading(rates, years) + moved * soon)


def england_growth(base: int, years: int) -> float:
    """Return England's log growth a year, the mean of so many years to January `base`."""
    return float(np.mean([england.growth(year) for year in range(base - years + 1, base + 1)]))


def _fading(rates: GrowthRates, years: int) -> Floats:
    later = np.maximum(np.arange(years) - int(rates.growth_years_held) + 1, 0)
    return np.asarray(rates.growth_damping**later)


def draws(area: Area, known: History, rates: GrowthRates, years: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return log growth of all plans: draw x year x authority.

    An authority's own error lasts through a draw; each year has its own shock, with long tails, wider the further its
    requests waiting are from England's, either way. England's error is shared by all authorities of a draw. Growth slows
    as plans per child near the most thought possible.
    """
    apart, path = differences(area, known, rates), england_path(area.base_year, rates, years)
    lasting = paired(rng.standard_normal, (draws, 1, len(apart))) * rates.growth_lasting_error
    tails = rates.growth_shock_tails
    tailed = paired(lambda shape: rng.standard_t(tails, shape), (draws, years, len(apart)))
    shock = tailed * np.sqrt((tails - 2) / tails) * rates.growth_year_error
    wider = 1 + rates.growth_error_per_waiting * apart["waiting"].abs().to_numpy()
    shared = england_error(path, rates, draws, rng)[:, :, None]
    found = np.asarray(_expected(apart, path, rates).T[None] + shared + lasting + shock * wider)
    return slowed(found, plans_a_child(area, known), rates.growth_most_plans_a_child, rates.growth_ceiling_steepness)


def england_error(path: Floats, rates: GrowthRates, draws: int, rng: np.random.Generator) -> Floats:
    """Return how far England's growth is from its expected `path`: draw x year. [log ratio]

    An error that lasts, a shock of each year, and in some draws a break: England's growth becomes another and stays so.
    In the years that were checked closely the middle stays where it was: those errors were measured, whatever broke then.
    Beyond them it drifts towards the middle of what breaks may bring.
    """
    years = len(path)
    lasting = paired(rng.standard_normal, (draws, 1)) * rates.growth_england_error
    year = paired(rng.standard_normal, (draws, years)) * rates.growth_england_year_error
    found = lasting + year + broken(path, rates, draws, rng)
    middle = np.diff(np.median(found.cumsum(axis=1), axis=0), prepend=0.0)
    middle[int(rates.growth_years_held) :] = 0.0
    return np.asarray(found - middle)


def broken(path: Floats, rates: GrowthRates, draws: int, rng: np.random.Generator) -> Floats:
    """Return what a break adds to England's growth in the years after it: draw x year. [log ratio]

    The first year can't break: what ends in a plan by next January has mostly been asked for. From then on each year may, by
    chance; growth after it is anything between the lowest and the highest thought possible.
    """
    even = (np.arange(draws) + 0.5) / draws  # one draw in each equal part of all chances
    with np.errstate(divide="ignore"):
        first = 1 + np.floor(np.log1p(-rng.permutation(even)) / np.log1p(-rates.growth_break_chance))
    low, high = rates.growth_break_lowest, rates.growth_break_highest
    level = low + (high - low) * rng.permutation(even)
    is_after = np.arange(len(path))[None] >= first[:, None]
    return np.where(is_after, level[:, None] - path[None], 0.0)


Real = TypeVar("Real", np.float32, np.float64)


def paired(draw: Callable[[tuple[int, ...]], NDArray[Real]], shape: tuple[int, ...]) -> NDArray[Real]:
    """Return symmetric errors for `shape[0]` draws that come in pairs of opposite sign: fewer settle the middle."""
    half = draw(((shape[0] + 1) // 2, *shape[1:]))
    return np.stack([half, -half], axis=1).reshape(-1, *shape[1:])[: shape[0]]
