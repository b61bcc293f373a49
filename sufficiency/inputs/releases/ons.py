"""Readers of ONS tables: people by single year of age, projections, births, lookups and boundaries.

    Estimates, wide: `lsoa11_code`, `LSOA 2021 Code`, `ltla21_code`, `code` and columns 0 … 90+, or F0 … and M0 … summed
    Estimates, long (MYEB1, Nomis): ladcode23 · age · population_2023; GEOGRAPHY_CODE · C_AGE_NAME · OBS_VALUE
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
from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.errors import InputError, nearest
from sufficiency.inputs.files.columns import january_of, numbers, plain, take
from sufficiency.inputs.files.text import read_text_table
from sufficiency.words.geojson import Feature, Features

OLDEST: Final = 25
CODE_NAMES: Final = re.compile(
    r"(lsoa|msoa|oa)(11|21)?(20\d\d)?(cd|code)|(ltla|lad|la)(\d\d)?(20\d\d)?(cd|code)(\d\d)?|areacode|geographycode|code|gsscode"
)


def estimates(path: str | Path, *, mid_year: int) -> pd.DataFrame:
    """Return people by single year of age to 25 from a wide mid-year table: code, mid_year, age, children. [people]"""
    file = Path(path)
    text = read_text_table(file)
    code = _code_column(text, file.name)
    ages = {c: int(m.group(2)) for c in text.columns if (m := re.fullmatch(r"\s*([FMfm]?)(\d+)\s*", str(c)))}
    ages = {c: age for c, age in ages.items() if age <= OLDEST}
    missing = sorted(set(range(OLDEST + 1)) - set(ages.values()))
    if missing:
        raise InputError(f"{file.name}: there is no column for age {missing[0]}; ages 0 to {OLDEST} are needed")
    wide = pd.DataFrame({c: numbers(text[c], source=file.name) for c in ages}).assign(code=text[code])
    wide = wide[wide["code"].str.strip() != ""]
    long = wide.melt("code", var_name="column", value_name="children")
    long["age"] = long["column"].map(ages)
    summed = long.groupby(["code", "age"], as_index=False)["children"].sum()
    return summed.assign(mid_year=mid_year)[["code", "mid_year", "age", "children"]]


def estimates_long(path: str | Path) -> pd.DataFrame:
    """Return people by single year of age to 25 from a long table: code, mid_year, age, children. [people]

    Takes MYEB1 (a column for each year, `population_2023`) and Nomis (`DATE`, `C_AGE_NAME`, `OBS_VALUE`).
    """
    file = Path(path)
    text = read_text_table(file)
    code = _code_column(text, file.name)
    years = {c: int(m.group(1)) for c in text.columns if (m := re.fullmatch(r"population_?(\d{4})", str(c).lower()))}
    if years:
        frame = take(text, {"age": "age"}, source=file.name).assign(code=text[code])
        wide = frame.assign(**{str(y): numbers(text[c], source=file.name) for c, y in years.items()})
        long = wide.melt(["code", "age"], var_name="mid_year", value_name="children")
    else:
        names = {
            "age": ["C_AGE_NAME", "C_AGE", "age"],
            "mid_year": ["DATE", "date", "year"],
            "value": ["OBS_VALUE", "value"],
        }
        long = take(text, names, source=file.name).assign(code=text[code])
        long["children"] = numbers(long["value"], source=file.name)
    long["age"] = pd.to_numeric(long["age"].astype("str").str.extract(r"(\d+)")[0], errors="coerce")
    long["mid_year"] = pd.to_numeric(long["mid_year"].astype("str").str.slice(0, 4), errors="coerce")
    kept = long[long["age"].le(OLDEST) & long["mid_year"].notna()].astype({"age": "int64", "mid_year": "int64"})
    return kept.groupby(["code", "mid_year", "age"], as_index=False)["children"].sum()


def projection(path: str | Path) -> pd.DataFrame:
    """Return a subnational projection by single year of age to 25: code, name, mid_year, age, children. [people]

    Rows for 'persons' are used, or females and males summed; totals ('All ages') and bands are left out.
    """
    file = Path(path)
    text = read_text_table(file)
    names = {"code": "AREA_CODE", "name": "AREA_NAME", "age": "AGE_GROUP", "sex": "SEX"}
    frame = take(text, names, source=file.name, optional=["sex", "name"])
    years = [c for c in text.columns if re.fullmatch(r"(19|20)\d\d", str(c).strip())]
    if not years:
        raise InputError(f"{file.name}: there is no column for a year, such as 2022")
    wide = frame.assign(**{str(c): numbers(text[c], source=file.name) for c in years})
    if "COMPONENT" in text:
        wide = wide[text["COMPONENT"].str.strip().str.lower().isin(["population", ""])]
    if "sex" in wide:
        sex = wide["sex"].str.strip().str.lower()
        wide = wide[sex == "persons"] if (sex == "persons").any() else wide
    wide = wide[wide["age"].str.fullmatch(r"\s*\d+\s*")].astype({"age": "int64"})
    key = ["code", *(["name"] if "name" in wide else []), "age"]
    long = wide[wide["age"] <= OLDEST].melt(key, [str(c) for c in years], "mid_year", "children")
    return long.astype({"mid_year": "int64"}).groupby([*key, "mid_year"], as_index=False)["children"].sum()


def births(path: str | Path) -> pd.DataFrame:
    """Return births by authority and year, those that happened and not forecasts: code, year, births. [births]"""
    file = Path(path)
    names = {"code": "gss_code", "date": "date", "births": "annual_births", "type": "type", "sex": "sex"}
    frame = take(read_text_table(file), names, source=file.name, optional=["type", "sex"])
    if "type" in frame:
        frame = frame[frame["type"].str.strip().str.lower() == "actual"]
    if "sex" in frame:
        frame = frame[frame["sex"].str.strip().str.lower() == "persons"]
    frame = frame.assign(
        year=january_of(frame["date"], source=file.name) - 1,
        births=numbers(frame["births"], source=file.name),
    )
    return frame[["code", "year", "births"]].reset_index(drop=True)


def lookup(path: str | Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a lookup's columns under our names: `{"zone": "LSOA21CD", "authority": "LAD24CD"}`.

    `LSOA21CD` also finds `lsoa21_code`; `LAD24CD` also `ltla24_code`; `LSOA11NM` also `lsoa11_name`.
    """
    file = Path(path)
    text = read_text_table(file)
    return take(text, {ours: _spellings(theirs) for ours, theirs in columns.items()}, source=file.name)


def boundaries(path: str | Path, *, code: str = "LSOA21CD") -> Features:
    """Return a GeoJSON file's shapes with one property, `zone`, from the property `code`."""
    file = Path(path)
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
