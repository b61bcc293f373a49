"""What the school run costs a vehicle, a km and a pass: an area's own rates, else the assumed ones, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import InputError, nearest
from sufficiency.transport.modes.modes import VEHICLES


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

    @property
    def room(self) -> int:
        """How many children of those that it is for fit in: in wheelchairs where it has spaces for them. [children]"""
        return self.wheelchair_spaces or self.seats

    @property
    def crewed_day_gbp(self) -> float:
        """Vehicle, driver and the average cost of an assistant, a day. [GBP]"""
        return self.day_gbp + self.assistant_share * self.assistant_gbp


@dataclass(frozen=True)
class SchoolRunRates:
    """The few numbers that a school year's transport is priced with."""

    vehicles: Mapping[str, Vehicle]  # by kind
    boarding_minutes: float  # a stop
    boarding_wheelchair_minutes: float  # a stop
    road_over_crow: float  # between homes
    leg_over_root_area: float  # a leg, by straight line, over √(area ÷ stops)
    pick_up_children: float  # at a pick-up point, where a lever makes some
    minibus_share: float  # of those who share; below 0: by cost
    choice_gbp: float  # spread of prices in the market [GBP a child a day]
    minibus_preference_gbp: float  # paid more for a minibus than for taxis [GBP a child a day]
    in_house_share: float  # of minibus travellers
    rounds_over_estimate: float  # routed cost over approximate cost, where an area has not been sampled
    school_days: float  # a year
    boarding_returns: float  # return journeys a year of those who board
    pass_gbp: float  # a year
    budget_gbp_per_km: float
    empty_km_share: float  # km without a child for each with one
    co2_car_kg_per_km: float
    co2_taxi_kg_per_km: float
    co2_minibus_kg_per_km: float

    @classmethod
    def of(cls, area: Area) -> SchoolRunRates:
        """Return an area's rates."""
        names = [name for name in cls.__dataclass_fields__ if name != "vehicles"]
        return cls(MappingProxyType(_fleet(area)), **{name: area.value(f"transport.{name}") for name in names})


def _fleet(area: Area) -> dict[str, Vehicle]:
    """Return the rates of each kind of vehicle: the area's own where its vehicles table has them.

    An area's own day rate is for the vehicle, its driver and any assistant; the assumed one adds the assistant.
    """
    own = area.vehicles.set_index("vehicle")
    unknown = [kind for kind in own.index if kind not in VEHICLES]
    if unknown:
        raise InputError(
            f"vehicles.csv: '{unknown[0]}' is not one of {', '.join(VEHICLES)}{nearest(unknown[0], VEHICLES)}"
        )
    return {kind: _vehicle(area, kind, own.loc[kind] if kind in own.index else None) for kind in VEHICLES}


def _vehicle(area: Area, kind: str, own: pd.Series | None) -> Vehicle:
    assistants = area.value(f"transport.{kind}_assistant_share")
    if own is not None:
        day, per_km, per_minute = (float(own[c]) for c in ("fixed_gbp", "gbp_per_km", "gbp_per_minute"))
        seats, spaces = int(own["seats"]), int(own["wheelchair_spaces"])
        return Vehicle(kind, seats, spaces, day, per_km, per_minute, assistants, 0.0)
    spaces = int(area.value(f"transport.{kind}_spaces")) if kind == "wheelchair_accessible" else 0
    day, per_km = area.value(f"transport.{kind}_day_gbp"), area.value(f"transport.{kind}_gbp_per_km")
    seats, assistant = int(area.value(f"transport.{kind}_seats")), area.value("transport.assistant_day_gbp")
    return Vehicle(kind, seats, spaces, day, per_km, 0.0, assistants, assistant)
