"""Place-plus: the elements of each kind of place, and who pays them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from sufficiency.errors import InputError, MissingError
from sufficiency.funding.places import place_plus


@pytest.mark.parametrize(
    ("kind", "is_post_16", "is_occupied", "place", "payer"),
    [
        ("special", False, False, 10_000, place_plus.PROVIDER),
        ("special", True, True, 10_000, place_plus.PROVIDER),
        ("sen_unit", False, True, 6_000, place_plus.PROVIDER),
        ("sen_unit", False, False, 10_000, place_plus.PROVIDER),
        ("resourced_provision", True, True, 6_000, place_plus.PROVIDER),
        ("alternative_provision", False, True, 10_000, place_plus.PROVIDER),
        ("alternative_provision", True, True, 6_000, place_plus.PROVIDER),
        ("further_education", True, True, 6_000, place_plus.PROVIDER),
        ("mainstream", False, True, 0, place_plus.FORMULA),
        ("mainstream", True, True, 6_000, place_plus.PROVIDER),
        ("non_maintained_special", False, True, 10_000, place_plus.DFE),
        ("specialist_post_16", True, True, 6_000, place_plus.DFE),
        ("independent_special", False, True, 0, place_plus.RESIDENT),
        ("elsewhere", False, True, 0, place_plus.RESIDENT),
    ],
)
def test_each_kind_of_place_has_its_rate_and_its_payer(kind, is_post_16, is_occupied, place, payer):
    found = place_plus.elements(kind, financial_year=2024, is_post_16=is_post_16, is_occupied=is_occupied)
    assert (found.place_gbp, found.place_paid_by) == (place, payer)


def test_an_independent_school_has_no_place_funding_only_a_fee():
    found = place_plus.elements("independent_special", financial_year=2024, top_up_gbp=61_700)
    assert (found.place_gbp, found.element_3_gbp, found.authority_gbp) == (0, 61_700, 61_700)


def test_the_elements_of_a_special_place_are_4_000_and_6_000_and_the_top_up():
    found = place_plus.elements("special", financial_year=2024, top_up_gbp=14_000)
    assert (found.element_1_gbp, found.element_2_gbp, found.authority_gbp) == (4_000, 6_000, 24_000)


def test_a_year_with_no_tariff_says_which_years_there_are():
    with pytest.raises(
        MissingError, match="no tariff 'special_place_gbp' is known for 2012-13: there is one for 2020-21"
    ):
        place_plus.elements("special", financial_year=2012)


@pytest.mark.parametrize("gbp", [-1.0, float("nan")])
def test_a_negative_top_up_is_refused(gbp):
    with pytest.raises(InputError, match="is below 0 or not a number"):
        place_plus.elements("special", financial_year=2024, top_up_gbp=gbp)


def test_an_unknown_type_of_setting_suggests_the_nearest():
    with pytest.raises(InputError, match="did you mean 'special'"):
        place_plus.elements("specials", financial_year=2024)


NO = math.nan  # the school's own formula pays it


def test_the_tariff_has_every_kind_of_place_with_its_elements_and_payer():
    """The whole of 2024-25, from the operational guide: type, stage, state, elements 1 and 2, place, payer."""
    provider, formula, dfe, resident = place_plus.PROVIDER, place_plus.FORMULA, place_plus.DFE, place_plus.RESIDENT
    units = [
        row
        for kind in ("sen_unit", "resourced_provision")
        for row in (
            (kind, "pre-16", "occupied", NO, 6_000, 6_000, provider),
            (kind, "pre-16", "empty", 4_000, 6_000, 10_000, provider),
            (kind, "post-16", "occupied", NO, 6_000, 6_000, provider),
        )
    ]
    wanted = [
        ("mainstream", "pre-16", "either", NO, 6_000, 0, formula),
        ("mainstream", "post-16", "either", NO, 6_000, 6_000, provider),
        *units,
        ("special", "pre-16", "either", 4_000, 6_000, 10_000, provider),
        ("special", "post-16", "either", 4_000, 6_000, 10_000, provider),
        ("alternative_provision", "pre-16", "either", 4_000, 6_000, 10_000, provider),
        ("alternative_provision", "post-16", "either", NO, 6_000, 6_000, provider),
        ("further_education", "pre-16", "either", NO, 0, 0, provider),
        ("further_education", "post-16", "either", NO, 6_000, 6_000, provider),
        ("non_maintained_special", "pre-16", "either", 4_000, 6_000, 10_000, dfe),
        ("non_maintained_special", "post-16", "either", 4_000, 6_000, 10_000, dfe),
        ("specialist_post_16", "pre-16", "either", NO, 0, 0, dfe),
        ("specialist_post_16", "post-16", "either", NO, 6_000, 6_000, dfe),
        ("independent_special", "pre-16", "either", 0, 0, 0, resident),
        ("independent_special", "post-16", "either", 0, 0, 0, resident),
    ]
    found = place_plus.tariff(2024)
    columns = ["setting_type", "stage", "state", "element_1_gbp", "element_2_gbp", "place_gbp", "paid_by"]
    pd.testing.assert_frame_equal(found, pd.DataFrame(wanted, columns=columns), check_dtype=False)


def test_a_place_is_taken_to_be_filled_by_a_child_before_16_with_no_top_up():
    found = place_plus.elements("resourced_provision", financial_year=2024)
    assert found == place_plus.elements(
        "resourced_provision", financial_year=2024, is_post_16=False, is_occupied=True, top_up_gbp=0.0
    )
    assert (found.place_gbp, found.element_3_gbp, found.top_up_paid_by) == (6_000, 0, place_plus.RESIDENT)


def test_an_authority_pays_no_place_that_dfe_pays_direct():
    found = place_plus.elements("non_maintained_special", financial_year=2024, top_up_gbp=20_000)
    assert (found.element_3_gbp, found.authority_gbp) == (20_000, 20_000)


def test_in_mainstream_the_top_up_comes_above_the_threshold():
    before = place_plus.elements("mainstream", financial_year=2024, top_up_gbp=3_000)
    assert (before.element_2_gbp, before.element_3_gbp, before.authority_gbp) == (6_000, 3_000, 3_000)
    after = place_plus.elements("mainstream", financial_year=2024, is_post_16=True, top_up_gbp=3_000)
    assert after.authority_gbp == 9_000


def test_a_tariff_holds_from_its_first_year():
    assert place_plus.rate_gbp("special_place_gbp", 2020) == 10_000
    assert place_plus.rate_gbp("national_high_needs_funding_gbp", 2019) == 6_279_000_000  # the first of several
    with pytest.raises(MissingError, match="known for 2019-20"):
        place_plus.rate_gbp("special_place_gbp", 2019)
