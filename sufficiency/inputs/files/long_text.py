"""A long table of plain codes, cut by its commas: 2.7 million postcodes in seconds, where a general reader takes a minute.

It holds where no cell has a comma or a line's end within quotes, as in directories of postcodes; a table of which that
is not so is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError

BLOCK: Final = 1 << 24  # bytes
SAMPLE: Final = 2_000  # cells, by which a column is judged to have few values, worth sharing
COMMA, END, QUOTE, RETURN = (ord(c) for c in ',\n"\r')
LONGEST_CELL: Final = 4_000  # bytes
MOST_BYTES: Final = 400_000_000  # of the cells that are kept; 2.7 million postcodes with all they need have 120 million
Columns = Mapping[str, np.ndarray[Any, Any]]


class UnevenError(InputError):
    """A row has more or fewer cells than the header, as where a comma stands within quotes."""


def cut(
    stream: IO[bytes],
    header: Sequence[str],
    names: Sequence[str],
    keep: Callable[[Columns], np.ndarray[Any, Any]] | None,
    *,
    source: str,
) -> pd.DataFrame:
    """Return columns of the rest of a stream, of the rows to be kept, as a frame of text.

    Parameters
    ----------
    stream
        Past its header.
    header, names
        Every column in order, and those wanted.
    keep
        From the wanted columns of a block, as bytes, which rows; none: all.

    Raises
    ------
    UnevenError
        If a row has more or fewer cells than the header, naming none of its content.
    InputError
        If it has more than any published table.
    """
    places = [list(header).index(name) for name in names]
    blocks: list[dict[str, np.ndarray[Any, Any]]] = []
    rest, seen, kept = b"", 0, 0
    while block := stream.read(BLOCK):
        whole = rest + block
        last = whole.rfind(b"\n") + 1
        rest = whole[last:]
        if not last:
            raise UnevenError(f"{source}: row {seen + 2:,} is longer than any published row; is it whole?")
        seen += _add(blocks, whole[:last], len(header), places, names, keep, source, seen)
        kept += sum(column.nbytes for column in blocks[-1].values())
        if kept > MOST_BYTES:
            raise InputError(
                f"{source} has over {MOST_BYTES:,} bytes in its first {seen:,} rows of the columns that are needed, more "
                "than any published table; check where it came from"
            )
    if rest.strip():
        _add(blocks, rest + b"\n", len(header), places, names, keep, source, seen)
    return pd.DataFrame({name: _words([b.pop(name) for b in blocks]) for name in names}, dtype="str")


def _words(parts: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """Return a column's blocks as one of text objects, alike cells shared where few differ."""
    cells = [_decoded(cell) for part in parts for cell in part.tolist()]
    words = np.empty(len(cells), dtype=object)
    known: dict[str, str] = {}
    few = len(set(cells[:SAMPLE])) < SAMPLE // 2
    words[:] = [known.setdefault(cell, cell) for cell in cells] if few else cells
    return words


def _decoded(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.decode("cp1252", errors="replace")


def _add(
    blocks: list[dict[str, np.ndarray[Any, Any]]],
    words: bytes,
    width: int,
    places: Sequence[int],
    names: Sequence[str],
    keep: Callable[[Columns], np.ndarray[Any, Any]] | None,
    source: str,
    seen: int,
) -> int:
    text = np.frombuffer(words, dtype=np.uint8)
    cuts = np.flatnonzero((text == COMMA) | (text == END))
    if len(cuts) % width or (text[cuts[width - 1 :: width]] != END).any():
        raise UnevenError(
            f"{source}: a row after row {seen + 1:,} has more or fewer cells than the header; is it whole?"
        )
    ends = cuts.reshape(-1, width)
    starts = np.concatenate([[0], cuts[:-1] + 1]).reshape(-1, width)
    if int((ends[:, places] - starts[:, places]).max(initial=0)) > LONGEST_CELL:
        raise UnevenError(f"{source}: a cell after row {seen + 1:,} is longer than any published one; is it whole?")
    found = {name: _column(text, starts[:, i], ends[:, i]) for name, i in zip(names, places, strict=True)}
    if keep is not None:
        rows = keep(found)
        found = {name: column[rows] for name, column in found.items()}
    blocks.append(found)
    return len(ends)


def _column(
    text: np.ndarray[Any, Any], starts: np.ndarray[Any, Any], ends: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Return the cells between two cuts as bytes of one width, without quotes and a line's return."""
    last = text[np.maximum(ends - 1, 0)]
    ends = ends - ((ends > starts) & (last == RETURN))
    quoted = (ends > starts + 1) & (text[np.minimum(starts, len(text) - 1)] == QUOTE)
    starts, ends = starts + quoted, ends - quoted
    size = ends - starts
    wide = max(int(size.max(initial=0)), 1)
    cells = np.zeros((len(starts), wide), dtype=np.uint8)
    for place in range(wide):
        inside = size > place
        cells[inside, place] = text[starts[inside] + place]
    return cells.view(f"S{wide}").ravel()
