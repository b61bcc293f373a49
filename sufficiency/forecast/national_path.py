"""England's plans as others put them: what a lever adds to an area's growth so that England would follow their points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import policy, tables
from sufficiency.area.area import Area
from sufficiency.area.folder import data_folder, read_area
from sufficiency.forecast.plan_forecast import PlanForecast
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.simulate import changes

# Where pupils of the school rate are: DfE counts those at schools of every kind, not at colleges or elsewhere.
SCHOOLS: Final = (
    "mainstream",
    "resourced_provision",
    "sen_unit",
    "special",
    "independent_special",
    "non_maintained_special",
    "alternative_provision",
)
PUPIL_NCYS: Final = (0, 11)
SIXTH_FORM_NCYS: Final = (12, 13)
MIDDLE_DRAWS: Final = 4  # without errors, chance in single children is all that is left


@cache
def england_area() -> Area:
    """Return England as one area, from the bundled published totals.

    Examples
    --------
    >>> england_area().name
    'England'
    """
    return read_area(data_folder() / "england")


def without_errors(area: Area) -> Area:
    """Return the area with no error in growth, rates or population: a few draws then show its middle path.

    Examples
    --------
    >>> without_errors(england_area()).value("forecast.growth_england_error")
    0.0
    """
    told = [n for n in policy.all_rates() if n.startswith("forecast.")]
    names = [n for n in told if "error" in n or n.endswith("_break_chance")]
    rows = [
        {"assumption": name, "value": 0.0, "unit": policy.rate(name).unit, "status": "derived"}
        | {"says": policy.rate(name).meaning, "source": "0, to show the middle path", "low": 0.0}
        for name in names
    ]
    new = tables.check(pd.DataFrame(rows), tables.ASSUMPTIONS, source="no errors")
    kept = area.assumptions[~area.assumptions["assumption"].isin(names)]
    return area.replace(assumptions=pd.concat([kept, new], ignore_index=True) if len(kept) else new)


def added(area: Area, years: Sequence[int]) -> Floats:
    """Return what levers add to log growth in each year, the same for every authority; 0 where none follows a path."""
    if not (area.changes["flow"] == "england_growth").any():
        return np.zeros(len(years))
    return changes.growing(area.changes, years, _own_growth(area.base_year, years[-1]))


@cache
def _own_growth(base_year: int, to: int) -> Floats:
    """Return our own forecast of England's log growth to each January, with no lever pulled: as simulated, in the middle."""
    from sufficiency.forecast.plans import plans  # which asks for paths in turn, of areas with levers

    england = without_errors(england_area()).replace(base_year=base_year)
    simulated = plans(england, to=to, draws=MIDDLE_DRAWS, seed=0).plans
    totals = simulated.sum([d for d in simulated.dims if d not in ("draw", "year")]).mean("draw")
    return np.asarray(np.diff(np.log(totals.to_numpy())))


def school_rate(plans: PlanForecast, area: Area) -> pd.Series:
    """Return the share of England's pupils who have a plan, by January, in the middle forecast.

    The share counted in the base year moves as plans at schools do, and as pupils do: children of Reception to Year 11, and
    those in a sixth form (`reform.sixth_form_share`). The two returns that count plans differ by a hundredth or two.

    Parameters
    ----------
    plans
        A forecast of `england_area()`, with or without levers.
    area
        The area that was forecast: its population gives how children's numbers change.

    Returns
    -------
    Series
        By January, from the base year. [share of pupils]
    """
    from sufficiency.forecast.population import projection

    years = [int(y) for y in plans.plans["year"].values]
    held = plans.plans.sel(setting_type=[s for s in plans.plans["setting_type"].values if s in SCHOOLS])
    school = held.sum(["authority", "ncy", "need", "setting_type"]).median("draw").to_series()
    drawn = projection.draws(area, years[-1], 200, np.random.default_rng(0)).sum("authority").mean("draw")
    young, older = (drawn.sel(ncy=slice(*ncys)).sum("ncy").to_series() for ncys in (PUPIL_NCYS, SIXTH_FORM_NCYS))
    children = (young + older * area.value("reform.sixth_form_share")).reindex(school.index)
    counted = policy.rate("reform.counted_school_rate").on(date(years[0], 1, 31))
    return (counted * (school / school.iloc[0]) / (children / children.iloc[0])).rename("share")
