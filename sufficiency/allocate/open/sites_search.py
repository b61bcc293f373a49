"""Good choices of sites, quickly: greedy, then adding, dropping and swapping while that helps.

Where no capacity binds, every swap is priced at once from each group's nearest and second nearest open site; where
capacities bind, a choice is priced by its min-cost flow and only promising moves are tried.

References
----------
Whitaker, "A fast algorithm for the greedy interchange for large-scale clustering and median location problems",
INFOR 21 (1983); Resende and Werneck, "A fast swap-based local search procedure for location problems" (2007).
"""

from __future__ import annotations

import time

import numpy as np
from scipy.sparse import csr_array

from sufficiency.allocate.open.sites import Flags, Floats, Ints, SiteProblem

SMALLEST_GAIN = 1e-9  # of the total: below it a move is rounding


def greedy(problem: SiteProblem) -> Ints:
    """Return sites opened one by one, each the one that saves most, within number, budget and places asked for."""
    total = _totals(problem)
    now = np.full(total.shape[1], total.max() if problem.unplaced is None else 0.0)
    if problem.unplaced is not None:
        now = problem.children * problem.unplaced
    chosen: list[int] = []
    spent, have = 0.0, 0
    while problem.opened is None or len(chosen) < problem.opened:
        saves = np.maximum(now - total, 0.0).sum(axis=1) - problem.fixed
        if not problem.is_roomy:  # no more than its places: scale what a small site can save
            saves = saves * np.minimum(1.0, problem.places / np.maximum(problem.reachable, 1))
        saves[chosen] = -np.inf
        if problem.budget is not None:
            saves[problem.fixed > problem.budget - spent + 1e-9] = -np.inf
        site = int(saves.argmax())
        enough = have >= problem.must_place and bool(chosen)
        if not np.isfinite(saves[site]) or (problem.opened is None and enough and saves[site] <= 0):
            break
        if problem.opened is None and problem.unplaced is not None and saves[site] <= 0:
            break
        chosen.append(site)
        spent += float(problem.fixed[site])
        have += int(problem.places[site])
        now = np.minimum(now, total[site])
    return np.sort(np.array(chosen, dtype=np.int64))


def improved(problem: SiteProblem, sites: Ints, *, until: float, hints: Floats | None = None) -> tuple[Ints, float]:
    """Return the choice after every move that helps, and its cost; `hints` orders sites, the most promising least."""
    if problem.is_roomy and problem.budget is None:
        return _interchanged(problem, sites, until)
    return _tried(problem, sites, until, problem.fixed if hints is None else hints)


def _totals(problem: SiteProblem) -> Floats:
    """Return cost by site and group for all of a group's children; where there is no route, more than anything."""
    total = problem.cost * problem.children
    there = np.isfinite(total)
    prohibitive = float(np.where(there, np.abs(total), 0.0).max(axis=0).sum() + np.abs(problem.fixed).sum() + 1.0)
    if problem.unplaced is not None:
        return np.minimum(np.where(there, total, np.inf), problem.unplaced * problem.children)
    return np.where(there, total, prohibitive)


def _interchanged(problem: SiteProblem, sites: Ints, until: float) -> tuple[Ints, float]:
    total = _totals(problem)
    is_open = np.zeros(len(total), dtype=bool)
    is_open[sites] = True
    least = SMALLEST_GAIN * max(1.0, abs(problem.total(sites))) if len(sites) else 0.0
    while time.monotonic() < until:
        move = _best_move(problem, total, is_open, least)
        if move is None:
            break
        drop, add = move
        is_open[[d for d in (drop,) if d >= 0]] = False
        is_open[[a for a in (add,) if a >= 0]] = True
    chosen = np.flatnonzero(is_open)
    return chosen, problem.total(chosen)


def _best_move(problem: SiteProblem, total: Floats, is_open: Flags, least: float) -> tuple[int, int] | None:
    """Return (site to drop, site to add), -1 for neither, of the move that saves most; None where none saves `least`."""
    sites = np.flatnonzero(is_open)
    first, near, second = _two_nearest(problem, total, sites)
    gain = np.maximum(near - total, 0.0).sum(axis=1) - problem.fixed
    gain[sites] = -np.inf
    loss = np.bincount(first, second - near, len(sites)) - problem.fixed[sites]
    if problem.opened is None:
        if len(gain) and gain.max() > least:
            return -1, int(gain.argmax())
        if len(sites) > 1 and -loss.min() > least:
            return int(sites[loss.argmin()]), -1
    if not len(sites):
        return None
    saved_by_new = np.clip(second - np.maximum(total, near), 0.0, None)
    whose = csr_array((np.ones(len(first)), (first, np.arange(len(first)))), shape=(len(sites), len(first)))
    swap = gain - loss[:, None] + whose @ saved_by_new.T
    best = int(swap.argmax())
    drop, add = divmod(best, len(gain))
    return (int(sites[drop]), add) if swap.flat[best] > least else None


def _two_nearest(problem: SiteProblem, total: Floats, sites: Ints) -> tuple[Ints, Floats, Floats]:
    """Return which open site is nearest to each group, what it costs, and what the second nearest costs."""
    groups = np.arange(total.shape[1])
    nowhere = total.max() * len(groups) if problem.unplaced is None else problem.unplaced * problem.children
    none = np.broadcast_to(np.asarray(nowhere, dtype=np.float64), groups.shape)
    if not len(sites):
        return np.zeros(len(groups), dtype=np.int64), none, none
    own = total[sites]
    if len(sites) == 1:
        return np.zeros(len(groups), dtype=np.int64), own[0], none
    two = np.argpartition(own, 1, axis=0)[:2]
    one, other = own[two[0], groups], own[two[1], groups]
    return np.where(one <= other, two[0], two[1]), np.minimum(one, other), np.maximum(one, other)


def _tried(problem: SiteProblem, sites: Ints, until: float, hints: Floats) -> tuple[Ints, float]:
    """Drop, add or swap one site at a time, keeping the first move that helps, until none does or time is up."""
    best, cost = sites, problem.total(sites)
    moved = True
    while moved and time.monotonic() < until:
        moved = False
        outside = np.setdiff1d(np.arange(len(problem.fixed)), best)
        outside = outside[np.argsort(hints[outside], kind="stable")][:12]
        inside = best[np.argsort(-hints[best], kind="stable")]
        moves = [(-1, int(a)) for a in outside] if problem.opened is None else []
        moves += [(int(d), -1) for d in inside] if problem.opened is None else []
        moves += [(int(d), int(a)) for a in outside[:8] for d in inside[:8]]
        for drop, add in moves:
            if time.monotonic() > until:
                break
            trial = np.sort(np.append(best[best != drop], add)) if add >= 0 else best[best != drop]
            then = problem.total(trial)
            if then < cost - SMALLEST_GAIN * abs(cost):
                best, cost, moved = trial, then, True
                break
    return best, cost
