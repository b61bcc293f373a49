"""The method on one page: an area and a scenario to everything that a report needs.

`run` forecasts plans and SEN Support, finds journeys, places children, and prices transport and High Needs. Only this
module knows all four parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import product
from typing import Final

from sufficiency import allocate, forecast, funding, transport
from sufficiency.area.area import Area
from sufficiency.forecast import PlanForecast
from sufficiency.outcome import ForecastOutcome, Outcome, RunOptions, files_lacking, has_nobody_to_place
from sufficiency.scenarios.pipeline_levers import AS_AGREED, from_agreed
from sufficiency.scenarios.scenario import Scenario
from sufficiency.words import run_options

Progress = Callable[[str, float], None]  # what is being done, and the share that is done
# What no forecast of plans reads, of all that a lever or a run changes.
NOT_FORECAST_FROM: Final = frozenset({"settings", "places", "pipeline", "coming", "travel", "roads", "notes"})


def run(
    area: Area,
    scenario: Scenario = AS_AGREED,
    *,
    to: int = 2035,
    draws: int = 1_000,
    placed_draws: int = 100,
    seed: int = 7,
    workers: int | None = None,
    beside: ForecastOutcome | None = None,
    progress: Progress | None = None,
) -> Outcome | ForecastOutcome:
    """Return what follows for an area under a scenario.

    Parameters
    ----------
    area
        The area as it is.
    scenario
        Levers to pull before anything is forecast. What is agreed opens first, in every scenario.
    to
        Last January forecast. [year]
    draws, placed_draws
        Simulated futures, and how many of them are placed, transported and paid for: those that together differ least
        from all, before any lever is pulled, so that every scenario of a seed is placed in the same futures.
    seed
        The same seed gives the same numbers on any machine.
    workers
        How many processors may forecast and place; by default what the work repays. Changes nothing but the time.
    beside
        Another scenario's outcome: the forecast that both share is taken from it and not made again. Changes nothing but
        the time and the memory.
    progress
        Called with what is being done and the share done.

    Returns
    -------
    Outcome or ForecastOutcome
        An `Outcome` where the area has schools. Without settings, places and zones, or with no child in a
        specialist setting in the base year, plans alone are forecast, and what comes back is a `ForecastOutcome`, which
        says what is missing.

    Raises
    ------
    InputError
        If `to` is not after the base year, or there is no draw.
    """
    run_options.years(to, after=area.base_year)
    run_options.draws(draws)
    run_options.draws(placed_draws, "placed_draws")
    run_options.seed(seed)
    run_options.workers(workers)
    tell = progress or (lambda _stage, _share: None)
    scenario.check_ends_by(to)
    scenario = from_agreed(scenario)
    changed = scenario(area)

    tell("Forecasting EHC plans", 0.0)
    plans = _known(beside, changed, to, draws, seed) or forecast.plans(
        changed, to=to, draws=draws, seed=seed, workers=workers
    )
    tell("Forecasting SEN Support", 0.25)
    support = forecast.sen_support(changed, to=to, draws=draws, seed=seed) if len(changed.sen_support) else None
    unmoved = plans if _plans_alike(area, changed) else _known(beside, area, to, draws, seed)
    if unmoved is None:
        unmoved = forecast.plans(area, to=to, draws=draws, seed=seed, workers=workers)
    if support is not None and len(changed.changes) > len(area.changes):
        # A child who is given a plan leaves SEN Support, so a lever on plans moves both.
        support = support.with_plans(plans, unmoved)
    options = RunOptions(to=to, draws=draws, placed_draws=min(placed_draws, draws), seed=seed)
    if files_lacking(changed) or has_nobody_to_place(plans):
        tell("Done", 1.0)
        return ForecastOutcome(
            area=changed, scenario=scenario, plans=plans, support=support, options=options, before=area
        )
    tell("Finding journeys", 0.3)
    changed = transport.with_travel(changed)
    tell("Placing children near home", 0.35)
    futures = allocate.chosen_futures(unmoved, options.placed_draws)
    placed = allocate.places(changed, plans, draws=futures, seed=seed, workers=workers)
    tell("Pricing the school run", 0.8)
    journeys = transport.journeys(changed, placed, seed=seed, support_plans=plans.support_plans)
    tell("Paying for places", 0.9)
    budget = funding.high_needs(changed, plans, placed, seed=seed)
    tell("Done", 1.0)
    return Outcome(
        area=changed,
        scenario=scenario,
        plans=plans,
        support=support,
        placed=placed,
        journeys=journeys,
        budget=budget,
        options=options,
        before=area,
    )


def _plans_alike(area: Area, changed: Area) -> bool:
    """Return whether plans are forecast alike for two areas: nothing that a forecast reads has changed."""
    return changed.changed_from(area) <= NOT_FORECAST_FROM


def _known(beside: ForecastOutcome | None, area: Area, to: int, draws: int, seed: int) -> PlanForecast | None:
    """Return the forecast of plans of another outcome where it is this area's too, else None."""
    if beside is None or (beside.options.to, beside.options.draws, beside.options.seed) != (to, draws, seed):
        return None
    return beside.plans if _plans_alike(beside.area, area) else None


def run_many(
    areas: Sequence[Area],
    scenarios: Sequence[Scenario],
    *,
    to: int = 2035,
    draws: int = 1_000,
    placed_draws: int = 100,
    seed: int = 7,
    executor: Executor | None = None,
) -> list[Outcome | ForecastOutcome]:
    """Return an outcome for every area and scenario, areas outermost, on any `concurrent.futures` executor.

    The same seeds give the same numbers however many workers there are.

    Parameters
    ----------
    areas, scenarios
        Each area is run under each scenario.
    to, draws, placed_draws, seed
        As `run`.
    executor
        A process pool, say; by default one run follows another.
    """
    ask = partial(run, to=to, draws=draws, placed_draws=placed_draws, seed=seed)
    jobs = list(product(areas, scenarios))
    if executor is None:
        return [ask(area, scenario) for area, scenario in jobs]
    # The executor's workers are the processors to use: a run that starts others would only be in their way.
    waiting = [executor.submit(partial(ask, workers=1), area, scenario) for area, scenario in jobs]
    return [job.result() for job in waiting]
