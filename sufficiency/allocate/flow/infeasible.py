"""Who can't be placed, and why: which children compete for which settings, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sufficiency.allocate.flow.min_cost_flow import Flow, Problem
from sufficiency.errors import one_of


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
