"""`openings`: which places to open, where and when, decided once for many futures; and what knowing more would be worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.children import demand_of
from sufficiency.allocate.opening_demand import GroupDemand, cost_rows, grouped
from sufficiency.allocate.opening_options import Options, levers_of, read_options, running_gbp
from sufficiency.allocate.route_table import route_map
from sufficiency.allocate.stochastic_problem import Floats, Ints, OpeningProblem
from sufficiency.allocate.stochastic_search import PlanChoice, choose_plan
from sufficiency.allocate.yearly import places_by_year
from sufficiency.area import Area
from sufficiency.errors import InputError
from sufficiency.levers import Scenario
from sufficiency.tables import PlansResult

RISKS: Final = ("mean", "cvar")
LEADING: Final = 5  # plans in the regret table


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
    mean_plan: Ints  # what would be opened if the expected demand were certain
    best_by_draw: Floats  # the least that each draw was found to cost if it were known [GBP]
    bound_gbp: float
    risk: str

    def __repr__(self) -> str:
        """Return one line: options opened, capital, cost and gap."""
        return (
            f"<Openings: {len(self.openings)} opened, capital GBP {self.capital_gbp:,.0f}, "
            f"cost GBP {self.cost_gbp:,.0f} over {len(self.years)} years, gap {self.gap:.2%}>"
        )

    @cached_property
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

    @cached_property
    def cost_gbp(self) -> float:
        """Capital, keeping the places, and placing the children over all years, at the risk asked for. [GBP]"""
        return self.problem.total_gbp(self.plan)

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
        return self.problem.total_gbp(np.zeros_like(self.plan)) - self.cost_gbp

    @property
    def value_of_stochastic_solution_gbp(self) -> float:
        """What planning for many futures saves against planning for the expected one. [GBP]"""
        return self.problem.total_gbp(self.mean_plan) - self.cost_gbp

    @property
    def value_of_perfect_information_gbp(self) -> float:
        """The most that it could be worth to know the future before opening anything. [GBP]

        As each draw's own best openings were found; where that search was cut short it is understated.
        """
        return self.cost_gbp - self.problem.risk_gbp(self.best_by_draw)

    @cached_property
    def regret(self) -> pd.DataFrame:
        """Each leading plan in each draw: plan, opens, draw, cost_gbp, regret_gbp against that draw's best."""
        rows = []
        for number, plan in enumerate(self.plans, 1):
            cost = _by_draw(self.problem, plan)
            words = self.words(plan)
            for draw, gbp, least in zip(self.draws, cost, self.best_by_draw, strict=True):
                rows.append((number, words, draw, float(gbp), float(gbp - least)))
        return pd.DataFrame(rows, columns=["plan", "opens", "draw", "cost_gbp", "regret_gbp"])

    @cached_property
    def leading(self) -> pd.DataFrame:
        """The leading plans: plan, opens, capital_gbp, mean_gbp, worst_gbp, mean_regret_gbp, worst_regret_gbp."""
        by_plan = self.regret.groupby(["plan", "opens"], sort=True)
        table = by_plan.agg(
            mean_gbp=("cost_gbp", "mean"),
            worst_gbp=("cost_gbp", "max"),
            mean_regret_gbp=("regret_gbp", "mean"),
            worst_regret_gbp=("regret_gbp", "max"),
        ).reset_index()
        table.insert(2, "capital_gbp", [self.problem.capital_gbp(plan) for plan in self.plans])
        return table

    def words(self, plan: Ints) -> str:
        """Return a plan in words: option, year and places of each opening."""
        opened = np.diff(plan, axis=0, prepend=0)
        names = self.options.table["option"]
        parts = [
            f"{names[o]} {self.years[t]} ({int(opened[t, o] * self.problem.block[o]):+d})"
            for t, o in zip(*np.nonzero(opened), strict=True)
        ]
        return "; ".join(parts) or "nothing"

    def scenario(self, name: str = "Openings chosen") -> Scenario:
        """Return the openings as a scenario, so that a run can test them with each child where they are."""
        return Scenario(name, levers_of(self.options, self.years, self.plan))

    @cached_property
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


def openings(
    area: Area,
    plans: PlansResult,
    options: pd.DataFrame,
    *,
    budget_gbp: float | None = None,
    budget_by_year: Mapping[int, float] | None = None,
    most: int | None = None,
    travel: pd.DataFrame | None = None,
    draws: int = 20,
    risk: str = "mean",
    tail: float = 0.1,
    seconds: float = 60,
    gap: float = 0.001,
) -> Openings:
    """Return which options to open and when, at least cost over many draws at once.

    Children are placed afresh each year in groups (district, need group, phase, kind of place), as if all could move:
    what openings are worth in the long run. `.scenario()` gives levers, so that `run` tests them child by child.

    Parameters
    ----------
    area, plans
        Settings, places, routes and prices; and the forecast. [children]
    options
        As `tables.OPTIONS`. [places, GBP]
    budget_gbp, budget_by_year
        The most capital in all; and by calendar year of spending, a year not named having none. [GBP]
    most
        At most so many options are begun.
    travel
        As `tables.TRAVEL`; by default the area's own, else straight lines.
    draws
        How many of the forecast's draws to plan for, from the first.
    risk, tail
        "mean": expected cost; "cvar": the mean of the costliest `tail` of draws.
    seconds, gap
        When to stop: about so long in all, or once proved within this share of the best. [seconds]

    Raises
    ------
    InputError, MissingError
        For options, limits or an area that can't be used.
    """
    _check_limits(budget_gbp, budget_by_year, most, risk, tail)
    read = read_options(area, options)
    found = route_map(read.area, travel=travel)
    demand = demand_of(
        plans, found.zones, area.authorities, draws=draws, girls_share=area.value("allocate.girls_share")
    )
    groups = grouped(demand, found.zones)
    years = demand.years[1:]
    if not years:
        raise InputError("the forecast ends in its base year, so nothing can open; forecast further")
    place = {code: n for n, code in enumerate(found.codes)}
    own = np.array([n for n, code in enumerate(found.codes) if code in set(area.settings["setting"])])
    rows = cost_rows(groups, found, _journeys_to(found.codes, read, place))
    problem = _problem(
        read, groups, rows, own, place, years, places_by_year(read.area, found, demand.years)[1:, own], area
    )
    spend_year, yearly = _yearly(read, years, budget_by_year)
    problem = replace(
        problem,
        budget=budget_gbp,
        most=most,
        tail=tail if risk == "cvar" else None,
        spend_year=spend_year,
        yearly=yearly,
    )
    return _chosen(read, groups, problem, years, demand.draws, risk, seconds=seconds, gap=gap)


def _check_limits(
    budget_gbp: float | None, by_year: Mapping[int, float] | None, most: int | None, risk: str, tail: float
) -> None:
    if risk not in RISKS:
        raise InputError(f"risk: {risk!r} is not one of mean, cvar")
    if not 0 < tail <= 1:
        raise InputError(f"tail: {tail!r} is not a share above 0, to 1")
    for name, amount in (
        ("budget_gbp", budget_gbp),
        *((f"budget_by_year, {y}", v) for y, v in (by_year or {}).items()),
    ):
        if amount is not None and not (np.isfinite(amount) and amount >= 0):
            raise InputError(f"{name}: {amount!r} is not an amount of 0 or more")
    if most is not None and (isinstance(most, bool) or most != int(most) or most < 0):
        raise InputError(f"most: {most!r} is not a whole number of 0 or more")


def _journeys_to(codes: pd.Index, read: Options, place: Mapping[str, int]) -> Ints:
    """Return for each site the one whose journeys it has: itself but for a designation's stand-in."""
    whose = np.arange(len(codes))
    for site, at in zip(read.site, read.at, strict=True):
        whose[place[site]] = place[at]
    return whose


def _problem(
    read: Options,
    groups: GroupDemand,
    rows: Floats,
    own: Ints,
    place: Mapping[str, int],
    years: tuple[int, ...],
    places: Ints,
    area: Area,
) -> OpeningProblem:
    table = read.table
    position = {int(n): j for j, n in enumerate(own)}
    changes = table["kind"].isin(["close", "designate"]).to_numpy()
    of_setting = np.array([position[place[at]] if c else -1 for at, c in zip(read.at, changes, strict=True)])
    sign = np.where(table["kind"] == "close", -1, 1)
    block = table["places"].to_numpy() * sign * (table["kind"] != "designate").to_numpy()
    soonest = np.maximum(table["year"].to_numpy(), years[0] + table["set_up_years"].to_numpy())
    running = np.array([running_gbp(read.area, row) for row in table.itertuples()])
    blocks = np.where(table["kind"] == "designate", 1, table["blocks"].to_numpy())
    capital = table["places"].to_numpy() * table["capital_gbp_per_place"].to_numpy()
    lowest = places.min(axis=0)
    for o in np.flatnonzero(sign < 0):
        blocks[o] = min(int(blocks[o]), int(lowest[of_setting[o]] // max(int(table["places"][o]), 1)))
    return OpeningProblem(
        demand=groups.children[1:],
        weight=np.full(groups.children.shape[1], 1 / groups.children.shape[1]),
        places=places,
        setting_cost=rows[own],
        option_cost=rows[[place[s] for s in read.site]],
        of_setting=of_setting,
        block=block,
        blocks=blocks,
        first=np.minimum(soonest - years[0], len(years)),
        capital=np.tile(capital, (len(years), 1)),
        begin=table["capital_gbp"].fillna(0.0).to_numpy(),
        running=running * block,
        unplaced=area.value("allocate.unplaced_gbp"),
    )


def _yearly(
    read: Options, years: tuple[int, ...], by_year: Mapping[int, float] | None
) -> tuple[Ints | None, Floats | None]:
    """Return which budget each opening's capital falls in, and the budgets; nothing where none are given."""
    if by_year is None:
        return None, None
    spent = np.array(years)[:, None] - read.table["set_up_years"].to_numpy()
    known = np.unique(spent)
    return np.searchsorted(known, spent), np.array([float(by_year.get(int(y), 0.0)) for y in known])


def _chosen(
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
    certain = replace(
        problem,
        demand=np.rint(problem.demand.mean(axis=1, keepdims=True)).astype(np.int64),
        weight=np.ones(1),
        tail=None,
        _flows={},
    )
    expected = choose_plan(certain, seconds=0.1 * seconds, gap=gap)
    each = [
        choose_plan(_draw(problem, d), seconds=0.25 * seconds / len(draws), gap=gap, offers=(expected.best.plan,))
        for d in range(len(draws))
    ]
    offers = {c.best.plan.tobytes(): c.best.plan for c in (expected, *each)}
    chosen = choose_plan(problem, seconds=0.6 * seconds, gap=gap, offers=tuple(offers.values()))
    leading = _leading(chosen, problem)
    costs = np.stack([_by_draw(problem, plan) for plan in leading])
    known = np.array([c.best.cost for c in each])
    return Openings(
        options=read,
        demand=groups,
        problem=problem,
        years=years,
        draws=draws,
        plan=chosen.best.plan,
        plans=leading,
        mean_plan=expected.best.plan,
        best_by_draw=np.minimum(known, costs.min(axis=0)),
        bound_gbp=chosen.bound,
        risk=risk,
    )


def _draw(problem: OpeningProblem, draw: int) -> OpeningProblem:
    return replace(problem, demand=problem.demand[:, [draw]], weight=np.ones(1), tail=None, _flows={})


def _leading(chosen: PlanChoice, problem: OpeningProblem) -> tuple[Ints, ...]:
    nothing = np.zeros(problem.shape, dtype=np.int64)
    found = chosen.best.leading(LEADING)
    return tuple(found if any(not plan.any() for plan in found) else [*found, nothing])


def _by_draw(problem: OpeningProblem, plan: Ints) -> Floats:
    return problem.draws_gbp(plan) + problem.capital_gbp(plan) + problem.running_gbp(plan)
