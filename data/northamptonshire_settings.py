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
COUNTY = 928  # Northamptonshire in the register of 2018
INDEPENDENT = "Other independent special school"
KIND_OF = {INDEPENDENT: "independent_special", "Non-maintained special school": "non_maintained_special"}
# How far from the nearest home a school beyond the border is listed: few special schools draw from further, and
# non-maintained schools are few. [km]
WITHIN_KM = {"special": 11, "independent_special": 15, "non_maintained_special": 60}
OLDEST_IN_SCHOOL = 14  # NCY
COLUMNS = [
    *(
        "setting",
        "name",
        "authority",
        "district",
        "easting",
        "northing",
        "setting_type",
        "ncy_low",
        "ncy_high",
        "needs",
    ),
    *("sex", "is_in_area", "is_academy", "is_estimate", "has_number"),
]


def settings(downloads: Path, tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every setting, and the places of those whose number is known.

    Nothing is made to balance: schools outside the area, and units that no list names, have no number of places, and
    how many children each has today is not known.
    """
    register = pd.read_csv(downloads / "schools" / "england_special_schools_2018_register_with_jan2019_roll.csv")
    register = register[register["open_status_code"] == 1].dropna(subset=["easting"])
    parts = [_special_schools(), _named_units(downloads), _unnamed_units(tables), *_independent(register)]
    parts += [_outside(register, tables["zones"]), _colleges()]
    frame = pd.concat(parts, ignore_index=True)
    frame = pd.concat([frame, _older(frame, tables["states"])], ignore_index=True)
    frame["sex"] = frame["sex"].fillna("all")
    frame["has_number"] = frame["places"].notna()
    places = frame.loc[frame["has_number"], ["setting", "year", "places", "source"]]
    places = places.astype({"places": "int64", "year": "int64"})
    before = pd.read_csv(FACTS / "places_before.csv", dtype={"setting": "str"})
    places = pd.concat([places, before]).sort_values(["setting", "year"])
    return frame[[*COLUMNS, "source"]], places


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


def _named_units(downloads: Path) -> pd.DataFrame:
    """Return units that a public page names, at their schools."""
    units = pd.read_csv(FACTS / "units.csv", dtype={"urn": "str"})
    schools = pd.read_csv(
        downloads / "schools" / "northants_schools_2018_register_with_jan2019_roll.csv", dtype={"URN": "str"}
    ).set_index("URN")
    units = _ncys(units)
    return pd.DataFrame(
        {
            "setting": "UNIT-" + units["urn"],
            "name": units["name"],
            "setting_type": "sen_unit",
            **{c: units[c] for c in ("authority", "district")},
            **{c: units["urn"].map(schools[c]) for c in ("easting", "northing")},
            **{c: units[c] for c in ("ncy_low", "ncy_high", "needs", "sex")},
            "is_in_area": True,
            "is_academy": units["is_academy"] == "yes",
            "is_estimate": units["is_places_estimate"] == "yes",
            "year": BASE_YEAR,
            "places": units["places"],
            "source": units["source"],
        }
    )


def _row(code: str, name: str, kind: str, authority: str, point: tuple[float, float]) -> dict[str, Any]:
    """Return a setting that no list names, without a number of places."""
    return {
        "setting": code,
        "name": name,
        "setting_type": kind,
        "authority": authority,
        "district": "",
        "easting": round(point[0]),
        "northing": round(point[1]),
        "ncy_low": 0,
        "ncy_high": OLDEST_IN_SCHOOL,
        "needs": "",
        "is_in_area": True,
        "is_academy": False,
        "is_estimate": True,
    }


def _unnamed_units(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row for each district's units, and one for each authority's resourced provision, that no list names."""
    children = tables["zone_children"]
    school_age = children[children["ncy"].between(0, 11)].groupby("zone")["children"].sum()
    area = tables["zones"].assign(children=tables["zones"]["zone"].map(school_age))
    rows = []
    for code, name in OWN.items():
        own = area[area["authority"] == code]
        for district, inside in own.groupby("district"):
            label = f"Other SEN units in {district}, not named in any list"
            row = _row(f"UNIT-{district.upper().replace(' ', '-')}", label, "sen_unit", code, _middle(inside))
            rows.append(row | {"district": district})
        label = f"Resourced provision in {name}, not named in any list"
        rows.append(_row(f"RESOURCED-{name.split()[0].upper()}", label, "resourced_provision", code, _middle(own)))
    return pd.DataFrame(rows).assign(
        source="DfE, Education, health and care plans: children are counted in such places, up to Year 14; no list of them "
        "and no number of places is published; the location is the mean of the children who live there"
    )


def _middle(zones: pd.DataFrame) -> tuple[float, float]:
    """Return the mean point of the children of some zones."""
    return tuple(np.average(zones[c], weights=zones["children"]) for c in ("easting", "northing"))


def _independent(register: pd.DataFrame) -> list[pd.DataFrame]:
    """Return independent special schools inside the area."""
    local = register[register["establishment_type"].eq(INDEPENDENT) & register["la_code"].eq(COUNTY)]
    local = _ncys(local)
    capacity = pd.read_csv(FACTS / "independent_capacity.csv").set_index("authority")["places"]
    shares = local["number_on_roll_jan2019"].fillna(local["number_on_roll_jan2019"].median()).to_numpy()
    known = pd.DataFrame(
        {
            "setting": local["URN"].astype("str"),
            "name": local["name"] + " (" + local["TOWN"] + ")",
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
    name = "Independent special school (North)"
    north = _row("INDEPENDENT-NORTH", name, "independent_special", NORTH, (487500, 279000))
    north |= {"places": int(capacity[NORTH]), "year": BASE_YEAR, "district": "Kettering"}
    one = pd.DataFrame([north]).assign(source="capacity of 77 in one school (GIAS, May 2026); location assumed")
    return [known, one]


def _outside(register: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Return special schools beyond the border that are near enough to be used, by name; how many are isn't known."""
    away = register[register["la_code"] != COUNTY].copy()
    away["km"] = [
        np.hypot(zones["easting"] - e, zones["northing"] - n).min() / 1000
        for e, n in zip(away["easting"], away["northing"], strict=True)
    ]
    away["kind"] = away["establishment_type"].map(lambda t: KIND_OF.get(t, "special"))
    kept = _ncys(away[(away["km"] <= away["kind"].map(WITHIN_KM)) & (away["GENDER"] == "Mixed")]).sort_values("URN")
    middle = {code: zones.loc[zones["authority"] == code, ["easting", "northing"]].mean() for code in OWN}
    nearer = [
        min(OWN, key=lambda code: np.hypot(middle[code]["easting"] - e, middle[code]["northing"] - n))
        for e, n in zip(kept["easting"], kept["northing"], strict=True)
    ]
    return pd.DataFrame(
        {
            "setting": kept["URN"].astype("str"),
            "name": kept["name"] + (" (" + kept["TOWN"] + ")").fillna(""),
            "authority": nearer,
            "district": "",
            **{c: kept[c] for c in ("easting", "northing")},
            "setting_type": kept["kind"],
            "ncy_low": kept["ncy_low"],
            "ncy_high": kept["ncy_high"],
            "needs": "",
            "is_in_area": False,
            "is_academy": kept["establishment_type"].str.contains("Academy|Free school"),
            "is_estimate": True,
            "source": "2018 register of schools, outside the area, "
            + kept["km"].round(1).astype("str")
            + " km from the nearest home; that children of the area are there, and how many, is an estimate; needs not "
            "published: any; authority: the nearer of the area's two",
        }
    )


def _older(frame: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Return, for types that children older than any school takes are counted in, one row for where they are."""
    rows = []
    for kind, name in {"special": "State special", "independent_special": "Independent special"}.items():
        own = frame[frame["setting_type"] == kind]
        oldest = int(states.loc[(states["setting_type"] == kind) & (states["plans"] > 0), "ncy"].max())
        if oldest > own["ncy_high"].max():
            outside = own[~own["is_in_area"]]
            point = (outside["easting"].mean(), outside["northing"].mean())
            first = int(own["ncy_high"].max()) + 1
            row = _row(
                f"{kind.split('_')[0].upper()}-OLDER",
                f"{name} schools for ages {first + 4} and over",
                kind,
                WEST,
                point,
            )
            rows.append(row | {"ncy_low": first, "ncy_high": 20, "is_in_area": False, "sex": "all"})
    return pd.DataFrame(rows).assign(
        source="DfE, Education, health and care plans: young people are counted there who are older than any school at "
        "hand takes; where they are isn't published; the location is the mean of such schools outside the area"
    )


def _colleges() -> pd.DataFrame:
    """Return colleges in the area: they have no number of places for students with plans."""
    colleges = pd.read_csv(FACTS / "colleges.csv", dtype={"setting": "str"})
    frame = colleges.assign(setting_type="further_education", ncy_low=12, ncy_high=20, needs="", is_in_area=True)
    return frame.assign(is_academy=False, is_estimate=False)
