"""`open_sites`: which sites to open so that fixed costs and journeys together are least; also p-median and its kin.

| to state | give |
|---|---|
| capacitated facility location, demand that may be split | places, fixed_gbp |
| uncapacitated facility location | fixed_gbp; places blank or ample |
| p-median | `opened=p`; fixed_gbp 0, places blank or ample |
| what a budget buys | `budget_gbp`, and `unplaced_gbp` for those whom it leaves out |

Fixed costs count in the objective; `budget_gbp` limits what they may add up to. Once the sites are chosen, the flow is
priced as `solve` does it, since an integer program has no prices of its own.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.allocate.flow import min_cost_flow, plain_tables
from sufficiency.allocate.flow.solve import Solution, solve
from sufficiency.allocate.open.sites import Floats, Ints, SiteProblem
from sufficiency.allocate.open.sites_choice import Choice, choose
from sufficiency.errors import InfeasibleError, InputError, one_of
from sufficiency.frozen import frozen
from sufficiency.notebook import titled
from sufficiency.words import run_options
from sufficiency.words.say import shown


@frozen
@dataclass(frozen=True, eq=False)
class OpenedSites:
    """The sites to open, who goes to which, and the proof."""

    opened: tuple[Hashable, ...]
    fixed_gbp: float
    bound_gbp: float
    flow: Solution
    shut_value: pd.Series

    def __repr__(self) -> str:
        """Return one line: sites opened, cost and gap."""
        return f"<OpenedSites: {len(self.opened)} opened, GBP {self.objective_gbp:,.2f}, gap {self.gap:.2g}>"

    def _repr_html_(self) -> str:
        goes = self.placements.groupby("setting", sort=False)["children"].sum().reindex(list(self.opened), fill_value=0)
        table = pd.DataFrame({"site": [str(s) for s in self.opened], "children": goes.to_numpy()})
        table["value_of_a_place_gbp"] = self.value_of_a_place.reindex(list(self.opened)).to_numpy()
        cost = f"At a cost of {shown(self.objective_gbp, '£')}, of which fixed {shown(self.fixed_gbp, '£')}."
        return titled(f"{len(self.opened):,} sites opened", table, {"value_of_a_place_gbp": "£"}, note=cost)

    @property
    def placements(self) -> pd.DataFrame:
        """Who goes where: group, setting, children. [children]"""
        return self.flow.placements

    @property
    def unplaced(self) -> pd.Series:
        """Children with no place, by group. [children]"""
        return self.flow.unplaced

    @property
    def objective_gbp(self) -> float:
        """Fixed costs of the sites opened, and of every placement and child unplaced. [GBP]"""
        return self.fixed_gbp + self.flow.objective_gbp

    @property
    def gap(self) -> float:
        """The most by which a better choice could be cheaper, as a share of the objective; 0 is proved best."""
        short = self.objective_gbp - self.bound_gbp
        return max(0.0, short / abs(self.objective_gbp)) if self.objective_gbp else max(0.0, short)

    @property
    def certificate_gap_gbp(self) -> float:
        """How far the placements may be from the cheapest for the sites opened; 0 is proved. [GBP]"""
        return self.flow.certificate_gap_gbp

    @property
    def value_of_a_place(self) -> pd.Series:
        """What one more place would save, by site, the openings as they are; a shut site's, were it free. [GBP]"""
        return pd.concat([self.flow.value_of_a_place, self.shut_value])


def open_sites(
    groups: pd.Series,
    sites: pd.DataFrame,
    routes: pd.DataFrame,
    *,
    opened: int | None = None,
    budget_gbp: float | None = None,
    unplaced_gbp: float | pd.Series | None = None,
    seconds: float = 60,
    gap: float = 1e-4,
) -> OpenedSites:
    """Return which sites to open, and who goes where, at least cost.

    Parameters
    ----------
    groups
        Children by group; a group's children may go to different sites. [children]
    sites
        Candidates: site, places (blank: as many as come), fixed_gbp. [places, GBP]
    routes
        Which group may use which site, and what it costs: group, setting, cost_gbp; `site` also names the column
        `setting`. [GBP a child]
    opened
        Exactly how many sites to open; None: as many as pays.
    budget_gbp
        The most that the fixed costs may add up to. [GBP]
    unplaced_gbp
        Price of a child without a place, one for all or by group; None: everyone must be placed. [GBP a child]
    seconds
        When to stop looking; the best choice found is returned with its gap. [seconds]
    gap
        Stop once the best choice is proved within this share of the best there can be.

    Returns
    -------
    OpenedSites
        `.opened`, `.gap`, and as `solve`: `.placements`, `.unplaced`, `.objective_gbp`, `.value_of_a_place`.

    Raises
    ------
    InputError
        For a table that can't be used; the message names the row.
    InfeasibleError
        If the rules can't all be kept: which, and by how much.
    """
    children = plain_tables.counts(groups, "groups", "children")
    names, places, fixed = _sites(sites, int(children.sum()))
    routes = routes.rename(columns={"site": "setting"}) if "setting" not in routes and "site" in routes else routes
    given = plain_tables.checked(groups, pd.Series(places, names), routes, unplaced_gbp)
    _check_numbers(opened, budget_gbp, seconds, gap, len(names))
    table = np.full((len(names), len(children)), np.inf)
    table[given.setting, given.group] = given.cost_gbp
    problem = SiteProblem(table, given.children, places, fixed, opened, budget_gbp, given.unplaced_gbp)
    _explain_impossible(problem, given.groups, names)
    asked = _with_children(problem)
    choice = choose(asked, seconds=seconds, gap=gap) if len(asked.children) else _nobody(problem)
    if choice.sites is None:
        raise InfeasibleError(_no_choice(problem, choice, names))
    return _result(problem, choice, given, unplaced_gbp)


def _sites(sites: pd.DataFrame, everyone: int) -> tuple[pd.Index, Ints, Floats]:
    missing = [c for c in ("site", "places", "fixed_gbp") if c not in sites]
    if missing:
        raise InputError(f"sites: the columns {one_of(missing)} are missing; site, places and fixed_gbp are needed")
    if not len(sites):
        raise InputError("sites has no rows: at least one site to choose from is needed")
    places = pd.to_numeric(sites["places"], errors="coerce").where(sites["places"].notna(), np.inf)
    ample = places.to_numpy(dtype=np.float64) == np.inf
    given = pd.Series(sites["places"].to_numpy(), index=sites["site"].to_numpy()).mask(ample, everyone)
    counted = plain_tables.counts(given, "sites", "places")
    fixed = pd.to_numeric(sites["fixed_gbp"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~(np.isfinite(fixed) & (fixed >= 0)))
    if len(wrong):
        shown = [f"{sites['site'].iloc[i]} costs {sites['fixed_gbp'].iloc[i]}" for i in wrong[:5]]
        raise InputError(f"sites: {len(wrong):,} with no fixed_gbp of 0 or more: {one_of(shown)}")
    order = plain_tables.label_order(given.index)
    return given.index[order], np.minimum(counted, everyone)[order], fixed[order]


def _check_numbers(opened: int | None, budget_gbp: float | None, seconds: float, gap: float, sites: int) -> None:
    if opened is not None and (isinstance(opened, bool) or opened != int(opened) or not 0 <= opened <= sites):
        raise InputError(f"opened: {opened!r} is not a whole number from 0 to {sites}, the sites there are")
    run_options.budget(budget_gbp)
    run_options.seconds(seconds, least=0.01)
    run_options.gap(gap)


def _explain_impossible(problem: SiteProblem, groups: pd.Index, names: pd.Index) -> None:
    """Raise in words what can be seen to be impossible without solving anything."""
    if problem.unplaced is not None:
        return
    routeless = np.flatnonzero((problem.children > 0) & ~np.isfinite(problem.cost).any(axis=0))
    if len(routeless):
        raise InfeasibleError(
            f"{int(problem.children[routeless].sum()):,} children of {one_of(groups[routeless], 5)} have no route to any "
            "site, so they can't be placed; add a route, or give unplaced_gbp a price"
        )
    everyone = int(problem.children.sum())
    largest = np.sort(problem.places)[::-1][: problem.opened]
    if int(largest.sum()) < everyone:
        which = f"the {problem.opened} largest of the sites" if problem.opened is not None else "all the sites together"
        raise InfeasibleError(
            f"{everyone:,} children must be placed and {which} have {int(largest.sum()):,} places: "
            f"{everyone - int(largest.sum()):,} too few; add places, or give unplaced_gbp a price"
        )
    if problem.budget is not None and everyone:
        cheapest = float(problem.fixed[problem.places > 0].min(initial=np.inf))
        if cheapest > problem.budget:
            raise InfeasibleError(
                f"a budget of GBP {problem.budget:,.0f} opens nothing: the cheapest site, "
                f"{names[int(np.argmin(np.where(problem.places > 0, problem.fixed, np.inf)))]}, costs GBP {cheapest:,.0f}, "
                f"GBP {cheapest - problem.budget:,.0f} more; raise it, or give unplaced_gbp a price"
            )


def _with_children(problem: SiteProblem) -> SiteProblem:
    some = problem.children > 0
    price = None if problem.unplaced is None else problem.unplaced[some]
    return SiteProblem(
        problem.cost[:, some], problem.children[some], problem.places, problem.fixed, problem.opened, problem.budget, price
    )  # fmt: skip


def _nobody(problem: SiteProblem) -> Choice:
    """Return the cheapest sites to open where there are no children: none, or as many as were asked for."""
    sites = np.sort(np.argsort(problem.fixed, kind="stable")[: problem.opened or 0])
    cost = float(problem.fixed[sites].sum())
    within = problem.budget is None or cost <= problem.budget
    return Choice(sites, cost, cost) if within else Choice(None, float("inf"), float("inf"), is_impossible=True)


def _no_choice(problem: SiteProblem, choice: Choice, names: pd.Index) -> str:
    asked = [f"place all {int(problem.children.sum()):,} children"] if problem.unplaced is None else []
    asked += [f"open exactly {problem.opened} of {len(names)} sites"] if problem.opened is not None else []
    asked += [f"keep to GBP {problem.budget:,.0f}"] if problem.budget is not None else []
    rules = " and ".join(asked)
    if choice.is_impossible:
        return f"no choice of sites can {rules}; allow more, or give unplaced_gbp a price to see who would be left out"
    return f"no choice of sites was found that can {rules}, nor proved impossible; allow more seconds or more sites"


def _result(
    problem: SiteProblem, choice: Choice, given: plain_tables.Checked, unplaced_gbp: float | pd.Series | None
) -> OpenedSites:
    assert choice.sites is not None
    names = given.settings
    is_open = np.zeros(len(names), dtype=bool)
    is_open[choice.sites] = True
    room = pd.Series(problem.places[is_open], index=names[is_open])
    flow = solve(
        pd.Series(given.children, given.groups), room, given.routes[is_open[given.setting]], unplaced_gbp=unplaced_gbp
    )
    charge = flow.stated.units.gbp(min_cost_flow.charge_of_a_child(flow.problem, flow.flow.value))
    wanted = np.where(problem.children > 0, charge - problem.cost[~is_open], 0.0)
    shut = pd.Series(
        np.maximum(wanted.max(axis=1, initial=0.0), 0.0), index=names[~is_open], name=flow.value_of_a_place.name
    )
    return OpenedSites(tuple(names[is_open]), float(problem.fixed[is_open].sum()), choice.bound, flow, shut)
