"""What several sections need: tables shaped for reading, and the assumptions that a figure rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.draws import LEVELS as LEVELS
from sufficiency.words.say import amount, label, shown
from sufficiency.words.school_year import PHASES, phase_of

INTERVAL = "Middle forecast, with the range that holds 9 in 10 simulated futures."


def rests_on(area: Area, *parts: str) -> tuple[str, ...]:
    """Return the assumed and unverified values of `parts` in words, the area's own first; each says its status."""
    local = [
        f"{a.says}: {amount(a.value, a.unit)} ({a.status}{'; ' + a.source if a.source else ''})"
        for a in area.assumptions.itertuples()
        if a.assumption.split(".")[0] in parts and a.status != "sourced"
    ]
    overridden = set(area.assumptions["assumption"])
    day = date(area.base_year, 9, 1)
    national = [
        f"{rate.meaning}: {amount(rate.on(day), rate.unit)} ({rate.status}; {rate.source})"
        for name, rate in policy.all_rates().items()
        if name.split(".")[0] in parts and rate.is_doubtful and name not in overridden and min(rate.values) <= day
    ]
    notes = area.notes[area.notes["table"].isin(parts) & (area.notes["kind"] == "doubtful")]["says"]
    return tuple(dict.fromkeys([*local, *notes, *national]))


def with_interval(summary: pd.DataFrame, value: str, by: Sequence[str], *, how: str = "n") -> pd.DataFrame:
    """Return one row for each group: the middle, and the range in words. `summary` has *by, level and `value`."""
    wide = summary.pivot_table(index=list(by), columns="level", values=value, sort=False, observed=True)
    low, middle, high = (wide.columns[0], wide.columns[len(wide.columns) // 2], wide.columns[-1])
    ranges = [f"{shown(a, how)} to {shown(b, how)}" for a, b in zip(wide[low], wide[high], strict=True)]
    return pd.DataFrame({"middle": wide[middle], "9 in 10 between": ranges}, index=wide.index).reset_index()


def across(frame: pd.DataFrame, rows: Sequence[str], columns: str, value: str) -> pd.DataFrame:
    """Return a table with `columns` spread along the top, in their order of appearance."""
    wide = frame.pivot_table(index=list(rows), columns=columns, values=value, aggfunc="sum", sort=False, observed=True)
    order = list(dict.fromkeys(frame[columns]))
    wide = wide[order]
    wide.columns = [label(str(c)) for c in order]
    return wide.reset_index()


def middle(summary: pd.DataFrame, value: str, **at: object) -> tuple[float, float, float]:
    """Return low, middle and high of the one group that `at` names."""
    part = summary
    for column, wanted in at.items():
        part = part[part[column] == wanted]
    values = part.sort_values("level")[value].to_numpy(dtype=float)
    return float(values[0]), float(values[len(values) // 2]), float(values[-1])


def by_phase(frame: pd.DataFrame, value: str, by: Sequence[str]) -> pd.DataFrame:
    """Return totals by phase, in the order of schooling."""
    phased = frame.assign(phase=phase_of(frame["ncy"].to_numpy(dtype=int)))
    phased["phase"] = pd.Categorical(phased["phase"], list(PHASES), ordered=True)
    grouped = phased.groupby([*by, "phase"], as_index=False, observed=True)[value].sum()
    return grouped.assign(phase=grouped["phase"].astype(str))


def milestones(years: Sequence[int]) -> list[int]:
    """Return the years a table shows: the first, each of the five after it, those 7 and 10 later, and the last."""
    first = min(years)
    return [y for y in years if y - first in (0, 1, 2, 3, 4, 5, 7, 10) or y == max(years)]


def share(part: float, whole: float) -> float:
    """Return part of whole, or nothing where the whole is none."""
    return part / whole if whole else float(np.nan)
