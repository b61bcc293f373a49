"""Schools of an area routed and approximated, so that the approximation can be brought to what rounds cost."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.area.area import Area
from sufficiency.transport.cost.homes import Homes, spread_of
from sufficiency.transport.cost.market import shared_gbp
from sufficiency.transport.cost.sampled import Estimate, Sample, fit_samples
from sufficiency.transport.cost.school_run_rates import SchoolRunRates
from sufficiency.transport.modes.modes import guide_minutes
from sufficiency.transport.routing.effort import Clock
from sufficiency.transport.routing.plan_search import search
from sufficiency.transport.routing.rounds import compiled
from sufficiency.transport.routing.school_stops import legs_of, stops_at, vehicles
from sufficiency.words import run_options

FEWEST: Final = 5  # travellers at a school worth sampling


def routed_estimate(
    area: Area, riders: pd.DataFrame, year: int, *, schools: int = 20, seconds: float = 2, seed: int = 1
) -> Estimate:
    """Return what routed rounds cost over their approximation, fitted on schools of the area that are routed here."""
    run_options.seed(seed)
    run_options.seconds(seconds)
    run_options.whole("schools", schools, least=1, such_as="20")
    samples = routed_samples(area, riders, year, schools=schools, seconds=seconds, seed=seed)
    return fit_samples(samples, shrinkage=area.value("transport.sample_shrinkage"))


def routed_samples(
    area: Area, riders: pd.DataFrame, year: int, *, schools: int = 20, seconds: float = 2, seed: int = 1
) -> list[Sample]:
    """Return schools of the area, from the largest to the smallest at even steps, each routed and approximated."""
    here = riders[riders["year"] == year]
    size = here.groupby("setting")["travellers"].sum().sort_values(ascending=False)
    size = size[size >= FEWEST]
    picked = size.index[np.unique(np.linspace(0, len(size) - 1, min(schools, len(size))).round().astype(int))]
    homes = spread_of(here.assign(limit=guide_minutes(area, here["ncy"])), ["setting"])
    rates, fleet = SchoolRunRates.of(area), vehicles(area, alone=False)
    samples = []
    for setting in picked:
        stops = stops_at(area, riders, setting, year, alone=False)
        run = compiled(stops, fleet, legs_of(area, stops, setting), school=setting)
        routed = run.total(search(run, effort=Clock.of(seconds), seed=seed))
        children, chairs = (float(stops[c].sum()) for c in ("children", "wheelchairs"))
        where = Homes(**{str(c): np.asarray(v, dtype=np.float64) for c, v in homes.loc[setting].items()})
        way = {"shared": np.asarray(children - chairs), "wheelchair": np.asarray(chairs)}
        samples.append(Sample(children, where, float(shared_gbp(rates, way, where)), routed))
    return samples
