"""Readers of a council's own files: the school list with places by year, travel times, housing, bands, contracts.

These are the area folder's tables under names that councils use, and places a column a year as a spreadsheet has them:

    urn, school, establishment -> setting          lsoa, lsoa21cd, postcode sector -> zone
    2025/26, 202526, Sep-25, 2025-26 -> year 2026  e3, top-up, element 3 -> top_up_gbp
    drive time, duration (mins) -> minutes         distance (km) -> km
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pandas as pd
import pandera.pandas as pa

from sufficiency import tables
from sufficiency.errors import InputError, nearest
from sufficiency.inputs.files.columns import plain, take
from sufficiency.inputs.files.text import read_text_table

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


def travel(path: str | Path) -> pd.DataFrame:
    """Return travel times from a council's own file, as `tables.TRAVEL`."""
    return _checked(Path(path), tables.TRAVEL)


def housing(path: str | Path) -> pd.DataFrame:
    """Return the housing trajectory, one row a zone and year or a column a year, as `tables.HOUSING`."""
    return _checked(Path(path), tables.HOUSING, by_year=("zone", "homes"))


def bands(path: str | Path) -> pd.DataFrame:
    """Return top-up bands, as `tables.BANDS`."""
    return _checked(Path(path), tables.BANDS)


def contract_costs(path: str | Path) -> pd.DataFrame:
    """Return what placements are paid, as `tables.UNIT_COSTS`; `item` is fee where the file has none."""
    return _checked(Path(path), tables.UNIT_COSTS)


def places(path: str | Path) -> pd.DataFrame:
    """Return places by setting and year, one row each or a column a year, as `tables.PLACES`."""
    return _checked(Path(path), tables.PLACES, by_year=("setting", "places"))


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


def _checked(path: Path, schema: pa.DataFrameSchema, by_year: tuple[str, str] | None = None) -> pd.DataFrame:
    text = read_text_table(path)
    text = text.loc[:, [str(c).strip() != "" for c in text.columns]]
    years = {c: y for c in text.columns if (y := year_of_label(str(c))) is not None}
    if by_year and years and "year" not in {plain(c) for c in text.columns}:
        text = _long(text, by_year, years, path.name)
    names = {c: SPELLINGS.get(c, (c.replace("_", " "), c)) for c in schema.columns}
    optional = [c for c, column in schema.columns.items() if not column.required]
    frame = take(text, names, source=path.name, optional=optional)
    if "financial_year" in frame:
        frame["financial_year"] = frame["financial_year"].str.slice(0, 4)
    return tables.check(frame, schema, source=path.name)


def _long(text: pd.DataFrame, by_year: tuple[str, str], years: dict[str, int], source: str) -> pd.DataFrame:
    """Return a file with a column a year as one row a year; blanks are left out, so that the year before holds."""
    key, value = by_year
    spellings = {plain(s) for s in SPELLINGS[key]}
    held = next((c for c in text.columns if plain(c) in spellings), None)
    if held is None:
        raise InputError(f"{source}: the column '{key}' is missing{nearest(key, text.columns)}")
    long = text.melt([held], list(years), "label", value)
    long["year"] = long["label"].map(years).astype("str")
    kept = long[long[value].astype("str").str.strip() != ""]
    return kept.drop(columns="label").reset_index(drop=True)
