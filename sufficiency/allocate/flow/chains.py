"""What the value of a place is made of: the chain of moves that one more place starts, and each move's part in it.

One more place at j is filled by the child for whom the move saves most, whose own place is filled by the next, until
the last child comes from having no place or leaves one empty. Amounts that a move changes (fees, journeys, minutes) are
added up along the chain that `min_cost_flow` proves cheapest; where several are equally cheap, the first by label is
taken. The parts of money that the costs themselves are made of therefore add up to the value of the place, exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sufficiency.allocate.flow.min_cost_flow import NONE, Flow, Problem, where_placed

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Moves:
    """The moves that a cheapest chain could be made of; the node after the last setting is having no place."""

    tail: Ints
    head: Ints
    was: Ints  # the route that the child leaves, or NONE where they have no place
    to: Ints  # the route that they take


def moves(problem: Problem, flow: Flow) -> Moves:
    """Return one move for each pair of settings that a cheapest chain could have, the first by position."""
    some = flow.tight[flow.value[problem.setting[flow.tight]] > 0]  # no chain ends where one more place saves nothing
    group, head, nodes = problem.group[some], problem.setting[some], len(flow.value) + 1
    none = np.zeros(0, dtype=np.int64)
    parts: list[tuple[Ints, ...]] = [(none, none, none, none)]
    for at, _, route in where_placed(problem, flow.children, flow.unplaced):
        tail = at[group]
        moved = np.flatnonzero((tail != NONE) & (tail != head))
        parts.append((tail[moved], head[moved], route[group[moved]], some[moved]))
    tails, heads, was, to = (np.concatenate(part) for part in zip(*parts, strict=True))
    _, first = np.unique(tails * nodes + heads, return_index=True)
    return Moves(tails[first], heads[first], was[first], to[first])


def last_moves(steps: Moves, value: Ints) -> Ints:
    """Return, by setting, the last move of the cheapest chain that ends there, the fewest moves first.

    NONE where one more place saves nothing.
    """
    last = np.full(len(value), NONE)
    is_start = np.append(value == 0, True)
    while len(on := np.flatnonzero(is_start[steps.tail] & ~is_start[steps.head])[::-1]):
        last[steps.head[on]] = on  # backwards, so that the first stays
        is_start[steps.head[on]] = True
    return last


def parts(problem: Problem, flow: Flow, of_routes: Callable[[Ints], Floats], of_unplaced: Floats) -> Floats:
    """Return setting x part: what one more place would save of each part.

    Parameters
    ----------
    problem, flow
        A problem and its best allocation.
    of_routes
        Of routes by position, route x part: what each part is for a child on the route. [any unit]
    of_unplaced
        group x part: what each part is for a child without a place.
    """
    steps = moves(problem, flow)
    last = last_moves(steps, flow.value)
    taken, move = np.unique(last[last != NONE], return_inverse=True)  # few of the moves are in a cheapest chain
    was, to = steps.was[taken], steps.to[taken]
    before = of_unplaced[problem.group[to]]
    before[was != NONE] = of_routes(was[was != NONE])
    saved = np.zeros((len(taken) + 1, of_unplaced.shape[1]))  # the last row is of no move
    saved[:-1] = before - of_routes(to)
    move_to = np.full(len(flow.value) + 1, NONE)
    move_to[np.flatnonzero(last != NONE)] = move
    came_from = np.append(steps.tail[taken], NONE)[move_to]
    found, at = saved[move_to], came_from.copy()
    while len(on := np.flatnonzero(at != NONE)):
        found[on] += saved[move_to[at[on]]]
        at[on] = came_from[at[on]]
    return np.asarray(found[:-1])
