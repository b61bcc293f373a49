"""A release of several files, in a folder, in its `data` folder, in a zip or in a zip of that: its tables by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sufficiency.errors import MissingError, nearest
from sufficiency.inputs.files.sheets import Sheet, sheets_in


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
        return Release(path.name, tuple(Sheet(p) for p in sorted([*path.glob("*.csv"), *path.glob("data/*.csv")])))
    if path.is_file() and path.suffix.lower() == ".zip":
        return Release(path.name, tuple(sheets_in(path)))
    raise MissingError(f"there is no folder or zip {path}")


def container(sheet: Sheet) -> tuple[str, ...]:
    """Return where a sheet's release lies: the folder on disk or in a zip, without the publisher's own `data`."""
    where = sheet.last.parent
    if where.name == "data":
        where = where.parent
    return (str(sheet.file), *sheet.members[:-1], str(where)) if sheet.members else (str(where),)


def releases(sheets: Iterable[Sheet]) -> list[Release]:
    """Return sheets gathered by where they lie."""
    by_place: dict[tuple[str, ...], list[Sheet]] = {}
    for sheet in sheets:
        by_place.setdefault(container(sheet), []).append(sheet)
    return [Release(_name(own[0]), tuple(own)) for own in by_place.values()]


def _name(sheet: Sheet) -> str:
    if sheet.members:
        return Sheet(sheet.file, sheet.members[:-1]).name
    where = sheet.file.parent
    return where.parent.name if where.name == "data" else where.name


def find_table(source: str | Path | Release, names: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Return the first of `names` that is there, as a frame of text, and what to call it in a message.

    Raises
    ------
    MissingError
        If none is there; names the nearest.
    InputError
        If it can't be read, or a zip would unpack to more than any release holds.
    """
    release = source if isinstance(source, Release) else of_folder(source)
    by_name = {sheet.last.name.lower(): sheet for sheet in reversed(release.sheets)}
    for name in names:
        if name in by_name:
            frame = by_name[name].frame()
            return frame, name
    known = [sheet.last.name for sheet in release.sheets]
    raise MissingError(f"there is no {' or '.join(names)} in {release.name}{nearest(names[0], known)}")
