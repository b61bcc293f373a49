"""Good plans of openings: what the prices suggest, kept within the limits, then every move that helps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sufficiency.allocate.stochastic_bound import PlanBound, charges, raise_plan_bound
from sufficiency.allocate.stochastic_problem import Floats, Ints, OpeningProblem


@dataclass(eq=False)
class BestPlan:
    """The best plan known, and every plan priced on the way."""

    problem: OpeningProblem
    plan: Ints
    cost: float = float("inf")
    priced: dict[bytes, float] = field(default_factory=dict)

    def offer(self, plan: Ints) -> float:
        """Price a plan, keep it if it is the best yet, and return its cost. [GBP]"""
        key = plan.tobytes()
        if key not in self.priced:
            self.priced[key] = self.problem.total_gbp(plan)
            if self.priced[key] < self.cost:
                self.plan, self.cost = plan, self.priced[key]
        return self.priced[key]

    def leading(self, count: int) -> list[Ints]:
        """Return the cheapest plans priced, the best first."""
        keys = sorted((key for key, cost in self.priced.items() if np.isfinite(cost)), key=self.priced.__getitem__)
        return [np.frombuffer(key, dtype=np.int64).reshape(self.problem.shape) for key in keys[:count]]


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
    nothing = np.zeros(problem.shape, dtype=np.int64)
    best = BestPlan(problem, nothing)
    for plan in (nothing, *offers):
        best.offer(plan)
    bound, earns = -np.inf, np.zeros(problem.shape[1])
    for part in (0.35, 0.6, 0.8, 1.0):
        weight = problem.tail_weight(problem.draws_gbp(best.plan))
        found = _raised(problem, best, weight, gap=gap, until=start + part * seconds)
        bound, earns = max(bound, found.value), found.earns
        if bound >= best.cost * (1 - gap):
            break
        before = best.cost
        _improve(problem, best, earns, until=start + min(part + 0.15, 1.0) * seconds, stop=bound / (1 - gap))
        if time.monotonic() > start + seconds or bound >= best.cost * (1 - gap):
            break
        if best.cost == before and problem.tail is None:
            break
    return PlanChoice(best, min(bound, best.cost))


def _raised(problem: OpeningProblem, best: BestPlan, weight: Floats, *, gap: float, until: float) -> PlanBound:
    step = 0

    def upper(here: PlanBound) -> float:
        nonlocal step
        if step % 10 == 0:
            best.offer(within_limits(problem, here.plan, here.earns))
        step += 1
        return best.cost

    return raise_plan_bound(problem, charges(problem, best.plan), upper, weight=weight, gap=gap, until=until)


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
    """Yield plans one move away: a block more, less, a year sooner or later, or one option for another."""
    years, _ = problem.shape
    order = np.argsort(-earns, kind="stable")
    opened = [o for o in order if plan[-1, o]]
    for o in order:
        if plan[-1, o] < problem.blocks[o]:
            for year in _years_from(problem, o, years):
                yield _with(plan, o, plan[:, o] + (np.arange(years) >= year))
    for o in reversed(opened):
        yield _with(plan, o, np.minimum(plan[:, o], plan[-1, o] - 1))
        yield _with(plan, o, np.append(plan[1:, o], plan[-1, o]) * (np.arange(years) >= problem.first[o]))
        yield _with(plan, o, np.append(0, plan[:-1, o]))
    for old in reversed(opened):
        for new in order:
            if plan[-1, new] == 0:
                began = int(np.argmax(plan[:, old] > 0))
                year = max(began, int(problem.first[new]))
                swapped = _with(plan, old, np.zeros(years, dtype=np.int64))
                yield _with(swapped, new, (np.arange(years) >= year) * min(1, int(problem.blocks[new])))


def _years_from(problem: OpeningProblem, option: int, years: int) -> list[int]:
    first = int(problem.first[option])
    return sorted({y for y in (first, first + 1, first + 2, (first + years) // 2) if y < years})


def _with(plan: Ints, option: int, blocks: Ints) -> Ints:
    changed = plan.copy()
    changed[:, option] = blocks
    return changed
