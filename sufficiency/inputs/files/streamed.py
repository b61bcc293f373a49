"""A long text table read a line at a time, its needed columns alone, however it was saved and quoted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO, Final

import pandas as pd

from sufficiency.errors import InputError

LONGEST_LINE: Final = 1_000_000  # characters
MOST_CELLS: Final = 25_000_000  # that are kept
MOST_LETTERS: Final = 400_000_000  # in cells of which no other is alike


def encoding_of(start: bytes) -> str:
    """Return how a text file is saved, by its first bytes: UTF-16 with a mark, or UTF-8 with or without one."""
    return "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def lines_of(stream: IO[bytes], encoding: str) -> Iterator[str]:
    """Yield a stream's lines, none of them longer than a published row."""
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    while line := text.readline(LONGEST_LINE):
        yield line.replace("\x00", "")
    text.detach()


def columns_of(
    lines: Iterator[str], delimiter: str, top: int, header: Sequence[str], names: Sequence[str], *, source: str
) -> pd.DataFrame:
    """Return columns of a table as a frame of text, a blank as ''; its index is the row in Excel less 2.

    Parameters
    ----------
    lines
        Of the whole file.
    top
        Rows above the header.
    header, names
        Every column in order, and those wanted.

    Raises
    ------
    InputError
        If it can't be read, a row is longer than the header, or it has more than any published table.
    """
    places = [list(header).index(name) for name in names]
    known: dict[str, str] = {}
    rows: list[int] = []
    columns: list[list[str]] = [[] for _ in names]
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    letters = width = 0
    try:
        for number, row in enumerate(reader):
            if number <= top or not any(row):
                continue
            if len(row) > len(header):
                raise InputError(
                    f"{source}: row {reader.line_num:,} has more cells than the header, {len(row)} and not {len(header)}; "
                    "check for stray commas or quotes, or fetch it again"
                )
            width = len(row)
            rows.append(reader.line_num - 2)
            for column, place in zip(columns, places, strict=True):
                cell = row[place].strip() if place < len(row) else ""
                if cell not in known:
                    letters += len(cell)
                column.append(known.setdefault(cell, cell))
            if len(rows) * len(names) > MOST_CELLS or letters > MOST_LETTERS:
                raise InputError(
                    f"{source} has over {MOST_CELLS:,} cells in its first {len(rows):,} rows of the columns that are needed, "
                    "or more words than any published table; check where it came from"
                )
    except csv.Error as caught:
        raise InputError(f"{source} can't be read as a table: {caught}; check for stray quotes") from caught
    if 1 < width < len(header):
        raise InputError(f"{source} ends in the middle of a row; the file was cut short, so fetch it again")
    if not rows:
        return pd.DataFrame(columns=list(names), dtype="str")
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=rows, dtype="str")
