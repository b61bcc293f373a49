"""What a report prints of a cube: each number of a table, chart or sentence as a sum of its cells.

A column of a table is about a cube where, read by its labels, the numbers that it shows are sums of the cube's cells. So
read, the cells that it hides are sums too. A chart is read as the table of what it draws.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.report.disclosure.cubes import WHOLE, Cube, Group
from sufficiency.report.disclosure.suppress import HIDDEN

YEAR: Final = re.compile(r"\b(?:January )?(19|20)\d\d\b")
SPLIT_BY: Final = ("case", "breakdown", "label", "measure", "age_rule")  # what makes one table several
AGREES: Final = 0.8  # of the numbers of a column, from which it is read as the cube's
NAMED: Final = 0.2  # of a column's words, from which it is one of labels
HALF: Final = 0.5 + 1e-9  # how far off a number is that is shown whole
READINGS: Final = 400  # of a column's labels that are tried at most
EVERYBODY: Final = (WHOLE, "")  # kind of a label that names all
SECTION: Final = "section"  # a column of what the section is about
SHARE: Final = "share"  # the column of shares of everybody
EVERYONE: Final = Group(WHOLE, frozenset())


@dataclass(frozen=True)
class Place:
    """Where a number stands: the section and the exhibit, in words, and the row and column of a table, or a chart's mark."""

    section: str
    exhibit: str
    key: str = ""
    row: object = None
    column: object = None

    def __str__(self) -> str:
        """Return 'Children with SEND today, "EHC plans by type of setting and authority"'."""
        return f'{self.section}, "{self.exhibit}"' if self.exhibit else self.section


@dataclass(frozen=True, eq=False)
class Printed:
    """One number of a report as a sum of a cube's cells."""

    place: Place
    groups: tuple[Group, ...]  # what its labels name
    is_hidden: bool
    within: float = 0.0  # how far off what is shown may be [children]


def of_chart(cube: Cube, drawn: pd.DataFrame, place: Place, title: str = "") -> Iterator[Printed]:
    """Yield what a chart draws of a cube; `drawn` is what `artists.drawn` reads."""
    table = drawn if drawn["year"].isna().all() else drawn[drawn["year"] == cube.year]
    if table.empty or (table is drawn and not _may_be_of(cube, title)):
        return
    values = table["value"].astype(object).where(table["value"].notna(), HIDDEN)
    table = table.drop(columns="value").dropna(axis="columns", how="all").assign(counted=values)
    parts = [table, *(part for _, part in table.groupby("series"))] if len(set(table["series"])) > 1 else [table]
    for part in parts:  # a series may be of something else: what was forecast, beside what was counted
        yield from of_table(cube, part, place, title)


def of_table(cube: Cube, frame: pd.DataFrame, place: Place, title: str = "", implied: str = "") -> Iterator[Printed]:
    """Yield what a table prints of a cube, its hidden cells among them; `implied` names those whom all of it counts."""
    rows, year = frame, _year(title)
    if "year" in frame and pd.api.types.is_numeric_dtype(frame["year"]):
        rows, year = frame[(frame["year"] == cube.year).to_numpy(dtype=bool, na_value=False)], cube.year
    if cube.named(place.section):  # a district's own page
        rows = rows.assign(**{SECTION: place.section})
    heads = {n: found for n, column in enumerate(rows.columns) if (found := _heads(cube, str(column), year))}
    if rows.empty or not heads:
        return
    by = [c for c in SPLIT_BY if c in rows and len(rows[c].unique()) > 1]
    for part in [each for _, each in rows.groupby(by, sort=False, dropna=False)] if by else [rows]:
        labels = [c for c in _label_columns(cube, part) if c not in by]
        for number, found in heads.items():
            if part.columns[number] not in labels:
                yield from _of_column(cube, part, number, labels, place, found, cube.named(implied)[:1])


def _heads(cube: Cube, head: str, year: int | None) -> tuple[Group, ...]:
    """Return what the head of a column names, if it is of the cube's January."""
    told = _year(head) or year
    if head == "year" or (told or cube.year) != cube.year or not (told or cube.is_now):
        return ()
    bare = YEAR.sub("", head).strip(" ,:")
    return (EVERYONE,) if bare == SHARE else cube.named(bare)


def _may_be_of(cube: Cube, title: str) -> bool:
    return (_year(title) or cube.year) == cube.year and (cube.is_now or _year(title) is not None)


def _label_columns(cube: Cube, rows: pd.DataFrame) -> list[object]:
    """Return the columns of words or codes of which most name something of the cube."""
    found = []
    for column in rows.columns:
        values = rows[column]
        if pd.api.types.is_float_dtype(values) or (
            pd.api.types.is_numeric_dtype(values) and column not in ("ncy", "place")
        ):
            continue
        texts = [t for t in values.unique() if isinstance(t, str | int | np.integer) and t != HIDDEN]
        if texts and sum(bool(cube.named(t, str(column))) for t in texts) > NAMED * len(texts):
            found.append(column)
    return found


def _of_column(
    cube: Cube,
    rows: pd.DataFrame,
    number: int,
    labels: list[object],
    place: Place,
    heads: tuple[Group, ...],
    implied: tuple[Group, ...],
) -> Iterator[Printed]:
    values = rows.iloc[:, number]
    if not pd.api.types.is_numeric_dtype(values):
        texts = [t.replace(",", "") if isinstance(t, str) else t for t in values]
        numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=float)
    else:
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
    if rows.columns[number] == SHARE:
        numbers = numbers * cube.total(())
    hidden = np.array([isinstance(v, str) and v == HIDDEN for v in values])
    if not (np.isfinite(numbers) | hidden).any():
        return
    is_named = YEAR.sub("", str(rows.columns[number])).strip(" ,:") != ""
    read = _best_reading(cube, rows, labels, heads, numbers, hidden, implied, is_named=is_named)
    for at, groups in enumerate(read):
        if groups is None or not (hidden[at] or np.isfinite(numbers[at])):
            continue
        true = cube.total(groups)
        if not hidden[at] and abs(numbers[at] - true) > HALF:
            continue  # it counts something else
        off = 0.0 if hidden[at] else abs(numbers[at] - true)
        where = Place(place.section, place.exhibit, place.key, rows.index[at], rows.columns[number])
        yield Printed(where, groups, bool(hidden[at]), 0.0 if off < 1e-6 else 0.5)
    yield from _nobody(cube, [r for r in read if r is not None], {*heads, *implied}, place)


def _nobody(cube: Cube, read: Sequence[tuple[Group, ...]], fixed: set[Group], place: Place) -> Iterator[Printed]:
    """Yield what rows that aren't there tell: that nobody is in them, of a table that has all who are somewhere."""
    seen = {frozenset(groups) for groups in read}
    asked: set[frozenset[Group]] = set()
    for groups in read:
        for one in groups:
            others = tuple(g for g in groups if g != one)
            if one in fixed or (around := frozenset([*others, Group(one.label, frozenset(), one.sense)])) in asked:
                continue
            asked.add(around)
            absent = [told for g in cube.of_kind(*_kind(one)) if frozenset(told := (*others, g)) not in seen]
            if not any(cube.total(told) for told in absent):
                yield from (Printed(place, told, is_hidden=False) for told in absent)


def _best_reading(
    cube: Cube,
    rows: pd.DataFrame,
    labels: list[object],
    heads: Sequence[Group],
    numbers: np.ndarray,
    hidden: np.ndarray,
    implied: tuple[Group, ...],
    *,
    is_named: bool,
) -> list[tuple[Group, ...] | None]:
    """Return what each row's labels name, read in the way in which most of the numbers shown are the cube's; none if few are."""
    named = {c: [cube.named(t, str(c)) for t in rows[c]] for c in labels}
    # A column may name one of several labels, or nothing of this cube.
    kinds = {
        c: list(dict.fromkeys(_kind(g) for groups in named[c] for g in groups if g.label != WHOLE)) for c in labels
    }
    ways = itertools.product(*[[*kinds[c], None] for c in labels], list(dict.fromkeys(map(_kind, heads))))
    shown = np.isfinite(numbers) & ~hidden
    best: tuple[tuple[float, int], list[tuple[Group, ...] | None]] | None = None
    for way in itertools.islice(ways, READINGS):
        used = [kind[0] for kind in way if kind]
        if len(set(used)) < len(used):
            continue
        head = [*implied, *(g for g in heads if _kind(g) == way[-1])]
        read = [_row(named, labels, way, at, head) for at in range(len(rows))]
        right = [
            abs(cube.total(r) - numbers[i]) <= HALF
            for i, r in enumerate(read)
            if shown[i] and r is not None and numbers[i]
        ]
        if numbers[shown].any():
            is_read = bool(right) and sum(right) >= AGREES * len(right)
        else:  # all of it is hidden or nobody: it is read where its labels leave no doubt
            is_read = is_named and len(used) > len(set(way[-1:]) & {EVERYBODY})
        if not is_read:
            continue
        score = (float(sum(right)), len(used))
        if best is None or score > best[0]:
            best = score, read
    return best[1] if best else [None] * len(rows)


def _row(
    named: dict[object, list[tuple[Group, ...]]],
    labels: list[object],
    way: tuple[tuple[str, str] | None, ...],
    at: int,
    head: Sequence[Group],
) -> tuple[Group, ...] | None:
    found = list(head)
    for column, kind in zip(labels, way[:-1], strict=True):
        if kind is None:
            continue
        hits = [g for g in named[column][at] if _kind(g) == kind or g.label == WHOLE]
        hits += [g for g in named[column][at] if g.label == kind[0]]  # in another sense, where it has but that
        if not hits:
            return None
        found.append(hits[0])
    return tuple(g for g in found if g.label != WHOLE)


def _kind(group: Group) -> tuple[str, str]:
    return group.label, group.sense


def _year(text: str) -> int | None:
    found = YEAR.search(text)
    return int(found[0][-4:]) if found else None


def of_share(cube: Cube, labels: Sequence[str], says: str, place: Place) -> Iterator[Printed]:
    """Yield what a bar tells of the children that its labels name: a count, or a rounded share of those of its first label."""
    groups = [cube.named(words)[:1] for words in labels]
    if not all(groups):
        return
    cells = tuple(group for each in groups for group in each)
    if says == HIDDEN:
        yield Printed(place, cells, is_hidden=True)
        return
    number = float(says.rstrip("%").replace(",", ""))
    whole = cube.total(cells[:1])
    told, within = (number / 100 * whole, 0.005 * whole) if says.endswith("%") else (number, 0.5)
    if abs(told - cube.total(cells)) <= within + HALF:
        yield Printed(
            place, cells, is_hidden=False, within=within + abs(told - cube.total(cells)) if "%" in says else 0.0
        )
