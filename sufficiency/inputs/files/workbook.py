"""The first sheet of a workbook as a frame of text."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd

from sufficiency.errors import InputError, MissingError


def read_sheet(path: Path) -> pd.DataFrame:
    """Return a workbook's first sheet as a frame of text, its first row the header; a blank is ''.

    Raises
    ------
    MissingError
        If there is no such file.
    InputError
        If it is not a workbook, or its first sheet has no header.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    if not path.is_file():
        raise MissingError(f"there is no file {path.name} in {path.parent}")
    try:
        book = openpyxl.load_workbook(path, data_only=True, read_only=True)
        rows = [[_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as caught:
        raise InputError(f"{path.name} can't be read as a workbook ({type(caught).__name__}); save it again") from None
    if not rows or not any(rows[0]):
        raise InputError(f"{path.name}: the first row of its first sheet is blank; the table's header belongs there")
    header = rows[0]
    named = [i for i, name in enumerate(header) if name]
    twice = [i + 1 for i in named if header.count(header[i]) > 1]
    if twice:
        raise InputError(f"{path.name}: columns {twice[0]} and {twice[1]} have the same name; keep one")
    body = [[row[i] if i < len(row) else "" for i in named] for row in rows[1:]]
    return pd.DataFrame(body, columns=[header[i] for i in named], dtype="str")


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
