"""The school run of an area: who travels, how, and what it costs, in every draw.

Every child who is entitled is carried, wherever they are: those placed at schools on the list, whose rounds are
approximated; those turned away, at their destination; and all other children with plans, by type of setting. Expected
placements say where travellers live and so how far they go; the draws say how many there are. Whatever a lever
changes starts in the year after the base, so the base year, which costs are calibrated on, is today's practice.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sufficiency import estimated_travel, prices, tables
from sufficiency.area.area import Area
from sufficiency.area.setting_keys import keys
from sufficiency.errors import InputError, MissingError
from sufficiency.transport.cost.calibration import calibrate
from sufficiency.transport.cost.elsewhere import Mix, price_elsewhere
from sufficiency.transport.cost.homes import PLACE, Floats, Homes, homes_of, so_far
from sufficiency.transport.cost.neighbours import Neighbours
from sufficiency.transport.cost.sampled import Estimate
from sufficiency.transport.cost.school_run_rates import SchoolRunRates
from sufficiency.transport.cost.school_year_cost import price_year
from sufficiency.transport.journeys_result import Journeys
from sufficiency.transport.modes.carried import carried, expected, traits, with_support_plans
from sufficiency.transport.modes.modes import (
    MODES,
    VEHICLES,
    WAYS,
    Levers,
    guide_minutes,
    trained_share,
    travellers,
    ways,
)
from sufficiency.transport.roads.travel import travel
from sufficiency.words import run_options
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import phase_of

CELL: Final = ("year", "authority", "need", "phase", "setting")


def journeys(
    area: Area,
    placed: tables.PlacedResult,
    *,
    estimate: Estimate | None = None,
    seed: int = 7,
    support_plans: xr.DataArray | None = None,
) -> Journeys:
    """Return how children with plans get to school, wherever they are, and what it costs.

    Parameters
    ----------
    area
        Its zones, settings, travel, vehicles and assumptions `transport.*`; levers are assumptions too.
    placed
        An allocation: expected placements, who attends where in each draw, destinations last, all others with plans, and
        what is drawn for each destination.
    estimate
        Of what rounds cost, calibrated on the area's own routed samples (`Journeys.estimate`); by default, on the example's.
    seed
        The error of the approximation of rounds is drawn from it, setting by setting, and so are shares carried elsewhere
        and how far; the same for every scenario.
    support_plans
        Children moved to Individual Support Plans (`PlanForecast.support_plans`): entitlement rests on need, distance and
        route, not on a plan, so they are carried as others of their type of setting are.

    Returns
    -------
    Journeys
        Children, vehicles, km, cost and more, by draw, year, authority, setting and mode; cost by financial year, in
        cash and in constant prices.

    Raises
    ------
    MissingError
        If the allocation has nobody to carry.
    """
    rows = _rows(area, placed.placements)
    attending = placed.attending.drop_sel(setting=[s for s in placed.attending["setting"].values if s in DESTINATIONS])
    unknown = sorted(set(attending["setting"].values) - set(area.settings["setting"]))
    if unknown:
        raise InputError(f"the allocation has settings that the area lacks: {', '.join(unknown[:3])}")
    today = xr.DataArray(attending["year"].values <= area.base_year, dims="year")
    homes = homes_of(area, rows, attending)
    spread = area.value("transport.round_share_error") if estimate is None else estimate.error_sd
    run_options.seed(seed)
    noise = _noise(area, attending, spread, seed)
    practice = partial(_practice, area, rows, attending, homes, noise, estimate)
    runs = practice(Levers())
    levers = Levers.of(area)
    if not levers.is_today:
        runs = runs.where(today, practice(levers))
    runs["beyond_guide"] = runs["children"] * _share_beyond(area, rows, runs)
    others = with_support_plans(area, placed, support_plans)
    away = expected(area, placed, others=others)
    found = carried(area, placed, seed=seed, others=others)
    whole = xr.concat([runs, _elsewhere(area, rows, away, found, seed)], dim="setting")
    draws = attending["draw"]
    growth = prices.drawn_rate(
        area, "transport.price_growth", prices.Futures(tuple(int(d) for d in draws.values), seed)
    )
    rates = xr.DataArray(growth, dims="draw", coords={"draw": draws.values})
    return Journeys(area, whole, rows, *away, rates, calibrate(area, whole), spread)


def _elsewhere(
    area: Area, rows: pd.DataFrame, away: tuple[pd.DataFrame, pd.DataFrame], found: xr.Dataset, seed: int
) -> xr.Dataset:
    """Return the school run of all who aren't at a school on the list, as of those who are; nobody's ride is timed."""
    settings = [str(s) for s in found["setting"].values]
    known = traits(area, settings, *away)
    mix = Mix.of(area, settings, found["draw"].values, seed)
    pace = _pace(rows, found["year"].values)
    rates, levers = SchoolRunRates.of(area), Levers.of(area)
    runs = price_elsewhere(rates, found, mix, minutes_per_km=pace)
    if not levers.is_today:
        able = known["able"].to_numpy()
        moved = mix.moved(levers, able=able, pick_up_children=rates.pick_up_children)
        later = price_elsewhere(rates, found, moved, minutes_per_km=pace)
        trained = xr.DataArray(moved.trained, dims=("draw", "setting")) * found["children"]
        is_pass = xr.DataArray(later["mode"] == "pass")
        later["gbp"] = later["gbp"] + (trained * area.value("transport.training_gbp") * is_pass).transpose(
            *later["gbp"].dims
        )
        runs = runs.where(found["year"] <= area.base_year, later)
    contribution = area.value("transport.sixth_form_contribution_gbp")
    if contribution:
        share = xr.DataArray(known["sixth_form"].to_numpy(), dims="setting")
        runs["gbp"] = runs["gbp"] - (runs["children"] * share * contribution).transpose(*runs["gbp"].dims)
    return runs.assign(beyond_guide=xr.zeros_like(runs["children"]))


def _pace(rows: pd.DataFrame, years: npt.NDArray[np.int64]) -> Floats:
    """Return minutes per km of each year's travellers to schools on the list: year × authority × setting, to spread."""
    driven = rows[["minutes", "km"]].mul(rows["travellers"], axis=0).groupby(rows["year"]).sum().reindex(years)
    pace = (driven["minutes"] / driven["km"].clip(lower=1e-9)).ffill().bfill()
    return np.asarray(pace.to_numpy()[:, None, None], dtype=np.float64)


def _practice(
    area: Area,
    rows: pd.DataFrame,
    attending: xr.DataArray,
    homes: Homes,
    noise: xr.DataArray,
    estimate: Estimate | None,
    levers: Levers,
) -> xr.Dataset:
    """Return a year's transport with some levers pulled; training is paid for beside the pass, contributions are taken off."""
    shares = ways(area, rows, levers)
    daily = rows["travellers"].to_numpy()[:, None]
    boarding = rows["boarders"].to_numpy()[:, None]
    by_way = _travellers(rows, attending, np.hstack([shares * daily, boarding]), [*WAYS, "boarding"])
    places = area.settings.set_index("setting").loc[list(by_way["setting"].values)]
    runs = price_year(
        SchoolRunRates.of(area),
        by_way,
        homes,
        levers,
        neighbours=Neighbours.of(places),
        noise=noise,
        estimate=estimate,
    )
    if levers.training_more:
        more = _travellers(rows, attending, trained_share(area, rows, levers)[:, None] * daily, ["pass"]).rename(
            way="mode"
        )
        paid = (more * area.value("transport.training_gbp")).reindex(mode=list(MODES), fill_value=0.0)
        runs["gbp"] = (runs["gbp"] + paid).transpose(*runs["gbp"].dims)
    contribution = area.value("transport.sixth_form_contribution_gbp")
    if contribution:
        sixth_form = rows["ncy"].between(12, 14).to_numpy(dtype=float)[:, None]
        part = _travellers(rows, attending, sixth_form * daily, ["part"]).sel(way="part", drop=True)
        share = part / by_way.sum("way").clip(min=1e-9)
        runs["gbp"] = runs["gbp"] - (runs["children"] * share * contribution).transpose(*runs["gbp"].dims)
    return runs


def _rows(area: Area, placements: pd.DataFrame) -> pd.DataFrame:
    """Return placements with distances, zone and phase, and who travels."""
    at_schools = placements[~placements["setting"].isin(DESTINATIONS)]
    if at_schools.empty:
        raise MissingError(f"nobody is placed at a specialist setting in {area.name}: there is no journey to price")
    rows = at_schools.drop(columns=["km", "minutes"])
    pairs = travel(area)
    pairs["is_walk_estimated"] = (pairs["source"] == estimated_travel.ESTIMATED) | pairs["walk_km"].isna()
    estimated = estimated_travel.travel_table(area.zones, area.settings, area)
    pairs["walk_km"] = pairs["walk_km"].fillna(estimated["walk_km"])
    rows = rows.merge(
        pairs[["zone", "setting", "km", "minutes", "walk_km", "is_walk_estimated"]], on=["zone", "setting"], how="left"
    )
    zones = area.zones.set_index("zone")
    for column in ("district", "easting", "northing", "is_rural"):
        rows[column] = rows["zone"].map(zones[column])
    rows["home_spread_km"] = rows["zone"].map(estimated_travel.home_spread_km(area.zones))
    rows["phase"] = phase_of(rows["ncy"].to_numpy())
    return travellers(area, rows)


def _travellers(rows: pd.DataFrame, attending: xr.DataArray, amounts: Floats, names: list[str]) -> xr.DataArray:
    """Return travellers by way, as `amounts` has them row by row: draw × year × authority × setting × way. [children]"""
    rates = _rates(rows, attending, pd.DataFrame(amounts, columns=names, index=rows.index))
    children = attending.transpose("draw", *CELL).to_numpy()
    found = np.einsum("dyanps,yanpsw->dyasw", children, rates)
    coords = {d: attending[d].values for d in ("draw", *PLACE)}
    return xr.DataArray(found, dims=("draw", *PLACE, "way"), coords={**coords, "way": names})


def _rates(rows: pd.DataFrame, attending: xr.DataArray, amounts: pd.DataFrame) -> Floats:
    """Return amounts a child in each cell of `CELL`; one with nobody expected has that of its years so far, or its need's."""
    known = rows[list(CELL)].assign(children=rows["children"].to_numpy(dtype=float), **amounts)
    index = pd.MultiIndex.from_product([attending[c].values for c in CELL], names=CELL)
    years = [int(y) for y in attending["year"].values]
    names = list(amounts.columns)
    wider = [so_far(_totals(known, by, names), years) for by in (CELL, ("year", "need", "phase"), ("year", "phase"))]
    found = pd.DataFrame(np.nan, index=index, columns=names)
    for total in (_totals(known, CELL, names), *wider):
        rate = total[names].div(total["children"].where(total["children"] > 0), axis=0)
        at = index.droplevel([c for c in CELL if c not in total.index.names])
        found = found.fillna(rate.reindex(at).set_axis(index))
    overall = amounts.sum() / max(known["children"].sum(), 1e-9)
    return np.asarray(
        found.fillna(overall).to_numpy().reshape([*(attending.sizes[c] for c in CELL), -1]), dtype=np.float64
    )


def _totals(known: pd.DataFrame, by: Sequence[str], names: list[str]) -> pd.DataFrame:
    return known.groupby(list(by))[["children", *names]].sum()


def _noise(area: Area, attending: xr.DataArray, spread: float, seed: int) -> xr.DataArray:
    """Return a factor on the cost of shared runs, draw × setting: the error of the approximation, the same in every scenario."""
    draws, known = attending["draw"].values, dict(zip(area.settings["setting"], keys(area.settings), strict=True))
    factors = []
    for setting in attending["setting"].values:
        own = np.random.SeedSequence([seed, int(known.get(setting, zlib.crc32(str(setting).encode())))])
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
