"""A folder of downloads becomes a draft area folder, and every file is told of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import sufficiency as sf
from sufficiency import cli
from sufficiency.published import money
from tests.test_write import assert_same

HEADER = "code," + ",".join(str(age) for age in range(26))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one file of each fate."""
    place = tmp_path / "downloads"
    (place / "release" / "data").mkdir(parents=True)
    words = {
        "release/data/caseload.csv": "breakdown_topic,ehcplans,mainstream_total\n",
        "release/data/ethnicity.csv": "ethnic,n\n1,2\n",
        "people_mid2019_lsoa.csv": f"lsoa_{HEADER}\nE01000001,{','.join('1' * 26)}\n",
        "people_mid2020_lsoa.csv": f"lsoa_{HEADER}\nE01000001,{','.join('1' * 26)}\n",
        "people_lsoa.csv": f"lsoa_{HEADER}\nE01000001,{','.join('1' * 26)}\n",
        "register.csv": "URN,EstablishmentName,EstablishmentStatus (name),Grid\n1,A,Open,2\n",
        "idaci.csv": "lsoa21_code,idaci_rate\nE01000001,0.2\n",
        "holiday.csv": "beach,ice creams\n1,2\n",
        "read me.txt": "hello",
        "grant.ods": "PK",
    }
    for name, content in words.items():
        (place / name).write_text(content)
    return place


def test_every_file_is_told_of_used_or_not_and_why(folder: Path) -> None:
    told = sf.published.what(folder).set_index("file")
    assert len(told) == 10
    assert set(told.index[told["used"]]) == {"people_mid2020_lsoa.csv", "idaci.csv"}
    assert told.at["release/data/caseload.csv", "says"].startswith("not read: the column 'time_period' is missing")
    assert told.at["release/data/ethnicity.csv", "says"] == "not needed of this release"
    assert told.at["people_mid2019_lsoa.csv", "says"] == "estimates by LSOA of mid-2020 are later"
    assert "says of which year" in told.at["people_lsoa.csv", "says"]
    assert told.at["register.csv", "says"] == (
        "not recognised; it resembles DfE, Get Information about Schools, but lacks: Easting"
    )
    assert told.at["holiday.csv", "says"] == "not recognised: it resembles no table that a draft reads"
    assert told.at["read me.txt", "says"] == "words, not a table"
    assert told.at["grant.ods", "says"].startswith("is a workbook that is cut short or damaged")


def test_downloads_become_an_area_folder_by_one_command(published: Path, tmp_path: Path) -> None:
    words = ["import", str(published), "--authority", "North Northamptonshire", "--into", str(tmp_path / "ours")]
    done = CliRunner().invoke(cli.app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    draft = sf.published_area(published, "E06000061")
    assert_same(draft, sf.read_area(tmp_path / "ours"))
    for said in (
        "North Northamptonshire: a draft from",
        "dedicated-schools-grant_2024_07_20.ods, sheet High_needs_block: high_needs",
        "What would help most:",
        "DfE, LA and school expenditure: all data as a zip: s251_alleducation_la_regional_national.csv",
        "Missing:",
    ):
        assert said in done.output


def test_a_broken_file_among_good_ones_is_left_out_and_named(published: Path, tmp_path: Path) -> None:
    for part in ("ehcp_2025", "ons"):
        shutil.copytree(published / part, tmp_path / part, ignore=shutil.ignore_patterns("boundaries"))
    (tmp_path / "idaci.csv").write_text("lsoa21_code,idaci_rate\nE01000001,many\n")
    area = sf.published_area(tmp_path, "E06000061")
    assert area.notes["says"].str.startswith("idaci.csv is left out").any()


def test_the_grants_tables_make_high_needs_to_the_pound(published: Path) -> None:
    example = sf.example_area().high_needs
    for code, name in sf.example_area().authorities.items():
        ours = sf.published_area(published, name).high_needs
        both = ours.merge(example[example["authority"] == code], on=["financial_year", "item"])
        assert len(both) == len(ours) == 29
        pd.testing.assert_series_equal(both["amount_x"], both["amount_y"], check_names=False)


def test_other_places_are_alternative_hospital_college_and_after_16() -> None:
    block = pd.DataFrame(columns=["name", "financial_year", "item", "amount"])
    rows = [
        ("Special academies", "Pre-16 SEN places", "SEN places deduction (£s)", 100.0),
        ("Mainstream academies (units)", "Pre-16 SEN places", "SEN places deduction (£s)", 10.0),
        ("Mainstream academies (units)", "Post-16 SEN places", "SEN places deduction (£s)", 4.0),
        ("Alternative provision (AP) academies", "Pre-16 AP places", "AP places deduction (£s)", 3.0),
        ("Hospital Academies", "Hospital Academies funding", "Total hospital education deduction (£s)", 2.0),
        ("Hospital Academies", "Hospital Academies funding", "April 2023 to August 2023", 50.0),
        ("Total deduction to high needs block", "Total", "Total deduction to high needs block", 119.0),
    ]
    own = pd.DataFrame(rows, columns=["provider", "kind", "period", "amount"])
    found = money.high_needs(block, own.assign(financial_year=2023))
    assert found.set_index("item")["amount"].to_dict() == {"deductions_gbp": 119.0, "other_place_deductions_gbp": 9.0}


def test_files_for_tables_that_can_not_be_drafted_are_told_as_not_used(published: Path, tmp_path: Path) -> None:
    done = sf.importing.from_downloads(published, "Bedford", tmp_path / "ours")
    assert "zones.csv" not in {file for file, _ in done.written}
    used = [
        says for says in done.remarks if says.startswith("  ") and says.endswith((": zones", ": zones: deprivation"))
    ]
    assert used == []
    waiting = [says for says in done.unused if "not written, since other files are missing; see below" in says]
    assert any("northants_postcodes_with_lsoa.csv: zones: not written" in says for says in waiting)
    assert any("zone_children: mid-2020: not written" in says for says in waiting)
