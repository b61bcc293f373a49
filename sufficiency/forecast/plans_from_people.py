"""Plans forecast from people: rates counted by `people`, run by the same simulation as those from published flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import MissingError
from sufficiency.forecast.plan_forecast import PlanForecast
from sufficiency.forecast.rates import people_rates
from sufficiency.forecast.rates.people_counted import Counted
from sufficiency.forecast.rates.people_rates import PeopleRates
from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.rates.shrinkage import nearby, shares
from sufficiency.forecast.simulate import changes, cohort, people_errors
from sufficiency.forecast.simulate.people_errors import PeopleErrors
from sufficiency.forecast.simulate.yearly import yearly
from sufficiency.forecast.taken import usual
from sufficiency.words import run_options
from sufficiency.words.school_year import NCYS

GROUPS: Final = 50  # draws share where movers and joiners go in so many groups: enough to fill a 95 % interval


def plans_from_people(
    transitions: pd.DataFrame,
    population: pd.DataFrame,
    *,
    to: int,
    draws: int = 1_000,
    seed: int = 7,
    ages: pd.DataFrame | None = None,
    disagreement: float | None = None,
    asked: pd.DataFrame | None = None,
    authority: str = "all",
) -> PlanForecast:
    """Return simulated plans by ncy, need and setting, in the codes of the transitions.

    Parameters
    ----------
    transitions
        As `tables.TRANSITIONS`: from `inputs.council.snapshots.transitions`. One authority's.
    population
        Columns year, ncy, children, for every January of the transitions and of the forecast. [children]
    to
        The last January.
    draws, seed
        As for `plans`.
    ages
        Columns setting, ncy_low, ncy_high: who may be where. By default the ages seen.
    disagreement
        How far two records of one January differ (`Counted.disagreement`); by default as the transitions show, or,
        where they are of one year only, the library's assumption. 0 for none.
    asked
        What levers ask for, as `tables.CHANGES` (an area's `changes`), in the codes of the transitions.
    authority
        The label of the authority.

    Raises
    ------
    MissingError
        If the population lacks a January.
    InputError
        If `to` or `draws` can't be used, or a row of the transitions; the message names it.
    """
    people_rates.check_population(population)
    counted = Counted.of(transitions, ages)
    base = counted.years[-1]
    years = run_options.years(to, after=base)
    run_options.draws(draws)
    run_options.seed(seed)
    priors = usual(PeopleRates, base)
    rates = people_rates.rates(counted, population, priors, authority=authority)
    children = _children(population, years)
    errors = usual(PeopleErrors, base)
    living, recording = np.random.SeedSequence(seed).spawn(2)
    levers = tables.empty(tables.CHANGES) if asked is None else asked
    changes.check(levers, _labels(rates))
    simulated = _simulated(rates, levers, counted.start[None], children[None], draws, living, base, errors)
    if disagreement is None:
        measured = counted.disagreement()
        disagreement = errors.people_disagreement if measured is None else measured
    if disagreement > 0:
        later, rng = simulated.plans[:, 1:], np.random.default_rng(recording)
        anywhere = errors.share_anywhere(disagreement)
        recorded = as_recorded(
            later, _pattern(counted, errors.people_recorded_reach), disagreement, rng, anywhere=anywhere
        )
        simulated = replace(simulated, plans=np.concatenate([simulated.plans[:, :1], recorded], axis=1))
    return _labelled(simulated, rates, [base, *years], seed)


def simulated_for_area(
    area: Area, children: Floats, labels: changes.Labels, *, draws: int, seed: np.random.SeedSequence
) -> cohort.Simulated:
    """Return an area's plans simulated from the children followed in its `transitions`, authority by authority.

    Parameters
    ----------
    area
        With transitions of every authority up to the base year (`area.is_followed`).
    children
        draw x year x authority x ncy, the base year first. [children]
    labels
        Of the result: needs and settings beyond those seen have no plans.
    draws, seed
        Simulated futures, and where their random numbers come from.
    """
    errors, priors, parts = PeopleErrors.of(area), PeopleRates.of(area), []
    for i, (code, own_seed) in enumerate(zip(labels.authorities, seed.spawn(len(labels.authorities)), strict=True)):
        counted = Counted.of(transitions_of(area, code), needs=labels.needs, settings=labels.settings)
        people = area.population[area.population["authority"] == code]
        rates = people_rates.rates(counted, people, priors, authority=code)
        asked = area.changes[area.changes["authority"].isin(["", code])]
        start, to_come = counted.start[None], children[:, 1:, i]
        parts.append(_simulated(rates, asked, start, to_come, draws, own_seed, area.base_year, errors))
    return cohort.Simulated.joined(parts, "authority")


def transitions_of(area: Area, code: str) -> pd.DataFrame:
    """Return one authority's transitions; those with a blank authority are an area's only one."""
    return area.transitions[area.transitions["authority"].isin(["", code])]


def as_recorded(
    plans: NDArray[np.int32], pattern: Floats, disagreement: float, rng: np.random.Generator, *, anywhere: float
) -> NDArray[np.int32]:
    """Return plans as another return would record them: states differ by `disagreement` times chance, totals don't.

    Parameters
    ----------
    plans
        draw x year x any labels. [plans]
    pattern
        Where children may be found who are recorded elsewhere: of the labels' shape, in any unit.
    disagreement
        Variance of a state's count over its plans. [ratio]
    anywhere
        Share of children who may be recorded anywhere in the pattern. [share]
    """
    flat = plans.reshape(plans.shape[0] * plans.shape[1], -1)
    total = flat.sum(axis=1, keepdims=True)
    possible = np.flatnonzero((pattern.ravel() > 0) | flat.any(axis=0))
    usual = pattern.ravel()[possible] / max(pattern.sum(), 1e-12)
    found = np.zeros(flat.shape, dtype=np.int32)
    for part in np.array_split(np.arange(len(flat)), max(1, len(flat) // 500)):
        expected = (1 - anywhere) * flat[part][:, possible] + anywhere * total[part] * usual
        upto = rng.standard_gamma((expected / disagreement).astype(np.float32), dtype=np.float32).cumsum(axis=1)
        share = upto / np.maximum(upto[:, -1:], 1e-12)
        reached = np.floor(share * total[part] + rng.random((len(part), 1))).astype(np.int32)
        reached[:, -1:] = total[part]
        found[np.ix_(part, possible)] = np.diff(np.minimum(reached, total[part]), axis=1, prepend=0)
    return found.reshape(plans.shape)


def _pattern(counted: Counted, reach: float) -> Floats:
    """Return where plans are usually held: each NCY's, shared by need and setting as in the NCYs about it."""
    held = counted.after.sum(axis=0)
    about = np.einsum("ab,bij->aij", nearby(len(NCYS), reach), held)
    apart = about.sum(axis=2, keepdims=True) * about.sum(axis=1, keepdims=True)
    apart = apart / np.maximum(about.sum(axis=(1, 2), keepdims=True), 1e-12)
    return np.asarray(
        shares((about + apart) * counted.takes[:, None, :], (1, 2)) * held.sum(axis=(1, 2), keepdims=True)
    )


def _children(population: pd.DataFrame, years: Sequence[int]) -> Floats:
    absent = sorted(set(years) - set(population["year"]))
    if absent:
        raise MissingError(f"the population has no January {absent[0]}; it is needed to {years[-1]}")
    wide = population.pivot_table(index="year", columns="ncy", values="children", aggfunc="sum")
    return np.asarray(wide.reindex(index=list(years), columns=list(NCYS)).fillna(0.0), dtype="float64")


def _labels(rates: Rates) -> changes.Labels:
    return changes.Labels(rates.authorities, rates.ncys, rates.needs, rates.settings)


def _simulated(
    rates: Rates,
    levers: pd.DataFrame,
    start: NDArray[np.int64],
    children: Floats,
    draws: int,
    seed: np.random.SeedSequence,
    base: int,
    errors: PeopleErrors,
) -> cohort.Simulated:
    """Return every draw, in groups that differ in where movers and joiners go, as an unknown future does.

    `children` are draw x year x ncy; one draw of them serves all.
    """
    sizes = [len(part) for part in np.array_split(np.arange(draws), min(GROUPS, draws))]

    pulling, *streams = seed.spawn(len(sizes) + 1)
    scores = people_errors.spread(len(sizes), 2 * len(rates.settings), np.random.default_rng(pulling))

    def group(size: int, stream: np.random.SeedSequence, score: Floats, people: Floats) -> cohort.Simulated:
        varying, living = stream.spawn(2)
        rng = np.random.default_rng(varying)
        own = people_errors.varied(rates, score.reshape(2, -1), errors)
        later = [base + 1 + t for t in range(children.shape[1])]
        years = yearly(levers, [own] * len(later), later, _labels(own))
        return cohort.simulate(
            start, years, people_errors.paths(rates, people, size, rng, errors), seed=living, workers=1
        )

    shared = [children] * len(sizes) if len(children) == 1 else np.array_split(children, len(sizes))
    parts = [group(*each) for each in zip(sizes, streams, scores, shared, strict=True)]
    return cohort.Simulated.joined(parts, "draw")


def _labelled(simulated: cohort.Simulated, rates: Rates, years: Sequence[int], seed: int) -> PlanForecast:
    kinds, flows_by_ncy, flows_by_need = simulated.flows
    labels = {
        "kind": list(kinds),
        "draw": range(simulated.plans.shape[0]),
        "authority": list(rates.authorities),
        "ncy": list(rates.ncys),
        "need": list(rates.needs),
        "setting_type": list(rates.settings),
    }

    def array(values: NDArray[np.number], dims: Sequence[str], when: Sequence[int], name: str) -> xr.DataArray:
        coords = {d: list(when) if d == "year" else labels[d] for d in dims}
        return xr.DataArray(values, coords=coords, dims=dims, name=name)

    plan = ("draw", "year", "authority", "ncy", "need", "setting_type")
    by_ncy = ("kind", "draw", "year", "authority", "ncy", "setting_type")
    by_need = ("kind", "draw", "year", "authority", "need", "setting_type")
    homes = xr.DataArray(
        np.zeros((0, len(rates.ncys))), coords={"zone": [], "ncy": list(rates.ncys)}, dims=("zone", "ncy")
    )
    return PlanForecast(
        array(simulated.plans, plan, years, "plans"),
        homes,
        array(flows_by_ncy, by_ncy, years[1:], "children"),
        array(flows_by_need, by_need, years[1:], "children"),
        seed,
        None if simulated.support is None else array(simulated.support.held, plan, years, "support_plans"),
    )
