"""What each lever of a scenario did, in order, under one seed: the waterfall from one outcome to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.frozen import frozen
from sufficiency.method import Progress, run
from sufficiency.notebook import titled
from sufficiency.outcome import MEASURES, ForecastOutcome, input_hashes
from sufficiency.scenarios.scenario import Lever, Scenario, lever_name
from sufficiency.words.say import shown


@frozen
@dataclass(frozen=True, eq=False)
class Comparison:
    """What each lever of a scenario did to one measure, in order, under one seed."""

    measure: str
    unit: str
    year: int
    steps: pd.DataFrame  # step, value, change, low, high: medians, and the 5th and 95th percentile of the change

    def __repr__(self) -> str:
        """Return one line: the measure, its year, and where the steps begin and end."""
        first, last = self.steps["value"].iloc[0], self.steps["value"].iloc[-1]
        how = "£" if self.unit == "GBP" else "n"
        return (
            f"<Comparison of {self.measure} in {self.year}: {shown(first, how)} to {shown(last, how)}"
            f" in {len(self.steps) - 1} steps>"
        )

    def _repr_html_(self) -> str:
        says = f"Middles in {self.unit}, and the range that holds 9 in 10 changes. Each change is taken within a draw."
        how = "£m" if self.unit == "GBP" else "n"
        return titled(f"{MEASURES[self.measure].says} in {self.year}, step by step", self.steps, how, note=says)


def steps_between(
    now: ForecastOutcome, then: ForecastOutcome, *, progress: Progress | None = None
) -> tuple[ForecastOutcome, ...]:
    """Return outcomes from `now` to `then`, pulling the levers of `then` one after another, under one seed.

    Levers that `now` has already are not pulled again. Where they aren't the first of `then`'s, there is one step.

    Raises
    ------
    InputError
        If the two are not of one area, as it was before any lever, with the same options; the message says what differs.
    """
    _check_alike(now, then)
    pulled, levers, options = len(now.scenario.levers), then.scenario.levers, then.options
    if levers[:pulled] != now.scenario.levers:
        return now, then
    prefixes = list(then.scenario.prefixes())[pulled + 1 : -1]
    between = [
        run(
            then.before,
            prefix,
            to=options.to,
            draws=options.draws,
            placed_draws=options.placed_draws,
            seed=options.seed,
            beside=now,
            progress=progress,
        )
        for prefix in prefixes
    ]
    return (now, *between, then)


def each_alone(
    now: ForecastOutcome, then: ForecastOutcome, *, progress: Progress | None = None
) -> dict[str, ForecastOutcome]:
    """Return outcomes with each action of `then` pulled by itself on `now`, by its name, under one seed.

    An action is a lever that `now` has not; one that can't be pulled without those before it (places at a school that
    another lever opens) goes together with the lever before. Where `now`'s levers aren't the first of `then`'s, `then` is
    one action.

    Raises
    ------
    InputError
        As `steps_between`.
    """
    _check_alike(now, then)
    pulled, options = len(now.scenario.levers), then.options
    if then.scenario.levers[:pulled] != now.scenario.levers:
        return {then.scenario.name: then}
    agreed, actions = now.scenario(then.before), list[tuple[Lever, ...]]()
    for lever in then.scenario.levers[pulled:]:
        if actions and not _can_be_pulled(lever, agreed):
            actions[-1] = (*actions[-1], lever)
        else:
            actions.append((lever,))
    found: dict[str, ForecastOutcome] = {}
    for levers in actions:
        name = "; ".join(lever_name(lever, then.area) for lever in levers)
        name = f"{name} ({sum(known.startswith(name) for known in found) + 1})" if name in found else name
        found[name] = (
            then
            if len(actions) == 1
            else run(
                then.before,
                Scenario(name, (*now.scenario.levers, *levers)),
                to=options.to,
                draws=options.draws,
                placed_draws=options.placed_draws,
                seed=options.seed,
                beside=now,
                progress=progress,
            )
        )
    return found


def _can_be_pulled(lever: Lever, area: Area) -> bool:
    try:
        lever(area)
    except (InputError, MissingError):
        return False
    return True


def compare(
    now: ForecastOutcome,
    then: ForecastOutcome,
    measure: str = "balance_gbp",
    *,
    year: int | None = None,
    steps: Sequence[ForecastOutcome] | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Return the waterfall from one outcome to another, a step for each lever.

    Levers are pulled one after another in the scenario's order, so what two do together is counted with the later.
    Each change is taken within a draw: both sides have the same seed, hence the same growth. Chance in single children
    differs, so that a small lever's range may reach past zero: judge it by its middle over many draws.

    Parameters
    ----------
    now, then
        Outcomes of the same area, options and seed; `then` has the scenario.
    measure
        One of `MEASURES`: plans, shortfall, independent, a destination of children turned away (in_mainstream, waiting, …),
        transport_gbp, spend_gbp, in_year_gbp, balance_gbp. A forecast alone has only plans.
    year
        January, or financial year for money; by default, the last that both have, and of a balance not beyond the year in
        which the override ends.
    steps
        From `steps_between`, where several measures are asked of the same two; by default they are run here.
    progress
        Called with what is being done and the share done, where steps are run.

    Raises
    ------
    InputError
        If the two are of different areas, or were run with different options.
    MissingError
        If either can't be measured so, or has no such year.
    """
    chain = steps or steps_between(now, then, progress=progress)
    totals = [outcome.measure(measure) for outcome in chain]
    along = totals[0].dims[-1]
    shared = [int(y) for y in totals[0][along].values if y in totals[-1][along].values]
    when = min(now.told_year(measure), shared[-1]) if year is None else year
    if when not in shared:
        raise MissingError(f"{measure} has no {along} {when}; it has {one_of(shared)}")
    that_year = [total.sel({along: when}) for total in totals]
    first = float(that_year[0].median())
    rows = [{"step": now.scenario.name, "value": first, "change": 0.0, "low": 0.0, "high": 0.0}]
    for last, outcome, before, after in zip(chain[:-1], chain[1:], that_year[:-1], that_year[1:], strict=True):
        change = after - before
        low, high = (float(change.quantile(q)) for q in (LEVELS[0], LEVELS[-1]))
        rows.append(
            {
                "step": step_name(last.scenario, outcome),
                "value": float(after.median()),
                "change": float(change.median()),
                "low": low,
                "high": high,
            }
        )
    return Comparison(measure, MEASURES[measure].unit, when, pd.DataFrame(rows))


def _check_alike(now: ForecastOutcome, then: ForecastOutcome) -> None:
    """Refuse two outcomes that differ by more than their levers."""
    if now.options != then.options:
        raise InputError(
            f"only runs with the same options compare: one has {now.options}, the other {then.options}. Run both with "
            "the same"
        )
    if now.before is not then.before and (says := _difference(now.before, then.before)):
        raise InputError(
            f"only runs of one area compare: {says}. Run both from one area, and make what is to differ a lever of the "
            "scenario"
        )


def _difference(one: Area, other: Area) -> str:
    """Return in words how two areas differ, or nothing where they have the same authorities, base year and tables."""
    if set(one.authorities) != set(other.authorities):
        named = [" and ".join(f"{name} ({code})" for code, name in area.authorities.items()) for area in (one, other)]
        return f"one is of {named[0]}, the other of {named[1]}"
    if one.base_year != other.base_year:
        return f"one starts from January {one.base_year}, the other from January {other.base_year}"
    if one.roads != other.roads:
        return f"one takes its journeys from {one.roads or 'no roads'}, the other from {other.roads or 'no roads'}"
    hashes, others = input_hashes(one), input_hashes(other)
    differing = [name for name in {**hashes, **others} if hashes.get(name) != others.get(name)]
    return f"the two were read with different {', '.join(differing)}" if differing else ""


def step_name(last: Scenario, outcome: ForecastOutcome) -> str:
    """Return the name of the step from a scenario to an outcome: of the one lever more, or of the outcome's scenario."""
    scenario = outcome.scenario
    is_one_more = scenario.levers[:-1] == last.levers and len(scenario.levers) > len(last.levers)
    return lever_name(scenario.levers[-1], outcome.area) if is_one_more else scenario.name
