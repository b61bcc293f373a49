"""An area: one or more authorities' checked tables and assumptions, frozen; and the folder that holds them.

A folder has `area.toml` (name, authorities, base year, sources, assumptions) and one CSV a table, named as in
`sufficiency.tables`. Tables that an area lacks are empty, and `notes` says what each gap costs.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sufficiency import policy, tables
from sufficiency.errors import InputError, MissingError, SufficiencyError, nearest
from sufficiency.inputs.crossed import cross_faults, doubts
from sufficiency.inputs.files import read_text_table

# Area attribute -> declaration; the file is the declaration's name. Needed tables first.
NEEDED: Final = {
    "population": tables.POPULATION,
    "plans": tables.PLANS,
}
OPTIONAL: Final = {
    "states": tables.STATES,
    "flows": tables.FLOWS,
    "requests": tables.REQUESTS,
    "sen_support": tables.SEN_SUPPORT,
    "long_view": tables.LONG_VIEW,
    "zones": tables.ZONES,
    "zone_children": tables.ZONE_CHILDREN,
    "housing": tables.HOUSING,
    "settings": tables.SCHOOLS,
    "places": tables.PLACES,
    "attendance": tables.ATTENDANCE,
    "suitability": tables.SUITABILITY,
    "travel": tables.TRAVEL,
    "unit_costs": tables.UNIT_COSTS,
    "bands": tables.BANDS,
    "high_needs": tables.HIGH_NEEDS,
    "vehicles": tables.VEHICLES,
}
TABLES: Final = NEEDED | OPTIONAL
FILES: Final = {name: f"{schema.name}.csv" for name, schema in TABLES.items()}

# What an area can't do for want of a table: said in its notes.
GAPS: Final = {
    "states": "needs are shared out by the national pattern",
    "flows": "joiners and leavers are inferred from the stock alone",
    "requests": "levers on requests and thresholds can't be tested",
    "sen_support": "SEN Support is not forecast",
    "zones": "nothing is allocated, and no journey is estimated",
    "zone_children": "children are shared out evenly among zones",
    "settings": "nothing is allocated, and no journey is estimated",
    "places": "nothing is allocated, and no journey is estimated",
    "suitability": "the library's own table of which designation suits which need is used",
    "unit_costs": "national unit costs are used",
    "vehicles": "the library's assumed vehicle costs are used",
}


@dataclass(frozen=True, eq=False)
class Area:
    """One or more authorities' checked tables. `replace` makes a changed copy; nothing is changed in place."""

    name: str
    authorities: Mapping[str, str]
    base_year: int
    population: pd.DataFrame
    plans: pd.DataFrame
    states: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.STATES))
    flows: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.FLOWS))
    requests: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.REQUESTS))
    sen_support: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SEN_SUPPORT))
    long_view: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.LONG_VIEW))
    zones: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ZONES))
    zone_children: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ZONE_CHILDREN))
    housing: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.HOUSING))
    settings: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SCHOOLS))
    places: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PLACES))
    attendance: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ATTENDANCE))
    suitability: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SUITABILITY))
    travel: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.TRAVEL))
    unit_costs: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.UNIT_COSTS))
    bands: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.BANDS))
    high_needs: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.HIGH_NEEDS))
    vehicles: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.VEHICLES))
    changes: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CHANGES))
    assumptions: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ASSUMPTIONS))
    sources: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["table", "source"]))
    notes: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.NOTES))
    boundaries: Mapping[str, Any] | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        """Return one line: the area, its authorities, base year and the tables that it has."""
        held = ", ".join(f"{name} {len(getattr(self, name)):,}" for name in TABLES if len(getattr(self, name)))
        return f"<Area {self.name}: {', '.join(self.authorities.values())}; January {self.base_year}; {held}>"

    def replace(self, **changed: Any) -> Area:
        """Return a copy with some tables or fields changed."""
        known = {f.name for f in fields(self)}
        for name in changed:
            if name not in known:
                raise InputError(f"an area has no '{name}'{nearest(name, known)}")
        return replace(self, **changed)

    def value(self, name: str, *, on: date | int | None = None) -> float:
        """Return the area's own assumption called `name`, or the national value in force.

        `on` is a day or a financial year; by default, the base year's.
        """
        own = self.assumptions.loc[self.assumptions["assumption"] == name, "value"]
        return float(own.iloc[0]) if len(own) else policy.value(name, on=self.base_year if on is None else on)

    def places_in(self, year: int) -> pd.Series:
        """Return places in January `year` by setting; a year not listed keeps the one before. [places]"""
        known = self.places[self.places["year"] <= year].sort_values("year")
        latest = known.drop_duplicates("setting", keep="last").set_index("setting")["places"]
        return latest.reindex(self.settings["setting"], fill_value=0).astype("int64")


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


def published_area(folder: str | Path, authority: str) -> Area:
    """Return a first draft of any English authority's area from a folder of published files, and nothing else.

    Parameters
    ----------
    folder
        Downloads as they come, in any order of folders: the EHC-plan release (folder or zip) and population estimates
        by single year of age are needed; the local authority interactive tool and the school census add SEN Support;
        projections, the school register and postcodes sharpen it.
    authority
        ONS code ("E06000061") or name ("North Northamptonshire").

    Returns
    -------
    Area
        Base year the last January that is published for it; `notes` says what was read, what is missing and what
        each gap costs.

    Raises
    ------
    MissingError
        If the folder lacks what is needed, or has no such authority: names the nearest.
    """
    from sufficiency.published import downloads, draft

    made = draft.draft(downloads.read(folder), authority)
    found = draft.checked(made)
    settings: dict[str, Any] = {
        "authorities": {made.code: made.name},
        "base_year": made.base_year,
        "sources": made.sources,
        "notes": [{"table": table, "kind": kind, "says": says} for table, kind, says in made.notes],
    }
    faults = list(cross_faults(settings, found, FILES))
    if faults:
        raise InputError("\n".join(str(fault) for fault in faults))
    return Area(
        name=made.name,
        authorities=settings["authorities"],
        base_year=made.base_year,
        sources=pd.DataFrame(list(made.sources.items()), columns=["table", "source"]),
        notes=_notes(settings, found, tables.empty(tables.ASSUMPTIONS)),
        **found,
    )


def data_folder() -> Path:
    """Return where the bundled data lie: inside an installed package, or beside it in a checkout."""
    installed = Path(str(resources.files("sufficiency"))) / "data"
    return installed if installed.is_dir() else Path(str(resources.files("sufficiency"))).parent / "data"


def _read(folder: Path) -> tuple[Area | None, list[SufficiencyError]]:
    faults: list[SufficiencyError] = []
    kept = _gather(faults)
    settings = kept(lambda: _read_settings(folder))
    if settings is None:
        return None, faults
    found: dict[str, Any] = {}
    for name, schema in TABLES.items():
        path = folder / f"{schema.name}.csv"
        if path.is_file() or name in NEEDED:
            frame = kept(partial(_read_table, path, schema))
            if frame is not None:
                found[name] = frame
    assumptions = kept(lambda: _assumptions(settings))
    boundaries = kept(lambda: _boundaries(folder / "boundaries.geojson"))
    unread = kept(lambda: _unread(folder)) or []
    faults += list(cross_faults(settings, found, FILES))
    if faults:
        return None, faults
    area = Area(
        name=settings["name"],
        authorities=dict(settings["authorities"]),
        base_year=settings["base_year"],
        assumptions=assumptions,
        sources=pd.DataFrame(list(settings.get("sources", {}).items()), columns=["table", "source"]),
        notes=_notes(settings, found, assumptions, unread),
        boundaries=boundaries,
        **found,
    )
    return area, []


def _gather(faults: list[SufficiencyError]) -> Callable[[Callable[[], Any]], Any]:
    def kept(make: Callable[[], Any]) -> Any:
        try:
            return make()
        except SufficiencyError as fault:
            faults.append(fault)
            return None

    return kept


def _read_table(path: Path, schema: Any) -> pd.DataFrame:
    return tables.check(read_text_table(path), schema, source=path.name)


def _read_settings(folder: Path) -> dict[str, Any]:
    path = folder / "area.toml"
    if folder.is_file():
        raise InputError(f"{folder} is a file; give the folder that holds it, where area.toml is")
    if not folder.is_dir():
        raise MissingError(f"there is no folder {folder}; `sufficiency new {folder}` makes one to fill in")
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
    return settings


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


def _assumptions(settings: Mapping[str, Any]) -> pd.DataFrame:
    rows = [{"assumption": name, **entry} for name, entry in settings.get("assumptions", {}).items()]
    if not rows:
        return tables.empty(tables.ASSUMPTIONS)
    for row in rows:
        row["dated"] = str(row.get("dated", ""))
    return tables.check(pd.DataFrame(rows), tables.ASSUMPTIONS, source="area.toml, assumptions")


def _boundaries(path: Path) -> Mapping[str, Any] | None:
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
    return dict(shapes)


def _unread(folder: Path) -> list[tuple[str, str, str]]:
    """Return notes on CSV files that are no table of an area; one that is nearly the name of a table is refused."""
    others = sorted(p.name for p in folder.glob("*.csv") if p.name not in FILES.values())
    absent = [file for file in FILES.values() if not (folder / file).exists()]
    slips = [f"there is a file {o}, which is not read{near}" for o in others if (near := nearest(o, absent, 0.9))]
    if slips:
        raise InputError("; ".join(slips))
    return [("area", "doubtful", f"{other} is not one of an area's tables, so it was not read") for other in others]


def _notes(
    settings: Mapping[str, Any],
    found: Mapping[str, Any],
    assumptions: pd.DataFrame,
    unread: Sequence[tuple[str, str, str]] = (),
) -> pd.DataFrame:
    rows = [(t, "read", s) for t, s in settings.get("sources", {}).items()]
    rows += [(n.get("table", "area"), n.get("kind", "doubtful"), n["says"]) for n in settings.get("notes", [])]
    rows += [
        (a.assumption.split(".")[0], "assumed", f"{a.says}: {a.value:g} {a.unit} ({a.source or 'no source'})")
        for a in assumptions.itertuples()
        if a.status in ("assumed", "unverified")
    ]
    told = {table for table, kind, _ in rows if kind == "missing"}
    rows += [
        (name, "missing", f"no {name}.csv: {cost}")
        for name, cost in GAPS.items()
        if name not in found and name not in told
    ]
    rows += [*doubts(settings, found), *unread]
    return pd.DataFrame(rows, columns=["table", "kind", "says"])
