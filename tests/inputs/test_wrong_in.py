"""Wrong in, told: what a council's own files and levers can have wrong is our own error, in words, at its row."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.errors import FaultyTableError, InputError, MissingError, SufficiencyError
from sufficiency.inputs.files.sheets import sheets_in
from sufficiency.inputs.files.workbook import read_sheet
from tests.inputs import forms_made as made

HEADER = ["setting", "year", "places"]
Rows = list[list[str]]


def edited(area: Area, folder: Path, file: str, change: Callable[[Rows], None]) -> Area:
    """Write an area, change the rows of one of its files, and read it back."""
    sf.write_area(area, folder)
    with (folder / file).open(newline="") as stream:
        rows = list(csv.reader(stream))
    change(rows)
    with (folder / file).open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return sf.read_area(folder)


def cell(column: str, value: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[1][rows[0].index(column)] = value

    return change


def header_blank(rows: Rows) -> None:
    rows[0][1] = ""


def extra_values(rows: Rows) -> None:
    for row, word in zip(rows, ["", *["Aurelia"] * len(rows)], strict=False):
        row.append(word)


def the_same_twice(rows: Rows) -> None:
    rows[1][rows[0].index("ncy")] = ""
    rows.append(list(rows[1]))


WRONG: dict[str, tuple[str, Callable[[Rows], None], str]] = {
    "an authority that is none": (
        "settings.csv", cell("authority", "E06999999"), "row 2, authority: 'E06999999' is no authority's code"),
    "a date as places": ("places.csv", cell("places", "45292"), "row 2, places: 45292 is above 20000; is it a date?"),
    "a date as places after 16": (
        "places.csv", cell("post_16_places", "45292"), "row 2, post_16_places: 45292 is above 20000; is it a date?"),
    "a school in the sea": ("settings.csv", cell("easting", "680000"), "is not on land in Great Britain"),
    "a home in the sea": ("zones.csv", cell("easting", "680000"), "is not on land in Great Britain"),
    "a bell in a name": ("settings.csv", cell("name", "St\x07 Mary"), "row 2, name: has a character that can't be"),
    "a control character of cp1252": (
        "settings.csv", cell("name", "St Mary\x92s"), "row 2, name: has a character that can't be printed"),
    "a header blank over full values": (
        "zones.csv", header_blank, "row 1: column 2 has values below and no name in row 1: name it, or clear"),
    "values in a column of their own": ("places.csv", extra_values, "has values below and no name in row 1"),
    "a row twice, its key half blank": ("plans.csv", the_same_twice, "(blank)"),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_in_an_areas_file_is_told_at_its_place(fault: str, tiny_area: Area, tmp_path: Path) -> None:
    file, change, says = WRONG[fault]
    with pytest.raises(FaultyTableError) as caught:
        edited(tiny_area, tmp_path / "area", file, change)
    assert says in str(caught.value)
    assert "Aurelia" not in str(caught.value)


def test_a_line_broken_within_a_name_is_one_line(tiny_area: Area, tmp_path: Path) -> None:
    area = edited(tiny_area, tmp_path / "area", "settings.csv", cell("name", "St \nMary"))
    assert "St Mary" in set(area.settings["name"])


@pytest.mark.parametrize("file", ["travel.csv", "plans.csv", "boundaries.geojson", "area.toml"])
def test_a_folder_named_like_a_file_is_told(file: str, tiny_area: Area, tmp_path: Path) -> None:
    sf.write_area(tiny_area, tmp_path / "area")
    (tmp_path / "area" / file).unlink(missing_ok=True)
    (tmp_path / "area" / file).mkdir()
    with pytest.raises(InputError, match=f"{file} in .* is a folder; a file of that name is needed"):
        sf.read_area(tmp_path / "area")


# --- a council's workbook -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([HEADER, ["A", 2027, "many"]], 2),
        ([HEADER, [], ["A", 2026, 5], [], [], ["A", 2027, "many"]], 6),
        ([[], [], HEADER, ["A", 2027, "many"]], 4),
        ([["Places at our schools"], [], HEADER, [], ["A", 2027, "many"]], 5),
        ([["setting", "2027", "2028"], [], ["A", 5, "many"]], 3),
    ],
)
def test_a_fault_in_a_workbook_is_at_the_row_that_a_person_sees(
    rows: list[list[Any]], row: int, tiny_area: Area, tmp_path: Path
) -> None:
    sf.write_area(tiny_area, tmp_path / "area")
    made.book(tmp_path / "places.xlsx", {"Places": rows})
    with pytest.raises(FaultyTableError, match=rf"row {row}, places: 'many' is not a number"):
        sf.importing.from_table(tmp_path / "places.xlsx", "places", tmp_path / "area")


@pytest.mark.parametrize("blank", [0, 1, 3])
def test_a_download_in_a_workbook_has_the_rows_that_a_person_sees(blank: int, tmp_path: Path) -> None:
    book = made.book(tmp_path / "b.xlsx", {"A": [*[[]] * blank, ["a", "b"], [], [1, 2]]})
    (sheet,) = sheets_in(book)
    assert list(sheet.frame().index + 2) == [blank + 3]
    assert read_sheet(book).attrs["rows"] == [blank + 3]


def test_a_fault_in_a_csv_after_blank_lines_is_at_its_row(tiny_area: Area, tmp_path: Path) -> None:
    sf.write_area(tiny_area, tmp_path / "area")
    (tmp_path / "places.csv").write_text("\nsetting,year,places\n\nA,2026,5\n\n\nA,2027,many\n")
    with pytest.raises(FaultyTableError, match="row 7, places: 'many'"):
        sf.importing.from_table(tmp_path / "places.csv", "places", tmp_path / "area")


def test_a_missing_column_may_be_the_one_without_a_heading(tiny_area: Area, tmp_path: Path) -> None:
    sf.write_area(tiny_area, tmp_path / "area")
    made.book(tmp_path / "places.xlsx", {"Places": [["setting", "year", None], ["A", 2027, 5]]})
    with pytest.raises(FaultyTableError) as caught:
        sf.importing.from_table(tmp_path / "places.xlsx", "places", tmp_path / "area")
    assert "the column 'places' is missing; it may be headed places, commissioned places" in str(caught.value)
    assert "column 3 has values below and no heading" in str(caught.value)


def test_a_folder_named_like_a_workbook_is_told(tmp_path: Path) -> None:
    (tmp_path / "places.xlsx").mkdir()
    with pytest.raises(InputError, match="is a folder; a file of that name is needed"):
        read_sheet(tmp_path / "places.xlsx")


# --- levers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("places", [float("nan"), None, "twenty", 1e9, 10**30, np.float64("inf"), True, -1, 2.5])
@pytest.mark.parametrize("lever", [sf.OpenPlaces, sf.ClosePlaces])
def test_places_that_are_none_are_refused_by_what_was_given(
    places: Any, lever: Callable[[str, Any, int], sf.scenarios.Lever], tiny_area: Area
) -> None:
    setting = str(tiny_area.places["setting"].iloc[0])
    with pytest.raises(InputError, match=r"places is .*: (a whole number|no setting has more than 20,000)"):
        lever(setting, places, tiny_area.base_year + 2)(tiny_area)


def test_a_schools_name_in_place_of_its_code_is_told_its_code(tiny_area: Area) -> None:
    first = tiny_area.settings.iloc[0]
    with pytest.raises(MissingError, match=f"that is the name of '{first['setting']}'"):
        sf.OpenPlaces(first["name"], 10, tiny_area.base_year + 2)(tiny_area)


@pytest.mark.parametrize("kind", [int, np.int64, np.int32])
def test_a_lever_after_the_runs_end_is_refused_whatever_kind_of_number_its_year_is(
    kind: Callable[[int], Any], tiny_area: Area
) -> None:
    last = tiny_area.base_year + 2
    late = sf.Scenario("late", (sf.OpenPlaces(str(tiny_area.places["setting"].iloc[0]), 10, kind(last + 1)),))
    with pytest.raises(InputError, match="that is after the last January of this run"):
        sf.run(tiny_area, late, to=last, draws=2)


def test_a_range_upside_down_is_told_as_that(tiny_area: Area) -> None:
    lever = sf.ChangeAssumption("forecast.growth_most_plans_a_child", 0.15, low=0.2, high=0.1)
    with pytest.raises(SufficiencyError, match=r"low, 0\.2, is above high, 0\.1; swap them"):
        lever(tiny_area)
