"""A small area with every kind of provision, and a forecast and an allocation of it that can be set child by child."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.prices import KINDS
from sufficiency.scenarios.pipeline import Coming
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import NCYS, PHASES, phase_of
from sufficiency.words.vocabulary import SETTING_TYPES, SPECIALIST

HOME, NEXT = "E06000001", "E06000002"
YEARS = (2025, 2026, 2027)
NEEDS = ("ASD", "SEMH")
# code: type, authority, places, academy, inside the area
SCHOOLS = {
    "S1": ("special", HOME, 5, False, True),
    "S2": ("special", NEXT, 5, True, True),
    "U1": ("sen_unit", HOME, 4, True, True),
    "I1": ("independent_special", HOME, 50, False, True),
    "N1": ("non_maintained_special", HOME, 50, False, False),
    "F1": ("further_education", HOME, 10, False, True),
}


ELSEWHERE_GBP = 20_000.0  # what a child turned away costs wherever they are, prices of 2025-26


@dataclass(frozen=True)
class Plans:
    """A forecast, as much of it as funding uses."""

    plans: xr.DataArray
    homes: xr.DataArray = field(default_factory=xr.DataArray)


@dataclass(frozen=True)
class Placed:
    """An allocation, as much of it as funding uses."""

    attending: xr.DataArray
    placements: pd.DataFrame = field(default_factory=pd.DataFrame)
    opened: Coming = field(default_factory=lambda: Coming(tables.empty(tables.PIPELINE), np.zeros((1, 0), np.int64)))

    @property
    def elsewhere(self) -> xr.Dataset:
        """Return what being turned away costs, the same everywhere."""
        coords = {"draw": self.attending["draw"].values, "phase": list(PHASES), "setting": list(DESTINATIONS)}
        gbp = np.full([len(v) for v in coords.values()], ELSEWHERE_GBP)
        year = np.full((len(PHASES), len(DESTINATIONS)), 2025)
        return xr.Dataset({"gbp": (list(coords), gbp)}, coords=coords).assign(price_year=(("phase", "setting"), year))

    def added_places(self, settings: list[str], years: list[int]) -> np.ndarray:
        """Return draw x year x setting: places beyond places.csv."""
        return self.opened.places(settings, years)


@pytest.fixture
def two_authorities() -> Area:
    """Return two authorities side by side with one school of each kind, priced simply; prices grow alike in every draw."""
    settings = pd.DataFrame(
        [
            (code, code, kind, who, inside, academy, 400_000.0, 300_000.0, -4, 20)
            for code, (kind, who, _, academy, inside) in SCHOOLS.items()
        ],
        columns=[
            *("setting", "name", "setting_type", "authority", "is_in_area", "is_academy"),
            *("easting", "northing", "ncy_low", "ncy_high"),
        ],
    )
    places = pd.DataFrame({"setting": list(SCHOOLS), "year": 2025, "places": [s[2] for s in SCHOOLS.values()]})
    plans = pd.DataFrame(
        {"authority": [HOME, NEXT], "year": 2025, "ncy": 5, "setting_type": "mainstream", "plans": [40, 30]}
    )
    population = pd.DataFrame(
        [(a, y, n, 100.0) for a in (HOME, NEXT) for y in range(2019, 2030) for n in NCYS],
        columns=["authority", "year", "ncy", "children"],
    )
    costs = [
        (a, kind, "fee" if kind == "independent_special" else "top_up", 2025, gbp)
        for a in (HOME, NEXT)
        for kind, gbp in {
            "special": 12_000.0,
            "sen_unit": 8_000.0,
            "mainstream": 7_000.0,
            "independent_special": 60_000.0,
        }.items()
    ]
    money = [
        *[(a, 2025, "block_gbp", 1_000_000.0) for a in (HOME, NEXT)],
        *[(a, 2024, "reported_carried_forward_gbp", -200_000.0) for a in (HOME, NEXT)],
        *[(a, 2025, item, 0.0) for a in (HOME, NEXT) for item in ("sen_support_services_gbp", "therapies_gbp")],
        *[
            (a, 2025, item, 0.0)
            for a in (HOME, NEXT)
            for item in ("hospital_education_gbp", "additional_targeted_funding_gbp")
        ],
        *[(a, 2025, "alternative_provision_services_gbp", 0.0) for a in (HOME, NEXT)],
        (NEXT, 2025, "other_place_deductions_gbp", 0.0),
    ]
    steady = pd.DataFrame({"assumption": [f"funding.{kind}_inflation_spread" for kind in KINDS]}).assign(
        value=0.0, unit="share a year", says="prices grow alike in every draw", status="assumed"
    )
    return Area(
        name="Twinshire",
        authorities={HOME: "Home", NEXT: "Next"},
        base_year=2025,
        population=tables.check(population, tables.POPULATION),
        plans=tables.check(plans, tables.PLANS),
        settings=tables.check(settings, tables.SCHOOLS),
        places=tables.check(places, tables.PLACES),
        unit_costs=tables.check(
            pd.DataFrame(costs, columns=["authority", "setting_type", "item", "financial_year", "gbp"]),
            tables.UNIT_COSTS,
        ),
        assumptions=tables.check(steady, tables.ASSUMPTIONS),
        high_needs=tables.check(
            pd.DataFrame(money, columns=["authority", "financial_year", "item", "amount"]), tables.HIGH_NEEDS
        ),
    )


@pytest.fixture
def children() -> Callable[..., tuple[Plans, Placed]]:
    """Return a maker of a forecast and its allocation from children said one by one."""
    return make_children


def make_children(*who: tuple[str, int, str, str, int], draws: int = 1) -> tuple[Plans, Placed]:
    """Return a forecast and an allocation with the children said, the same in every year and draw.

    Each is (authority, NCY, need, where, how many); where is a school's code, a type of setting, or a destination of those turned away.
    """
    ages = dict(zip(NCYS, phase_of(np.array(NCYS)), strict=True))
    time = {"draw": list(range(draws)), "year": list(YEARS), "authority": [HOME, NEXT]}
    plans = _zeros(time | {"ncy": list(NCYS), "need": list(NEEDS), "setting_type": list(SETTING_TYPES)})
    placed = _zeros(time | {"need": list(NEEDS), "phase": list(PHASES), "setting": [*SCHOOLS, *DESTINATIONS]})
    for authority, ncy, need, where, count in who:
        kind = SCHOOLS[where][0] if where in SCHOOLS else ("special" if where in DESTINATIONS else where)
        plans.loc[{"authority": authority, "ncy": ncy, "need": need, "setting_type": kind}] += count
        if kind in SPECIALIST:
            placed.loc[{"authority": authority, "need": need, "phase": ages[ncy], "setting": where}] += count
    return Plans(plans), Placed(placed)


def _zeros(coords: dict[str, list[object]]) -> xr.DataArray:
    shape = [len(v) for v in coords.values()]
    return xr.DataArray(np.zeros(shape, dtype="int64"), coords=coords, dims=list(coords))
