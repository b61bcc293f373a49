"""A publisher's columns under our names, and a publisher's cells as numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError, nearest

# How publishers say that a number is not there: unavailable, not applicable, confidential, low, missing.
NOT_PUBLISHED: Final = frozenset(
    {"", "x", "z", "c", "k", "u", "low", "-", "–", ":", ".", "..", "~", "na", "n/a", "#n/a"}
)


def plain(word: object) -> str:
    """Return a column's name without case, spaces or punctuation, so that 'LSOA code (2021)' is 'lsoacode2021'."""
    return re.sub(r"[^a-z0-9]", "", str(word).lower())


def take(
    frame: pd.DataFrame, names: Mapping[str, str | Sequence[str]], *, source: str, optional: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the columns of `names` (ours -> the publisher's, older and newer) under our names; others are left out.

    Raises
    ------
    InputError
        If there are no rows. If one that is not `optional` is missing: names it as published, and the nearest there is. If one is twice.
    """
    if frame.empty:
        raise InputError(f"{source} has a header and no rows")
    header = frame.attrs.get("header", frame.columns)
    there: dict[str, list[str]] = {}
    for column in frame.columns:
        there.setdefault(plain(column), []).append(column)
    found: dict[str, pd.Series] = {}
    for ours, theirs in names.items():
        spellings = [theirs] if isinstance(theirs, str) else list(theirs)
        hits = [column for name in dict.fromkeys(map(plain, spellings)) for column in there.get(name, [])]
        if len(hits) > 1 and len({plain(h) for h in hits}) == 1:
            raise InputError(f"{source}: the column '{hits[0]}' is there twice; keep one")
        if hits:
            found[ours] = frame[hits[0]]
        elif ours not in optional:
            hint = _misspelt(spellings, list(header), names)
            raise InputError(f"{source}: the column '{spellings[0]}' is missing; {hint}")
    return pd.DataFrame(found, index=frame.index)


def _misspelt(spellings: Sequence[str], header: Sequence[object], names: Mapping[str, str | Sequence[str]]) -> str:
    """Return which column may be one that is missing, by its place: what a file calls it may be a child's name."""
    is_known = column_among(names)
    places = [i for i, c in enumerate(header) if str(c) and not is_known(str(c))]
    near = next((i for i in places for s in spellings if nearest(s, [header[i]], 0.7)), None)
    return "is this the publisher's file, whole?" if near is None else f"is it column {near + 1}, misspelt?"


def column_among(names: Mapping[str, str | Sequence[str]]) -> Callable[[str], bool]:
    """Return whether a publisher's column is one of `names`, as `take` finds them."""
    known = {plain(n) for theirs in names.values() for n in ([theirs] if isinstance(theirs, str) else theirs)}
    return lambda column: plain(column) in known


def numbers(words: pd.Series, *, source: str) -> pd.Series:
    """Return published cells as numbers, blank where they say that there is none.

    Raises
    ------
    InputError
        Naming the first row and value that is neither.
    """
    if words.dtype.kind in "if":
        return words.astype("float64")
    trimmed = words.astype("str").str.strip()
    found = pd.to_numeric(trimmed.str.replace(r"[,£%]", "", regex=True), errors="coerce")
    wrong = found.isna() & ~trimmed.str.lower().isin(NOT_PUBLISHED | {"nan", "none", "<na>"})
    if wrong.any():
        place = int(wrong.to_numpy().argmax())
        raise InputError(
            f"{source}: row {_row(words, place)}, {words.name}: '{trimmed.iloc[place]}' is neither a number nor a publisher's "
            "sign for none, such as x, z, c or low"
        )
    return found.astype("float64")


def whole_numbers(words: pd.Series, *, source: str) -> pd.Series:
    """Return cells as whole numbers, none of them blank.

    Raises
    ------
    InputError
        Naming the first row that is blank or not whole.
    """
    found = numbers(words, source=source)
    wrong = ~np.isfinite(found) | (found != found.round()) | (found.abs() > 1e15)
    if wrong.any():
        place = int(wrong.to_numpy().argmax())
        raise InputError(
            f"{source}: row {_row(words, place)}, {words.name}: '{words.iloc[place]}' is not a whole number"
        )
    return found.astype("int64")


def codes(words: pd.Series) -> pd.Series:
    """Return whole numbers that name something, such as an authority's 940 or 940.0; blank where it isn't one."""
    found = pd.to_numeric(words, errors="coerce").astype("float64")
    return found.mask((found != found.round()) | (found.abs() > 1e9)).astype("Int64")


def january_of(period: pd.Series, *, source: str) -> pd.Series:
    """Return the January of an academic year such as 202425, 2024/25 or 2024-25, or the January at a year's end."""
    first = pd.to_numeric(period.astype("str").str.strip().str[:4], errors="coerce")
    if first.isna().any():
        place = int(first.isna().to_numpy().argmax())
        raise InputError(
            f"{source}: row {_row(period, place)}, {period.name}: '{period.iloc[place]}' is not a year such as 202425"
        )
    return first.astype("int64") + 1


def _row(words: pd.Series, place: int) -> int:
    """Return the row in Excel of a cell: a frame's index is that row less 2."""
    label = words.index[place]
    return int(label) + 2 if isinstance(label, int | np.integer) else place + 2
