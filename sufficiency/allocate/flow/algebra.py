"""The transportation problem as algebra: the definition that the flow is held to, and what a flow can't carry.

    least   sum_r cost_gbp[r] placed[r] + sum_g unplaced_gbp[g] unplaced[g]
    so that sum_{r of g} placed[r] + unplaced[g]  = children[g]     every child is placed or counted
            sum_{r to j} placed[r]               <= places[j]       no setting takes more than its places
            the rows of each rule (`rules`)
            placed, unplaced >= 0, and whole where a rule is there to break them

Each is a line of `_stated` by the same name, and so are the rows of the .lp: no_setting_is_overfull(School_A).

In PuLP, with CBC. Slower than `solve` by a factor of about a hundred: use it to check, to export (`write_lp`) and for
rules; the result says which were used.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from sufficiency.allocate.flow.lp_names import name_of
from sufficiency.allocate.flow.plain_tables import checked
from sufficiency.allocate.flow.rules import FairShare, Model, Row, Rule
from sufficiency.errors import InfeasibleError, InputError, OutputError, SufficiencyError
from sufficiency.frozen import frozen
from sufficiency.notebook import titled

SMALLEST: Final = 1e-6  # of a child, a pound or a room: below it a rule is kept


@frozen
@dataclass(frozen=True, eq=False)
class ProgramSolution:
    """The cheapest allocation that keeps the rules."""

    placements: pd.DataFrame
    unplaced: pd.Series
    objective_gbp: float
    gap: float
    used: tuple[str, ...]
    marginal_gbp: pd.Series

    def __repr__(self) -> str:
        """Return one line: children placed, cost, and the rules that were used."""
        rules = "; ".join(self.used) or "no rule beyond places"
        return f"<ProgramSolution: {int(self.placements['children'].sum()):,} placed, GBP {self.objective_gbp:,.2f}; {rules}>"

    def _repr_html_(self) -> str:
        used = self.placements.groupby("setting", sort=False)["children"].sum().rename("children").reset_index()
        left, rules = int(self.unplaced.sum()), "; ".join(self.used) or "no rule beyond places"
        return titled(f"{int(used['children'].sum()):,} children placed, {left:,} unplaced", used, note=rules)


@frozen
@dataclass(frozen=True, eq=False)
class Program:
    """A transportation problem with rules, ready to be solved or written down."""

    groups: pd.Series
    places: pd.Series
    routes: pd.DataFrame
    unplaced_gbp: pd.Series | None
    rules: tuple[Rule, ...]

    def __repr__(self) -> str:
        """Return one line: children, places, routes and rules."""
        children, places = int(self.groups.sum()), int(self.places.sum())
        return f"<Program: {children:,} children, {places:,} places, {len(self.routes):,} routes, {len(self.rules):,} rules>"

    def _repr_html_(self) -> str:
        return titled(repr(self).strip("<>"), self.places.rename("places").rename_axis("setting").reset_index())

    def solve(self, *, seconds: float = 60, gap: float = 0.0) -> ProgramSolution:
        """Return the cheapest allocation that keeps every rule, as CBC finds it.

        Parameters
        ----------
        seconds, gap
            When CBC may stop: time, or the share by which the best may be short of proved. [seconds]

        Returns
        -------
        ProgramSolution
            `.used` says which rules held it; `.marginal_gbp` is CBC's dual by setting where no number had to be
            whole, for comparison only: where problems are degenerate, `solve` alone gives the value of a place.

        Raises
        ------
        InfeasibleError
            If the rules can't all be kept: each that breaks, and by how much at the least.
        """
        asked = self._with_best_worst_share(seconds)
        problem, model, _ = asked._stated()
        if not _solved(problem, seconds, gap):
            raise InfeasibleError(asked._broken(seconds))
        return asked._result(problem, model, gap, tuple(rule.label for rule in self.rules))

    def write_lp(self, path: str | Path) -> Path:
        """Write the program as an .lp file that any solver reads, and return where; `lp_names` says how names are made."""
        problem, _, _ = self._stated()
        where = Path(path)
        try:
            problem.writeLP(str(where))
        except OSError as caught:
            raise OutputError(f"the program can't be written to {where}: {caught.strerror}") from caught
        return where

    def _stated(self, *, is_elastic: bool = False) -> tuple[Any, Model, list[tuple[Row, Any]]]:
        """Return the program in PuLP; elastic, each rule may be broken, and the least breaking is sought."""
        import pulp

        problem = pulp.LpProblem("places", pulp.LpMinimize)
        cat = "Integer" if self.rules else "Continuous"

        def variable(name: str, *labels: Hashable, most: float | None = None, cat: str = "Integer") -> Any:
            return problem.add_variable(name_of(name, *labels), lowBound=0, upBound=most, cat=cat)

        labelled = self.routes[["group", "setting"]].itertuples(name=None)
        placed = {r: variable("placed", g, s, cat=cat) for r, g, s in labelled}
        most = None if self.unplaced_gbp is not None or is_elastic else 0
        unplaced = {g: variable("unplaced", g, most=most, cat=cat) for g in self.groups.index}
        model = Model(self.groups, self.places, self.routes, placed, unplaced, variable)
        of_group = {g: [placed[r] for r in own] for g, own in self.routes.groupby("group").groups.items()}
        to_setting = {s: [placed[r] for r in own] for s, own in self.routes.groupby("setting").groups.items()}
        total = pulp.lpSum

        for g, children in self.groups.items():
            everyone_is_placed_or_counted = total(of_group.get(g, [])) + unplaced[g] == int(children)
            problem += everyone_is_placed_or_counted, name_of("everyone_is_placed_or_counted", g)
        for s, places in self.places.items():
            no_setting_is_overfull = total(to_setting.get(s, [])) <= int(places)
            problem += no_setting_is_overfull, name_of("no_setting_is_overfull", s)
        slacks: list[tuple[Row, Any]] = []
        named: set[str] = set()
        for row in (row for rule in self.rules for row in rule.rows(model)):
            name = name_of(row.name, *row.about)
            if name in named:
                raise InputError(f"two rules ask for {name}; give one of them, the stricter")
            named.add(name)
            slack = variable(f"short_of_{row.name}", *row.about, cat="Continuous") if is_elastic else 0
            slacks.append((row, slack))
            kept = row.expression + slack >= row.limit if row.is_least else row.expression - slack <= row.limit
            problem += kept, name

        price = self.unplaced_gbp
        if is_elastic:
            lost = 0.0 if price is not None else total(unplaced.values())
            problem.setObjective(total(slack for _, slack in slacks) + lost)
        else:
            placement_gbp = total(self.routes["cost_gbp"][r] * placed[r] for r in placed)
            being_unplaced_gbp = 0.0 if price is None else total(price[g] * unplaced[g] for g in unplaced)
            problem.setObjective(placement_gbp + being_unplaced_gbp)
        return problem, model, slacks

    def _with_best_worst_share(self, seconds: float) -> Program:
        """Return the program with each open share fixed at the largest that its worst-off district can have."""
        import pulp

        kept: tuple[Rule, ...] = self.rules
        for n, rule in enumerate(self.rules):
            if not (isinstance(rule, FairShare) and rule.share is None):
                continue
            asked = replace(self, rules=kept)
            problem, model, _ = asked._stated()
            worst = problem.add_variable("worst_share", lowBound=0, upBound=1)
            for name, members, children in rule.districts(self.groups):
                placed = children - pulp.lpSum(model.unplaced[g] for g in members)
                problem += placed >= children * worst, name_of("worst_share", name)
            problem.setObjective(-worst)
            if not _solved(problem, seconds, 0.0):
                raise InfeasibleError(asked._broken(seconds))
            found = FairShare(rule.district, max(0.0, min(1.0, float(worst.varValue) - SMALLEST)))
            kept = (*kept[:n], found, *kept[n + 1 :])
        return replace(self, rules=kept)

    def _broken(self, seconds: float) -> str:
        """Return in words which rules can't be kept and by how much, breaking as little as possible in all."""
        problem, model, slacks = self._stated(is_elastic=True)
        if not _solved(problem, seconds, 0.0):
            return "the rules can't all be kept, and time was too short to say which; allow more seconds"
        broken = [
            f"{row.says}, and is {_amount(slack.varValue, row.unit)} {'short' if row.is_least else 'over'}"
            for row, slack in slacks
            if slack.varValue > SMALLEST
        ]
        if self.unplaced_gbp is None:
            lost = [(g, round(v.varValue)) for g, v in model.unplaced.items() if v.varValue > SMALLEST]
            broken += [f"{count:,} of the {int(self.groups[g]):,} children of {g} can't be placed" for g, count in lost]
        return "the rules can't all be kept; breaking them least: " + "; ".join(broken)

    def _result(self, problem: Any, model: Model, gap: float, used: tuple[str, ...]) -> ProgramSolution:
        import pulp

        children = pd.Series({r: v.varValue or 0.0 for r, v in model.placed.items()}, dtype="float64")
        whole = children.round().astype("int64")
        taken = self.routes[["group", "setting"]].assign(children=whole)
        out = pd.Series([round(v.varValue or 0.0) for v in model.unplaced.values()], self.groups.index, name="unplaced")
        rows = [problem.get_constraint_by_name(name_of("no_setting_is_overfull", s)) for s in self.places.index]
        marginal = pd.Series(
            np.nan if self.rules else [-(row.pi or 0.0) for row in rows], self.places.index, dtype="float64"
        )
        return ProgramSolution(
            placements=taken[taken["children"] > 0].reset_index(drop=True),
            unplaced=out.astype("int64"),
            objective_gbp=float(pulp.value(problem.objective) or 0.0),
            gap=gap,
            used=used,
            marginal_gbp=marginal.rename("marginal_gbp"),
        )


def as_program(
    groups: pd.Series,
    places: pd.Series,
    routes: pd.DataFrame,
    *,
    unplaced_gbp: float | pd.Series | None,
    rules: Sequence[Rule] = (),
) -> Program:
    """Return the problem that `solve` answers, as a program, with any rules.

    Parameters
    ----------
    groups, places, routes, unplaced_gbp
        As `solve`. [children, places, GBP a child]
    rules
        Values from `rules`: FairShare, PhaseBudget, CapOnMoves, MinimumRoll, ClassGroups.

    Raises
    ------
    InputError
        For a table that can't be used, as `solve`.
    """
    given = checked(groups, places, routes, unplaced_gbp)
    price = given.unplaced_gbp
    return Program(
        pd.Series(given.children, given.groups),
        pd.Series(given.places, given.settings),
        given.routes,
        None if price is None else pd.Series(price, given.groups),
        tuple(rules),
    )


def _solved(problem: Any, seconds: float, gap: float) -> bool:
    """Solve with CBC; return whether the best was found, False where there is none."""
    import pulp

    # PuLP 3 brings CBC with it; PuLP 4 finds one that is installed, under the same name.
    bundled = getattr(pulp.apis.coin_api, "pulp_cbc_path", None)
    solver = pulp.getSolver("COIN_CMD", path=bundled, msg=False, timeLimit=seconds, gapRel=gap)
    status = problem.solve(solver)
    if status == pulp.constants.LpStatusNotSolved:
        raise SufficiencyError(f"CBC found no allocation within {seconds:g} seconds; allow more")
    return bool(status == pulp.constants.LpStatusOptimal)


def _amount(value: float, unit: str) -> str:
    return f"GBP {value:,.2f}" if unit == "GBP" else f"{value:,.4g} {unit}"
