"""An area written as a folder is read back as the same area."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.area.area import TABLES, Area
from sufficiency.area.template import write_template
from sufficiency.area.write import put_tables
from sufficiency.errors import InputError, OutputError


def assert_same(one: Area, other: Area) -> None:
    assert (one.name, dict(one.authorities), one.base_year) == (other.name, dict(other.authorities), other.base_year)
    for name in (*TABLES, "assumptions", "sources", "notes"):
        pd.testing.assert_frame_equal(getattr(other, name), getattr(one, name), obj=name)
    assert one.boundaries == other.boundaries


def test_the_example_is_the_same_when_written_and_read(tmp_path: Path) -> None:
    sf.write_area(sf.example_area(), tmp_path / "ours")
    assert_same(sf.example_area(), sf.read_area(tmp_path / "ours"))


def test_the_template_with_an_assumption_and_awkward_words_is_the_same(tmp_path: Path) -> None:
    write_template(tmp_path / "one")
    toml = (tmp_path / "one" / "area.toml").read_text(encoding="utf-8")
    toml = toml.replace('"Our council"', '"Our \\"best\\" council \\\\ £"')
    toml += '\n[assumptions."forecast.births_error"]\nvalue = 0.05\nunit = "share"\nsays = "Births"\nstatus = "assumed"\nsource = "us"\n'
    (tmp_path / "one" / "area.toml").write_text(toml, encoding="utf-8")
    area = sf.read_area(tmp_path / "one")
    sf.write_area(area, tmp_path / "two")
    assert_same(area, sf.read_area(tmp_path / "two"))


def test_a_folder_with_files_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(OutputError, match="not an empty folder"):
        sf.write_area(sf.example_area(), tmp_path)


def test_tables_put_into_a_folder_leave_the_rest_as_it_was(tmp_path: Path) -> None:
    write_template(tmp_path / "ours")
    area = sf.read_area(tmp_path / "ours")
    more = area.places.assign(places=area.places["places"] + 1)
    put_tables(tmp_path / "ours", {"places": more}, sources={"places": "Cabinet, May", "travel": "a \\ mark"})
    after = sf.read_area(tmp_path / "ours")
    assert (after.places["places"] == area.places["places"] + 1).all()
    assert dict(after.sources.to_numpy())["places"] == "Cabinet, May"
    assert dict(after.sources.to_numpy())["travel"] == "a \\ mark"
    assert dict(after.sources.to_numpy())["plans"] == dict(area.sources.to_numpy())["plans"]
    with pytest.raises(InputError, match="nothing was written"):
        put_tables(tmp_path / "ours", {"places": more.assign(setting="gone")}, sources={})
    assert (sf.read_area(tmp_path / "ours").places["places"] == more["places"]).all()
