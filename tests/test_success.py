"""How children fare beside others: by hand, by law, and as published; and which schools differ from chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.inputs.files.sheets import sheet_of
from sufficiency.inputs.releases import dfe_lait, dfe_school_performance
from sufficiency.published import success as published_success
from sufficiency.success.judged import SAME, UNJUDGED, beside_earlier, beside_mean, interval
from sufficiency.words.success import MEASURES

NORTH, WEST = "North Northamptonshire", "West Northamptonshire"
ALIKE = [28.0, 30.0, 32.0, 29.0, 31.0]  # neighbours about 30


def schools(shares: list[float], pupils: int = 200) -> pd.DataFrame:
    """Return primary schools of so many pupils with these shares at SEN Support. [%]"""
    rows = [
        (str(100_000 + n), f"School {n}", "primary", "E06000001", "West", pupils, round(pupils * s / 100), 2, 2024)
        for n, s in enumerate(shares)
    ]
    columns = ["school", "name", "phase", "authority", "district", "pupils", "sen_support", "plans", "year"]
    return tables.check(pd.DataFrame(rows, columns=columns), tables.SCHOOL_SEN)


def outcomes(rows: list[tuple[str, str, int, float]]) -> pd.DataFrame:
    return tables.check(pd.DataFrame(rows, columns=["whose", "measure", "year", "value"]), tables.OUTCOMES)


def fared(area: Area) -> pd.DataFrame:
    return sf.success_measures(area).summary().set_index("measure")


def test_a_share_of_many_children_differs_from_neighbours_where_the_same_share_of_few_does_not() -> None:
    assert beside_mean(20, 1000, ALIKE, "higher").verdict == "worse"
    assert beside_mean(20, 1000, ALIKE, "lower").verdict == "better"
    assert beside_mean(20, 1000, ALIKE, "").verdict == "lower"
    assert beside_mean(20, 20, ALIKE, "higher").verdict == SAME


def test_a_score_differs_only_where_it_lies_further_from_neighbours_than_they_lie_from_one_another() -> None:
    assert beside_mean(33, None, ALIKE, "higher").verdict == UNJUDGED  # what chance allows isn't known
    assert beside_mean(40, None, ALIKE, "higher").verdict == "better"
    assert beside_mean(40, None, ALIKE[:3], "higher").verdict == ""  # three neighbours show no spread


def test_a_change_is_told_from_chance_by_the_children_of_both_years() -> None:
    assert beside_earlier(30, 20, (900, 900), [], "higher").verdict == "better"
    assert beside_earlier(30, 20, (30, 900), [], "higher").verdict == SAME
    assert beside_earlier(30, 20, (None, None), [1, -1, 2, 0, -2], "lower").verdict == "worse"
    assert beside_earlier(30, 20, (None, None), [], "lower").verdict == ""


@given(st.floats(0, 100), st.integers(1, 5_000))
def test_a_range_holds_its_share_stays_within_nothing_and_all_and_narrows_with_children(share: float, n: int) -> None:
    low, high = interval(share, n)
    assert -1e-9 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 100 + 1e-9
    closer = interval(share, 10 * n)
    assert closer[1] - closer[0] <= high - low + 1e-9


def test_no_child_in_ten_is_not_known_to_be_none_of_a_hundred() -> None:
    assert interval(0, 10) == pytest.approx((0.0, 27.75), abs=0.01)  # Wilson, by hand: z² / (n + z²)


def test_neighbours_are_averaged_and_ranked_by_hand(tiny_area: Area) -> None:
    rows = [("E06000001", "key_stage_2_support", 2025, 26.0), ("England", "key_stage_2_support", 2025, 29.0)]
    rows += [(name, "key_stage_2_support", 2025, v) for name, v in (("Aye", 20.0), ("Bee", 30.0), ("Cee", 31.0))]
    beside = [("E06000001", name, rank) for rank, name in enumerate(("Aye", "Bee", "Cee"), start=1)]
    near = tables.check(pd.DataFrame(beside, columns=["authority", "neighbour", "rank"]), tables.NEIGHBOURS)
    row = fared(tiny_area.replace(outcomes=outcomes(rows), neighbours=near)).loc["key_stage_2_support"]
    assert row["neighbours"] == pytest.approx(27.0)
    assert (row["rank"], row["ranked"], row["of_neighbours"]) == (3, 4, 3)
    assert row["england"] == 29.0
    assert row["when"] == "2024/25"


def test_fewer_than_half_of_the_neighbours_make_no_mean(tiny_area: Area) -> None:
    rows = [("E06000001", "phonics_support", 2025, 26.0), ("Aye", "phonics_support", 2025, 20.0)]
    beside = [("E06000001", name, rank) for rank, name in enumerate(("Aye", "Bee", "Cee"), start=1)]
    near = tables.check(pd.DataFrame(beside, columns=["authority", "neighbour", "rank"]), tables.NEIGHBOURS)
    row = fared(tiny_area.replace(outcomes=outcomes(rows), neighbours=near)).loc["phonics_support"]
    assert np.isnan(row["neighbours"])
    assert row["beside"] == ""


def test_a_year_that_later_ones_cannot_be_set_beside_is_left_out(tiny_area: Area) -> None:
    rows = [("E06000001", "attainment_8_plans", year, 10.0) for year in (2021, 2023, 2025)]
    row = fared(tiny_area.replace(outcomes=outcomes(rows))).loc["attainment_8_plans"]
    assert row["since"] == "2022/23"


def test_the_children_that_are_given_are_used_before_an_estimate(tiny_area: Area) -> None:
    frame = pd.DataFrame(
        [("E06000001", "phonics_support", 2025, 50.0, 400)], columns=["whose", "measure", "year", "value", "children"]
    )
    row = fared(tiny_area.replace(outcomes=tables.check(frame, tables.OUTCOMES))).loc["phonics_support"]
    assert row["children"] == 400
    assert row["high"] - row["low"] == pytest.approx(2 * 4.87, abs=0.05)


def test_what_nobody_publishes_stands_as_unknown() -> None:
    found = sf.success_measures(sf.example_area()).summary()
    unknown = found[found["value"].isna()]
    assert set(unknown["measure"]) == {
        "without_place_plans",
        "absence_support",
        "absence_plans",
        "complaints_all",
        "internships_all",
    }
    assert len(found) == 2 * len(MEASURES)


def test_the_examples_own_requests_are_later_than_the_tool_that_repeats_them() -> None:
    found = sf.success_measures(sf.example_area()).summary().set_index(["authority", "measure"])
    assert found.loc[(WEST, "refused_all"), "year"] == 2025
    assert found.loc[(WEST, "refused_all"), "value"] == pytest.approx(100 * 628 / 1575)
    assert found.loc[(NORTH, "refused_all"), "value"] == pytest.approx(100 * 234 / 1383)
    assert found.loc[(NORTH, "refused_all"), "england"] == pytest.approx(100 * 43289 / 162702)


def test_a_gap_is_what_peers_have_less_what_children_at_sen_support_have() -> None:
    gaps = sf.success_measures(sf.example_area()).gaps().set_index(["authority", "of", "group"])
    assert gaps.loc[(NORTH, "key_stage_2", "support"), "gap"] == 70 - 26
    assert gaps.loc[(WEST, "key_stage_2", "support"), "england"] == 74 - 29


def test_the_best_neighbour_of_each_may_be_the_other_authority_of_the_area() -> None:
    best = sf.success_measures(sf.example_area()).best_neighbours().set_index(["authority", "measure"])
    assert best.loc[(NORTH, "early_years_support"), "best"] == WEST


def test_a_measure_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(MissingError, match="key_stage_2_support"):
        sf.success_measures(sf.example_area()).beside("key_stage_2_suport")


def test_a_measure_misspelt_in_a_file_is_refused() -> None:
    with pytest.raises(InputError, match="'phonics_suport' is not one of"):
        outcomes([("E06000001", "phonics_suport", 2025, 1.0)])


def test_schools_that_are_alike_stand_within_their_limits_and_one_that_is_not_stands_out(tiny_area: Area) -> None:
    alike = sf.success.by_school(tiny_area.replace(school_sen=schools([10.0] * 20)))
    assert set(alike.schools["stands"]) == {"within"}
    assert alike.phases["overdispersion"].tolist() == [1.0]
    one_out = sf.success.by_school(tiny_area.replace(school_sen=schools([10.0] * 19 + [30.0]))).schools
    assert one_out["stands"].tolist() == ["within"] * 19 + ["above"]


def test_chance_alone_puts_few_schools_outside_the_limits_and_shows_no_overdispersion(tiny_area: Area) -> None:
    random = np.random.default_rng(7)
    shares = (100 * random.binomial(300, 0.12, 2_000) / 300).tolist()
    found = sf.success.by_school(tiny_area.replace(school_sen=schools(shares, 300)))
    outside = found.schools["stands"].isin(["above", "below"]).mean()
    assert 0 <= outside < 0.006  # 0.2 % expected
    assert found.schools["stands"].ne("within").mean() == pytest.approx(0.05, abs=0.02)
    assert found.phases["overdispersion"].iloc[0] == pytest.approx(1, abs=0.1)


def test_limits_narrow_as_schools_grow(tiny_area: Area) -> None:
    found = sf.success.by_school(tiny_area.replace(school_sen=schools([8.0, 12.0, 10.0])))
    edges = found.limits("primary", np.array([50.0, 500.0, 5_000.0]))
    width = edges["high 99.8 %"] - edges["low 99.8 %"]
    assert width.is_monotonic_decreasing
    assert (edges["high 99.8 %"] > edges["high 95 %"]).all()
    assert width.iloc[2] == pytest.approx(2 * 3.09 * np.sqrt(10 * 90 / 5_000), rel=0.03)


def test_an_area_without_schools_says_which_file_it_lacks(tiny_area: Area) -> None:
    with pytest.raises(MissingError, match=r"school_sen\.csv"):
        sf.success.by_school(tiny_area)


def test_the_tools_years_are_those_in_which_a_period_ends(tmp_path) -> None:
    file = tmp_path / "lait.csv"
    rows = [
        "TotPermEx,2015/16,Kent,886.0,0.1",
        "KS1P_SEND,2025 (prov),Kent,886.0,52",
        "SEN_INIT_REQ,2024,England,970.0,-",
    ]
    file.write_text("Measure_short,Years,LA and Regions,LA Number,Values\n" + "\n".join(rows))
    found = dfe_lait.outcomes(file)
    assert found[["measure", "year", "value"]].to_numpy().tolist() == [
        ["permanent_exclusion_all", 2016, 0.1],
        ["phonics_support", 2025, 52.0],
    ]


def test_neighbours_are_named(tmp_path) -> None:
    file = tmp_path / "neighbours.csv"
    file.write_text(
        "old_la_code,la_name,rank,neighbour_old_la_code,closeness\n886,Kent,1,881,Close\n881,Essex,1,886,Close\n"
    )
    found = published_success.neighbours(dfe_lait.neighbours(file), {"E10000016": "Kent County Council"})
    assert found[["authority", "neighbour", "rank"]].to_numpy().tolist() == [["E10000016", "Essex", 1]]


def test_the_january_of_schools_stands_in_the_name_of_their_folder(tmp_path) -> None:
    folder = tmp_path / "2022-2023"
    folder.mkdir()
    file = folder / "england_census.csv"
    file.write_text(
        "URN,LA,SCHOOLTYPE,NOR,TSENELSE,TSENELK\n1,886,State-funded primary,200,3,20\n2,886,Independent school,90,0,9\n3,886,State-funded primary,SUPP,SUPP,SUPP\n",
        encoding="utf-8-sig",
    )
    found = dfe_school_performance.school_census(file)
    assert found[["school", "phase", "pupils", "sen_support", "plans", "year"]].to_numpy().tolist() == [
        ["1", "primary", 200, 20, 3, 2023]
    ]
    assert dfe_school_performance.january_of(sheet_of(file.rename(tmp_path / "england_census.csv"))) is None


def test_a_school_belongs_to_the_district_of_the_nearest_home(tiny_area: Area) -> None:
    placed = (
        schools([10.0, 10.0])
        .drop(columns=["authority", "district"])
        .assign(easting=[401_000.0, 419_000.0], northing=300_000.0)
    )
    assert published_success.school_sen(placed, tiny_area.zones)["district"].tolist() == ["West", "East"]
