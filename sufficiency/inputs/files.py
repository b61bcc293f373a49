"""Any delimited text file, however it was saved, as a frame of text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from sufficiency.errors import InputError, MissingError, nearest


def read_text_table(path: Path) -> pd.DataFrame:
    """Return the file as a frame of text: no value is changed, and a blank is ''.

    Takes UTF-8 with or without a byte-order mark and cp1252 (as Excel saves), and commas, semicolons or tabs.

    Raises
    ------
    MissingError
        If there is no such file; names the nearest.
    InputError
        If it is empty, is not text, or has rows longer than its header.
    """
    if not path.is_file():
        beside = [p.name for p in path.parent.glob(f"*{path.suffix}")] if path.parent.is_dir() else []
        raise MissingError(f"there is no file {path.name} in {path.parent}{nearest(path.name, beside)}")
    words = decoded(path.read_bytes(), source=path.name)
    return parsed(words, source=path.name)


def decoded(content: bytes, *, source: str) -> str:
    """Return text from bytes in UTF-8 (a byte-order mark dropped), UTF-16 with a mark, or cp1252."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    else:
        if b"\x00" in content[:4096]:
            raise InputError(f"{source} is not a text file; save the sheet as CSV UTF-8 and try again")
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{source} is neither UTF-8 nor cp1252 text; save the sheet as CSV UTF-8 and try again")


def parsed(words: str, *, source: str) -> pd.DataFrame:
    """Return a frame of text from delimited `words`."""
    if not words.strip():
        raise InputError(f"{source} is empty: expected a header and at least one row")
    header = words.lstrip().splitlines()[0]
    delimiter = max(",;\t", key=header.count)
    try:
        frame = pd.read_csv(
            io.StringIO(words), sep=delimiter, dtype="str", keep_default_na=False, skipinitialspace=True
        )
    except (pd.errors.ParserError, csv.Error) as caught:
        raise InputError(f"{source} can't be read as a table: {caught}; check for stray commas or quotes") from caught
    frame.columns = [str(c).strip() for c in frame.columns]
    return frame.loc[:, [not c.startswith("Unnamed:") for c in frame.columns]]
