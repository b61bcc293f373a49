"""Areas small enough to check by hand, for the tests of forecasts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.words.school_year import NCYS


def population(children: float = 100.0, years: tuple[int, ...] = (2024, 2025), authorities: str = "AB") -> pd.DataFrame:
    rows = [
        {"authority": a, "year": y, "ncy": n, "children": children, "basis": "estimate"}
        for a in authorities
        for y in years
        for n in NCYS
    ]
    return tables.check(pd.DataFrame(rows), tables.POPULATION)


def plans(years: tuple[int, ...] = (2024, 2025), authorities: str = "AB") -> pd.DataFrame:
    rows = [
        {"authority": a, "year": y, "ncy": n, "setting_type": s, "plans": 2}
        for a in authorities
        for y in years
        for n in range(12)
        for s in ("mainstream", "special")
    ]
    return tables.check(pd.DataFrame(rows), tables.PLANS)


def zones() -> pd.DataFrame:
    rows = [
        ("A1", "A", "north", 0.0, False),
        ("A2", "A", "north", 0.5, False),
        ("A3", "A", "south", 0.1, True),
        ("B1", "B", "east", 0.2, False),
        ("B2", "B", "east", 0.2, True),
    ]
    frame = pd.DataFrame(rows, columns=["zone", "authority", "district", "deprivation", "is_rural"])
    return tables.check(frame.assign(easting=475000.0, northing=260000.0), tables.ZONES)


def zone_children(children: float = 10.0) -> pd.DataFrame:
    rows = [{"zone": z, "ncy": n, "children": children} for z in zones()["zone"] for n in NCYS]
    return tables.check(pd.DataFrame(rows), tables.ZONE_CHILDREN)


def area(**changed: Any) -> Area:
    """Return authorities A (three zones) and B (two), a hundred children at every NCY in each."""
    parts = {
        "name": "Tiny",
        "authorities": {"A": "Aton", "B": "Beeton"},
        "base_year": 2025,
        "population": population(),
        "plans": plans(),
        "zones": zones(),
        "zone_children": zone_children(),
    }
    return Area(**{**parts, **changed})
