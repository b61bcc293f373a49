"""What only shows when rows of overflow.csv are read together: a range out of order, and a child who would be nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from sufficiency.errors import Fault
from sufficiency.words.school_year import AGE_GROUPS

RANGES: Final = ("share", "gbp", "entitled")


def overflow_faults(frame: pd.DataFrame) -> list[Fault]:
    """Return every fault of a table that is as `tables.OVERFLOW` by itself, row by row.

    Each age group needs a destination that takes children without limit: where all of them may grow by only so much a
    year, those turned away beyond that would be nowhere.
    """
    rows = list(enumerate(frame.to_dict("records"), start=2))
    out_of_order = [
        Fault(
            number,
            f"{what}_middle",
            f"{low:g}, {middle:g} and {high:g} are not in order for {row['destination']} aged {row['age_group']}: {what}_low, {what}_middle, {what}_high",
        )
        for number, row in rows
        for what in RANGES
        for low, middle, high in [[row[f"{what}_{end}"] for end in ("low", "middle", "high")]]
        if not low <= middle <= high
    ]
    return out_of_order + list(_nowhere(frame))


def _nowhere(overflow: pd.DataFrame) -> Iterator[Fault]:
    """Yield each age group whose children could be left nowhere, with what would fix it."""
    overflow = overflow.reset_index(drop=True)
    limited = set(overflow.loc[overflow["growth_high"].notna(), "destination"])
    for group in AGE_GROUPS:
        own = overflow[overflow["age_group"] == group]
        takes = own[(own["share_middle"] > 0) & (own["share_high"] > 0)]
        if takes.empty:
            says = (
                f"a child aged {group} who is turned away would be nowhere, since no destination has a share above 0; "
                f"give one for that age, such as in_mainstream"
            )
            yield Fault(int(own.index[0]) + 2 if len(own) else None, "share_middle", says)
        elif set(takes["destination"]) <= limited:
            first = takes["share_middle"].idxmax()
            most = overflow.loc[overflow["destination"] == takes.at[first, "destination"], "growth_high"].max()
            says = (
                f"{most:g}, and every other destination of children aged {group} has a limit too, so that a child "
                "turned away beyond them would be nowhere; leave growth_high blank, at every age, for one destination "
                f"that takes them, such as {takes.at[first, 'destination']}"
            )
            yield Fault(int(first) + 2, "growth_high", says)
