"""What each lever of a scenario did, in order, under one seed: the waterfall from one outcome to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.frozen import frozen
from sufficiency.method import Progress, run
from sufficiency.notebook import titled
from sufficiency.outcome import MEASURES, Outcome
from sufficiency.scenarios.scenario import Scenario, lever_name
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
        return titled(f"{MEASURES[self.measure][0]} in {self.year}, step by step", self.steps, how, note=says)


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
        low, high = (float(change.quantile(q)) for q in (LEVELS[0], LEVELS[-1]))
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
