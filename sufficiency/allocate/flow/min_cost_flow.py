"""The transportation problem as a min-cost flow, in whole numbers: who goes where, and what one more place is worth.

    least   sum_r cost[r] x[r] + sum_g unplaced_cost[g] u[g]
    so that sum_{r of g} x[r] + u[g] = children[g]      every child is placed or counted
            sum_{r to j} x[r]       <= places[j]        no setting takes more than its places
            x, u whole and not negative

The value of a place is read off the *condensed network*: an arc k -> j weighs the least that it costs to move one child
from k, where they are placed, to j. One more place at j starts the cheapest chain of moves that ends at j, so
value[j] = -(shortest distance to j from anywhere). That is exact where a solver's duals are not: in these problems
duals are seldom unique. The same distances are dual prices, so they also prove the flow optimal and price routes that
were left out of it.

References
----------
Ahuja, Magnanti and Orlin, *Network Flows* (1993), sections 9.3 (residual networks) and 5.4 (label correcting).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.frozen import frozen

Ints = npt.NDArray[np.int64]

NONE: Final = -1
FAR: Final = np.iinfo(np.int64).max // 4
MOST_ROUNDS: Final = 8  # after so many short lists, every route is let in
LARGEST_TABLE: Final = 30_000_000  # cells of a settings x settings table; beyond it the arcs stay a list


@frozen
@dataclass(frozen=True, eq=False)
class Problem:
    """Children, places and routes by position; all money in one whole unit (see `whole_units.Units`)."""

    children: Ints  # by group [children]
    places: Ints  # by setting [places]
    group: Ints  # by route
    setting: Ints  # by route
    cost: Ints  # by route [money units a child]
    unplaced_cost: Ints  # by group [money units a child]
    dearer: Dearer | None = None

    def only(self, routes: npt.NDArray[np.bool_]) -> Problem:
        """Return the problem with some of its routes, those to dearer places only where both alike are among them."""
        at = np.flatnonzero(routes)
        some = {"group": self.group[at], "setting": self.setting[at], "cost": self.cost[at]}
        return replace(self, **some, dearer=None if self.dearer is None else self.dearer.only(at, len(routes)))


@dataclass(frozen=True, eq=False)
class Dearer:
    """Routes that are others over again at one cost more: places beyond those of a setting, as a setting of their own.

    All routes to such a setting have their like. They need no arcs in the flow: the setting has dearer places instead.
    """

    first: Ints  # by position among the routes
    again: Ints  # the like of each
    more: int  # [money units a child]

    def only(self, those: Ints, routes: int) -> Dearer:
        """Return those that are among some of so many routes, by position among these."""
        at = np.full(routes, NONE)
        at[those] = np.arange(len(those))
        first, again = at[self.first], at[self.again]
        both = (first != NONE) & (again != NONE)
        return Dearer(first[both], again[both], self.more)


@dataclass(frozen=True, eq=False)
class Guess:
    """Values that places may have, such as those of a problem much like this one, and how far they may be out."""

    value: Ints  # by setting [money units]
    of_routes: int  # a route this much dearer than the cheapest for its group is left out at first [money units]
    of_being_placed: int  # and one this much dearer than having no place [money units]

    def chosen(self, problem: Problem) -> npt.NDArray[np.bool_]:
        """Return which routes may be used if the guess is right."""
        cost = problem.cost + self.value[problem.setting]
        charge = np.full(len(problem.children), FAR)
        np.minimum.at(charge, problem.group, cost)
        most = np.minimum(charge + self.of_routes, problem.unplaced_cost + self.of_being_placed)
        return _with_their_likes(problem, cost <= most[problem.group])


@frozen
@dataclass(frozen=True, eq=False)
class Flow:
    """The best allocation of a problem, its prices and its proof."""

    children: Ints  # by route
    unplaced: Ints  # by group
    value: Ints  # by setting: what one more place would save [money units]
    objective: int  # [money units]
    bound: int  # no allocation costs less; equal to the objective where the allocation is proved best [money units]
    tight: Ints  # by position, routes that cost their group no more than its cheapest, places priced at their values
    rounds: int = 1  # times that the flow was solved, routes left out being priced in between


def allocate(problem: Problem, *, short_list: int | None = None, guess: Guess | None = None) -> Flow:
    """Return the cheapest allocation with the exact value of a place, proved over every route.

    With `short_list`, the flow is first solved over the cheapest so many routes of each group; with `guess`, over those
    that might be used if its values were right. Routes left out are priced with the values of places, any that would
    help are added, and it is solved again until none would.
    """
    chosen, rounds = _first_chosen(problem, short_list, guess), 0
    while True:
        rounds += 1
        if rounds > MOST_ROUNDS:
            chosen[:] = True
        part = problem if chosen.all() else problem.only(chosen)
        placed, unplaced = least_cost_flow(part)
        value = value_of_a_place(part, placed, unplaced)
        charge = charge_of_a_child(part, value)
        slack = problem.cost + value[problem.setting] - charge[problem.group]
        helps = slack < 0
        if not helps.any():
            break
        chosen = _with_their_likes(problem, chosen | helps)
    children = np.zeros(len(problem.group), dtype=np.int64)
    children[chosen] = placed
    objective = int(children @ problem.cost + unplaced @ problem.unplaced_cost)
    bound = int(charge @ problem.children - value @ problem.places)
    return Flow(children, unplaced, value, objective, bound, np.flatnonzero(slack == 0), rounds)


def _first_chosen(problem: Problem, short_list: int | None, guess: Guess | None) -> npt.NDArray[np.bool_]:
    if guess is not None:
        return guess.chosen(problem)
    if short_list is None or len(problem.group) <= 1.5 * short_list * len(problem.children):
        return np.ones(len(problem.group), dtype=bool)
    return cheapest_routes(problem, short_list)


def _with_their_likes(problem: Problem, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which routes are chosen, each to dearer places with its like."""
    if problem.dearer is not None:
        either = chosen[problem.dearer.first] | chosen[problem.dearer.again]
        chosen[problem.dearer.first] = chosen[problem.dearer.again] = either
    return chosen


def cheapest_routes(problem: Problem, count: int) -> npt.NDArray[np.bool_]:
    """Return which routes are among the `count` cheapest of their group."""
    groups, settings = len(problem.children), len(problem.places)
    if len(problem.group) * 4 >= groups * settings and settings > count:
        table = np.full((groups, settings), FAR)
        table[problem.group, problem.setting] = problem.cost
        limit = np.partition(table, count - 1, axis=1)[:, count - 1]
        return np.asarray(problem.cost <= limit[problem.group])
    order = np.lexsort((problem.cost, problem.group))
    starts = np.searchsorted(problem.group[order], np.arange(groups))
    rank = np.arange(len(order)) - starts[problem.group[order]]
    chosen = np.empty(len(order), dtype=bool)
    chosen[order] = rank < count
    return chosen


def least_cost_flow(problem: Problem) -> tuple[Ints, Ints]:
    """Return children by route and unplaced children by group, the cheapest, as OR-Tools finds them."""
    from ortools.graph.python import min_cost_flow

    # A group without a route has no place, whatever it costs: the solver need not see it.
    with_routes = np.flatnonzero(np.bincount(problem.group, minlength=len(problem.children)))
    node = np.zeros(len(problem.children), dtype=np.int64)
    node[with_routes] = np.arange(len(with_routes))
    children = problem.children[with_routes]
    groups, settings = len(with_routes), len(problem.places)
    sink = groups + settings
    solver = min_cost_flow.SimpleMinCostFlow()
    add = solver.add_arcs_with_capacity_and_unit_cost
    kept = np.ones(len(problem.group), dtype=bool)
    if problem.dearer is not None:
        kept[problem.dearer.again] = False
        of = np.full(settings, NONE)  # by setting of dearer places, the setting that they are of
        of[problem.setting[problem.dearer.again]] = problem.setting[problem.dearer.first]
        beyond = np.flatnonzero(of != NONE)
        at = of[beyond]
        add(groups + at, np.full(len(at), sink), problem.places[beyond], np.full(len(at), problem.dearer.more))
    group = problem.group[kept]
    routes = add(node[group], groups + problem.setting[kept], problem.children[group], problem.cost[kept])
    all_groups, all_settings = np.arange(groups), np.arange(settings)
    overflow = add(all_groups, np.full(groups, sink), children, problem.unplaced_cost[with_routes])
    add(groups + all_settings, np.full(settings, sink), problem.places, np.zeros(settings, dtype=np.int64))
    solver.set_nodes_supplies(np.append(all_groups, sink), np.append(children, -children.sum()))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"OR-Tools' min-cost flow ended with {status}; every child has a way out, so it should not")
    flow = np.zeros(len(problem.group), dtype=np.int64)
    flow[kept] = solver.flows(routes)
    unplaced = problem.children.copy()
    unplaced[with_routes] = solver.flows(overflow)
    return _in_dearer_places(problem, flow), unplaced


def _in_dearer_places(problem: Problem, flow: Ints) -> Ints:
    """Return the flow with those beyond a setting's places on the dearer routes: which of them, costs alike."""
    if problem.dearer is None or not len(problem.dearer.first):
        return flow
    taken = np.bincount(problem.setting, flow, minlength=len(problem.places))
    is_over = (taken > problem.places)[problem.setting[problem.dearer.first]]
    first, again = problem.dearer.first[is_over], problem.dearer.again[is_over]
    order = np.argsort(problem.setting[first], kind="stable")
    first, again = first[order], again[order]
    setting = problem.setting[first]
    total = np.cumsum(flow[first])
    starts = np.searchsorted(setting, setting)
    sofar = total - np.where(starts > 0, total[starts - 1], 0)  # children on this setting's routes up to this one
    beyond = np.clip(sofar - problem.places[setting], 0, flow[first])
    found = flow.copy()
    found[first] -= beyond
    found[again] += beyond
    return found


@dataclass(frozen=True, eq=False)
class Arcs:
    """The condensed network: what it costs to move one child from one setting to another; the last node is unplaced."""

    tail: Ints
    head: Ints
    weight: Ints


def condensed(problem: Problem, placed: Ints, unplaced: Ints) -> Arcs:
    """Return the residual network of an allocation, condensed to settings."""
    nodes = len(problem.places) + 1
    nowhere = nodes - 1
    none = np.zeros(0, dtype=np.int64)
    parts: list[tuple[Ints, Ints, Ints]] = [(none, none, none)]
    for at, cost_at, _ in where_placed(problem, placed, unplaced):
        there = np.flatnonzero(at >= 0)
        parts.append((at[there], np.full(len(there), nowhere), problem.unplaced_cost[there] - cost_at[there]))
        mine = at[problem.group] >= 0
        who = problem.group if mine.all() else problem.group[mine]
        to = problem.setting if mine.all() else problem.setting[mine]
        cost = problem.cost if mine.all() else problem.cost[mine]
        parts.append((at[who], to, cost - cost_at[who]))
    if nodes * nodes > LARGEST_TABLE:
        tails, heads, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Arcs(tails, heads, weights)
    table = np.full(nodes * nodes, FAR)
    for tail, head, weight in parts:
        np.minimum.at(table, tail * nodes + head, weight)
    kept = np.flatnonzero(table < FAR)
    return Arcs(kept // nodes, kept % nodes, table[kept])


def where_placed(problem: Problem, placed: Ints, unplaced: Ints) -> list[tuple[Ints, Ints, Ints]]:
    """Return layers of (setting by group or NONE, cost there, the route): a group at three settings is in three layers.

    Having no place is the setting after the last, by no route.
    """
    used, left = np.flatnonzero(placed), np.flatnonzero(unplaced)
    group = np.concatenate([problem.group[used], left])
    at = np.concatenate([problem.setting[used], np.full(len(left), len(problem.places))])
    cost = np.concatenate([problem.cost[used], problem.unplaced_cost[left]])
    route = np.concatenate([used, np.full(len(left), NONE)])
    order = np.argsort(group, kind="stable")
    group, at, cost, route = group[order], at[order], cost[order], route[order]
    layer = np.arange(len(group)) - np.searchsorted(group, group)
    layers = []
    for number in range(int(layer.max(initial=-1)) + 1):
        those = layer == number
        here, cost_here, by = (np.full(len(problem.children), blank) for blank in (NONE, 0, NONE))
        here[group[those]], cost_here[group[those]], by[group[those]] = at[those], cost[those], route[those]
        layers.append((here, cost_here, by))
    return layers


def distances(arcs: Arcs, nodes: int) -> Ints:
    """Return the shortest distance to each node from anywhere, by Bellman and Ford; never above 0."""
    found = np.zeros(nodes, dtype=np.int64)
    for _ in range(nodes + 1):
        before = found.copy()
        np.minimum.at(found, arcs.head, before[arcs.tail] + arcs.weight)
        if np.array_equal(found, before):
            return found
    raise RuntimeError("a round of moves would make the allocation cheaper, so it was not the cheapest")


def value_of_a_place(problem: Problem, placed: Ints, unplaced: Ints) -> Ints:
    """Return by setting what one more place would save, exactly. [money units]"""
    return -distances(condensed(problem, placed, unplaced), len(problem.places) + 1)[:-1]


def charge_of_a_child(problem: Problem, value: Ints) -> Ints:
    """Return by group the least of cost and value of the place taken: a child's dual price. [money units]"""
    charge = problem.unplaced_cost.copy()
    np.minimum.at(charge, problem.group, problem.cost + value[problem.setting])
    return charge
