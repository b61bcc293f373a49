"""How near the fast estimates are to planned rounds: by school, by county, at the margin, and how much faster.

    python -m benchmarks.rounds_estimate [days] [seconds a school] [margins] [children]

One county, other children every day, their number varying by a quarter either way. Twenty schools of the first two days
calibrate the estimates; every other day tests them. A margin is one school with ten children fewer; its truth is
planned by turns, each morning starting from the other's plan, since two searches differ by chance.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from benchmarks.rounds_mornings import FLEET, Morning, mornings
from sufficiency.transport.cost.estimate import Homes, Sample, calibrate, homes_of, margin_gbp, savings_gbp
from sufficiency.transport.routing.morning import SchoolRun, Trip
from sufficiency.transport.routing.plan_search import search
from sufficiency.transport.routing.rounds import compiled


def days(number: int, children: int, seconds: float) -> pd.DataFrame:
    rows = []
    for day in range(number):
        today = int(children * np.random.default_rng([9, day]).uniform(0.75, 1.25))
        for morning in mornings(today, seed=1, day=day):
            run = compiled(*morning.tables, school=morning.school)
            homes = morning.places.iloc[1:][["x", "y"]].to_numpy()
            area = 4 * np.pi * np.sqrt(np.linalg.det(np.cov(homes.T)))
            began = time.perf_counter()
            cheap = savings_gbp(run)
            took = time.perf_counter() - began
            sample = Sample(homes_of(run, area), cheap, run.total(search(run, seconds=seconds, seed=1)))
            rows.append((day, morning.school, sample, took))
        print(f"  day {day}: {today:,} children planned", flush=True)
    return pd.DataFrame(rows, columns=["day", "school", "sample", "savings_seconds"])


def margin(morning: Morning, seconds: float, draw: np.random.Generator) -> tuple[float, float]:
    """Return what ten children fewer save, planned and estimated."""
    dropped = set(draw.choice(len(morning.stops), 10, replace=False).tolist())
    keep = [i for i in range(len(morning.stops)) if i not in dropped]
    fewer = morning.stops.iloc[keep]
    place = {part: p for p, part in enumerate(keep)}
    many = compiled(*morning.tables, school=morning.school)
    few = compiled(fewer, morning.vehicles, morning.travel, school=morning.school)
    plan, less = search(many, seconds=seconds, seed=1), None
    for turn in range(2):
        without = [Trip(t.kind, p) for t in plan if (p := tuple(place[i] for i in t.parts if i in place))]
        less = search(few, seconds=seconds, seed=10 + turn, start=cheaper(few, without, less))
        back = [Trip(t.kind, tuple(keep[i] for i in t.parts)) for t in less]
        back += [trip for i in sorted(dropped) if (trip := many.cheapest((i,))) is not None]
        plan = search(many, seconds=seconds, seed=20 + turn, start=cheaper(many, plan, back))
    found = margin_gbp(fewer, morning.stops, morning.vehicles, morning.travel, school=morning.school)
    return many.total(plan) - few.total(less), found


def cheaper(run: SchoolRun, one: list[Trip], other: list[Trip] | None) -> list[Trip]:
    return one if other is None or run.total(one) <= run.total(other) else other


def by_day(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    return np.array([values[day == d].sum() for d in np.unique(day)])


def report(name: str, guess: np.ndarray, truth: np.ndarray, day: np.ndarray, bars: str) -> None:
    school = np.abs(guess / truth - 1).mean()
    county = np.abs(by_day(guess, day) / by_day(truth, day) - 1)
    print(f"{name}: by school {school:.1%}, by county {county.mean():.1%} (worst {county.max():.1%}); bars {bars}")


def main(number: int = 8, seconds: float = 5, margins: int = 24, children: int = 3_000) -> None:
    planned = days(number, children, seconds)
    first = planned[planned["day"] < 2]
    chosen = np.random.default_rng(1).choice(len(first), min(20, len(first)), replace=False)
    estimate = calibrate([first["sample"].iloc[i] for i in chosen], FLEET)
    rest = planned[planned["day"] >= 2]
    samples, day = list(rest["sample"]), rest["day"].to_numpy()
    truth = np.array([s.routed_gbp for s in samples])
    homes = Homes(*(np.array([getattr(s.homes, f) for s in samples], float) for f in Homes.__dataclass_fields__))
    estimate.school(homes)
    began = time.perf_counter()
    guess = estimate.school(homes)
    each = (time.perf_counter() - began) / len(samples)
    saved = estimate.savings_ratio * np.array([s.savings_gbp for s in samples])
    report("approximate", guess, truth, day, "8 % and 3 %")
    report("savings", saved, truth, day, "3 % and 1.5 %")
    print(
        f"the estimate's own measure: {estimate.error_school:.1%} and {estimate.error_county:.1%}; "
        f"savings {estimate.savings_error_school:.1%} and {estimate.savings_error_county:.1%}"
    )
    print(
        f"a school: planned {seconds:g} s, savings {rest['savings_seconds'].mean():.2f} s, approximate "
        f"{each * 1e6:.0f} µs: {seconds / each:,.0f} times faster; bar 1,000"
    )
    draw, found = np.random.default_rng(5), []
    for extra in range(-(-margins // 12)):
        for morning in mornings(children, seed=1, day=1_000 + extra):
            if len(morning.stops) > 20 and not (morning.stops["children"] > 4).any() and len(found) < margins:
                found.append(margin(morning, seconds, draw))
    if not found:
        return
    real, guessed = np.array(found).T
    guessed = estimate.margin_ratio * guessed
    print(
        f"ten children, {len(found)} schools: correlation {np.corrcoef(real, guessed)[0, 1]:.2f}, "
        f"bias {guessed.sum() / real.sum() - 1:+.1%}; bars 0.85 and 5 %"
    )


if __name__ == "__main__":
    values = [float(v) for v in sys.argv[1:]]
    main(*(int(v) for v in values[:1]), *values[1:2], *(int(v) for v in values[2:]))
