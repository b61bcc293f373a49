"""Readers of ONS tables: people by single year of age, projections, births, lookups and boundaries.

    Estimates, wide: `lsoa11_code`, `LSOA 2021 Code`, `ltla21_code`, `code` and columns 0 … 90+, or F0 … and M0 … summed
    LSOA workbook: sheets 'Mid-2022 LSOA 2021', header in row 4: LAD 2023 Code · LSOA 2021 Code · Total · F0 … M90
    Nomis, a table with titles: 'date' 2024 above; local authority … · mnemonic · Age 0 …
    Estimates, long (MYEB1, Nomis API): ladcode23 · age · population_2023; GEOGRAPHY_CODE · C_AGE_NAME · OBS_VALUE
    Subnational projections (2018- and 2022-based): AREA_CODE · AGE_GROUP · SEX · 2018 … columns
    Births: gss_code · date · annual_births
    Lookups and boundaries: LSOA21CD, lsoa21_code · LSOA11CD · LAD24CD, ltla24_code; GeoJSON with LSOA21CD

A mid-year feeds the January after it: see `school_year.january_of_mid_year`. Which year a wide file is for is in its
name and not inside, so it is an argument.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Final

import pandas as pd

from sufficiency.errors import InputError, nearest
from sufficiency.inputs.files.columns import january_of, numbers, plain, take
from sufficiency.inputs.files.sheets import Sheet, Source, sheet_of
from sufficiency.inputs.files.workbook import header_row
from sufficiency.words.geojson import Feature, Features

OLDEST: Final = 25
CODE_NAMES: Final = re.compile(
    r"(lsoa|msoa|oa)(11|21)?(20\d\d)?(cd|code)(20\d\d)?|(ltla|lad|la)(\d\d)?(20\d\d)?(cd|code)(\d\d)?|areacode(s)?|geographycode|code"
    r"|gsscode|mnemonic"
)
LONG_AGE: Final = ("cagename", "cage", "age")
LONG_SEX: Final = ("gendername", "csexname", "sexname", "gender", "sex")
LONG_COLUMNS: Final = {
    *LONG_AGE,
    *LONG_SEX,
    "date",
    "datename",
    "year",
    "obsvalue",
    "value",
    "population",
    "measuresname",
}
LARGEST_SHAPES: Final = 250_000_000  # bytes of GeoJSON, which takes several times as much in memory
BOTH: Final = ("total", "persons", "all persons", "person", "all", "t", "0")


def people(source: Source, *, mid_year: int | None = None) -> pd.DataFrame:
    """Return people by single year of age to 25 from any ONS layout: code, mid_year, age, children. [people]

    Parameters
    ----------
    source
        Wide (a column for each age, women and men summed), or long: MYEB1 (a column for each year) and Nomis.
    mid_year
        Which year a wide table is for, where neither its sheet, its titles nor its name says so.

    Raises
    ------
    InputError
        If no column has area codes, an age to 25 is missing, it has women or men alone, or no year is told.
    """
    sheet = sheet_of(source)
    text = sheet.frame(_is_wanted)
    if {"age"} & {plain(c) for c in text.columns} or any(plain(c) in LONG_AGE for c in text.columns):
        return _long_people(text, sheet.name)
    year = mid_year if mid_year is not None else mid_year_of(sheet)
    if year is None:
        raise InputError(
            f"{sheet.name}: neither its sheet, its titles nor its name says of which year; name it mid2024"
        )
    return _wide_people(text, sheet.name).assign(mid_year=year)[["code", "mid_year", "age", "children"]]


def estimates(source: Source, *, mid_year: int) -> pd.DataFrame:
    """Return people by single year of age to 25 from a wide mid-year table: code, mid_year, age, children. [people]"""
    return people(source, mid_year=mid_year)


def mid_year_of(sheet: Sheet) -> int | None:
    """Return the year that a wide table is for: as its sheet says, or its titles, or its name."""
    top = sheet.head()
    titles = [" ".join(row[:3]) for row in top[: header_row(top) if sheet.top is None else sheet.top]]
    for words in (sheet.page, *titles):
        if found := re.search(r"\bmid[-_ ]?(20[0-4]\d)\b|^date (20[0-4]\d)\b", words.lower()):
            return int(found.group(1) or found.group(2))
    names = [re.findall(r"(?<!\d)(?:mid[-_ ]?)?(20[0-4]\d)(?!\d)", PurePath(n).stem.lower()) for n in _names(sheet)]
    return next((int(years[-1]) for years in names if years), None)


def level_of(code: str) -> str:
    """Return what an area code is of: 'lsoa', 'msoa', 'oa', 'authority', or '' for regions, countries and no code."""
    if not re.fullmatch(r"[EW]\d{8}", code):
        return ""
    return {"00": "oa", "01": "lsoa", "02": "msoa"}.get(
        code[1:3], "authority" if code[1:3] in ("06", "07", "08", "09", "10") else ""
    )


def _names(sheet: Sheet) -> list[str]:
    return [sheet.page, *(PurePath(m).name for m in reversed(sheet.members)), sheet.file.name]


def _is_wanted(column: str) -> bool:
    name = plain(column)
    age = age_of(column)
    return (
        bool(CODE_NAMES.fullmatch(name))
        or (age is not None and age[1] <= OLDEST)
        or bool(re.fullmatch(r"population\d{4}", name))
        or name in LONG_COLUMNS
    )


def age_of(column: object) -> tuple[str, int] | None:
    """Return the sex ('f', 'm' or '' for both) and age of a column such as 4, F4, 'Age 4', 'Aged 4 years' or '90+'."""
    found = re.fullmatch(r"(?:aged?)?([fm]?)(\d{1,2})(?:years?|plus|andover)?", plain(column))
    return (found.group(1), int(found.group(2))) if found else None


def _wide_people(text: pd.DataFrame, source: str) -> pd.DataFrame:
    code = _code_column(text, source)
    parts = {c: age for c in text.columns if (age := age_of(c)) and age[1] <= OLDEST}
    sexes = {sex for sex, _ in parts.values()}
    if len(sexes) == 1 and "" not in sexes:
        raise InputError(f"{source} has {'women' if 'f' in sexes else 'men'} alone; both, or persons, are needed")
    ages = {c: age for c, (sex, age) in parts.items() if "" not in sexes or not sex}
    missing = sorted(set(range(OLDEST + 1)) - set(ages.values()))
    if missing:
        raise InputError(f"{source}: there is no column for age {missing[0]}; ages 0 to {OLDEST} are needed")
    rows = text[text[code].str.fullmatch(r"[EWSN]\d{8}") | ~text[code].str.contains(r"\s") & text[code].ne("")]
    wide = pd.DataFrame({c: numbers(rows[c], source=source) for c in ages}).T.groupby(pd.Series(ages)).sum().T
    long = wide.assign(code=rows[code].astype("object")).melt("code", var_name="age", value_name="children")
    return long.astype({"age": "int64"}).groupby(["code", "age"], as_index=False)["children"].sum()


def _long_people(text: pd.DataFrame, source: str) -> pd.DataFrame:
    frame = text.assign(code=text[_code_column(text, source)])
    by_name = {plain(c): str(c) for c in text.columns}
    years = {str(c): int(m.group(1)) for c in text.columns if (m := re.fullmatch(r"population(\d{4})", plain(c)))}
    frame["age"] = frame[next(by_name[n] for n in LONG_AGE if n in by_name)]
    if "measuresname" in by_name:
        frame = frame[frame[by_name["measuresname"]].str.strip().str.lower().eq("value")]
    sex = next((by_name[n] for n in LONG_SEX if n in by_name), None)
    if sex is not None:
        words = frame[sex].str.strip().str.lower()
        frame = frame[words.isin(BOTH)] if words.isin(BOTH).any() else frame
        if len(words) and words.eq(words.iloc[0]).all() and words.iloc[0] not in BOTH:
            raise InputError(f"{source} has one sex alone; both, or persons, are needed")
    if years:
        wide = frame[["code", "age"]].assign(**{str(y): numbers(frame[c], source=source) for c, y in years.items()})
        long = wide.melt(["code", "age"], var_name="mid_year", value_name="children")
    else:
        names = {"mid_year": ["DATE", "DATE_NAME", "date", "year"], "value": ["OBS_VALUE", "value", "population"]}
        long = take(frame, names, source=source).assign(code=frame["code"], age=frame["age"])
        long["children"] = numbers(long["value"], source=source)
    told = long["age"].astype("str").str.strip().str.lower()
    told = told.str.replace(r"^aged? under 1(?: year)?$", "0", regex=True)
    long["age"] = pd.to_numeric(told.str.extract(r"^(?:aged?\s*)?(\d+)(?:\s*years?)?\+?$")[0], errors="coerce")
    long["mid_year"] = pd.to_numeric(long["mid_year"].astype("str").str.slice(0, 4), errors="coerce")
    kept = long[long["age"].le(OLDEST) & long["mid_year"].notna()].astype({"age": "int64", "mid_year": "int64"})
    missing = sorted(set(range(OLDEST + 1)) - set(kept["age"]))
    if kept.empty:
        raise InputError(f"{source} has no single year of age such as 4 or 'Age 4'; is it by bands of ages?")
    if missing and missing[0] == 0 and len(missing) > OLDEST // 2 and len(set(kept["age"])) > 2:
        raise InputError(f"{source}: age {missing[0]} is not there; ages 0 to {OLDEST} are needed")
    return kept.groupby(["code", "mid_year", "age"], as_index=False)["children"].sum()


def projection(source: Source) -> pd.DataFrame:
    """Return a subnational projection by single year of age to 25: code, name, mid_year, age, children. [people]

    Rows for 'persons' are used, or females and males summed; totals ('All ages') and bands are left out.
    """
    sheet = sheet_of(source)
    text = sheet.frame()
    names = {"code": "AREA_CODE", "name": "AREA_NAME", "age": "AGE_GROUP", "sex": "SEX"}
    frame = take(text, names, source=sheet.name, optional=["sex", "name"])
    years = [str(c) for c in text.columns if re.fullmatch(r"(19|20)\d\d", str(c).strip())]
    if not years:
        raise InputError(f"{sheet.name}: there is no column for a year, such as 2022")
    wide = frame.assign(**{str(c): numbers(text[c], source=sheet.name) for c in years})
    component = next((c for c in text.columns if plain(c) == "component"), None)
    if component is not None:
        wide = wide[text[component].str.strip().str.lower().isin(["population", ""])]
    if "sex" in wide:
        sex = wide["sex"].str.strip().str.lower()
        if len(set(sex)) == 1 and sex.iloc[0] not in BOTH:
            raise InputError(f"{sheet.name} has one sex alone; persons, or women and men, are needed")
        wide = wide[sex.isin(BOTH)] if sex.isin(BOTH).any() else wide
    wide = wide[wide["age"].str.fullmatch(r"\s*\d+\s*")].astype({"age": "int64"})
    key = ["code", *(["name"] if "name" in wide else []), "age"]
    long = wide[wide["age"] <= OLDEST].melt(key, [str(c) for c in years], "mid_year", "children")
    return long.astype({"mid_year": "int64"}).groupby([*key, "mid_year"], as_index=False)["children"].sum()


def births(source: Source) -> pd.DataFrame:
    """Return births by authority and year, those that happened and not forecasts: code, year, births. [births]"""
    sheet = sheet_of(source)
    names = {"code": "gss_code", "date": "date", "births": "annual_births", "type": "type", "sex": "sex"}
    frame = take(sheet.frame(), names, source=sheet.name, optional=["type", "sex"])
    if "type" in frame:
        frame = frame[frame["type"].str.strip().str.lower() == "actual"]
    if "sex" in frame:
        frame = frame[frame["sex"].str.strip().str.lower() == "persons"]
    frame = frame.assign(
        year=january_of(frame["date"], source=sheet.name) - 1,
        births=numbers(frame["births"], source=sheet.name),
    )
    return frame[["code", "year", "births"]].reset_index(drop=True)


def lookup(source: Source, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a lookup's columns under our names: `{"zone": "LSOA21CD", "authority": "LAD24CD"}`.

    `LSOA21CD` also finds `lsoa21_code`; `LAD24CD` also `ltla24_code`; `LSOA11NM` also `lsoa11_name`.
    """
    sheet = sheet_of(source)
    text = sheet.frame()
    return take(text, {ours: _spellings(theirs) for ours, theirs in columns.items()}, source=sheet.name)


def new_codes(source: Source) -> pd.DataFrame:
    """Return which LSOA of 2021 each of 2011 became: before, after; one row for each pair."""
    frame = lookup(source, {"before": "LSOA11CD", "after": "LSOA21CD"})
    return frame[frame["before"].ne("") & frame["after"].ne("")].drop_duplicates(ignore_index=True)


def boundaries(path: str | Path, *, code: str = "LSOA21CD") -> Features:
    """Return a GeoJSON file's shapes with one property, `zone`, from the property `code`."""
    file = Path(path)
    if file.stat().st_size > LARGEST_SHAPES:
        raise InputError(
            f"{file.name} has over {LARGEST_SHAPES:,} bytes; download the generalised boundaries (BGC), which maps show as well"
        )
    try:
        shapes = json.loads(file.read_text(encoding="utf-8-sig"))
        features = shapes["features"]
        known = list(features[0]["properties"])
        properties = [f["properties"] for f in features]
        geometries = [f["geometry"] for f in features]
    except (OSError, ValueError, KeyError, IndexError, TypeError, RecursionError) as caught:
        raise InputError(f"{file.name} is not GeoJSON with features: {caught}") from caught
    held = next((k for k in known if plain(k) in {plain(s) for s in _spellings(code)}), None)
    if held is None:
        raise InputError(f"{file.name}: features have no property '{code}'{nearest(code, known)}")
    if not all(isinstance(p, dict) and held in p for p in properties):
        raise InputError(f"{file.name}: some features have no property '{held}'")
    kept: list[Feature] = [
        {"type": "Feature", "properties": {"zone": str(p[held])}, "geometry": shape}
        for p, shape in zip(properties, geometries, strict=True)
    ]
    return {"type": "FeatureCollection", "features": kept}


def _spellings(name: str) -> list[str]:
    found = re.fullmatch(r"([A-Za-z]+)(\d\d)(CD|NM)", name)
    if not found:
        return [name]
    kind, year, what = found.groups()
    kinds = [kind, "ltla"] if kind.upper() == "LAD" else [kind]
    word = {"CD": "code", "NM": "name"}[what]
    return [name, *[f"{k}{year}_{word}" for k in kinds], *[f"{k} {word} (20{year})" for k in kinds]]


def _code_column(text: pd.DataFrame, source: str) -> str:
    hits = [str(c) for c in text.columns if CODE_NAMES.fullmatch(plain(c))]
    small = [c for c in hits if plain(c).startswith(("lsoa", "oa"))]
    if not hits:
        raise InputError(f"{source}: there is no column of area codes such as 'LSOA 2021 Code' or 'ladcode23'")
    return (small or hits)[0]
