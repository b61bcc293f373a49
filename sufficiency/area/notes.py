"""What a reader of an area must know: what was read, assumed, doubtful or missing, and what each gap costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from sufficiency.area import followed
from sufficiency.area.area import TABLES
from sufficiency.area.area_toml import AreaToml
from sufficiency.area.crossed import doubts
from sufficiency.errors import one_of
from sufficiency.words.say import amount
from sufficiency.words.vocabulary import SPECIALIST


def notes(
    settings: AreaToml,
    found: Mapping[str, pd.DataFrame],
    assumptions: pd.DataFrame,
    unread: Sequence[tuple[str, str, str]] = (),
) -> pd.DataFrame:
    """Return notes on an area as it was read, as `tables.NOTES`; `unread` are files that are no table of an area."""
    rows = [(t, "read", s) for t, s in settings.get("sources", {}).items()]
    rows += [(n.get("table", "area"), n.get("kind", "doubtful"), n["says"]) for n in settings.get("notes", [])]
    rows += [
        (a.assumption.split(".")[0], "assumed", f"{a.says}: {amount(a.value, a.unit)} ({a.source or 'no source'})")
        for a in assumptions.itertuples()
        if a.status in ("assumed", "unverified")
    ]
    if settings.get("roads"):
        rows.append(("travel", "read", f"journeys follow the roads of {Path(settings['roads']).name}"))
    told = {table for table, kind, _ in rows if kind == "missing"}
    rows += [
        (name, "missing", f"no {table.file}: {table.without}")
        for name, table in TABLES.items()
        if table.without and name not in found and name not in told
    ]
    if "transitions" in found:
        rows.append(followed.note(found["transitions"], settings["authorities"], settings["base_year"]))
    if "in_year" in found:
        rows.append(in_year_note(settings, found))
    rows += [*doubts(settings, found), *_without_places(found), *unread]
    return pd.DataFrame(rows, columns=["table", "kind", "says"])


def _without_places(found: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    """Return a note on specialist settings that are said to have a number of places, and have none."""
    if not {"settings", "places"} <= set(found):
        return []
    settings = found["settings"]
    known = settings["setting"].isin(found["places"]["setting"])
    lacking = settings[settings["has_number"] & settings["setting_type"].isin(SPECIALIST) & ~known]
    if lacking.empty:
        return []
    says = (
        f"{one_of(lacking['setting'], 5)}: no row in places.csv, so no places but those of pipeline.csv; "
        "give their places, or has_number = false where the number is not known"
    )
    return [("places", "doubtful", says)]


def in_year_note(settings: AreaToml, found: Mapping[str, pd.DataFrame]) -> tuple[str, str, str]:
    """Return the note (table, kind, says) on how far the year in progress is known, and whether it is used."""
    last = found["in_year"]["month"].max()
    whose = "transitions" in found and not followed.why_not_followed(
        found["transitions"], settings["authorities"], settings["base_year"]
    )
    if whose:
        says = "the year in progress is not used: rates are counted from children followed"
        return "in_year", "doubtful", says
    return "in_year", "read", f"January {settings['base_year'] + 1} is forecast from the council's own months to {last}"
