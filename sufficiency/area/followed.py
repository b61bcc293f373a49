"""Whether an area's transitions follow its children as far as a forecast needs."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd


def why_not_followed(transitions: pd.DataFrame, authorities: Collection[str], base_year: int) -> str:
    """Return why rates can't be counted from an area's `tables.TRANSITIONS`, or nothing where they can.

    Every authority's children must be followed to the base year; a blank authority means an area's only one.
    """
    if "" in set(transitions["authority"]) and len(authorities) > 1:
        return "rows with no authority, in an area of several"
    for code in authorities:
        own = transitions[transitions["authority"].isin(["", code])]
        if own.empty:
            return f"no rows for {code}"
        last = int(own["year"].max())
        if last != base_year:
            return f"{code}'s end in January {last}, and the base year is {base_year}"
    return ""


def note(transitions: pd.DataFrame, authorities: Collection[str], base_year: int) -> tuple[str, str, str]:
    """Return the note (table, kind, says) on whether forecasts rest on the transitions."""
    why = why_not_followed(transitions, authorities, base_year)
    if why:
        return "transitions", "doubtful", f"children followed are not used, and rates come from published flows: {why}"
    first = int(transitions["year"].min()) - 1
    says = (
        f"rates of joining, moving and leaving are counted from children followed from January {first} to {base_year}"
    )
    return "transitions", "read", f"{says}; published flows are not used for them"
