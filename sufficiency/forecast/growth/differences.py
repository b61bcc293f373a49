"""What tells an authority's growth apart from England's, as it was known in the base year.

All six are set against England's figure of the same January, cut off where an authority's figures are odd, and believed
by the size of the authority: of one with few plans, little.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.area.area import Area
from sufficiency.forecast import england
from sufficiency.forecast.base_year_plans import History
from sufficiency.forecast.growth.growth_rates import GrowthRates
from sufficiency.forecast.rates.rates import Floats
from sufficiency.words.school_year import NCYS

TELLING: Final = ("requests", "waiting", "issued", "own", "own_alone", "rate", "aged_20")
RECENT: Final = ("requests", "waiting", "issued", "own", "own_alone")  # what the last year did, which fades
AGED_20: Final = list(NCYS).index(16)


def differences(area: Area, known: History, rates: GrowthRates) -> pd.DataFrame:
    """Return how each authority differs from England in its base year in what tells growth; 0 where unknown.

    `requests`, `waiting` (requests that were neither refused nor ended in a plan within the year) and `issued` are shares of
    plans held; `own` is the last year's log growth, `own_alone` the same where requests aren't known; `rate` is plans a
    child, as a log ratio; `aged_20` the share of plans at 20 and over.
    """
    base, codes = area.base_year, list(area.authorities)
    plans, before = (_totals(known, codes, year) for year in (base, base - 1))
    nation = england.held(base)
    asked = england.requested(base)
    own = _asked(area.requests, base, codes)
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.log(plans / before) - england.growth(base)
        found = pd.DataFrame(
            {name: own[name].to_numpy() / plans - asked[name] for name in ("requests", "waiting", "issued")},
            index=codes,
        )
        is_known = np.isfinite(found["requests"])
        found["own"] = np.where(is_known, grown, 0.0)
        found["own_alone"] = np.where(is_known, 0.0, grown)
        found["rate"] = np.log(plans / _children(area, codes)) - np.log(nation / england.children(base).sum())
    found["aged_20"] = _aged_20(known, codes, base) - england.aged_20_share(base)
    limits = pd.Series({name: rates.most(name) for name in TELLING})
    believed = plans / (plans + rates.growth_half_trusted)
    bounded = found[list(TELLING)].where(np.isfinite(found), 0.0).clip(-limits, limits, axis=1)
    return bounded.mul(believed, axis=0)


def plans_a_child(area: Area, known: History) -> Floats:
    """Return plans per child in the base year, by authority; England's where an authority's children aren't known."""
    codes = list(area.authorities)
    nation = england.held(area.base_year) / england.children(area.base_year).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        own = _totals(known, codes, area.base_year) / _children(area, codes)
    return np.where(np.isfinite(own), own, nation)


def england_moves(base: int, years: int) -> dict[str, float]:
    """Return how England's own figures of January `base` differ from their mean over the years of its growth."""
    span = range(base - years + 1, base + 1)
    asked = [england.requested(year) for year in span]
    moves = {
        name: asked[-1][name] - float(np.nanmean([a[name] for a in asked])) if np.isfinite(asked[-1][name]) else 0.0
        for name in ("requests", "waiting", "issued")
    }
    return {**moves, "own": england.growth(base) - float(np.mean([england.growth(year) for year in span]))}


def _totals(known: History, codes: list[str], year: int) -> Floats:
    found = [known.plans(code, year) for code in codes]
    return np.array([0.0 if plans is None else float(plans.sum()) for plans in found])


def _asked(requests: pd.DataFrame, year: int, codes: list[str]) -> pd.DataFrame:
    """Return requests, those still waiting and plans issued in the calendar year before `year`, by authority."""
    own = requests[requests["year"] == year].set_index("authority").reindex(codes)
    counts = own.reindex(columns=["requests", "refused", "issued"]).astype("Float64").astype("float64")
    return counts.assign(waiting=counts["requests"] - counts["refused"] - counts["issued"])


def _children(area: Area, codes: list[str]) -> Floats:
    own = area.population[(area.population["year"] == area.base_year) & area.population["children"].notna()]
    return np.asarray(own.groupby("authority")["children"].sum().reindex(codes), dtype="float64")


def _aged_20(known: History, codes: list[str], base: int) -> Floats:
    """Return the share of plans at 20 and over, as of each authority's last January with ages; NaN where there is none."""
    found = []
    for code in codes:
        last = max((year for own, year in known.aged if own == code and year <= base), default=None)
        plans = None if last is None else known.plans(code, last)
        found.append(float("nan") if plans is None else float(plans[AGED_20:].sum() / plans.sum()))
    return np.array(found)
