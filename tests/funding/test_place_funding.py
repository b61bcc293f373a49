"""Place funding of a financial year: two academic years of places, before and after 16, filled and empty."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency.errors import InputError
from sufficiency.funding.places.place_funding import place_funding


def school(places: int, later: int | None = None, **more: object) -> pd.DataFrame:
    rows = [{"setting": "A", "setting_type": "special", "year": y} | more for y in (2025, 2026)]
    return pd.DataFrame(rows).assign(places=[places, places if later is None else later])


def paid(places: pd.DataFrame, year: int = 2025) -> float:
    return float(place_funding(places, financial_year=year)["place_funding_gbp"].sum())


def test_a_special_school_is_paid_five_twelfths_of_one_year_and_seven_of_the_next():
    assert paid(school(100, 112)) == pytest.approx(100 * 10_000 * 5 / 12 + 112 * 10_000 * 7 / 12)


def test_after_16_it_is_four_twelfths_and_eight():
    all_post_16 = school(100, 112).assign(post_16_places=[100, 112])
    assert paid(all_post_16) == pytest.approx(100 * 10_000 * 4 / 12 + 112 * 10_000 * 8 / 12)


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from(["sen_unit", "resourced_provision"]))
def test_an_empty_unit_place_is_paid_10_000_and_a_filled_one_6_000(places, filled, kind):
    occupied = min(places, filled)
    unit = school(places, setting_type=kind).assign(occupied=occupied)
    assert paid(unit) == pytest.approx(6_000 * occupied + 10_000 * (places - occupied))


def test_a_special_place_is_paid_whether_filled_or_not():
    assert paid(school(50).assign(occupied=0)) == paid(school(50).assign(occupied=50)) == 500_000


def test_places_given_for_one_academic_year_of_two_are_refused_by_name():
    with pytest.raises(InputError, match=r"A has no places for 2025/26: financial year 2025-26 takes from"):
        place_funding(school(50).iloc[:1], financial_year=2025)


def test_a_setting_with_neither_academic_year_is_refused():
    with pytest.raises(InputError, match=r"A has no places for 2029/30 or 2030/31"):
        place_funding(school(50), financial_year=2030)


@pytest.mark.parametrize(
    ("places", "says"),
    [
        (school(-1, 5), "places below 0"),
        (school(5).assign(post_16_places=6), "more places after 16 than in all"),
        (pd.concat([school(5), school(5)]), "the same academic year twice"),
    ],
)
def test_places_that_can_t_be_are_refused(places, says):
    with pytest.raises(InputError, match=says):
        place_funding(places, financial_year=2025)


@pytest.mark.parametrize(
    ("setting_type", "before_16", "after_16"),
    [
        ("special", 10_000, 10_000),
        ("sen_unit", 6_000, 6_000),
        ("resourced_provision", 6_000, 6_000),
        ("alternative_provision", 10_000, 6_000),
        ("further_education", 0, 6_000),
        ("mainstream", 0, 6_000),
        ("non_maintained_special", 0, 0),  # DfE pays direct
        ("specialist_post_16", 0, 0),
        ("independent_special", 0, 0),
    ],
)
def test_each_kind_of_setting_is_paid_its_rates_before_and_after_16(setting_type, before_16, after_16):
    mixed = school(12, setting_type=setting_type).assign(post_16_places=5)
    found = place_funding(mixed, financial_year=2025).iloc[0]
    assert (found["setting"], found["setting_type"]) == ("A", setting_type)
    assert found["pre_16_gbp"] == pytest.approx(7 * before_16)
    assert found["post_16_gbp"] == pytest.approx(5 * after_16)
    assert found["place_funding_gbp"] == pytest.approx(7 * before_16 + 5 * after_16)


def test_only_places_before_16_of_a_unit_are_paid_more_when_empty():
    unit = school(10, setting_type="sen_unit").assign(post_16_places=8, occupied=0)
    found = place_funding(unit, financial_year=2025).iloc[0]
    assert found["pre_16_gbp"] == pytest.approx(2 * 10_000)
    assert found["post_16_gbp"] == pytest.approx(8 * 6_000)


def test_a_unit_with_more_children_than_places_is_paid_for_its_places():
    assert paid(school(10, setting_type="sen_unit").assign(occupied=14)) == pytest.approx(60_000)


def test_settings_come_in_the_order_given_each_with_its_own_sum_and_other_years_are_left_out():
    both = pd.concat([school(4).assign(setting="B"), school(2), school(900).assign(year=[2020, 2030])])
    found = place_funding(both, financial_year=2025)
    assert found["setting"].tolist() == ["B", "A"]
    assert found["place_funding_gbp"].tolist() == pytest.approx([40_000, 20_000])


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"places": [0, 0], "post_16_places": [0, -1]}, r"A in 2025/26: post_16_places below 0 \(0 places\)"),
        ({"places": [-4, -3]}, r"A in 2024/25: places below 0 \(-4 places\)"),
        ({"occupied": [-1, 0]}, r"A in 2024/25: occupied below 0 \(5 places\)"),
    ],
)
def test_a_fault_names_setting_and_year(changed, says):
    with pytest.raises(InputError, match=says):
        place_funding(school(5).assign(**changed), financial_year=2025)


def test_no_places_at_all_or_all_of_them_after_16_are_allowed():
    assert paid(school(0).assign(post_16_places=0, occupied=0)) == 0
    assert paid(school(5).assign(post_16_places=5)) == pytest.approx(50_000)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="places lack the column 'year'; they have setting, setting_type, places"):
        place_funding(school(5).drop(columns="year"), financial_year=2025)
