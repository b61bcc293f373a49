"""What openings are said to save, against `places` with and without them: part by part, on random small areas.

Each area is made so that the two place the same children: one home, need and age to an authority, and nobody of an age
that is counted again a year later, so that all are placed afresh; fit, waiting and evenness are set aside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency import allocate, tables
from sufficiency.allocate.open.aims import AIMS
from sufficiency.allocate.overflow.sampled import AGE_OF_NCY
from sufficiency.allocate.place.children import Children
from sufficiency.allocate.place.parts_of_value import PARTS, Worth
from sufficiency.allocate.place.routes import SECONDARY_FROM, time_gbp
from sufficiency.area.area import Area
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.words.school_year import NCY_LOW, NCYS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES
from tests.allocate.forecasts import HandMade

AUTHORITIES = ("E06000001", "E06000002", "E06000003", "E06000004")
LIVED = (("ASD", 3), ("SEMH", 8), ("SLD", 5), ("MLD", 12))  # need and NCY of each authority's children
YEARS, DRAWS = (2025, 2026, 2027), 2
FRESH = {"fit_gbp": 0.0, "even_handed": 0.0, "waiting_gbp": 0.0, "overfill_share": 0.0}


@st.composite
def small_areas(draw: st.DrawFn) -> tuple[Area, HandMade, pd.DataFrame]:
    """Draw an area, a forecast, and an expansion and a new school to choose among."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def at(count: int) -> dict[str, np.ndarray]:
        return {"easting": rng.uniform(400_000, 440_000, count), "northing": rng.uniform(300_000, 340_000, count)}

    zones = pd.DataFrame(
        {"zone": list("ABCD"), "name": list("ABCD"), "authority": AUTHORITIES, "district": list("ABCD")}
    )
    schools = pd.DataFrame({"setting": ["S1", "S2", "X1"], "name": ["One", "Two", "Bought"]}).assign(
        setting_type=["special", "special", "independent_special"], authority=AUTHORITIES[:3], district=list("ABC"),
        ncy_low=0, ncy_high=14, needs="",
    )  # fmt: skip
    area = Area(
        name="Smallshire",
        authorities={code: f"Small {code[-1]}" for code in AUTHORITIES},
        base_year=YEARS[0],
        population=tables.check(
            pd.DataFrame({"authority": AUTHORITIES, "year": YEARS[0], "ncy": 3, "children": 50.0}), tables.POPULATION
        ),
        plans=tables.check(
            pd.DataFrame({"authority": AUTHORITIES, "year": YEARS[0], "ncy": 3, "setting_type": "special", "plans": 5}),
            tables.PLANS,
        ),
        zones=tables.check(zones.assign(**at(4), deprivation=0.1), tables.ZONES),
        settings=tables.check(schools.assign(**at(3)), tables.SCHOOLS),
        places=tables.check(
            pd.DataFrame({"setting": ["S1", "S2", "X1"], "year": YEARS[0], "places": rng.integers(1, 5, 3)}),
            tables.PLACES,
        ),
    )
    for name, value in FRESH.items():
        area = ChangeAssumption(f"allocate.{name}", value)(area)
    shape = (DRAWS, len(YEARS), len(AUTHORITIES), len(NCYS), len(NEEDS), len(SETTING_TYPES))
    plans = np.zeros(shape, dtype=np.int64)
    for a, (need, ncy) in enumerate(LIVED):
        for kind, most in (("special", 6), ("independent_special", 2)):
            cell = (
                slice(None),
                slice(None),
                a,
                ncy - NCY_LOW,
                list(NEEDS).index(need),
                list(SETTING_TYPES).index(kind),
            )
            plans[cell] = rng.integers(0, most, (DRAWS, len(YEARS)))
    plans[0, 0, 0, LIVED[0][1] - NCY_LOW, list(NEEDS).index("ASD"), list(SETTING_TYPES).index("special")] += 1
    plans[:, 0] = plans[0, 0]
    labels = [range(DRAWS), YEARS, AUTHORITIES, NCYS, list(NEEDS), list(SETTING_TYPES)]
    dims = ("draw", "year", "authority", "ncy", "need", "setting_type")
    homes = xr.DataArray(
        np.ones((4, len(NCYS))), dims=("zone", "ncy"), coords={"zone": list("ABCD"), "ncy": list(NCYS)}
    )
    new = {name: float(value[0]) for name, value in at(1).items()}
    options = pd.DataFrame(
        [
            {"option": "More", "kind": "expand", "setting": "S1", "places": 2, "blocks": 2, "year": 2026},
            {"option": "New", "kind": "special", "setting": "S9", "places": 3, "year": 2026, "name": "New",
             "authority": AUTHORITIES[3], "ncy_low": 0, "ncy_high": 14, "needs": "ASD SEMH", **new},
        ]
    ).assign(capital_gbp_per_place=float(rng.integers(0, 50_000)))  # fmt: skip
    held = {d: list(label) for d, label in zip(dims, labels, strict=True)}
    return area, HandMade(xr.DataArray(plans, dims=dims, coords=held), homes), options


def placed_parts(area: Area, plans: HandMade) -> dict[str, float]:
    """Return each part over all children and years after the first, on average over draws, as `places` has them."""
    placed = allocate.places(area, plans, draws=DRAWS, workers=1)
    book, routes, total = placed.drawn, placed.routes, dict.fromkeys((*PARTS, "time_gbp"), 0.0)
    for draw, overflow in enumerate(placed.overflow):
        own = np.flatnonzero((book.draw == draw) & (book.year > 0))
        zone, setting, ncy = (getattr(book, name)[own].astype(np.int64) for name in ("zone", "setting", "ncy"))
        worth, is_away = Worth.of(area, routes, overflow), setting >= len(routes.settings)
        at = np.where(is_away, 0, setting)
        blank = np.zeros(len(own), dtype=np.int64)
        children = Children(zone, ncy, book.need[own].astype(np.int64), blank, blank == 1, setting, blank)
        made_of = np.where(is_away[:, None], worth.of_turned_away(children), worth.of_routes(routes, zone, at))
        for name, values in zip(PARTS, made_of.T, strict=True):
            total[name] += values.sum() / DRAWS
        age = (ncy >= SECONDARY_FROM).astype(np.int64)
        kph = area.value("transport.rural_kph")
        there = np.stack([time_gbp(area, routes.minutes, name) for name in ("primary", "secondary")])[age, zone, at]
        away = np.stack(
            [time_gbp(area, overflow.distance_km * 60 / kph, name) for name in ("primary", "secondary")]
        )  # age, age group, destination
        group = AGE_OF_NCY[ncy - NCY_LOW]
        elsewhere = (overflow.share[group, children.need] * away[age, group]).sum(axis=1)
        total["time_gbp"] += np.where(is_away, elsewhere, there).sum() / DRAWS
    return total


@settings(max_examples=12)
@given(small_areas(), st.sampled_from(list(AIMS)))
def test_what_is_saved_equals_placing_again_with_and_without_what_opens_part_by_part(made, aim):
    area, plans, options = made
    found = allocate.openings(area, plans, options, draws=DRAWS, seconds=5, aim=aim)
    with_them, without = placed_parts(found.scenario()(area), plans), placed_parts(area, plans)
    for part in (*PARTS, "time_gbp"):
        assert found.saving[part] == pytest.approx(without[part] - with_them[part], abs=0.01), part
    if aim == "cash":
        assert found.saves_gbp >= 0


@settings(max_examples=6)
@given(small_areas())
def test_under_each_aim_no_other_does_more_of_what_it_is_for(made):
    area, plans, options = made
    found = {aim: allocate.openings(area, plans, options, draws=DRAWS, seconds=5, aim=aim).saving for aim in AIMS}
    for aim, part in (("cash", "saves_gbp"), ("children", "turned_away"), ("minutes", "minutes")):
        assert found[aim][part] >= max(other[part] for other in found.values()) - 0.01
