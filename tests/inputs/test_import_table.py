"""A council's own table goes into its area folder: its words, years across or down, every fault at once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import sufficiency as sf
from sufficiency import cli
from sufficiency.area.template import write_template
from sufficiency.errors import FaultyTableError, InputError

ACROSS = pd.DataFrame(
    {"School URN": [900001, 900002], "School": ["Hill", "Brook"], "2024/25": [60, 24], "Sep-25": [64, None]}
)


@pytest.fixture
def council(tmp_path: Path) -> Path:
    write_template(tmp_path / "ours")
    return tmp_path / "ours"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_places_by_year_across_are_imported_by_one_command(council: Path, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"school list.{kind}"
    ACROSS.to_csv(file, index=False) if kind == "csv" else ACROSS.to_excel(file, index=False)
    words = ["import", "table", str(file), "--as", "places", "--into", str(council)]
    done = CliRunner().invoke(cli.app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "column 2 of the file, which is no column of places.csv" in done.output
    assert "School\n" not in done.output
    area = sf.read_area(council)
    assert area.places.set_index(["setting", "year"])["places"].to_dict() == {
        ("900001", 2025): 60,
        ("900002", 2025): 24,
        ("900001", 2026): 64,
    }
    assert dict(area.sources.to_numpy())["places"] == f"the council's own file school list.{kind}"


def test_every_fault_is_told_at_once_with_the_nearest_name(council: Path, tmp_path: Path) -> None:
    (tmp_path / "costs.csv").write_text(
        "Authority,Provision typ,Item,FY,GBP\nE06000999,special,top_upp,2025-26,x\nE06000999,special,fee,2025,-3\n"
    )
    with pytest.raises(FaultyTableError) as caught:
        sf.importing.from_table(tmp_path / "costs.csv", "unit_costs", council)
    said = str(caught.value)
    assert "'setting_type' is missing: is it column 2? It may be headed setting type, placement type" in said
    assert "did you mean 'top_up'" in said
    assert "'x' is not a number" in said
    assert "-3 is below 0" in said


def test_a_table_that_does_not_fit_the_folder_changes_nothing(council: Path, tmp_path: Path) -> None:
    ACROSS.assign(**{"School URN": "999999"}).to_csv(tmp_path / "places.csv", index=False)
    before = (council / "places.csv").read_bytes()
    with pytest.raises(InputError, match="'999999'"):
        sf.importing.from_table(tmp_path / "places.csv", "places", council)
    assert (council / "places.csv").read_bytes() == before
    with pytest.raises(InputError, match="there is no table 'place'; did you mean 'places'"):
        sf.importing.from_table(tmp_path / "places.csv", "place", council)
    (tmp_path / "broken.xlsx").write_bytes(b"PK no")
    with pytest.raises(InputError, match="can't be read as a workbook"):
        sf.importing.from_table(tmp_path / "broken.xlsx", "places", council)


def test_a_fault_of_a_file_with_years_across_is_told_by_the_row_of_the_file(council: Path, tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("URN,2024/25,2025/26\n900001,60,64\n900002,24,many\n")
    with pytest.raises(FaultyTableError, match="row 3, places: 'many' is not a number"):
        sf.importing.from_table(tmp_path / "places.csv", "places", council)


def test_headings_that_are_not_ours_are_told_with_those_that_are_and_none_is_quoted(
    council: Path, tmp_path: Path
) -> None:
    (tmp_path / "roll.csv").write_text("Zebedee Quill,Somewhere\nx,1\ny,2\n")
    with pytest.raises(InputError, match=r"none of its 2 columns is one of attendance.csv: .*setting .*urn") as caught:
        sf.importing.from_table(tmp_path / "roll.csv", "attendance", council)
    assert "Zebedee" not in str(caught.value)
    (tmp_path / "places.csv").write_text("School,2025,2026\nx,1,2\n")
    with pytest.raises(InputError, match=r"'setting' is missing: is it column 1\? It may be headed setting, urn"):
        sf.importing.from_table(tmp_path / "places.csv", "places", council)


def test_a_childs_name_as_a_column_is_never_quoted(council: Path, tmp_path: Path) -> None:
    zones = pd.read_csv(council / "zones.csv")
    settings = pd.read_csv(council / "settings.csv", dtype={"setting": "str"})
    roll = {
        "zone": zones["zone"].iloc[:1],
        "setting": settings["setting"].iloc[:1],
        "ncy": 5,
        "need": "SLD",
        "children": 1,
    }
    file = tmp_path / "roll.csv"
    pd.DataFrame(roll | {"Zebedee Quill": "x"}).to_csv(file, index=False)
    done = sf.importing.from_table(file, "attendance", council)
    assert "column 6 of the file" in str(done)
    assert "Zebedee" not in str(done)
    (council / "attendance.csv").write_text(file.read_text())
    says = str(sf.check_area(council)[0])
    assert "row 1: column 6 is not one of zone, setting" in says
    assert "Zebedee" not in says
