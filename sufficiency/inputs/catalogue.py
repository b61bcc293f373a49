"""What a folder of downloads holds: each file's kind, told by its header and not by its name."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sufficiency.errors import MissingError
from sufficiency.inputs.files.columns import plain
from sufficiency.inputs.releases import mhclg_deprivation

LARGEST_LINE: Final = 200_000
DEEPEST: Final = 6


@dataclass(frozen=True)
class Found:
    """A file or release of a kind that a reader knows; `mid_year` and `level` for wide estimates of people."""

    kind: str
    path: Path
    mid_year: int | None = None
    level: str = ""
    is_doubtful: bool = False


def contents(folder: str | Path) -> list[Found]:
    """Return every file of a folder, and below, that a reader of ours knows, in order of path.

    Raises
    ------
    MissingError
        If there is no such folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise MissingError(f"there is no folder {root}; give the folder of downloads")
    found = [hit for path in sorted(_files(root)) for hit in _kinds(path)]
    releases = {f.path: f for f in found if f.kind.startswith("ehc_plans")}
    return [*releases.values(), *[f for f in found if not f.kind.startswith("ehc_plans")]]


def every_file(folder: str | Path) -> list[Path]:
    """Return every file of a folder, and below, of any kind, in order of path."""
    root = Path(folder)
    if not root.is_dir():
        raise MissingError(f"there is no folder {root}; give the folder of downloads")
    return sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith("."))


def nearest_form(path: Path) -> tuple[str, list[str]] | None:
    """Return the form that a table resembles most, and the columns of it that the table lacks; None if it resembles none."""
    rows = _first_rows(path)
    header = {plain(c) for c in rows[0]} if rows else set()
    shares = {kind: sum(plain(c) in header for c in columns) / len(columns) for kind, columns in COLUMNS.items()}
    kind = max(shares, key=lambda k: shares[k])
    if shares[kind] < ALIKE:
        return None
    return kind, [c for c in COLUMNS[kind] if plain(c) not in header]


def of_kind(found: list[Found], *kinds: str) -> list[Found]:
    """Return those of the kinds named."""
    return [f for f in found if f.kind in kinds]


def _files(folder: Path, depth: int = 0) -> Iterator[Path]:
    """Yield tables and zips below a folder, links followed, no deeper than downloads are laid out."""
    for path in folder.iterdir():
        if path.is_dir() and depth < DEEPEST:
            yield from _files(path, depth + 1)
        elif path.is_file() and path.suffix.lower() in (".csv", ".zip"):
            yield path


def _kinds(path: Path) -> Iterator[Found]:
    yield from _releases_in(path) if path.suffix.lower() == ".zip" else _tables_in(path)


def _releases_in(path: Path) -> Iterator[Found]:
    try:
        names = {Path(n).name for n in zipfile.ZipFile(path).namelist()}
    except (zipfile.BadZipFile, OSError):
        return
    if "caseload.csv" in names:
        yield Found("ehc_plans", path)
    if "sen2_estab_caseload.csv" in names:
        yield Found("ehc_plans_2022", path)


def _tables_in(path: Path) -> Iterator[Found]:
    rows = _first_rows(path)
    if not rows:
        return
    header = {plain(c) for c in rows[0]}
    if kind := _grant(rows):
        yield Found(kind, path)
        return
    for kind, is_kind in SIGNS.items():
        if is_kind(header):
            if kind.startswith("ehc_plans"):
                yield Found(kind, path.parent.parent if path.parent.name == "data" else path.parent)
            elif kind == "people":
                yield _people(path, rows)
            else:
                yield Found(kind, path)
            return


def _has(*columns: str) -> Callable[[set[str]], bool]:
    wanted = {plain(c) for c in columns}
    return lambda header: wanted <= header


def _grant(rows: list[list[str]]) -> str:
    """Return which table of the dedicated schools grant it is: its title stands in the first cells, above the header."""
    titles = [cell.lower() for row in rows for cell in row[:2] if cell.lower().startswith("dedicated schools grant")]
    if not titles:
        return ""
    is_block = any("block before deductions" in cell.lower() for row in rows for cell in row)
    return "dsg_deductions" if "high needs block deductions" in titles[0] else "dsg_block" if is_block else "dsg_other"


def _is_people(header: set[str]) -> bool:
    ages = {str(a) for a in range(26)}
    has_code = any("code" in c or c.endswith("cd") for c in header)
    return has_code and (ages <= header or {f"f{a}" for a in range(26)} <= header)


# The columns that tell a form; where a form has others besides, `SIGNS` says how it is told.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "ehc_plans": ("breakdown_topic", "ehcplans", "mainstream_total"),
    "ehc_plans_2022": ("establishment_type", "establishment_group", "Total_all"),
    "lait": ("Measure_short", "LA and Regions", "Values"),
    "school_census": ("nc_year", "headcount", "time_period"),
    "sen_in_england": ("time_period", "phase_type_grouping", "new_la_code", "sen_provision"),
    "projection": ("AREA_CODE", "AGE_GROUP"),
    "births": ("gss_code", "annual_births"),
    "people": ("code", *(str(a) for a in range(26))),
    "gias": ("URN", "EstablishmentName", "EstablishmentStatus (name)", "Easting"),
    "postcodes": ("pcds", "oseast1m", "osnrth1m", "lsoa21"),
    "deprivation": ("lsoa21_code", "idaci_rate"),
    "neighbours": ("old_la_code", "neighbour_old_la_code", "rank"),
    "school_sen": ("URN", "SCHOOLTYPE", "NOR", "TSENELSE", "TSENELK"),
    "absence": ("URN", "PERCTOT", "PPERSABS10"),
}
ALIKE: Final = 0.5  # share of a form's columns from which a table is said to resemble it
IDACI: Final = {
    plain(c) for names in (mhclg_deprivation.NAMES[m] for m in ("children_rate", "children_count")) for c in names
}
SIGNS: Final[dict[str, Callable[[set[str]], bool]]] = {
    "ehc_plans": _has(*COLUMNS["ehc_plans"]),
    "ehc_plans_2022": _has(*COLUMNS["ehc_plans_2022"]),
    "lait": _has(*COLUMNS["lait"]),
    "school_census": _has(*COLUMNS["school_census"]),
    "sen_in_england": lambda h: (
        {"timeperiod", "phasetypegrouping", "newlacode"} <= h and bool(h & {"sensupportpercent", "senprovision"})
    ),
    "projection": _has(*COLUMNS["projection"]),
    "births": _has(*COLUMNS["births"]),
    "people": _is_people,
    "gias": _has(*COLUMNS["gias"]),
    "neighbours": _has(*COLUMNS["neighbours"]),
    "school_sen": _has(*COLUMNS["school_sen"]),
    "absence": _has(*COLUMNS["absence"]),
    "deprivation": lambda h: bool(h & IDACI) and bool(h & {plain(c) for c in mhclg_deprivation.NAMES["zone"]}),
    "postcodes": lambda h: (
        bool(h & {"pcds", "pcd8", "postcode"}) and bool(h & {"easting", "oseast1m", "east1m"}) and "urn" not in h
    ),
}


def _first_rows(path: Path) -> list[list[str]]:
    try:
        with path.open("rb") as stream:
            lines = [stream.readline(LARGEST_LINE).decode("utf-8-sig", errors="replace") for _ in range(2)]
    except OSError:
        return []
    try:
        return [row for row in csv.reader(lines) if row]
    except csv.Error:
        return []


def _people(path: Path, rows: list[list[str]]) -> Found:
    """Return a wide estimate with its year, from its name, and its level, from its first code."""
    years = re.findall(r"(?<!\d)(?:mid[-_ ]?)?(20[0-4]\d)(?!\d)", path.stem.lower())
    code = next((cell for cell in rows[1] if re.fullmatch(r"[EW]\d{8}", cell)), "") if len(rows) > 1 else ""
    level = {"E01": "lsoa", "E02": "msoa", "E00": "oa"}.get(code[:3], "authority" if code else "")
    doubtful = bool(re.search(r"probabl|estimated|vintage", path.stem.lower()))
    return Found("people", path, int(years[-1]) if years else None, level, doubtful)
