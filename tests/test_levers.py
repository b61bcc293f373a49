"""Levers change inputs, and only what they say."""

from __future__ import annotations

import pytest

import sufficiency as sf
from sufficiency.area import Area
from sufficiency.errors import InputError, MissingError


def test_opening_places_adds_them_from_that_year_on(tiny_area: Area) -> None:
    changed = sf.OpenPlaces("S1", places=3, year=2027)(tiny_area)
    assert [changed.places_in(y)["S1"] for y in (2025, 2026, 2027, 2030)] == [5, 5, 8, 8]
    assert tiny_area.places_in(2030)["S1"] == 5


def test_opening_before_a_later_change_keeps_both(tiny_area: Area) -> None:
    first = sf.OpenPlaces("S1", places=4, year=2028)(tiny_area)
    both = sf.OpenPlaces("S1", places=1, year=2027)(first)
    assert [both.places_in(y)["S1"] for y in (2026, 2027, 2028)] == [5, 6, 10]


def test_closing_more_places_than_there_are_is_refused_with_the_number(tiny_area: Area) -> None:
    with pytest.raises(InputError, match=r"U1 has 2 places in 2026: 3 can't be closed"):
        sf.ClosePlaces("U1", places=3, year=2026)(tiny_area)


def test_an_unknown_school_is_refused_with_the_nearest(tiny_area: Area) -> None:
    with pytest.raises(
        MissingError, match=r"there is no setting 'Ashby Scool' in Tinyshire; did you mean 'Ashby School'"
    ):
        sf.OpenPlaces("Ashby Scool", places=3, year=2027)(tiny_area)


def test_a_past_year_is_refused_with_the_first_that_can_change(tiny_area: Area) -> None:
    with pytest.raises(InputError, match=r"base year is 2025, so the first is 2026"):
        sf.OpenPlaces("S1", places=3, year=2025)(tiny_area)


@pytest.mark.parametrize("places", [-1, 2.5])
def test_places_must_be_whole_and_not_negative(tiny_area: Area, places: float) -> None:
    with pytest.raises(InputError, match="not a whole number"):
        sf.OpenPlaces("S1", places=places, year=2027)(tiny_area)  # type: ignore[arg-type]


def test_a_new_setting_joins_the_others(tiny_area: Area) -> None:
    lever = sf.OpenSetting(
        "N1", "New Unit", "sen_unit", "E06000001", 410_000, 300_000, 7, 11, "SEMH", places=16, year=2028
    )
    changed = lever(tiny_area)
    assert changed.places_in(2027)["N1"] == 0
    assert changed.places_in(2028)["N1"] == 16


def test_a_change_of_rate_is_written_down_for_the_forecast(tiny_area: Area) -> None:
    changed = sf.ChangeJoining(0.95, need="SEMH", since=2027)(tiny_area)
    (row,) = changed.changes.to_dict("records")
    assert (row["flow"], row["factor"], row["need"], row["since"]) == ("joining", 0.95, "SEMH", 2027)


def test_an_unknown_need_in_a_lever_is_refused_with_those_known(tiny_area: Area) -> None:
    with pytest.raises(InputError, match=r"'SEMHH' is not one of .*did you mean 'SEMH'"):
        sf.ChangeJoining(0.95, need="SEMHH", since=2027)(tiny_area)


def test_a_scenario_runs_its_levers_in_order_and_yields_its_prefixes(tiny_area: Area) -> None:
    scenario = sf.Scenario("Two", (sf.OpenPlaces("S1", 1, 2026), sf.ClosePlaces("S1", 6, 2026)))
    assert scenario(tiny_area).places_in(2026)["S1"] == 0
    assert [len(p.levers) for p in scenario.prefixes()] == [0, 1, 2]
