"""What a reader of an area must know: what was read, assumed, doubtful or missing, and what each gap costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from sufficiency.area import followed
from sufficiency.area.crossed import doubts

# What an area can't do for want of a table: said in its notes.
GAPS: Final = {
    "states": "needs are shared out by the national pattern",
    "flows": "joiners and leavers are inferred from the stock alone",
    "requests": "levers on requests and thresholds can't be tested",
    "sen_support": "SEN Support is not forecast",
    "zones": "nothing is allocated, and no journey is estimated",
    "zone_children": "children are shared out evenly among zones",
    "settings": "nothing is allocated, and no journey is estimated",
    "places": "nothing is allocated, and no journey is estimated",
    "suitability": "the library's own table of which designation suits which need is used",
    "unit_costs": "national unit costs are used",
    "vehicles": "the library's assumed vehicle costs are used",
}


def notes(
    settings: Mapping[str, Any],
    found: Mapping[str, Any],
    assumptions: pd.DataFrame,
    unread: Sequence[tuple[str, str, str]] = (),
) -> pd.DataFrame:
    """Return notes on an area as it was read, as `tables.NOTES`; `unread` are files that are no table of an area."""
    rows = [(t, "read", s) for t, s in settings.get("sources", {}).items()]
    rows += [(n.get("table", "area"), n.get("kind", "doubtful"), n["says"]) for n in settings.get("notes", [])]
    rows += [
        (a.assumption.split(".")[0], "assumed", f"{a.says}: {a.value:g} {a.unit} ({a.source or 'no source'})")
        for a in assumptions.itertuples()
        if a.status in ("assumed", "unverified")
    ]
    told = {table for table, kind, _ in rows if kind == "missing"}
    rows += [
        (name, "missing", f"no {name}.csv: {cost}")
        for name, cost in GAPS.items()
        if name not in found and name not in told
    ]
    if "transitions" in found:
        rows.append(followed.note(found["transitions"], settings["authorities"], settings["base_year"]))
    rows += [*doubts(settings, found), *unread]
    return pd.DataFrame(rows, columns=["table", "kind", "says"])
