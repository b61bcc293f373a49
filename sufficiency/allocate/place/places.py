"""`places`: who goes where, year by year, over the expected demand and over draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sufficiency.allocate.overflow import market, supply
from sufficiency.allocate.overflow import sampled as overflow
from sufficiency.allocate.overflow.split import counted
from sufficiency.allocate.place import one_january
from sufficiency.allocate.place.attendance import Outside, attending_today, home_authority
from sufficiency.allocate.place.children import Children, Demand, as_counted, demand_of, next_january
from sufficiency.allocate.place.ledger import Ledger
from sufficiency.allocate.place.need import hidden_shares
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.routes import RouteMap, route_map
from sufficiency.allocate.place.worth import Worth
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
    area: Area, plans: PlansResult, *, travel: pd.DataFrame | None = None, draws: int = 100, seed: int = 7
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
        How many of the forecast's draws to place, from the first; all of them where it has fewer.
    seed
        Of the homes of new children, of who leaves, and of when agreed places open; each draw has its own stream.

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
    run = _Run(area, demand, found, today, home, one_january.Prices.of(area))
    expected = run.through(
        demand.expected,
        likely,
        demand.expected_market,
        overflow.expected(known),
        supply.expected(area),
        _stream(seed, EXPECTED),
    )
    futures = [
        run.through(
            counts,
            places_then,
            bought,
            overflow.sampled(known, seed=seed, draw=label),
            supply.sampled(area, seed=seed, draw=label),
            _stream(seed, label),
        )
        for label, counts, places_then, bought in zip(demand.draws, demand.counts, rooms, demand.market, strict=True)
    ]
    return Placed(
        area=area,
        routes=found,
        years=demand.years,
        draws=demand.draws,
        places=np.stack([future.places for future in futures]),
        expected_places=expected.places,
        opened=opened,
        expected=Ledger.of(0, expected.januaries, expected.places, found),
        drawn=Ledger.join([Ledger.of(n, future.januaries, future.places, found) for n, future in enumerate(futures)]),
        saves=np.stack([future.saves for future in futures]),
        expected_saves=expected.saves,
        certificate_gap_gbp=max(future.gap_gbp for future in [expected, *futures]),
        home=home,
        is_estimate=listed < len(today),
        listed=listed,
        overflow=tuple(future.overflow for future in futures),
        expected_overflow=expected.overflow,
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


def room_as_today(
    area: Area, found: RouteMap, demand: Demand, years: Sequence[int], opened: pipeline.Coming, *, seed: int = 7
) -> Ints:
    """Return draw x year x setting: the same, and today's children, as many as expected, where no number is known."""
    rooms = room(area, found, years, opened)
    if found.is_listed.all():
        return rooms
    (now,) = room(area, found, demand.years[:1], pipeline.most_likely(area))
    today, _ = _today(area, found, demand, now[0], seed)
    roll = np.bincount(today.setting, minlength=len(found.settings))[: len(found.settings)]
    growth, years_on = supply.expected(area).growth, [year - demand.years[0] for year in years]
    return np.stack([supply.with_those_there(one, years_on, found.is_listed, roll, growth) for one in rooms])


def _today(area: Area, found: RouteMap, demand: Demand, places_now: Ints, seed: int) -> tuple[Children, int]:
    """Return the base year's children, each with a setting, and how many of them are on the area's list."""
    return attending_today(
        demand,
        found,
        places_now,
        area.attendance,
        gravity_per_km=area.value("allocate.gravity_per_km"),
        rng=_stream(seed, EXPECTED),
        outside=Outside.of_area(area),
    )


@dataclass(frozen=True, eq=False)
class _Future:
    """One future, January by January."""

    januaries: list[Children]
    places: Ints  # year x setting, the market's as it has grown [places]
    saves: Floats  # year x setting x part: what one more place would save
    gap_gbp: float  # the largest over Januaries
    overflow: overflow.Sampled


@dataclass(frozen=True, eq=False)
class _Run:
    """What all futures share."""

    area: Area
    demand: Demand
    found: RouteMap
    today: Children
    home: Ints
    prices: one_january.Prices

    def through(
        self,
        counts: Ints,
        listed: Ints,
        bought: Ints,
        drawn: overflow.Sampled,
        takes: supply.Supply,
        rng: np.random.Generator,
    ) -> _Future:
        """Return one future: its demand placed January by January.

        Parameters
        ----------
        counts
            year x authority x ncy x need x kind. [children]
        listed
            year x setting: places as listed and opened. [places]
        bought
            year: children forecast at schools that are not the state's. [children]
        drawn
            Its overflow.
        takes
            What settings take above their number, and where none is known.
        rng
            Its random numbers.
        """
        worth, settings = Worth.of(self.area, self.found, drawn), len(self.found.settings)
        roll = np.bincount(self.today.setting, minlength=settings)[:settings]
        places = supply.with_those_there(listed, self.demand.years_on, self.found.is_listed, roll, takes.growth)
        places = market.with_market(places, self.found, bought, roll)
        as_drawn = replace(self.prices, overfill_share=takes.overfill_share)
        stay_put = replace(as_drawn, who_may_move=0)
        children = as_counted(self.demand, self.today, counts[0], self.home, rng)
        januaries: list[one_january.January] = []
        for year in range(len(self.demand.years)):
            before = max(year - 1, 0)
            if januaries:
                children = next_january(self.demand, januaries[-1].children, counts[year], self.home, rng)
            there = counted(januaries[-1].children.setting if januaries else children.setting, settings)
            grown = 1 + np.where(np.isfinite(drawn.growth_high), drawn.growth_high, 0.0)
            limit = np.where(np.isfinite(drawn.growth_high), (bought[before] + there) * grown - bought[year], np.inf)
            elsewhere = one_january.Elsewhere(drawn, np.maximum(np.floor(limit), 0), worth)
            prices = as_drawn if year else stay_put
            januaries.append(
                one_january.place(
                    children,
                    self.found,
                    places[year],
                    places[before],
                    prices,
                    elsewhere,
                    rng,
                    is_fitted=year > 0,
                )
            )
        return _Future(
            [january.children for january in januaries],
            places,
            np.stack([january.saves for january in januaries]),
            max(january.gap_gbp for january in januaries),
            drawn,
        )


def _stream(seed: int, label: int) -> np.random.Generator:
    """Return the random numbers of one draw: the same whatever other draws are placed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(label + 1,)))
