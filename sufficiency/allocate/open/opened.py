"""What choosing openings gives: what opens and why, what it costs, and what knowing the future would be worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.open.demand import GroupDemand
from sufficiency.allocate.open.futures import Floats, Ints, OpeningProblem
from sufficiency.allocate.open.options import Options, levers_of
from sufficiency.frozen import frozen, once
from sufficiency.notebook import titled
from sufficiency.scenarios.scenario import Scenario

NOTHING: Final = "nothing"  # what a plan that opens nothing opens, in words


@frozen
@dataclass(frozen=True, eq=False)
class Openings:
    """The openings to choose, what they cost in every draw, and the proof."""

    options: Options
    demand: GroupDemand
    problem: OpeningProblem
    years: tuple[int, ...]
    draws: tuple[int, ...]
    plan: Ints  # year x option: blocks open
    plans: tuple[Ints, ...]  # the leading plans, this one first, then with nothing opened
    by_draw: Floats  # leading plan x draw: capital, keeping the places and placing the children [GBP]
    mean_plan_gbp: float  # what it costs to open what would be best if the expected demand were certain [GBP]
    best_by_draw: Floats  # the least that each draw was found to cost if it were known [GBP]
    bound_gbp: float
    risk: str

    def __repr__(self) -> str:
        """Return one line: options opened, capital, cost and gap."""
        return (
            f"<Openings: {len(self.openings)} opened, capital GBP {self.capital_gbp:,.0f}, "
            f"cost GBP {self.cost_gbp:,.0f} over {len(self.years)} years, gap {self.gap:.2%}>"
        )

    def _repr_html_(self) -> str:
        columns = ["option", "setting", "year", "places", "capital_gbp", "spent_in"]
        how = {"capital_gbp": "£m", "spent_in": "year"}
        return titled(f"Openings chosen: {len(self.openings):,}", self.openings[columns], how, note=self.why)

    @once
    def openings(self) -> pd.DataFrame:
        """What opens: option, kind, setting, year, places, capital_gbp, spent_in; a row each time that places open."""
        opened = np.diff(self.plan, axis=0, prepend=0)
        table, rows = self.options.table, []
        for t, o in zip(*np.nonzero(opened), strict=True):
            row = table.iloc[o]
            begin = self.problem.begin[o] if not opened[:t, o].any() else 0.0
            capital = float(opened[t, o] * self.problem.capital[t, o] + begin)
            places = int(opened[t, o] * self.problem.block[o])
            spent = self.years[t] - int(row["set_up_years"])
            rows.append((row["option"], row["kind"], row["setting"], self.years[t], places, capital, spent))
        columns = ["option", "kind", "setting", "year", "places", "capital_gbp", "spent_in"]
        return pd.DataFrame(rows, columns=columns).sort_values(["year", "option"], ignore_index=True)

    @property
    def capital_gbp(self) -> float:
        """Capital of what opens. [GBP]"""
        return self.problem.capital_gbp(self.plan)

    @property
    def cost_gbp(self) -> float:
        """Capital, keeping the places, and placing the children over all years, at the risk asked for. [GBP]"""
        return self.problem.risk_gbp(self.by_draw[0])

    @property
    def gap(self) -> float:
        """The most by which better openings could be cheaper, as a share of the cost."""
        return max(0.0, (self.cost_gbp - self.bound_gbp) / self.cost_gbp) if self.cost_gbp else 0.0

    @property
    def short_gbp(self) -> float:
        """The most by which better openings could be cheaper; compare it with `saves_gbp`. [GBP]"""
        return max(0.0, self.cost_gbp - self.bound_gbp)

    @property
    def saves_gbp(self) -> float:
        """What opening these saves against opening nothing. [GBP]"""
        nothing = next(n for n, plan in enumerate(self.plans) if not plan.any())
        return self.problem.risk_gbp(self.by_draw[nothing]) - self.cost_gbp

    @property
    def value_of_stochastic_solution_gbp(self) -> float:
        """What planning for many futures saves against planning for the expected one. [GBP]"""
        return self.mean_plan_gbp - self.cost_gbp

    @property
    def value_of_perfect_information_gbp(self) -> float:
        """The most that it could be worth to know the future before opening anything. [GBP]

        As each draw's own best openings were found; where that search was cut short it is understated.
        """
        return self.cost_gbp - self.problem.risk_gbp(self.best_by_draw)

    @once
    def regret(self) -> pd.DataFrame:
        """Each leading plan in each draw: plan, opens, draw, cost_gbp, regret_gbp against that draw's best."""
        rows = []
        for number, (plan, cost) in enumerate(zip(self.plans, self.by_draw, strict=True), 1):
            words = self.words(plan)
            for draw, gbp, least in zip(self.draws, cost, self.best_by_draw, strict=True):
                rows.append((number, words, draw, float(gbp), float(gbp - least)))
        return pd.DataFrame(rows, columns=["plan", "opens", "draw", "cost_gbp", "regret_gbp"])

    @once
    def leading(self) -> pd.DataFrame:
        """The leading plans, the one chosen first, with what each saves against opening nothing.

        Columns plan, opens, capital_gbp, mean_gbp, saves_gbp, worst_gbp, mean_regret_gbp, worst_regret_gbp, over all years
        and draws; costs count capital, keeping the places and placing the children.
        """
        by_plan = self.regret.groupby(["plan", "opens"], sort=True)
        table = by_plan.agg(
            mean_gbp=("cost_gbp", "mean"),
            worst_gbp=("cost_gbp", "max"),
            mean_regret_gbp=("regret_gbp", "mean"),
            worst_regret_gbp=("regret_gbp", "max"),
        ).reset_index()
        table.insert(2, "capital_gbp", [self.problem.capital_gbp(plan) for plan in self.plans])
        nothing = table.loc[table["opens"] == NOTHING, "mean_gbp"].item()
        table.insert(4, "saves_gbp", nothing - table["mean_gbp"])
        return table

    def words(self, plan: Ints) -> str:
        """Return a plan in words: option, year and places of each opening."""
        opened = np.diff(plan, axis=0, prepend=0)
        names = self.options.table["option"]
        parts = [
            f"{names[o]} {self.years[t]} ({int(opened[t, o] * self.problem.block[o]):+d})"
            for t, o in zip(*np.nonzero(opened), strict=True)
        ]
        return "; ".join(parts) or NOTHING

    def scenario(self, name: str = "Openings chosen") -> Scenario:
        """Return the openings as a scenario, so that a run can test them with each child where they are."""
        return Scenario(name, levers_of(self.options, self.years, self.plan))

    @property
    def why(self) -> str:
        """Why these open or, where nothing does, what stands in the way; in words."""
        if len(self.openings):
            return (
                f"{self.words(self.plan)}: capital of GBP {self.capital_gbp:,.0f}; together they save GBP "
                f"{self.saves_gbp:,.0f} over {len(self.years)} years, capital and running costs counted"
            )
        names = self.options.table["option"]
        alone = [self._alone(o) for o in range(len(self.options))]
        barred = [(capital, o) for o, (_, capital, is_allowed) in enumerate(alone) if not is_allowed]
        within = [(cost, o) for o, (cost, _, is_allowed) in enumerate(alone) if is_allowed]
        says = []
        if barred:
            capital, o = min(barred)
            says.append(
                f"the limits allow none of {len(barred)} options, the cheapest of which, {names[o]}, "
                f"needs GBP {capital:,.0f} of capital"
            )
        if within:
            cost, o = min(within)
            says.append(
                f"the best that they allow, {names[o]}, would cost GBP {cost - self.cost_gbp:,.0f} more over "
                f"{len(self.years)} years than it saves"
            )
        return "nothing opens: " + "; ".join(says)

    def _alone(self, option: int) -> tuple[float, float, bool]:
        """Return the cost of opening one block of one option as early as it can be, its capital, and if limits allow."""
        plan = np.zeros_like(self.plan)
        plan[int(self.problem.first[option]) :, option] = 1
        is_possible = bool(plan.any()) and self.problem.allows(plan)
        capital = float(self.problem.capital[-1, option] + self.problem.begin[option])
        return (self.problem.total_gbp(plan) if is_possible else np.inf), capital, is_possible
