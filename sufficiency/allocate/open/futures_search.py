"""Good plans of openings: what the prices suggest, kept within the limits, then every move that helps."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sufficiency.allocate.open.best_plan import BestPlan, with_blocks
from sufficiency.allocate.open.climb import Pace
from sufficiency.allocate.open.few_options import every_set
from sufficiency.allocate.open.futures import Floats, Ints, OpeningProblem
from sufficiency.allocate.open.futures_bound import FIRST, Flags, PlanBound, raise_plan_bound
from sufficiency.allocate.open.relaxed import Relaxed, relaxed

AT_A_BRANCH: Final = Pace(steps=60, reach=0.6, patience=5, little=1e-3, least_reach=1e-2)


@dataclass(frozen=True, eq=False)
class PlanChoice:
    """The best plan found, what it costs, a bound on every plan, and the plans priced on the way."""

    best: BestPlan
    bound: float

    @property
    def gap(self) -> float:
        """The most by which a better plan could be cheaper, as a share of the cost."""
        return max(0.0, (self.best.cost - self.bound) / abs(self.best.cost)) if self.best.cost else 0.0


def choose_plan(problem: OpeningProblem, *, seconds: float, gap: float, offers: tuple[Ints, ...] = ()) -> PlanChoice:
    """Return the best plan found within `seconds`, proved to `gap` where it could be; `offers` are plans to try."""
    start = time.monotonic()
    best = BestPlan(problem, np.zeros(problem.shape, dtype=np.int64))
    for plan in (best.plan, *offers):
        best.offer(plan)
    proved = every_set(problem, best, until=start + 0.5 * seconds)
    if proved >= best.cost - gap * abs(best.cost):
        best.trim()
        return PlanChoice(best, min(proved, best.cost))
    looser = relaxed(problem)
    bound: PlanBound | None = None
    for part in (0.25, 0.45, 0.6):
        weight = best.tail_weight()
        found = _raised(looser, best, weight, gap=gap, until=start + part * seconds)
        bound = found if bound is None or found.value > bound.value else bound
        if bound.value >= best.cost * (1 - gap):
            break
        before = best.cost
        _improve(problem, best, found.earns, until=start + (part + 0.1) * seconds, stop=bound.value / (1 - gap))
        if bound.value >= best.cost * (1 - gap) or (best.cost == before and problem.tail is None):
            break
    assert bound is not None
    value = max(bound.value, proved)
    if value < best.cost * (1 - gap):
        weight = best.tail_weight()
        value = max(value, _branched(looser, best, bound, weight, gap=gap, until=start + seconds))
    best.trim()
    return PlanChoice(best, min(value, best.cost))


def _branched(looser: Relaxed, best: BestPlan, root: PlanBound, weight: Floats, *, gap: float, until: float) -> float:
    """Return a bound on every plan: begin an option or leave it, the one most in doubt first, best bound first."""
    problem, count = looser.problem, itertools.count()
    nothing = np.zeros(problem.shape[1], dtype=bool)
    queue = [(root.value if problem.tail is None else -np.inf, next(count), root, nothing, nothing)]
    finished = float("inf")
    while queue and time.monotonic() < until:
        value, _, here, must, never = heapq.heappop(queue)
        if value >= best.cost * (1 - gap):
            finished = min(finished, value)
            break
        doubt = np.where(must | never, -1.0, np.minimum(here.tendency, 1 - here.tendency))
        asked = int(doubt.argmax())
        if must[asked] or never[asked]:  # every option is settled, years and blocks are not: this far and no further
            finished = min(finished, value)
            continue
        one = np.arange(len(must)) == asked
        for begun, left in ((must | one, never), (must, never | one)):
            if not _could_begin(problem, begun):
                continue
            part = replace(looser, problem=replace(problem, blocks=np.where(left, 0, problem.blocks)))
            found = _raised(part, best, weight, gap=gap, until=until, must=begun, start=here.at)
            bound = max(found.value, value)
            if bound >= best.cost * (1 - gap):
                finished = min(finished, bound)
            else:
                heapq.heappush(queue, (bound, next(count), found, begun, left))
    waiting = min((entry[0] for entry in queue), default=float("inf"))
    return min(finished, waiting, best.cost)


def _could_begin(problem: OpeningProblem, must: Flags) -> bool:
    """Whether the limits leave room for one block of each of these options."""
    if (problem.first[must] >= len(problem.demand)).any() or (problem.blocks[must] < 1).any():
        return False
    if problem.most is not None and must.sum() > problem.most:
        return False
    least = float((problem.capital.min(axis=0) + problem.begin)[must].sum())
    return problem.budget is None or least <= problem.budget * (1 + 1e-9)


def _raised(
    looser: Relaxed,
    best: BestPlan,
    weight: Floats,
    *,
    gap: float,
    until: float,
    must: Flags | None = None,
    start: Floats | None = None,
) -> PlanBound:
    step = 0

    def upper(here: PlanBound) -> float:
        nonlocal step
        if step % 10 == 0:
            best.offer(within_limits(best.problem, here.plan, here.earns))
        step += 1
        return best.cost

    return raise_plan_bound(
        looser,
        looser.charges(best.plan) if start is None else start,
        upper,
        weight=weight,
        must=must,
        pace=FIRST if start is None else AT_A_BRANCH,
        gap=gap,
        until=until,
    )


def within_limits(problem: OpeningProblem, plan: Ints, earns: Floats) -> Ints:
    """Return a plan with the options that earn least left out until it keeps to every limit."""
    kept = plan.copy()
    for option in np.argsort(earns, kind="stable"):
        if problem.allows(kept):
            break
        kept[:, option] = 0
    return kept


def _improve(problem: OpeningProblem, best: BestPlan, earns: Floats, *, until: float, stop: float) -> None:
    """Make the first move that helps, again and again, until none does, time is up or the cost is down to `stop`."""
    moved = True
    while moved:
        moved = False
        for plan in _moves(problem, best.plan, earns):
            if time.monotonic() > until or best.cost <= stop:
                return
            before = best.cost
            if problem.allows(plan) and best.offer(plan) < before:
                moved = True
                break


def _moves(problem: OpeningProblem, plan: Ints, earns: Floats) -> Iterator[Ints]:
    """Yield plans one move away: a block more, less, a year sooner or later, or one option for others."""
    years, _ = problem.shape
    order = np.argsort(-earns, kind="stable")
    opened = [o for o in order if plan[-1, o]]
    for o in order:
        if plan[-1, o] < problem.blocks[o]:
            for year in _years_from(problem, o, years):
                yield with_blocks(plan, o, plan[:, o] + (np.arange(years) >= year))
    for o in order:  # begin it whatever must give way
        if plan[-1, o] == 0:
            begun = with_blocks(plan, o, (np.arange(years) >= problem.first[o]) * min(1, int(problem.blocks[o])))
            yield within_limits(problem, begun, np.where(np.arange(len(earns)) == o, np.inf, earns))
    for o in reversed(opened):
        yield with_blocks(plan, o, np.minimum(plan[:, o], plan[-1, o] - 1))
        yield with_blocks(plan, o, np.append(plan[1:, o], plan[-1, o]) * (np.arange(years) >= problem.first[o]))
        yield with_blocks(plan, o, np.append(0, plan[:-1, o]))
    for old in reversed(opened):
        for new in order:
            if plan[-1, new] == 0:
                began = int(np.argmax(plan[:, old] > 0))
                year = max(began, int(problem.first[new]))
                swapped = with_blocks(plan, old, np.zeros(years, dtype=np.int64))
                yield with_blocks(swapped, new, (np.arange(years) >= year) * min(1, int(problem.blocks[new])))


def _years_from(problem: OpeningProblem, option: int, years: int) -> list[int]:
    first = int(problem.first[option])
    return sorted({y for y in (first, first + 1, first + 2, (first + years) // 2) if y < years})
