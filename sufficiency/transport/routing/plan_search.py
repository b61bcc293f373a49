"""The search for a plan: savings, set partitioning, then polish and partition by turns, the best kept."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np

from sufficiency.transport.routing.effort import Effort, Work
from sufficiency.transport.routing.fleet_limit import fleet_is_too_small, hired_plan
from sufficiency.transport.routing.morning import SchoolRun, Trip
from sufficiency.transport.routing.partition import best_partition
from sufficiency.transport.routing.polish import Step, polish
from sufficiency.transport.routing.savings import savings_runs

# Turns of the polish. Short rounds like small steps and long ones large; taking turns, each starts from what the other
# found, and the runs of both are recombined.
STEPS: Final = (Step(largest=25), Step(largest=6), Step(largest=12), Step(largest=5), Step(largest=25), Step(largest=8))


# Of so few parts of stops every run can be listed.
FEW: Final = 5


def search(run: SchoolRun, *, effort: Effort, seed: int, start: list[Trip] | None = None) -> list[Trip]:
    """Return the cheapest plan found with so much effort, no dearer than `start` where a plan to start from is given.

    Raises
    ------
    InfeasibleError
        If no plan was found within the fleet: it says who is left, and the smallest fleet found that works.
    """
    if fleet_is_too_small(run):
        raise hired_plan(run, seed=seed)
    if run.is_limited or not run.is_solo.any():
        return _shared(run, effort=effort, seed=seed, start=start)
    # With as many vehicles as needed, who travels alone changes nothing for the rest.
    alone = [trip for i in np.flatnonzero(run.is_solo) if (trip := run.cheapest((int(i),))) is not None]
    others = np.flatnonzero(~run.is_solo)
    if not len(others):
        return alone
    place = {int(part): p for p, part in enumerate(others)}
    known = [Trip(t.kind, tuple(place[p] for p in t.parts)) for t in start or () if t.parts[0] in place]
    shared = _shared(run.only(others), effort=effort, seed=seed, start=known or None)
    return alone + [Trip(t.kind, tuple(int(others[p]) for p in t.parts)) for t in shared]


def _shared(run: SchoolRun, *, effort: Effort, seed: int, start: list[Trip] | None = None) -> list[Trip]:
    if len(run) <= FEW:
        return _exact(run, seed)
    plan, pool = savings_runs(run)
    best = min((p for p in (plan, start) if p is not None and run.has_enough(p)), key=run.total, default=None)
    best = best_partition(run, pool, effort.partitioning(is_first=True), incumbent=best)
    pool = {t.parts for t in best or plan}
    for turn, step in enumerate(STEPS):
        if effort.is_spent:
            break
        polished = polish(run, best, step, effort.polishing(len(STEPS) - turn), seed=seed + turn)
        best = min((p for p in (best, polished.plan) if p is not None), key=run.total, default=None)
        pool |= polished.pool
        best = best_partition(run, pool, effort.partitioning(is_first=False), incumbent=best)
    if best is None:
        raise hired_plan(run, seed=seed)
    return best


def _exact(run: SchoolRun, seed: int) -> list[Trip]:
    """Return the cheapest plan there is of a few stops: every run in every order is offered to set partitioning."""
    sizes = range(1, len(run) + 1)
    every = {p for size in sizes for p in itertools.permutations(range(len(run)), size)}
    every = {p for p in every if (run.rides(p) <= run.allowed[list(p)] + 1e-6).all()}
    best = best_partition(run, every, Work(0).partitioning(is_first=True))
    if best is None:
        raise hired_plan(run, seed=seed)
    return best
