"""Levers change inputs, and only what they say."""

from __future__ import annotations

from typing import Any

import pytest

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError


def test_opening_places_adds_them_from_that_year_on(tiny_area: Area) -> None:
    changed = sf.OpenPlaces("S1", places=3, year=2027)(tiny_area)
    assert [changed.places_in(y)["S1"] for y in (2025, 2026, 2027, 2030)] == [5, 5, 8, 8]
    assert tiny_area.places_in(2030)["S1"] == 5


def test_capital_of_a_lever_is_an_amount_and_moves_no_place(tiny_area: Area) -> None:
    known = sf.OpenPlaces("S1", places=3, year=2027, capital_gbp=250_000)(tiny_area)
    assert known.places.equals(sf.OpenPlaces("S1", places=3, year=2027)(tiny_area).places)
    with pytest.raises(InputError, match="capital_gbp -1 is not an amount in pounds, as 4000000"):
        sf.OpenPlaces("S1", places=3, year=2027, capital_gbp=-1)(tiny_area)
    with pytest.raises(InputError, match="capital_gbp 4m is not an amount in pounds"):
        sf.OpenPlaces("S1", places=3, year=2027, capital_gbp="4m")(tiny_area)  # type: ignore[arg-type]


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
    with pytest.raises(InputError, match="a whole number of 0 or more is expected"):
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


def test_a_code_that_is_taken_is_refused(tiny_area: Area) -> None:
    lever = sf.OpenSetting(
        "U1", "New Unit", "sen_unit", "E06000001", 410_000, 300_000, 7, 11, "SEMH", places=16, year=2028
    )
    with pytest.raises(InputError, match="U1"):
        lever(tiny_area)


def test_a_new_setting_off_the_grid_is_refused(tiny_area: Area) -> None:
    lever = sf.OpenSetting("N1", "New Unit", "sen_unit", "E06000001", 52.4, -0.7, 7, 11, "SEMH", places=16, year=2028)
    with pytest.raises(InputError, match=r"easting: 52\.4"):
        lever(tiny_area)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"since": 2025}, "January 2025 is past; the first year to change is 2026"),
        ({"authority": "E06000009"}, "'E06000009' is not one of E06000001"),
        ({"factor": -0.5}, "factor: -0.5 is below 0"),
        ({"flow": "joning"}, "'joning' is not one of .*did you mean 'joining'"),
    ],
)
def test_a_change_of_rate_that_cannot_be_made_is_refused(tiny_area: Area, changed: dict, says: str) -> None:
    asked = {"flow": "joining", "factor": 0.9, "since": 2026} | changed
    with pytest.raises(InputError, match=says):
        sf.ChangeRate(**asked)(tiny_area)


def test_an_assumption_is_set_with_what_it_was_and_an_unknown_one_is_refused(tiny_area: Area) -> None:
    national = tiny_area.value("allocate.move_gbp")
    twice = sf.ChangeAssumption("allocate.move_gbp", 5.0)(sf.ChangeAssumption("allocate.move_gbp", 4.0)(tiny_area))
    (row,) = twice.assumptions.to_dict("records")
    assert (row["value"], row["status"], row["source"]) == (5.0, "assumed", "lever; was 4")
    assert tiny_area.value("allocate.move_gbp") == national
    with pytest.raises(MissingError, match=r"no policy value 'allocate\.mve_gbp'; did you mean 'allocate\.move_gbp'"):
        sf.ChangeAssumption("allocate.mve_gbp", 5.0)(tiny_area)


def test_any_other_change_is_a_label_and_a_function(tiny_area: Area) -> None:
    lever = sf.Change("Renamed", lambda area: area.replace(name="Elsewhere"))
    scenario = sf.Scenario("One", (lever,))
    assert scenario(tiny_area).name == "Elsewhere"
    assert [p.name for p in scenario.prefixes()] == ["As it is", "Renamed"]


NEW_UNIT = {
    "setting": "N1",
    "name": "New Unit",
    "setting_type": "sen_unit",
    "authority": "E06000001",
    "easting": 410_000,
    "northing": 300_000,
    "ncy_low": 7,
    "ncy_high": 11,
    "needs": "SEMH",
    "places": 16,
    "year": 2028,
}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"places": None}, "places is None: a whole number of 0 or more"),
        ({"places": float("nan")}, "places is nan: a whole number"),
        ({"places": "16"}, "places is '16': a whole number"),
        ({"year": None}, "year is None: a whole number"),
        ({"year": 2025}, "the base year is 2025, so the first is 2026"),
        ({"ncy_low": 11, "ncy_high": 7}, "11 is above ncy_high, 7; swap them"),
        ({"ncy_low": None}, "ncy_low: is blank; a number is needed"),
        ({"authority": "E06000099"}, "'E06000099' is not one of E06000001"),
        ({"easting": 300_000, "northing": 1_200_000}, "is not on land in Great Britain"),
        ({"easting": 52.4, "northing": -0.7}, "not longitude and latitude"),
        ({"needs": "SEMH,ASD"}, "put a space between needs"),
        ({"setting_type": "secial"}, "did you mean 'special'"),
        ({"setting": "S1"}, "'S1' is there already"),
    ],
)
def test_a_new_setting_is_checked_as_a_file_is(tiny_area: Area, changed: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as caught:
        sf.OpenSetting(**(NEW_UNIT | changed))(tiny_area)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"factor": 1e9}, "is above 10"),
        ({"factor": -1}, "is below 0"),
        ({"factor": None}, "factor: is blank; a number is needed"),
        ({"factor": "half"}, "'half' is not a number"),
        ({"factor": float("nan")}, "factor: is blank"),
        ({"since": None}, "since is None: a whole number"),
        ({"since": 2027.5}, "since is 2027.5: a whole number"),
        ({"since": 2025}, "the first year to change is 2026"),
        ({"ramp_years": -1}, "is below 0"),
        ({"ncy_low": 9, "ncy_high": 3}, "ncy_low 9 is above ncy_high, 3; swap them"),
        ({"authority": "E06000099"}, "'E06000099' is not one of E06000001"),
        ({"flow": "joinng"}, "did you mean 'joining'"),
    ],
)
def test_a_change_of_rate_is_checked_as_a_file_is(tiny_area: Area, changed: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as caught:
        sf.ChangeRate(**({"flow": "joining", "factor": 0.9, "since": 2027} | changed))(tiny_area)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (-1e6, "forecast.growth_damping is -1,000,000 [ratio]: 0 to 1 is expected"),
        (float("nan"), "value: is blank; a number is needed"),
        (None, "value: is blank; a number is needed"),
        ("half", "'half' is not a number"),
        (float("inf"), "is not a finite number"),
    ],
)
def test_an_assumption_out_of_its_range_is_refused(tiny_area: Area, value: Any, says: str) -> None:
    with pytest.raises(InputError) as caught:
        sf.ChangeAssumption("forecast.growth_damping", value)(tiny_area)
    assert says in str(caught.value)


def test_an_assumption_out_of_its_range_is_taken_where_it_is_meant(tiny_area: Area) -> None:
    meant = sf.ChangeAssumption("forecast.growth_damping", 1.1, high=1.2)(tiny_area)
    assert meant.value("forecast.growth_damping") == 1.1
    assert meant.assumptions["unit"].tolist() == ["ratio"]


def test_a_lever_that_begins_after_the_run_ends_is_refused(tiny_area: Area) -> None:
    late = sf.Scenario("Late", (sf.OpenPlaces("S1", 5, 2030),))
    with pytest.raises(
        InputError, match=r"Open 5 places at S1 by 2030: that is after the last January of this run, 2027"
    ):
        sf.run(tiny_area, late, to=2027, draws=2)
