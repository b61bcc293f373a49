"""School capacity survey, the capacity half: places by school and January, and what is planned to open."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.area.area import Area
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

    `places` are those listed before any lever, blank where a setting's number isn't known; `planned_additions` is what the
    scenario opens, less what it closes, and the mean over simulated futures of what is agreed, which need not be whole.
    [places]
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
    planning_area = _planning_areas(area, state)
    for at, year in enumerate(years):
        then, before = (
            state["setting"].map(places).fillna(0).astype("int64")
            for places in (area.places_in(year), run.before.places_in(year))
        )
        listed = before.where(state["has_number"]).astype("Int64")
        more = then - before + added[at]
        found.append(
            pd.DataFrame(
                {
                    "authority": state["authority"],
                    "planning_area": planning_area,
                    "school_code": state["setting"],
                    "school": state["name"],
                    "provision": state["setting_type"],
                    "provision_name": [SETTING_TYPES[kind].name for kind in state["setting_type"]],
                    "year": year,
                    "academic_year": academic_label(year),
                    "places": listed,
                    "planned_additions": more.round(1),
                    "places_with_additions": (listed + more).round(1),
                }
            )
        )
    order = ["authority", "planning_area", "school", "year"]
    return pd.concat(found, ignore_index=True)[PLACES].sort_values(order, ignore_index=True, kind="stable")


def _planning_areas(area: Area, settings: pd.DataFrame) -> pd.Series:
    """Return each setting's planning area; where a new one names none, that of the nearest zone."""
    given = settings["district"].fillna("")
    if area.zones.empty or not (given == "").any():
        return given
    across, up = (
        np.subtract.outer(settings[side].to_numpy(dtype=float), area.zones[side].to_numpy(dtype=float))
        for side in ("easting", "northing")
    )
    near = area.zones["district"].to_numpy()[np.argmin(across**2 + up**2, axis=1)]
    return given.mask(given == "", pd.Series(near, index=settings.index))


def scap_planned(run: ForecastOutcome) -> pd.DataFrame:
    """Return what is agreed or proposed and not yet open, one row for each project, as `PLANNED`. [places]"""
    area = run.area
    ahead = area.pipeline[area.pipeline["status"] != "open"]
    if ahead.empty:
        return pd.DataFrame(columns=PLANNED)
    district = ahead["setting"].map(area.settings.drop_duplicates("setting").set_index("setting")["district"])
    table = ahead.assign(
        planning_area=ahead["district"].mask(ahead["district"] == "", district.astype(object).fillna("")),
        school=ahead["name"],
        academic_year=ahead["opens"].map(academic_label),
        chance=[chance(area, row) for row in ahead.itertuples()],
    )
    return table[PLANNED].sort_values(["authority", "opens", "school"], ignore_index=True, kind="stable")
