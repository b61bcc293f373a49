"""Two schools on one run: for a share of riders, and where that costs less, with the school nearest by."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.transport.cost.homes import Homes
from sufficiency.transport.cost.runs import Floats, Runs, runs
from sufficiency.transport.cost.school_run_rates import SchoolRunRates, Vehicle
from sufficiency.transport.modes.modes import Levers


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Each school's nearest other: its position, and how far it is by straight line. [km]"""

    nearest: npt.NDArray[np.int64]
    apart_km: Floats

    @classmethod
    def of(cls, points: pd.DataFrame) -> Neighbours | None:
        """Return the neighbours of schools at these eastings and northings; nothing where there is one school."""
        at = points[["easting", "northing"]].to_numpy(dtype=float) / 1000
        if len(at) < 2:
            return None
        apart = np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
        np.fill_diagonal(apart, np.inf)
        nearest = apart.argmin(axis=1).astype(np.int64)
        return cls(nearest, apart[np.arange(len(at)), nearest])


def runs_with_neighbour(
    rates: SchoolRunRates,
    riders: Floats,
    homes: Homes,
    vehicle: Vehicle,
    levers: Levers,
    neighbours: Neighbours | None,
) -> Runs:
    """Return runs for each school alone or, for a share of riders and where that costs less, with its nearest neighbour."""
    own = runs(rates, riders, homes, vehicle, levers)
    if levers.sharing_share == 0 or vehicle.seats == 1 or neighbours is None:
        return own
    both = riders + riders[..., neighbours.nearest]
    pooled = _pooled(rates, riders, homes, neighbours)
    together = runs(rates, both * levers.sharing_share, pooled, vehicle, levers)
    part = np.divide(riders, both, out=np.zeros_like(riders), where=both > 0)
    alone = runs(rates, riders * (1 - levers.sharing_share), homes, vehicle, levers)
    gains = alone.gbp + together.gbp * part < own.gbp
    mixed = {
        name: np.where(gains, getattr(alone, name) + getattr(together, name) * part, getattr(own, name))
        for name in ("vehicles", "km", "assistants", "gbp")
    }
    longer = (1 - levers.sharing_share) * alone.minutes_more + levers.sharing_share * together.minutes_more
    return Runs(minutes_more=np.where(gains, longer, own.minutes_more), **mixed)


def _pooled(rates: SchoolRunRates, riders: Floats, homes: Homes, neighbours: Neighbours) -> Homes:
    """Return the homes of two schools together: each run calls at both, and their homes spread over both areas."""
    near, apart_km = neighbours.nearest, neighbours.apart_km
    mine = np.divide(riders, riders + riders[..., near], out=np.full_like(riders, 0.5), where=riders > 0)
    mixed = {
        f.name: mine * getattr(homes, f.name) + (1 - mine) * getattr(homes, f.name)[..., near] for f in fields(Homes)
    }
    between = apart_km * rates.road_over_crow / 2
    mixed["minutes"] = mixed["minutes"] + between * mixed["minutes"] / np.maximum(mixed["km"], 0.1)
    mixed["km"] = mixed["km"] + between
    along = mixed["area_km2"] / (4 * np.pi)
    mixed["area_km2"] = 4 * np.pi * np.sqrt(along * (along + mine * (1 - mine) * apart_km**2))
    return Homes(**mixed)
