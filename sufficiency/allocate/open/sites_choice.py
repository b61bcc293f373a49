"""Which sites to open: a good choice first, then a bound, then whatever closes the gap between them in the time there is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from sufficiency.allocate.open.climb import Pace
from sufficiency.allocate.open.sites import Flags, Floats, Ints, SiteProblem
from sufficiency.allocate.open.sites_bound import Bound, Prices, raise_bound
from sufficiency.allocate.open.sites_branch import Best, branch
from sufficiency.allocate.open.sites_milp import Solved, strong
from sufficiency.allocate.open.sites_search import greedy, improved

MOST_ROUTES: Final = 60_000  # beyond so many, HiGHS is slower than branching on prices
FEW_ROUTES: Final = 15_000  # ... where no capacity binds, which makes branching quick
FEWEST_ROUTES: Final = 5_000  # up to so many, HiGHS is the quicker even there
ROUNDING: Final = 1e-9  # of the total: what decides between equal costs


@dataclass(frozen=True, eq=False)
class Choice:
    """The sites to open (None: none was found), what they cost, and a bound on every choice."""

    sites: Ints | None
    cost: float  # [GBP]
    bound: float  # [GBP]
    is_impossible: bool = False


@dataclass(frozen=True, eq=False)
class _Settled:
    """What a bound leaves in question."""

    sites: Ints
    must: Flags  # by site left
    routes: Flags  # site left x group


def choose(problem: SiteProblem, *, seconds: float, gap: float) -> Choice:
    """Return the best choice of sites found within `seconds`, proved to `gap` where it could be."""
    start = time.monotonic()
    best = Best(problem)
    first_until = start + 0.15 * seconds
    best.improve(greedy(problem), until=first_until)
    if problem.opened is None and problem.budget is None and not np.isfinite(best.cost):
        best.improve(np.arange(len(problem.fixed)), until=first_until)
    if np.isfinite(best.cost) and best.cost > 0:
        gap = max(gap, 0.99 * problem.grain / best.cost)  # no choice costs between the best and one grain below it
    root = _root(problem, best, gap=gap, until=start + 0.3 * seconds)
    bound = root.value
    if bound >= best.cost * (1 - gap):
        return _proved(problem, best, bound)
    if not problem.is_roomy and best.sites is not None:
        best.offer(improved(problem, best.sites, until=first_until, hints=root.open_adds - root.shut_adds)[0])
    for method, share in _methods(problem, _settled(problem, root, best), best):
        left_seconds = start + share * seconds - time.monotonic()
        if bound >= best.cost * (1 - gap) or left_seconds <= 0:
            continue
        left = _settled(problem, root, best)
        if not len(left.sites):  # every site is ruled out, so only opening none is left to beat the best known
            best.offer(left.sites)
            return Choice(best.sites, best.cost, best.cost)
        if method == "branch":
            bound = max(bound, _branched(problem, best, root, gap=gap, until=start + share * seconds))
            continue
        solved = strong(problem.only(left.sites), left.must, left.routes, seconds=left_seconds, gap=gap / 2)
        if solved.is_impossible and not np.isfinite(best.cost):
            return Choice(None, float("inf"), float("inf"), is_impossible=True)
        bound = max(bound, _bound_of(solved, left, best))
    return _proved(problem, best, bound)


def _proved(problem: SiteProblem, best: Best, bound: float) -> Choice:
    """Return the best choice with its bound, raised to the next cost that there can be."""
    if problem.grain and np.isfinite(bound):
        bound = float(np.ceil(bound / problem.grain - ROUNDING * max(1.0, abs(bound))) * problem.grain)
    return Choice(best.sites, best.cost, min(bound, best.cost))


def _methods(problem: SiteProblem, left: _Settled, best: Best) -> tuple[tuple[str, float], ...]:
    """Return what to try on what the bound leaves in question, each until a share of the time."""
    routes = int(left.routes.sum())
    if not np.isfinite(best.cost):  # branching needs a choice to better
        return (("highs", 0.8), ("branch", 1.0))
    if not problem.is_roomy:
        return (("highs", 0.7), ("branch", 1.0)) if routes <= MOST_ROUTES else (("branch", 1.0),)
    if routes <= FEWEST_ROUTES:
        return (("highs", 0.4), ("branch", 1.0))
    return (("branch", 0.4), ("highs", 0.97)) if routes <= FEW_ROUTES else (("branch", 1.0),)


def _root(problem: SiteProblem, best: Best, *, gap: float, until: float) -> Bound:
    """Return the bound of the whole problem; on the way, price the choices that it makes."""
    step = 0

    def upper(here: Bound) -> float:
        nonlocal step
        step += 1
        if step % 25 == 0 or step == 1:
            chosen = np.flatnonzero(here.chosen > 0)
            if problem.is_roomy:
                best.improve(chosen, here.open_adds - here.shut_adds, until=until)
            else:
                best.offer(chosen)
        return best.target(here.value)

    found = raise_bound(
        problem, Prices(_first_prices(problem, best.sites)), upper, pace=Pace(1500), gap=gap, until=until
    )
    if found.value < best.target(found.value) * (1 - gap):
        again = raise_bound(problem, found.prices, upper, pace=Pace(500, 0.3, 12), gap=gap, until=until)
        found = again if again.value > found.value else found
    return found


def _first_prices(problem: SiteProblem, sites: Ints | None) -> Floats:
    """Return what each group pays in a good choice or, where capacity binds, what its third best site would cost."""
    if problem.is_roomy and sites is not None and len(sites):
        child = problem.cost[sites].min(axis=0)
    else:
        rank = min(2, len(problem.fixed) - 1)
        child = np.partition(problem.cost, rank, axis=0)[rank]
    dearest = np.where(np.isfinite(problem.cost), problem.cost, 0.0).max(axis=0)
    prices: Floats = np.where(np.isfinite(child), child, dearest)
    return prices if problem.unplaced is None else np.minimum(prices, problem.unplaced)


def _settled(problem: SiteProblem, root: Bound, best: Best) -> _Settled:
    """Return the sites and routes that a choice cheaper than the best known could use."""
    there = np.isfinite(problem.cost)
    if problem.unplaced is not None:
        there &= problem.cost <= problem.unplaced
    if not np.isfinite(best.cost):
        every = np.arange(len(problem.fixed))
        return _Settled(every, np.zeros(len(every), dtype=bool), there)
    slack = best.cost - root.value + ROUNDING * abs(best.cost)
    sites = np.flatnonzero(root.open_adds <= slack)
    # Where no capacity binds a group goes whole to one site, so a route is used for all of it or not at all.
    moved = problem.children if problem.is_roomy else np.ones(len(problem.children))
    adds = (problem.cost[sites] - root.prices.child) * moved
    within = root.open_adds[sites, None] + np.maximum(adds, 0.0) if problem.is_roomy else adds
    return _Settled(sites, root.shut_adds[sites] > slack, there[sites] & (within <= slack))


def _branched(problem: SiteProblem, best: Best, root: Bound, *, gap: float, until: float) -> float:
    left = _settled(problem, root, best)
    part = Best(problem.only(left.sites))
    if best.sites is not None:
        inside = np.flatnonzero(np.isin(left.sites, best.sites))
        if len(inside) == len(best.sites):
            part.offer(inside)
        part.cost = min(part.cost, best.cost)
    start = Bound(root.value, root.prices, *(a[left.sites] for a in (root.chosen, root.open_adds, root.shut_adds, root.tendency)))  # fmt: skip
    bound = branch(part.problem, part, start, must=left.must, gap=gap, until=until)
    if part.sites is not None and part.cost < best.cost:
        best.offer(left.sites[part.sites])
    return min(bound, best.cost)


def _bound_of(solved: Solved, left: _Settled, best: Best) -> float:
    """Return the bound that HiGHS proved, what it left out costing at least as much as the best known before."""
    before = best.cost
    if solved.sites is not None:
        best.offer(left.sites[solved.sites])
    if solved.is_impossible:  # nothing in question is left: the best known is the best there is
        return before
    return min(solved.bound, before)
