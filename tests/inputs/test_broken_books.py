"""Workbooks whose XML is broken are read or refused in words: nothing else comes out, and the process lives."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from sufficiency.errors import InputError
from sufficiency.inputs.files.sheets import sheets_in
from tests.inputs import forms_made as made

ROWS = [["setting", "year", "places"], ["A", 2027, 1.5], ["é & <b>", 2028, 7], ["B", 2029, 3]]
BITS = (
    b"<", b">", b"</row>", b"<row>", b'<c r="ZZZZ9">', b'<c r="A0">', b'<c r="">', b'r="-1"', b"&#0;", b"&x;", b"]]>",
    b'<!DOCTYPE a [<!ENTITY x "y">]>', b"\xff\xfe", b"\x00", b"<v>99999</v>", b't="s"', b"<v>1e999</v>", b'"', b"<v/>",
    b't="d"', b'table:number-columns-repeated="999999999"', b'office:value="x"', b'office:value-type="date"',
    b'<dimension ref="A1:XFD1048576"/>', b'<dimension ref="B9:A1"/>', b'<mergeCell ref="A1"/>',
)  # fmt: skip


def parts_of(book: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(book) as packed:
        return {entry.filename: packed.read(entry) for entry in packed.infolist()}


def written(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def spoilt(content: bytes, rng: random.Random) -> bytes:
    """Return bytes with something put in, cut out, cut off, repeated, or a digit changed."""
    at = rng.randrange(len(content) + 1)
    end = min(len(content), at + rng.randrange(1, 40))
    digits = [i for i in range(len(content)) if content[i : i + 1].isdigit()] or [0]
    digit, number = rng.choice(digits), rng.choice([b"-1", b"4294967296", b"99999999999999999999", b"0", b""])
    return rng.choice(
        [
            content[:at] + rng.choice(BITS) + content[at:],
            content[:at] + content[end:],
            content[:at],
            content[:at] + content[at:end] * rng.choice([2, 50]) + content[end:],
            content[:digit] + number + content[digit + 1 :],
        ]
    )


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_any_broken_xml_is_read_or_refused_in_words(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"book.{kind}"
    whole = parts_of(made.book(path, {"S": ROWS}) if kind == "xlsx" else made.ods(path, {"S": ROWS}))
    rng, refused = random.Random(13), 0
    for _ in range(250):
        parts = dict(whole)
        for _ in range(rng.randint(1, 3)):
            name = rng.choice(list(parts))
            parts[name] = spoilt(parts[name], rng)
        try:
            for sheet in sheets_in(written(path, parts)):
                sheet.frame()
        except InputError:
            refused += 1
    assert 50 < refused < 250


@pytest.mark.parametrize(
    "cell", [b'r="B9999999999"', b"r = 'B9999999999'", b'r="B4294967295"', b'r="XFD1048576"', b'r="ZZZZZZZ99999"']
)
def test_a_cell_that_says_it_is_far_away_is_refused_and_ends_no_process(cell: bytes, tmp_path: Path) -> None:
    parts = parts_of(made.book(tmp_path / "book.xlsx", {"S": ROWS}))
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b'r="B2"', cell)
    with pytest.raises(InputError, match=r"a sheet spans .* cells from its first to its last"):
        sheets_in(written(tmp_path / "book.xlsx", parts))


def test_an_ods_that_ends_within_another_tag_is_refused_at_once(tmp_path: Path) -> None:
    """The reader of workbooks never came back from this one."""
    parts = parts_of(made.ods(tmp_path / "book.ods", {"S": ROWS}))
    parts["content.xml"] = parts["content.xml"].replace(
        b"</table:table></office:spreadsheet>", b"</table:tablice:sheet>"
    )
    with pytest.raises(InputError, match=r"its XML is broken \(mismatched tag, line 1\)"):
        sheets_in(written(tmp_path / "book.ods", parts))
