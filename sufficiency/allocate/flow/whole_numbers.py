"""Plain tables as a flow in whole numbers: whole children, and money in whole units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.allocate.flow.min_cost_flow import Problem
from sufficiency.allocate.flow.plain_tables import checked
from sufficiency.whole_units import Units, units_that_hold


@dataclass(frozen=True, eq=False)
class Stated:
    """A problem by position, the labels of its positions in their order, and what its money is counted in."""

    groups: pd.Index
    settings: pd.Index
    problem: Problem
    units: Units
    rounding_gbp: float  # the most that counting in whole units can move [GBP]


def stated(
    groups: pd.Series, places: pd.Series, routes: pd.DataFrame, unplaced_gbp: float | pd.Series | None
) -> Stated:
    """Return the problem in whole numbers, with the arguments of `solve`."""
    given = checked(groups, places, routes, unplaced_gbp)
    children, room, price = given.children, given.places, given.unplaced_gbp
    amounts = given.cost_gbp if price is None else np.concatenate([given.cost_gbp, price])
    most = max(len(children) + len(room) + 1, int(children.sum()))
    units = units_that_hold(amounts, nodes=most, chains=len(room) + 2 if price is None else 1)
    cost = units.whole(given.cost_gbp)
    if price is None:
        dear = (len(room) + 2) * int(cost.max(initial=0)) + 1  # dearer than any chain of moves
        unplaced = np.full(len(children), dear)
    else:
        unplaced = units.whole(price)
    lost = 0.0 if units.holds(amounts) else units.gbp(0.5) * int(children.sum())
    problem = Problem(children, room, given.group, given.setting, cost, unplaced)
    return Stated(given.groups, given.settings, problem, units, lost)
