"""Where options are few: every set of blocks priced in every year, and the best way to open them by dynamic programming.

A year's children are placed by what is open that year alone, so the best schedule ending in a set of blocks is the best
of those ending in a smaller set the year before. Budgets by calendar year are left to the search, and a tail is at least
the mean: then what comes back is a bound.
"""

from __future__ import annotations

import itertools
import time
from typing import Final

import numpy as np

from sufficiency.allocate.open.best_plan import BestPlan
from sufficiency.allocate.open.futures import Floats, Ints, OpeningProblem

MOST_SETS: Final = 256


def every_set(problem: OpeningProblem, best: BestPlan, *, until: float) -> float:
    """Offer the best plan there is to `best`, and return a bound on every plan; minus infinity where there is no time.

    Where risk is the mean and there are no budgets by year, the bound is what that plan comes to.
    """
    sets = _sets(problem)
    if sets is None or not _is_time(problem, best, sets, until=until):
        return -np.inf
    years, _ = problem.shape
    money, smaller = problem.aim.money, (sets[:, None] <= sets[None]).all(axis=2)  # from, to
    added = np.maximum(sets[None] - sets[:, None], 0)
    began = (sets[None] > 0) & (sets[:, None] == 0)
    once = began @ (money * problem.set_up)
    nothing = ~sets.any(axis=1)
    before, came = np.where(nothing, 0.0, np.inf), np.zeros((years, len(sets)), dtype=np.int64)
    for year in range(years):
        could = ~((sets > 0) & (year < problem.first)).any(axis=1)
        placing = np.full(len(sets), np.inf)
        for at in np.flatnonzero(could).tolist():
            if time.monotonic() > until:
                return -np.inf
            placing[at] = problem.weight @ (best.year_parts(year, sets[at]) @ problem.aim.placing)
        capital = added @ problem.capital[year] + began @ problem.begin
        step = np.where(smaller, before[:, None] + money * problem.due[year] * capital + once, np.inf)
        came[year] = step.argmin(axis=0)
        before = step.min(axis=0) + placing + money * (sets @ problem.running)
    at = int(before.argmin())
    best.offer(_plan(sets, came, at))
    return float(before[at])


def _is_time(problem: OpeningProblem, best: BestPlan, sets: Ints, *, until: float) -> bool:
    """Whether every set can be priced in every year before time is up, judging by the dearest of one year."""
    start = time.monotonic()
    year = len(problem.demand) - 1
    best.year_parts(year, sets[-1])
    taken = time.monotonic() - start
    return start + taken * len(sets) * (year + 1) < until


def _plan(sets: Ints, came: Ints, at: int) -> Ints:
    plan = np.zeros((len(came), sets.shape[1]), dtype=np.int64)
    for year in range(len(came) - 1, -1, -1):
        plan[year] = sets[at]
        at = int(came[year, at])
    return plan


def _sets(problem: OpeningProblem) -> Ints | None:
    """Return every set of blocks within budget and number; None where there are too many."""
    if float(np.prod(problem.blocks + 1.0)) > 8 * MOST_SETS:
        return None
    each = itertools.product(*(range(int(most) + 1) for most in problem.blocks))
    sets = np.array(list(each), dtype=np.int64).reshape(-1, len(problem.blocks))
    least: Floats = sets @ problem.capital.min(axis=0) + (sets > 0) @ problem.begin
    kept = np.ones(len(sets), dtype=bool) if problem.budget is None else least <= problem.budget * (1 + 1e-9)
    if problem.most is not None:
        kept &= (sets > 0).sum(axis=1) <= problem.most
    return sets[kept] if kept.sum() <= MOST_SETS else None
