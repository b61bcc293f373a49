"""The cost of a school's rounds in thousands of draws: the fast estimate, brought to what routed plans cost.

`year_cost` says how many vehicles of each kind there are, and what a lever does. What they cost together is this estimate,
which has homes at several distances from school, not one, and was measured against routed plans.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.transport.cost.estimate import Estimate, approximate
from sufficiency.transport.cost.estimate import Homes as Waiting
from sufficiency.transport.cost.runs import Floats, Homes
from sufficiency.transport.cost.school_year_cost import DIMS, market_runs
from sufficiency.transport.routing.school_rounds import vehicles
from sufficiency.transport.routing.stops import read_vehicles


def rounds_factor(area: Area, by_way: xr.DataArray, homes: Homes, estimate: Estimate | None) -> Floats:
    """Return what the cost of shared runs is multiplied by: draw × year × authority × setting.

    Parameters
    ----------
    by_way
        Travellers by way of travelling. [children]
    homes
        Where they live: year × authority × setting.
    estimate
        Calibrated on the area's own routed samples; without one, the ratio found on the example area is used.
    """
    way = {str(w): by_way.sel(way=w).transpose(*DIMS).to_numpy() for w in by_way["way"].values}
    children = way["shared"] + way["wheelchair"]  # a run for one child is priced exactly
    board, board_chair = (area.value(f"transport.boarding{kind}_minutes") for kind in ("", "_wheelchair"))
    in_chair = way["wheelchair"] / np.maximum(children, 1e-9)
    boarding = board + (board_chair - board) * in_chair
    waiting = Waiting(
        children=children,
        km=homes.km,
        minutes=homes.minutes + boarding,
        spread=homes.minutes_spread,
        area_km2=homes.span_km2,
        limit_minutes=homes.limit_minutes,
        boarding_minutes=boarding,
        wheelchairs=in_chair,
        solo=np.zeros(1),
    )
    if estimate is None:
        ratio = area.value("transport.rounds_over_estimate")
        whole = approximate(waiting, read_vehicles(vehicles(area, alone=False))) * ratio
    else:
        whole = estimate.school(waiting)
    plain = market_runs(area, way, homes)
    factor = np.divide(whole, plain, out=np.ones_like(plain), where=plain > 0)
    return np.asarray(np.clip(factor, 0.5, 2.0), dtype=np.float64)


def school_error(area: Area, estimate: Estimate | None) -> float:
    """Return the estimate's error at one school: a standard deviation as a share of cost."""
    if estimate is None:
        return area.value("transport.round_share_error")
    return float(estimate.error_school * np.sqrt(np.pi / 2))
