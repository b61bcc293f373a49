"""Any authority's area from published files alone: what it holds, and what its notes say is doubtful or missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.errors import InputError, MissingError
from sufficiency.published import authorities, downloads, population

# One of each kind: plain, county, tiny, split, made anew, recoded, suppressed, abolished, its placements unrecorded.
SOME = {
    "Derbyshire": 2025,
    "E09000001": 2025,
    "North Northamptonshire": 2025,
    "Cumberland": 2025,
    "Bournemouth, Christchurch and Poole": 2025,
    "Buckinghamshire": 2025,
    "Hackney": 2025,
    "Wolverhampton": 2025,
    "Cumbria": 2023,
    "E10000009": 2019,
}


def said(area: sf.Area, kind: str) -> str:
    return " | ".join(area.notes.loc[area.notes["kind"] == kind, "says"])


@pytest.mark.parametrize("authority", sorted(SOME))
def test_an_authority_of_each_kind_becomes_an_area_and_is_forecast(published: Path, authority: str) -> None:
    area = sf.published_area(published, authority=authority)
    assert area.base_year == SOME[authority]
    own = area.plans[area.plans["year"] == area.base_year]["plans"].sum()
    forecast = sf.forecast.plans(area, to=area.base_year + 2, draws=20)
    first = forecast.plans.sel(year=area.base_year).sum(["authority", "ncy", "need", "setting_type"])
    assert (first == own).all()


def test_the_total_of_an_area_is_the_releases(published: Path) -> None:
    area = sf.published_area(published, authority="E06000062")
    assert area.states["plans"].sum() == 4153
    assert area.plans[area.plans["year"] == 2025]["plans"].sum() == 4153


def test_history_is_followed_through_a_split_and_says_so(published: Path) -> None:
    north = sf.published_area(published, authority="North Northamptonshire")
    west = sf.published_area(published, authority="West Northamptonshire")
    both = {a: a_area.plans.groupby("year")["plans"].sum() for a, a_area in (("n", north), ("w", west))}
    assert (both["n"] + both["w"])[[2019, 2020, 2021]].tolist() == [4111, 4337, 4847]
    assert "to January 2021 Northamptonshire was one authority" in said(north, "doubtful")


def test_two_codes_of_one_authority_are_one_history(published: Path) -> None:
    for code in ("E06000060", "E10000002"):
        area = sf.published_area(published, authority=code)
        assert sorted(set(area.plans["year"])) == list(range(2019, 2026))
        assert list(area.authorities) == [code]


def test_a_split_that_cant_be_followed_says_why(published: Path) -> None:
    cumberland = sf.published_area(published, authority="Cumberland")
    assert sorted(set(cumberland.plans["year"])) == [2024, 2025]
    assert "Cumbria's can't be shared out without rows for E06000064" in said(cumberland, "doubtful")


def test_an_authority_that_ended_says_when_and_by_what(published: Path) -> None:
    says = said(sf.published_area(published, authority="Cumbria"), "doubtful")
    assert (
        "the base year is 2023, not 2025: it ended on 1 April 2023 (The Cumbria (Structural Changes) Order 2022)"
        in says
    )


def test_what_is_suppressed_or_unrecorded_is_in_the_notes(published: Path) -> None:
    hackney = sf.published_area(published, authority="Hackney")
    assert "plans by age are suppressed for January 2024" in said(hackney, "doubtful")
    assert "26% of plans in January 2025 have no placement recorded" in said(
        sf.published_area(published, authority="Wolverhampton"), "doubtful"
    )


def test_what_is_missing_says_what_it_costs(published: Path) -> None:
    says = said(sf.published_area(published, authority="Derbyshire"), "missing")
    assert "none of its postcodes are there; add the ONS Postcode Directory" in says
    assert "no projection for it" in says


def test_a_countys_children_are_its_districts(published: Path) -> None:
    people = downloads.read(published).people
    children = population.population(people, "E10000007", first=2021, base_year=2025)
    now = people[(people["mid_year"] == 2020) & people["code"].between("E07000032", "E07000039")]
    told = now[now["age"] <= 24]["children"].sum()
    assert children[children["year"] == 2021]["children"].sum() == pytest.approx(told)
    assert sorted(set(children["year"])) == [2021, 2022, 2023, 2024, 2025]


def test_an_unknown_authority_is_refused_with_the_nearest(published: Path) -> None:
    with pytest.raises(
        MissingError, match="there is no authority 'Derbyshyre' in these files; did you mean 'Derbyshire'"
    ):
        sf.published_area(published, authority="Derbyshyre")


def test_a_folder_without_a_release_says_what_to_download(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"no EHC-plan release in .*: download DfE"):
        sf.published_area(tmp_path, authority="Kent")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("kent county council", "E10000016"),
        ("Bristol", "E06000023"),
        ("Herefordshire, County of", "E06000019"),
        ("Dorset", "E06000059"),
        ("E10000002", "E06000060"),
    ],
)
def test_an_authority_is_known_by_any_of_its_names_and_codes(asked: str, code: str) -> None:
    names = {
        "E10000009": "Dorset",
        "E10000016": "Kent",
        "E06000023": "Bristol, City of",
        "E06000019": "Herefordshire",
        "E06000059": "Dorset",
        "E06000060": "Buckinghamshire",
    }
    assert authorities.code_of(asked, names) == code


def test_every_change_of_authority_has_its_source_and_each_district_is_in_one_county() -> None:
    table = authorities.changes()
    for change in (*table["recoded"], *table["split"], *table["made"]):
        assert change["source"]
    counties = {k: v for k, v in table["districts"].items() if k.startswith("E1000") and "_" not in k}
    districts = [d for parts in counties.values() for d in parts if d.startswith("E07")]
    assert len(districts) == len(set(districts))


def as_register(path: Path) -> pd.DataFrame:
    """Return a 2018 register of schools under the columns of today's download, roll as capacity."""
    old = pd.read_csv(path, dtype="str", keep_default_na=False)
    kinds = {"Community special school": "Community special school", "Free school - Special": "Free schools special"}
    kind = old["establishment_type"].map(kinds).fillna(old["establishment_type"])
    kind = kind.where(~kind.str.contains("Converter special"), "Academy special converter")
    return pd.DataFrame(
        {
            "URN": old["URN"],
            "EstablishmentName": old["name"],
            "GSSLACode (name)": pd.to_numeric(old["easting"]).gt(484_000).map({True: "E06000061", False: "E06000062"}),
            "TypeOfEstablishment (name)": kind,
            "EstablishmentTypeGroup (name)": "Local authority maintained schools",
            "EstablishmentStatus (name)": old["open_status_code"].map({"1": "Open"}).fillna("Closed"),
            "StatutoryLowAge": old["age_low"],
            "StatutoryHighAge": old["age_high"],
            "Gender (name)": old["GENDER"],
            "SchoolCapacity": old["number_on_roll_jan2019"].str.replace(".0", ""),
            "SenUnitCapacity": old["URN"].map({"122066": "20"}).fillna(""),
            "SEN1 (name)": "ASD - Autistic Spectrum Disorder",
            "Easting": old["easting"],
            "Northing": old["northing"],
        }
    )


def test_with_a_school_register_and_postcodes_children_are_placed(published: Path, tmp_path: Path) -> None:
    for name in ("ehcp_2025", "ons", "postcodes", "lait"):
        (tmp_path / name).symlink_to(published / name, target_is_directory=True)
    register = as_register(published / "schools" / "northants_schools_2018_register_with_jan2019_roll.csv")
    register.to_csv(tmp_path / "edubasealldata20260501.csv", index=False, encoding="cp1252")
    area = sf.published_area(tmp_path, authority="North Northamptonshire")
    assert len(area.zones) == 205
    children = area.zone_children.groupby("ncy")["children"].sum()
    now = area.population[area.population["year"] == 2025].set_index("ncy")["children"]
    assert (children - now).abs().max() < 2
    unnumbered = area.settings.set_index("setting")["has_number"].eq(False)
    assert {"ELSEWHERE-SPECIAL", "ELSEWHERE-INDEPENDENT_SPECIAL"} <= set(unnumbered[unnumbered].index)
    assert not set(unnumbered[unnumbered].index) & set(area.places["setting"])
    assert "122066-U" in set(area.settings["setting"])
    plans = sf.forecast.plans(area, to=2026, draws=20)
    result = sf.allocate.places(area, plans, draws=5)
    assert result.placements["children"].sum() > 1_000
    placed = area.plans[area.plans["year"] == 2025].groupby("setting_type")["plans"].sum()
    today = result.summary("setting_type", levels=(0.5,)).set_index(["year", "setting_type"])["children"][2025]
    assert today["special"] == pytest.approx(placed["special"], abs=20)  # of an age that the register's schools take
    assert "capacity in the school register is not commissioned places" in said(area, "doubtful")


@pytest.mark.parametrize("authority", ["North Northamptonshire", "West Northamptonshire"])
def test_published_files_alone_place_children_and_price_them_near_the_example(published: Path, authority: str) -> None:
    area, example = sf.published_area(published, authority=authority), sf.example_area()
    (code,) = area.authorities
    assert area.boundaries is not None
    assert set(area.zones["zone"]) == set(example.zones.loc[example.zones["authority"] == code, "zone"])
    schools = area.settings.merge(area.places, on="setting", how="left")
    special = schools[schools["setting_type"].eq("special") & schools["is_in_area"]]
    told = example.settings.merge(example.places, on="setting")
    known = special.merge(told[told["year"] == 2026], on="setting", suffixes=("", "_example"))
    assert len(known) >= len(special) - 2  # one has a new number, or has closed, since the register of 2018
    assert (known["easting"] - known["easting_example"]).abs().max() < 500
    costs = area.unit_costs.merge(example.unit_costs, on=["authority", "setting_type", "item", "financial_year"])
    ratio = costs.set_index("setting_type")["gbp_x"] / costs.set_index("setting_type")["gbp_y"]
    assert ratio.drop("further_education", errors="ignore").between(0.97, 1.03).all()
    assert (schools.loc[~schools["is_in_area"], "has_number"] == False).all()  # noqa: E712 - not known, not nought


def test_every_zone_at_the_mean_stops_with_the_reason(published: Path, tmp_path: Path) -> None:
    for name in ("ehcp_2025", "postcodes", "schools"):
        (tmp_path / name).symlink_to(published / name, target_is_directory=True)
    for file in (published / "ons").glob("all_LAs*population*"):
        (tmp_path / file.name).symlink_to(file)
    area = sf.published_area(tmp_path, authority="North Northamptonshire")
    assert area.zones.empty
    assert "every zone would have as many children; add ONS, Lower layer" in said(area, "missing")
    old = published / "ons" / "northants_lsoa11_mid2020_population_by_single_year_of_age.csv"
    words = old.read_text().replace("E0102", "E0109").replace("E0103", "E0109")
    (tmp_path / "lsoa_mid2020.csv").write_text(words)
    area = sf.published_area(tmp_path, authority="North Northamptonshire")
    assert "205 of 205 zones are in no estimate" in said(area, "missing")


def test_a_release_cut_short_is_refused(published: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    whole = (published / "ehcp_2025" / "data" / "caseload.csv").read_text().splitlines()
    is_late = [line.startswith("202425") for line in whole]
    some = {f"E0600000{i}" for i in range(1, 9)}
    kept = [line for line, late in zip(whole, is_late, strict=True) if not late or any(code in line for code in some)]
    (tmp_path / "data" / "caseload.csv").write_text("\n".join(kept) + "\n")
    with pytest.raises(InputError, match=r"half of them are missing, so caseload.csv was cut short"):
        sf.published_area(tmp_path, authority="North Northamptonshire")


def test_the_same_figures_in_two_files_are_counted_once(published: Path, tmp_path: Path) -> None:
    for part in ("ehcp_2025", "ons", "funding"):
        shutil.copytree(published / part, tmp_path / part, ignore=shutil.ignore_patterns("boundaries", "*.ods"))
    once = sf.published_area(tmp_path, authority="West Northamptonshire").high_needs
    shutil.copytree(tmp_path / "funding", tmp_path / "again")
    twice = sf.published_area(tmp_path, authority="West Northamptonshire").high_needs
    pd.testing.assert_frame_equal(once, twice)


def test_a_file_that_has_changed_is_read_again(tmp_path: Path) -> None:
    from tests.inputs.test_dfe_ehc_plans import LAYOUT_2025, caseload

    release = caseload(tmp_path / "ehcp", LAYOUT_2025, topic="Child or young persons age", label="age 10")
    people = {"code": ["E06000061"]} | {str(age): [1_000] for age in range(26)}
    pd.DataFrame(people).to_csv(tmp_path / "people_mid2024.csv", index=False)
    assert sf.published_area(tmp_path, authority="E06000061").plans["plans"].sum() == 60
    words = (release / "caseload.csv").read_text()
    (release / "caseload.csv").write_text(words.replace(",60,", ",9061,"))
    assert sf.published_area(tmp_path, authority="E06000061").plans["plans"].sum() == 9061


def test_of_two_releases_the_later_is_read_whatever_their_names(tmp_path: Path) -> None:
    from tests.inputs.test_dfe_ehc_plans import LAYOUT_2025, LAYOUT_2026, caseload

    old = caseload(tmp_path / "z_old", LAYOUT_2025, topic="Child or young persons age", label="age 10")
    new = caseload(tmp_path / "a_new", LAYOUT_2026, topic="Age at start of academic year", label="Age 10")
    (new / "caseload.csv").write_text((new / "caseload.csv").read_text().replace("202425", "202526"))
    people = {"code": ["E06000061"]} | {str(age): [100] for age in range(26)}
    pd.DataFrame(people).to_csv(tmp_path / "people_mid2024.csv", index=False)
    area = sf.published_area(tmp_path, authority="E06000061")
    assert area.base_year == 2026
    assert sorted(area.plans["year"].unique()) == [2025, 2026]
    assert f"{old.name} is read where {new.name}, which is later, has no rows" in said(area, "read")


def test_a_later_release_that_lacks_an_authority_does_not_hide_an_earlier_one_that_has_it(tmp_path: Path) -> None:
    from tests.inputs.test_dfe_ehc_plans import LAYOUT_2025, LAYOUT_2026, caseload

    old = caseload(tmp_path / "old", LAYOUT_2025, topic="Child or young persons age", label="age 10")
    new = caseload(tmp_path / "new", LAYOUT_2026, topic="Age at start of academic year", label="Age 10")
    words = (new / "caseload.csv").read_text().replace("202425", "202526").replace(",60,", ",75,")
    (new / "caseload.csv").write_text(words)
    both = (old / "caseload.csv").read_text()
    other = (
        "".join(both.splitlines(keepends=True)[1:]).replace("E06000061", "E06000060").replace("North North", "Bucks")
    )
    (old / "caseload.csv").write_text(both + other)
    people = {"code": ["E06000061", "E06000060"]} | {str(age): [100, 100] for age in range(26)}
    pd.DataFrame(people).to_csv(tmp_path / "people_mid2024.csv", index=False)
    later = sf.published_area(tmp_path, authority="E06000061")
    assert later.plans.groupby("year")["plans"].sum().to_dict() == {2025: 60, 2026: 75}
    earlier = sf.published_area(tmp_path, authority="E06000060")
    assert earlier.base_year == 2025
    assert earlier.plans["plans"].sum() == 60
    assert "the base year is 2025, not 2026: it has no later rows" in said(earlier, "doubtful")
