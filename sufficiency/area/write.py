"""Area folders written: a whole area, or some tables of a folder that there is."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from sufficiency.area.area import TABLES, Area
from sufficiency.area.area_toml import AreaToml
from sufficiency.area.folder import check_area
from sufficiency.errors import InputError, OutputError


def write_area(area: Area, folder: str | Path) -> None:
    """Write an area as a folder that `read_area` reads back as the same area.

    Parameters
    ----------
    area
        Its levers (`changes`) are not written: they belong to a scenario.
    folder
        New or empty.

    Raises
    ------
    OutputError
        If the folder has files in it already, or can't be written.

    Examples
    --------
    >>> import tempfile, sufficiency as sf
    >>> with tempfile.TemporaryDirectory() as place:
    ...     sf.write_area(sf.example_area(), place)
    ...     sf.read_area(place).name
    'Northamptonshire'
    """
    place = Path(folder)
    if place.is_file() or (place.is_dir() and any(place.iterdir())):
        raise OutputError(f"{place} is not an empty folder; name one that is, or that does not exist yet")
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / "area.toml").write_text(_toml(area), encoding="utf-8")
        for name in TABLES:
            frame: pd.DataFrame = getattr(area, name)
            if len(frame):
                frame.to_csv(place / TABLES[name].file, index=False)
        if area.boundaries is not None:
            (place / "boundaries.geojson").write_text(json.dumps(area.boundaries, default=dict), encoding="utf-8")
    except OSError as caught:
        raise OutputError(f"{place} can't be written: {caught.strerror or caught}") from caught


def put_tables(
    folder: str | Path,
    changed: Mapping[str, pd.DataFrame],
    *,
    sources: Mapping[str, str],
    base_year: int | None = None,
    workbooks: Mapping[str, bytes] | None = None,
) -> None:
    """Write some tables of an area folder, with where they are from and a new base year, if it can then be read.

    Everything else in the folder stays as it is, comments in area.toml too. The folder is first made and checked
    elsewhere: where the tables together have faults, nothing is written.

    Parameters
    ----------
    folder
        An area folder.
    changed
        Table, by its name in `Area`, to the frame that its file is to hold.
    sources
        Table to where it is from, in words.
    base_year
        A new base year, where it changes.
    workbooks
        Other files to write with them, by name.

    Raises
    ------
    InputError
        Naming every fault that the folder would have.
    OutputError
        If it can't be written.
    """
    place = Path(folder)
    toml = _edited((place / "area.toml").read_text(encoding="utf-8-sig"), sources, base_year)
    names = [*(workbooks or {}), *(TABLES[name].file for name in changed), "area.toml"]
    try:
        for name in names:
            if (place / name).exists():
                with (place / name).open("r+b"):  # is it a file that can be written, and not open elsewhere?
                    pass
        with tempfile.TemporaryDirectory(prefix=".sufficiency-", dir=place) as made:
            trial = Path(made) / "area"
            shutil.copytree(
                place, trial, ignore=lambda _, names: [n for n in names if not n.endswith((".csv", ".geojson"))]
            )
            (trial / "area.toml").write_text(toml, encoding="utf-8")
            for name, frame in changed.items():
                frame.to_csv(trial / TABLES[name].file, index=False)
            for name, content in (workbooks or {}).items():
                (trial / name).write_bytes(content)
            faults = check_area(trial)
            if faults:
                says = "\n".join(str(fault) for fault in faults)
                raise InputError(f"nothing was written: {place} could then not be read\n{says}")
            for name in names:
                os.replace(trial / name, place / name)
    except OSError as caught:
        what = f"{place / Path(caught.filename).name}" if caught.filename else f"{place}"
        raise OutputError(
            f"{what} can't be written: {caught.strerror or caught}; is it open in Excel? Nothing was changed"
        ) from caught


def _edited(toml: str, sources: Mapping[str, str], base_year: int | None) -> str:
    """Return area.toml with the base year and lines of [sources] replaced, or added."""
    if base_year is not None:
        toml = re.sub(r"(?m)^(\s*base_year\s*=\s*)\d+", rf"\g<1>{base_year}", toml, count=1)
    if "[sources]" not in toml:
        toml = toml.rstrip() + "\n\n[sources]\n"
    head, tail = toml.split("[sources]", 1)
    end = re.search(r"(?m)^\s*\[", tail)
    own, rest = (tail[: end.start()], tail[end.start() :]) if end else (tail, "")
    for table, says in sources.items():
        line = f"{table} = {_text(says)}"
        own, times = re.subn(rf"(?m)^\s*{table}\s*=.*$", line.replace("\\", r"\\"), own)
        if not times:
            own = f"{own.rstrip()}\n{line}\n\n"
    return f"{head}[sources]{own}{rest}"


def _toml(area: Area) -> str:
    lines = [f"name = {_text(area.name)}", f"base_year = {area.base_year}", "", "[authorities]"]
    lines += [f"{code} = {_text(name)}" for code, name in area.authorities.items()]
    lines += ["", "[sources]"]
    lines += [f"{row.table} = {_text(str(row.source))}" for row in area.sources.itertuples()]
    for row in area.notes[_is_told(area)].itertuples():
        lines += ["", "[[notes]]", *(f"{key} = {_text(str(getattr(row, key)))}" for key in ("table", "kind", "says"))]
    for entry in area.assumptions.to_dict("records"):
        lines += ["", f"[assumptions.{_text(entry['assumption'])}]"]
        lines += [
            f"{key} = {value if isinstance(value, int | float) else _text(str(value))}"
            for key, value in entry.items()
            if key != "assumption" and not (isinstance(value, float) and pd.isna(value)) and value != ""
        ]
    return "\n".join(lines) + "\n"


def _is_told(area: Area) -> pd.Series:
    """Return which notes the folder must tell, because reading it would not find them out."""
    from sufficiency.area.notes import notes

    found = {name: frame for name in TABLES if len(frame := getattr(area, name))}
    settings: AreaToml = {
        "authorities": area.authorities,
        "base_year": area.base_year,
        "sources": dict(zip(area.sources["table"], area.sources["source"], strict=True)),
    }
    known = {tuple(row) for row in notes(settings, found, area.assumptions).to_numpy().tolist()}
    return area.notes.apply(lambda row: tuple(row) not in known, axis=1).astype(bool)


def _text(words: str) -> str:
    """Return a TOML string."""
    return json.dumps(words, ensure_ascii=False)
