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
    assert "the column 'School'" in done.output
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
    assert "'setting_type' is missing; did you mean 'Provision typ'" in said
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
