"""Open or shut, one site in doubt at a time, until the bound meets the best choice: branch and bound on the prices.

Best bound first. Each branch starts from its parent's prices, so a few dozen steps move its bound; what the bound
settles at a branch stays settled below it.
"""

from __future__ import annotations

import heapq
import itertools
import time
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sufficiency.allocate.open.climb import Pace
from sufficiency.allocate.open.sites import Flags, Floats, Ints, SiteProblem
from sufficiency.allocate.open.sites_bound import Bound, Prices, raise_bound
from sufficiency.allocate.open.sites_search import improved

AT_A_BRANCH: Final = Pace(steps=100, reach=0.6, patience=6)
WORTH_IMPROVING: Final = 1.003  # a choice that costs less than so many times the best is worth moving from


@dataclass(eq=False)
class Best:
    """The best choice of sites known so far; it remembers what it has priced."""

    problem: SiteProblem
    sites: Ints | None = None
    cost: float = float("inf")
    _priced: dict[bytes, float] = field(default_factory=dict)

    def offer(self, sites: Ints) -> float:
        """Price a choice of sites, keep it if it is the best yet, and return its cost."""
        key = sites.tobytes()
        if key not in self._priced:
            self._priced[key] = self.problem.total(sites)
            if self._priced[key] < self.cost:
                self.sites, self.cost = sites, self._priced[key]
        return self._priced[key]

    def improve(self, sites: Ints, hints: Floats | None = None, *, until: float) -> None:
        """Offer a choice and, unless it has been priced before, what moves from it lead to."""
        is_new = sites.tobytes() not in self._priced
        if np.isfinite(self.offer(sites)) and is_new:
            self.offer(improved(self.problem, sites, until=until, hints=hints)[0])

    def target(self, bound: float) -> float:
        """Return the best cost, or a guess above the bound while none is known. [GBP]"""
        return self.cost if np.isfinite(self.cost) else bound + 0.05 * abs(bound) + 1.0


@dataclass(frozen=True, eq=False)
class _Branch:
    bound: float
    sites: Ints  # not shut
    must: Flags  # by every site: known to be open
    prices: Prices


def branch(problem: SiteProblem, best: Best, root: Bound, *, must: Flags, gap: float, until: float) -> float:
    """Return a bound on every choice, raised until it is within `gap` of the best (kept in `best`) or time is up.

    `root` is a bound of the problem at hand, and `must` the sites that it has settled as open.
    """
    count = itertools.count()
    queue = [(root.value, next(count), _Branch(root.value, np.arange(len(must)), must, root.prices))]
    finished = float("inf")  # the least bound of the branches that are done with
    while queue and time.monotonic() < until:
        value, _, here = heapq.heappop(queue)
        if value >= best.cost * (1 - gap):
            finished = min(finished, value)
            break
        for child in _explored(problem, best, here, gap=gap, until=until):
            if child.bound >= best.cost * (1 - gap):
                finished = min(finished, child.bound)
            else:
                heapq.heappush(queue, (child.bound, next(count), child))
    waiting = min((entry[0] for entry in queue), default=float("inf"))
    return min(finished, waiting, best.cost)


def _explored(problem: SiteProblem, best: Best, here: _Branch, *, gap: float, until: float) -> list[_Branch]:
    """Return a branch's two halves; itself with a better bound where that ends it; nothing where nothing is left."""
    if not _is_possible(problem, here):
        return []
    part, must = problem.only(here.sites), here.must[here.sites]
    found = raise_bound(
        part, here.prices, lambda b: best.target(b.value), must=must, pace=AT_A_BRANCH, gap=gap, until=until
    )
    value = max(found.value, here.bound)
    chosen = here.sites[found.chosen > 0]
    hints = np.full(len(problem.fixed), np.inf)
    hints[here.sites] = found.open_adds - found.shut_adds
    if best.offer(chosen) < best.cost * WORTH_IMPROVING and problem.is_roomy:
        best.offer(improved(problem, chosen, until=until, hints=hints)[0])
    if value >= best.cost * (1 - gap):
        return [_Branch(value, here.sites, here.must, found.prices)]
    slack = best.cost - value
    kept = found.open_adds <= slack
    settled = (must | (found.shut_adds > slack)) & kept
    sites = here.sites[kept]
    is_open = np.zeros(len(problem.fixed), dtype=bool)
    is_open[here.sites[settled]] = True
    free = ~settled[kept]
    if not free.any():
        cost = best.offer(sites)
        return [_Branch(cost, sites, is_open, found.prices)] if np.isfinite(cost) else []
    doubt = np.where(free, np.minimum(found.tendency[kept], 1 - found.tendency[kept]), -1.0)
    asked = sites[int(doubt.argmax())]
    opened = is_open.copy()
    opened[asked] = True
    return [
        _Branch(value, sites, opened, found.prices),
        _Branch(value, sites[sites != asked], is_open, found.prices),
    ]


def _is_possible(problem: SiteProblem, here: _Branch) -> bool:
    opened = int(here.must.sum())
    if problem.opened is not None and (opened > problem.opened or len(here.sites) < problem.opened):
        return False
    if problem.budget is not None and problem.fixed[here.must].sum() > problem.budget * (1 + 1e-12):
        return False
    if int(problem.places[here.sites].sum()) < problem.must_place:
        return False
    return problem.unplaced is not None or bool(np.isfinite(problem.cost[here.sites]).any(axis=0).all())
