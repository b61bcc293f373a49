"""What runs cost: the fleet's rates, and the fast estimate of vehicles, km and minutes for any number of travellers.

The estimate is a continuous approximation. With n stops over A km² a leg between neighbours is 0.7124 √(A ÷ n) by straight
line, times a detour; a vehicle drives the mean distance to school and c − 1 legs for its c stops; c is what seats and the
longest ride allow. Everything is per school day: out in the morning, back in the afternoon.

References
----------
Beardwood, Halton and Hammersley (1959), the shortest path through many points; Daganzo, *Logistics Systems Analysis*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sufficiency import distance
from sufficiency.area.area import Area
from sufficiency.errors import InputError, nearest
from sufficiency.transport.modes.modes import VEHICLES, Levers

Floats = npt.NDArray[np.float64]

LEG: Final = (
    0.7124  # the constant of the shortest path through random points (Beardwood and others; Applegate and others)
)


@dataclass(frozen=True)
class Vehicle:
    """One kind of vehicle and its rates."""

    kind: str
    seats: int  # for children
    wheelchair_spaces: int
    day_gbp: float
    gbp_per_km: float
    gbp_per_minute: float
    assistant_share: float  # of runs that have one
    assistant_gbp: float  # a day; 0 where the day rate includes it


@dataclass(frozen=True, eq=False)
class Homes:
    """Where the travellers to each school live, as arrays of one shape: what the estimate needs to know."""

    km: Floats  # mean distance to school, one way [km]
    minutes: Floats  # and time [minutes]
    area_km2: Floats  # over which as many homes, evenly spread, would lie as near to one another [km²]
    span_km2: Floats  # that they span: 4π √det of their covariance [km²]
    minutes_spread: Floats  # standard deviation of minutes over their mean
    rural: Floats  # share of them in the country
    limit_minutes: Floats  # the longest ride wanted [minutes]


@dataclass(frozen=True, eq=False)
class Runs:
    """What it takes to carry travellers, per school day, as arrays of one shape."""

    vehicles: Floats
    km: Floats  # with a child aboard, both ways [km]
    minutes_more: Floats  # a child's mean ride beyond the direct drive, one way [minutes]
    assistants: Floats
    gbp: Floats


def fleet(area: Area) -> dict[str, Vehicle]:
    """Return the rates of each kind of vehicle: the area's own where its vehicles table has them.

    An area's own day rate is for the vehicle, its driver and any assistant; the national one adds the assistant.
    """
    own = area.vehicles.set_index("vehicle")
    unknown = [kind for kind in own.index if kind not in VEHICLES]
    if unknown:
        raise InputError(
            f"vehicles.csv: '{unknown[0]}' is not one of {', '.join(VEHICLES)}{nearest(unknown[0], VEHICLES)}"
        )
    return {kind: _vehicle(area, kind, own.loc[kind] if kind in own.index else None) for kind in VEHICLES}


def _vehicle(area: Area, kind: str, own: Any) -> Vehicle:
    assistants = area.value(f"transport.{kind}_assistant_share")
    if own is not None:
        day, per_km, per_minute = (float(own[c]) for c in ("fixed_gbp", "gbp_per_km", "gbp_per_minute"))
        seats, spaces = int(own["seats"]), int(own["wheelchair_spaces"])
        return Vehicle(kind, seats, spaces, day, per_km, per_minute, assistants, 0.0)
    spaces = int(area.value(f"transport.{kind}_spaces")) if kind == "wheelchair_accessible" else 0
    day, per_km = area.value(f"transport.{kind}_day_gbp"), area.value(f"transport.{kind}_gbp_per_km")
    seats, assistant = int(area.value(f"transport.{kind}_seats")), area.value("transport.assistant_day_gbp")
    return Vehicle(kind, seats, spaces, day, per_km, 0.0, assistants, assistant)


def runs(area: Area, travellers: Floats, homes: Homes, vehicle: Vehicle, levers: Levers | None = None) -> Runs:
    """Return what it takes to carry `travellers` in one kind of vehicle.

    Parameters
    ----------
    travellers
        How many, of any shape that `homes` fits; fractions are expectations. [children]
    levers
        Pick-up points make fewer stops; staggered school times let a minibus run twice.
    """
    levers = levers or Levers()
    together = area.value("transport.pick_up_children")
    stops_each = 1 - levers.pick_up_share * (1 - 1 / together)  # stops a child
    n_stops = np.maximum(travellers * stops_each, 1e-9)
    wheelchair = vehicle.kind == "wheelchair_accessible"
    board = area.value("transport.boarding_wheelchair_minutes" if wheelchair else "transport.boarding_minutes")
    leg_km, leg_minutes = _leg(area, n_stops, homes)
    per_stop = leg_minutes + board
    load = _load(vehicle, travellers, (homes.limit_minutes - homes.minutes - board) / per_stop, stops_each)
    stops = np.maximum(load * stops_each, 1.0)
    trips = np.where(travellers > 0, np.maximum(travellers / load, np.minimum(travellers, 1.0)), 0.0)
    km = 2 * trips * (homes.km + (stops - 1) * leg_km)
    minutes = 2 * trips * (homes.minutes + (stops - 1) * per_stop + board)
    second_runs = levers.stagger_share / 2 if vehicle.kind.endswith("minibus") else 0.0
    vehicles = trips * (1 - second_runs)
    assistants = vehicles * vehicle.assistant_share
    gbp = vehicles * vehicle.day_gbp + km * vehicle.gbp_per_km + minutes * vehicle.gbp_per_minute
    gbp = gbp + assistants * vehicle.assistant_gbp
    return Runs(vehicles, km, board + (stops - 1) / 2 * per_stop, assistants, gbp)


def _leg(area: Area, stops: Floats, homes: Homes) -> tuple[Floats, Floats]:
    crow = LEG * np.sqrt(homes.area_km2 / np.maximum(stops, 1.0))
    km = crow * distance.drive_detour(crow, homes.rural, area)
    return km, distance.drive_minutes(km, homes.rural, area)


def _load(vehicle: Vehicle, travellers: Floats, legs_within_guide: Floats, stops_each: float) -> Floats:
    """Return children on a run: no more than there are, than have a seat, or than can be home within the guide."""
    room = vehicle.wheelchair_spaces or vehicle.seats
    within = (1 + np.maximum(legs_within_guide, 0.0)) / stops_each
    return np.asarray(np.clip(np.minimum(within, np.maximum(travellers, 1.0)), 1.0, room), dtype=np.float64)
