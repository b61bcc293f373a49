"""Readers of a council's own files: the school list with places by year, travel times, housing, bands, contracts.

These are the area folder's tables under names that councils use, and years across, one column for each, or down:

    urn, school, establishment -> setting          lsoa, lsoa21cd, postcode sector -> zone
    2025/26, 202526, Sep-25, 2025-26 -> year 2026  e3, top-up, element 3 -> top_up_gbp
    drive time, duration (mins) -> minutes         distance (km) -> km
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pandera.pandas as pa

from sufficiency import tables
from sufficiency.errors import Fault, FaultyTableError, InputError, nearest, one_of
from sufficiency.inputs.files.columns import plain
from sufficiency.inputs.files.text import read_text_table
from sufficiency.inputs.files.workbook import read_sheet

SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "setting": ("setting", "urn", "school urn", "establishment", "destination", "school code"),
    "zone": ("zone", "lsoa", "lsoa21", "lsoa21cd", "lsoa21 code", "lsoa code", "origin", "postcode sector", "home"),
    "km": ("km", "distance km", "distance (km)", "driving km", "kilometres"),
    "minutes": ("minutes", "mins", "drive time", "drive time (mins)", "duration (mins)", "travel time", "time (mins)"),
    "walk_km": ("walk km", "walking km", "walking distance (km)", "safe walk (km)"),
    "need": ("need", "primary need", "sen type", "primary sen"),
    "setting_type": ("setting type", "placement type", "provision type"),
    "financial_year": ("financial year", "fy"),
    "top_up_gbp": ("top up gbp", "top-up", "top up", "element 3", "e3", "annual value", "band value"),
    "year": ("year", "january", "census year"),
    "homes": ("homes", "dwellings", "completions", "units", "net completions"),
    "children_per_home": ("children per home", "pupil yield", "child yield", "yield"),
    "places": ("places", "commissioned places", "planned places", "pan", "capacity"),
    "post_16_places": ("post 16 places", "post-16 places", "post16"),
}


# Tables that councils keep with a column for each year: what a row is of, and what the columns hold.
ACROSS: Final = {"places": ("setting", "places"), "housing": ("zone", "homes")}


def local_table(path: str | Path, schema: pa.DataFrameSchema) -> tuple[pd.DataFrame, list[int]]:
    """Return a council's own file as one of an area's tables, and the places, from 1, of its columns that are not used.

    Parameters
    ----------
    path
        CSV, or a workbook whose first sheet has the table from its first row.
    schema
        The table that it is to be, such as `tables.PLACES`.

    Raises
    ------
    FaultyTableError
        Naming every fault at once: columns that are missing, each with the nearest there is, and values.
    """
    file = Path(path)
    text = read_sheet(file) if file.suffix.lower() in (".xlsx", ".xlsm") else read_text_table(file)
    text.index = pd.Index([int(row) - 2 for row in text.attrs.pop("rows", range(2, len(text) + 2))])
    nameless = text.attrs.pop("nameless", [])
    place = dict(zip(text.columns, tables.column_numbers(text), strict=True))
    years = {c: y for c in text.columns if (y := year_of_label(str(c))) is not None}
    if schema.name in ACROSS and years and "year" not in {plain(c) for c in text.columns}:
        text = _down(text, *ACROSS[schema.name], years, file.name, place)
    frame, others = _renamed(text, schema, file.name)
    if frame.columns.empty and len(text):
        raise InputError(
            f"{file.name}: none of its {len(place)} columns is one of {schema.name}.csv: "
            f"{'; '.join(_headings(c) for c, column in schema.columns.items() if column.required)}"
        )
    if "financial_year" in frame:
        frame["financial_year"] = frame["financial_year"].str.slice(0, 4)
    try:
        return tables.check(frame, schema, source=file.name), sorted(
            [*(place[c] for c in others if c in place), *nameless]
        )
    except FaultyTableError as caught:
        rows = list(text.index)  # of a file with years across, several rows of the table are one of the file
        hinted = [_hinted(fault, others, rows, place) for fault in caught.faults]
        untold = [
            Fault(1, None, f"column {place} has values below and no heading; give it one, if it is the one missing")
            for place in nameless
            if any(fault.row == 1 for fault in caught.faults)
        ]
        raise FaultyTableError(file.name, [*hinted, *untold]) from None


def _renamed(text: pd.DataFrame, schema: pa.DataFrameSchema, source: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the columns that are the table's, under our names, and the names of the others."""
    there = {plain(c): str(c) for c in text.columns}
    names: dict[str, str] = {}
    for ours in schema.columns:
        spellings = (ours, *SPELLINGS.get(ours, (ours.replace("_", " "),)))
        hits = [there[p] for p in dict.fromkeys(plain(s) for s in spellings) if p in there]
        if len(hits) > 1:
            raise InputError(f"{source}: '{hits[0]}' and '{hits[1]}' both mean {ours}; keep one")
        if hits:
            names[hits[0]] = ours
    others = [str(c) for c in text.columns if str(c) not in names]
    return text[list(names)].rename(columns=names), others


def _hinted(fault: Fault, others: list[str], rows: list[int], place: Mapping[str, int]) -> Fault:
    """Return a fault at its row of the file, with how a missing column may be headed and which column may be it."""
    row = rows[fault.row - 2] + 2 if fault.row and fault.row > 1 else fault.row
    found = re.fullmatch(r"the column '(\w+)' is missing", fault.says)
    if not found:
        return Fault(row, fault.column, fault.says)
    return Fault(row, fault.column, f"{fault.says}{_way_out(found.group(1), others, place)}")


def _way_out(column: str, others: Sequence[str], place: Mapping[str, int]) -> str:
    """Return how a missing column may be headed, and which of the file's may be it; none of the file's names is quoted."""
    spellings = SPELLINGS.get(column, (column,))
    near = next((o for word in (column, *spellings) for o in others if o in place and nearest(word, [o])), None)
    hint = "" if near is None else f": is it column {place[near]}?"
    start = " It" if hint else "; it"
    return hint if len(spellings) == 1 else f"{hint}{start} may be headed {one_of(spellings)}"


def _headings(column: str) -> str:
    """Return what a column may be headed, in words."""
    return f"{column} ({one_of(SPELLINGS[column])})" if column in SPELLINGS else column


def year_of_label(label: str) -> int | None:
    """Return the January of a column headed '2025/26', '202526', 'Sep-25', 'September 2025' or '2026'; else nothing."""
    words = str(label).strip().lower()
    if found := re.fullmatch(r"(?:ay |academic year )?(20\d\d)\s*[/-]?\s*(?:20)?(\d\d)", words):
        first, second = int(found.group(1)), int(found.group(2))
        return first + 1 if second == (first + 1) % 100 else None
    if found := re.fullmatch(r"sep(?:t|tember)?[ -]?(?:20)?(\d\d)", words):
        return 2000 + int(found.group(1)) + 1
    if found := re.fullmatch(r"(?:jan(?:uary)?[ -]?)?(20\d\d)", words):
        return int(found.group(1))
    return None


def _down(
    text: pd.DataFrame, key: str, value: str, years: dict[str, int], source: str, place: Mapping[str, int]
) -> pd.DataFrame:
    """Return a file with a column for each year as one row for each year; a blank leaves the year before to hold."""
    spellings = {plain(s) for s in SPELLINGS[key]}
    held = next((c for c in text.columns if plain(c) in spellings), None)
    if held is None:
        others = [str(c) for c in text.columns if c not in years]
        raise InputError(f"{source}: the column '{key}' is missing{_way_out(key, others, place)}")
    own = [c for c in text.columns if c not in years and plain(c) != plain(value)]
    long = text.melt(own, list(years), "label", value, ignore_index=False)
    long["year"] = long["label"].map(years).astype("str")
    return long[long[value].astype("str").str.strip() != ""].drop(columns="label")
