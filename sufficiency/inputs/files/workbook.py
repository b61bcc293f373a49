"""A workbook's sheets as rows of text: .xlsx, .xls, .xlsb, .xlsm and .ods."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final

import pandas as pd
import python_calamine

from sufficiency.errors import InputError, MissingError
from sufficiency.inputs.files.unpacked import refuse_large

LONGEST_TITLE: Final = 40  # rows above a table's header
HEADER_SHARE: Final = 0.6  # of the widest row's cells, from which a row is taken for the header


def pages(content: bytes, *, source: str) -> list[str]:
    """Return the names of a workbook's sheets that can hold a table, in order.

    Raises
    ------
    InputError
        If it is not a workbook, or would take more memory than any published one.
    """
    refuse_large(content, source=source)
    book = _book(content, source)
    return [s.name for s in book.sheets_metadata if s.typ == python_calamine.SheetTypeEnum.WorkSheet]


def rows(content: bytes, page: str, *, source: str) -> Iterator[list[str]]:
    """Yield every row of a sheet as text, from its first row and column on; a blank cell is ''."""
    book = _book(content, source)
    try:
        sheet = book.get_sheet_by_name(page)
        _, left = sheet.start or (0, 0)  # rows before the first are given, columns aren't
        known: dict[object, str] = {}
        for row in sheet.iter_rows():
            yield [""] * left + [_shared(cell, known) for cell in row]
    except (python_calamine.CalamineError, ValueError) as caught:
        raise InputError(f"{source} can't be read ({type(caught).__name__}); save it again") from caught


def table(cells: Iterator[list[str]], top: int, wanted: Callable[[str], bool] | None, *, source: str) -> pd.DataFrame:
    """Return the rows below a header as a frame of text; its index is the row in Excel less 2. Blank rows are left out.

    Raises
    ------
    InputError
        If there is no header, or a column is there twice.
    """
    header = next(islice(cells, top, None), [])
    if not any(header):
        raise InputError(f"{source}: row {top + 1} is blank; the table's header belongs there")
    kept = [i for i, name in enumerate(header) if name and (wanted is None or wanted(name))]
    twice = [i + 1 for i in kept if [header[k] for k in kept].count(header[i]) > 1]
    if twice:
        raise InputError(f"{source}: columns {twice[0]} and {twice[1]} have the same name; keep one")
    places, body = [], []
    for place, row in enumerate(cells, start=top):
        if any(row):
            places.append(place)
            body.append([row[i] if i < len(row) else "" for i in kept])
    return pd.DataFrame(body, columns=[header[i] for i in kept], index=places, dtype="str")


def read_sheet(path: Path) -> pd.DataFrame:
    """Return a workbook's first sheet as a frame of text; a blank is ''. Its header is the first row as wide as the table.

    As `text.parsed` does, `attrs` says which row of the sheet each is, and which columns have values and no name.

    Raises
    ------
    MissingError
        If there is no such file.
    InputError
        If it is not a workbook, or its first sheet has no header.
    """
    if path.is_dir():
        raise InputError(f"{path.name} in {path.parent} is a folder; a file of that name is needed")
    if not path.is_file():
        raise MissingError(f"there is no file {path.name} in {path.parent}")
    content = path.read_bytes()
    first = pages(content, source=path.name)
    if not first:
        raise InputError(f"{path.name} has no sheet that can hold a table")
    cells = list(rows(content, first[0], source=path.name))
    top = header_row(cells[:LONGEST_TITLE])
    frame = table(iter(cells), top, None, source=path.name)
    header = cells[top]
    frame.attrs["rows"] = [int(place) + 2 for place in frame.index]
    frame.attrs["columns"] = [place for place, name in enumerate(header, start=1) if name]
    wide = max(map(len, cells))
    nameless = [i for i in range(wide) if i >= len(header) or not header[i]]
    frame.attrs["nameless"] = [i + 1 for i in nameless if any(len(r) > i and r[i] for r in cells[top + 1 :])]
    return frame.reset_index(drop=True)


def header_row(head: Sequence[Sequence[str]]) -> int:
    """Return which row is the header: the first nearly as wide as the widest, since titles stand in few cells."""
    widths = [sum(bool(cell.strip()) for cell in row) for row in head]
    wide = max(widths, default=0)
    return next((i for i, width in enumerate(widths) if width and width >= HEADER_SHARE * wide), 0)


def _book(content: bytes, source: str) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(_with_mimetype(content)))
    except Exception as caught:  # the reader of workbooks has no one parent of what it raises
        raise InputError(f"{source} can't be read as a workbook ({type(caught).__name__}); save it again") from None


def _with_mimetype(content: bytes) -> bytes:
    """Return an .ods with the member that says what it is, which the Department for Education's lack."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist())
            if "content.xml" not in names or "mimetype" in names:
                return content
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as whole:
                whole.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
                for name in ("content.xml", "META-INF/manifest.xml"):
                    if name in names:
                        whole.writestr(name, packed.read(name))
            return made.getvalue()
    except zipfile.BadZipFile:
        return content


def _shared(cell: object, known: dict[object, str]) -> str:
    """Return a cell as text; few different numbers fill most sheets, so that each is one word in memory."""
    if not isinstance(cell, float):
        return _text(cell)
    if cell not in known:
        known[cell] = _text(cell)
    return known[cell]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    return str(cell).strip()
