"""School capacity survey, the capacity half: places by school and January, and what is planned to open."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.returns.scap import PHASES
from sufficiency.scenarios.pipeline import chance
from sufficiency.words.school_year import academic_label
from sufficiency.words.vocabulary import SETTING_TYPES, SPECIALIST

PLACES: Final = [
    *("authority", "planning_area", "school_code", "school", "provision", "provision_name", "year", "academic_year"),
    *("places", "planned_additions", "places_with_additions"),
]
PLANNED: Final = [
    *("authority", "planning_area", "school", "kind", "places", "opens", "academic_year", "status", "chance", "source"),
]


def scap_places(run: ForecastOutcome) -> pd.DataFrame:
    """Return places of the area's state special schools, units and bases, January by January, as `PLACES`.

    `planned_additions` is the mean over simulated futures of what the scenario opens, and so need not be whole. Places are
    blank where a setting's number isn't known. [places]
    """
    if not isinstance(run, Outcome):
        return pd.DataFrame(columns=PLACES)
    area, base = run.area, run.area.base_year
    last = base + max(ahead for _, ahead in PHASES.values())
    years = [year for year in run.placed.years if year <= last]
    kept = area.settings[area.settings["setting_type"].isin(SPECIALIST) & area.settings["is_in_area"]]
    state = kept[[SETTING_TYPES[kind].is_state for kind in kept["setting_type"]]]
    added = run.placed.added_places(list(state["setting"]), years).mean(axis=0)
    found = []
    for at, year in enumerate(years):
        listed = state["setting"].map(area.places_in(year)).where(state["has_number"]).astype("Int64")
        found.append(
            pd.DataFrame(
                {
                    "authority": state["authority"],
                    "planning_area": state["district"],
                    "school_code": state["setting"],
                    "school": state["name"],
                    "provision": state["setting_type"],
                    "provision_name": [SETTING_TYPES[kind].name for kind in state["setting_type"]],
                    "year": year,
                    "academic_year": academic_label(year),
                    "places": listed,
                    "planned_additions": added[at].round(1),
                    "places_with_additions": (listed + added[at]).round(1),
                }
            )
        )
    order = ["authority", "planning_area", "school", "year"]
    return pd.concat(found, ignore_index=True)[PLACES].sort_values(order, ignore_index=True, kind="stable")


def scap_planned(run: ForecastOutcome) -> pd.DataFrame:
    """Return what is agreed or proposed and not yet open, one row for each project, as `PLANNED`. [places]"""
    area = run.area
    ahead = area.pipeline[area.pipeline["status"] != "open"]
    if ahead.empty:
        return pd.DataFrame(columns=PLANNED)
    district = ahead["setting"].map(area.settings.drop_duplicates("setting").set_index("setting")["district"])
    table = ahead.assign(
        planning_area=ahead["district"].mask(ahead["district"] == "", district.fillna("")),
        school=ahead["name"],
        academic_year=ahead["opens"].map(academic_label),
        chance=[chance(area, row) for row in ahead.itertuples()],
    )
    return table[PLANNED].sort_values(["authority", "opens", "school"], ignore_index=True, kind="stable")
