"""Road distance and time where there is no road network: straight line × a detour and a speed, with a stated error.

Detour falls with distance and differs between town and country; speed depends on how much of a journey is in towns.
Every number is a policy value `transport.*` with its source, and an area may set its own.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.typing import ArrayLike

ESTIMATED: Final = "straight line"  # the `source` of a row of a travel table that this module estimated
Floats = npt.NDArray[np.float64]

_NEAREST_KM: Final = 0.25  # the detour of anything nearer is that at 250 m: the fit has nothing closer


class Values(Protocol):
    """Anything that knows values by name: an area."""

    def value(self, name: str) -> float:
        """Return the value called `name`."""


def travel_table(zones: pd.DataFrame, settings: pd.DataFrame, area: Values) -> pd.DataFrame:
    """Return estimated road km, minutes and walking km from every zone to every setting.

    Parameters
    ----------
    zones
        As `tables.ZONES`; `is_rural` decides detour and speed at the home's end.
    settings
        As `tables.SCHOOLS`; a setting is rural where the zone nearest to it is.
    area
        Whatever knows the values `transport.detour_*`, `urban_kph`, `rural_kph`, `urban_reach_km`, `peak_factor`.

    Returns
    -------
    DataFrame
        As `tables.TRAVEL`, with `source` "straight line": zone, setting, km [km], minutes [minutes], walk_km [km].
        One row for each pair, zone by zone. Distances carry the error that `spread` states.
    """
    crow = crow_km(zones, settings)
    home_rural = zones["is_rural"].to_numpy(dtype=bool) if "is_rural" in zones else np.zeros(len(zones), dtype=bool)
    setting_rural = home_rural[crow.argmin(axis=0)] if len(zones) else np.zeros(len(settings), dtype=bool)
    rural_share = (home_rural[:, None].astype(float) + setting_rural[None, :]) / 2
    km = crow * drive_detour(crow, rural_share, area)
    return pd.DataFrame(
        {
            "zone": np.repeat(zones["zone"].to_numpy(), len(settings)),
            "setting": np.tile(settings["setting"].to_numpy(), len(zones)),
            "km": km.ravel(),
            "minutes": drive_minutes(km, rural_share, area).ravel(),
            "walk_km": (crow * walk_detour(crow, area)).ravel(),
            "source": ESTIMATED,
        }
    ).astype({"zone": "str", "setting": "str", "source": "str"})


def crow_km(zones: pd.DataFrame, settings: pd.DataFrame) -> Floats:
    """Return straight-line distance, zones × settings, from British National Grid coordinates. [km]"""
    east = zones["easting"].to_numpy(dtype=float)[:, None] - settings["easting"].to_numpy(dtype=float)
    north = zones["northing"].to_numpy(dtype=float)[:, None] - settings["northing"].to_numpy(dtype=float)
    return np.asarray(np.hypot(east, north) / 1000, dtype=np.float64)


def drive_detour(crow: ArrayLike, rural_share: ArrayLike, area: Values) -> Floats:
    """Return driving distance over straight line; `rural_share` is 0 with both ends in towns, 1 with neither."""
    at_1_km = _mix(rural_share, "transport.detour_drive_{}_at_1_km", area)
    slope = _mix(rural_share, "transport.detour_drive_{}_per_ln_km", area)
    return _log_detour(crow, at_1_km, slope, area)


def walk_detour(crow: ArrayLike, area: Values) -> Floats:
    """Return walking distance over straight line."""
    at_1_km, slope = area.value("transport.detour_walk_at_1_km"), area.value("transport.detour_walk_per_ln_km")
    return _log_detour(crow, at_1_km, slope, area, least=1.0)


def drive_minutes(km: ArrayLike, rural_share: ArrayLike, area: Values) -> Floats:
    """Return driving time at school-run hours: town speed near ends in towns, country speed between. [minutes]"""
    km = np.asarray(km, dtype=float)
    in_town = np.minimum(km, 2 * area.value("transport.urban_reach_km") * (1 - np.asarray(rural_share)))
    hours = in_town / area.value("transport.urban_kph") + (km - in_town) / area.value("transport.rural_kph")
    return np.asarray(60 * hours * area.value("transport.peak_factor"), dtype=np.float64)


def spread(area: Values) -> float:
    """Return the standard deviation of the logarithm of true over estimated distance: the estimate's stated error."""
    return area.value("transport.detour_error_sd")


def home_spread_km(zones: pd.DataFrame) -> pd.Series:
    """Return how far homes lie from their zone's point along any one direction, by zone. [km]

    A quarter of the distance to the nearest other zone: a disc that reaches half way to its neighbour has half its
    radius as its standard deviation along a line. Zero where there is one zone, which may be one home.
    """
    index = pd.Index(zones["zone"], name="zone")
    if len(zones) < 2:
        return pd.Series(0.0, index=index, name="home_spread_km")
    from scipy.spatial import cKDTree

    points = zones[["easting", "northing"]].to_numpy(dtype=float) / 1000
    apart, _ = cKDTree(points).query(points, k=2)
    return pd.Series(apart[:, 1] / 4, index=index, name="home_spread_km")


def chance_beyond(km: ArrayLike, limit_km: ArrayLike, *, spread: ArrayLike, home_spread_km: ArrayLike = 0.0) -> Floats:
    """Return the probability that the true distance is above `limit_km` when the estimate is `km`.

    Errors of the detour (`spread`, in logarithms) and of where in its zone the home lies are taken as independent.
    With neither, it is 1 or 0: above the limit, not at it.
    """
    from scipy.special import ndtr

    km, limit = np.broadcast_arrays(np.asarray(km, dtype=float), np.asarray(limit_km, dtype=float))
    sd = np.hypot(
        np.asarray(spread, dtype=float),
        np.asarray(home_spread_km, dtype=float) / np.maximum(np.maximum(km, limit), 1e-9),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (np.log(np.maximum(km, 1e-9)) - np.log(np.maximum(limit, 1e-9))) / sd
    return np.asarray(np.where(sd > 0, ndtr(z), km > limit), dtype=np.float64)


def _mix(rural_share: ArrayLike, name: str, area: Values) -> Floats:
    share = np.asarray(rural_share, dtype=float)
    rural, urban = area.value(name.format("rural")), area.value(name.format("urban"))
    return np.asarray(share * rural + (1 - share) * urban, dtype=np.float64)


def _log_detour(
    crow: ArrayLike, at_1_km: ArrayLike, slope: ArrayLike, area: Values, least: float | None = None
) -> Floats:
    floor = area.value("transport.detour_least") if least is None else least
    fitted = np.asarray(at_1_km) - np.asarray(slope) * np.log(np.maximum(np.asarray(crow, dtype=float), _NEAREST_KM))
    return np.asarray(np.maximum(fitted, floor), dtype=np.float64)
