"""What it takes to carry children to a school in one kind of vehicle: the one approximation of rounds, for thousands of draws.

With n stops spread evenly over A km², a leg between neighbours is 0.7124 √(A ÷ n) by straight line, times a detour. Homes
lie at seven distances from school, as a lognormal with the school's own mean and spread; from each, a vehicle drives to
school and one leg for each further stop, longer where homes are further out. As many ride together as is cheapest, of
those who have a seat and can be home within the guide. A day's runs are there in the morning and back in the afternoon.

Routed rounds cost less than this: by how much is measured, see `sampled.py` and `transport.rounds_over_estimate`.

References
----------
Beardwood, Halton and Hammersley (1959), *The shortest path through many points*; Daganzo (2005), *Logistics Systems
Analysis*; Figliozzi (2008), Transportation Research Record 2089.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.transport.cost.homes import Homes
from sufficiency.transport.cost.school_run_rates import SchoolRunRates, Vehicle
from sufficiency.transport.modes.modes import Levers

Floats = npt.NDArray[np.float64]

DISTANCES: Final = 7


@dataclass(frozen=True, eq=False)
class Runs:
    """What it takes to carry travellers, per school day, as arrays of one shape."""

    vehicles: Floats
    km: Floats  # with a child aboard, both ways [km]
    minutes_more: Floats  # a child's mean ride beyond the direct drive, one way [minutes]
    assistants: Floats
    gbp: Floats

    def times(self, share: Floats | float) -> Runs:
        """Return the runs of a share of the travellers; each child's ride is as long as before."""
        scaled = {name: getattr(self, name) * share for name in ("vehicles", "km", "assistants", "gbp")}
        return replace(self, **scaled)


@dataclass(frozen=True, eq=False)
class _Legs:
    """From one distance: the drive to school, and what each further stop adds."""

    km: Floats
    minutes: Floats
    leg_km: Floats
    leg_minutes: Floats  # boarding included
    board: float
    stops_each: float  # stops a child

    def further_stops(self, load: Floats | int) -> Floats:
        return np.maximum(load * self.stops_each, 1.0) - 1.0

    def ride(self, load: Floats | int) -> tuple[Floats, Floats]:
        """Return km and minutes of a run, one way."""
        more = self.further_stops(load)
        return self.km + more * self.leg_km, self.minutes + self.board + more * self.leg_minutes


def runs(
    rates: SchoolRunRates, travellers: Floats, homes: Homes, vehicle: Vehicle, levers: Levers | None = None
) -> Runs:
    """Return what it takes to carry `travellers` in one kind of vehicle.

    Parameters
    ----------
    travellers
        How many, of any shape that `homes` fits; fractions are expectations. [children]
    levers
        Pick-up points make fewer stops; staggered school times let a minibus run twice.
    """
    levers = levers or Levers()
    children = np.asarray(travellers, dtype=np.float64)
    stops_each = 1 - levers.pick_up_share * (1 - 1 / rates.pick_up_children)
    trips, km, minutes, more = (np.zeros(np.broadcast_shapes(children.shape, homes.km.shape)) for _ in range(4))
    for share, legs in _distances(rates, children * stops_each, homes, vehicle, stops_each):
        load = _cheapest_load(legs, vehicle, children, homes.limit_minutes)
        one_way_km, one_way_minutes = legs.ride(load)
        here = share * children / _aboard(load, children)
        trips += here
        km += 2 * here * one_way_km
        minutes += 2 * here * one_way_minutes
        more += share * (legs.board + legs.further_stops(load) / 2 * legs.leg_minutes)
    vehicles = trips * (1 - (levers.stagger_share / 2 if vehicle.kind.endswith("minibus") else 0.0))
    gbp = vehicles * vehicle.crewed_day_gbp + km * vehicle.gbp_per_km + minutes * vehicle.gbp_per_minute
    return Runs(vehicles, km, more, vehicles * vehicle.assistant_share, gbp)


def _distances(
    rates: SchoolRunRates, stops: Floats, homes: Homes, vehicle: Vehicle, stops_each: float
) -> list[tuple[float, _Legs]]:
    """Return each distance from school with the share of children who live there."""
    board = rates.boarding_wheelchair_minutes if vehicle.wheelchair_spaces else rates.boarding_minutes
    leg_km = rates.leg_over_root_area * np.sqrt(homes.area_km2 / np.maximum(stops, 1.0)) * rates.road_over_crow
    leg_minutes = leg_km * homes.minutes / np.maximum(homes.km, 0.1)
    sigma = np.sqrt(np.log1p(np.square(homes.spread)))
    nodes, weights = np.polynomial.hermite_e.hermegauss(DISTANCES)
    found = []
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        out = np.exp(sigma * node - sigma**2 / 2)
        thinner = np.sqrt(out)
        far = _Legs(
            homes.km * out, homes.minutes * out, leg_km * thinner, leg_minutes * thinner + board, board, stops_each
        )
        found.append((float(weight), far))
    return found


def _cheapest_load(legs: _Legs, vehicle: Vehicle, children: Floats, limit_minutes: Floats) -> Floats:
    """Return how many ride together where a child costs least; a direct ride is always allowed. [children]"""
    best = np.full(np.broadcast_shapes(children.shape, legs.km.shape), np.inf)
    chosen = np.ones_like(best)
    for load in range(1, vehicle.room + 1):
        km, minutes = legs.ride(load)
        trip = vehicle.crewed_day_gbp + 2 * km * vehicle.gbp_per_km + 2 * minutes * vehicle.gbp_per_minute
        each = np.where((load == 1) | (minutes <= limit_minutes), trip / _aboard(load, children), np.inf)
        better = each < best
        best, chosen = np.where(better, each, best), np.where(better, load, chosen)
    return chosen


def _aboard(load: Floats | int, children: Floats) -> Floats:
    """Return how many are on a run: no more than there are, and at least one, of whom a fraction is an expectation."""
    return np.minimum(load, np.maximum(children, 1.0))
