"""The folder that holds an area: `area.toml` (name, authorities, base year, sources, assumptions) and one CSV a table.

Files are named as in `sufficiency.tables`. Tables that an area lacks are empty, and `notes` says what each gap costs.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import pandas as pd
import pandera.pandas as pa

from sufficiency import tables
from sufficiency.area.area import TABLES, Area, check_assumptions
from sufficiency.area.area_toml import AreaToml
from sufficiency.area.crossed import cross_faults
from sufficiency.area.notes import notes
from sufficiency.errors import InputError, MissingError, SufficiencyError, nearest
from sufficiency.inputs.files.text import read_text_table
from sufficiency.words.geojson import Features


def read_area(folder: str | Path) -> Area:
    """Return the area that a folder holds.

    Raises
    ------
    MissingError
        If the folder, `area.toml` or a needed table is not there.
    InputError
        Naming every fault of every file, so that a folder is corrected once.
    """
    area, faults = _read(Path(folder))
    if faults:
        raise faults[0] if len(faults) == 1 else InputError("\n".join(str(fault) for fault in faults))
    assert area is not None  # no faults, so every needed table was read
    return area


def check_area(folder: str | Path) -> list[SufficiencyError]:
    """Return every fault of an area folder, an error a file; an empty list where it can be used."""
    return _read(Path(folder))[1]


@cache
def example_area() -> Area:
    """Return the example: Northamptonshire, North and West, compiled from published figures."""
    return read_area(data_folder() / "northamptonshire")


def data_folder() -> Path:
    """Return where the bundled data lie: inside an installed package, or beside it in a checkout."""
    installed = Path(str(resources.files("sufficiency"))) / "data"
    return installed if installed.is_dir() else Path(str(resources.files("sufficiency"))).parent / "data"


T = TypeVar("T")


class _Keep(Protocol):
    def __call__(self, make: Callable[[], T]) -> T | None: ...


def _read(folder: Path) -> tuple[Area | None, list[SufficiencyError]]:
    faults: list[SufficiencyError] = []
    kept = _gather(faults)
    settings = kept(lambda: _read_settings(folder))
    if settings is None:
        return None, faults
    found: dict[str, Any] = {}
    old: list[tuple[str, str, str]] = []
    for name, table in TABLES.items():
        path = folder / table.file
        if path.exists() or table.is_needed:  # a folder of that name is told, not passed over
            frame = kept(partial(_read_table, path, table.declared, old))
            if frame is not None:
                found[name] = frame
    assumptions = kept(lambda: _assumptions(settings))
    boundaries = kept(lambda: _boundaries(folder / "boundaries.geojson"))
    roads = kept(lambda: _roads(folder, settings))
    unread = kept(lambda: _unread(folder)) or []
    faults += list(cross_faults(settings, found))
    if faults:
        return None, faults
    area = Area(
        name=settings["name"],
        authorities=dict(settings["authorities"]),
        base_year=settings["base_year"],
        assumptions=assumptions,
        sources=pd.DataFrame(list(settings.get("sources", {}).items()), columns=["table", "source"]),
        notes=notes(settings, found, assumptions, [*unread, *old]),
        boundaries=boundaries,
        roads=roads,
        **found,
    )
    return area, []


def _gather(faults: list[SufficiencyError]) -> _Keep:
    def kept(make: Callable[[], T]) -> T | None:
        try:
            return make()
        except SufficiencyError as fault:
            faults.append(fault)
            return None

    return kept


def _read_table(path: Path, schema: pa.DataFrameSchema, old: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Return a table as it is declared; columns that bear a name from before are told in `old`, as notes."""
    frame = read_text_table(path)
    old += [
        (str(schema.name), "read", f"{path.name}: the column '{before}' is now called '{now}', and was read as that")
        for before, now in tables.old_names(frame, schema).items()
    ]
    return tables.check(frame, schema, source=path.name)


def _read_settings(folder: Path) -> AreaToml:
    path = folder / "area.toml"
    if folder.is_file():
        raise InputError(f"{folder} is a file; give the folder that holds it, where area.toml is")
    if not folder.is_dir():
        raise MissingError(f"there is no folder {folder}; `sufficiency new {folder}` makes one to fill in")
    if path.is_dir():
        raise InputError(f"area.toml in {folder} is a folder; a file of that name is needed")
    if not path.is_file():
        raise MissingError(f"there is no area.toml in {folder}; `sufficiency new FOLDER` writes one to fill in")
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as caught:
        raise InputError(f"area.toml can't be read: {caught}") from caught
    wanted = {"name": str, "base_year": int, "authorities": dict}
    wrong = [f"{key} ({kind.__name__})" for key, kind in wanted.items() if not isinstance(settings.get(key), kind)]
    if wrong or not settings["authorities"]:
        raise InputError(f"area.toml lacks {', '.join(wrong) or 'any authority'}; see `sufficiency new`")
    _check_parts(settings)
    return cast("AreaToml", settings)


def _check_parts(settings: Mapping[str, Any]) -> None:
    """Refuse parts of area.toml that are not of the shape that the template shows."""
    wrong = [
        f"[{part}] must be a table, as {part}.x = …"
        for part in ("sources", "assumptions")
        if not isinstance(settings.get(part, {}), dict)
    ]
    if not wrong:
        wrong = [
            f"[assumptions.{name}] must be a table with value, unit, says, status and source"
            for name, entry in settings.get("assumptions", {}).items()
            if not isinstance(entry, dict)
        ]
    notes = settings.get("notes", [])
    if not isinstance(notes, list) or not all(isinstance(n, dict) and isinstance(n.get("says"), str) for n in notes):
        wrong.append('each [[notes]] must say something: says = "…"')
    if wrong:
        raise InputError(f"area.toml: {'; '.join(wrong)}; see `sufficiency new`")


def _assumptions(settings: AreaToml) -> pd.DataFrame:
    rows = [{"assumption": name, **entry} for name, entry in settings.get("assumptions", {}).items()]
    if not rows:
        return tables.empty(tables.ASSUMPTIONS)
    for row in rows:
        row["dated"] = str(row.get("dated", ""))
    own = tables.check(pd.DataFrame(rows), tables.ASSUMPTIONS, source="area.toml, assumptions")
    check_assumptions(own)
    return own


def _roads(folder: Path, settings: AreaToml) -> Path | None:
    """Return where the road network is that area.toml names; it is read when journeys are found."""
    named = settings.get("roads")
    if named is None:
        return None
    if not isinstance(named, str) or not named.strip():
        raise InputError('area.toml: roads must name a file or a folder, as roads = "roads.osm.pbf"')
    place = folder / named
    if not place.exists():
        raise MissingError(
            f"area.toml, roads: there is no {named} in {folder}; an OpenStreetMap extract (.osm.pbf) or a folder with "
            "nodes.csv and edges.csv is needed, or take the line out: journeys are then estimated by straight line"
        )
    return place


def _boundaries(path: Path) -> Features | None:
    if path.is_dir():
        raise InputError(f"{path.name} in {path.parent} is a folder; a file of that name is needed")
    if not path.is_file():
        return None
    try:
        shapes = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as caught:
        raise InputError(f"{path.name} is not GeoJSON: {caught}") from caught
    features = shapes.get("features") if isinstance(shapes, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise InputError(f"{path.name} is not GeoJSON: expected a FeatureCollection with a list of features")
    if not all("zone" in (f.get("properties") or {}) for f in features):
        raise InputError(f"{path.name}: every feature needs a property 'zone' that matches zones.csv")
    return cast("Features", shapes)


def _unread(folder: Path) -> list[tuple[str, str, str]]:
    """Return notes on CSV files that are no table of an area; one that is nearly the name of a table is refused."""
    files = [table.file for table in TABLES.values()]
    others = sorted(p.name for p in folder.glob("*.csv") if p.name not in files)
    absent = [file for file in files if not (folder / file).exists()]
    slips = [f"there is a file {o}, which is not read{near}" for o in others if (near := nearest(o, absent, 0.9))]
    if slips:
        raise InputError("; ".join(slips))
    return [("area", "doubtful", f"{other} is not one of an area's tables, so it was not read") for other in others]
