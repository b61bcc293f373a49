"""Place funding: published deductions from places, and the rules for an empty, a filled and an overfull place."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency.errors import InputError, MissingError
from sufficiency.funding.places import place_plus
from tests.funding.dsg import dsg_rows

TABLES = Path(__file__).parent / "tables"
KINDS = {kind: (rate, is_post_16) for kind, rate, is_post_16 in place_plus.DEDUCTIONS}


@pytest.fixture(scope="module")
def deductions() -> pd.DataFrame:
    """Return the published deductions of Northamptonshire, its neighbours and England, 2020-21 to 2023-24."""
    return pd.read_csv(TABLES / "place_deductions.csv")


def modelled(row) -> int:
    rate, is_post_16 = KINDS[row.kind]
    return place_plus.place_deduction(
        row.before, row.after, rate_gbp=place_plus.rate_gbp(rate, row.financial_year), is_post_16=is_post_16
    )


@pytest.mark.parametrize(
    ("kind", "before", "after", "gbp"),
    [
        ("special_academy", 665, 676, 6_714_167),
        ("special_academy_post_16", 84, 90, 880_001),
        ("mainstream_academy_unit_occupied", 172, 184, 1_074_000),
        ("mainstream_academy_unit_empty", 9, 2, 49_167),
        ("mainstream_academy_post_16", 12, 15, 84_000),
        ("further_education_and_ilp", 36_339, 38_968, 228_550_000),
        ("alternative_provision_academy", 8_060, 8_249, 81_702_500),
    ],
)
def test_places_of_2023_make_their_deduction(kind, before, after, gbp):
    row = pd.Series({"kind": kind, "before": before, "after": after, "financial_year": 2023})
    assert modelled(row) == gbp


def test_every_authority_s_deductions_follow_from_its_places_to_the_pound(deductions):
    places = deductions[deductions["before"].notna() & (deductions["area"] != "ENGLAND")]
    assert len(places) > 250
    assert (places["deduction_gbp"] == [modelled(row) for row in places.itertuples()]).all()


def test_every_total_is_the_sum_of_its_kinds(deductions):
    for (year, area), of_area in deductions.groupby(["financial_year", "area"]):
        kinds = of_area[of_area["before"].notna()]
        hospital = of_area.loc[of_area["kind"] == "hospital", "deduction_gbp"].sum()
        total = of_area.loc[of_area["kind"] == "total", "deduction_gbp"].item()
        assert kinds["deduction_gbp"].sum() + hospital == total
        found = place_plus.place_deductions(kinds, financial_year=year, hospital_gbp=hospital)
        slack = 250 if area == "ENGLAND" else 0  # England is a sum of some 150 authorities, each rounded up
        assert abs(total - found["total"]) <= slack, (year, area)


def test_the_published_sheets_are_reproduced(published):
    for year in (2020, 2021, 2022, 2023):
        sheet = dsg_rows(published, year, "High_needs_deductions").set_index(0)
        assert len(sheet) >= 12
        for area, row in sheet.iterrows():
            if area == "ENGLAND":
                continue
            kinds = [k for k, _, _ in place_plus.DEDUCTIONS]
            kinds.insert(kinds.index("sixteen_to_nineteen_academy"), "hospital")
            starts = dict(zip(kinds, range(1, 48, 3), strict=True))
            places = pd.DataFrame(
                [{"kind": k, "before": row[s], "after": row[s + 1]} for k, s in starts.items() if k != "hospital"]
            )
            hospital = row[starts["hospital"] + 2]
            found = place_plus.place_deductions(places, financial_year=year, hospital_gbp=hospital)
            assert found["total"] == row[49], (year, area)


def school(places: int, later: int | None = None, **more: object) -> pd.DataFrame:
    rows = [{"setting": "A", "setting_type": "special", "year": y} | more for y in (2025, 2026)]
    return pd.DataFrame(rows).assign(places=[places, places if later is None else later])


def paid(places: pd.DataFrame, year: int = 2025) -> float:
    return float(place_plus.place_funding(places, financial_year=year)["place_funding_gbp"].sum())


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


def test_places_given_for_one_academic_year_of_two_are_refused_by_name():
    with pytest.raises(InputError, match=r"A has no places for 2025/26: financial year 2025-26 takes from"):
        place_plus.place_funding(school(50).iloc[:1], financial_year=2025)


def test_a_setting_with_neither_academic_year_is_refused():
    with pytest.raises(InputError, match=r"A has no places for 2029/30 or 2030/31"):
        place_plus.place_funding(school(50), financial_year=2030)


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
        place_plus.place_funding(places, financial_year=2025)


@pytest.mark.parametrize("gbp", [-1.0, float("nan")])
def test_a_negative_top_up_is_refused(gbp):
    with pytest.raises(InputError, match="is below 0 or not a number"):
        place_plus.elements("special", financial_year=2024, top_up_gbp=gbp)


def test_an_unknown_type_of_setting_suggests_the_nearest():
    with pytest.raises(InputError, match="did you mean 'special'"):
        place_plus.elements("specials", financial_year=2024)


def test_an_unknown_kind_of_deduction_suggests_the_nearest():
    with pytest.raises(InputError, match="did you mean 'special_academy'"):
        place_plus.place_deductions(
            pd.DataFrame([{"kind": "special_acadmy", "before": 1, "after": 1}]), financial_year=2023
        )
