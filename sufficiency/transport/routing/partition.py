"""Set partitioning: choose, among many runs met by a heuristic, those that carry everyone once at least cost.

minimise    Σ_j cost_j x_j
subject to  Σ_{j ∋ i} x_j = 1      for every part i of a stop
            Σ_{j by v} x_j ≤ available_v   for every row v of the vehicles table
            x_j ∈ {0, 1}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.sparse import csr_array

from sufficiency.transport.routing.morning import SchoolRun, Trip
from sufficiency.transport.routing.stops import Floats


def best_partition(
    run: SchoolRun,
    pool: Iterable[tuple[int, ...]],
    stops: Mapping[str, float],
    *,
    incumbent: list[Trip] | None = None,
    most_columns: int = 20_000,
) -> list[Trip] | None:
    """Return the cheapest plan made of runs in `pool`, or `incumbent` where that is as good.

    `stops` says when, as options of `scipy.optimize.milp` (see `effort`). A search stopped early can be worse than the heuristic that fed it: so the
    incumbent is kept unless beaten. None where there is no incumbent and no plan within the fleet was found.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    trips = _columns(run, set(pool) | {t.parts for t in incumbent or ()})
    costs = np.array([run.cost(t) for t in trips])
    if len(trips) > most_columns:
        per_child = costs / np.array([run.children[list(t.parts)].sum() for t in trips])
        kept = {t.parts for t in incumbent or ()}
        order = np.argsort(per_child, kind="stable")
        chosen = [i for i in order if trips[i].parts in kept] + [i for i in order if trips[i].parts not in kept]
        trips, costs = [trips[i] for i in chosen[:most_columns]], costs[chosen[:most_columns]]
    cover = _cover(run, trips)
    constraints = [LinearConstraint(cover, 1, 1)]
    if run.is_limited:
        constraints.append(LinearConstraint(_by_vehicle(run, trips), -np.inf, run.available.astype(np.float64)))
    found = milp(
        costs,
        integrality=np.ones(len(trips)),
        bounds=Bounds(0, 1),
        constraints=constraints,
        options={**stops, "mip_rel_gap": 1e-6},
    )
    if found.x is None:
        return incumbent
    plan = [trips[j] for j in np.flatnonzero(found.x > 0.5)]
    is_whole = sorted(p for t in plan for p in t.parts) == list(range(len(run)))
    if not is_whole or not run.has_enough(plan):
        return incumbent
    return incumbent if incumbent is not None and run.total(incumbent) <= run.total(plan) else plan


def _columns(run: SchoolRun, pool: set[tuple[int, ...]]) -> list[Trip]:
    """Return one trip a set of stops, by the cheapest vehicle; by every vehicle with room where a fleet is limited."""
    best: dict[tuple[frozenset[int], int], tuple[float, Trip]] = {}
    for parts in sorted(pool):
        loads = run.load[list(parts)].sum(axis=0)
        for kind in np.flatnonzero((loads <= run.room).all(axis=1)):
            trip = Trip(int(kind), parts)
            cost = run.cost(trip)
            key = (frozenset(parts), int(kind) if run.is_limited else -1)
            if key not in best or cost < best[key][0]:
                best[key] = (cost, trip)
    return [trip for _, trip in best.values()]


def _cover(run: SchoolRun, trips: list[Trip]) -> csr_array:
    rows: Floats = np.concatenate([np.asarray(t.parts) for t in trips])
    columns = np.repeat(np.arange(len(trips)), [len(t.parts) for t in trips])
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(run), len(trips)))


def _by_vehicle(run: SchoolRun, trips: list[Trip]) -> csr_array:
    rows = run.base[[t.kind for t in trips]]
    shape = (len(run.available), len(trips))
    return csr_array((np.ones(len(trips)), (rows, np.arange(len(trips)))), shape=shape)
