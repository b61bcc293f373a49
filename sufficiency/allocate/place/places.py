"""`places`: who goes where, year by year, over the expected demand and over draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.allocate.place import one_january
from sufficiency.allocate.place.attendance import attending_today, home_authority
from sufficiency.allocate.place.children import Children, Demand, as_counted, demand_of, next_january
from sufficiency.allocate.place.ledger import Ledger
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.routes import RouteMap, route_map
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.scenarios import pipeline
from sufficiency.tables import PlansResult
from sufficiency.words import run_options

Ints = npt.NDArray[np.int64]

EXPECTED: Final = -1  # the draw that stands for the expected demand


def places(
    area: Area, plans: PlansResult, *, travel: pd.DataFrame | None = None, draws: int = 100, seed: int = 7
) -> Placed:
    """Return where children who need a specialist place go, each January, and who has none.

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
        Placements in the expected demand; children in each draw by need, phase and setting; shortfall, travel,
        utilisation and the value of a place.

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
    today, listed = attending_today(
        demand,
        found,
        likely[0],
        area.attendance,
        gravity_per_km=area.value("allocate.gravity_per_km"),
        rng=_stream(seed, EXPECTED),
    )
    prices = one_january.Prices.of(area)
    home = home_authority(demand, len(found.zones))
    expected, expected_value, gap = _through_the_years(
        demand, demand.expected, today, found, likely, home, prices, _stream(seed, EXPECTED)
    )
    ledgers, values = [], []
    for position, (label, counts) in enumerate(zip(demand.draws, demand.counts, strict=True)):
        januaries, value, own_gap = _through_the_years(
            demand, counts, today, found, rooms[position], home, prices, _stream(seed, label)
        )
        gap = max(gap, own_gap)
        ledgers.append(Ledger.of(position, januaries))
        values.append(value)
    return Placed(
        area=area,
        routes=found,
        years=demand.years,
        draws=demand.draws,
        places=rooms,
        expected_places=likely,
        opened=opened,
        expected=Ledger.of(0, expected),
        drawn=Ledger.join(ledgers),
        value_gbp=np.stack(values),
        expected_value_gbp=expected_value,
        certificate_gap_gbp=gap,
        home=home,
        is_estimate=listed < len(today),
        listed=listed,
    )


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


def _through_the_years(
    demand: Demand,
    counts: Ints,
    today: Children,
    found: RouteMap,
    room: Ints,
    home: Ints,
    prices: one_january.Prices,
    rng: np.random.Generator,
) -> tuple[list[Children], npt.NDArray[np.float64], float]:
    """Return the children of each January, what one more place would save by year and setting, and the largest gap."""
    stay_put = one_january.Prices(**{**vars(prices), "who_may_move": 0})
    first = as_counted(demand, today, counts[0], home, rng)
    january = one_january.place(first, found, room[0], room[0], stay_put)
    januaries = [january]
    for year in range(1, len(demand.years)):
        children = next_january(demand, januaries[-1].children, counts[year], home, rng)
        januaries.append(one_january.place(children, found, room[year], room[year - 1], prices, rng))
    values = np.stack([january.value_gbp for january in januaries])
    return [january.children for january in januaries], values, max(january.gap_gbp for january in januaries)


def _stream(seed: int, label: int) -> np.random.Generator:
    """Return the random numbers of one draw: the same whatever other draws are placed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(label + 1,)))
