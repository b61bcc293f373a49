"""A school year's transport: from travellers by way of travelling to children, vehicles, km and cost by mode."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import distance
from sufficiency.area.area import Area
from sufficiency.transport.cost.runs import Floats, Homes, Runs, Vehicle, fleet, runs
from sufficiency.transport.modes.modes import MODES, Levers

MEASURES: Final = ("children", "vehicles", "km", "assistants", "minutes_more", "co2_kg", "gbp")
DIMS: Final = ("draw", "year", "authority", "setting")
SHARED: Final = ("shared_taxi", "minibus", "in_house_minibus")
_FUEL: Final = {"minibus": "minibus", "in_house_minibus": "minibus", "budget": "car"}  # every other vehicle is a taxi


def price_year(
    area: Area, by_way: xr.DataArray, homes: Homes, levers: Levers, *, factor: Floats, noise: xr.DataArray
) -> xr.Dataset:
    """Return what each mode carries, needs and costs in each academic year.

    Parameters
    ----------
    by_way
        Travellers: draw × year × authority × setting × way. [children]
    homes
        Where they live: year × authority × setting.
    factor
        What the fast estimate makes of the cost of shared runs, over that of the plain one here, as `by_way` without way.
    noise
        That estimate's error, a factor: draw × setting.

    Returns
    -------
    Dataset
        Over draw × year × authority × setting × mode: `children`; `vehicles`, `km` (with a child aboard) and `assistants`
        a school day; `minutes_more`, a child's mean ride beyond the direct drive; `co2_kg` and `gbp` a year.
    """
    way = {str(w): by_way.sel(way=w).transpose(*DIMS).to_numpy() for w in by_way["way"].values}
    vehicles = fleet(area)
    known = area.value("transport.minibus_share")
    found = _mixed(area, way, homes, vehicles, levers, settings=list(by_way["setting"].values), known=known)
    found["solo_taxi"] = (way["solo"], runs(area, way["solo"], homes, vehicles["solo_taxi"]))
    error = noise.transpose("draw", "setting").to_numpy()[:, None, None, :] * factor
    growth = 1 + area.value("transport.price_growth")
    prices = (growth ** (by_way["year"].to_numpy() - area.base_year))[None, :, None, None]
    days = area.value("transport.school_days")
    modes = {
        mode: _measures(area, mode, riders, run, run.gbp * (1.0 if mode == "solo_taxi" else error) * days * prices)
        for mode, (riders, run) in found.items()
    }
    modes["pass"] = _without_runs(way["pass"], way["pass"] * area.value("transport.pass_gbp") * prices)
    modes["budget"] = _budget(area, way["budget"], homes, days, prices)
    coords = {d: by_way[d].values for d in DIMS} | {"mode": list(MODES)}
    return xr.Dataset(
        {name: ((*DIMS, "mode"), np.stack([modes[m][name] for m in MODES], axis=-1)) for name in MEASURES},
        coords=coords,
    )


def market_runs(area: Area, way: dict[str, Floats], homes: Homes) -> Floats:
    """Return what shared and wheelchair-accessible runs cost a school day, by least cost and no lever pulled. [GBP]"""
    found = _mixed(area, way, homes, fleet(area), Levers(), settings=[], known=-1.0)
    return np.asarray(sum(run.gbp for _, run in found.values()), dtype=np.float64)


def _mixed(
    area: Area,
    way: dict[str, Floats],
    homes: Homes,
    vehicles: dict[str, Vehicle],
    levers: Levers,
    *,
    settings: list[str],
    known: float,
) -> dict[str, tuple[Floats, Runs]]:
    """Return riders and runs of every kind of vehicle that is shared."""
    points = area.settings.set_index("setting").loc[settings, ["easting", "northing"]]
    shared = {kind: _shared(area, way["shared"], homes, vehicles[kind], levers, points) for kind in SHARED}
    # Who rides in what is settled by today's cost: a lever makes runs cheaper, it doesn't re-let every contract.
    plain = {kind: runs(area, way["shared"], homes, vehicles[kind]) for kind in SHARED}
    part = _market(area, way["shared"], plain, levers, known)
    found = {kind: (way["shared"] * part[kind], _scaled(shared[kind], part[kind])) for kind in SHARED}
    kind = "wheelchair_accessible"
    found[kind] = (way["wheelchair"], _shared(area, way["wheelchair"], homes, vehicles[kind], levers, points))
    return found


def _market(area: Area, riders: Floats, each: dict[str, Runs], levers: Levers, known: float) -> dict[str, Floats]:
    """Return the share of those who share who ride in each kind: what costs least there, unless minibuses' is known.

    A share is the chance that a school's runs are of that kind, so each kind is costed as if it carried everyone.
    """
    apart = (each["shared_taxi"].gbp - each["minibus"].gbp) / np.maximum(riders, 1e-9)
    by_cost = 1 / (1 + np.exp(-np.clip(apart / area.value("transport.choice_gbp"), -30, 30)))
    minibus = by_cost if known < 0 else np.full_like(by_cost, known)
    in_house = minibus * area.value("transport.in_house_share")
    contract, taxi = minibus - in_house, 1 - minibus
    moved = levers.in_house_more * (contract + taxi)
    kept = 1 - levers.in_house_more
    return {"shared_taxi": taxi * kept, "minibus": contract * kept, "in_house_minibus": in_house + moved}


def _scaled(run: Runs, part: Floats) -> Runs:
    scaled = {name: getattr(run, name) * part for name in ("vehicles", "km", "assistants", "gbp")}
    return Runs(minutes_more=run.minutes_more, **scaled)


def _shared(area: Area, riders: Floats, homes: Homes, vehicle: Vehicle, levers: Levers, points: pd.DataFrame) -> Runs:
    """Return runs for one school alone or, for a share of riders and where that costs less, with its nearest neighbour."""
    own = runs(area, riders, homes, vehicle, levers)
    if levers.sharing_share == 0 or vehicle.seats == 1 or riders.shape[-1] < 2:
        return own
    partner, apart_km = _partners(points)
    both = riders + riders[..., partner]
    together = runs(area, both * levers.sharing_share, _pooled(area, riders, homes, partner, apart_km), vehicle, levers)
    part = np.divide(riders, both, out=np.zeros_like(riders), where=both > 0)
    alone = runs(area, riders * (1 - levers.sharing_share), homes, vehicle, levers)
    gains = alone.gbp + together.gbp * part < own.gbp
    mixed = {
        name: np.where(gains, getattr(alone, name) + getattr(together, name) * part, getattr(own, name))
        for name in ("vehicles", "km", "assistants", "gbp")
    }
    longer = (1 - levers.sharing_share) * alone.minutes_more + levers.sharing_share * together.minutes_more
    return Runs(minutes_more=np.where(gains, longer, own.minutes_more), **mixed)


def _partners(points: pd.DataFrame) -> tuple[Any, Floats]:
    """Return each setting's nearest other by position, and how far it is by straight line. [km]"""
    at = points.to_numpy(dtype=float) / 1000
    apart = np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    nearest = apart.argmin(axis=1)
    return nearest, apart[np.arange(len(at)), nearest]


def _pooled(area: Area, riders: Floats, homes: Homes, partner: Any, apart_km: Floats) -> Homes:
    """Return the homes of two schools together: each run calls at both, and their homes spread over both areas."""
    mine = np.divide(riders, riders + riders[..., partner], out=np.full_like(riders, 0.5), where=riders > 0)
    mixed = {
        name: mine * getattr(homes, name) + (1 - mine) * getattr(homes, name)[..., partner]
        for name in ("km", "minutes", "area_km2", "rural", "limit_minutes")
    }
    between = apart_km * distance.drive_detour(apart_km, mixed["rural"], area) / 2
    mixed["minutes"] = mixed["minutes"] + distance.drive_minutes(between, mixed["rural"], area)
    mixed["km"] = mixed["km"] + between
    along = mixed["area_km2"] / (4 * np.pi)
    mixed["area_km2"] = 4 * np.pi * np.sqrt(along * (along + mine * (1 - mine) * apart_km**2))
    return replace(homes, **mixed)


def _measures(area: Area, mode: str, riders: Floats, run: Runs, gbp: Floats) -> dict[str, Floats]:
    loaded = run.km * area.value("transport.school_days") * (1 + area.value("transport.empty_km_share"))
    kg = loaded * area.value(f"transport.co2_{_FUEL.get(mode, 'taxi')}_kg_per_km")
    more = np.broadcast_to(run.minutes_more, riders.shape)
    names = ("children", "vehicles", "km", "assistants", "minutes_more", "co2_kg", "gbp")
    return dict(zip(names, (riders, run.vehicles, run.km, run.assistants, more, kg, gbp), strict=True))


def _without_runs(riders: Floats, gbp: Floats) -> dict[str, Floats]:
    return dict.fromkeys(MEASURES, np.zeros_like(riders)) | {"children": riders, "gbp": gbp}


def _budget(area: Area, riders: Floats, homes: Homes, days: float, prices: Floats) -> dict[str, Floats]:
    """Return families driving their own: two journeys there and back a day, paid by the km."""
    km = riders * 4 * homes.km
    gbp = km * area.value("transport.budget_gbp_per_km") * days * prices
    kg = km * days * area.value("transport.co2_car_kg_per_km")
    return _without_runs(riders, gbp) | {"km": km, "co2_kg": kg}
