"""What one more place at a setting would save, in one January."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sufficiency.allocate.flow import chains, min_cost_flow
from sufficiency.allocate.flow.min_cost_flow import Flow, Problem
from sufficiency.allocate.place.ledger import Bools, Floats, Ints
from sufficiency.allocate.place.parts_of_value import Worth
from sufficiency.allocate.place.routes import RouteMap
from sufficiency.allocate.place.seats import Seats


@dataclass(frozen=True, eq=False)
class MadeOf:
    """What routes and turnings away of a January's allocation are made of (parts_of_value.PARTS), worked out where asked for."""

    worth: Worth
    found: RouteMap
    zone: Ints  # of each child
    problem: Problem  # whose routes, to each kind of seat of the settings in turn
    turned_away: Floats  # child x part

    def routes(self, which: Ints) -> Floats:
        """Return route x part."""
        setting = self.problem.setting[which] % len(self.found.settings)
        return self.worth.of_routes(self.found, self.zone[self.problem.group[which]], setting)

    def total(self, flow: Flow) -> Floats:
        """Return the total of each part over all children."""
        used = np.flatnonzero(flow.children)
        return np.asarray(flow.children[used] @ self.routes(used) + flow.unplaced @ self.turned_away)


def saves(problem: Problem, flow: Flow, made_of: MadeOf, seats: Seats, is_over: Bools) -> Floats:
    """Return setting x part: what one more place would save.

    Where children who stay are above the number, one more place is for one of them, and lets in one more above it. A
    setting that takes none above it takes nobody in: where all above it stay, one more saves nothing; where some of them
    may leave, one more stands in for theirs, so that only placing again tells. How many a setting takes above its
    number is held: where a place more raises that by a whole child (`allocate.overfill_share`), it lets in that child too.
    """
    settings = len(seats.shared)
    saves = chains.parts(problem, flow, made_of.routes, made_of.turned_away)
    has_above, takes = (seats.kept > 0) | is_over, seats.takes_above
    saves = np.where((has_above & takes)[:, None], saves[2 * settings :], saves[:settings])
    saves[is_over & ~takes] = 0.0
    for setting in np.flatnonzero(has_above & ~takes & ~is_over):
        places = problem.places.copy()
        places[setting] += 1
        places[setting + settings] -= 1
        again = min_cost_flow.allocate(replace(problem, places=places))
        saves[setting] = made_of.total(flow) - made_of.total(again)
    return saves
