"""`solve`: plain tables in, the best allocation out, with what one more place is worth and the proof that none is cheaper.

Money is scaled to whole numbers for the flow: to pence, or finer where the costs given are finer. `rounding_gbp` bounds
what that can move.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.allocate.flow import min_cost_flow, plain_tables
from sufficiency.allocate.flow.min_cost_flow import Flow, Problem
from sufficiency.errors import InfeasibleError, InputError, MissingError, nearest, one_of

SCALES: Final = (100, 10_000, 1_000_000)  # money units a GBP: pence, then finer
LARGEST: Final = 2**60  # OR-Tools multiplies costs by the number of nodes, in 64 bits
SHORT_LIST: Final = 12
LONGEST_CHAIN: Final = 200  # prices add up along a chain of moves: room for it is left where money is finer than pence
NOISE: Final = 1e-6  # of a money unit: what binary fractions leave of a whole one


@dataclass(frozen=True, eq=False)
class Solution:
    """The cheapest allocation of children to settings, and its prices."""

    groups: pd.Index
    settings: pd.Index
    problem: Problem
    flow: Flow
    scale: int
    must_place: bool
    rounding_gbp: float

    def __repr__(self) -> str:
        """Return one line: children placed and unplaced, cost and proof."""
        placed, unplaced = int(self.flow.children.sum()), int(self.flow.unplaced.sum())
        return (
            f"<Solution: {placed:,} placed, {unplaced:,} unplaced, GBP {self.objective_gbp:,.2f}, "
            f"certificate gap GBP {self.certificate_gap_gbp:g}>"
        )

    @cached_property
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

    @cached_property
    def unplaced(self) -> pd.Series:
        """Children with no place, by group. [children]"""
        return pd.Series(self.flow.unplaced, index=self.groups, name="unplaced")

    @property
    def objective_gbp(self) -> float:
        """Cost of every placement, and of every child unplaced at the price given. [GBP]"""
        return self.flow.objective / self.scale

    @cached_property
    def value_of_a_place(self) -> pd.Series:
        """What re-solving with one more place would save, by setting. [GBP]"""
        return pd.Series(self.flow.value / self.scale, index=self.settings, name="value_of_a_place_gbp")

    @property
    def certificate_gap_gbp(self) -> float:
        """Objective less the dual bound that the values of places prove; 0 proves that nothing is cheaper. [GBP]"""
        return (self.flow.objective - self.flow.bound) / self.scale

    def chain(self, setting: Hashable) -> pd.DataFrame:
        """Return the moves that one more place at `setting` would start: move, group, from, to, saves_gbp.

        The first child moves to the new place, the next to the place they leave, and so on; the last comes from having
        no place ('unplaced') or leaves a place empty. No rows where a place there is worth nothing.
        """
        at = self._position(setting)
        rows = []
        for number, (tail, head) in enumerate(self._chain_of_settings(at), 1):
            group, saves = self._mover(tail, head)
            rows.append((number, self.groups[group], self._label(tail), self._label(head), saves / self.scale))
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
        return (self.flow.objective - again.objective) / self.scale

    def _position(self, setting: Hashable) -> int:
        if setting not in self.settings:
            raise MissingError(f"there is no setting {setting!r}{nearest(setting, self.settings)}")
        return int(self.settings.get_loc(setting))

    def _label(self, node: int) -> Any:
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
    problem, scale, lost = stated(groups, places, routes, unplaced_gbp)
    flow = min_cost_flow.allocate(problem, short_list=short_list)
    if unplaced_gbp is None and flow.unplaced.any():
        raise InfeasibleError(explain_infeasible(problem, flow, groups.index, places.index))
    return Solution(groups.index, places.index, problem, flow, scale, unplaced_gbp is None, lost)


def stated(
    groups: pd.Series, places: pd.Series, routes: pd.DataFrame, unplaced_gbp: float | pd.Series | None
) -> tuple[Problem, int, float]:
    """Return the problem in whole numbers, the money units a GBP, and the most that rounding can move. [GBP]"""
    children, room = plain_tables.counts(groups, "groups", "children"), plain_tables.counts(places, "places", "places")
    group, setting, cost = plain_tables.routes(routes, groups.index, places.index)
    price = plain_tables.unplaced(unplaced_gbp, groups.index)
    amounts = cost if price is None else np.concatenate([cost, price])
    most = max(len(children) + len(room) + 1, int(children.sum()))
    scale = money_scale(amounts, nodes=most, chains=len(room) + 2 if price is None else 1)
    whole_cost = np.rint(cost * scale).astype(np.int64)
    if price is None:
        dear = (len(room) + 2) * int(whole_cost.max(initial=0)) + 1  # dearer than any chain of moves
        whole_price = np.full(len(children), dear)
    else:
        whole_price = np.rint(price * scale).astype(np.int64)
    lost = 0.0 if _exact(amounts, scale) else 0.5 / scale * int(children.sum())
    return Problem(children, room, group, setting, whole_cost, whole_price), scale, lost


def money_scale(amounts: npt.NDArray[np.float64], *, nodes: int, chains: int = 1) -> int:
    """Return whole money units a GBP: the coarsest that is exact for every amount, else the finest that fits 64 bits.

    `nodes` is the larger of the network's nodes and the children, `chains` the most routes that one price must outweigh.
    """
    largest = float(amounts.max(initial=0.0)) * (chains + 1) + 1
    fits = [s for s in SCALES if largest * s * (nodes + 2) * (1 if s == SCALES[0] else LONGEST_CHAIN) < LARGEST]
    if not fits:
        raise InputError(
            f"costs of up to GBP {amounts.max():,.0f} with {nodes:,} children or nodes are too large to solve in whole "
            "pence; use lower prices"
        )
    return next((scale for scale in fits if _exact(amounts, scale)), fits[-1])


def _exact(amounts: npt.NDArray[np.float64], scale: int) -> bool:
    scaled = amounts * scale
    return bool(np.all(np.abs(scaled - np.rint(scaled)) <= NOISE + 4e-16 * scaled))


def explain_infeasible(problem: Problem, flow: Flow, groups: pd.Index, settings: pd.Index) -> str:
    """Return which children compete for which settings, and how many places those lack."""
    short = int(flow.unplaced.sum())
    routeless = np.flatnonzero((problem.children > 0) & (np.bincount(problem.group, minlength=len(groups)) == 0))
    if len(routeless):
        return (
            f"{_n(int(problem.children[routeless].sum()), 'child', 'children')} of "
            f"{one_of(groups[routeless], 5)} have no route to any setting, so they can't be placed; "
            "add a route, or give unplaced_gbp a price"
        )
    who, where = _competing(problem, flow)
    children, places = int(problem.children[who].sum()), int(problem.places[where].sum())
    return (
        f"{_n(short, 'child', 'children')} can't be placed: the {children:,} of {one_of(groups[who], 5)} can only go to "
        f"{one_of(settings[where], 5)}, which have {_n(places, 'place', 'places')}; "
        f"{_n(children - places, 'more place is', 'more places are')} needed there, or more routes, or a price for "
        "children without a place (unplaced_gbp)"
    )


def _competing(problem: Problem, flow: Flow) -> tuple[Sequence[int], Sequence[int]]:
    """Return the groups and settings within reach of the unplaced: all those settings are full."""
    who = flow.unplaced > 0
    where = np.zeros(len(problem.places), dtype=bool)
    while True:
        where[problem.setting[who[problem.group]]] = True
        wider = who.copy()
        wider[problem.group[(flow.children > 0) & where[problem.setting]]] = True
        if np.array_equal(wider, who):
            return np.flatnonzero(who).tolist(), np.flatnonzero(where).tolist()
        who = wider


def _n(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
