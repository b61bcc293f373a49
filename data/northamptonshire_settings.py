"""Schools, units and colleges of the example area, and their places: a part of `compile_northamptonshire.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sufficiency.margins import shares_to_whole

FACTS = Path(__file__).parent / "facts" / "northamptonshire"
NORTH, WEST = "E06000061", "E06000062"
OWN = {NORTH: "North Northamptonshire", WEST: "West Northamptonshire"}
BASE_YEAR = 2026


def settings(downloads: Path, tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every setting and its places."""
    placed = tables["states"].groupby(["authority", "setting_type"])["plans"].sum()
    special = _special_schools()
    parts = [special, _beyond(special, placed), _units(tables, placed), *_independent(downloads, placed)]
    parts.append(_colleges(placed))
    frame = pd.concat(parts, ignore_index=True)
    places = frame[["setting", "year", "places", "source"]]
    before = pd.read_csv(FACTS / "places_before.csv", dtype={"setting": "str"})
    places = pd.concat([places, before]).sort_values(["setting", "year"])
    return frame.drop(columns=["year", "places"]), places


def _ncys(frame: pd.DataFrame) -> pd.DataFrame:
    """Return age limits as NCYs: a school for ages 4 to 11 has Reception to Year 6."""
    return frame.assign(ncy_low=frame["age_low"].astype(int) - 4, ncy_high=frame["age_high"].astype(int) - 5)


def _special_schools() -> pd.DataFrame:
    schools = _ncys(pd.read_csv(FACTS / "special_schools.csv", dtype={"setting": "str"}))
    guessed = (schools["is_needs_estimate"] == "yes") | (schools["is_places_estimate"] == "yes")
    return pd.DataFrame(
        {
            **{c: schools[c] for c in ("setting", "name", "authority", "district", "easting", "northing")},
            "setting_type": "special",
            **{c: schools[c] for c in ("ncy_low", "ncy_high", "needs")},
            "is_in_area": True,
            "is_academy": schools["is_academy"] == "yes",
            "is_estimate": guessed,
            "year": schools["opened"].fillna(BASE_YEAR).astype(int),
            "places": schools["places"],
            "source": "places: " + schools["places_source"] + "; needs: " + schools["needs_source"],
        }
    )


def _aggregate(
    code: str, name: str, kind: str, authority: str, point: tuple[float, float], places: int
) -> dict[str, Any]:
    return {
        "setting": code,
        "name": name,
        "setting_type": kind,
        "authority": authority,
        "district": "",
        "easting": round(point[0]),
        "northing": round(point[1]),
        "ncy_low": -4,
        "ncy_high": 20,
        "needs": "",
        "is_in_area": False,
        "is_academy": False,
        "is_estimate": True,
        "year": BASE_YEAR,
        "places": places,
    }


def _beyond(special: pd.DataFrame, placed: pd.Series) -> pd.DataFrame:
    """Return, by authority, the state special placements that its own schools' places don't explain."""
    now = special[special["year"] <= BASE_YEAR]
    rows = []
    for code, name in OWN.items():
        own = now[now["authority"] == code]
        extra = int(placed[code, "special"] - own["places"].sum())
        point = (own["easting"].mean(), own["northing"].mean())
        label = f"State special, above capacity or outside the area ({name})"
        rows.append(_aggregate(f"BEYOND-{name.split()[0].upper()}", label, "special", code, point, max(extra, 0)))
    return pd.DataFrame(rows).assign(
        source="plans in state special schools in January 2026 less the places of the authority's own schools; the "
        "location is the mean of its schools"
    )


def _units(tables: dict[str, pd.DataFrame], placed: pd.Series) -> pd.DataFrame:
    """Return one aggregate a district for units and resourced provision, places shared by children of school age."""
    children = tables["zone_children"]
    school_age = children[children["ncy"].between(0, 11)].groupby("zone")["children"].sum()
    area = tables["zones"].assign(children=tables["zones"]["zone"].map(school_age))
    rows = []
    for code in OWN:
        own = area[area["authority"] == code]
        total = int(placed[code, "sen_unit"] + placed[code, "resourced_provision"])
        by_district = own.groupby("district")["children"].sum()
        for district, places in zip(by_district.index, shares_to_whole(total, by_district.to_numpy()), strict=True):
            inside = own[own["district"] == district]
            point = tuple(np.average(inside[c], weights=inside["children"]) for c in ("easting", "northing"))
            name = f"SEN units and resourced provision, {district}"
            row = _aggregate(f"UNIT-{district.upper().replace(' ', '-')}", name, "sen_unit", code, point, int(places))
            rows.append(row | {"district": district, "is_in_area": True, "ncy_low": 0, "ncy_high": 11})
    return pd.DataFrame(rows).assign(
        source="plans in units and resourced provision in January 2026 (their number carried from 2025), shared by children aged 4 to 15: no list of "
        "units is published; the location is the mean of the district's children"
    )


def _independent(downloads: Path, placed: pd.Series) -> list[pd.DataFrame]:
    """Return local independent special schools, and what lies outside the area, by authority."""
    register = pd.read_csv(downloads / "schools" / "england_special_schools_2018_register_with_jan2019_roll.csv")
    independent = register[(register["establishment_type"] == "Other independent special school")]
    independent = independent[independent["open_status_code"] == 1].dropna(subset=["easting"])
    local = _ncys(independent[independent["la_code"] == 928])
    capacity = pd.read_csv(FACTS / "independent_capacity.csv").set_index("authority")["places"]
    shares = local["number_on_roll_jan2019"].fillna(local["number_on_roll_jan2019"].median()).to_numpy()
    names = local["name"] + " (" + local["TOWN"] + ")"
    known = pd.DataFrame(
        {
            "setting": local["URN"].astype("str"),
            "name": names,
            "authority": WEST,
            "district": np.where(local["TOWN"] == "Towcester", "South Northamptonshire", "Northampton"),
            "easting": local["easting"],
            "northing": local["northing"],
            "setting_type": "independent_special",
            "ncy_low": local["ncy_low"],
            "ncy_high": local["ncy_high"],
            "needs": "",
            "is_in_area": True,
            "is_academy": False,
            "is_estimate": True,
            "year": BASE_YEAR,
            "places": shares_to_whole(int(capacity[WEST]), shares),
            "source": "2018 register of schools; the authority's capacity of 488 (GIAS, May 2026) shared by January "
            "2019 roll; needs not published: any",
        }
    )
    north = _aggregate(
        "INDEPENDENT-NORTH", "Independent special school (North)", "independent_special", NORTH, (487500, 279000), 0
    ) | {"places": int(capacity[NORTH]), "is_in_area": True, "district": "Kettering", "ncy_low": 0, "ncy_high": 14}
    one = pd.DataFrame([north]).assign(source="capacity of 77 in one school (GIAS, May 2026); location assumed")
    near = independent[independent["la_code"] != 928]
    near = near[near["easting"].between(430_000, 520_000) & near["northing"].between(220_000, 320_000)]
    outside = (near["easting"].mean(), near["northing"].mean())
    return [known, one, _outside(placed, capacity, outside)]


def _outside(placed: pd.Series, capacity: pd.Series, point: tuple[float, float]) -> pd.DataFrame:
    rows = []
    for code, name in OWN.items():
        short = name.split()[0]
        label = f"Independent special schools outside the area ({short})"
        extra = max(int(placed[code, "independent_special"] - capacity[code]), 0)
        rows.append(_aggregate(f"OUTSIDE-{short.upper()}", label, "independent_special", code, point, extra))
        label = f"Non-maintained special schools outside the area ({short})"
        count = int(placed[code, "non_maintained_special"])
        rows.append(_aggregate(f"NMSS-{short.upper()}", label, "non_maintained_special", code, point, count))
    return pd.DataFrame(rows).assign(
        source="plans in January 2026 beyond the capacity inside the authority; the location is the mean of "
        "independent special schools within about 50 km in the 2018 register"
    )


def _colleges(placed: pd.Series) -> pd.DataFrame:
    colleges = pd.read_csv(FACTS / "colleges.csv", dtype={"setting": "str"})
    total = colleges["authority"].map(lambda code: placed[code, "further_education"])
    frame = colleges.assign(places=(total * colleges["share"]).round().astype(int), year=BASE_YEAR)
    frame = frame.assign(setting_type="further_education", ncy_low=12, ncy_high=20, needs="", is_in_area=True)
    return frame.assign(is_academy=False, is_estimate=frame["is_estimate"] == "yes").drop(columns="share")
