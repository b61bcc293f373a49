"""Readers of DfE's *Get Information about Schools*: `edubasealldata*.csv` (cp1252), its links, and capacity by school.

    URN -> setting                          EstablishmentName -> name
    EstablishmentStatus (name) -> status    TypeOfEstablishment (name) -> establishment_type, and our setting_type
    SchoolCapacity -> capacity              NumberOfPupils -> roll
    SenUnitCapacity, ResourcedProvisionCapacity, …OnRoll -> unit_places, resourced_places, unit_roll, resourced_roll
    SEN1 (name) … SEN13 (name) -> needs, in the register's fixed order: the first is not the main one
    Easting, Northing -> metres on the British National Grid
    StatutoryLowAge 4, StatutoryHighAge 11 -> ncy_low 0, ncy_high 6

The register that goes with *Compare school performance* (name, establishment_type, open_status_code, la_code, easting)
is read too: it has no authority's ONS code, so a school's is that of its postcode, or blank. School capacity (SCAP) has
school_urn and places for special schools.

Capacity is not commissioned places. Postcodes of schools are read; no person is named in what comes back.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from sufficiency.errors import InputError
from sufficiency.inputs.files.columns import column_among, numbers, plain, take
from sufficiency.inputs.files.sheets import Source, sheet_of
from sufficiency.words.school_year import NCY_HIGH, NCY_LOW
from sufficiency.words.vocabulary import NEEDS

NAMES: Final = {
    "setting": "URN",
    "name": ["EstablishmentName", "name", "SCHNAME"],
    "authority": "GSSLACode (name)",
    "number": ["LA (code)", "la_code", "LA"],
    "authority_name": "LA (name)",
    "district": "DistrictAdministrative (name)",
    "establishment_type": ["TypeOfEstablishment (name)", "establishment_type", "SCHOOLTYPE"],
    "establishment_group": ["EstablishmentTypeGroup (name)", "minor_group", "MINORGROUP"],
    "status": ["EstablishmentStatus (name)", "open_status_code", "SCHSTATUS"],
    "opened": "OpenDate",
    "closed": "CloseDate",
    "phase": "PhaseOfEducation (name)",
    "age_low": ["StatutoryLowAge", "age_low", "AGELOW"],
    "age_high": ["StatutoryHighAge", "age_high", "AGEHIGH"],
    "sex": ["Gender (name)", "GENDER"],
    "capacity": "SchoolCapacity",
    "roll": ["NumberOfPupils", "number_on_roll_jan2019", "NOR"],
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
# School capacity (SCAP), special schools by school, and extracts of it or of the register.
CAPACITY_NAMES: Final = {
    "setting": ["school_urn", "URN", "URN_from_2018_spine"],
    "capacity": [
        "school_places",
        "special_school_places",
        "school_capacity",
        "school_capacity_gias_2026",
        "SchoolCapacity",
    ],
    "places_of": ["school_type", "type", "school_main_phase"],
}
# School capacity (SCAP), mainstream schools by school: places in units and in resourced provision.
UNIT_NAMES: Final = {
    "setting": ["school_urn", "URN"],
    "unit_places": ["SEND_unit_capacity", "SEN_unit_capacity"],
    "resourced_places": "resourced_provision_capacity",
}
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
    "academy - converter special school": "special",
    "academy - sponsor led special school": "special",
    "academy - special converter": "special",
    "academy - special sponsor led": "special",
    "free school - special": "special",
    "local authority nursery school": "mainstream",
}
SCHOOL_GROUPS: Final = (
    "maintained school",
    "academy",
    "independent school",
    "local authority maintained schools",
    "academies",
    "free schools",
    "independent schools",
)
STATUS_CODES: Final = {"1": "open", "2": "closed", "3": "open, but proposed to close", "4": "proposed to open"}
FEW_SCHOOLS: Final = 10  # special schools from which one number for all can't be chance
NEED_COLUMN: Final = re.compile(r"sen\d{1,2}(name)?")
SEX: Final = {"boys": "boys", "girls": "girls"}


def schools(source: Source) -> pd.DataFrame:
    """Return every establishment that we have a type of setting for, open, closing, proposed and closed.

    Returns
    -------
    DataFrame
        setting (URN), name, authority, setting_type, status ('open', 'closing', 'proposed', 'closed'), opened, closed,
        ncy_low, ncy_high, sex, capacity, roll, unit_places, unit_roll, resourced_places, resourced_roll, needs,
        easting, northing, and the register's own words. Counts are blank where the register has none.
    """
    sheet = sheet_of(source)
    is_named = column_among(NAMES)
    text = sheet.frame(lambda column: is_named(column) or bool(NEED_COLUMN.fullmatch(plain(column))))
    frame = take(text, NAMES, source=sheet.name, optional=[n for n in NAMES if n not in NEEDED])
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
    frame = frame[frame["setting_type"] != ""].reset_index(drop=True)
    _refuse_one_number(frame, sheet.name)
    return frame.assign(authority="") if "authority" not in frame else frame


def capacity(source: Source) -> pd.DataFrame:
    """Return special schools' places, where a table has them by school: setting (URN), capacity. [places]"""
    sheet = sheet_of(source)
    frame = take(sheet.frame(column_among(CAPACITY_NAMES)), CAPACITY_NAMES, source=sheet.name, optional=["places_of"])
    frame["capacity"] = numbers(frame["capacity"], source=sheet.name)
    frame = frame[frame["setting"].str.fullmatch(r"\d{6}") & frame["capacity"].gt(0)]
    _refuse_one_number(frame.assign(setting_type="special"), sheet.name)
    return frame.drop_duplicates("setting", keep="last")[["setting", "capacity"]].reset_index(drop=True)


def unit_capacity(source: Source) -> pd.DataFrame:
    """Return mainstream schools' places for children with SEND: setting (URN), unit_places, resourced_places. [places]

    Blank where not published; 0 says that a school has none.
    """
    sheet = sheet_of(source)
    optional = ["unit_places", "resourced_places"]
    frame = take(sheet.frame(column_among(UNIT_NAMES)), UNIT_NAMES, source=sheet.name, optional=optional)
    for column in optional:
        frame[column] = numbers(frame[column], source=sheet.name) if column in frame else float("nan")
    return frame[frame["setting"].str.fullmatch(r"\d{6}")].drop_duplicates("setting", keep="last", ignore_index=True)


def _refuse_one_number(schools: pd.DataFrame, source: str) -> None:
    """Refuse a register in which every special school has one number of places or pupils: a column filled down."""
    special = schools[schools["setting_type"].eq("special")]
    for column, words in (("capacity", "capacity"), ("roll", "number of pupils")):
        if column in special:
            told = special[column].dropna()
            if len(told) >= FEW_SCHOOLS and told.eq(told.iloc[0]).all():
                raise InputError(
                    f"{source}: every special school, all {len(told)}, has the same {words}, {told.iloc[0]:g}; "
                    "was a column filled down? Download it again"
                )


def links(source: Source) -> pd.DataFrame:
    """Return predecessors and successors: setting, linked, kind ('predecessor', 'successor', other words), dated."""
    sheet = sheet_of(source)
    names = {"setting": "URN", "linked": "LinkURN", "kind": "LinkType", "dated": "LinkEstablishedDate"}
    frame = take(sheet.frame(), names, source=sheet.name, optional=["dated"])
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
    told = words.str.strip().str.lower().replace(STATUS_CODES)
    found = told.where(~told.str.startswith("open, but"), "closing")
    return found.where(~told.str.startswith("proposed"), "proposed")


def _needs(text: pd.DataFrame) -> pd.Series:
    """Return each school's types of need as our codes, in the register's order: 'ASD MLD'."""
    columns = [c for c in text.columns if NEED_COLUMN.fullmatch(plain(c))]
    codes = [text[c].astype("str").str.split(" - ").str[0].str.strip().str.upper() for c in columns]
    if not codes:
        return pd.Series("", index=text.index)
    wide = pd.concat(codes, axis=1)
    return wide.where(wide.isin(set(NEEDS))).apply(lambda row: " ".join(dict.fromkeys(row.dropna())), axis=1)
