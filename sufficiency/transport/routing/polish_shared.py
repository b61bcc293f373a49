"""PyVRP on several schools at once: what sharing runs saves over keeping them apart."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from sufficiency.transport.routing.many_schools import ManySchools, keeps_rules
from sufficiency.transport.routing.morning import Trip
from sufficiency.transport.routing.polish import TICKS_A_MINUTE, money_units

if TYPE_CHECKING:
    import pyvrp
    from pyvrp.stop import StoppingCriterion


def polish_shared(
    problem: ManySchools, start: list[tuple[int, tuple[int, ...]]], stops: StoppingCriterion, seed: int
) -> list[tuple[int, tuple[int, ...]]]:
    """Return the best shared plan found, or `start` where none within the rules is better."""
    import pyvrp

    logging.getLogger("pyvrp").setLevel(logging.ERROR)
    data = _data(problem)
    n = len(problem.run)
    pickup, delivery = pyvrp.ActivityType.PICKUP, pyvrp.ActivityType.DELIVERY
    routes = [
        pyvrp.Route(data, [pyvrp.Activity(pickup if c < n else delivery, c % n) for c in calls], kind)
        for kind, calls in start
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = pyvrp.solve(
            data,
            stops,
            seed=seed,
            collect_stats=False,
            initial_solution=pyvrp.Solution(data, routes),
        ).best
    if not best.is_feasible():
        return start
    plan = [
        (route.vehicle_type(), tuple(a.idx if a.is_pickup() else n + a.idx for a in route if a.is_shipment()))
        for route in best.routes()
    ]
    all_kept = all(keeps_rules(problem, kind, calls) for kind, calls in plan)
    is_whole = sorted(c for _, calls in plan for c in calls) == list(range(2 * n))
    has_enough = problem.run.has_enough([Trip(kind, ()) for kind, _ in plan])
    return plan if all_kept and is_whole and has_enough else start


def _data(problem: ManySchools) -> pyvrp.ProblemData:
    """Return PyVRP's data: location 0 is nowhere, where runs begin and end, then parts' stops, then schools."""
    import pyvrp

    run, n = problem.run, len(problem.run)
    units = money_units(run)
    service = np.append(run.service, np.zeros(problem.names))
    ride = problem.minutes + service[:, None]
    np.fill_diagonal(ride, 0.0)
    ticks = np.zeros((1 + len(ride), 1 + len(ride)), dtype=np.int64)
    ticks[1:, 1:] = np.ceil(ride * TICKS_A_MINUTE - 1e-6)
    money = []
    for k in range(len(run.kind)):
        cost = np.zeros_like(ticks, dtype=np.float64)
        cost[1:, 1:] = run.per_km[k] * problem.km + run.per_minute[k] * ride
        cost[0, 1 : n + 1] = run.per_km[k] * run.start_km[k] + run.per_minute[k] * run.start_minutes[k]
        money.append(units.whole(cost))
    bell = problem.bell[problem.school]
    early = np.where(np.isfinite(run.allowed), bell - np.minimum(run.allowed, 1e6), 0.0)
    shipments = [
        pyvrp.Shipment(
            1 + i,
            1 + n + int(problem.school[i]),
            pickup_tw_early=int(max(0.0, np.ceil(early[i] * TICKS_A_MINUTE - n))),
            delivery_tw_early=int(problem.opens[problem.school[i]] * TICKS_A_MINUTE),
            delivery_tw_late=int(bell[i] * TICKS_A_MINUTE),
            amount=run.load[i].tolist(),
        )
        for i in range(n)
    ]
    fleet = [
        pyvrp.VehicleType(
            num_available=int(min(n, run.available[run.base[k]])),
            capacity=run.room[k].tolist(),
            fixed_cost=int(units.whole(run.fixed[k])),
            profile=k,
        )
        for k in range(len(run.kind))
    ]
    places = [pyvrp.Location(0, 0) for _ in range(len(ticks))]
    moneys: Any = money
    times: Any = [ticks] * len(fleet)
    return pyvrp.ProblemData(places, [], [pyvrp.Depot(0)], fleet, moneys, times, [], shipments)
