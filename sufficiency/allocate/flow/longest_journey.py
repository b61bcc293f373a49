"""The longest journey made as short as it can be: by halving, each step a flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.allocate.flow.solve import Solution, solve
from sufficiency.errors import InputError


@dataclass(frozen=True, eq=False)
class ShortestLongest:
    """The allocation whose longest journey is least, and the limit that it kept."""

    minutes: float
    solution: Solution
    used: str


def shortest_longest(
    groups: pd.Series, places: pd.Series, routes: pd.DataFrame, *, unplaced_gbp: float | pd.Series
) -> ShortestLongest:
    """Return the cheapest allocation among those with the shortest longest journey and as many children placed.

    Parameters
    ----------
    groups, places, routes, unplaced_gbp
        As `solve`; `routes` has `minutes` too. [children, places, GBP a child, minutes]
    """
    minutes = pd.to_numeric(routes["minutes"], errors="coerce") if "minutes" in routes else None
    if minutes is None or not np.isfinite(minutes).all():
        raise InputError("routes: the column 'minutes' is missing or blank in places; the longest journey needs it")
    routes = routes.assign(minutes=minutes)
    most_placed = routes.assign(cost_gbp=0.0)
    fewest = int(solve(groups, places, most_placed, unplaced_gbp=1.0).unplaced.sum())
    limits = np.unique(routes["minutes"].to_numpy(dtype=np.float64))
    low, high = 0, len(limits) - 1
    while low < high:
        middle = (low + high) // 2
        within = most_placed[routes["minutes"] <= limits[middle]]
        if int(solve(groups, places, within, unplaced_gbp=1.0).unplaced.sum()) <= fewest:
            high = middle
        else:
            low = middle + 1
    limit = float(limits[low]) if len(limits) else 0.0
    found = solve(groups, places, routes[routes["minutes"] <= limit], unplaced_gbp=unplaced_gbp)
    return ShortestLongest(limit, found, f"no journey is longer than {limit:g} minutes, the least that places as many")


def priced(routes: pd.DataFrame, gbp_per_minute: float, *, beyond: float) -> pd.DataFrame:
    """Return the routes, each minute above `beyond` costing more: the same wish as a price. [GBP, minutes]"""
    over = (routes["minutes"] - beyond).clip(lower=0)
    return routes.assign(cost_gbp=routes["cost_gbp"] + gbp_per_minute * over)
