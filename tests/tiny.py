"""An area to check by hand."""

from __future__ import annotations

import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area


def tiny() -> Area:
    """Return an area to check by hand: two settings, three homes, twelve children with plans, one authority.

    Homes stand on a line at 0, 10 and 20 km; the special school is at the first and the unit at the last.
    """
    homes = pd.DataFrame(
        {
            "zone": ["A", "B", "C"],
            "name": ["Ashby", "Barton", "Colby"],
            "authority": "E06000001",
            "district": ["West", "West", "East"],
            "easting": [400_000.0, 410_000.0, 420_000.0],
            "northing": 300_000.0,
            "deprivation": [0.1, 0.2, 0.3],
        }
    )
    settings = pd.DataFrame(
        {
            "setting": ["S1", "U1"],
            "name": ["Ashby School", "Colby Unit"],
            "setting_type": ["special", "sen_unit"],
            "authority": "E06000001",
            "district": ["West", "East"],
            "easting": [400_000.0, 420_000.0],
            "northing": 300_000.0,
            "ncy_low": [0, 0],
            "ncy_high": [14, 6],
            "needs": ["ASD SLD", "ASD SLCN"],
        }
    )
    states = pd.DataFrame(
        [
            (1, "ASD", "mainstream", 4),
            (1, "ASD", "sen_unit", 2),
            (1, "SLD", "special", 2),
            (8, "ASD", "special", 2),
            (8, "SEMH", "mainstream", 2),
        ],
        columns=["ncy", "need", "setting_type", "plans"],
    ).assign(authority="E06000001", year=2025)
    plans = states.groupby(["authority", "year", "ncy", "setting_type"], as_index=False)["plans"].sum()
    population = pd.DataFrame(
        [("E06000001", year, ncy, 100.0) for year in range(2025, 2031) for ncy in range(-4, 21)],
        columns=["authority", "year", "ncy", "children"],
    )
    places = pd.DataFrame({"setting": ["S1", "U1"], "year": 2025, "places": [5, 2]})
    children = pd.DataFrame(
        [(z, ncy, 33.0) for z in "ABC" for ncy in range(-4, 21)], columns=["zone", "ncy", "children"]
    )
    return Area(
        name="Tinyshire",
        authorities={"E06000001": "Tinyshire"},
        base_year=2025,
        population=tables.check(population, tables.POPULATION),
        plans=tables.check(plans, tables.PLANS),
        states=tables.check(states, tables.STATES),
        zones=tables.check(homes, tables.ZONES),
        zone_children=tables.check(children, tables.ZONE_CHILDREN),
        settings=tables.check(settings, tables.SCHOOLS),
        places=tables.check(places, tables.PLACES),
    )
