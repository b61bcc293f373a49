"""Why a setting is full, why a child is where they are, and whom an option helps."""

from __future__ import annotations

import pandas as pd
import pytest

from sufficiency import allocate
from sufficiency.errors import MissingError
from sufficiency.words.destinations import DESTINATIONS
from tests.allocate.forecasts import grown
from tests.allocate.test_opening import OPTIONS


@pytest.fixture
def placed(tiny_area):
    return allocate.places(tiny_area, grown(tiny_area, to=2029, draws=4, growth=0.5), draws=4)


def test_a_full_setting_says_who_is_there_and_who_is_turned_away(placed):
    found = allocate.why_full(placed, "S1", year=2029)
    here = placed.placements.query("year == 2029 and setting == 'S1'")["children"].sum()
    assert found.inside["children"].sum() == here == found.places == 5
    assert str(found).startswith("Ashby School is full in 2029: 5 children in 5 places")
    turned = placed.placements.query(
        "year == 2029 and setting in @DESTINATIONS and need in ('ASD', 'SLD')",
        local_dict={"DESTINATIONS": list(DESTINATIONS)},
    )
    away = found.turned_away[found.turned_away["instead"].isin(DESTINATIONS)]["children"].sum()
    assert 0 < away <= turned["children"].sum()
    assert found.value_of_a_place_gbp == placed.expected_value_gbp[-1, placed.routes.codes.get_loc("S1")] != 0


def test_a_setting_with_room_says_so(tiny_area):
    roomy = tiny_area.replace(places=tiny_area.places.assign(places=50))
    placed = allocate.places(roomy, grown(roomy, to=2026, draws=2), draws=2)
    found = allocate.why_full(placed, "S1", year=2026)
    assert "is not full in 2026" in str(found)
    assert "empty" in str(found)


def test_every_setting_is_listed_with_what_stands_in_the_way(placed):
    found = allocate.why_here(placed, year=2025, zone="A", ncy=8, need="SLD").set_index("setting")["says"]
    assert found["S1"] in ("here", "next best, full", "next best, has room")
    assert found["U1"] == "takes NCY 0 to 6"
    other = allocate.why_here(placed, year=2025, zone="A", ncy=3, need="SEMH").set_index("setting")["says"]
    assert other["S1"] == "its designations (ASD SLD) do not suit SEMH"
    unit = allocate.why_here(placed, year=2025, zone="A", ncy=3, need="ASD").set_index("setting")["says"]
    assert unit["U1"] == "is a unit place, and the child needs a special one"


def test_what_is_not_there_is_named(placed):
    with pytest.raises(MissingError, match="no specialist setting 'S2'"):
        allocate.why_full(placed, "S2", year=2025)
    with pytest.raises(MissingError, match="not placed in January 2040"):
        allocate.why_full(placed, "S1", year=2040)
    with pytest.raises(MissingError, match="no zone 'Z'"):
        allocate.why_here(placed, year=2025, zone="Z", ncy=3, need="ASD")


def test_an_option_helps_the_district_where_it_opens_most(tiny_area):
    plans = grown(tiny_area, to=2029, draws=3, growth=0.5)
    found = allocate.openings(tiny_area, plans, OPTIONS[1:].reset_index(drop=True), draws=3, seconds=3)
    gains = allocate.who_gains(found, "East school").set_index("district")
    assert gains["at_option"].sum() > 0
    assert gains.loc["East", "placed_more"] >= 0
    assert gains["placed_more"].sum() <= gains["at_option"].sum() + 1e-6
    assert gains["placed_more"].sum() > 0
    none = allocate.openings(tiny_area, plans, OPTIONS[1:].reset_index(drop=True), budget_gbp=0, draws=3, seconds=2)
    tried = allocate.who_gains(none, "East school")
    assert isinstance(tried, pd.DataFrame)
    assert tried["at_option"].sum() > 0
    with pytest.raises(MissingError, match=r"no option 'West school'.*did you mean 'East school'"):
        allocate.who_gains(found, "West school")
