"""The template is an area that runs, and every one of its files can be replaced."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.area.area import TABLES
from sufficiency.area.folder import check_area
from sufficiency.area.template import columns_guide, write_template
from sufficiency.errors import OutputError


def test_the_template_passes_its_own_check_and_is_forecast_and_placed(tmp_path: Path) -> None:
    write_template(tmp_path / "ours")
    assert check_area(tmp_path / "ours") == []
    area = sf.read_area(tmp_path / "ours")
    plans = sf.forecast.plans(area, to=2027, draws=20)
    placed = sf.allocate.places(area, plans, draws=5)
    assert placed.placements["children"].sum() > 0
    assert "every figure is made up" in " ".join(area.notes["says"])


def test_the_guide_has_every_column_of_every_table() -> None:
    guide = columns_guide()
    for table in TABLES.values():
        assert f"## {table.file}" in guide
        assert table.without in guide
        for column in table.declared.columns:
            assert f"| `{column}` |" in guide


def test_tables_that_may_be_added_are_headers_alone(tmp_path: Path) -> None:
    write_template(tmp_path / "ours")
    header = pd.read_csv(tmp_path / "ours" / "to_add" / "housing.csv")
    assert list(header.columns) == ["zone", "year", "homes", "children_per_home"]
    assert header.empty


def test_a_folder_with_files_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "area.toml").write_text("mine")
    with pytest.raises(OutputError, match="is not empty"):
        write_template(tmp_path)
    assert (tmp_path / "area.toml").read_text() == "mine"


def test_a_folder_that_cant_be_written_is_the_librarys_own_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="can't be written"):
        write_template(tmp_path / "file" / "ours")
