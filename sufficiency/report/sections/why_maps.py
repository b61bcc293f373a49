"""Maps that explain: who attends one school and who is turned away, where a group is turned away, whom an option helps."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.allocate import Openings, who_gains, why_full
from sufficiency.errors import MissingError, nearest, one_of
from sufficiency.outcome import Outcome
from sufficiency.report.look import maps
from sufficiency.report.sections.zones import map_settings
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import PHASES, phase_of
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEED_GROUPS


def setting_map(outcome: Outcome, setting: str, year: int) -> Figure:
    """Return a map of one school: zones shaded by its children, lines from the districts of those turned away.

    Turned away as `sf.allocate.why_full` has it: the school suits them, and where they are costs more, or no suitable state place took them.
    """
    why = why_full(outcome.placed, setting, year=year)
    inside = outcome.placed.placements.query("year == @year and setting == @setting")
    here = map_settings(outcome, [year], still=True)
    school = outcome.area.settings.set_index("setting").loc[setting]
    away = why.turned_away.groupby("district", as_index=False)["children"].sum()
    middles = outcome.area.zones.groupby("district")[["easting", "northing"]].mean()
    lines = away.assign(
        easting_from=away["district"].map(middles["easting"]),
        northing_from=away["district"].map(middles["northing"]),
        easting=school["easting"],
        northing=school["northing"],
    )
    return maps.still(
        outcome.area,
        _by_zone(outcome, inside),
        unit=f"children at the school, January {year}",
        settings=here[here["setting"] == setting],
        flows=lines,
        how="n",
    )


def group_map(outcome: Outcome, need_group: str, phase: str, year: int) -> Figure:
    """Return a map of one group: zones shaded by its children turned away from every suitable state place, schools by how full."""
    for name, known in ((need_group, NEED_GROUPS), (phase, PHASES)):
        if name not in known:
            raise MissingError(f"'{name}' is not one of {one_of(known)}{nearest(name, known)}")
    rows = outcome.placed.placements
    rows = rows[(rows["year"] == year) & rows["setting"].isin(DESTINATIONS)]
    own = (rows["need"].map(NEED_GROUP_OF) == need_group) & (phase_of(rows["ncy"].to_numpy(dtype=int)) == phase)
    return maps.still(
        outcome.area,
        _by_zone(outcome, rows[own]),
        unit=f"children turned away, January {year}",
        settings=map_settings(outcome, [year], still=True),
        how="n",
    )


def option_map(outcome: Outcome, openings: Openings, option: str) -> Figure:
    """Return a map of whom an option helps: districts shaded by children placed thanks to it, on average a year.

    Parameters
    ----------
    outcome
        Of `sufficiency.run`, for the ground and the schools.
    openings
        Of `sf.allocate.openings`.
    option
        Its name in the options table.
    """
    gains = who_gains(openings, option).set_index("district")["placed_more"]
    zones = outcome.area.zones.set_index("zone")
    return maps.still(
        outcome.area,
        zones["district"].map(gains),
        unit="more children placed a year",
        settings=map_settings(outcome, [int(openings.years[0])], still=True),
    )


def _by_zone(outcome: Outcome, rows: pd.DataFrame) -> pd.Series:
    return rows.groupby("zone")["children"].sum().reindex(outcome.area.zones["zone"]).fillna(0.0)
