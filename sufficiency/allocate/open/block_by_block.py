"""Openings taken a block at a time, the one that does most for its capital first: no clock, so the same on any machine.

Blocks are weighed in one January, the first in which every option could be open. Gains shrink as places open, so a block
is weighed again only when its last known gain is the greatest. Each block then opens in the first January in which at
least half of it would be filled.
"""

from __future__ import annotations

import heapq
from typing import Final

import numpy as np

from sufficiency.allocate.flow.min_cost_flow import least_cost_flow
from sufficiency.allocate.open.futures import Floats, Ints, OpeningProblem

HALF: Final = 0.5
A_POUND: Final = 1.0  # of capital: what costs nothing is weighed as if it cost this


def block_by_block(problem: OpeningProblem) -> Ints:
    """Return a plan (year x option: blocks open) within the limits; nothing opens that does not help the aim."""
    years, options = problem.shape
    could = problem.first < years
    blocks = np.zeros(options, dtype=np.int64)
    if not could.any():
        return np.zeros(problem.shape, dtype=np.int64)
    when = min(int(problem.first[could].max()), years - 1)
    now = _measure(problem, when, blocks)
    waiting = [(-np.inf, int(o), -1, now) for o in np.flatnonzero(could & (problem.blocks > 0))]
    heapq.heapify(waiting)
    step = 0
    while waiting:
        _, option, known, then = heapq.heappop(waiting)
        more = blocks.copy()
        more[option] += 1
        if more[option] > problem.blocks[option] or not problem.allows(_soonest(problem, more)):
            continue
        if known < step:
            then = _measure(problem, when, more)
            gain = now - then
            capital = float(problem.capital[when, option] + problem.begin[option] * (blocks[option] == 0))
            if gain > 0:
                heapq.heappush(waiting, (-gain / max(capital, A_POUND), option, step, then))
            continue
        blocks, now, step = more, then, step + 1
        heapq.heappush(waiting, (-np.inf, option, -1, now))
    plan = _when_half_filled(problem, blocks)
    return plan if problem.allows(plan) else _soonest(problem, blocks)


def _measure(problem: OpeningProblem, year: int, blocks: Ints) -> float:
    """Return how a January does by the aim, less being better, with its yearly cost of places."""
    by_draw = problem.year_parts(year, blocks) @ problem.aim.placing + problem.aim.money * float(
        blocks @ problem.running
    )
    return problem.risk(by_draw)


def _soonest(problem: OpeningProblem, blocks: Ints) -> Ints:
    return np.where(np.arange(len(problem.demand))[:, None] >= problem.first, blocks, 0).astype(np.int64)


def _when_half_filled(problem: OpeningProblem, blocks: Ints) -> Ints:
    """Return the plan of these blocks with each opening once at least half of it would be filled, or in the last January."""
    plan = _soonest(problem, blocks)
    size = np.maximum(problem.block, 1)
    for year in range(len(plan)):
        used = np.where(problem.block > 0, _used(problem, year, plan[year]) / size, blocks)
        plan[year] = np.minimum(plan[year], np.floor(used + HALF).astype(np.int64))
    plan[-1] = _soonest(problem, blocks)[-1]
    return np.asarray(np.maximum.accumulate(plan, axis=0))


def _used(problem: OpeningProblem, year: int, blocks: Ints) -> Floats:
    """Return children at each option's own places, on average over draws. [children]"""
    rows = np.array([problem.row_of(o) for o in range(len(blocks))])
    used = np.zeros(len(problem.setting_cost) + int((problem.of_setting < 0).sum()))
    for draw, weight in enumerate(problem.weight):
        flow = problem.flow_problem(year, draw, blocks)
        placed, _ = least_cost_flow(flow)
        used += weight * np.bincount(flow.setting, placed, len(used))
    return np.asarray(used[rows])
