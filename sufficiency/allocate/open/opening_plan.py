"""The plan of what to open: searched for among many futures, or taken one block at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from sufficiency.allocate.open.aims import CASH
from sufficiency.allocate.open.best_plan import BestPlan
from sufficiency.allocate.open.block_by_block import block_by_block
from sufficiency.allocate.open.demand import GroupDemand
from sufficiency.allocate.open.futures import Ints, OpeningProblem
from sufficiency.allocate.open.futures_search import PlanChoice, choose_plan
from sufficiency.allocate.open.opened import Openings
from sufficiency.allocate.open.options import Options

LEADING: Final = 5  # plans in the regret table


def searched(
    read: Options,
    groups: GroupDemand,
    problem: OpeningProblem,
    years: tuple[int, ...],
    draws: tuple[int, ...],
    risk: str,
    *,
    seconds: float,
    gap: float,
) -> Openings:
    """Return the openings found by search, from plans that do best in the middle of the futures and in each of them."""
    certain = replace(
        problem,
        demand=np.rint(problem.demand.mean(axis=1, keepdims=True)).astype(np.int64),
        places=np.rint(problem.places.mean(axis=1, keepdims=True)).astype(np.int64),
        weight=np.ones(1),
        away_parts=problem.away_parts.mean(axis=0, keepdims=True),
        tail=None,
    )
    expected = choose_plan(certain, seconds=0.1 * seconds, gap=gap)
    each = [
        choose_plan(_draw(problem, d), seconds=0.25 * seconds / len(draws), gap=gap, offers=(expected.best.plan,))
        for d in range(len(draws))
    ]
    offers = {c.best.plan.tobytes(): c.best.plan for c in (expected, *each)}
    chosen = choose_plan(problem, seconds=0.6 * seconds, gap=gap, offers=tuple(offers.values()))
    leading = _leading(chosen, problem)
    parts = np.stack([chosen.best.parts(plan) for plan in leading])
    by_draw = np.stack([chosen.best.by_draw(plan) for plan in leading])
    known = np.array([c.best.cost for c in each])
    return Openings(
        options=read,
        demand=groups,
        problem=problem,
        years=years,
        draws=draws,
        plan=chosen.best.plan,
        plans=leading,
        parts=parts,
        by_draw=by_draw,
        mean_plan=problem.risk(chosen.best.by_draw(expected.best.plan)),
        best_by_draw=np.minimum(known, by_draw.min(axis=0)),
        bound=chosen.bound,
        risk=risk,
    )


def taken(
    read: Options,
    groups: GroupDemand,
    problem: OpeningProblem,
    years: tuple[int, ...],
    draws: tuple[int, ...],
    risk: str,
    *,
    seconds: float,  # noqa: ARG001 - as `searched`
    gap: float,  # noqa: ARG001
) -> Openings:
    """Return the openings taken one block at a time, with nothing proved of them but that less than none can't be."""
    best = BestPlan(problem, np.zeros(problem.shape, dtype=np.int64))
    best.offer(plan := block_by_block(problem))
    leading = tuple({p.tobytes(): p for p in (best.plan, plan, np.zeros_like(plan))}.values())
    by_draw = np.stack([best.by_draw(one) for one in leading])
    return Openings(
        options=read,
        demand=groups,
        problem=problem,
        years=years,
        draws=draws,
        plan=best.plan,
        plans=leading,
        parts=np.stack([best.parts(one) for one in leading]),
        by_draw=by_draw,
        mean_plan=problem.risk(by_draw[0]),
        best_by_draw=by_draw.min(axis=0),
        bound=0.0 if problem.aim is not CASH else float("-inf"),
        risk=risk,
    )


def _draw(problem: OpeningProblem, draw: int) -> OpeningProblem:
    return replace(
        problem,
        demand=problem.demand[:, [draw]],
        places=problem.places[:, [draw]],
        weight=np.ones(1),
        away_parts=problem.away_parts[[draw]],
        tail=None,
    )


def _leading(chosen: PlanChoice, problem: OpeningProblem) -> tuple[Ints, ...]:
    nothing, plan = np.zeros(problem.shape, dtype=np.int64), chosen.best.plan
    others = [other for other in chosen.best.leading(LEADING) if not np.array_equal(other, plan)]
    found = [plan, *others[: LEADING - 1]]
    return tuple(found if any(not plan.any() for plan in found) else [*found, nothing])
