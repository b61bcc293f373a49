"""Any delimited text file, however it was saved, as a frame of text."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.errors import InputError, MissingError, nearest

LARGEST_TABLE: Final = 250_000_000  # bytes; every zone to every setting by road is under 50 million


def read_text_table(path: Path) -> pd.DataFrame:
    """Return the file as a frame of text: no value is changed, and a blank is ''.

    Takes UTF-8 with or without a byte-order mark and cp1252 (as Excel saves), and commas, semicolons or tabs.

    Raises
    ------
    MissingError
        If there is no such file; names the nearest.
    InputError
        If it is a folder, can't be opened, is empty, is not text, or has rows longer than its header.
    """
    if path.is_dir():
        raise InputError(f"{path.name} in {path.parent} is a folder; a file of that name is needed")
    if not path.is_file():
        beside = [p.name for p in path.parent.glob(f"*{path.suffix}")] if path.parent.is_dir() else []
        raise MissingError(f"there is no file {path.name} in {path.parent}{nearest(path.name, beside)}")
    if path.stat().st_size > LARGEST_TABLE:
        raise InputError(
            f"{path.name} has over {LARGEST_TABLE:,} bytes, more than any table of an area; is it the right file?"
        )
    try:
        content = path.read_bytes()
    except OSError as caught:
        raise InputError(f"{path} can't be read: {caught.strerror}; is it open elsewhere, or not yours?") from caught
    words = decoded(content, source=path.name)
    return parsed(words, source=path.name)


def decoded(content: bytes, *, source: str) -> str:
    """Return text from bytes in UTF-8 (a byte-order mark dropped), UTF-16 with a mark, or cp1252."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    else:
        if content[:2] == b"PK" or b"\x00" in content[:4096]:
            raise InputError(f"{source} is not a text file; save the sheet as CSV UTF-8 and try again")
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{source} is neither UTF-8 nor cp1252 text; save the sheet as CSV UTF-8 and try again")


def parsed(words: str, *, source: str) -> pd.DataFrame:
    """Return a frame of text from delimited `words`; columns with no name and nothing in them are left out.

    Raises
    ------
    InputError
        If it is empty, a column is there twice, a row is longer than the header, or the last one is cut short.
    """
    if not words.strip():
        raise InputError(f"{source} is empty: expected a header and at least one row")
    whole = words.replace("\x00", "")
    words = whole.lstrip("\r\n ")
    above = whole[: len(whole) - len(words)].count("\n")
    first = words.splitlines()[0]
    delimiter = max(",;\t", key=first.count)
    try:
        frame = pd.read_csv(
            io.StringIO(words),
            sep=delimiter,
            dtype="str",
            keep_default_na=False,
            skipinitialspace=True,
            header=None,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error, ValueError) as caught:
        raise InputError(f"{source} can't be read as a table: {caught}; check for stray commas or quotes") from caught
    frame = frame.fillna("")  # a blank line, or a row shorter than the header
    frame = frame[(frame != "").any(axis=1)]
    header = [str(c).strip() for c in frame.iloc[0]]
    twice = _same_name(header)
    if twice:
        raise InputError(
            f"{source}: columns {' and '.join(str(i) for i in twice)} have the same name; keep one. Is the first row a header?"
        )
    if not words.endswith(("\n", "\r")) and words.splitlines()[-1].count(delimiter) < len(header) - 1:
        raise InputError(f"{source} ends in the middle of a row; the file was cut short, so fetch it again")
    rows = [int(i) + 1 + above for i in frame.index[1:]]
    body = frame.iloc[1:].reset_index(drop=True).set_axis(header, axis=1).loc[:, [c != "" for c in header]]
    body.attrs["rows"] = rows  # the line of each row, as a person sees it in Excel
    body.attrs["columns"] = [place for place, name in enumerate(header, start=1) if name]
    body.attrs["nameless"] = [
        place for place, name in enumerate(header, start=1) if not name and (frame.iloc[1:, place - 1] != "").any()
    ]
    return body


def one_table(words: str, above: int, *, source: str) -> pd.DataFrame:
    """Return the table below `above` lines of titles, as `parsed`; its index is the row in Excel less 2."""
    kept = words.split("\n", above)[-1] if above else words
    frame = parsed(kept, source=source)
    rows = [line + above - 2 for line in frame.attrs["rows"]]
    frame.attrs = {}  # pandas copies them at every step, and the index says the same
    return frame.set_axis(rows)


def _same_name(header: list[str]) -> list[int]:
    """Return the positions, from 1, of the first name that is there twice. A header may be a person's row: none is quoted."""
    first = next((c for c in header if c and header.count(c) > 1), None)
    return [i + 1 for i, c in enumerate(header) if c == first] if first else []
