"""What choosing openings gives: what opens and why, what it costs, and what knowing the future would be worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.open.aims import CASH, OPENING, PLACING
from sufficiency.allocate.open.demand import GroupDemand
from sufficiency.allocate.open.futures import Floats, Ints, OpeningProblem
from sufficiency.allocate.open.options import Options, levers_of
from sufficiency.frozen import frozen, once
from sufficiency.notebook import titled
from sufficiency.scenarios.scenario import Scenario

NOTHING: Final = "nothing"  # what a plan that opens nothing opens, in words
AIMED: Final = {"children": "fewest children turned away", "minutes": "shortest journeys"}
IN_WORDS: Final = {
    "fees_gbp": "fees",
    "packages_gbp": "top-up, support and tuition",
    "journeys_gbp": "journeys",
    "places_gbp": "place funding",
    "set_up_gbp": "setting up",
    "repayments_gbp": "repaying capital",
}


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
    parts: Floats  # leading plan x draw x part (aims.PLACING): what placing comes to over all years
    by_draw: Floats  # leading plan x draw: how it does by the aim, less being better [aim's units]
    mean_plan: float  # how it does to open what would be best if the expected demand were certain [aim's units]
    best_by_draw: Floats  # the best that each draw was found to do if it were known [aim's units]
    bound: float  # [aim's units]
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
    def aim(self) -> str:
        """What they were chosen for: cash, children or minutes."""
        return self.problem.aim.name

    @property
    def cost_gbp(self) -> float:
        """Opening and keeping the places, and placing the children, over all years, at the risk asked for. [GBP]"""
        return self.problem.risk(self.problem.cost_gbp(self.plan, self.parts[0]))

    @property
    def gap(self) -> float:
        """The most by which better openings could do better by the aim, as a share of what these come to."""
        measure = self.problem.risk(self.by_draw[0])
        return self.short / measure if measure else 0.0

    @property
    def short(self) -> float:
        """The most by which better openings could do better by the aim. [GBP, children or minutes, by aim]"""
        return max(0.0, self.problem.risk(self.by_draw[0]) - self.bound)

    @property
    def short_gbp(self) -> float:
        """The most by which better openings could be cheaper, where the aim is cash; compare it with `saves_gbp`. [GBP]"""
        return self.short if self.problem.aim is CASH else float("nan")

    @once
    def saving(self) -> pd.Series:
        """What opening these saves against opening nothing, part by part, over all years, on average over draws.

        `fees_gbp`, `packages_gbp` (top-up, support, tuition), `journeys_gbp` and `time_gbp` (minutes at their stated
        value) are of placing, as `value_of_a_place` has them; `places_gbp` (yearly cost of the places), `set_up_gbp` and
        `repayments_gbp` (capital, in equal yearly payments) of opening. They add up to `saves_gbp`. `cash_gbp` leaves
        `time_gbp` out; `minutes` are one way, a child's in each January; `turned_away` is fewer children turned away, in
        each January. Below 0 it costs more.
        """
        return self._saving(self.plan, self.parts[0])

    @property
    def saves_gbp(self) -> float:
        """What opening these saves against opening nothing, over all years, on average over draws. [GBP]

        Cash in prices of the base year, and minutes at their stated value: see `saving`. Below 0 they cost more.
        """
        return float(self.saving["saves_gbp"])

    @property
    def value_of_stochastic_solution_gbp(self) -> float:
        """What planning for many futures saves against planning for the expected one, where the aim is cash. [GBP]"""
        return self.mean_plan - self.problem.risk(self.by_draw[0]) if self.problem.aim is CASH else float("nan")

    @property
    def value_of_perfect_information_gbp(self) -> float:
        """The most that it could be worth to know the future before opening anything, where the aim is cash. [GBP]

        As each draw's own best openings were found; where that search was cut short it is understated.
        """
        least = self.problem.risk(self.best_by_draw)
        return self.problem.risk(self.by_draw[0]) - least if self.problem.aim is CASH else float("nan")

    @once
    def regret(self) -> pd.DataFrame:
        """Each leading plan in each draw: plan, opens, draw, cost_gbp, and regret against that draw's best.

        Regret is counted in what was aimed for: `regret_gbp`, `regret_children` or `regret_minutes`.
        """
        rows = []
        for number, (plan, parts, measured) in enumerate(zip(self.plans, self.parts, self.by_draw, strict=True), 1):
            words, cost = self.words(plan), self.problem.cost_gbp(plan, parts)
            for draw, gbp, this, least in zip(self.draws, cost, measured, self.best_by_draw, strict=True):
                # The pounds that decide between plans otherwise alike are no part of a count of children or minutes.
                regret = float(this - least) if self.problem.aim is CASH else round(float(this - least), 2)
                rows.append((number, words, draw, float(gbp), regret))
        return pd.DataFrame(rows, columns=["plan", "opens", "draw", "cost_gbp", f"regret_{self.problem.aim.unit}"])

    @once
    def leading(self) -> pd.DataFrame:
        """The leading plans, the one chosen first, with what each saves against opening nothing, part by part.

        Columns plan, opens, capital_gbp, mean_gbp, saves_gbp and its parts (as `saving`), worst_gbp, and mean and worst
        regret, over all years and draws; costs count opening and keeping the places and placing the children.
        """
        regret = f"regret_{self.problem.aim.unit}"
        by_plan = self.regret.groupby(["plan", "opens"], sort=True)
        table = by_plan.agg(
            mean_gbp=("cost_gbp", "mean"),
            worst_gbp=("cost_gbp", "max"),
            **{f"mean_{regret}": (regret, "mean"), f"worst_{regret}": (regret, "max")},
        ).reset_index()
        table.insert(2, "capital_gbp", [self.problem.capital_gbp(plan) for plan in self.plans])
        saved = pd.DataFrame([self._saving(*one) for one in zip(self.plans, self.parts, strict=True)])
        for number, name in enumerate(saved):
            table.insert(4 + number, name, saved[name].to_numpy())
        return table

    def _saving(self, plan: Ints, parts: Floats) -> pd.Series:
        problem = self.problem
        nothing = next(n for n, other in enumerate(self.plans) if not other.any())
        placing = dict(zip(PLACING, problem.weight @ (self.parts[nothing] - parts), strict=True))
        opening = dict(zip(OPENING, 0.0 - problem.opening_gbp(plan), strict=True))
        money = {name: value for name, value in (placing | opening).items() if name.endswith("_gbp")}
        whole, cash = sum(money.values()), sum(value for name, value in money.items() if name != "time_gbp")
        others = {name: value for name, value in placing.items() if name not in money}
        return pd.Series({"saves_gbp": whole, "cash_gbp": cash, **money, **others}, dtype=float)

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
        return self._why_these() if len(self.openings) else self._why_nothing()

    def _why_these(self) -> str:
        saved = self.saving / len(self.years)
        minutes = f"{abs(saved['minutes']):,.0f} child-minutes {'shorter' if saved['minutes'] >= 0 else 'longer'}"
        return (
            f"{self.words(self.plan)}: capital of GBP {self.capital_gbp:,.0f}. Together they {self._in_cash(saved)}; each "
            f"January {saved['turned_away']:,.1f} fewer children are turned away from every suitable state place, and "
            f"journeys are {minutes} one way"
        )

    def _why_nothing(self) -> str:
        names = self.options.table["option"]
        alone = [self._alone(o) for o in range(len(self.options))]
        barred = [(capital, o) for o, (_, capital, is_allowed) in enumerate(alone) if not is_allowed]
        within = [(measure, o) for o, (measure, _, is_allowed) in enumerate(alone) if is_allowed]
        says = []
        if barred:
            capital, o = min(barred)
            says.append(
                f"the limits allow none of {len(barred)} options, the cheapest of which, {names[o]}, "
                f"needs GBP {capital:,.0f} of capital"
            )
        if within:
            _, o = min(within)
            plan = self._one_block(o)
            says.append(
                f"the best that they allow, {names[o]}, would "
                + self._in_cash(self._saving(plan, self.problem.parts(plan)) / len(self.years))
            )
        if within and self.problem.aim is CASH:
            says.append("aim='children' asks which places keep most children from being turned away within the budget")
        elif within:
            says.append(f"for the aim, {AIMED[self.aim]}, it does no better than nothing")
        return "nothing opens: " + "; ".join(says)

    def _in_cash(self, a_year: pd.Series) -> str:
        """Return in words what is saved or lost in cash a year, and by what."""
        does = "save" if a_year["cash_gbp"] >= 0 else "cost more than is saved, by"
        sides = [f"{words} {side}" for side, words in (("less", _named(a_year)), ("more", _named(-a_year))) if words]
        return (
            f"{does} GBP {abs(a_year['cash_gbp']):,.0f} a year in cash, on average over {len(self.years)} years "
            f"({'; '.join(sides) or 'nobody would use it'})"
        )

    def _one_block(self, option: int) -> Ints:
        """Return the plan of one block of one option, open as early as it can be."""
        plan = np.zeros_like(self.plan)
        plan[int(self.problem.first[option]) :, option] = 1
        return plan

    def _alone(self, option: int) -> tuple[float, float, bool]:
        """Return how one block of one option does, its capital, and if limits allow it."""
        plan = self._one_block(option)
        is_possible = bool(plan.any()) and self.problem.allows(plan)
        capital = float(self.problem.capital[-1, option] + self.problem.begin[option])
        return (self.problem.total(plan) if is_possible else np.inf), capital, is_possible


def _named(money: pd.Series) -> str:
    """Return amounts above 0 in words, largest first: "fees GBP 40,000, journeys GBP 3,000"."""
    some = money[[name for name in IN_WORDS if money[name] >= 0.5]].sort_values(ascending=False)
    return ", ".join(f"{IN_WORDS[name]} GBP {gbp:,.0f}" for name, gbp in some.items())
