"""Which file of a release of *Education, health and care plans* a table is: told by its header, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sufficiency.inputs.files.columns import plain

# Each file: what its header has, and the publisher's names for it, release by release. The first that fits.
FILES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "new": (("breakdown_topic", "mainstream_total", "new_ehc_plans"), ("newplans.csv", "new_plans.csv")),
    "caseload": (("breakdown_topic", "mainstream_total"), ("caseload.csv",)),
    "ceased": (("breakdown_topic", "total_ceased"), ("ceased_plans.csv",)),
    "requests": (("breakdown_topic", "requests_received_in_year"), ("requests.csv",)),
    "assessments": (("breakdown_topic", "assess_in_year"), ("assessments.csv",)),
    "new_needs": (
        ("breakdown_topic", "number_asd", "number_semh"),
        ("sen_need_newplans.csv", "sen_needs_newplans.csv", "sen_needs_new_plans.csv"),
    ),
    "needs": (
        ("breakdown_topic", "number_asd", "number_semh"),
        ("sen_needs_all_plans.csv", "sen_needs_caseload.csv"),
    ),
}
CHIEF: Final = "caseload"
CALENDAR_YEAR: Final = re.compile(r"\d{4}")


def file_of(header: set[str], below: Sequence[Sequence[str]], columns: Sequence[str]) -> str | None:
    """Return which file of a release a table is, or None.

    Needs of new plans and of all plans have one header: those of new plans are of calendar years, and the others of
    academic years.

    Parameters
    ----------
    header
        Its words without case and punctuation.
    below
        The rows below it, as far as they are known.
    columns
        The header as it stands, in order.
    """
    for name, (has, _) in FILES.items():
        if {plain(c) for c in has} <= header and (name != "new_needs" or _is_of_calendar_years(below, columns)):
            return name
    return None


def header_of(name: str, head: Sequence[Sequence[str]]) -> int | None:
    """Return the row, from 0, of a file's header among a table's first rows; None: the table is another."""
    for top, row in enumerate(head):
        if file_of({plain(cell) for cell in row if cell}, head[top + 1 :], row) == name:
            return top
    return None


def _is_of_calendar_years(below: Sequence[Sequence[str]], columns: Sequence[str]) -> bool:
    place = next((i for i, c in enumerate(columns) if plain(c) == "timeperiod"), None)
    if place is None:
        return False
    periods = [row[place].strip() for row in below if len(row) > place and row[place].strip()]
    return bool(periods) and CALENDAR_YEAR.fullmatch(periods[0]) is not None
