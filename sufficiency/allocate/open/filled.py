"""`filled`: how many of the children whom a run turns away would be in the places that openings open, draw by draw.

The run is one without them, under any law or scenario: so one choice of openings can be tried in many futures, each placed
once. Children go to the places that suit them, as many as there is room for, at the least cost of journey and placement.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.flow.min_cost_flow import Problem, least_cost_flow
from sufficiency.allocate.open.opened import Openings
from sufficiency.allocate.open.turned_away import turned_away
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.routes import SECONDARY_FROM, route_map
from sufficiency.errors import MissingError, one_of
from sufficiency.whole_units import PENCE

MOST: Final = 1e7  # price of a place left empty beside a child turned away: dearer than any journey [GBP a year]


def filled(openings: Openings, placed: Placed, *, year: int) -> pd.DataFrame:
    """Return children turned away in January `year` who would be in the places opened by then.

    Parameters
    ----------
    openings
        Of `openings` or `recommended`.
    placed
        Of a run of the same area without them. [children]
    year
        A January of both.

    Returns
    -------
    DataFrame
        One row for each option that opens, draw and need group: option, places, draw, need_group, children. An option
        that nobody would use in a draw has a row with no need group and no children. [places, children]

    Raises
    ------
    MissingError
        If either has no such January.
    """
    shared = [y for y in openings.years if y in placed.years]
    if year not in shared:
        raise MissingError(f"year: there is no January {year} in both; there is {one_of(shared)}")
    blocks = openings.plan[openings.years.index(year)]
    opened = np.flatnonzero((blocks > 0) & (openings.problem.block > 0))
    names = openings.options.table["option"].to_numpy()[opened]
    room = (blocks * openings.problem.block)[opened]
    found, away = route_map(openings.options.area), turned_away(placed, year)
    sites = found.codes.get_indexer(pd.Index(np.array(openings.options.site, dtype=object)[opened]))
    suits = away.open_to(found)[:, sites] if len(away.children) else np.zeros((0, len(opened)), dtype=bool)
    age = (away.children["ncy"].to_numpy() >= SECONDARY_FROM).astype(np.int64)
    cost = found.cost_gbp[age, away.children["zone"]][:, sites] if len(away.children) else suits.astype(float)
    draw_of, count, group_of = (away.children[c].to_numpy() for c in ("draw", "children", "need_group"))
    rows = []
    for draw, label in enumerate(placed.draws):
        who = np.flatnonzero(draw_of == draw)
        group, site = np.nonzero(suits[who])
        flow = Problem(
            count[who].astype(np.int64),
            room,
            group,
            site,
            PENCE.whole(cost[who][group, site]),
            PENCE.whole(np.full(len(who), MOST)),
        )
        there = least_cost_flow(flow)[0] if len(group) else np.zeros(0, dtype=np.int64)
        used = pd.DataFrame({"at": site, "need_group": group_of[who][group], "children": there})
        used = used[used["children"] > 0].groupby(["at", "need_group"], as_index=False)["children"].sum()
        rows += [(names[at], room[at], label, need, children) for at, need, children in used.itertuples(index=False)]
        rows += [(names[at], room[at], label, "", 0) for at in set(range(len(opened))) - set(used["at"])]
    return pd.DataFrame(rows, columns=["option", "places", "draw", "need_group", "children"])
