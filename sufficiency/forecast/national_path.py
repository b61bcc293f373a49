"""England's plans as others put them: what a lever adds to an area's growth so that England would follow their points."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.area.folder import data_folder, read_area
from sufficiency.forecast import base_year_plans
from sufficiency.forecast.growth import growth
from sufficiency.forecast.plan_forecast import PlanForecast
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.simulate import changes
from sufficiency.policy import value as national_value

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


@cache
def england_area() -> Area:
    """Return England as one area, from the bundled published totals.

    Its plans grow as England's do: no difference of an authority from England counts.

    Examples
    --------
    >>> england_area().name
    'England'
    """
    area = read_area(data_folder() / "england")
    names = ("forecast.growth_per_size",)
    rows = [
        {"assumption": name, "value": 0.0, "unit": "log ratio a year", "status": "derived"}
        | {"says": "England is no authority: its growth is England's own", "source": "By definition"}
        for name in names
    ]
    return area.replace(
        assumptions=tables.check(pd.DataFrame(rows), tables.ASSUMPTIONS, source="England's assumptions")
    )


def added(area: Area, years: Sequence[int]) -> Floats:
    """Return what levers add to log growth in each year, the same for every authority; 0 where none follows a path."""
    if not (area.changes["flow"] == "england_growth").any():
        return np.zeros(len(years))
    england = england_area().replace(base_year=area.base_year)
    own = growth.expected(england, base_year_plans.history(england), growth.GrowthRates.of(england), len(years))[0]
    return changes.growing(area.changes, years, own)


def school_rate(plans: PlanForecast, area: Area) -> pd.Series:
    """Return the share of England's pupils who have a plan, by January, in the middle forecast.

    Parameters
    ----------
    plans
        A forecast of `england_area()`, with or without levers.
    area
        The area that was forecast: its population gives how pupils' numbers change from the January published.

    Returns
    -------
    Series
        By January. Pupils are those published for one January, moved as children of Reception to Year 11 are. [share]
    """
    from sufficiency.forecast.population import projection

    years = [int(y) for y in plans.plans["year"].values]
    held = plans.plans.sel(setting_type=[s for s in plans.plans["setting_type"].values if s in SCHOOLS])
    school = held.sum(["authority", "ncy", "need", "setting_type"]).median("draw").to_series()
    drawn = projection.draws(area, years[-1], 200, np.random.default_rng(0)).sel(ncy=slice(*PUPIL_NCYS))
    children = drawn.sum(["authority", "ncy"]).mean("draw").to_series()
    when = int(national_value("reform.pupils_year", on=2026))
    published = national_value("reform.pupils_in_england", on=2026)
    of_school = pd.Series(published * children / children[when])
    return (school / of_school.reindex(school.index)).rename("share")
