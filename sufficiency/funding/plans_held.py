"""How many plans an authority holds, January by January, where money goes by England's figure a plan."""

from __future__ import annotations

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import MissingError


def plans_held(area: Area, authority: str) -> pd.Series:
    """Return an authority's plans by January: from plans.csv, or from states.csv where it has none there. [plans]

    Raises
    ------
    MissingError
        If neither has any.
    """
    for table in (area.plans, area.states):
        own = table[table["authority"] == authority]
        if len(own):
            return own.groupby("year")["plans"].sum()
    raise MissingError(
        f"neither plans.csv nor states.csv has plans for {authority}, so money that goes by plans can't be told: give them "
        "there, or the authority's own amounts in high_needs.csv"
    )
