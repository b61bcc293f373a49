"""Readers of postcodes: ONS Postcode Directory, National Statistics Postcode Lookup, OS Code-Point Open.

    ONSPD, NSPL: pcds, pcd8 · oseast1m, east1m · osnrth1m, north1m · lsoa21, lsoa21cd · oslaua, laua, lad25cd · doterm
    Code-Point Open: no header; postcode, quality, easting, northing, … authority (10th column of ten)
    A joined file: postcode · easting · northing · lsoa21_code · ltla_code

Postcodes of homes are personal data: these functions are for turning a home into a zone as it is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.inputs.files.columns import take
from sufficiency.inputs.files.text import decoded, parsed, read_text_table

NAMES: Final = {
    "postcode": ["pcds", "pcd8", "pcd2", "postcode"],
    "easting": ["oseast1m", "east1m", "easting", "eastings"],
    "northing": ["osnrth1m", "north1m", "northing", "northings"],
    "zone": ["lsoa21", "lsoa21cd", "lsoa21_code", "lsoa11", "lsoa11cd"],
    "authority": ["oslaua", "laua", "lad25cd", "lad24cd", "lad23cd", "ltla_code", "Admin_district_code"],
    "ended": ["doterm"],
}
CODE_POINT: Final = "postcode,quality,easting,northing,country,regional_health,health,county,Admin_district_code,ward"


def postcodes(path: str | Path, *, live_only: bool = True) -> pd.DataFrame:
    """Return postcodes with a place: postcode (no spaces, capitals), easting, northing, zone, authority.

    Postcodes with no grid reference (Code-Point Open says 0, 0) are left out; ended ones too unless asked for.
    """
    file = Path(path)
    words = decoded(file.read_bytes(), source=file.name) if file.is_file() else ""
    first = words.split("\n", 1)[0]
    if first.count(",") == 9 and "easting" not in first.lower():
        text = parsed(f"{CODE_POINT}\n{words}", source=file.name)
    else:
        text = read_text_table(file)
    frame = take(text, NAMES, source=file.name, optional=["zone", "authority", "ended"])
    frame["postcode"] = frame["postcode"].str.upper().str.replace(r"\s+", "", regex=True)
    for axis in ("easting", "northing"):
        frame[axis] = pd.to_numeric(frame[axis], errors="coerce")
    frame = frame[frame["easting"].gt(0) & frame["northing"].gt(0)]
    if live_only and "ended" in frame:
        frame = frame[frame["ended"].str.strip() == ""]
    return frame.drop(columns="ended", errors="ignore").reset_index(drop=True)
