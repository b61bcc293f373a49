"""Readers of postcodes: ONS Postcode Directory, National Statistics Postcode Lookup, OS Code-Point Open.

    ONSPD, NSPL: pcds, pcd8 · oseast1m, east1m · osnrth1m, north1m · lsoa21, lsoa21cd · oslaua, laua, lad25cd · doterm
    Code-Point Open: no header; postcode, quality, easting, northing, … authority (9th column of ten)
    A joined file: postcode · easting · northing · lsoa21_code · ltla_code

Postcodes of homes are personal data: these functions are for turning a home into a zone as it is read.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from sufficiency.inputs.files.columns import column_among, plain, take
from sufficiency.inputs.files.long_text import Columns
from sufficiency.inputs.files.sheets import Sheet, Source, sheet_of

_YEARS: Final = range(30, 19, -1)  # lad30cd … lad20cd: ONS names the column after the year of its codes
NAMES: Final = {
    "postcode": ["pcds", "pcd8", "pcd7", "pcd2", "pcd", "postcode"],
    "easting": ["oseast1m", "east1m", "easting", "eastings"],
    "northing": ["osnrth1m", "north1m", "northing", "northings"],
    "zone": ["lsoa21", "lsoa21cd", "lsoa21_code", "lsoa11", "lsoa11cd"],
    "authority": ["oslaua", "laua", *[f"lad{y}cd" for y in _YEARS], "ltla_code", "ladcd", "Admin_district_code"],
    "ended": ["doterm"],
}
CODE_POINT: Final = [
    "postcode",
    "quality",
    "easting",
    "northing",
    "country",
    "regional_health",
    "health",
    "county",
    "Admin_district_code",
    "ward",
]


def postcodes(source: Source, *, live_only: bool = True) -> pd.DataFrame:
    """Return postcodes of England with a place: postcode (no spaces, capitals), easting, northing, zone, authority.

    Postcodes with no grid reference (Code-Point Open says 0, 0) are left out; ended ones too unless asked for.
    """
    sheet = sheet_of(source)
    if is_code_point(sheet.head(2)):
        text = pd.DataFrame([r[:10] for r in sheet.rows() if len(r) >= 10], columns=CODE_POINT, dtype="str")
    else:
        text = sheet.frame(column_among(_first_of_each(sheet)), lambda columns: _kept(columns, live_only=live_only))
    frame = take(text, NAMES, source=sheet.name, optional=["zone", "authority", "ended"])
    words = ["".join(word.split()).upper() for word in frame["postcode"]]
    frame["postcode"] = pd.Series(words, index=frame.index, dtype="str")
    for axis in ("easting", "northing"):
        frame[axis] = pd.to_numeric(frame[axis], errors="coerce")
    here = frame["easting"].gt(0) & frame["northing"].gt(0)
    if "authority" in frame:
        here &= ~frame["authority"].str[:1].isin(["S", "W", "N", "L", "M"])
    if live_only and "ended" in frame:
        here &= frame["ended"].str.strip().eq("")
    return frame[here].drop(columns="ended", errors="ignore").reset_index(drop=True)


def _first_of_each(sheet: Sheet) -> dict[str, str]:
    """Return the one column of each kind that is read: a directory has the postcode in three forms."""
    header = {plain(cell) for row in sheet.head() for cell in row}
    return {ours: next((n for n in theirs if plain(n) in header), theirs[0]) for ours, theirs in NAMES.items()}


def is_code_point(rows: list[list[str]]) -> bool:
    """Return whether a file begins as OS Code-Point Open does, which has no header."""
    first = rows[0] if rows else []
    return len(first) == 10 and all(cell.isdigit() for cell in first[1:4]) and first[4][1:].isdigit()


def _kept(columns: Columns, *, live_only: bool) -> np.ndarray[Any, Any]:
    """Return which rows of a long directory are England's, and live where only those are wanted."""
    rows: np.ndarray[Any, Any] = np.ones(len(next(iter(columns.values()))), dtype=bool)
    for name, cells in columns.items():
        if name.lower() == "doterm" and live_only:
            rows &= cells == b""
        if name.lower() in NAMES["authority"]:
            rows &= cells.view("S1")[:: cells.itemsize] == b"E"
    return rows
