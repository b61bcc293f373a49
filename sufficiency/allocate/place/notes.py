"""What a reader of placements should know: where today's attendance and journeys are estimated, and what is doubtful."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sufficiency import estimated_travel
from sufficiency.area.area import Area
from sufficiency.words.vocabulary import SPECIALIST

Note = tuple[str, str, str]  # table, kind, says


def attendance_notes(area: Area, settings: pd.Index, listed: int, today: int, nowhere: int) -> Iterator[Note]:
    """Yield notes on today's attendance.

    Parameters
    ----------
    area
        Its list of who attends where.
    settings
        Codes of the specialist settings.
    listed, today, nowhere
        Children of the base year: read from the list, in all, and of an age that no setting takes. [children]
    """
    if listed < today:
        whose = f"{listed:,} of {today:,} children are on the area's list; the others'" if listed else "Today's"
        yield "attendance", "assumed", f"{whose} settings are estimated from places and distance"
    attends = area.attendance[area.attendance["setting"].isin(settings)]
    beyond = int(attends["children"].sum()) - listed
    if beyond:
        says = (
            f"{beyond:,} children on the list are beyond the plans counted for their authority, NCY, need and type of "
            "setting, and are left out"
        )
        yield "attendance", "doubtful", says
    yield from _no_number(area)
    if nowhere:
        says = f"{nowhere:,} children counted in specialist settings today are of an age that no setting listed takes"
        yield "attendance", "doubtful", says


def _no_number(area: Area) -> Iterator[Note]:
    """Yield what is taken of settings whose number of places isn't known."""
    without = area.settings[~area.settings["has_number"] & area.settings["setting_type"].isin(SPECIALIST)]
    outside = without[~without["is_in_area"]]
    grows = "they go on with about as many children as today (allocate.no_number_growth)"
    if len(outside):
        state, market = (area.value(f"allocate.{name}") for name in ("outside_share", "outside_market_share"))
        yield (
            "settings",
            "assumed",
            f"{len(outside):,} schools outside the area have no known number of places, and {state:.0%} of children in state "
            f"special schools and {market:.0%} of those in independent ones are taken to be there, nearer ones more; {grows}",
        )
    if inside := len(without) - len(outside):
        says = f"{inside:,} settings in the area have no known number of places and hold what those with one do not; {grows}"
        yield "settings", "assumed", says


def travel_notes(area: Area) -> Iterator[Note]:
    """Yield a note where journeys are estimated."""
    travel = area.travel
    if travel.empty or ("source" in travel and bool((travel["source"] == estimated_travel.ESTIMATED).any())):
        yield "travel", "assumed", "journeys are estimated from straight lines where no road was measured"
