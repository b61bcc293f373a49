"""Opportunity savings: join runs end to end while that saves most, counting what the empty seats could still earn.

A run of A followed by a run of B saves cost(A) + cost(B) − cost(AB), each by the cheapest vehicle with room. To this
is added λ × the day cost of the largest vehicle that the seats left empty in AB could replace: with λ = 0 runs grow
greedily, with λ = 1 room for later joins is worth as much as money saved now.

References
----------
Golden, Assad, Levy and Gheysens (1984), *The fleet size and mix vehicle routing problem*, Computers & Operations
Research 11(1), 49–66 (realistic opportunity savings). Clarke and Wright (1964), Operations Research 12(4), 568–581.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sufficiency.transport.routing.morning import SchoolRun, Trip
from sufficiency.transport.routing.stops import Flags, Floats, Ints

LAMBDAS = (0.0, 0.25, 0.5, 0.75, 1.0)


def savings_runs(run: SchoolRun, lambdas: Iterable[float] = LAMBDAS) -> tuple[list[Trip], set[tuple[int, ...]]]:
    """Return the cheapest plan of one savings run for each λ, and every run of stops met on the way.

    Vehicles are taken to be as many as needed; choosing among the runs under a fleet limit is for `partition`.
    """
    plans, pool = [], set[tuple[int, ...]]()
    for weight in lambdas:
        parts, seen = _Joining(run, weight).join_all()
        pool |= seen
        plans.append([trip for p in parts if (trip := run.cheapest(p)) is not None])
    return min(plans, key=run.total), pool


class _Joining:
    """Runs under construction, one a row: `worth[a, b]` is what joining a then b is worth."""

    def __init__(self, run: SchoolRun, weight: float) -> None:
        n = len(run)
        self.run, self.weight = run, weight
        self.parts: list[tuple[int, ...]] = [(i,) for i in range(n)]
        self.head, self.tail = np.arange(n), np.arange(n)
        self.load = run.load.copy()
        self.km = run.school_km.copy()  # first stop to school
        self.minutes = run.school_minutes + run.service
        self.slack = run.allowed - self.minutes  # by how much every child's ride may still grow
        self.alive = np.ones(n, dtype=bool)
        self.spare_worth = _spare_worth(run)
        self.cost, _ = self._cheapest(self.load, self.km, self.minutes, self.head)

    def join_all(self) -> tuple[list[tuple[int, ...]], set[tuple[int, ...]]]:
        """Join the most worthwhile pair until none is worth joining; return the runs, and all that there were."""
        n = len(self.parts)
        everyone = np.arange(n)
        worth = np.stack([self._worth(np.array([a]), everyone) for a in range(n)])
        best_b = worth.argmax(axis=1)
        best = worth[everyone, best_b]
        seen = set(self.parts)
        while best[a := int(best.argmax())] > 1e-9:
            b = int(best_b[a])
            self._join(a, b)
            seen.add(self.parts[a])
            worth[b, :] = worth[:, b] = -np.inf
            worth[a, :] = self._worth(np.array([a]), everyone)
            worth[:, a] = self._worth(everyone, np.array([a]))
            stale = np.flatnonzero(self.alive & ((best_b == a) | (best_b == b)))
            best_b[stale] = worth[stale].argmax(axis=1)
            best_b[b], best[b] = 0, -np.inf
            best_b[a] = worth[a].argmax()
            rows = np.append(stale, a)
            best[rows] = worth[rows, best_b[rows]]
            better = self.alive & (worth[:, a] > best)
            best_b[better], best[better] = a, worth[better, a]
        return [self.parts[i] for i in np.flatnonzero(self.alive)], seen

    def _join(self, a: int, b: int) -> None:
        run = self.run
        added = run.minutes[self.tail[a], self.head[b]] + self.minutes[b] - run.school_minutes[self.tail[a]]
        self.slack[a] = min(self.slack[a] - added, self.slack[b])
        self.km[a] += run.km[self.tail[a], self.head[b]] + self.km[b] - run.school_km[self.tail[a]]
        self.minutes[a] += added
        self.load[a] += self.load[b]
        self.tail[a] = self.tail[b]
        self.parts[a] += self.parts[b]
        self.alive[b] = False
        one = np.array([a])
        self.cost[a] = self._cheapest(self.load[one], self.km[one], self.minutes[one], self.head[one])[0][0]

    def _worth(self, a: Ints, b: Ints) -> Floats:
        """Return what joining a then b is worth; −inf where it can't be."""
        run = self.run
        tail, head = self.tail[a], self.head[b]
        added = run.minutes[tail, head] + self.minutes[b] - run.school_minutes[tail]
        km = self.km[a] + run.km[tail, head] + self.km[b] - run.school_km[tail]
        minutes = self.minutes[a] + added
        can = (added <= self.slack[a]) & self.alive[a] & self.alive[b] & (a != b)
        cost, spare = self._cheapest(self.load[a] + self.load[b], km, minutes, np.broadcast_to(self.head[a], km.shape))
        worth = self.cost[a] + self.cost[b] - cost
        if self.weight:
            worth = worth + self.weight * self.spare_worth[spare]
        return np.where(can & np.isfinite(cost), worth, -np.inf)

    def _cheapest(self, load: Ints, km: Floats, minutes: Floats, head: Ints) -> tuple[Floats, Ints]:
        """Return the cost by the cheapest kind with room (inf where none has), and the seats then left empty."""
        run = self.run
        best, spare = np.full(km.shape, np.inf), np.zeros(km.shape, dtype=np.int64)
        for k in range(len(run.kind)):
            cost = (
                run.fixed[k]
                + run.per_km[k] * (km + run.start_km[k, head])
                + run.per_minute[k] * (minutes + run.start_minutes[k, head])
            )
            better: Flags = (load <= run.room[k]).all(axis=-1) & (cost < best)
            best = np.where(better, cost, best)
            spare = np.where(better, run.room[k, 0] - load[..., 0], spare)
        return best, spare


def _spare_worth(run: SchoolRun) -> Floats:
    """Return, for each number of empty seats, the day cost of the largest kind that they could replace."""
    seats = np.arange(int(run.room[:, 0].max()) + 1)
    fits = run.room[:, 0][None, :] <= seats[:, None]
    return np.asarray(np.where(fits, run.fixed[None, :], 0.0).max(axis=1), dtype=np.float64)
