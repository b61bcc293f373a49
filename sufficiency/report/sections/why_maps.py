"""Maps that explain: who attends one school and who is turned away, where a group is turned away, whom an option helps."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.allocate import Openings, who_gains, why_full
from sufficiency.errors import MissingError, nearest, one_of
from sufficiency.outcome import Outcome
from sufficiency.report.look import maps
from sufficiency.report.look.dots import scattered
from sufficiency.report.look.ground import ground
from sufficiency.report.sections.anchors import links
from sufficiency.report.sections.zones import by_part, map_settings
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import PHASES, phase_of
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEED_GROUPS

HERE: Final = "#0072b2"
AWAY: Final = "#c8102e"


def setting_map(outcome: Outcome, setting: str, year: int) -> Figure:
    """Return a map of one school: a dot for each of its children, and under each district how many it suits who are elsewhere.

    Turned away as `sf.allocate.why_full` has it: the school suits them, and where they are costs more, or no suitable state place took them.
    """
    return maps.still(outcome.area, setting_picture(outcome, setting, year))


def setting_picture(outcome: Outcome, setting: str, year: int) -> maps.Picture:
    """Return what the map of one school shows."""
    why = why_full(outcome.placed, setting, year=year)
    inside = outcome.placed.placements.query("year == @year and setting == @setting")
    schools = map_settings(outcome, [year])
    here = ground(outcome.area)
    away = why.turned_away.groupby("district")["children"].sum().reindex(list(here.districts)).fillna(0)
    dots = maps.Dots(f"at {why.name}, January {year}", HERE, scattered(here.parts, by_part(outcome, inside)))
    return maps.Picture(
        years=(year,),
        year=year,
        schools=schools[schools["setting"] == setting],
        dots=(dots,),
        numbers=away.map(lambda n: f"{n:,.0f}").to_frame(year),
        numbers_say="children whom the school suits and who are elsewhere",
        links=links(outcome),
    )


def group_map(outcome: Outcome, need_group: str, phase: str, year: int) -> Figure:
    """Return a map of one group: a dot for each of its children turned away from every suitable state place, and the schools."""
    return maps.still(outcome.area, group_picture(outcome, need_group, phase, year))


def group_picture(outcome: Outcome, need_group: str, phase: str, year: int) -> maps.Picture:
    """Return what the map of one group shows."""
    for name, known in ((need_group, NEED_GROUPS), (phase, PHASES)):
        if name not in known:
            raise MissingError(f"'{name}' is not one of {one_of(known)}{nearest(name, known)}")
    rows = outcome.placed.placements
    rows = rows[(rows["year"] == year) & rows["setting"].isin(DESTINATIONS)]
    own = (rows["need"].map(NEED_GROUP_OF) == need_group) & (phase_of(rows["ncy"].to_numpy(dtype=int)) == phase)
    children = by_part(outcome, rows[own])
    dots = maps.Dots(f"turned away, January {year}", AWAY, scattered(ground(outcome.area).parts, children))
    return maps.Picture(
        years=(year,), year=year, schools=map_settings(outcome, [year]), dots=(dots,), links=links(outcome)
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
    gains = who_gains(openings, option).set_index("district")["placed_more"].astype(float)
    year = int(openings.years[0])
    values = gains.reindex(list(ground(outcome.area).districts)).to_frame(year)
    return maps.still(
        outcome.area,
        maps.Picture(
            years=(year,),
            year=year,
            scale=maps.darker(values, "more children placed a year"),
            districts=values,
            numbers=values.map(lambda v: "0" if pd.isna(v) else f"{v:,.1f}"),
            numbers_say="more children placed a year",
            schools=map_settings(outcome, [year]),
        ),
    )
