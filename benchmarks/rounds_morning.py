"""A county's school morning planned three ways in the same time: this library, PyVRP alone, OR-Tools routing.

    python -m benchmarks.rounds_morning [seconds] [children] [schools] [seed]

Each gets `seconds` (60) for the whole county, shared over schools by their number of stops, in one process. Children who
travel alone are the same in all three and are set aside first. Every plan is walked by the same rules, in pounds.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings

import numpy as np
import pandas as pd

from benchmarks.rounds_mornings import mornings
from sufficiency.transport.routing.effort import Clock
from sufficiency.transport.routing.morning import SchoolRun, Trip
from sufficiency.transport.routing.plan_search import search
from sufficiency.transport.routing.polish import HORIZON, TICKS_A_MINUTE, problem
from sufficiency.transport.routing.rounds import compiled


def ours(run: SchoolRun, seconds: float) -> list[Trip]:
    return search(run, effort=Clock.of(seconds), seed=1)


def pyvrp_alone(run: SchoolRun, seconds: float) -> list[Trip] | None:
    """PyVRP from nothing, with its own settings."""
    import pyvrp
    from pyvrp.stop import MaxRuntime

    logging.getLogger("pyvrp").setLevel(logging.ERROR)
    data, kinds = problem(run)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = pyvrp.solve(data, MaxRuntime(seconds), seed=1, collect_stats=False).best
    if not best.is_feasible():
        return None
    return [Trip(kinds[r.vehicle_type()], tuple(v.idx for v in r if v.is_client())) for r in best.routes()]


def or_tools(run: SchoolRun, seconds: float) -> list[Trip] | None:
    """OR-Tools routing: parallel cheapest insertion, then guided local search, from the same whole numbers."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    data, kinds = problem(run)
    n = len(run)
    # Enough of each kind to carry everyone half full, and no more: a model of mostly empty vehicles is slow.
    most = {t: int(2 * run.load[:, 0].sum() / max(run.room[k, 0], 1)) + 5 for t, k in enumerate(kinds)}
    fleet = [t for t in range(len(kinds)) for _ in range(min(most[t], int(data.vehicle_type(t).num_available)))]
    manager = pywrapcp.RoutingIndexManager(n + 2, len(fleet), [1] * len(fleet), [0] * len(fleet))
    model = pywrapcp.RoutingModel(manager)
    for vehicle, t in enumerate(fleet):
        kind = data.vehicle_type(t)
        if vehicle == 0 or fleet[vehicle - 1] != t:
            arc = model.RegisterTransitMatrix(data.distance_matrix(kind.profile).tolist())
        model.SetArcCostEvaluatorOfVehicle(arc, vehicle)
        model.SetFixedCostOfVehicle(int(kind.fixed_cost), vehicle)
    clock = model.RegisterTransitMatrix(data.duration_matrix(0).tolist())
    model.AddDimension(clock, 0, int(2 * HORIZON), False, "clock")
    times = model.GetDimensionOrDie("clock")
    for i in range(n):
        times.CumulVar(manager.NodeToIndex(2 + i)).SetMin(int(data.client(i).tw_early))
    for vehicle in range(len(fleet)):
        times.CumulVar(model.End(vehicle)).SetMax(HORIZON)
    for d in range(run.load.shape[1]):
        taken = model.RegisterUnaryTransitVector([0, 0, *run.load[:, d].tolist()])
        model.AddDimensionWithVehicleCapacity(taken, 0, [int(run.room[kinds[t], d]) for t in fleet], True, f"load {d}")
    settings = pywrapcp.DefaultRoutingSearchParameters()
    settings.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    settings.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    settings.time_limit.FromMilliseconds(int(seconds * 1000))
    found = model.SolveWithParameters(settings)
    if found is None:
        return None
    plan = []
    for vehicle, t in enumerate(fleet):
        at, parts = found.Value(model.NextVar(model.Start(vehicle))), []
        while not model.IsEnd(at):
            parts.append(manager.IndexToNode(at) - 2)
            at = found.Value(model.NextVar(at))
        if parts:
            plan.append(Trip(kinds[t], tuple(parts)))
    return plan


def is_whole(run: SchoolRun, plan: list[Trip]) -> bool:
    carried = sorted(p for t in plan for p in t.parts)
    return carried == list(range(len(run))) and all(run.fits(t) for t in plan)


def main(seconds: float = 60, children: int = 3_000, schools: int = 12, seed: int = 1) -> None:
    runs, alone = [], 0.0
    for morning in mornings(children, schools, seed):
        run = compiled(*morning.tables, school=morning.school)
        alone += sum(run.cost(run.cheapest((int(i),))) for i in np.flatnonzero(run.is_solo))
        runs.append(run.only(np.flatnonzero(~run.is_solo)))
    share = np.array([len(r) for r in runs]) / sum(len(r) for r in runs)
    print(
        f"{children:,} children, {schools} schools, seed {seed}: {seconds:g} s each way, {TICKS_A_MINUTE} ticks a minute"
    )
    rows = []
    for name, method in (("sufficiency", ours), ("PyVRP alone", pyvrp_alone), ("OR-Tools routing", or_tools)):
        began = time.perf_counter()
        plans = [method(run, seconds * s) for run, s in zip(runs, share, strict=True)]
        took = time.perf_counter() - began
        failed = sum(p is None or not is_whole(r, p) for r, p in zip(runs, plans, strict=True))
        total = alone + sum(r.total(p) for r, p in zip(runs, plans, strict=True) if p is not None)
        rows.append((name, total, sum(len(p) for p in plans if p), took, failed))
        print(f"  {name}: £{total:,.0f}, {took:.0f} s, {failed} schools without a plan within the rules", flush=True)
    table = pd.DataFrame(rows, columns=["method", "gbp", "runs", "seconds", "failed"])
    table["cheaper_than_it"] = 1 - table["gbp"].iloc[0] / table["gbp"]
    print(table.to_string(index=False, float_format="{:,.3f}".format))
    print("bars: at least 0.03 cheaper than PyVRP alone, at least 0.15 cheaper than OR-Tools routing")


if __name__ == "__main__":
    values = [float(v) for v in sys.argv[1:]]
    main(*values[:1], *(int(v) for v in values[1:]))
