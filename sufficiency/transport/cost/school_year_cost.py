"""A school year's transport: from travellers by way of travelling to children, vehicles, km and cost by mode."""

from __future__ import annotations

from typing import Final

import numpy as np
import xarray as xr

from sufficiency.transport.cost.homes import Homes
from sufficiency.transport.cost.market import shared_runs
from sufficiency.transport.cost.neighbours import Neighbours
from sufficiency.transport.cost.runs import Floats, Runs, runs
from sufficiency.transport.cost.sampled import Estimate
from sufficiency.transport.cost.school_run_rates import SchoolRunRates
from sufficiency.transport.modes.modes import MODES, Levers

MEASURES: Final = ("children", "vehicles", "km", "assistants", "minutes_more", "co2_kg", "gbp")
DIMS: Final = ("draw", "year", "authority", "setting")


def price_year(
    rates: SchoolRunRates,
    by_way: xr.DataArray,
    homes: Homes,
    levers: Levers,
    *,
    neighbours: Neighbours | None,
    noise: xr.DataArray,
    estimate: Estimate | None = None,
) -> xr.Dataset:
    """Return what each mode carries, needs and costs in each academic year.

    Parameters
    ----------
    by_way
        Travellers: draw × year × authority × setting × way, those who board apart. [children]
    homes
        Where they live: year × authority × setting.
    neighbours
        Each setting's nearest other, in the order of `by_way`.
    noise
        The error of the approximation of rounds, a factor: draw × setting.
    estimate
        Calibrated on the area's own routed samples; without one, the ratio found on the example area is used.

    Returns
    -------
    Dataset
        Over draw × year × authority × setting × mode: `children`; `vehicles`, `km` (with a child aboard) and `assistants`
        a school day; `minutes_more`, a child's mean ride beyond the direct drive; `co2_kg` and `gbp` a year, in the
        prices of the rates.
    """
    way = {str(w): by_way.sel(way=w).transpose(*DIMS).to_numpy() for w in by_way["way"].values}
    together = way["shared"] + way["wheelchair"]
    routed = rates.rounds_over_estimate if estimate is None else estimate.ratio(together, homes)
    error = noise.transpose("draw", "setting").to_numpy()[:, None, None, :]
    found = {
        mode: (riders, run.times(routed), run.gbp * routed * error)
        for mode, (riders, run) in shared_runs(rates, way, homes, levers, neighbours).items()
    }
    alone = runs(rates, way["solo"], homes, rates.vehicles["solo_taxi"])  # a run for one child is priced exactly
    found["solo_taxi"] = (way["solo"], alone, alone.gbp)
    modes = {
        mode: run_measures(rates, mode, riders, run, gbp * rates.school_days)
        for mode, (riders, run, gbp) in found.items()
    }
    modes["boarding"] = _boarding(rates, way["boarding"], homes)
    modes["pass"] = without_runs(way["pass"], way["pass"] * rates.pass_gbp)
    modes["budget"] = budget_measures(rates, way["budget"], homes.km)
    coords = {d: by_way[d].values for d in DIMS} | {"mode": list(MODES)}
    return xr.Dataset(
        {name: ((*DIMS, "mode"), np.stack([modes[m][name] for m in MODES], axis=-1)) for name in MEASURES},
        coords=coords,
    )


def run_measures(rates: SchoolRunRates, mode: str, riders: Floats, run: Runs, gbp: Floats) -> dict[str, Floats]:
    """Return a mode's measures from its runs of a school day and its cost a year."""
    loaded = run.km * rates.school_days * (1 + rates.empty_km_share)
    kg = loaded * (rates.co2_minibus_kg_per_km if mode.endswith("minibus") else rates.co2_taxi_kg_per_km)
    more = np.broadcast_to(run.minutes_more, riders.shape)
    return dict(zip(MEASURES, (riders, run.vehicles, run.km, run.assistants, more, kg, gbp), strict=True))


def without_runs(riders: Floats, gbp: Floats) -> dict[str, Floats]:
    """Return the measures of those for whom no vehicle is hired."""
    return dict.fromkeys(MEASURES, np.zeros_like(riders)) | {"children": riders, "gbp": gbp}


def budget_measures(rates: SchoolRunRates, riders: Floats, km: Floats) -> dict[str, Floats]:
    """Return the measures of families driving their own: two journeys there and back a day, paid by the km."""
    driven = riders * 4 * km
    gbp = driven * rates.budget_gbp_per_km * rates.school_days
    return without_runs(riders, gbp) | {"km": driven, "co2_kg": driven * rates.school_days * rates.co2_car_kg_per_km}


def _boarding(rates: SchoolRunRates, riders: Floats, homes: Homes) -> dict[str, Floats]:
    """Return those who board: so many returns a year, each driven as a day's journey alone."""
    run = runs(rates, riders, homes, rates.vehicles["solo_taxi"]).times(rates.boarding_returns / rates.school_days)
    return run_measures(rates, "boarding", riders, run, run.gbp * rates.school_days)
