"""Who may use which setting, and what it costs a year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import tables
from sufficiency.allocate.place.routes import national_suitability, route_map, routes
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.words.vocabulary import NEEDS

TRAVEL = pd.DataFrame(
    [
        ("A", "S1", 2.0, 5.0),
        ("A", "U1", 22.0, 30.0),
        ("B", "S1", 12.0, 20.0),
        ("B", "U1", 12.0, 20.0),
        ("C", "S1", 22.0, 100.0),
        ("C", "U1", 2.0, 5.0),
    ],
    columns=["zone", "setting", "km", "minutes"],
)


@pytest.fixture
def area(tiny_area: Area) -> Area:
    return tiny_area.replace(travel=tables.check(TRAVEL, tables.TRAVEL))


def group(**of: object) -> pd.DataFrame:
    return pd.DataFrame([{"zone": "A", "ncy": 3, "need": "ASD", "kind": "unit", **of}], index=["g"])


def test_a_route_costs_journey_time_and_placement(area: Area) -> None:
    found = routes(area, group()).set_index("setting")
    days = area.value("allocate.school_days")
    journey = 2 * days * 22.0 * area.value("allocate.journey_gbp_per_km")
    time = 2 * days * 30.0 / 60 * area.value("allocate.minute_gbp_per_hour")
    assert found.loc["U1", "cost_gbp"] == pytest.approx(journey + time + area.value("allocate.placement_unit_gbp"))
    assert found.loc["U1", "km"] == 22.0
    other = area.value("allocate.placement_special_gbp") + area.value("allocate.substitute_gbp")
    near = (
        2
        * days
        * (2.0 * area.value("allocate.journey_gbp_per_km") + 5.0 / 60 * area.value("allocate.minute_gbp_per_hour"))
    )
    assert found.loc["S1", "cost_gbp"] == pytest.approx(near + other)


def test_the_areas_own_unit_costs_come_first(area: Area) -> None:
    row = {"authority": "E06000001", "setting_type": "sen_unit", "item": "top_up", "financial_year": 2025, "gbp": 100.0}
    priced = area.replace(unit_costs=tables.check(pd.DataFrame([row]), tables.UNIT_COSTS))
    before, after = (routes(a, group()).set_index("setting")["cost_gbp"] for a in (area, priced))
    assert before["U1"] - after["U1"] == pytest.approx(area.value("allocate.placement_unit_gbp") - 100.0)
    assert before["S1"] == after["S1"]


def test_a_council_with_dearer_fees_takes_no_place_from_its_neighbour() -> None:
    area = sf.example_area()
    fees = area.unit_costs.assign(gbp=lambda t: np.where(t["authority"] == "E06000062", 3 * t["gbp"], t["gbp"]))
    found = route_map(area.replace(unit_costs=fees))
    north, west = (np.flatnonzero(found.zones["authority"] == a)[0] for a in ("E06000061", "E06000062"))
    at = found.settings["setting_type"] == "independent_special"
    assert (found.placement_gbp[west, at] > 2 * found.placement_gbp[north, at]).all()
    here = found.cost_gbp - found.journey_gbp
    took = found.minutes <= area.value("transport.guide_primary_minutes")
    time = found.minutes * 2 * area.value("allocate.school_days") * area.value("allocate.minute_gbp_per_hour") / 60
    chosen = np.where(took, here[0] - time, np.nan)[:, at]
    assert np.nanmax(chosen) - np.nanmin(chosen) < 0.01  # the choice sees one price, whoever pays


@pytest.mark.parametrize(
    ("of", "settings"),
    [
        ({}, {"S1", "U1"}),  # a unit child, near a special school that may stand in
        ({"kind": "special"}, {"S1"}),  # a unit doesn't stand in for a special school
        ({"ncy": 9}, {"S1"}),  # too old for the unit
        ({"ncy": 15}, set()),  # too old for both
        ({"need": "SEMH"}, set()),  # neither is designated for it
        ({"need": "SLCN"}, {"S1", "U1"}),  # a school for autism suits speech and language
        ({"need": "SLD", "kind": "special"}, {"S1"}),
        ({"zone": "C"}, {"U1"}),  # an hour and forty minutes is too far in primary
        ({"zone": "C", "ncy": 8, "kind": "special"}, {"S1"}),  # and not in secondary
    ],
)
def test_a_route_is_there_only_where_need_age_kind_and_time_allow(area: Area, of: dict, settings: set) -> None:
    assert set(routes(area, group(**of))["setting"]) == settings


def test_units_may_be_allowed_for_special_children(area: Area) -> None:
    allowed = ChangeAssumption("allocate.special_child_in_unit", 1.0)(area)
    assert set(routes(allowed, group(kind="special"))["setting"]) == {"S1", "U1"}


def test_a_girls_school_takes_girls(area: Area) -> None:
    girls = area.replace(settings=area.settings.assign(sex=["girls", "all"]))
    assert set(routes(girls, group())["setting"]) == {"U1"}
    assert set(routes(girls, group().assign(sex="girl"))["setting"]) == {"S1", "U1"}


def test_another_councils_place_has_its_price(area: Area) -> None:
    outside = area.replace(settings=area.settings.assign(is_in_area=[False, True]))
    before, after = (routes(a, group()).set_index("setting")["cost_gbp"] for a in (area, outside))
    assert after["S1"] - before["S1"] == pytest.approx(area.value("allocate.out_of_area_gbp"))
    assert after["U1"] == before["U1"]


def test_the_areas_suitability_comes_before_the_librarys(area: Area) -> None:
    table = national_suitability()
    own = table.assign(is_suitable=table["is_suitable"] & (table["need"] != "ASD"))
    assert routes(area.replace(suitability=own), group()).empty


def test_pairs_without_a_travel_time_are_estimated(area: Area) -> None:
    partly = area.replace(travel=area.travel[area.travel["setting"] == "U1"])
    found, whole = route_map(partly), route_map(area)
    assert np.isfinite(found.km).all()
    assert (found.km[:, 1] == whole.km[:, 1]).all()
    assert found.km[1, 0] == pytest.approx(12.5, rel=0.2)  # 10 km as the crow flies


def test_the_librarys_suitability_is_whole() -> None:
    table = national_suitability()
    assert len(table) == len(NEEDS) * (len(NEEDS) - 1)
    own = table[(table["need"] == table["designation"])]
    assert own["is_suitable"].all()
    assert table[table["is_suitable"]].groupby("need").size().reindex(list(NEEDS)).notna().all()


def test_an_unknown_zone_need_or_kind_is_named(area: Area) -> None:
    with pytest.raises(InputError, match="zone 'Z' is not one of A, B, C"):
        routes(area, group(zone="Z"))
    with pytest.raises(InputError, match=r"need 'ASDD'.*did you mean 'ASD'"):
        routes(area, group(need="ASDD"))
    with pytest.raises(InputError, match="kind 'school' is not one of special, unit"):
        routes(area, group(kind="school"))


def test_an_area_without_zones_or_settings_says_so(area: Area) -> None:
    with pytest.raises(MissingError, match=r"Tinyshire has no zones\.csv"):
        route_map(area.replace(zones=area.zones.iloc[:0]))
    with pytest.raises(MissingError, match="has no specialist setting in settings"):
        route_map(area.replace(settings=area.settings.iloc[:0]))


def test_routes_of_the_example_feed_solve() -> None:
    """Forty children of one zone each, placed by `solve` on the routes that the area gives."""
    area = sf.example_area()
    zones = area.zones["zone"].iloc[::11]
    groups = pd.DataFrame(
        {"zone": zones.to_numpy(), "ncy": 4, "need": "ASD"}, index=[f"g{i}" for i in range(len(zones))]
    )
    table = routes(area, groups)
    children = pd.Series(1, groups.index)
    places = pd.Series(2, pd.Index(table["setting"].unique()))
    found = sf.allocate.solve(children, places, table[["group", "setting", "cost_gbp"]], unplaced_gbp=150_000)
    assert found.placements["children"].sum() + found.unplaced.sum() == len(groups)
    assert found.certificate_gap_gbp == 0
