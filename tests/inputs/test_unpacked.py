"""What is packed is measured as it is read: what would take more memory than any published file is refused in words."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from sufficiency.errors import InputError
from sufficiency.inputs.files import packed, sheets, streamed, unpacked
from sufficiency.inputs.files.sheets import sheet_of, sheets_in
from sufficiency.inputs.releases import ons
from tests.inputs import forms_made as made

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def with_sheet(path: Path, rows: str) -> Path:
    """Write a workbook whose first sheet has these rows of XML."""
    with zipfile.ZipFile(made.book(path, {"S": [["a"]]})) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    return made.zipped(path, parts | {"xl/worksheets/sheet1.xml": SHEET.format(rows)})


def cell(at: str) -> str:
    return f'<c r="{at}"><v>1</v></c>'


def test_a_workbook_with_a_cell_in_its_last_row_and_column_is_refused(tmp_path: Path) -> None:
    """A kilobyte that its reader would take for 17 thousand million cells: the process ended with no word."""
    rows = f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>'
    with pytest.raises(InputError, match=r"spans 17,179,869,184 cells .* save the table as CSV"):
        sheets_in(with_sheet(tmp_path / "far.xlsx", rows))


def test_cells_without_a_reference_are_counted_one_after_another(tmp_path: Path) -> None:
    rows = f'<row r="1048576">{"<c><v>1</v></c>" * 30}</row>'
    with pytest.raises(InputError, match="spans 31,457,280 cells"):
        sheets_in(with_sheet(tmp_path / "bare.xlsx", rows))


def test_blank_cells_far_below_that_are_only_coloured_do_no_harm(tmp_path: Path) -> None:
    rows = f'<row r="1">{cell("A1")}{cell("B1")}</row><row r="900000"><c r="B900000" s="1"/></row>'
    page = sheets_in(with_sheet(tmp_path / "tall.xlsx", rows))[0]
    assert page.rows() == [["1", "1"]]


@pytest.mark.parametrize(
    ("words", "cells"),
    [
        (' table:number-rows-repeated="1000000"', "32,000,000"),
        (' table:number-rows-repeated="999999999"', "33,554,432"),
    ],
)
def test_an_ods_that_repeats_a_row_for_ever_is_refused(tmp_path: Path, words: str, cells: str) -> None:
    path = made.ods(tmp_path / "a.ods", {"S": [["x"] * 32]})
    with zipfile.ZipFile(path) as book:
        content = book.read("content.xml").decode().replace("<table:table-row", f"<table:table-row{words}")
    made.zipped(path, {"content.xml": content})
    with pytest.raises(InputError, match=f"spans {cells} cells"):
        sheets_in(path)


def test_an_ods_that_ends_in_blank_rows_and_columns_is_read(tmp_path: Path) -> None:
    path = made.ods(tmp_path / "a.ods", {"S": [["a", "b"], [1, 2]]})
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    with zipfile.ZipFile(path) as book:
        content = book.read("content.xml").decode()
    content = content.replace("</table:table-row>", f"{blank}</table:table-row>")
    below = f'<table:table-row table:number-rows-repeated="1048574">{blank}</table:table-row></table:table>'
    made.zipped(path, {"content.xml": content.replace("</table:table>", below), "META-INF/manifest.xml": "<manifest/>"})
    assert sheets_in(path)[0].frame().to_numpy().tolist() == [["1", "2"]]


def test_a_binary_workbooks_records_are_counted() -> None:
    def record(kind: int, *numbers: int) -> bytes:
        body = struct.pack(f"<{len(numbers)}I", *numbers)
        return bytes([kind, len(body)]) + body

    rows = record(0, 0) + record(2, 0, 0) + record(0, 999_999) + record(5, 41, 0, 0)
    assert unpacked._of_binary([rows[:9], rows[9:]]) == 42_000_000


def test_a_part_is_measured_as_it_is_read_and_not_as_it_claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "LARGEST_SHEET", 200_000)
    path = with_sheet(tmp_path / "a.xlsx", "".join(f'<row r="{n}">{cell(f"A{n}")}</row>' for n in range(1, 9_000)))
    claimed = zipfile.ZipFile(path).getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", claimed), struct.pack("<I", 1_000)))
    with pytest.raises(
        InputError, match=r"sheet1.xml unpacks to over 200,000 bytes.* save the sheet that you need as CSV"
    ):
        sheets_in(path)


@pytest.mark.parametrize("inner", ["inner.zip", "inner.xlsx"])
def test_a_zip_or_workbook_in_a_zip_is_held_only_if_it_is_not_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inner: str
) -> None:
    monkeypatch.setattr(packed, "LARGEST_HELD", 1_000)
    path = made.zipped(tmp_path / "all.zip", {inner: io.BytesIO(bytes(range(256)) * 40).getvalue()})
    with pytest.raises(InputError, match="unpacks to over 1,000 bytes"):
        sheets_in(path)


def test_a_gzip_ends_where_it_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "LARGEST_BYTES", 5_000)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 5_000))
    with pytest.raises(InputError, match="unpacks to over 5,000 bytes"):
        sheet_of(tmp_path / "a.csv.gz").frame()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_long_table_reads_as_a_short_one_however_it_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, delimiter: str
) -> None:
    rows = [
        ["code", "name", "note"],
        ["1", "Saint £ee", "x"],
        ["", "", ""],
        ["2", f'"a{delimiter} b"', ""],
        ["3", "c", "y"],
    ]
    words = "\n".join(["A title", *(delimiter.join(r) for r in rows)]) + "\n"
    (tmp_path / "a.csv").write_bytes(words.encode(encoding))
    wanted = {"code", "name"}.__contains__
    whole = sheet_of(tmp_path / "a.csv").frame(wanted)
    monkeypatch.setattr(sheets, "READ_WHOLE", 10)
    long = sheet_of(tmp_path / "a.csv").frame(wanted)
    assert (
        long.to_numpy().tolist()
        == whole.to_numpy().tolist()
        == [["1", "Saint £ee"], ["2", f"a{delimiter} b"], ["3", "c"]]
    )
    assert list(long.index) == list(whole.index) == [1, 3, 4]


def test_a_long_table_of_more_cells_than_any_published_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "READ_WHOLE", 10)
    monkeypatch.setattr(streamed, "MOST_CELLS", 100)
    (tmp_path / "a.csv").write_text("a,b\n" + '"1,2",3\n' * 200)
    with pytest.raises(InputError, match=r"has over 100 cells in its first 51 rows .*; check where it came from"):
        sheet_of(tmp_path / "a.csv").frame()


def test_a_long_table_with_no_line_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "READ_WHOLE", 10)
    (tmp_path / "a.csv").write_text("a,b\n1," + "x" * 20_000_000)
    with pytest.raises(InputError, match="can't be read as a table: field larger"):
        sheet_of(tmp_path / "a.csv").frame()


def test_shapes_too_many_to_hold_are_refused_with_those_that_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ons, "LARGEST_SHAPES", 10)
    (tmp_path / "lsoa.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(InputError, match="download the generalised boundaries"):
        ons.boundaries(tmp_path / "lsoa.geojson")
