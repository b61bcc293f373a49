"""What the value of a place is made of: the chain of moves that one more place starts, and each move's part in it.

One more place at j is filled by the child for whom the move saves most, whose own place is filled by the next, until
the last child comes from having no place or leaves one empty. Amounts that a move changes (fees, journeys, minutes) are
added up along the chain that `min_cost_flow` proves cheapest; where several are equally cheap, the first by label is
taken. The parts of money that the costs themselves are made of therefore add up to the value of the place, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.allocate.flow.min_cost_flow import FAR, Flow, Problem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NONE: Final = -1


@dataclass(frozen=True, eq=False)
class Moves:
    """The cheapest move from one setting to another that a child could make; the last node is having no place."""

    tail: Ints
    head: Ints
    weight: Ints  # what it costs [money units]
    group: Ints  # of the child who moves
    was: Ints  # the route that they leave, or NONE where they have no place
    to: Ints  # the route that they take, or NONE where they lose their place


def moves(problem: Problem, flow: Flow) -> Moves:
    """Return the residual network of an allocation, condensed to settings, with who would move."""
    nodes = len(problem.places) + 1
    used, left = np.flatnonzero(flow.children), np.flatnonzero(flow.unplaced)
    group = np.concatenate([problem.group[used], left])
    was = np.concatenate([used, np.full(len(left), NONE)])
    at = np.concatenate([problem.setting[used], np.full(len(left), nodes - 1)])
    paid = np.concatenate([problem.cost[used], problem.unplaced_cost[left]])
    # Each child somewhere (an entry), with each route of their group, and with having no place.
    routes = np.argsort(problem.group, kind="stable")
    first = np.searchsorted(problem.group[routes], np.arange(len(problem.children) + 1))
    count = first[group + 1] - first[group]
    entry = np.repeat(np.arange(len(group)), count)
    to = routes[np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first[group], count)]
    tail = np.concatenate([at[entry], at])
    head = np.concatenate([problem.setting[to], np.full(len(group), nodes - 1)])
    weight = np.concatenate([problem.cost[to] - paid[entry], problem.unplaced_cost[group] - paid])
    who, old = np.concatenate([entry, np.arange(len(group))]), np.concatenate([to, np.full(len(group), NONE)])
    pair = tail * nodes + head
    least = np.full(nodes * nodes, FAR)
    np.minimum.at(least, pair, weight)
    best = np.flatnonzero((weight == least[pair]) & (tail != head))[::-1]
    pick = np.full(nodes * nodes, NONE)
    pick[pair[best]] = best  # backwards, so that the first by position stays
    kept = pick[pick != NONE]
    return Moves(tail[kept], head[kept], weight[kept], group[who[kept]], was[who[kept]], old[kept])


def last_moves(steps: Moves, nodes: int) -> Ints:
    """Return, by node, the last move of the cheapest chain that ends there; NONE where no chain saves anything."""
    distance, last = np.zeros(nodes, dtype=np.int64), np.full(nodes, NONE)
    for _ in range(nodes + 1):
        reached = distance[steps.tail] + steps.weight
        nearest = distance.copy()
        np.minimum.at(nearest, steps.head, reached)
        better = nearest < distance
        if not better.any():
            return last
        tight = np.flatnonzero(better[steps.head] & (reached == nearest[steps.head]))[::-1]
        last[steps.head[tight]] = tight
        distance = nearest
    raise RuntimeError("a round of moves would make the allocation cheaper, so it was not the cheapest")


def parts(problem: Problem, flow: Flow, of_route: Floats, of_unplaced: Floats) -> Floats:
    """Return setting x part: what one more place would save of each part.

    Parameters
    ----------
    problem, flow
        A problem and its best allocation.
    of_route
        route x part: what each part is for a child on the route. [any unit]
    of_unplaced
        group x part: what each part is for a child without a place.
    """
    nodes = len(problem.places) + 1
    steps = moves(problem, flow)
    last = last_moves(steps, nodes)
    whole = np.concatenate([of_route, np.zeros((1, of_route.shape[1]))])  # NONE is the last row
    before = np.where((steps.was == NONE)[:, None], of_unplaced[steps.group], whole[steps.was])
    after = np.where((steps.to == NONE)[:, None], of_unplaced[steps.group], whole[steps.to])
    saved = np.concatenate([before - after, np.zeros((1, of_route.shape[1]))])
    came_from = np.append(steps.tail, NONE)[last]
    found, at = saved[last], came_from.copy()
    for _ in range(nodes):
        on = np.flatnonzero(at != NONE)
        if not len(on):
            break
        found[on] += saved[last[at[on]]]
        at[on] = came_from[at[on]]
    return np.asarray(found[:-1])
