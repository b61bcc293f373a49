"""How fast all plans grow: England's recent growth, moved by what tells an authority apart, and how wrong that has been.

Four things tell authorities apart, each against England's figure of the same year: requests for assessment a plan held
(they lead new plans by about half a year), plans in further education as a share (they soon end), plans a child (high
rates grow more slowly) and size. An authority's own last growth adds nothing once these are known; it stands in where
requests are not published. Weights were fitted to every authority's growth over one, two and three years, by least
absolute deviation, and checked on authorities and origins left out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.area import Area
from sufficiency.forecast import england
from sufficiency.forecast.rates import Floats

AUTHORITIES_IN_ENGLAND: Final = 152
ENGLAND_YEARS: Final = 3  # years of England's growth averaged
LEAST_PLANS: Final = 20.0  # below this an authority's own figures say nothing
FURTHER: Final = ("further_education", "specialist_post_16")
# No difference counts for more than this, however odd an authority's figures are.
LIMITS: Final = {"requests": 0.15, "further": 0.15, "rate": 0.6, "size": 1.5, "own": 0.1}


def expected(area: Area, years: int) -> Floats:
    """Return expected log growth of all plans: authority x year.

    England's growth is held for as many years as were checked, then fades; the difference of an authority fades too,
    that of requests faster.
    """
    base = area.base_year
    nation = _england_growth(base)
    step = np.arange(years)
    held = int(area.value("forecast.growth_years_held"))
    later = np.maximum(step - held + 1, 0)
    fading = area.value("forecast.growth_damping") ** later
    lasting = dict.fromkeys(LIMITS, fading)
    lasting["requests"] = area.value("forecast.growth_requests_damping") ** step
    lasting["own"] = lasting["requests"]
    found = []
    for authority in area.authorities:
        apart = differences(area, authority)
        own = sum(area.value(f"forecast.growth_per_{name}") * value * lasting[name] for name, value in apart.items())
        found.append(nation * fading + own)
    return np.array(found).reshape(len(area.authorities), years)


def _england_growth(base: int) -> float:
    totals = england.totals()
    last = min(base, int(totals.index.max()))
    return float(np.log(totals[last] / totals[last - ENGLAND_YEARS]) / ENGLAND_YEARS)


def differences(area: Area, authority: str) -> dict[str, float]:
    """Return how an authority differs from England in its base year, in what tells growth; nothing where unknown."""
    base, series = area.base_year, totals(area, authority)
    plans, before = series.get(base, 0.0), series.get(base - 1, 0.0)
    nation = england.totals()
    last = min(base, int(nation.index.max()))
    if plans < LEAST_PLANS:
        return {}
    found = {"size": np.log(plans / (nation[last] / AUTHORITIES_IN_ENGLAND))}
    children = _children(area, authority)
    if children > 0:
        found["rate"] = np.log(plans / children) - np.log(nation[last] / england.children(last).sum())
    further = _further(area, authority)
    if not np.isnan(further):
        found["further"] = further - england.further_share(last)
    requests = area.requests.loc[
        (area.requests["authority"] == authority) & (area.requests["year"] == base), "requests"
    ].dropna()
    if len(requests) and before >= LEAST_PLANS:
        found["requests"] = float(requests.iloc[0]) / before - england.requests_a_plan(base)
    elif before >= LEAST_PLANS:
        found["own"] = np.log(plans / before) - float(np.log(nation[last] / nation[last - 1]))
    return {name: float(np.clip(value, -LIMITS[name], LIMITS[name])) for name, value in found.items()}


def totals(area: Area, authority: str) -> dict[int, float]:
    """Return an authority's plans by January, the base year and before. [plans]"""
    own = _known(area, authority)
    return {int(str(year)): float(n) for year, n in own.groupby("year")["plans"].sum().items()}


def _known(area: Area, authority: str) -> pd.DataFrame:
    plans = area.plans
    return plans[(plans["authority"] == authority) & (plans["year"] <= area.base_year)]


def _further(area: Area, authority: str) -> float:
    """Return the share of plans whose setting is known that is in further education."""
    own = _known(area, authority)
    own = own[(own["year"] == area.base_year) & (own["setting"] != "not_recorded")]
    whole = float(own["plans"].sum())
    return float(own.loc[own["setting"].isin(FURTHER), "plans"].sum()) / whole if whole else float("nan")


def _children(area: Area, authority: str) -> float:
    own = area.population[(area.population["authority"] == authority) & (area.population["year"] == area.base_year)]
    return float(own["children"].sum())


def draws(area: Area, years: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return log growth of all plans: draw x year x authority.

    England's error is shared by all authorities of a draw; an authority's own lasts through it, fading; each year has
    its own shock, half of which is gone the year after (a late count is caught up).
    """
    centre = expected(area, years).T[None]
    size = (draws, years, len(area.authorities))
    fade = area.value("forecast.growth_damping") ** np.arange(years)[None, :, None]
    shared = rng.normal(0, area.value("forecast.growth_england_error"), (draws, 1, 1))
    lasting = rng.normal(0, area.value("forecast.growth_lasting_error"), (draws, 1, size[2]))
    shock = rng.standard_t(5, size) * np.sqrt(3 / 5) * area.value("forecast.growth_year_error")
    return np.asarray(centre + (shared + lasting) * fade + shock)
