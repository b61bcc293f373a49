"""The EHC-plan release is read whole: every authority's parts sum to the totals that it publishes, in every layout."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sufficiency.errors import InputError, MissingError
from sufficiency.inputs.releases import dfe_ehc_plans, dfe_ehc_plans_2022, dfe_ehc_plans_names
from sufficiency.words.vocabulary import NEEDS, SETTING_GROUP_OF, SETTING_TYPES

NORTH = "E06000061"
PLACES = {
    "time_period": "202425",
    "time_identifier": "Academic year",
    "geographic_level": "Local authority",
    "country_code": "E92000001",
    "country_name": "England",
    "region_code": "E12000004",
    "region_name": "East Midlands",
    "new_la_code": NORTH,
    "old_la_code": "940",
    "la_name": "North Northamptonshire",
}
COLUMNS = [*dfe_ehc_plans_names.PLACEMENTS, *dfe_ehc_plans_names.GROUP_TOTALS]
LAYOUT_2025 = [c for c in COLUMNS if c not in ("special_academy", "special_free_school")]
LAYOUT_2026 = [c for c in COLUMNS if c not in ("special_academy_free", "await_prov_2022", "perm_ex_2022")]


def caseload(folder: Path, columns: list[str], *, topic: str, label: str, total: str = "ehcplans") -> Path:
    """Write a caseload of 60 plans, 12 of them aged ten, each column counting one or none."""
    rows = []
    for breakdown_topic, breakdown, plans in (("All EHC plans", "All EHC plans", 60), (topic, label, 12)):
        counts = dict.fromkeys(columns, "0") | {"mainstream_academy": "5", "mainstream_total": "5", "neet": "x"}
        counts |= {"special_independent": "2", "special_total": "4", "special_la_maintained": "1"}
        counts |= {("special_academy" if "special_academy" in columns else "special_academy_free"): "1"}
        rows.append(PLACES | {"breakdown_topic": breakdown_topic, "breakdown": breakdown, total: str(plans)} | counts)
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(folder / "caseload.csv", index=False)
    return folder


# --- the release as published -----------------------------------------------------------------------------------------


def test_every_authoritys_settings_sum_to_its_published_total(published: Path) -> None:
    raw = pd.read_csv(published / "ehcp_2025" / "data" / "caseload.csv", dtype="str")
    stock = dfe_ehc_plans.stock(published / "ehcp_2025")
    told = raw[raw["breakdown_topic"] == "All EHC plans"]
    told = told.assign(plans=pd.to_numeric(told["ehcplans"]), year=told["time_period"].str[:4].astype(int) + 1)
    for level, code in (("authority", "new_la_code"), ("region", "region_code"), ("nation", "country_code")):
        own = told[
            told["geographic_level"] == {"authority": "Local authority", "region": "Regional"}.get(level, "National")
        ]
        have = stock[(stock["level"] == level) & (stock["age"] == "all")].groupby(["authority", "year"])["plans"].sum()
        assert have.to_dict() == own.set_index([code, "year"])["plans"].to_dict()


def test_every_published_group_total_is_kept(published: Path) -> None:
    raw = pd.read_csv(published / "ehcp_2025" / "data" / "caseload.csv", dtype="str")
    raw = raw[(raw["breakdown_topic"] == "All EHC plans") & (raw["geographic_level"] == "Local authority")]
    stock = dfe_ehc_plans.stock(published / "ehcp_2025")
    stock = stock[(stock["level"] == "authority") & (stock["age"] == "all")]
    have = stock.groupby(["authority", "year", stock["setting_type"].map(SETTING_GROUP_OF)])["plans"].sum()
    for column, setting_type in dfe_ehc_plans_names.GROUP_TOTALS.items():
        counts = pd.to_numeric(raw[column], errors="coerce")
        for code, period, count in zip(raw["new_la_code"], raw["time_period"], counts, strict=True):
            if pd.notna(count):
                assert have[code, int(period[:4]) + 1, SETTING_TYPES[setting_type].group] == count


def test_plans_by_age_sum_to_all_ages_where_published(published: Path) -> None:
    stock = dfe_ehc_plans.stock(published / "ehcp_2025")
    stock = stock[(stock["level"] == "authority") & stock["plans"].notna()]
    aged = stock[stock["ncy"].notna()].groupby(["authority", "year", "setting_type"])["plans"].sum()
    told = stock[stock["age"] == "all"].set_index(["authority", "year", "setting_type"])["plans"]
    assert len(aged) > 2_000
    assert (aged == told.reindex(aged.index)).all()


def test_needs_by_age_and_by_setting_sum_to_the_same(published: Path) -> None:
    needs = dfe_ehc_plans.needs(published / "ehcp_2025")
    sums = needs.groupby(["authority", "by", "need"])["plans"].sum().unstack("by")
    own = sums.loc[[code for code, _ in sums.index if code != "E92000001" and not code.startswith("E12")]]
    whole = own[own["age"].gt(0) | own["all"].eq(0)]
    assert len(whole) > 1_000
    assert (whole["age"] == whole["all"]).all()
    assert (whole["setting_type"] == whole["all"]).all()


def test_new_and_ceased_plans_sum_to_their_totals(published: Path) -> None:
    new = dfe_ehc_plans.new_plans(published / "ehcp_2025")
    raw = pd.read_csv(published / "ehcp_2025" / "data" / "newplans.csv", dtype="str")
    raw = raw[(raw["breakdown_topic"] == "New EHC plans") & (raw["geographic_level"] == "National")]
    told = dict(zip(raw["time_period"].astype(int) + 1, raw["new_ehc_plans"].astype(int), strict=True))
    england = new[(new["level"] == "nation") & (new["age"] == "all")].groupby("year")["children"].sum()
    assert england.to_dict() == told
    assert told[2020] == 53_899
    ceased = dfe_ehc_plans.ceased_plans(published / "ehcp_2025")
    whole = ceased[(ceased["by"] == "all") & (ceased["level"] == "authority")]
    every = whole[whole["reason"] == ""].set_index(["authority", "year"])["children"]
    reasons = whole[whole["reason"] != ""].groupby(["authority", "year"])["children"].sum()
    assert ((reasons - every).abs() <= 6).all()  # a few plans in the release itself have no reason
    settings = ceased[(ceased["by"] == "setting_type") & (ceased["reason"] == "") & (ceased["level"] == "authority")]
    by_setting = settings.groupby(["authority", "year"])["children"].sum()
    assert (by_setting == every.reindex(by_setting.index)).all()


def test_requests_and_assessments_of_northamptonshire_are_the_published_ones(published: Path) -> None:
    requests = dfe_ehc_plans.requests(published / "ehcp_2025").set_index(["authority", "year"])
    assert requests.loc[(NORTH, 2025), ["requests", "refused", "assessed", "issued"]].tolist() == [1329, 295, 1029, 988]


def test_the_2022_and_2025_releases_say_the_same_of_the_januaries_they_share(published: Path) -> None:
    old = dfe_ehc_plans_2022.stock(published / "ehcp_2022")
    new = dfe_ehc_plans.stock(published / "ehcp_2025")
    both = old.merge(new[new["age"] == "all"], on=["authority", "year", "setting_type"], suffixes=("", "_2025"))
    assert len(both) > 5_000
    assert (both["plans"] == both["plans_2025"]).all()


def test_the_2022_release_sums_to_its_totals_from_2010(published: Path) -> None:
    old = dfe_ehc_plans_2022.stock(published / "ehcp_2022")
    england = old[old["level"] == "nation"].groupby("year")["plans"].sum()
    assert england[2010] == 228_221
    assert england[2022] == 473_255
    ages = dfe_ehc_plans_2022.stock_by_age_group(published / "ehcp_2022")
    sums = ages[ages["age_group"] != "all"].groupby(["authority", "year"])["plans"].sum()
    told = ages[ages["age_group"] == "all"].set_index(["authority", "year"])["plans"]
    assert (sums == told.reindex(sums.index)).all()


# --- layouts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "topic", "label"),
    [
        (LAYOUT_2025, "Child or young persons age", "age 10"),
        (LAYOUT_2026, "Age at start of academic year", "Age 10"),
        ([c.replace("ap_pru_total", "AP_PRU_total") for c in LAYOUT_2026], "Age at start of academic year", "Age 10"),
    ],
)
def test_each_layout_reads_the_same(tmp_path: Path, columns: list[str], topic: str, label: str) -> None:
    stock = dfe_ehc_plans.stock(caseload(tmp_path, columns, topic=topic, label=label))
    plans = stock.set_index(["age", "setting_type"])["plans"]
    assert plans["all"].sum() == 60
    assert plans["all", "special"] == 2
    assert plans["all", "independent_special"] == 2
    assert plans["all", "not_recorded"] == 51  # what no column explains
    assert stock.loc[stock["age"] == label.lower(), "ncy"].unique().tolist() == [6]


@pytest.mark.parametrize("name", ["sen_needs_all_plans.csv", "sen_needs_caseload.csv"])
def test_needs_are_read_under_either_name_with_or_without_down_syndrome(tmp_path: Path, name: str) -> None:
    counts = {f"number_{n.lower()}": "1" for n in NEEDS if n not in ("UNK", "DS")} | {"number_need_unknown": "0"}
    counts |= {"number_ds": "3"} if name == "sen_needs_caseload.csv" else {}
    row = PLACES | {"breakdown_topic": "All EHC plans", "breakdown": "All EHC plans", "ehc_plans": "12"} | counts
    placed = PLACES | {
        "breakdown_topic": "Type of placement",
        "breakdown": "Special - LA maintained",
        "ehc_plans": "12",
    }
    total = PLACES | {"breakdown_topic": "Type of placement", "breakdown": "Special - total", "ehc_plans": "12"}
    pd.DataFrame([row, placed | counts, total | counts]).to_csv(tmp_path / name, index=False)
    needs = dfe_ehc_plans.needs(tmp_path)
    assert set(needs["by"]) == {"all", "setting_type"}
    assert needs.loc[needs["by"] == "setting_type", "setting_type"].unique().tolist() == ["special"]
    assert ("DS" in set(needs["need"])) == (name == "sen_needs_caseload.csv")


def test_all_new_ehc_plans_is_the_total_of_new_plans_in_2026(tmp_path: Path) -> None:
    folder = caseload(
        tmp_path, LAYOUT_2026, topic="Age when plan started", label="Age 20 and over", total="new_ehc_plans"
    )
    frame = pd.read_csv(folder / "caseload.csv", dtype="str")
    frame["breakdown"] = frame["breakdown"].replace("All EHC plans", "All new EHC plans")
    frame["breakdown_topic"] = frame["breakdown_topic"].replace("All EHC plans", "All new EHC plans")
    frame.assign(time_period="2025", time_identifier="Calendar year").to_csv(folder / "newplans.csv", index=False)
    new = dfe_ehc_plans.new_plans(folder)
    assert new["year"].unique().tolist() == [2026]
    assert new.groupby("age")["children"].sum().to_dict() == {"age 20 and over": 12, "all": 60}
    assert new.loc[new["age"] != "all", "ncy"].unique().tolist() == [16]


def test_new_plans_of_2026_that_await_a_place_are_not_recorded(tmp_path: Path) -> None:
    folder = caseload(tmp_path, LAYOUT_2026, topic="Age when plan started", label="Age 10", total="new_ehc_plans")
    frame = pd.read_csv(folder / "caseload.csv", dtype="str").assign(await_prov="3", perm_ex="x")
    frame.to_csv(folder / "newplans.csv", index=False)
    new = dfe_ehc_plans.new_plans(folder)
    assert new.loc[(new["age"] == "all") & (new["setting_type"] == "not_recorded"), "children"].tolist() == [51]


def test_ceased_plans_are_read_with_and_without_a_reason_not_recorded(tmp_path: Path) -> None:
    reasons = dict.fromkeys(dfe_ehc_plans_names.REASONS, "1")
    row = PLACES | {
        "breakdown_topic": "All ceased EHC plans",
        "breakdown": "All ceased EHC plans",
        "total_ceased": "10",
    }
    for year, kept in (("2024", reasons), ("2025", {k: v for k, v in reasons.items() if k != "not_rec"})):
        pd.DataFrame([row | kept | {"time_period": year}]).to_csv(tmp_path / "ceased_plans.csv", index=False)
        ceased = dfe_ehc_plans.ceased_plans(tmp_path)
        assert ceased.loc[ceased["reason"] == "", "children"].tolist() == [10]
        assert ("not recorded" in set(ceased["reason"])) == (year == "2024")


@pytest.mark.parametrize(
    ("label", "ncy"),
    [("under 3", -2), ("age 3", -1), ("age 4", 0), ("Age 24", 20), ("age 25", 20), ("age 2 and under", -2)],
)
def test_an_age_on_31_august_is_a_national_curriculum_year(label: str, ncy: int) -> None:
    assert dfe_ehc_plans.ncy_of_label(label) == ncy


def rename(old: str, new: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.rename(columns={old: new})


def put(column: str, value: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(**{column: value})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            rename("special_independent", "special_indep"),
            "column 26 is not one that this reader knows; did you mean 'special_independent'",
        ),
        (put("special_charity", "3"), "column 56 is not one that this reader knows; a later release may have added it"),
        (lambda f: f.drop(columns="special_independent"), "the column 'special_independent' is missing"),
        (lambda f: f.drop(columns="special_academy_free"), "the column 'special_academy.*' is missing"),
        (lambda f: f.drop(columns="ehcplans"), "the column 'ehcplans' is missing"),
        (put("mainstream_academy", "some"), "row 2, mainstream_academy: 'some' is neither a number"),
        (put("time_period", "twenty"), "row 2, year: 'twenty' is not a year such as 202425"),
        (put("geographic_level", "Parish"), "geographic_level 'Parish' is not one of Local authority"),
    ],
)
def test_a_file_that_is_not_as_published_is_refused(
    tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    folder = caseload(tmp_path, LAYOUT_2025, topic="Child or young persons age", label="age 10")
    change(pd.read_csv(folder / "caseload.csv", dtype="str")).to_csv(folder / "caseload.csv", index=False)
    with pytest.raises(InputError, match=message):
        dfe_ehc_plans.stock(folder)


def test_a_suppressed_total_is_blank_and_not_nought(tmp_path: Path) -> None:
    folder = caseload(tmp_path, LAYOUT_2025, topic="Child or young persons age", label="age 10")
    frame = pd.read_csv(folder / "caseload.csv", dtype="str")
    frame.loc[1, ["ehcplans", *LAYOUT_2025]] = "c"
    frame.to_csv(folder / "caseload.csv", index=False)
    stock = dfe_ehc_plans.stock(folder)
    assert stock.loc[stock["age"] == "age 10", "plans"].isna().all()


def test_a_zip_as_downloaded_reads_the_same_as_its_folder(tmp_path: Path) -> None:
    folder = caseload(tmp_path / "release", LAYOUT_2025, topic="Child or young persons age", label="age 10")
    with zipfile.ZipFile(tmp_path / "release.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(folder / "caseload.csv", "data/caseload.csv")
    pd.testing.assert_frame_equal(dfe_ehc_plans.stock(tmp_path / "release.zip"), dfe_ehc_plans.stock(folder))


def test_a_release_without_a_file_names_what_is_missing(tmp_path: Path) -> None:
    folder = caseload(tmp_path, LAYOUT_2025, topic="Child or young persons age", label="age 10")
    with pytest.raises(MissingError, match=r"there is no ceased_plans.csv in"):
        dfe_ehc_plans.ceased_plans(folder)
