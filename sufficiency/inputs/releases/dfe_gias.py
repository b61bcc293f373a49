"""Readers of DfE's *Get Information about Schools*: `edubasealldata*.csv` (cp1252) and its links.

    URN -> setting                          EstablishmentName -> name
    EstablishmentStatus (name) -> status    TypeOfEstablishment (name) -> establishment_type, and our setting_type
    SchoolCapacity -> capacity              NumberOfPupils -> roll
    SenUnitCapacity, ResourcedProvisionCapacity, …OnRoll -> unit_places, resourced_places, unit_roll, resourced_roll
    SEN1 (name) … SEN13 (name) -> needs, in the register's fixed order: the first is not the main one
    Easting, Northing -> metres on the British National Grid
    StatutoryLowAge 4, StatutoryHighAge 11 -> ncy_low 0, ncy_high 6

Capacity is not commissioned places. Postcodes of schools are read; no person is named in what comes back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.inputs.files.columns import take
from sufficiency.inputs.files.text import read_text_table
from sufficiency.words.school_year import NCY_HIGH, NCY_LOW
from sufficiency.words.vocabulary import NEEDS

NAMES: Final = {
    "setting": "URN",
    "name": "EstablishmentName",
    "authority": "GSSLACode (name)",
    "number": "LA (code)",
    "authority_name": "LA (name)",
    "district": "DistrictAdministrative (name)",
    "establishment_type": "TypeOfEstablishment (name)",
    "establishment_group": "EstablishmentTypeGroup (name)",
    "status": "EstablishmentStatus (name)",
    "opened": "OpenDate",
    "closed": "CloseDate",
    "phase": "PhaseOfEducation (name)",
    "age_low": "StatutoryLowAge",
    "age_high": "StatutoryHighAge",
    "sex": "Gender (name)",
    "capacity": "SchoolCapacity",
    "roll": "NumberOfPupils",
    "postcode": "Postcode",
    "resourced_kind": "TypeOfResourcedProvision (name)",
    "resourced_roll": "ResourcedProvisionOnRoll",
    "resourced_places": "ResourcedProvisionCapacity",
    "unit_roll": "SenUnitOnRoll",
    "unit_places": "SenUnitCapacity",
    "easting": "Easting",
    "northing": "Northing",
}
NEEDED: Final = ("setting", "name", "establishment_type", "status", "easting", "northing")
COUNTS: Final = ("capacity", "roll", "resourced_roll", "resourced_places", "unit_roll", "unit_places")

# Type of establishment, as the register names it -> our type of setting. Types not listed are mainstream schools if
# their group is a school's, and are left out if not (offices, children's centres).
TYPES: Final = {
    "community special school": "special",
    "foundation special school": "special",
    "academy special converter": "special",
    "academy special sponsor led": "special",
    "free schools special": "special",
    "non-maintained special school": "non_maintained_special",
    "other independent special school": "independent_special",
    "other independent school": "mainstream",
    "pupil referral unit": "alternative_provision",
    "academy alternative provision converter": "alternative_provision",
    "academy alternative provision sponsor led": "alternative_provision",
    "free schools alternative provision": "alternative_provision",
    "further education": "further_education",
    "sixth form centres": "further_education",
    "academy 16-19 converter": "further_education",
    "academy 16 to 19 sponsor led": "further_education",
    "free schools 16 to 19": "further_education",
    "special post 16 institution": "specialist_post_16",
    "local authority nursery school": "mainstream",
}
SCHOOL_GROUPS: Final = ("local authority maintained schools", "academies", "free schools", "independent schools")
SEX: Final = {"boys": "boys", "girls": "girls"}


def schools(path: str | Path) -> pd.DataFrame:
    """Return every establishment that we have a type of setting for, open, closing, proposed and closed.

    Returns
    -------
    DataFrame
        setting (URN), name, authority, setting_type, status ('open', 'closing', 'proposed', 'closed'), opened, closed,
        ncy_low, ncy_high, sex, capacity, roll, unit_places, unit_roll, resourced_places, resourced_roll, needs,
        easting, northing, and the register's own words. Counts are blank where the register has none.
    """
    file = Path(path)
    text = read_text_table(file)
    frame = take(text, NAMES, source=file.name, optional=[n for n in NAMES if n not in NEEDED])
    frame["setting_type"] = _types(frame)
    frame["needs"] = _needs(text)
    frame["status"] = _status(frame["status"])
    for column in (*COUNTS, "easting", "northing", "age_low", "age_high"):
        if column in frame:
            frame[column] = pd.to_numeric(frame[column], errors="coerce")
    for column in ("opened", "closed"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column], dayfirst=True, errors="coerce", format="mixed")
    for column, ncy, less in (("age_low", "ncy_low", 4), ("age_high", "ncy_high", 5)):
        if column in frame:
            frame[ncy] = (frame[column].round() - less).clip(NCY_LOW, NCY_HIGH).astype("Int64")
    if "sex" in frame:
        frame["sex"] = frame["sex"].str.strip().str.lower().map(SEX).fillna("all")
    return frame[frame["setting_type"] != ""].reset_index(drop=True)


def links(path: str | Path) -> pd.DataFrame:
    """Return predecessors and successors: setting, linked, kind ('predecessor', 'successor', other words), dated."""
    file = Path(path)
    names = {"setting": "URN", "linked": "LinkURN", "kind": "LinkType", "dated": "LinkEstablishedDate"}
    frame = take(read_text_table(file), names, source=file.name, optional=["dated"])
    words = frame["kind"].str.strip().str.lower()
    frame["kind"] = words.where(~words.str.startswith("predecessor"), "predecessor")
    frame["kind"] = frame["kind"].where(~words.str.startswith("successor"), "successor")
    if "dated" in frame:
        frame["dated"] = pd.to_datetime(frame["dated"], dayfirst=True, errors="coerce", format="mixed")
    return frame


def _types(frame: pd.DataFrame) -> pd.Series:
    words = frame["establishment_type"].str.strip().str.lower()
    known = words.map(TYPES)
    if "establishment_group" in frame:
        is_school = frame["establishment_group"].str.strip().str.lower().isin(SCHOOL_GROUPS)
        known = known.where(known.notna() | ~is_school, "mainstream")
    return known.fillna("")


def _status(words: pd.Series) -> pd.Series:
    plain = words.str.strip().str.lower()
    found = plain.where(~plain.str.startswith("open, but"), "closing")
    return found.where(~plain.str.startswith("proposed"), "proposed")


def _needs(text: pd.DataFrame) -> pd.Series:
    """Return each school's types of need as our codes, in the register's order: 'ASD MLD'."""
    columns = [c for c in text.columns if c.startswith("SEN") and c.endswith("(name)") and c[3:4].isdigit()]
    codes = [text[c].astype("str").str.split(" - ").str[0].str.strip().str.upper() for c in columns]
    if not codes:
        return pd.Series("", index=text.index)
    wide = pd.concat(codes, axis=1)
    return wide.where(wide.isin(set(NEEDS))).apply(lambda row: " ".join(dict.fromkeys(row.dropna())), axis=1)
