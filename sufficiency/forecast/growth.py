"""How fast all plans grow: an authority's own growth shrunk to England's, damped, and how wrong that has been."""

from __future__ import annotations

import numpy as np

from sufficiency.area import Area
from sufficiency.forecast import england
from sufficiency.forecast.rates import Floats


def totals(area: Area, authority: str) -> dict[int, float]:
    """Return an authority's plans by January, the base year and before. [plans]"""
    own = area.plans[(area.plans["authority"] == authority) & (area.plans["year"] <= area.base_year)]
    return {int(year): float(n) for year, n in own.groupby("year")["plans"].sum().items()}


def expected(area: Area, years: int) -> Floats:
    """Return expected log growth of all plans: authority x year."""
    own_weight, damping = area.value("forecast.growth_own_weight"), area.value("forecast.growth_damping")
    england_totals = england.totals()
    base = min(area.base_year, int(england_totals.index.max()))
    nation = float(np.log(england_totals[base] / england_totals[base - 1]))
    found = []
    for authority in area.authorities:
        series = totals(area, authority)
        last, before = series.get(area.base_year, 0.0), series.get(area.base_year - 1, 0.0)
        own = float(np.clip(np.log(last / before), -0.1, 0.4)) if last > 0 and before > 0 else nation
        found.append(own_weight * own + (1 - own_weight) * nation)
    return np.array(found)[:, None] * damping ** np.arange(1, years + 1)[None, :]


def draws(area: Area, years: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return log growth of all plans: draw x year x authority.

    An authority's error persists within a draw, fading; a shock of each year is its own; England's error is shared.
    """
    centre = expected(area, years).T[None]
    size = (draws, years, len(area.authorities))
    fade = area.value("forecast.growth_damping") ** np.arange(years)[None, :, None]
    shared = rng.normal(0, area.value("forecast.growth_england_error"), (draws, 1, 1))
    lasting = rng.normal(0, area.value("forecast.growth_lasting_error"), (draws, 1, size[2]))
    shock = rng.standard_t(5, size) * np.sqrt(3 / 5) * area.value("forecast.growth_year_error")
    return np.asarray(centre + (shared + lasting) * fade + shock)
