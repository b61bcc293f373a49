"""`places`: who goes where, year by year, over the expected demand and over draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sufficiency.allocate.overflow import sampled as overflow
from sufficiency.allocate.overflow import supply
from sufficiency.allocate.place import one_january, side_by_side
from sufficiency.allocate.place.attendance import Outside, attending_today, home_authority
from sufficiency.allocate.place.children import Children, Demand, demand_of
from sufficiency.allocate.place.ledger import Ledger
from sufficiency.allocate.place.need import hidden_shares
from sufficiency.allocate.place.one_future import Asked, Placing
from sufficiency.allocate.place.parts_of_value import Worth, rises
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.routes import RouteMap, route_map
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.scenarios import pipeline
from sufficiency.tables import PlansResult
from sufficiency.words import run_options
from sufficiency.words.school_year import PHASES, phase_of
from sufficiency.words.vocabulary import SPECIALIST

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EXPECTED: Final = -1  # the draw that stands for the expected demand


def places(
    area: Area,
    plans: PlansResult,
    *,
    travel: pd.DataFrame | None = None,
    draws: int | Sequence[int] = 100,
    seed: int = 7,
    workers: int | None = None,
) -> Placed:
    """Return where children who need a specialist place are, each January: at which setting, or where instead.

    Parameters
    ----------
    area
        Zones, settings, places, and where it has them attendance, suitability, travel and unit costs. Prices and
        rules are `allocate.*`. Places that are still to open are those of a scenario: `sf.AS_AGREED(area)`.
    plans
        A forecast: children whose type of setting is specialist are placed. [children]
    travel
        As `tables.TRAVEL`; by default the area's own, and straight lines for pairs that it lacks.
    draws
        How many of the forecast's draws to place, chosen so that together they differ least from all; all of them where
        it has fewer. Or the labels of those to place, so that another scenario's forecast is placed in the same futures.
    seed
        Of the homes of new children, of who leaves, and of when agreed places open; each draw has its own stream.
    workers
        Processes that place draws; by default one for each processor, or one alone where there is little to place.
        Changes nothing but the time.

    Returns
    -------
    Placed
        Placements in the expected demand; children in each draw by need, phase and setting; destinations, shortfall,
        travel, utilisation and the value of a place.

    Raises
    ------
    MissingError, InputError
        If the area lacks homes, settings or places, or the forecast has nobody to place.
    """
    run_options.seed(seed)
    run_options.workers(workers)
    found = route_map(area, travel=travel)
    demand = demand_of(
        plans, found.zones, area.authorities, draws=draws, girls_share=area.value("allocate.girls_share")
    )
    opened = pipeline.drawn(area, demand.draws, seed=seed)
    rooms = room(area, found, demand.years, opened)
    (likely,) = room(area, found, demand.years, pipeline.most_likely(area))
    today, listed = _today(area, found, demand, likely[0], seed)
    known = overflow.ranges(area)
    home = home_authority(demand, len(found.zones))
    placing = Placing.of(demand, found, today, home, one_january.Prices.of(area))
    dearer = rises(area, known.price_year)
    drawn = [overflow.sampled(known, seed=seed, draw=label) for label in demand.draws]
    takes = [supply.sampled(area, seed=seed, draw=label) for label in demand.draws]

    def asked(
        position: int,
        label: int,
        counts: Ints,
        there: Ints,
        bought: Ints,
        then: overflow.Sampled,
        above: supply.Supply,
    ) -> Asked:
        worth = Worth.of(area, found, then, dearer=dearer)
        return Asked(position, _stream(seed, label), counts, there, bought, then, above, worth)

    middle = overflow.expected(known)
    expected = placing.through(
        asked(0, EXPECTED, demand.expected, likely, demand.expected_market, middle, supply.expected(area))
    )
    each = zip(range(len(drawn)), demand.draws, demand.counts, rooms, demand.market, drawn, takes, strict=True)
    futures = side_by_side.futures(placing, [asked(*one) for one in each], workers=workers)
    return Placed(
        area=area,
        routes=found,
        years=demand.years,
        draws=demand.draws,
        places=np.stack([future.places for future in futures]),
        expected_places=expected.places,
        opened=opened,
        expected=expected.ledger,
        drawn=Ledger.join([future.ledger for future in futures]),
        saves=np.stack([future.saves for future in futures]),
        expected_saves=expected.saves,
        certificate_gap_gbp=max(future.gap_gbp for future in [expected, *futures]),
        home=home,
        is_estimate=listed < len(today),
        listed=listed,
        overflow=tuple(drawn),
        expected_overflow=middle,
        hidden_share=hidden_shares(area, demand.draws, seed=seed),
        others=_others(plans, demand),
    )


def _others(plans: PlansResult, demand: Demand) -> xr.DataArray:
    """Return plans that are not at specialist settings: draw x year x authority x need x phase x setting_type. [plans]"""
    types = [t for t in plans.plans.indexes["setting_type"] if t not in SPECIALIST]
    held = plans.plans.sel(draw=list(demand.draws), setting_type=types, authority=list(demand.authorities))
    phases = phase_of(held["ncy"].to_numpy())
    parts = [held.isel(ncy=np.flatnonzero(phases == phase)).sum("ncy") for phase in PHASES]
    whole = xr.concat(parts, dim=xr.DataArray(list(PHASES), dims="phase", name="phase"))
    return whole.transpose("draw", "year", "authority", "need", "phase", "setting_type")


def room(area: Area, found: RouteMap, years: Sequence[int], opened: pipeline.Coming) -> Ints:
    """Return draw x year x setting: places of places.csv, a year not listed keeping the one before, and those opened."""
    if area.places.empty:
        raise MissingError(f"{area.name} has no places.csv, so no child can be placed; list places by setting and year")
    first = int(area.places["year"].min())
    if first > years[0]:
        raise InputError(
            f"places.csv begins in {first}, but children need places from January {years[0]}; give the places of {years[0]}"
        )
    listed = np.stack([area.places_in(year).reindex(found.codes).to_numpy(dtype=np.int64) for year in years])
    return listed + opened.places(found.codes, years)


def room_as_today(area: Area, found: RouteMap, demand: Demand, years: Sequence[int]) -> Ints:
    """Return year x setting: places most likely, and today's children, growing, where no number is known. [places]"""
    (likely,) = room(area, found, years, pipeline.most_likely(area))
    roll, growth = roll_today(area, found, demand), supply.expected(area).growth
    return supply.with_those_there(likely, [year - demand.years[0] for year in years], found.is_listed, roll, growth)


def roll_today(area: Area, found: RouteMap, demand: Demand, *, seed: int = 7) -> Ints:
    """Return the base year's children at each setting, as `places` has them. [children]"""
    (now,) = room(area, found, demand.years[:1], pipeline.most_likely(area))
    today, _ = _today(area, found, demand, now[0], seed)
    return np.asarray(np.bincount(today.setting, minlength=len(found.settings))[: len(found.settings)])


def _today(area: Area, found: RouteMap, demand: Demand, places_now: Ints, seed: int) -> tuple[Children, int]:
    """Return the base year's children, each with a setting, and how many of them are on the area's list."""
    return attending_today(
        demand,
        found,
        places_now,
        area.attendance,
        gravity_per_km=area.value("allocate.gravity_per_km"),
        least_likely_share=area.value("allocate.least_likely_share"),
        rng=np.random.default_rng(_stream(seed, EXPECTED)),
        outside=Outside.of_area(area),
    )


def _stream(seed: int, label: int) -> np.random.SeedSequence:
    """Return the seed of one draw's random numbers: the same whatever other draws are placed, and wherever."""
    return np.random.SeedSequence(seed, spawn_key=(label + 1,))
