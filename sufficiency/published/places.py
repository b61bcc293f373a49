"""Zones, settings and places of an authority from the school register, postcodes and small-area estimates.

Schools beyond the border are listed by name where they are near; units that the register lacks, and schools for ages that no
listed school takes, are one row for each type. None of them has a number of places: how many children are there is not known, and nothing is made to balance.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from sufficiency import policy
from sufficiency.margins import Floats
from sufficiency.words.school_year import NCYS

PLACED_TYPES: Final = ("special", "independent_special", "non_maintained_special")
UNITS: Final = {
    "unit_places": ("sen_unit", "U", "SEN unit"),
    "resourced_places": ("resourced_provision", "R", "resourced provision"),
}
OUTSIDE: Final = {
    "special": "State special schools outside the area",
    "independent_special": "Independent special schools outside the area",
    "non_maintained_special": "Non-maintained special schools outside the area",
}
UNLISTED: Final = {
    "sen_unit": "SEN units that the register lacks",
    "resourced_provision": "Resourced provision that the register lacks",
}
UNDER_16: Final = 11  # NCY; the index counts children aged 0 to 15
OUTWARD: Final = r"^([A-Z]{1,2}\d[A-Z\d]?)\d[A-Z]{2}$"


def zones(postcodes: pd.DataFrame, own: Collection[str], code: str) -> pd.DataFrame:
    """Return the small areas that an authority's postcodes lie in, at their median postcode, as `tables.ZONES`.

    `own` are the codes that the authority goes by in `postcodes`. The planning area is the postcode district that most
    of a zone's postcodes are in, until the council gives its own.
    """
    inside = postcodes[postcodes["authority"].isin(own) & postcodes["zone"].ne("")]
    outward = inside["postcode"].str.extract(OUTWARD)[0].fillna("other")
    grouped = inside.assign(district=outward).groupby("zone")
    frame = grouped[["easting", "northing"]].median().round()
    frame["district"] = grouped["district"].agg(lambda words: words.mode().iloc[0])
    return frame.reset_index().assign(authority=code)[["zone", "authority", "district", "easting", "northing"]]


def zone_children(areas: pd.DataFrame, people: pd.DataFrame, population: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return children by zone and NCY that sum to the authority's, and how many zones no estimate has.

    Parameters
    ----------
    areas
        As `zones` returns.
    people
        Small-area estimates: code, age, children. A zone that they lack has the mean of the others.
    population
        The authority's base year: ncy, children.
    """
    known = people[people["code"].isin(set(areas["zone"])) & (people["age"] <= NCYS[-1] + 4)]
    wide = known.assign(ncy=known["age"] - 4).pivot_table(index="code", columns="ncy", values="children", aggfunc="sum")
    wide = wide.reindex(columns=list(NCYS)).fillna(0)
    lacking = len(areas) - len(wide)
    mean = wide.mean() if len(wide) else pd.Series(1.0, index=list(NCYS))
    wide = wide.reindex(areas["zone"])
    wide = wide.fillna(mean.where(mean > 0, 1.0))
    sums = wide.sum()
    wide.loc[:, sums == 0] = 1.0
    total = population.set_index("ncy")["children"].reindex(list(NCYS)).fillna(0)
    scaled = (wide * (total / wide.sum())).round(2)
    long = scaled.rename_axis("zone").reset_index().melt("zone", var_name="ncy", value_name="children")
    return long.astype({"ncy": "int64"}).sort_values(["zone", "ncy"], ignore_index=True), lacking


def deprivation(areas: pd.DataFrame, known: pd.DataFrame, children: pd.DataFrame) -> tuple[pd.Series, int]:
    """Return each zone's share of children in income-deprived families, 0 to 1, and how many zones are told.

    Parameters
    ----------
    areas
        As `zones` returns.
    known
        zone, with children_rate, or children_count to be divided by the zone's children under 16.
    children
        As `zone_children` returns.
    """
    rows = known.drop_duplicates("zone").set_index("zone").reindex(areas["zone"])
    share = rows["children_rate"] if "children_rate" in rows else pd.Series(np.nan, index=rows.index)
    if "children_count" in rows:
        young = children[children["ncy"] <= UNDER_16].groupby("zone")["children"].sum().reindex(rows.index)
        share = share.fillna(rows["children_count"] / young.where(young > 0))
    share = share.clip(0, 1).round(4)
    return share.reset_index(drop=True), int(share.notna().sum())


def settings(
    schools: pd.DataFrame, areas: pd.DataFrame, own: Collection[str], plans: pd.DataFrame, *, code: str, year: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return settings and places, as `tables.SCHOOLS` and `tables.PLACES`.

    Parameters
    ----------
    schools
        The school register, as `inputs.dfe_gias.schools` reads it.
    areas
        The authority's zones.
    own
        Codes that the authority goes by in the register.
    plans
        Plans in the base year, as `tables.PLANS`.
    """
    open_now = schools[schools["status"].isin(["open", "closing", "proposed"])].dropna(subset=["easting", "northing"])
    is_own = open_now["authority"].isin(own)
    there = open_now[is_own]
    rows = [*_schools(there, areas, code, year), *_units(there, areas, code, year)]
    rows += _near(open_now[~is_own], areas, code, year)
    rows += _unlisted(pd.DataFrame(rows), areas, plans, code, year)
    frame = pd.DataFrame(rows)
    places = frame.loc[frame["has_number"], ["setting", "year", "places"]].reset_index(drop=True)
    return frame.drop(columns=["year", "places"]), places


def _near(away: pd.DataFrame, areas: pd.DataFrame, code: str, year: int) -> list[dict[str, object]]:
    """Return special schools beyond the border that are near enough to be used; how many are isn't known."""
    mixed = away[away["setting_type"].isin(PLACED_TYPES) & away["status"].ne("proposed")]
    if "sex" in mixed:
        mixed = mixed[mixed["sex"].eq("all")]
    if mixed.empty:
        return []
    homes = cKDTree(areas[["easting", "northing"]].to_numpy())
    metres, _ = homes.query(mixed[["easting", "northing"]].to_numpy())
    within = mixed["setting_type"].map({t: policy.value(f"published.near_{t}_km", on=year) for t in PLACED_TYPES})
    rows = []
    for school in mixed[metres / 1000 <= within].to_dict("records"):
        row = _placed_row(school, areas, code, year) | {"setting_type": school["setting_type"], "district": ""}
        rows.append(row | {"is_in_area": False, "is_estimate": True, "has_number": False, "year": year})
    return rows


def _unlisted(
    known: pd.DataFrame, areas: pd.DataFrame, plans: pd.DataFrame, code: str, year: int
) -> list[dict[str, object]]:
    """Return a row for units that no list names, and for children of an age, or in a type, that no listed school takes."""
    placed = plans.groupby("setting_type")["plans"].sum()
    held = known.groupby("setting_type")["places"].sum() if len(known) else pd.Series(dtype="float64")
    middle = (float(areas["easting"].mean()), float(areas["northing"].mean()))
    more = {"is_estimate": True, "has_number": False}
    rows = []
    for kind, name in UNLISTED.items():
        if int(placed.get(kind, 0)) > int(held.get(kind, 0)):
            rows.append(_row(f"ELSEWHERE-{kind.upper()}", name, kind, code, middle, 0, year) | more)
    for kind, name in OUTSIDE.items():
        of_kind = plans[plans["setting_type"].eq(kind) & plans["plans"].gt(0)]
        if of_kind.empty:
            continue
        row = _row(f"ELSEWHERE-{kind.upper()}", name, kind, code, middle, 0, year) | more | {"is_in_area": False}
        listed = known[known["setting_type"] == kind] if len(known) else known
        if listed.empty or not (~listed["is_in_area"]).any():
            rows.append(row)
        elif of_kind["ncy"].notna().any() and int(of_kind["ncy"].max()) > int(listed["ncy_high"].max()):
            first = int(listed["ncy_high"].max()) + 1
            rows.append(row | {"name": f"{name}, ages {first + 4} and over", "ncy_low": first})
    return rows


def _row(
    setting: str, name: str, kind: str, code: str, point: tuple[float, float], places: int, year: int
) -> dict[str, object]:
    return {
        "setting": setting,
        "name": name,
        "setting_type": kind,
        "authority": code,
        "district": "",
        "easting": round(point[0]),
        "northing": round(point[1]),
        "ncy_low": NCYS[0],
        "ncy_high": NCYS[-1],
        "needs": "",
        "sex": "all",
        "is_in_area": True,
        "is_academy": False,
        "is_estimate": False,
        "has_number": True,
        "year": year,
        "places": places,
    }


def _schools(there: pd.DataFrame, areas: pd.DataFrame, code: str, year: int) -> list[dict[str, object]]:
    """Return special schools: capacity as places, or the roll where there is none, from the year that they open.

    One with neither has no number: it goes on with about as many children as today.
    """
    rows = []
    for school in there[there["setting_type"].isin(PLACED_TYPES)].to_dict("records"):
        capacity = _first(school.get("capacity"), school.get("roll"))
        row = _placed_row(school, areas, code, year) | {"places": capacity or 0, "setting_type": school["setting_type"]}
        rows.append(row | {"is_estimate": _first(school.get("capacity")) is None, "has_number": capacity is not None})
    return rows


def _units(there: pd.DataFrame, areas: pd.DataFrame, code: str, year: int) -> list[dict[str, object]]:
    """Return units and resourced provision as settings of their own, beside the school's number."""
    rows = []
    for column, (kind, mark, words) in UNITS.items():
        if column in there:
            for school in there[there[column].gt(0)].to_dict("records"):
                own = _placed_row(school, areas, code, year)
                named = {"setting": f"{own['setting']}-{mark}", "name": f"{own['name']}, {words}"}
                rows.append(own | named | {"setting_type": kind, "places": int(school[column])})
    return rows


def _placed_row(school: Mapping[Hashable, Any], areas: pd.DataFrame, code: str, year: int) -> dict[str, object]:
    point = (float(school["easting"]), float(school["northing"]))
    row = _row(str(school["setting"]), str(school["name"]), "", code, point, 0, year)
    near: Floats = np.hypot(areas["easting"].to_numpy() - point[0], areas["northing"].to_numpy() - point[1])
    row["district"] = str(areas["district"].iloc[int(near.argmin())])
    row |= {c: int(school[c]) for c in ("ncy_low", "ncy_high") if not pd.isna(school.get(c))}
    row |= {"needs": str(school.get("needs", "")), "sex": str(school.get("sex", "all"))}
    row["is_academy"] = str(school["establishment_type"]).lower().startswith(("academy", "free school"))
    opened = school.get("opened")
    if school["status"] == "proposed" and opened is not None and not pd.isna(opened):
        row["year"] = max(year, int(opened.year) + (opened.month >= 9))
    return row


def _first(*counts: float | None) -> int | None:
    return next((int(c) for c in counts if c is not None and not pd.isna(c) and c > 0), None)
