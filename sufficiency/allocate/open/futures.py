"""Which places to open, and when, before it is known how many children will need them: the problem and what a plan costs.

    least   repaid(n) + running(n) + set-up(n) + risk over draws d of sum_t made_of(x[t, d]) . aim
    so that n[t, o] blocks of option o are open in year t; a block once opened stays; at most blocks[o]
            capital is within the budget, in all and year by year; at most `most` options are begun
            x[t, d] is how `places` would place draw d's children in year t in the places that n leaves: a suitable place
            before anything is saved, then at the least cost

Places are decided now for every draw alike; children are placed later, draw by draw. Placing follows its own rule, whose
weight on being turned away is paid by nobody; what follows from it (fees, packages, journeys, minutes) is what the aim
counts. Risk is the mean over draws, or the mean of the costliest share of them (CVaR).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sufficiency.allocate.flow.min_cost_flow import Problem, least_cost_flow
from sufficiency.allocate.open.aims import CASH, IS_MONEY, Aim
from sufficiency.frozen import frozen
from sufficiency.whole_units import PENCE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@frozen
@dataclass(frozen=True, eq=False)
class OpeningProblem:
    """Everything by position: years t, draws d, groups g, settings j, options o, parts of placing as `aims.PLACING`."""

    demand: Ints  # year x draw x group [children]
    weight: Floats  # by draw, adding up to 1
    places: Ints  # year x draw x setting, before any option [places]
    setting_cost: (
        Floats  # setting x group, by the rule of placing; infinite where there is no route [GBP a child a year]
    )
    option_cost: (
        Floats  # option x group; a designation's are those of its setting, once designated [GBP a child a year]
    )
    setting_parts: Floats  # setting x group x part: what a child there is paid for, and travels [a child a year]
    option_parts: Floats  # option x group x part
    unplaced: Floats  # group: the weight of being turned away in the rule of placing [GBP a child a year]
    away_parts: Floats  # draw x group x part: what a child turned away is paid for, and travels [a child a year]
    of_setting: Ints  # the setting that an option closes or designates; -1 for places of its own
    block: Ints  # places in a block; negative where it closes them [places]
    blocks: Ints  # most blocks
    first: Ints  # the first year that each option could be open in, by position
    capital: Floats  # year x option: a block opened that year [GBP]
    begin: Floats  # by option: capital once, when its first block opens [GBP]
    set_up: Floats  # by option: not capital, once, when its first block opens [GBP]
    running: Floats  # by option: a block, each year open [GBP]
    due: Floats  # by year: share of capital, of what opens then, that is repaid within the years counted
    aim: Aim = CASH
    budget: float | None = None  # of capital [GBP]
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

    def opening_gbp(self, plan: Ints) -> Floats:
        """Return what a plan's places cost over all years whoever fills them, as `aims.OPENING`. [GBP]"""
        opened, begun = _added(plan), _added((plan > 0).astype(np.int64))
        repaid = self.due @ (opened * self.capital + begun * self.begin).sum(axis=1)
        return np.array([(plan @ self.running).sum(), (begun @ self.set_up).sum(), repaid])

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

    def parts(self, plan: Ints) -> Floats:
        """Return draw x part: what placing each draw's children comes to, all years together."""
        return np.asarray(np.stack([self.year_parts(t, plan[t]) for t in range(len(plan))]).sum(axis=0))

    def year_parts(self, year: int, blocks: Ints) -> Floats:
        """Return draw x part: what placing comes to in a year when `blocks` of each option are open."""
        parts, rows = np.empty((self.demand.shape[1], self.away_parts.shape[-1])), self.row_parts(blocks)
        for draw in range(len(parts)):
            flow = self.flow_problem(year, draw, blocks)
            parts[draw] = self.made_of(draw, rows, flow, *least_cost_flow(flow)).sum(axis=0)
        return parts

    def made_of(self, draw: int, rows: Floats, flow: Problem, placed: Ints, out: Ints) -> Floats:
        """Return group x part of children placed by a flow; `rows` as `row_parts`."""
        used = np.flatnonzero(placed)
        by_group = out[:, None] * self.away_parts[draw]
        at = rows[flow.setting[used], flow.group[used]]
        np.add.at(by_group, flow.group[used], placed[used, None] * at)
        return np.asarray(by_group)

    def measured(self, plan: Ints, parts: Floats) -> Floats:
        """Return draw by draw how a plan does by the aim, less being better; `parts` is draw x part."""
        return np.asarray(parts @ self.aim.placing + self.aim.money * self.opening_gbp(plan).sum())

    def cost_gbp(self, plan: Ints, parts: Floats) -> Floats:
        """Return what a plan costs draw by draw: opening, placing, and the stated value of minutes. [GBP]"""
        return np.asarray(parts @ IS_MONEY + self.opening_gbp(plan).sum())

    def risk(self, by_draw: Floats) -> float:
        """Return the mean over draws or, where a tail is asked for, of the costliest share."""
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

    def total(self, plan: Ints) -> float:
        """Return how a plan does by the aim, less being better; infinite where the limits do not allow it."""
        return self.risk(self.measured(plan, self.parts(plan))) if self.allows(plan) else float("inf")

    def rows(self, blocks: Ints) -> tuple[Floats, Ints]:
        """Return the cost rows of every setting and option, and how `blocks` of each option change their places.

        Options of places of their own have a row whether open or not: places that nobody uses then change nothing, not
        even which of two equally good allocations is found.
        """
        cost, change = self.setting_cost.copy(), np.zeros(len(self.setting_cost), dtype=np.int64)
        for o in np.flatnonzero((self.of_setting >= 0) & (blocks > 0)):
            cost[self.of_setting[o]] = np.minimum(cost[self.of_setting[o]], self.option_cost[o])
            change[self.of_setting[o]] += self.block[o] * blocks[o]
        own = self.of_setting < 0
        return np.concatenate([cost, self.option_cost[own]]), np.concatenate([change, (self.block * blocks)[own]])

    def row_parts(self, blocks: Ints) -> Floats:
        """Return row x group x part, for the rows of `rows`."""
        changed = np.flatnonzero((self.of_setting >= 0) & (blocks > 0))
        parts = self.setting_parts
        if len(changed):
            parts = parts.copy()
            at = self.of_setting[changed]
            cheaper = self.option_cost[changed] < self.setting_cost[at]
            parts[at] = np.where(cheaper[..., None], self.option_parts[changed], parts[at])
        return np.concatenate([parts, self.option_parts[self.of_setting < 0]])

    def row_of(self, option: int) -> int:
        """Return the row of an option: the setting that it changes, or its own."""
        at = int(self.of_setting[option])
        return at if at >= 0 else len(self.setting_cost) + int((self.of_setting[:option] < 0).sum())

    def flow_problem(self, year: int, draw: int, blocks: Ints) -> Problem:
        """Return the allocation of one draw's children in one year, as a flow in pence."""
        cost, places = self.rows(blocks)
        places[: self.places.shape[2]] += self.places[year, draw]
        there = np.isfinite(cost) & (cost < self.unplaced) & (places > 0)[:, None]
        there[:, self.demand[year, draw] == 0] = False
        site, group = np.nonzero(there)
        price = PENCE.whole(self.unplaced)
        return Problem(
            self.demand[year, draw], np.maximum(places, 0), group, site, PENCE.whole(cost[site, group]), price
        )


def _added(open_by_year: Ints) -> Ints:
    """Return what opens each year of what is open each year."""
    return np.asarray(np.diff(open_by_year, axis=0, prepend=0), dtype=np.int64)
