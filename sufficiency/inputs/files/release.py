"""A release of several files, in a folder, in its `data` folder, in a zip or in a zip of that: its tables by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from sufficiency.errors import InputError, MissingError, nearest
from sufficiency.inputs.files.sheets import Sheet, is_book, is_text, sheets_in

Tells = Callable[[Sequence[Sequence[str]]], int | None]


@dataclass(frozen=True, eq=False)
class Release:
    """Files that a publisher gives together.

    Attributes
    ----------
    name
        Of its folder or zip.
    sheets
        Its tables.
    """

    name: str
    sheets: tuple[Sheet, ...]

    @cached_property
    def heads(self) -> list[tuple[Sheet, list[list[str]]]]:
        """Each table with its first rows; one that can't be opened has none."""
        return [(sheet, _head(sheet)) for sheet in self.sheets]


def of_folder(folder: str | Path) -> Release:
    """Return the release that a folder or a zip holds.

    Raises
    ------
    MissingError
        If there is no such folder or zip.
    InputError
        If a zip can't be read.
    """
    path = Path(folder)
    if path.is_dir():
        return Release(path.name, tuple(_of_files(p for p in (*path.iterdir(), *path.glob("data/*")))))
    if path.is_file() and path.suffix.lower() == ".zip":
        return Release(path.name, tuple(sheets_in(path)))
    raise MissingError(f"there is no folder or zip {path}")


def _of_files(paths: Iterable[Path]) -> Iterator[Sheet]:
    """Yield the tables of files that are text or workbooks by their names; a broken one has none."""
    for path in sorted(paths):
        if path.is_file() and (is_text(path.name) or is_book(path.name)):
            try:
                yield from sheets_in(path)
            except InputError:
                continue


def container(sheet: Sheet) -> tuple[str, ...]:
    """Return where a sheet's release lies: the folder on disk or in a zip, without the publisher's own `data`."""
    where = sheet.last.parent
    if where.name == "data":
        where = where.parent
    return (str(sheet.file), *sheet.members[:-1], str(where)) if sheet.members else (str(where),)


def _head(sheet: Sheet) -> list[list[str]]:
    try:
        return sheet.head()
    except InputError:
        return []


def release_name(sheet: Sheet) -> str:
    """Return what a planner would call the release that a sheet lies in: its zip, or its folder."""
    if sheet.members:
        return Sheet(sheet.file, sheet.members[:-1]).name
    where = sheet.file.parent
    return where.parent.name if where.name == "data" else where.name


def find_table(source: str | Path | Release, tells: Tells, names: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Return a release's table that its header tells, whatever its file is called, and what to call it in a message.

    Where several are told so, or none, one with a publisher's name for it is taken before any other.

    Parameters
    ----------
    source
        The release, or its folder or zip.
    tells
        The row of the table's header among its first rows, from 0; None: it isn't this table.
    names
        What the publisher calls its file, release by release.

    Raises
    ------
    MissingError
        If it isn't there; names the nearest.
    InputError
        If it can't be read, or a zip would unpack to more than any release holds.
    """
    release = source if isinstance(source, Release) else of_folder(source)
    told = [replace(sheet, top=top) for sheet, head in release.heads if (top := tells(head)) is not None]
    named = [s for s in told or release.sheets if s.last.name.lower() in names]
    for sheet in [*named, *told]:
        return sheet.frame(), sheet.last.name
    known = [sheet.last.name for sheet in release.sheets]
    raise MissingError(f"there is no {' or '.join(names)} in {release.name}{nearest(names[0], known)}")
