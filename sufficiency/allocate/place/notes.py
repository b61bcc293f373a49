"""What a reader of placements should know: where today's attendance and journeys are estimated, and what is doubtful."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sufficiency import distance
from sufficiency.area.area import Area

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
        yield "attendance", "assumed", f"{whose} settings are estimated from places and distance (gravity)"
    attends = area.attendance[area.attendance["setting"].isin(settings)]
    beyond = int(attends["children"].sum()) - listed
    if beyond:
        says = (
            f"{beyond:,} children on the list are beyond the plans counted for their authority, NCY, need and type of "
            "setting, and are left out"
        )
        yield "attendance", "doubtful", says
    if nowhere:
        says = f"{nowhere:,} children counted in specialist settings today are of an age that no setting listed takes"
        yield "attendance", "doubtful", says


def travel_notes(area: Area) -> Iterator[Note]:
    """Yield a note where journeys are estimated."""
    travel = area.travel
    if travel.empty or ("source" in travel and bool((travel["source"] == distance.ESTIMATED).any())):
        yield "travel", "assumed", "journeys are estimated from straight lines where no road was measured"
