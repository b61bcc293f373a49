"""Which places to open, and when, before it is known how many children will need them: the problem and what a plan costs.

    least   capital(n) + running(n) + risk over draws d of sum_t Q[t, d](n)
    so that n[t, o] blocks of option o are open in year t; a block once opened stays; at most blocks[o]
            capital is within the budget, in all and year by year; at most `most` options are begun
            Q[t, d](n) is the cheapest allocation of draw d's children in year t to the places that n leaves

Places are decided now for every draw alike; children are placed later, draw by draw: a two-stage stochastic programme.
Risk is the mean over draws, or the mean of the costliest share of them (CVaR).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sufficiency.allocate.flow.min_cost_flow import Problem, least_cost_flow
from sufficiency.money import PENCE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OpeningProblem:
    """Everything by position: years t, draws d, groups g, settings j, options o."""

    demand: Ints  # year x draw x group [children]
    weight: Floats  # by draw, adding up to 1
    places: Ints  # year x draw x setting, before any option [places]
    setting_cost: Floats  # setting x group, infinite where there is no route [GBP a child a year]
    option_cost: (
        Floats  # option x group; a designation's are those of its setting, once designated [GBP a child a year]
    )
    of_setting: Ints  # the setting that an option closes or designates; -1 for places of its own
    block: Ints  # places in a block; negative where it closes them [places]
    blocks: Ints  # most blocks
    first: Ints  # the first year that each option could be open in, by position
    capital: Floats  # year x option: a block opened that year [GBP]
    begin: Floats  # by option: once, when its first block opens [GBP]
    running: Floats  # by option: a block, each year open [GBP]
    unplaced: float  # [GBP a child a year]
    budget: float | None = None
    spend_year: Ints | None = None  # year x option: which row of `yearly` the capital falls in
    yearly: Floats | None = None  # budget by calendar year of spending [GBP]
    most: int | None = None  # options begun at most
    tail: float | None = None  # share of draws in the tail; None: the mean

    @property
    def shape(self) -> tuple[int, int]:
        """Years and options."""
        return len(self.demand), len(self.block)

    def capital_gbp(self, plan: Ints) -> float:
        """Return the capital of a plan (year x option: blocks open). [GBP]"""
        opened = _added(plan)
        return float((opened * self.capital).sum() + self.begin @ (plan[-1] > 0))

    def running_gbp(self, plan: Ints) -> float:
        """Return what the places of a plan cost to keep, filled or not, over all years. [GBP]"""
        return float((plan @ self.running).sum())

    def spent(self, plan: Ints) -> Floats:
        """Return capital by calendar year of spending, as the rows of `yearly`. [GBP]"""
        assert self.yearly is not None
        assert self.spend_year is not None
        opened, begun = _added(plan), _added((plan > 0).astype(np.int64))
        spent = np.zeros(len(self.yearly))
        np.add.at(spent, self.spend_year, opened * self.capital + begun * self.begin)
        return spent

    def allows(self, plan: Ints) -> bool:
        """Whether a plan keeps to budgets, numbers and first years."""
        years, _ = self.shape
        early = np.arange(years)[:, None] < self.first
        if (plan[early] > 0).any() or (np.diff(plan, axis=0) < 0).any() or (plan > self.blocks).any():
            return False
        if self.most is not None and int((plan[-1] > 0).sum()) > self.most:
            return False
        if self.budget is not None and self.capital_gbp(plan) > self.budget * (1 + 1e-9):
            return False
        return self.yearly is None or bool((self.spent(plan) <= self.yearly * (1 + 1e-9)).all())

    def draws_gbp(self, plan: Ints) -> Floats:
        """Return the cost of placing each draw's children under a plan, all years together. [GBP]"""
        total: Floats = np.stack([self.year_gbp(t, plan[t]) for t in range(len(plan))]).sum(axis=0)
        return total

    def year_gbp(self, year: int, blocks: Ints) -> Floats:
        """Return the cost of placing each draw's children in a year when `blocks` of each option are open. [GBP]"""
        cost = np.empty(self.demand.shape[1])
        for draw in range(len(cost)):
            flow = self.flow_problem(year, draw, blocks)
            placed, out = least_cost_flow(flow)
            cost[draw] = PENCE.gbp(placed @ flow.cost + out @ flow.unplaced_cost)
        return cost

    def risk_gbp(self, by_draw: Floats) -> float:
        """Return the mean over draws or, where a tail is asked for, of the costliest share. [GBP]"""
        return float(by_draw @ self.tail_weight(by_draw))

    def tail_weight(self, by_draw: Floats) -> Floats:
        """Return the weight of each draw in the risk: its own or, of a tail, up to all of it from the costliest down."""
        if self.tail is None:
            return self.weight
        order = np.argsort(-by_draw, kind="stable")
        before = np.cumsum(self.weight[order]) - self.weight[order]
        weight = np.zeros(len(by_draw))
        weight[order] = np.clip(self.tail - before, 0.0, self.weight[order]) / self.tail
        return weight

    def total_gbp(self, plan: Ints) -> float:
        """Return what a plan costs in all: capital, running, and the risk of placing children. [GBP]"""
        return self.fixed_gbp(plan) + self.risk_gbp(self.draws_gbp(plan)) if self.allows(plan) else float("inf")

    def fixed_gbp(self, plan: Ints) -> float:
        """Return what a plan costs whatever the draw: capital, and keeping the places. [GBP]"""
        return self.capital_gbp(plan) + self.running_gbp(plan)

    def rows(self, blocks: Ints) -> tuple[Floats, Ints]:
        """Return the cost rows and the places of every setting and option when `blocks` of each option are open."""
        cost, change = self.setting_cost.copy(), np.zeros(len(self.setting_cost), dtype=np.int64)
        for o in np.flatnonzero((self.of_setting >= 0) & (blocks > 0)):
            cost[self.of_setting[o]] = np.minimum(cost[self.of_setting[o]], self.option_cost[o])
            change[self.of_setting[o]] += self.block[o] * blocks[o]
        own = np.flatnonzero((self.of_setting < 0) & (blocks > 0))
        return np.concatenate([cost, self.option_cost[own]]), np.concatenate([change, self.block[own] * blocks[own]])

    def flow_problem(self, year: int, draw: int, blocks: Ints) -> Problem:
        """Return the allocation of one draw's children in one year, as a flow in pence."""
        cost, places = self.rows(blocks)
        places[: self.places.shape[2]] += self.places[year, draw]
        there = np.isfinite(cost) & (cost < self.unplaced) & (places > 0)[:, None]
        there[:, self.demand[year, draw] == 0] = False
        site, group = np.nonzero(there)
        price = np.full(cost.shape[1], PENCE.whole(self.unplaced))
        return Problem(
            self.demand[year, draw], np.maximum(places, 0), group, site, PENCE.whole(cost[site, group]), price
        )


def _added(open_by_year: Ints) -> Ints:
    """Return what opens each year of what is open each year."""
    return np.asarray(np.diff(open_by_year, axis=0, prepend=0), dtype=np.int64)
