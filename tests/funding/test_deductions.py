"""Deductions for places that DfE pays direct: every published figure of four years, to the pound."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.errors import InputError
from sufficiency.funding.places.deductions import DEDUCTIONS, place_deduction, place_deductions
from sufficiency.funding.places.place_plus import rate_gbp
from tests.funding.dsg import dsg_rows

TABLES = Path(__file__).parent / "tables"

KINDS = {kind: (rate, is_post_16) for kind, rate, is_post_16 in DEDUCTIONS}


@pytest.fixture(scope="module")
def deductions() -> pd.DataFrame:
    """Return the published deductions of Northamptonshire, its neighbours and England, 2020-21 to 2023-24."""
    return pd.read_csv(TABLES / "place_deductions.csv")


def modelled(row) -> int:
    rate, is_post_16 = KINDS[row.kind]
    return place_deduction(row.before, row.after, rate_gbp=rate_gbp(rate, row.financial_year), is_post_16=is_post_16)


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
        found = place_deductions(kinds, financial_year=year, hospital_gbp=hospital)
        slack = 250 if area == "ENGLAND" else 0  # England is a sum of some 150 authorities, each rounded up
        assert abs(total - found["total"]) <= slack, (year, area)


def test_the_published_sheets_are_reproduced(published):
    for year in (2020, 2021, 2022, 2023):
        sheet = dsg_rows(published, year, "High_needs_deductions").set_index(0)
        assert len(sheet) >= 12
        for area, row in sheet.iterrows():
            if area == "ENGLAND":
                continue
            kinds = [k for k, _, _ in DEDUCTIONS]
            kinds.insert(kinds.index("sixteen_to_nineteen_academy"), "hospital")
            starts = dict(zip(kinds, range(1, 48, 3), strict=True))
            places = pd.DataFrame(
                [{"kind": k, "before": row[s], "after": row[s + 1]} for k, s in starts.items() if k != "hospital"]
            )
            hospital = row[starts["hospital"] + 2]
            found = place_deductions(places, financial_year=year, hospital_gbp=hospital)
            assert found["total"] == row[49], (year, area)


def test_an_unknown_kind_of_deduction_suggests_the_nearest():
    with pytest.raises(InputError, match="did you mean 'special_academy'"):
        place_deductions(pd.DataFrame([{"kind": "special_acadmy", "before": 1, "after": 1}]), financial_year=2023)


def test_a_part_of_a_year_has_a_rate_in_whole_pence_and_the_sum_goes_up_to_the_pound():
    assert place_deduction(1, 0, rate_gbp=10_000) == 4_167  # 4,166.67
    assert place_deduction(0, 1, rate_gbp=10_000) == 5_834  # 5,833.33
    assert place_deduction(3, 3, rate_gbp=10_000) == 30_000
    assert place_deduction(1, 0, rate_gbp=10_000, is_post_16=True) == 3_334  # 3,333.33
    assert place_deduction(0, 1, rate_gbp=10_000, is_post_16=True) == 6_667
    assert place_deduction(0, 0, rate_gbp=0) == 0


@pytest.mark.parametrize(("before", "after", "rate"), [(-1, 5, 6_000), (5, -1, 6_000), (5, 5, -1)])
def test_what_is_below_0_is_refused(before, after, rate):
    with pytest.raises(InputError, match="none can be below 0"):
        place_deduction(before, after, rate_gbp=rate)


def test_each_kind_is_deducted_at_its_own_rate_and_hospitals_their_sum():
    places = pd.DataFrame(
        [("special_academy", 12, 12), ("special_academy_post_16", 3, 0), ("further_education_and_ilp", 3, 0)],
        columns=["kind", "before", "after"],
    )
    found = place_deductions(places, financial_year=2024, hospital_gbp=1_000.4)
    assert found.name == "deduction_gbp"
    assert found.to_dict() == {
        "special_academy": 120_000,
        "special_academy_post_16": 10_000,
        "further_education_and_ilp": 6_000,
        "hospital": 1_000,
        "total": 137_000,
    }
    assert place_deductions(places.iloc[:0], financial_year=2024)["total"] == 0


def test_a_kind_s_name_says_its_rate_and_whether_it_is_after_16():
    """Rates that are the same today may part tomorrow, so they are held by name and not by amount."""
    for kind, rate, is_post_16 in DEDUCTIONS:
        late = "post_16" in kind or kind in ("sixteen_to_nineteen_academy", "further_education_and_ilp")
        is_special = kind.startswith(("special_academy", "special_free_school")) or kind.endswith("_sen")
        assert is_post_16 == late
        if kind.startswith("mainstream_academy_unit"):
            assert rate == f"unit_place_{kind.rsplit('_', 1)[1]}_gbp"
        elif kind.endswith("alternative_provision") or kind == "alternative_provision_academy":
            assert rate == "alternative_provision_place_gbp"
        else:
            assert rate == ("special_place_gbp" if is_special else "post_16_place_gbp")
