"""How little any plan of openings can cost: every draw's children priced, every option left to earn.

Each group in each year and draw pays a price for a child placed. A setting takes those whom it serves for less, up to
its places; an option, at each number of blocks, likewise; and its best schedule of blocks follows from what it would
earn in each year, less capital and running costs. The sum is below the cost of every plan, and the best prices give the
bound of the strong relaxation. Options that would raise the bound above the best plan known can be left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.allocate.open.climb import Pace, Point, climb
from sufficiency.allocate.open.futures import Floats, Ints, OpeningProblem
from sufficiency.allocate.open.relaxed import Relaxed

Flags = npt.NDArray[np.bool_]

FIRST: Final = Pace(steps=400, patience=8, little=1e-3, least_reach=5e-3)


@dataclass(frozen=True, eq=False)
class PlanBound:
    """A lower bound, and the plan that its prices would choose."""

    value: float  # [aim's units]
    plan: Ints  # year x option: blocks
    earns: Floats  # by option: what its best schedule saves at these prices [aim's units]
    tendency: Floats  # by option: how often of late its prices would begin it, from 0 to 1
    at: Floats  # the prices, to go on from


@dataclass(frozen=True, eq=False)
class _Site:
    """A row of costs, kept to the groups that it suits."""

    groups: Ints
    cost: Floats


@dataclass(frozen=True, eq=False)
class _Priced:
    value: float
    plan: Ints
    earns: Floats
    placed: Floats  # year x draw x group
    capital: float
    begun: int
    spent: Floats


def raise_plan_bound(
    asked: Relaxed,
    start: Floats,
    upper: Callable[[PlanBound], float],
    *,
    weight: Floats,
    must: Flags | None = None,
    pace: Pace = FIRST,
    gap: float = 0.01,
    until: float = float("inf"),
) -> PlanBound:
    """Return the best bound found by following the slope of the prices.

    Parameters
    ----------
    asked
        What to bound, relaxed.
    start
        Prices of children, year x draw x group, or those of an earlier bound (`at`). [aim's units a child]
    upper
        Called with each bound; returns the measure of the best plan known. [aim's units]
    weight
        By draw: any that the measure of risk allows gives a bound.
    must
        Options that have to be begun.
    pace, gap, until
        As `climb`. [seconds]
    """
    problem = asked.problem
    sites = [_site(row) for row in asked.setting_cost]
    options = [_site(row) for row in _option_rows(asked)]
    shape = problem.demand.shape
    count = int(np.prod(shape))
    limits = 2 + (0 if problem.yearly is None else len(problem.yearly))

    forced = np.zeros(len(options), dtype=bool) if must is None else must
    tendency = np.full(len(options), 0.5)

    def evaluate(at: Floats) -> Point[PlanBound]:
        nonlocal tendency
        prices, multipliers = at[:count].reshape(shape), at[count:]
        priced = _price(asked, sites, options, prices, multipliers, weight, forced)
        tendency = 0.85 * tendency + 0.15 * (priced.plan[-1] > 0)
        short = (problem.demand - priced.placed) * weight[:, None]
        slope = np.append(short.ravel(), _limits_broken(problem, priced, multipliers))
        return Point(at, priced.value, slope, PlanBound(priced.value, priced.plan, priced.earns, tendency, at))

    def project(at: Floats) -> Floats:
        at[:count] = np.minimum(at[:count].reshape(shape), asked.unplaced).ravel()
        at[count:] = np.maximum(at[count:], 0.0)
        return at

    found = climb(
        evaluate,
        start if start.ndim == 1 else np.append(start.ravel(), np.zeros(limits)),
        lambda point: upper(point.found),
        metric=_metric(problem, weight),
        project=project,
        pace=pace,
        gap=gap,
        until=until,
    )
    return replace(found.found, tendency=tendency)


def _option_rows(asked: Relaxed) -> Floats:
    rows, of_setting = asked.option_cost.copy(), asked.problem.of_setting
    for o in np.flatnonzero(of_setting >= 0):
        rows[o] = np.minimum(rows[o], asked.setting_cost[of_setting[o]])
    return rows


def _site(row: Floats) -> _Site:
    groups = np.flatnonzero(np.isfinite(row))
    return _Site(groups, row[groups])


def _metric(problem: OpeningProblem, weight: Floats) -> Floats:
    """Return the metric in which prices move alike: of children, then of budget, number begun and budgets by year."""
    weighed = (problem.demand * weight[:, None]).astype(np.float64).ravel()
    child = np.divide(1.0, weighed, out=np.zeros(len(weighed)), where=weighed > 0)
    limits = [problem.budget or 0.0, float(problem.most or 0), *([] if problem.yearly is None else problem.yearly)]
    return np.append(child, [weighed.sum() / max(limit, 1.0) ** 2 for limit in limits])


def _limits_broken(problem: OpeningProblem, priced: _Priced, multipliers: Floats) -> Floats:
    over = np.zeros(len(multipliers))
    if problem.budget is not None:
        over[0] = priced.capital - problem.budget
    if problem.most is not None:
        over[1] = priced.begun - problem.most
    if problem.yearly is not None:
        over[2:] = priced.spent - problem.yearly
    return np.where((multipliers == 0) & (over < 0), 0.0, over)


def _price(
    asked: Relaxed,
    sites: list[_Site],
    options: list[_Site],
    prices: Floats,
    multipliers: Floats,
    weight: Floats,
    must: Flags,
) -> _Priced:
    problem = asked.problem
    placed, money = np.zeros(problem.demand.shape), problem.aim.money
    value = float((problem.demand * prices * weight[:, None]).sum() - weight @ asked.less)
    if problem.budget is not None:
        value -= multipliers[0] * problem.budget
    if problem.most is not None:
        value -= multipliers[1] * problem.most
    if problem.yearly is not None:
        value -= float(multipliers[2:] @ problem.yearly)
    years = len(problem.demand)
    base = []
    for j, site in enumerate(sites):
        base.append(_serve(problem.demand, prices, site, problem.places[:, :, j]))
        value += float((base[j][0] * weight).sum())
    plan, earns = np.zeros(problem.shape, dtype=np.int64), np.zeros(len(options))
    changed = np.zeros((years, len(sites)), dtype=bool)  # where a designation or closure stands in for the setting
    for o, site in enumerate(options):
        j = int(problem.of_setting[o])
        before = base[j][0] if j >= 0 else np.zeros(problem.demand.shape[:2])
        by_blocks = np.zeros((years, int(problem.blocks[o]) + 1))
        takes: list[Floats] = []
        for n in range(1, int(problem.blocks[o]) + 1):
            room = np.full(problem.demand.shape[:2], problem.block[o] * n)
            room = room + problem.places[:, :, j] if j >= 0 else room
            gain, taken = _serve(problem.demand, prices, site, np.maximum(room, 0))
            by_blocks[:, n] = ((gain - before) * weight).sum(axis=1) + money * problem.running[o] * n
            takes.append(taken)
        earned, plan[:, o] = _best_schedule(problem, o, by_blocks, multipliers, must=bool(must[o]))
        earns[o] = -earned
        value += earned
        for year in np.flatnonzero(plan[:, o]):
            taken = takes[plan[year, o] - 1][year]
            placed[year][:, site.groups] += taken
            if j >= 0:
                changed[year, j] = True
    for j, (site, (_, taken)) in enumerate(zip(sites, base, strict=True)):
        placed[:, :, site.groups] += taken * ~changed[:, j, None, None]
    spent = np.zeros(0) if problem.yearly is None else problem.spent(plan)
    return _Priced(value, plan, earns, placed, problem.capital_gbp(plan), int((plan[-1] > 0).sum()), spent)


def _serve(demand: Ints, prices: Floats, site: _Site, room: Ints) -> tuple[Floats, Floats]:
    """Return what a site earns (below 0) and whom it takes, by year and draw, with `room` places, year x draw."""
    margin = np.minimum(site.cost - prices[:, :, site.groups], 0.0)
    size = demand[:, :, site.groups].astype(np.float64)
    wanted = np.where(margin < 0, size, 0.0)
    if (wanted.sum(axis=2) <= room).all():
        return (margin * wanted).sum(axis=2), wanted
    order = np.argsort(margin, axis=2)
    sizes = np.take_along_axis(wanted, order, axis=2)
    before = np.cumsum(sizes, axis=2) - sizes
    first = np.clip(room[:, :, None] - before, 0.0, sizes)
    takes = np.empty_like(first)
    np.put_along_axis(takes, order, first, axis=2)
    return (margin * takes).sum(axis=2), takes


def _best_schedule(
    problem: OpeningProblem, option: int, by_blocks: Floats, multipliers: Floats, *, must: bool
) -> tuple[float, Ints]:
    """Return the cheapest way to open an option's blocks, year by year, at these prices, and its cost. [aim's units]"""
    (years, counts), money = by_blocks.shape, problem.aim.money
    best = np.full(counts, np.inf)
    best[0] = 0.0
    came = np.zeros((years, counts), dtype=np.int64)
    for year in range(years):
        if year < problem.first[option]:
            continue
        extra = money * problem.due[year] + multipliers[0]
        if problem.yearly is not None and problem.spend_year is not None:
            extra += multipliers[2 + problem.spend_year[year, option]]
        block, begin = (
            problem.capital[year, option] * extra,
            problem.begin[option] * extra + money * problem.set_up[option] + multipliers[1],
        )
        step = block * (np.arange(counts)[None, :] - np.arange(counts)[:, None])
        step = np.where(np.tri(counts, k=-1) > 0, np.inf, step)  # what is open stays open
        step[0, 1:] += begin
        through = best[:, None] + step
        came[year] = through.argmin(axis=0)
        best = through.min(axis=0) + by_blocks[year]
    if must:
        best[0] = np.inf
    count = int(best.argmin())
    cost, schedule = float(best[count]), np.zeros(years, dtype=np.int64)
    for year in range(years - 1, -1, -1):
        if year < problem.first[option]:
            break
        schedule[year] = count
        count = int(came[year, count])
    return cost, schedule
