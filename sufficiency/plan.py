"""The method on one page: an area and a scenario to everything that a report needs.

`run` forecasts plans and SEN Support, finds journeys, places children, and prices transport and High Needs. Only this
module knows all four parts.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from typing import Any, Final

import pandas as pd
import xarray as xr

from sufficiency import allocate, forecast, funding, transport
from sufficiency.area import TABLES, Area
from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.levers import Scenario
from sufficiency.vocabulary import UNPLACED

AS_PLANNED: Final = Scenario("As planned")
Progress = Callable[[str, float], None]  # what is being done, and the share that is done


@dataclass(frozen=True, eq=False)
class Outcome:
    """One run: the area as the scenario makes it, and what follows, part by part."""

    area: Area
    scenario: Scenario
    plans: Any
    support: Any
    placed: Any
    journeys: Any
    budget: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    before: Area | None = None

    def __repr__(self) -> str:
        """Return one line: the area, scenario and options."""
        options = ", ".join(f"{k}={v}" for k, v in self.options.items())
        return f"<Outcome {self.area.name}: {self.scenario.name}; {options}>"

    def measure(self, name: str) -> xr.DataArray:
        """Return a measure's total in each draw: draw x year (or financial_year)."""
        if name not in MEASURES:
            raise MissingError(f"'{name}' is not one of {one_of(MEASURES)}{nearest(name, MEASURES)}")
        return MEASURES[name][2](self)

    def reproducibility(self) -> pd.DataFrame:
        """Return what another person needs to get the same numbers: options, versions, and a hash of every input."""
        rows = [("option", str(k), str(v)) for k, v in self.options.items()]
        rows += [
            ("version", name, _version(name))
            for name in ("sufficiency", "numpy", "pandas", "scipy", "ortools", "pyvrp")
        ]
        rows += [("version", "python", platform.python_version())]
        rows += [("scenario", lever_name(lever), repr(lever)) for lever in self.scenario.levers]
        area = self.before or self.area
        rows += [
            ("input", f"{name}.csv", table_hash(getattr(area, name))) for name in TABLES if len(getattr(area, name))
        ]
        rows += [("input", "area.toml, assumptions", table_hash(area.assumptions))]
        return pd.DataFrame(rows, columns=["kind", "name", "value"])


def run(
    area: Area,
    scenario: Scenario = AS_PLANNED,
    *,
    to: int = 2035,
    draws: int = 1_000,
    placed_draws: int = 100,
    seed: int = 7,
    progress: Progress | None = None,
) -> Outcome:
    """Return what follows for an area under a scenario.

    Parameters
    ----------
    area
        The area as it is planned.
    scenario
        Levers to pull before anything is forecast.
    to
        Last January forecast. [year]
    draws, placed_draws
        Simulated futures, and how many of them are placed, transported and paid for.
    seed
        The same seed gives the same numbers on any machine.
    progress
        Called with what is being done and the share done.
    """
    if to <= area.base_year:
        raise InputError(f"the forecast must end after the base year, {area.base_year}; to={to}")
    if draws < 1 or placed_draws < 1:
        raise InputError(f"draws={draws} and placed_draws={placed_draws}: at least one of each is needed")
    tell = progress or (lambda _stage, _share: None)
    changed = scenario(area)

    tell("Forecasting EHC plans", 0.0)
    plans = forecast.plans(changed, to=to, draws=draws, seed=seed)
    tell("Forecasting SEN Support", 0.25)
    support = forecast.sen_support(changed, to=to, draws=draws, seed=seed) if len(changed.sen_support) else None
    if support is not None and len(changed.changes) > len(area.changes):
        # A child who is given a plan leaves SEN Support, so a lever on plans moves both.
        support = support.with_plans(plans, forecast.plans(area, to=to, draws=draws, seed=seed))
    placed = journeys = budget = None
    if len(changed.settings) and len(changed.places) and len(changed.zones):
        tell("Finding journeys", 0.3)
        changed = changed.replace(travel=transport.travel(changed))
        tell("Placing children near home", 0.35)
        placed = allocate.places(changed, plans, draws=min(placed_draws, draws))
        tell("Pricing the school run", 0.8)
        journeys = transport.journeys(changed, placed)
        tell("Paying for places", 0.9)
        budget = funding.high_needs(changed, plans, placed)
    tell("Done", 1.0)
    options = {"to": to, "draws": draws, "placed_draws": min(placed_draws, draws), "seed": seed}
    return Outcome(changed, scenario, plans, support, placed, journeys, budget, options, before=area)


def run_many(
    areas: Sequence[Area], scenarios: Sequence[Scenario], *, executor: Executor | None = None, **options: Any
) -> list[Outcome]:
    """Return an outcome for every area and scenario, areas outermost, on any `concurrent.futures` executor.

    The same seeds give the same numbers however many workers there are.
    """
    jobs = list(product(areas, scenarios))
    if executor is None:
        return [run(area, scenario, **options) for area, scenario in jobs]
    waiting = [executor.submit(run, area, scenario, **options) for area, scenario in jobs]
    return [job.result() for job in waiting]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What each lever of a scenario did to one measure, in order, under one seed."""

    measure: str
    unit: str
    year: int
    steps: pd.DataFrame  # step, value, change, low, high: medians, and the 5th and 95th percentile of the change

    def _repr_html_(self) -> str:
        return str(self.steps.to_html(index=False, float_format=lambda v: f"{v:,.0f}"))

    def __repr__(self) -> str:
        """Return the steps as text."""
        steps = self.steps.to_string(index=False, float_format=lambda v: f"{v:,.0f}")
        return f"{self.measure} in {self.year} [{self.unit}]\n{steps}"


def steps_between(now: Outcome, then: Outcome, *, progress: Progress | None = None) -> tuple[Outcome, ...]:
    """Return outcomes from `now` to `then`, pulling the levers of `then` one after another, under one seed.

    Levers that `now` has already are not pulled again. Where they aren't the first of `then`'s, there is one step.

    Raises
    ------
    InputError
        If the two are not of one area with the same options.
    """
    if now.options != then.options or (now.before or now.area).name != (then.before or then.area).name:
        raise InputError(f"only runs of one area with the same options compare: {now!r} and {then!r}")
    area = then.before or then.area
    pulled, levers = len(now.scenario.levers), then.scenario.levers
    if levers[:pulled] != now.scenario.levers:
        return now, then
    prefixes = list(then.scenario.prefixes())[pulled + 1 : -1]
    return (now, *(run(area, prefix, progress=progress, **then.options) for prefix in prefixes), then)


def compare(
    now: Outcome,
    then: Outcome,
    measure: str = "balance_gbp",
    *,
    year: int | None = None,
    steps: Sequence[Outcome] | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Return the waterfall from one outcome to another, a step a lever.

    Levers are pulled one after another in the scenario's order, so what two do together is counted with the later.
    Each change is taken within a draw: both sides have the same seed, hence the same growth. Chance in single children
    differs, so that a small lever's range may reach past nothing: judge it by its middle over many draws.

    Parameters
    ----------
    now, then
        Outcomes of the same area, options and seed; `then` has the scenario.
    measure
        One of `MEASURES`.
    year
        January, or financial year for money; by default, the last that both have.
    steps
        From `steps_between`, where several measures are asked of the same two; by default they are run here.
    """
    chain = steps or steps_between(now, then, progress=progress)
    totals = [outcome.measure(measure) for outcome in chain]
    along = totals[0].dims[-1]
    shared = [int(y) for y in totals[0][along].values if y in totals[-1][along].values]
    at = shared[-1] if year is None else year
    if at not in shared:
        raise MissingError(f"{measure} has no {along} {at}; it has {one_of(shared)}")
    picked = [total.sel({along: at}) for total in totals]
    rows = [{"step": now.scenario.name, "value": float(picked[0].median()), "change": 0.0, "low": 0.0, "high": 0.0}]
    for last, outcome, before, after in zip(chain[:-1], chain[1:], picked[:-1], picked[1:], strict=True):
        change = after - before
        low, high = (float(change.quantile(q)) for q in (0.05, 0.95))
        rows.append(
            {
                "step": _step_name(last.scenario, outcome),
                "value": float(after.median()),
                "change": float(change.median()),
                "low": low,
                "high": high,
            }
        )
    return Comparison(measure, MEASURES[measure][1], at, pd.DataFrame(rows))


def _step_name(last: Scenario, outcome: Outcome) -> str:
    scenario = outcome.scenario
    is_one_more = scenario.levers[:-1] == last.levers and len(scenario.levers) > len(last.levers)
    return lever_name(scenario.levers[-1], outcome.area) if is_one_more else scenario.name


def lever_name(lever: object, area: Area | None = None) -> str:
    """Return a lever's words; of an area's setting, its name in place of its code."""
    words = str(getattr(lever, "label", type(lever).__name__))
    code = getattr(lever, "setting", None)
    if area is None or code is None:
        return words
    names = area.settings.loc[area.settings["setting"] == code, "name"]
    return words.replace(f" at {code} ", f" at {names.iloc[0]} ") if len(names) else words


def table_hash(frame: pd.DataFrame) -> str:
    """Return the first 16 digits of a SHA-256 of a table's text: the same table, the same digits, on any machine."""
    return hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode()).hexdigest()[:16]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _total(array: xr.DataArray, keep: Iterable[str]) -> xr.DataArray:
    return array.sum([d for d in array.dims if d not in tuple(keep)])


# What a comparison can measure: what it is called, its unit, and the total in each draw and year.
MEASURES: Final[Mapping[str, tuple[str, str, Callable[[Outcome], xr.DataArray]]]] = {
    "plans": ("EHC plans", "plans", lambda o: _total(o.plans.plans, ("draw", "year"))),
    "shortfall": (
        "Children with no suitable place",
        "children",
        lambda o: _total(o.placed.attending.sel(setting=UNPLACED), ("draw", "year")),
    ),
    "transport_gbp": (
        "Home-to-school transport",
        "GBP",
        lambda o: _total(o.journeys.cost_gbp, ("draw", "financial_year")),
    ),
    "spend_gbp": ("High Needs spend", "GBP", lambda o: _total(o.budget.spend, ("draw", "financial_year"))),
    "balance_gbp": ("Carried-forward balance", "GBP", lambda o: _total(o.budget.balance, ("draw", "financial_year"))),
}
