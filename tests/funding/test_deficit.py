"""Payback of places, and costs through time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency import funding
from sufficiency.errors import InputError
from sufficiency.funding.balance.payback import Payback
from sufficiency.funding.top_up.top_up import mainstream_top_up, project, protected
from sufficiency.prices import Growth
from sufficiency.scenarios.levers import ChangeAssumption
from tests.funding.conftest import HOME


def test_sixteen_unit_places_pay_back_in_under_two_years():
    # 16 x 54,000 to build; each child saves 60,000 - 8,000 - 6,000 a year.
    found = funding.payback(16, capital_a_place_gbp=54_000, place_gbp=6_000, top_up_gbp=8_000, leaves_gbp=60_000)
    assert found.capital_gbp == 864_000
    assert found.saving_gbp == 16 * 46_000
    assert found.years == pytest.approx(864_000 / 736_000)


def test_places_are_paid_for_while_they_fill():
    slow = funding.payback(
        10, capital_a_place_gbp=50_000, place_gbp=10_000, top_up_gbp=10_000, leaves_gbp=60_000, filled=(0.0, 1.0)
    )
    assert slow.years == pytest.approx(1 + (500_000 + 100_000) / 400_000)


def test_places_that_cost_more_than_they_save_never_pay_back():
    dear = funding.payback(10, capital_a_place_gbp=1, place_gbp=10_000, top_up_gbp=55_000, leaves_gbp=60_000)
    assert dear.saving_gbp < 0
    assert dear.years == float("inf")


@given(st.integers(1, 200), st.floats(1_000, 120_000), st.floats(20_000, 90_000))
def test_dearer_fees_never_lengthen_payback(places, capital, fee):
    def years(gbp: float) -> float:
        return funding.payback(
            places, capital_a_place_gbp=capital, place_gbp=10_000, top_up_gbp=9_000, leaves_gbp=gbp
        ).years

    assert years(fee + 1_000) <= years(fee)


def test_the_area_s_own_prices_make_the_payback(two_authorities):
    found = funding.place_payback(
        two_authorities, 10, built="special expansion", authority=HOME, financial_year=2025, filled=(1.0,)
    )
    assert found.saving_gbp == pytest.approx(10 * (60_000 - 12_000 - 10_000))
    assert found.capital_gbp == 600_000


def test_new_places_fill_in_their_first_year_as_far_as_the_area_says(two_authorities):
    def first_year(area):
        found = funding.place_payback(area, 10, built="special expansion", authority=HOME, financial_year=2025)
        return found.by_year["saving_gbp"].iloc[0]

    full, half, empty = (
        first_year(ChangeAssumption("funding.filled_first_year_share", share)(two_authorities))
        for share in (1.0, 0.5, 0.0)
    )
    assert first_year(two_authorities) == pytest.approx(half) == pytest.approx((full + empty) / 2)
    assert full > half > empty


def test_places_that_cost_nothing_to_build_have_paid_at_once():
    free = {"capital_a_place_gbp": 0, "place_gbp": 6_000, "top_up_gbp": 8_000, "leaves_gbp": 60_000}
    assert funding.payback(10, **free, filled=(0.5, 1.0)).years == 0
    assert funding.payback(10, **free).years == 0


def test_who_fills_a_place_decides_whether_it_pays(two_authorities):
    def found(*leaves: tuple[str, float, float]) -> Payback:
        table = pd.DataFrame(leaves, columns=["destination", "children", "gbp"])
        return funding.place_payback(
            two_authorities, 10, built="unit", authority=HOME, financial_year=2025, leaves=table, filled=(1.0,)
        )

    independent = ("in_independent", 1.0, 60_000.0)
    mixed = found(("in_mainstream", 3.0, 9_000.0), independent)
    assert mixed.saving_gbp == pytest.approx(10 * (0.25 * 60_000 + 0.75 * 9_000 - 8_000 - 6_000))
    assert found(("in_mainstream", 1.0, 9_000.0), ("in_independent", 0.0, 60_000.0)).years == float("inf")
    assert found(independent).years < mixed.years
    # At the break-even share a full year pays for place, top-up and borrowing, and for nothing more.
    share = mixed.break_even_independent_share
    at = found(("in_mainstream", 1 - share, 9_000.0), ("in_independent", share, 60_000.0))
    assert at.saving_gbp == pytest.approx(at.by_year["borrowing_gbp"].iloc[0])


def test_a_september_opening_has_seven_twelfths_of_its_first_financial_year_and_set_up_comes_first():
    finance = funding.Finance(grant_share=0.6, set_up_gbp=(30_000.0,), interest_rate=0.05, years=3, discount_rate=0.035)
    found = funding.payback(
        1, capital_a_place_gbp=50_000, place_gbp=10_000, top_up_gbp=10_000, leaves_gbp=44_000, finance=finance
    )
    assert found.by_year["saving_gbp"].tolist() == pytest.approx([14_000, 24_000, 24_000])
    assert found.by_year["borrowing_gbp"].iloc[0] == pytest.approx(20_000 * 0.05 / (1 - 1.05**-3))
    worth = -20_000 + (14_000 - 30_000) / 1.035 + 24_000 / 1.035**2 + 24_000 / 1.035**3
    assert found.net_present_value_gbp == pytest.approx(worth)
    assert found.years == pytest.approx(50_000 / 24_000)


def test_two_budgets_make_an_appraisal_in_constant_prices(two_authorities):
    cash = pd.Series({2025: 5.0, 2026: -10_000.0, 2027: 20_000 * 1.025})
    found = funding.invest_to_save(two_authorities, cash, capital_gbp=50_000, opens=2026)
    assert found.by_year["saving_gbp"].iloc[:3].tolist() == pytest.approx([-10_000, 20_000, 20_000])
    assert found.years == pytest.approx(1 + 60_000 / 20_000)
    with pytest.raises(InputError, match="no saving is given for 2030"):
        funding.invest_to_save(two_authorities, cash, capital_gbp=1, opens=2030)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"built": "annexe"}, "built='annexe' is not one of new special school, special expansion, unit"),
        ({"authority": "E09000001"}, "authority='E09000001' is not one of E06000001, E06000002"),
        ({"places": 0}, "payback: 0 places"),
        ({"capital_a_place_gbp": -1.0}, r"amounts \[-1\.0\]: none below 0"),
        ({"filled": (0.5, 1.2)}, r"shares filled \(0\.5, 1\.2\)"),
    ],
)
def test_payback_refuses_what_it_does_not_know(two_authorities, wrong, says):
    asked = {"places": 5, "built": "unit", "authority": HOME, "financial_year": 2025} | wrong
    with pytest.raises(InputError, match=says):
        funding.place_payback(two_authorities, asked.pop("places"), **asked)


def test_costs_pass_through_the_years_given_and_grow_after_them():
    path = project({2021: 100.0, 2023: 121.0}, range(2020, 2026), growth=Growth("top_up", 0, np.array([0.5])))
    assert path[2021] == 100
    assert path[2022] == pytest.approx(110)
    assert path[2023] == 121
    assert path[2024] == pytest.approx(181.5)
    assert path[2020] == pytest.approx(100 / 1.5)


def test_the_guarantee_holds_place_and_top_up_together(two_authorities):
    area = ChangeAssumption("funding.special_minimum_funding_guarantee", 0.03)(two_authorities)
    kept = protected(area, {y: np.array([gbp]) for y, gbp in {2025: 12_000.0, 2026: 12_000.0, 2027: 15_000.0}.items()})
    assert kept[2026] + 10_000 == pytest.approx(22_000 * 1.03)
    assert kept[2027] == 15_000


@pytest.mark.parametrize(("cost", "top_up"), [(5_000, 0), (6_000, 0), (6_001, 1), (13_400, 7_400)])
def test_a_mainstream_school_meets_the_first_6_000(cost, top_up):
    assert mainstream_top_up(cost, financial_year=2025) == top_up


def test_unit_costs_of_2021_22_fall_out_near_those_derived_from_published_spending():
    area = sf.example_area()
    from sufficiency.funding.balance.past_years import retrospect

    spent = retrospect(area, area.base_year).query("financial_year == 2021").set_index(["authority", "provision"])
    unit = spent["gbp"] / spent["children"]
    assert 19_500 * 0.97 <= unit["E06000061", "special"] <= 20_300 * 1.03
    assert 19_500 * 0.97 <= unit["E06000062", "special"] <= 20_300 * 1.03
    assert 56_000 <= unit["E06000061", "independent_special"] <= 70_000
    assert 56_000 <= unit["E06000062", "independent_special"] <= 70_000


def test_spending_of_2021_22_is_within_two_percent_of_the_outturn_of_both_authorities():
    area = sf.example_area()
    from sufficiency.funding.balance.past_years import compared, retrospect

    table = compared(area, retrospect(area, area.base_year))
    outturn = table[(table["measure"] == "spend") & table["reported_gbp"].notna()]
    assert len(outturn) == 2
    assert (outturn["difference_gbp"].abs() / outturn["reported_gbp"] < 0.02).all()


def test_balances_to_2025_26_are_compared_with_what_the_councils_reported_in_words():
    area = sf.example_area()
    from sufficiency.funding.balance.past_years import compared, retrospect

    table = compared(area, retrospect(area, area.base_year))
    in_year = table[table["measure"] == "in_year"]
    assert {2023, 2024, 2025} <= set(in_year["financial_year"])
    reported = in_year.set_index(["authority", "financial_year"])["reported_gbp"]
    assert reported["E06000061", 2025] == -20_644_000
    assert np.isnan(reported["E06000062", 2025])  # 31.1m is of the whole grant, not of high needs
    west = in_year[(in_year["authority"] == "E06000062") & (in_year["financial_year"] == 2024)].iloc[0]
    assert west["reported_gbp"] == -20_100_000
    assert "a year faster than assumed since 2021-22" in west["says"]
