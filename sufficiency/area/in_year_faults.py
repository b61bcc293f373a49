"""What can't be right in the months of the year in progress: months of another year, left out, or of nobody in particular."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import pandas as pd

from sufficiency.errors import Fault
from sufficiency.tables.shown_value import shown_value


def in_year_faults(months: pd.DataFrame, authorities: Collection[str], base_year: int) -> list[Fault]:
    """Return the faults of a table of months, as `tables.IN_YEAR`.

    Every month must lie in the calendar year that the base January begins: those before it are in its count already, and
    those after the next January belong to a forecast that starts there.
    """
    faults = [
        Fault(i + 2, "month", f"{shown_value(month)} is not a month such as {base_year}-04")
        for i, month in months["month"].items()
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month)
    ]
    if not faults:
        faults = [
            Fault(i + 2, "month", f"{month} is {_outside(month, base_year)}")
            for i, month in months["month"].items()
            if int(month[:4]) != base_year
        ]
    if len(authorities) > 1:
        faults += [
            Fault(i + 2, "authority", f"is blank, and the area has several: give {' or '.join(authorities)}")
            for i in months.index[months["authority"] == ""]
        ]
    return faults or _left_out(months, base_year)


def beyond_sense(months: pd.DataFrame, only: str, plans: Mapping[str, int], children: Mapping[str, int]) -> list[Fault]:
    """Return the faults of counts that can't be: more new plans than there were plans, more ended than there were.

    Sums of the year so far are compared, since a request is decided on up to six weeks after it came, in the next month.

    Parameters
    ----------
    months
        As `tables.IN_YEAR`.
    only
        The authority of rows that name none.
    plans, children
        Of the base year, by authority, where known. [plans, children]
    """
    faults = []
    for code, own in months.assign(authority=months["authority"].replace("", only)).groupby("authority"):
        new, ceased, moved, requests, refused = (
            int(own[c].sum()) for c in ("new_plans", "ceased", "moved_in", "requests", "refused")
        )
        held = plans.get(str(code))
        doubled = held or children.get(str(code)), "plans in January" if held else "children in population.csv"
        limits = [("new_plans", new, *doubled)]
        limits += [("moved_in", moved, children.get(str(code)), "children in population.csv")]
        most = None if held is None else held + new + moved
        limits += [("ceased", ceased, most, "plans held in January, new and moved in")]
        limits += [("refused", refused, requests if own["requests"].notna().all() else None, "requests")]
        faults += [
            Fault(None, column, f"{code} has {count:,} in the year so far, more than its {limit:,} {of}")
            for column, count, limit, of in limits
            if limit is not None and count > limit
        ]
    return faults


def _outside(month: str, base_year: int) -> str:
    expected = f"months of {base_year} are expected"
    if int(month[:4]) < base_year:
        return f"before January {base_year}, the base year, whose count has it already: {expected}"
    return f"after the first January forecast, {base_year + 1}: {expected}, or plans of January {base_year + 1} and that as the base year"


def _left_out(months: pd.DataFrame, base_year: int) -> list[Fault]:
    """Find months missing between January and the last given: a year so far can't have holes."""
    faults = []
    for code, own in months.groupby("authority"):
        last = max(own["month"])
        gone = [m for m in (f"{base_year}-{k:02d}" for k in range(1, int(last[5:]) + 1)) if m not in set(own["month"])]
        if gone:
            who = f"{code} has" if code else "there is"
            faults.append(
                Fault(None, "month", f"{who} no {', '.join(gone)}, but {last}: give every month from January")
            )
    return faults
