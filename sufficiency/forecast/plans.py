"""Plans by age, need and setting, forecast for an area from the tables that it holds."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.forecast import base_year_plans, in_year, national_path
from sufficiency.forecast.growth import growth
from sufficiency.forecast.plan_forecast import PlanForecast
from sufficiency.forecast.plans_from_people import simulated_for_area
from sufficiency.forecast.population import projection
from sufficiency.forecast.rates import needs, published_rates
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.simulate import changes, cohort, paths
from sufficiency.forecast.simulate.yearly import yearly
from sufficiency.words import run_options
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import SETTING_TYPES


def plans(area: Area, *, to: int = 2035, draws: int = 1_000, seed: int = 7, workers: int | None = None) -> PlanForecast:
    """Return simulated EHC plans in every January from the base year to `to`.

    Parameters
    ----------
    area
        The authorities' tables. Where `transitions` follow children to the base year, rates are counted from them and
        the base year is theirs; otherwise rates come from published flows and `states` gives the base year; without
        needs, give `plans` by NCY and setting.
    to
        The last January. [year]
    draws
        Simulated futures; 1,000 settle a 90 % interval to about a twentieth of its width.
    seed
        The same seed gives the same children on any number of workers.
    workers
        Threads; by default two, or one where there is one processor. Changes nothing but the time.

    Raises
    ------
    InputError
        If `to`, `draws`, `workers` or the base year's plans can't be used; the message names what was expected.
    MissingError
        If the area has no plans by age in its base year.
    """
    years = run_options.years(to, after=area.base_year)
    run_options.draws(draws)
    run_options.seed(seed)
    run_options.workers(workers)
    growing, jittering, peopling, living = np.random.SeedSequence(seed).spawn(4)
    children = _children(area, to, draws, np.random.default_rng(peopling))
    if area.is_followed:
        own = _followed_labels(area)
        changes.check(area.changes, own)
        return labelled(simulated_for_area(area, children, own, draws=draws, seed=living), own, area, years, seed)
    known = base_year_plans.history(area)
    labels, held = _array(base_year_plans.states(area, known), list(area.authorities))
    changes.check(area.changes, labels)
    rates, drifts = published_rates.from_flows(area, known, held, labels.needs)
    totals = growth.draws(area, known, growth.GrowthRates.of(area), len(years), draws, np.random.default_rng(growing))
    totals = totals + national_path.added(area, years)[None, :, None]
    totals = in_year.conditioned(area, known, totals)
    errors, jitter = paths.RateErrors.of(area), np.random.default_rng(jittering)
    workers = workers or min(2, os.cpu_count() or 1)
    futures = paths.paths(errors, rates, drifts, held, children, totals, jitter, workers=workers)
    simulated = cohort.simulate(
        held,
        yearly(area.changes, [rates] * len(years), years, labels),
        futures,
        seed=living,
        workers=workers,
    )
    return labelled(simulated, labels, area, years, seed)


def _array(table: pd.DataFrame, authorities: Sequence[str]) -> tuple[changes.Labels, NDArray[np.int64]]:
    """Return the labels of the state array and plans in the base year."""
    known = needs.present(sorted(set(table["need"])))
    labels = changes.Labels(tuple(authorities), NCYS, known, tuple(SETTING_TYPES))
    axes = (("authority", authorities), ("ncy", NCYS), ("need", known), ("setting_type", list(SETTING_TYPES)))
    return labels, base_year_plans.array(table, axes)


def _followed_labels(area: Area) -> changes.Labels:
    seen = set(area.transitions["need"]) | set(area.transitions["need_after"])
    return changes.Labels(tuple(area.authorities), NCYS, needs.present(sorted(seen - {""})), tuple(SETTING_TYPES))


def _children(area: Area, to: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return children: draw x year x authority x ncy, the base year first. [children]"""
    drawn = projection.draws(area, to, draws, rng)
    return np.asarray(drawn.sel(authority=list(area.authorities), ncy=list(NCYS)).to_numpy(), dtype="float64")


def labelled(
    simulated: cohort.Simulated, labels: changes.Labels, area: Area, years: Sequence[int], seed: int
) -> PlanForecast:
    """Return the simulated arrays under their labels."""
    draws = simulated.plans.shape[0]
    own = {
        "draw": np.arange(draws),
        "authority": list(labels.authorities),
        "ncy": list(labels.ncys),
        "need": list(labels.needs),
        "setting_type": list(labels.settings),
    }
    kinds, flows_by_ncy, flows_by_need = simulated.flows
    flow = {"kind": list(kinds), **own, "year": list(years)}
    by_ncy = ("kind", "draw", "year", "authority", "ncy", "setting_type")
    by_need = ("kind", "draw", "year", "authority", "need", "setting_type")
    plan = ("draw", "year", "authority", "ncy", "need", "setting_type")
    own["year"] = [area.base_year, *years]
    return PlanForecast(
        xr.DataArray(simulated.plans, coords={d: own[d] for d in plan}, dims=plan, name="plans"),
        homes(area),
        xr.DataArray(flows_by_ncy, coords={d: flow[d] for d in by_ncy}, dims=by_ncy, name="children"),
        xr.DataArray(flows_by_need, coords={d: flow[d] for d in by_need}, dims=by_need, name="children"),
        seed,
        None
        if simulated.support is None
        else xr.DataArray(simulated.support.held, coords={d: own[d] for d in plan}, dims=plan, name="support_plans"),
    )


def homes(area: Area) -> xr.DataArray:
    """Return the share of each authority's plans that live in each of its zones: zone x ncy."""
    from sufficiency.forecast import homes as living

    if area.zones.empty:
        return xr.DataArray(np.zeros((0, len(NCYS))), coords={"zone": [], "ncy": list(NCYS)}, dims=("zone", "ncy"))
    return living.homes(area)
