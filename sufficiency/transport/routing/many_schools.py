"""Several schools' morning at once: a run as calls, each a pick-up or a set-down, its clock, its cost and the rules it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sufficiency.transport.routing.morning import SchoolRun, Trip
from sufficiency.transport.routing.stops import Floats, Ints

TOLERANCE: Final = 1e-3


@dataclass(frozen=True, eq=False)
class ManySchools:
    """All schools at once: places are parts of stops, then schools."""

    run: SchoolRun
    school: Ints  # of each part
    km: Floats
    minutes: Floats
    opens: Floats
    bell: Floats

    @property
    def names(self) -> int:
        """How many schools there are."""
        return len(self.opens)


def in_turn(problem: ManySchools, trip: Trip) -> tuple[int, ...]:
    """Return a one-school trip as calls: parts picked up (0 … n−1), then set down (n + part)."""
    return trip.parts + tuple(len(problem.run) + p for p in trip.parts)


def places_of(problem: ManySchools, calls: Sequence[int]) -> Ints:
    """Return where each call is: a part's stop, or its school."""
    n = len(problem.run)
    return np.array([c if c < n else n + problem.school[c - n] for c in calls])


def total_gbp(problem: ManySchools, plan: list[tuple[int, tuple[int, ...]]]) -> float:
    """Return what a plan costs: a kind of vehicle and its calls for each run. [GBP]"""
    return sum(cost_gbp(problem, kind, calls) for kind, calls in plan)


def cost_gbp(problem: ManySchools, k: int, calls: tuple[int, ...]) -> float:
    """Return what a run costs, driving and boarding; waiting for a school to open is not charged. [GBP]"""
    run, at = problem.run, places_of(problem, calls)
    km = problem.km[at[:-1], at[1:]].sum() + run.start_km[k, at[0]]
    boarding = run.service[[c for c in calls if c < len(run)]].sum()
    minutes = problem.minutes[at[:-1], at[1:]].sum() + boarding + run.start_minutes[k, at[0]]
    return float(run.fixed[k] + run.per_km[k] * km + run.per_minute[k] * minutes)


def clock_of(problem: ManySchools, calls: tuple[int, ...]) -> Floats:
    """Return when each call is made, the run starting as late as every bell allows. [minutes after midnight]"""
    n, at = len(problem.run), places_of(problem, calls)
    legs = problem.minutes[at[:-1], at[1:]] + [problem.run.service[c] if c < n else 0.0 for c in calls[:-1]]
    latest = np.array([np.inf if c < n else problem.bell[problem.school[c - n]] for c in calls])
    for i in range(len(calls) - 2, -1, -1):
        latest[i] = min(latest[i], latest[i + 1] - legs[i])
    clock = latest[:1].tolist()
    for call, leg in zip(calls[1:], legs, strict=True):
        opens = problem.opens[problem.school[call - n]] if call >= n else 0.0
        clock.append(max(clock[-1] + leg, opens))
    return np.array(clock)


def keeps_rules(problem: ManySchools, kind: int, calls: tuple[int, ...]) -> bool:
    """Walk a run: room at every moment, set down after picked up, between opening and bell, within the ride allowed."""
    run, n, aboard = problem.run, len(problem.run), np.zeros(problem.run.load.shape[1])
    clock, picked = clock_of(problem, calls), dict[int, float]()
    for call, now in zip(calls, clock, strict=True):
        part = call % n
        aboard = aboard + (run.load[part] if call < n else -run.load[part])
        if call < n:
            picked[part] = now
        elif (
            part not in picked
            or now - picked[part] > run.allowed[part] + TOLERANCE
            or now > problem.bell[problem.school[part]] + TOLERANCE
        ):
            return False
        if (aboard > run.room[kind]).any():
            return False
    return True
