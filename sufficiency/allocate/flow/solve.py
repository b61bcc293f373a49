"""`solve`: plain tables in, the best allocation out, with what one more place is worth and the proof that none is cheaper.

Money is counted in whole numbers for the flow: in pence, or finer where the costs given are finer. `rounding_gbp` bounds
what that can move. Groups and settings are taken in the order of their labels, so where several allocations are cheapest
the order of rows does not decide which comes back.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.flow import min_cost_flow
from sufficiency.allocate.flow.infeasible import explain_infeasible
from sufficiency.allocate.flow.min_cost_flow import Flow, Problem
from sufficiency.allocate.flow.whole_numbers import Stated, stated
from sufficiency.errors import InfeasibleError, InputError, MissingError, nearest
from sufficiency.frozen import frozen, once
from sufficiency.notebook import titled
from sufficiency.words.say import shown

SHORT_LIST: Final = 12


@frozen
@dataclass(frozen=True, eq=False)
class Solution:
    """The cheapest allocation of children to settings, and its prices."""

    stated: Stated
    flow: Flow
    must_place: bool

    @property
    def groups(self) -> pd.Index:
        """Labels of the groups, in order."""
        return self.stated.groups

    @property
    def settings(self) -> pd.Index:
        """Labels of the settings, in order."""
        return self.stated.settings

    @property
    def problem(self) -> Problem:
        """The problem by position."""
        return self.stated.problem

    @property
    def rounding_gbp(self) -> float:
        """The most that counting money in whole units can move. [GBP]"""
        return self.stated.rounding_gbp

    def _repr_html_(self) -> str:
        used = self.placements.groupby("setting", sort=False)["children"].sum()
        table = pd.DataFrame(
            {"setting": self.settings.astype(str), "children": used.reindex(self.settings, fill_value=0)}
        )
        table["value_of_a_place_gbp"] = self.value_of_a_place.to_numpy()
        title = f"{int(self.flow.children.sum()):,} children placed, {int(self.flow.unplaced.sum()):,} unplaced"
        return titled(
            title, table, {"value_of_a_place_gbp": "£"}, note=f"At a cost of {shown(self.objective_gbp, '£')}."
        )

    def __repr__(self) -> str:
        """Return one line: children placed and unplaced, cost and proof."""
        placed, unplaced = int(self.flow.children.sum()), int(self.flow.unplaced.sum())
        return (
            f"<Solution: {placed:,} placed, {unplaced:,} unplaced, GBP {self.objective_gbp:,.2f}, "
            f"certificate gap GBP {self.certificate_gap_gbp:g}>"
        )

    @once
    def placements(self) -> pd.DataFrame:
        """Who goes where: group, setting, children; only routes that are used. [children]"""
        used = np.flatnonzero(self.flow.children)
        return pd.DataFrame(
            {
                "group": self.groups[self.problem.group[used]],
                "setting": self.settings[self.problem.setting[used]],
                "children": self.flow.children[used],
            }
        )

    @once
    def unplaced(self) -> pd.Series:
        """Children with no place, by group. [children]"""
        return pd.Series(self.flow.unplaced, index=self.groups, name="unplaced")

    @property
    def objective_gbp(self) -> float:
        """Cost of every placement, and of every child unplaced at the price given. [GBP]"""
        return self.stated.units.gbp(self.flow.objective)

    @once
    def value_of_a_place(self) -> pd.Series:
        """What re-solving with one more place would save, by setting. [GBP]"""
        return pd.Series(self.stated.units.gbp(self.flow.value), index=self.settings, name="value_of_a_place_gbp")

    @property
    def certificate_gap_gbp(self) -> float:
        """Objective less the dual bound that the values of places prove; 0 proves that nothing is cheaper. [GBP]"""
        return self.stated.units.gbp(self.flow.objective - self.flow.bound)

    def chain(self, setting: Hashable) -> pd.DataFrame:
        """Return the moves that one more place at `setting` would start: move, group, from, to, saves_gbp.

        The first child moves to the new place, the next to the place they leave, and so on; the last comes from having
        no place ('unplaced') or leaves a place empty. No rows where a place there is worth nothing.
        """
        at = self._position(setting)
        rows = []
        for number, (tail, head) in enumerate(self._chain_of_settings(at), 1):
            group, saves = self._mover(tail, head)
            rows.append(
                (number, self.groups[group], self._label(tail), self._label(head), self.stated.units.gbp(saves))
            )
        return pd.DataFrame(rows, columns=["move", "group", "from", "to", "saves_gbp"])

    def why(self, setting: Hashable) -> str:
        """Return in words why one more place at `setting` is worth what it is, or why nothing."""
        at = self._position(setting)
        routes = np.flatnonzero((self.problem.setting == at) & (self.problem.children[self.problem.group] > 0))
        places, taken = int(self.problem.places[at]), int(self.flow.children[self.problem.setting == at].sum())
        if self.flow.value[at]:
            moves = self.chain(setting)
            first, last = moves.iloc[0], moves.iloc[-1]
            ends = (
                "a child with no place is placed"
                if last["from"] == "unplaced"
                else f"a place at {last['from']} is freed"
            )
            return (
                f"one more place at {setting} saves GBP {self.value_of_a_place[setting]:,.2f}: a child of {first['group']} "
                f"moves to it from {first['from']}, and after {len(moves)} move{'s' if len(moves) > 1 else ''} {ends}"
            )
        if not len(routes):
            return f"no route leads to {setting}, so a place there is worth nothing"
        if taken < places:
            return f"{setting} has {places - taken:,} of its {places:,} places empty, so one more is worth nothing"
        return f"{setting} is full, but every child who could use it is already placed at no greater cost"

    def value_of_block(self, setting: Hashable, places: int) -> float:
        """Return what `places` more places at `setting` would save, by solving again; values fall. [GBP]"""
        if isinstance(places, bool) or places != int(places) or places < 0:
            raise InputError(f"places: {places!r} is not a whole number of 0 or more")
        more = self.problem.places.copy()
        more[self._position(setting)] += int(places)
        again = min_cost_flow.allocate(Problem(**{**vars(self.problem), "places": more}), short_list=SHORT_LIST)
        return self.stated.units.gbp(self.flow.objective - again.objective)

    def _position(self, setting: Hashable) -> int:
        if setting not in self.settings:
            raise MissingError(f"there is no setting {setting!r}{nearest(setting, self.settings)}")
        return int(self.settings.get_loc(setting))

    def _label(self, node: int) -> Hashable:
        return self.settings[node] if node < len(self.settings) else "unplaced"

    @cached_property
    def _arcs(self) -> min_cost_flow.Arcs:
        return min_cost_flow.condensed(self.problem, self.flow.children, self.flow.unplaced)

    def _chain_of_settings(self, end: int) -> list[tuple[int, int]]:
        """Return the fewest moves (from, to) whose savings are the whole value of a place at `end`, last place first."""
        far = np.append(-self.flow.value, 0)
        arcs = self._arcs
        tight = np.flatnonzero(far[arcs.tail] + arcs.weight == far[arcs.head])
        step: dict[int, tuple[int, int] | None] = {end: None}
        for node in (queue := [end]):
            if far[node] == 0:
                break
            for tail in arcs.tail[tight[arcs.head[tight] == node]].tolist():
                if tail not in step:
                    step[tail] = (tail, node)
                    queue.append(tail)
        moves: list[tuple[int, int]] = []
        last = step[node]
        while last is not None:
            moves.insert(0, last)
            last = step[last[1]]
        return moves

    def _mover(self, tail: int, head: int) -> tuple[int, int]:
        """Return the group whose child moves from `tail` to `head` at the greatest saving, and the saving."""
        problem, nowhere = self.problem, len(self.settings)
        if tail == nowhere:
            here, cost = np.flatnonzero(self.flow.unplaced), problem.unplaced_cost[self.flow.unplaced > 0]
        else:
            routes = np.flatnonzero((problem.setting == tail) & (self.flow.children > 0))
            here, cost = problem.group[routes], problem.cost[routes]
        cost_there = np.full(len(problem.children), min_cost_flow.FAR)
        if head == nowhere:
            cost_there = problem.unplaced_cost
        else:
            routes = np.flatnonzero(problem.setting == head)
            cost_there[problem.group[routes]] = problem.cost[routes]
        saves = cost - cost_there[here]
        best = int(saves.argmax())
        return int(here[best]), int(saves[best])


def solve(
    groups: pd.Series,
    places: pd.Series,
    routes: pd.DataFrame,
    *,
    unplaced_gbp: float | pd.Series | None,
    short_list: int | None = SHORT_LIST,
) -> Solution:
    """Return the cheapest way to place whole children in settings, with the exact value of a place.

    Parameters
    ----------
    groups
        Children by group. [children]
    places
        Places by setting. [places]
    routes
        Which group may use which setting, and what it costs: group, setting, cost_gbp. [GBP a child]
    unplaced_gbp
        Price of a child without a place, one for all or by group; None: everyone must be placed. [GBP a child]
    short_list
        Cheapest routes of each group to try first; the rest are priced afterwards, so the answer is the same and
        comes sooner. None: all at once.

    Raises
    ------
    InputError
        For a table that can't be used: fractional or negative counts, a route to an unknown group or setting, a
        negative or missing cost, the same route twice.
    InfeasibleError
        If everyone must be placed and can't be: which children, which settings, and how many places they lack.
    """
    if short_list is not None and short_list < 1:
        raise InputError(f"short_list={short_list}: at least one route a group must be tried first; None tries all")
    asked = stated(groups, places, routes, unplaced_gbp)
    flow = min_cost_flow.allocate(asked.problem, short_list=short_list)
    if unplaced_gbp is None and flow.unplaced.any():
        raise InfeasibleError(explain_infeasible(asked.problem, flow, asked.groups, asked.settings))
    return Solution(asked, flow, must_place=unplaced_gbp is None)
