"""The relaxation that bounds plans from below: children placed however suits the aim, but no worse by the rule of placing.

A plan's children are placed by the rule (a suitable place first, then at the least cost), and measured by the aim. With
every place of a plan that opens nothing still there, the rule can't do worse than it does then; so for any weight w >= 0

    aim(plan) >= opening(plan) + least over x of  sum (aim[r] + w rule[r]) x[r]  -  w rule(nothing opened)

which is one allocation, priced like any other. A weight that keeps children in places as the rule does makes it tight
where nothing opens; the weight least that does so is found by trying a few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sufficiency.allocate.flow.min_cost_flow import Problem, charge_of_a_child, least_cost_flow, value_of_a_place
from sufficiency.allocate.open.futures import Floats, Ints, OpeningProblem
from sufficiency.whole_units import PENCE, Units, units_within

WEIGHTS: Final = (0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # of the rule beside the aim, were they of one size
LARGEST: Final = 1e10  # whole units in which a relaxed allocation is solved
TIGHT: Final = 1e-4  # share by which the relaxation may fall short where nothing opens


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A problem with costs by position in place of its rule and its parts."""

    problem: OpeningProblem
    setting_cost: Floats  # setting x group [aim's units a child a year]
    option_cost: Floats  # option x group
    unplaced: Floats  # draw x group
    less: Floats  # draw: what is taken off the sum of all years [aim's units]

    def year_problem(self, year: int, draw: int, blocks: Ints, units: Units) -> Problem:
        """Return one draw's relaxed allocation in one year, as a flow in whole units."""
        asked = self.problem
        _, change = asked.rows(blocks)
        cost = self.setting_cost.copy()
        for o in np.flatnonzero((asked.of_setting >= 0) & (blocks > 0)):
            at = asked.of_setting[o]
            cost[at] = np.minimum(cost[at], self.option_cost[o])
        cost = np.concatenate([cost, self.option_cost[asked.of_setting < 0]])
        places = change
        places[: asked.places.shape[2]] += asked.places[year, draw]
        there = np.isfinite(cost) & (asked.demand[year, draw] > 0)
        site, group = np.nonzero(there)
        away = units.whole(self.unplaced[draw])
        return Problem(
            asked.demand[year, draw], np.maximum(places, 0), group, site, units.whole(cost[site, group]), away
        )

    def units(self) -> Units:
        """Return whole units fine enough for its costs."""
        finite = self.setting_cost[np.isfinite(self.setting_cost)]
        return units_within(float(max(finite.max(initial=0.0), self.unplaced.max(initial=0.0))), largest=LARGEST)

    def charges(self, plan: Ints) -> Floats:
        """Return dual prices of children under a plan, year x draw x group: where the climb of the bound begins."""
        prices, units = np.zeros(self.problem.demand.shape), self.units()
        years, draws, _ = self.problem.demand.shape
        for year in range(years):
            for draw in range(draws):
                flow = self.year_problem(year, draw, plan[year], units)
                value = value_of_a_place(flow, *least_cost_flow(flow))
                prices[year, draw] = units.gbp(charge_of_a_child(flow, value))
        return prices


def relaxed(problem: OpeningProblem) -> Relaxed:
    """Return the relaxation of a problem, with the least weight of the rule that makes it tight where nothing opens."""
    aim = [problem.setting_parts @ problem.aim.placing, problem.option_parts @ problem.aim.placing]
    finite = np.isfinite(problem.setting_cost)
    rule = float(problem.setting_cost[finite].max(initial=0.0)) or 1.0
    size = max(float(aim[0].max(initial=0.0)), float((problem.away_parts @ problem.aim.placing).max(initial=0.0)))
    ruled, measured = _where_least_opens(problem)
    best, best_bound = None, -np.inf
    for weight in WEIGHTS:
        tried = _weighed(problem, weight * size / rule, ruled)
        bound = _where_nothing_opens(tried)
        if best is None or bound > best_bound + TIGHT * abs(measured):
            best, best_bound = tried, bound
        if best_bound >= measured - TIGHT * abs(measured):
            break
    assert best is not None  # there is at least one weight
    return best


def _weighed(problem: OpeningProblem, weight: float, ruled: Floats) -> Relaxed:
    """Return the relaxation with a weight on the rule; `ruled` is what the rule comes to, year x draw. [GBP]"""

    def rows(cost: Floats, parts: Floats) -> Floats:
        found = np.full(cost.shape, np.inf)
        there = np.isfinite(cost) & (cost < problem.unplaced)
        found[there] = (parts @ problem.aim.placing)[there] + weight * cost[there]
        return found

    return Relaxed(
        problem,
        rows(problem.setting_cost, problem.setting_parts),
        rows(problem.option_cost, problem.option_parts),
        problem.away_parts @ problem.aim.placing + weight * problem.unplaced,
        weight * ruled.sum(axis=0),
    )


def _where_least_opens(problem: OpeningProblem) -> tuple[Floats, float]:
    """Return what the rule comes to with no place but those that every plan leaves, and the aim's measure there.

    The first is year x draw; the second is over all years, on average over draws.
    """
    blocks = np.where(problem.block < 0, problem.blocks, 0)
    years, draws, _ = problem.demand.shape
    ruled, rows, measured = np.zeros((years, draws)), problem.row_parts(blocks), 0.0
    for year in range(years):
        for draw in range(draws):
            flow = problem.flow_problem(year, draw, blocks)
            placed, out = least_cost_flow(flow)
            # Half a penny a child may be lost where money is counted in pence.
            rounding = 0.01 * float(problem.demand[year, draw].sum())
            ruled[year, draw] = PENCE.gbp(float(placed @ flow.cost + out @ flow.unplaced_cost)) + rounding
            made_of = problem.made_of(draw, rows, flow, placed, out).sum(axis=0)
            measured += float(problem.weight[draw] * (made_of @ problem.aim.placing))
    return ruled, measured


def _where_nothing_opens(tried: Relaxed) -> float:
    """Return the relaxation's bound on the plan that only closes, on average over draws."""
    problem, units = tried.problem, tried.units()
    blocks = np.where(problem.block < 0, problem.blocks, 0)
    years, draws, _ = problem.demand.shape
    found = -float(problem.weight @ tried.less)
    for year in range(years):
        for draw in range(draws):
            flow = tried.year_problem(year, draw, blocks, units)
            placed, out = least_cost_flow(flow)
            found += problem.weight[draw] * units.gbp(float(placed @ flow.cost + out @ flow.unplaced_cost))
    return float(found)
