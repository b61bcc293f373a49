"""Where the travellers to each school live, as the few numbers that the fast estimate needs."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy.spatial import cKDTree

from sufficiency.area.area import Area
from sufficiency.transport.cost.runs import Floats, Homes
from sufficiency.transport.modes.modes import guide_minutes

PLACE: Final = ("year", "authority", "setting")
_SAME_ZONE: Final = (
    1.8  # mean distance between two points of a disc over their standard deviation along a line: 0.905 × 2
)


def homes_of(area: Area, rows: pd.DataFrame, attending: xr.DataArray) -> Homes:
    """Return homes by year, authority and setting; where nobody is expected, as the setting has over all, or the area.

    Parameters
    ----------
    rows
        Expected placements with `travellers`, km, minutes and where the home is.
    attending
        The allocation's array, whose labels give the shape.
    """
    rows = rows.assign(limit=guide_minutes(area, rows["ncy"]), all="all")
    index = pd.MultiIndex.from_product([attending[d].values for d in PLACE], names=PLACE)
    found = spread_of(rows, list(PLACE)).reindex(index)
    by_setting = spread_of(rows, ["setting"]).reindex(index.get_level_values("setting")).set_axis(index)
    filled = found.fillna(by_setting).fillna(spread_of(rows, ["all"]).iloc[0]).fillna(1.0)
    shape = [attending.sizes[d] for d in PLACE]
    return Homes(**{c: filled[c].to_numpy(dtype=float).reshape(shape) for c in filled})


def spread_of(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return weighted means and spreads, and the area over which as many homes, evenly spread, would lie as near to one another.

    Evenly spread points are half of √(area ÷ points) from their nearest. Homes cluster in towns, so the area is less than
    the one that they span.
    """
    weight = rows["travellers"].clip(lower=1e-9)
    facts = {
        "km": rows["km"],
        "minutes": rows["minutes"],
        "rural": rows["is_rural"].astype(float),
        "limit_minutes": rows["limit"],
        "minutes²": rows["minutes"] ** 2,
        "within": rows["home_spread_km"] ** 2,
        "x": rows["easting"] / 1000,
        "y": rows["northing"] / 1000,
    }
    facts |= {a + b: facts[a] * facts[b] for a, b in ("xx", "yy", "xy")}
    keys = [rows[k] for k in by]
    total = weight.groupby(keys).sum()
    mean = pd.DataFrame({name: (fact * weight).groupby(keys).sum() / total for name, fact in facts.items()})
    variance = {a + b: mean[a + b] - mean[a] * mean[b] for a, b in ("xx", "yy", "xy")}
    det = (variance["xx"] + mean["within"]) * (variance["yy"] + mean["within"]) - variance["xy"] ** 2
    spread = np.sqrt((mean["minutes²"] - mean["minutes"] ** 2).clip(lower=0)) / mean["minutes"].clip(lower=1e-9)
    return mean[["km", "minutes", "rural", "limit_minutes"]].assign(
        area_km2=total * (2 * _apart_km(rows, by).reindex(mean.index)) ** 2,
        span_km2=4 * np.pi * np.sqrt(det.clip(lower=1e-4)),
        minutes_spread=spread,
    )


def _apart_km(rows: pd.DataFrame, by: list[str]) -> pd.Series:
    """Return the mean distance from a traveller's home to the nearest other's; blank where there is no other. [km]"""
    facts = {"easting": "first", "northing": "first", "home_spread_km": "first", "children": "sum", "travellers": "sum"}
    zones = rows.groupby([*by, "zone"], sort=True)[list(facts)].agg(facts)
    values = zones.to_numpy(dtype=float)
    group = zones.reset_index("zone").index
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    apart = [_nearest_km(part) for part in np.split(values, starts[1:])]
    return pd.Series(apart, index=group[starts])


def _nearest_km(zones: Floats) -> float:
    """Return the weighted mean of the nearest home to each; columns easting, northing, spread, children, travellers."""
    within = _SAME_ZONE * zones[:, 2]
    nearest: Any = np.where(zones[:, 3] > 1, within, np.inf)
    if len(zones) > 1:
        points = zones[:, :2] / 1000
        nearest = np.minimum(nearest, np.hypot(cKDTree(points).query(points, k=2)[0][:, 1], within))
    known = np.isfinite(nearest) & (zones[:, 4] > 0)
    return float(np.average(nearest[known], weights=zones[known, 4])) if known.any() else np.nan
