"""The school run of an area: who travels, how, and what it costs, in every draw.

Expected placements say where travellers live and so how far they go; the draws say how many there are. Whatever a lever
changes starts in the year after the base, so the base year, which costs are calibrated on, is today's practice.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import distance, tables
from sufficiency.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.school_year import phase_of
from sufficiency.transport.calibration import calibrate
from sufficiency.transport.cost import Floats, Homes
from sufficiency.transport.modes import MODES, VEHICLES, WAYS, Levers, guide_minutes, trained_share, travellers, ways
from sufficiency.transport.result import Journeys
from sufficiency.transport.travel import travel
from sufficiency.transport.year_cost import price_year
from sufficiency.vocabulary import UNPLACED

CELL: Final = ("authority", "need", "phase", "setting")
PLACE: Final = ("year", "authority", "setting")


def journeys(area: Area, placed: tables.PlacedResult, *, seed: int = 7) -> Journeys:
    """Return how the children who are placed get to school, and what it costs.

    Parameters
    ----------
    area
        Its zones, settings, travel, vehicles and assumptions `transport.*`; levers are assumptions too.
    placed
        An allocation: expected placements and who attends where in each draw. Children without a place are left out.
    seed
        The fast estimate's error is drawn from it, setting by setting, the same for every scenario.

    Returns
    -------
    Journeys
        Children, vehicles, km, cost and more, by draw, year, authority, setting and mode; cost by financial year.

    Raises
    ------
    MissingError
        If the allocation has nobody to carry.
    """
    rows = _rows(area, placed.placements)
    attending = placed.attending.drop_sel(setting=[s for s in placed.attending["setting"].values if s == UNPLACED])
    unknown = sorted(set(attending["setting"].values) - set(area.settings["setting"]))
    if unknown:
        raise InputError(f"the allocation has settings that the area lacks: {', '.join(unknown[:3])}")
    today = xr.DataArray(attending["year"].values <= area.base_year, dims="year")
    homes, noise = _homes(area, rows, attending), _noise(area, attending, seed)
    runs = _practice(area, rows, attending, homes, noise, Levers())
    levers = Levers.of(area)
    if not levers.is_today:
        runs = runs.where(today, _practice(area, rows, attending, homes, noise, levers))
    runs["beyond_guide"] = runs["children"] * _share_beyond(area, rows, runs)
    return Journeys(area, runs, rows, calibrate(area, runs))


def _practice(
    area: Area, rows: pd.DataFrame, attending: xr.DataArray, homes: Homes, noise: xr.DataArray, levers: Levers
) -> xr.Dataset:
    """Return a year's transport with some levers pulled; training is paid for beside the pass."""
    shares = ways(area, rows, levers)
    by_way = _travellers(rows, attending, shares, list(WAYS))
    runs = price_year(area, by_way, homes, levers, noise)
    if levers.training_more:
        more = _travellers(rows, attending, trained_share(area, rows, levers)[:, None], ["pass"]).rename(way="mode")
        paid = (more * area.value("transport.training_gbp")).reindex(mode=list(MODES), fill_value=0.0)
        runs["gbp"] = (runs["gbp"] + paid).transpose(*runs["gbp"].dims)
    return runs


def _rows(area: Area, placements: pd.DataFrame) -> pd.DataFrame:
    """Return placements with distances, zone and phase, and who travels."""
    if not len(placements) or not (placements["setting"] != UNPLACED).any():
        raise MissingError(f"nobody is placed at a specialist setting in {area.name}: there is no journey to price")
    rows = placements[placements["setting"] != UNPLACED].drop(columns=["km", "minutes"])
    pairs = travel(area)
    pairs["is_walk_estimated"] = (pairs["source"] == distance.ESTIMATED) | pairs["walk_km"].isna()
    estimated = distance.travel_table(area.zones, area.settings, area)
    pairs["walk_km"] = pairs["walk_km"].fillna(estimated["walk_km"])
    rows = rows.merge(
        pairs[["zone", "setting", "km", "minutes", "walk_km", "is_walk_estimated"]], on=["zone", "setting"], how="left"
    )
    zones = area.zones.set_index("zone")
    for column in ("district", "easting", "northing", "is_rural"):
        rows[column] = rows["zone"].map(zones[column])
    rows["home_spread_km"] = rows["zone"].map(distance.home_spread_km(area.zones))
    rows["phase"] = phase_of(rows["ncy"].to_numpy())
    return travellers(area, rows)


def _travellers(rows: pd.DataFrame, attending: xr.DataArray, shares: Floats, names: list[str]) -> xr.DataArray:
    """Return travellers: draw × year × authority × setting × way. [children]"""
    amounts = shares * rows["travellers"].to_numpy()[:, None]
    rates = np.stack([_rate(rows, attending, amount) for amount in amounts.T], axis=-1)
    children = attending.transpose("draw", "year", *CELL).to_numpy()
    found = np.einsum("dyanps,anpsw->dyasw", children, rates, optimize=True)
    coords = {d: attending[d].values for d in ("draw", *PLACE)}
    return xr.DataArray(found, dims=("draw", *PLACE, "way"), coords={**coords, "way": names})


def _rate(rows: pd.DataFrame, attending: xr.DataArray, amount: Any) -> Floats:
    """Return `amount` a child in each cell of `CELL`; a cell with nobody expected has that of its need and phase."""
    known = rows[list(CELL)].assign(amount=amount, children=rows["children"].to_numpy(dtype=float))
    index = pd.MultiIndex.from_product([attending[c].values for c in CELL], names=CELL)
    own = known.groupby(list(CELL))[["amount", "children"]].sum()
    wide = known.groupby(["need", "phase"])[["amount", "children"]].sum()
    rate = (own["amount"] / own["children"]).reindex(index)
    broad = (wide["amount"] / wide["children"]).reindex(
        pd.MultiIndex.from_arrays([index.get_level_values(c) for c in ("need", "phase")])
    )
    overall = known["amount"].sum() / max(known["children"].sum(), 1e-9)
    filled = rate.to_numpy(dtype=float)
    filled = np.where(np.isnan(filled), broad.to_numpy(dtype=float), filled)
    filled = np.where(np.isnan(filled), overall, filled)
    return np.asarray(filled.reshape([attending.sizes[c] for c in CELL]), dtype=np.float64)


def _homes(area: Area, rows: pd.DataFrame, attending: xr.DataArray) -> Homes:
    """Return where travellers live, by year, authority and setting; where nobody is expected, by setting, then all."""
    rows = rows.assign(limit=guide_minutes(area, rows["ncy"]))
    index = pd.MultiIndex.from_product([attending[d].values for d in PLACE], names=PLACE)
    found = _spread(rows, list(PLACE)).reindex(index)
    by_setting = _spread(rows, ["setting"]).reindex(index.get_level_values("setting")).set_axis(index)
    filled = found.fillna(by_setting).fillna(_spread(rows.assign(all="all"), ["all"]).iloc[0])
    shape = [attending.sizes[d] for d in PLACE]
    return Homes(**{c: filled[c].to_numpy(dtype=float).reshape(shape) for c in filled})


def _spread(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return weighted means, and the area of the ellipse that homes spread over as if evenly: 4π √det of their covariance."""
    weight = rows["travellers"].clip(lower=1e-9)
    facts = {
        "km": rows["km"],
        "minutes": rows["minutes"],
        "rural": rows["is_rural"].astype(float),
        "limit_minutes": rows["limit"],
        "x": rows["easting"] / 1000,
        "y": rows["northing"] / 1000,
    }
    facts |= {"xx": facts["x"] ** 2, "yy": facts["y"] ** 2, "xy": facts["x"] * facts["y"]}
    facts["within"] = rows["home_spread_km"] ** 2
    keys = [rows[k] for k in by]
    total = weight.groupby(keys).sum()
    mean = pd.DataFrame({name: (fact * weight).groupby(keys).sum() / total for name, fact in facts.items()})
    xx, yy = (mean[a + a] - mean[a] ** 2 + mean["within"] for a in "xy")
    xy = mean["xy"] - mean["x"] * mean["y"]
    det = (xx * yy - xy**2).clip(lower=1e-4)
    return mean[["km", "minutes", "rural", "limit_minutes"]].assign(area_km2=4 * np.pi * np.sqrt(det))


def _noise(area: Area, attending: xr.DataArray, seed: int) -> xr.DataArray:
    """Return a factor on the cost of shared runs, draw × setting: the fast estimate's error, the same in every scenario."""
    spread, draws = area.value("transport.round_share_error"), attending["draw"].values
    factors = []
    for setting in attending["setting"].values:
        own = np.random.SeedSequence([seed, zlib.crc32(str(setting).encode())])
        factors.append(np.exp(spread * np.random.default_rng(own).standard_normal(int(draws.max()) + 1)[draws]))
    dims = ("draw", "setting")
    return xr.DataArray(np.stack(factors, axis=1), dims=dims, coords={d: attending[d].values for d in dims})


def _share_beyond(area: Area, rows: pd.DataFrame, runs: xr.Dataset) -> xr.DataArray:
    """Return the share of travellers who ride longer than the guide: year × authority × setting × mode.

    A child's ride is the direct drive from home and, where it is shared, the mean time that others add.
    """
    more = runs["minutes_more"].mean("draw")
    spare = guide_minutes(area, rows["ncy"]) - rows["minutes"].to_numpy()
    index = pd.MultiIndex.from_product([runs[d].values for d in PLACE], names=PLACE)
    at = index.get_indexer(pd.MultiIndex.from_frame(rows[list(PLACE)]))
    weight = rows["travellers"].to_numpy()
    total = np.bincount(at, weight, minlength=len(index))
    flat = more.transpose(*PLACE, "mode").to_numpy().reshape(len(index), -1)
    found = np.zeros_like(flat)
    for m, mode in enumerate(runs["mode"].values):
        if mode in VEHICLES:
            late = weight * (flat[at, m] > spare)
            found[:, m] = np.bincount(at, late, minlength=len(index)) / np.maximum(total, 1e-9)
    shape = [runs.sizes[d] for d in (*PLACE, "mode")]
    return xr.DataArray(found.reshape(shape), dims=(*PLACE, "mode"), coords={d: runs[d] for d in (*PLACE, "mode")})
