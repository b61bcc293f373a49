"""PyVRP as polish: an iterated local search from the best plan so far, in whole numbers.

How a school run is said in PyVRP's terms:

- A child's ride limit is a time window. The school closes at time T; a stop opens at T − limit; so a run that keeps
  the windows can be driven late enough that every ride is within its limit, and one that breaks them can't.
- A run that begins at its first stop starts from a depot that is nowhere: no km and no minutes from anything.
- km and minutes become money on each leg, one matrix for each pair of rates, since rates by the km or the minute would
  be rounded once and multiplied often. Money is in tenths of a penny at most, time in tenths of a second, rounded up.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sufficiency.transport.routing.morning import SchoolRun, Trip
from sufficiency.transport.routing.stops import Floats, Ints
from sufficiency.whole_units import Units, units_within

if TYPE_CHECKING:
    import pyvrp
    from pyvrp.stop import StoppingCriterion

TICKS_A_MINUTE: Final = 600
HORIZON: Final = 100_000_000
LARGEST_LEG: Final = 2_000_000.0
MOST_MONEY_SCALE: Final = 1_000.0
LOOK_EVERY: Final = 50
PATIENCE: Final = 2_000
MORE_VEHICLES: Final = 10
PATIENCE_A_STOP: Final = 1_500


@dataclass(frozen=True)
class Step:
    """How a search moves: the most stops it disturbs at once, how near a stop's neighbours are, how long it remembers."""

    largest: int = 25
    neighbours: int = 25
    memory: int = 300


@dataclass(frozen=True)
class Polished:
    """What a polish found: the best plan within every rule, or None, and runs worth combining."""

    plan: list[Trip] | None
    pool: set[tuple[int, ...]]


def polish(run: SchoolRun, start: list[Trip] | None, step: Step, stops: StoppingCriterion, *, seed: int) -> Polished:
    """Return the best plan that PyVRP finds until `stops` says so, starting from `start` (None: from nothing).

    The plan returned is checked against the run's own loads, rides and fleet; one that PyVRP calls feasible but is not
    is thrown away.
    """
    import pyvrp
    from pyvrp.search import NeighbourhoodParams, PerturbationParams
    from pyvrp.stop import MultipleCriteria, NoImprovement

    logging.getLogger("pyvrp").setLevel(logging.ERROR)
    data, kinds = problem(run, start)
    pool: set[tuple[int, ...]] = set()
    params = pyvrp.SolveParams(
        ils=pyvrp.IteratedLocalSearchParams(history_length=step.memory, callbacks=_collector(pool)),
        neighbourhood=NeighbourhoodParams(num_neighbours=step.neighbours),
        perturbation=PerturbationParams(1, step.largest),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        solved = pyvrp.solve(
            data,
            MultipleCriteria([stops, NoImprovement(PATIENCE + PATIENCE_A_STOP * len(run))]),
            seed=seed,
            collect_stats=False,
            params=params,
            initial_solution=None if start is None else _solution(data, kinds, start),
        )
    if not solved.best.is_feasible():
        return Polished(None, pool)
    plan = [Trip(kinds[route.vehicle_type()], _parts(route)) for route in solved.best.routes()]
    keeps_rules = all(run.fits(t) for t in plan) and run.has_enough(plan)
    return Polished(plan if keeps_rules else None, pool)


def problem(run: SchoolRun, start: list[Trip] | None = None) -> tuple[pyvrp.ProblemData, list[int]]:
    """Return a school run as PyVRP's data, and the kind of each of its vehicle types.

    Location 0 is the school, 1 is nowhere, 2 … are the parts of stops. The leg from nowhere to a first stop costs what
    it costs to get there from where the vehicle starts.
    """
    import pyvrp

    n = len(run)
    available = _available(run, start)
    kinds = [int(k) for k in np.flatnonzero(available)]
    units = money_units(run)
    keys = np.column_stack([run.per_km, run.per_minute, run.start_km, run.start_minutes])
    _, first, profile = np.unique(keys[kinds], axis=0, return_index=True, return_inverse=True)
    durations = _durations(run)
    opens = HORIZON - np.maximum(_allowed_ticks(run), durations[2:, 0])
    has_limits = bool(np.isfinite(run.allowed).any())
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(n + 2)],
        clients=[
            pyvrp.Client(2 + i, pickup=run.load[i].tolist(), tw_early=max(0, int(opens[i])) if has_limits else 0)
            for i in range(n)
        ],
        depots=[pyvrp.Depot(0, tw_late=HORIZON) if has_limits else pyvrp.Depot(0), pyvrp.Depot(1)],
        vehicle_types=[
            pyvrp.VehicleType(
                num_available=int(available[k]),
                capacity=run.room[k].tolist(),
                start_depot=1,
                end_depot=0,
                fixed_cost=int(units.whole(run.fixed[k])),
                profile=int(p),
            )
            for k, p in zip(kinds, profile.ravel(), strict=True)
        ],
        distance_matrices=[_money(run, kinds[k], units) for k in first],
        duration_matrices=[durations] * len(first),
    ), kinds


def _available(run: SchoolRun, start: list[Trip] | None) -> Ints:
    """Return how many of each kind PyVRP may use.

    A vehicle may go with or without an assistant, which are two kinds in one limit: what the plan so far uses of each
    is kept and the rest go without; with no plan, all may carry one.
    """
    most = np.minimum(run.available[run.base], len(run))
    if start is None:
        with_only = run.has_assistant.any() and run.is_limited
        return np.asarray(np.where(run.has_assistant, most, 0) if with_only else most, dtype=np.int64)
    used = np.bincount([t.kind for t in start], minlength=len(run.kind))
    # Vehicles far beyond those in use only slow the search.
    most = np.minimum(most, used + MORE_VEHICLES + used // 4)
    if not run.has_assistant.any() or not run.is_limited:
        return np.asarray(most, dtype=np.int64)
    left = np.maximum(0, np.minimum(run.available, len(run)) - run.used(start))[run.base]
    return np.asarray(np.minimum(most, used + np.where(run.has_assistant, 0, left)), dtype=np.int64)


def money_units(run: SchoolRun) -> Units:
    """Return what PyVRP counts in: tenths of a penny, or coarser where legs are long, so that nothing overflows."""
    legs = run.per_km.max() * max(run.km.max(), run.school_km.max()) + run.per_minute.max() * run.minutes.max()
    return units_within(max(legs, run.fixed.max() / 20), largest=LARGEST_LEG, finest=MOST_MONEY_SCALE)


def _money(run: SchoolRun, k: int, units: Units) -> Any:
    """Return what each leg costs a kind, boarding included, in units of money."""
    n = len(run)
    money = np.zeros((n + 2, n + 2))
    money[2:, 2:] = run.per_km[k] * run.km + run.per_minute[k] * (run.minutes + run.service[:, None])
    money[2:, 0] = run.per_km[k] * run.school_km + run.per_minute[k] * (run.school_minutes + run.service)
    money[1, 2:] = run.per_km[k] * run.start_km[k] + run.per_minute[k] * run.start_minutes[k]
    np.fill_diagonal(money, 0)
    return units.whole(money)


def _durations(run: SchoolRun) -> Any:
    """Return the time of each leg, boarding included, rounded up so that no limit is passed by rounding."""
    n = len(run)
    minutes = np.zeros((n + 2, n + 2))
    minutes[2:, 2:] = run.minutes + run.service[:, None]
    minutes[2:, 0] = run.school_minutes + run.service
    np.fill_diagonal(minutes, 0)
    return np.ceil(minutes * TICKS_A_MINUTE - 1e-6).astype(np.int64)


def _allowed_ticks(run: SchoolRun) -> Floats:
    finite = np.where(np.isfinite(run.allowed), run.allowed * TICKS_A_MINUTE, HORIZON)
    return np.minimum(np.floor(finite + 1e-6), HORIZON)


def _solution(data: pyvrp.ProblemData, kinds: list[int], plan: list[Trip]) -> pyvrp.Solution:
    import pyvrp

    return pyvrp.Solution(data, [pyvrp.Route(data, list(t.parts), kinds.index(t.kind)) for t in plan])


def _parts(route: pyvrp.Route) -> tuple[int, ...]:
    return tuple(visit.idx for visit in route if visit.is_client())


def _collector(pool: set[tuple[int, ...]]) -> pyvrp.IteratedLocalSearchCallbacks:
    """Return callbacks that keep the runs of each new best plan, and of the plan in hand now and then."""
    import pyvrp

    class Collector(pyvrp.IteratedLocalSearchCallbacks):
        """Collects runs; looking at every plan would cost more than it finds."""

        seen = 0

        def on_best(self, best: pyvrp.Solution) -> None:
            pool.update(_parts(route) for route in best.routes())

        def on_iteration(self, current: pyvrp.Solution, *_: object) -> None:
            self.seen += 1
            if self.seen % LOOK_EVERY == 0:
                pool.update(_parts(route) for route in current.routes() if route.is_feasible())

    return Collector()
