"""A template area folder: a tiny made-up area that runs as it is, to be replaced table by table.

Every column of every table, with its meaning and unit, is in `COLUMNS.md`, written from the declarations. Tables that an
area may have and this one lacks are headers alone in `to_add/`: move one up when it has rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pandera.pandas as pa

from sufficiency.area.area import TABLES
from sufficiency.errors import OutputError
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

AUTHORITY: Final = "E06000999"
BASE_YEAR: Final = 2025
EXAMPLE: Final = "made up: replace"

AREA_TOML: Final = f"""# An area: your authority, and where its tables are from. Lines that begin with # are for you and may go.
name = "Our council"

# The last January for which plans.csv has rows. Forecasts start from it.
base_year = {BASE_YEAR}

# Roads for journeys, in place of straight lines: an OpenStreetMap extract, or a folder with nodes.csv and edges.csv.
# roads = "roads.osm.pbf"

# ONS code = name, one line for each authority. Every other authority in a table is refused.
[authorities]
{AUTHORITY} = "Our council"

# Where each table is from, in words. They are printed in the report.
[sources]
population = "made up; yours: ONS mid-year estimates and projections, mid-year y as January y+1"
plans = "made up; yours: the SEN2 return, or DfE's Education, health and care plans"
states = "made up; yours: the SEN2 return, plans by NCY, primary need and type of setting"
zones = "made up; yours: ONS lower-layer super output areas, median postcodes"
zone_children = "made up; yours: ONS mid-year estimates by LSOA"
settings = "made up; yours: Get Information about Schools and your own list"
places = "made up; yours: commissioned places, by academic year"
pipeline = "made up; yours: cabinet papers, free-school agreements, calls for units and bases"
unit_costs = "made up; yours: mean top-up and fee, from the ledger"

# What a reader should know. kind: doubtful, assumed or missing.
[[notes]]
table = "area"
kind = "doubtful"
says = "This is the template: every figure is made up"

# A number of your own in place of the library's: any name that `sufficiency policy` lists. Remove the # to use it.
# [assumptions."forecast.name_of_value"]
# value = 0.5
# unit = "share"
# says = "What it means, in words"
# status = "sourced"     # sourced, derived, assumed or unverified
# source = "Cabinet paper, 3 March 2026"
# low and high: only where you mean a value outside the range that `sufficiency policy` gives
"""

GUIDE: Final = """# How to fill in this folder

1. Run it as it is: `sufficiency report FOLDER`. Every figure in it is made up.
2. Replace one file at a time with your own, the same columns in any order. `sufficiency check FOLDER` tells every fault
   at once, by file, row and column. Commas, semicolons or tabs, UTF-8 or as Excel saves: all are read.
3. `population.csv` and `plans.csv` are needed. Without `states.csv` needs are not known and all count as 'not recorded';
   without `zones.csv`, `settings.csv` and `places.csv` nothing is allocated.
4. `places.csv` has the places that are open. Those agreed or proposed go into `pipeline.csv`, a row each, with the January
   that they are promised for: agreed ones open in every run, by chance and late; proposed ones where a scenario says so.
   When they have opened, put them into `places.csv` and make the row open.
5. `in_year.csv` has what happened in each month since the January of `base_year`: add one row for each month, and next January's
   range narrows. When that January's plans are counted, put them into `plans.csv`, move `base_year` on and begin this file anew.
6. Tables in `to_add/` are headers alone. Fill one in and move it up beside this file.

A year is a January census: 2025 is the academic year 2024/25. NCY 0 is Reception, 1 Year 1, to 20; -4 to -1 are younger.
Any table may also have the columns `source` and `note`.
"""


def write_template(folder: str | Path) -> None:
    """Write a template area folder: `area.toml`, CSVs of a tiny area, `COLUMNS.md`, and headers in `to_add/`.

    Raises
    ------
    OutputError
        If the folder has files in it already, or can't be written.
    """
    place = Path(folder)
    try:
        if place.is_dir() and any(place.iterdir()):
            raise OutputError(f"{place} is not empty; name a folder that is, or that does not exist yet")
        (place / "to_add").mkdir(parents=True)
        (place / "area.toml").write_text(AREA_TOML, encoding="utf-8")
        (place / "COLUMNS.md").write_text(columns_guide(), encoding="utf-8")
        written = tiny_tables()
        for name, frame in written.items():
            frame.to_csv(place / TABLES[name].file, index=False)
        for name, table in TABLES.items():
            if name not in written:
                header = pd.DataFrame(columns=list(table.declared.columns))
                header.to_csv(place / "to_add" / table.file, index=False)
    except OSError as caught:
        if isinstance(caught, OutputError):
            raise
        raise OutputError(f"{place} can't be written: {caught.strerror or caught}") from caught


def columns_guide() -> str:
    """Return every table's columns in words: needed or not, what they mean, their unit and limits."""
    parts = [GUIDE]
    for table in TABLES.values():
        without = f" Without it {table.without}." if table.without else " Needed." if table.is_needed else ""
        parts.append(f"\n## {table.file}\n\n{table.declared.title}.{without}\n")
        parts.append("| Column | Needed | What it holds |\n|---|---|---|")
        for name, column in table.declared.columns.items():
            needed = "yes" if column.required else "no"
            needed += ", may be blank" if column.nullable else ""
            parts.append(f"| `{name}` | {needed} | {str(column.description).replace('|', '/')}{_limits(column)} |")
    return "\n".join(parts) + "\n"


def _limits(column: pa.Column) -> str:
    known = [c.statistics.get("allowed_values") for c in column.checks if c.error == "known"]
    if not known:
        return ""
    words = [str(w) for w in known[0] if str(w)]
    return f": one of {', '.join(f'`{w}`' for w in words)}"


def tiny_tables() -> dict[str, pd.DataFrame]:
    """Return the tables of the template's area: one authority, four zones, four settings, some 300 plans."""
    zones = _frame(
        "zone,name,authority,district,easting,northing,is_rural,deprivation",
        [
            ("Z1", "Town north", AUTHORITY, "Town", 470_500, 261_500, False, 0.25),
            ("Z2", "Town south", AUTHORITY, "Town", 470_200, 259_000, False, 0.18),
            ("Z3", "Market town", AUTHORITY, "Rural", 482_000, 268_000, False, 0.10),
            ("Z4", "Villages", AUTHORITY, "Rural", 489_000, 255_500, True, 0.06),
        ],
    )
    children = [
        (zone, ncy, share) for zone, share in zip(zones["zone"], (300, 260, 180, 110), strict=True) for ncy in NCYS
    ]
    settings = _frame(
        "setting,name,setting_type,authority,district,easting,northing,ncy_low,ncy_high,needs",
        [
            (
                "900001",
                "Hill Special School",
                "special",
                AUTHORITY,
                "Town",
                471_000,
                260_000,
                0,
                13,
                "SLD PMLD ASD MLD",
            ),
            ("900002", "Brook School", "special", AUTHORITY, "Rural", 483_000, 266_000, 7, 11, "SEMH"),
            ("UNIT-1", "Market Primary, unit", "sen_unit", AUTHORITY, "Rural", 482_200, 268_300, 0, 6, "ASD SLCN"),
            ("900003", "Far House (independent)", "independent_special", AUTHORITY, "", 505_000, 280_000, 4, 14, ""),
        ],
    )
    places = _frame(
        "setting,year,places",
        [("900001", 2025, 60), ("900002", 2025, 24), ("UNIT-1", 2025, 12), ("900003", 2025, 20), ("900001", 2027, 68)],
    )
    costs = [
        (AUTHORITY, "mainstream", "top_up", 2025, 7_000),
        (AUTHORITY, "sen_unit", "top_up", 2025, 9_000),
        (AUTHORITY, "special", "top_up", 2025, 13_000),
        (AUTHORITY, "independent_special", "fee", 2025, 62_000),
    ]
    states = _states()
    return {
        "population": _population(),
        "plans": _plans(states),
        "states": states,
        "in_year": _in_year(),
        "zones": zones,
        "zone_children": _frame("zone,ncy,children", children),
        "settings": settings,
        "places": places,
        "pipeline": _pipeline(),
        "unit_costs": _frame("authority,setting_type,item,financial_year,gbp", costs),
    }


def _frame(columns: str, rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split(",")).assign(note=EXAMPLE)


def _pipeline() -> pd.DataFrame:
    columns = (
        "project,setting,name,kind,authority,district,easting,northing,ncy_low,ncy_high,needs,places,opens,promised"
    )
    unit = (
        "town-unit",
        "UNIT-2",
        "Town Secondary, unit",
        "unit",
        AUTHORITY,
        "Town",
        470_900,
        260_400,
        7,
        11,
        "ASD SEMH",
    )
    more = ("hill-more", "900001", "Hill Special School, more places", "special", AUTHORITY, "", *[pd.NA] * 4, "")
    rows = [
        (*unit, 10, 2028, "September 2027", "agreed", pd.NA, 250_000, "2025-03", EXAMPLE),
        (*more, 16, 2030, "September 2029", "proposed", 0.4, pd.NA, "2025-03", EXAMPLE),
    ]
    return _frame(f"{columns},status,chance,capital_gbp,as_of,source", rows)


def _in_year() -> pd.DataFrame:
    """Return three months of the year in progress."""
    rows = [
        (f"{BASE_YEAR}-{m:02d}", asked, refused, new, 1)
        for m, asked, refused, new in ((1, 5, 1, 4), (2, 6, 2, 3), (3, 7, 2, 5))
    ]
    return _frame("month,requests,refused,new_plans,ceased", rows)


def _population() -> pd.DataFrame:
    years = range(BASE_YEAR - 2, BASE_YEAR + 11)
    rows = [
        (AUTHORITY, year, ncy, 850, "estimate" if year <= BASE_YEAR else "projection")
        for year, ncy in itertools.product(years, NCYS)
    ]
    return _frame("authority,year,ncy,children,basis", rows)


def _states() -> pd.DataFrame:
    """Return plans of the base year: more in later school years, few before and after."""
    mix = {
        ("ASD", "mainstream"): 5,
        ("SLCN", "mainstream"): 4,
        ("SEMH", "mainstream"): 3,
        ("SLD", "special"): 3,
        ("SEMH", "special"): 2,
        ("ASD", "independent_special"): 1,
        ("ASD", "sen_unit"): 1,
    }
    assert all(need in NEEDS and setting in SETTING_TYPES for need, setting in mix)
    rows: list[tuple[object, ...]] = []
    for ncy in range(14):
        for (need, setting), plans in mix.items():
            is_placed = (setting != "sen_unit" or ncy <= 6) and (
                need != "SEMH" or setting != "special" or 7 <= ncy <= 11
            )
            if is_placed:
                rows.append((AUTHORITY, BASE_YEAR, ncy, need, setting, plans))
    rows += [(AUTHORITY, BASE_YEAR, ncy, "MLD", "further_education", 4) for ncy in range(14, 18)]
    return _frame("authority,year,ncy,need,setting_type,plans", rows)


def _plans(states: pd.DataFrame) -> pd.DataFrame:
    """Return plans by NCY and setting in the base year, and a tenth fewer each January before."""
    by = ["authority", "ncy", "setting_type"]
    now = states.groupby(by, as_index=False)["plans"].sum()
    before = [
        now.assign(year=BASE_YEAR - back, plans=(now["plans"] * (1 - 0.1 * back)).round().astype("int64"))
        for back in (2, 1, 0)
    ]
    frame = pd.concat(before, ignore_index=True)[["authority", "year", "ncy", "setting_type", "plans"]]
    return frame.assign(note=EXAMPLE)
