"""Reader of the input folder of `witan.send`: transitions, population, costs and valid states, checked.

    calendar-year -> year          academic-year-1, -2 -> ncy_1, ncy_2 (NCY as ours: Reception 0)
    setting-1, need-1, … NONSEND -> setting_1, need_1, … '' (no plan)
    population: calendar-year · academic-year · population -> year · ncy · children
    costs: need · setting · cost -> need · setting_type · gbp
    valid-states: min-academic-year, max-academic-year, needs, setting->setting -> ncy_low, ncy_high, needs, moves_to

A transition is from January of `year` to January of `year` + 1. Settings and needs keep the authority's own codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency import tables
from sufficiency.errors import Fault, FaultyTableError
from sufficiency.inputs.files.columns import numbers, take, whole_numbers
from sufficiency.inputs.files.text import read_text_table

NONE: Final = "NONSEND"


@dataclass(frozen=True, eq=False)
class WitanInputs:
    """What such a folder holds; `costs` and `valid_states` are empty where there is no file."""

    transitions: pd.DataFrame
    population: pd.DataFrame
    costs: pd.DataFrame
    valid_states: pd.DataFrame


def read(folder: str | Path) -> WitanInputs:
    """Return a folder's tables, typed.

    Raises
    ------
    MissingError
        If transitions.csv or population.csv is not there.
    FaultyTableError
        Naming each transition whose child isn't a year older.
    """
    place = Path(folder)
    return WitanInputs(
        _transitions(place / "transitions.csv"),
        _population(place / "population.csv"),
        _costs(place / "costs.csv"),
        _valid_states(place / "valid-states.csv"),
    )


def _transitions(path: Path) -> pd.DataFrame:
    names = {"year": "calendar-year", "ncy_1": "academic-year-1", "ncy_2": "academic-year-2"}
    names |= {f"{what}_{n}": f"{what}-{n}" for n in (1, 2) for what in ("setting", "need")}
    frame = take(read_text_table(path), names, source=path.name)
    for column in ("year", "ncy_1", "ncy_2"):
        frame[column] = whole_numbers(frame[column], source=path.name)
    for column in ("setting_1", "need_1", "setting_2", "need_2"):
        frame[column] = frame[column].str.strip().replace(NONE, "")
    wrong = frame.index[frame["ncy_2"] != frame["ncy_1"] + 1]
    if len(wrong):
        faults = [
            Fault(i + 2, "academic-year-2", f"{frame.at[i, 'ncy_2']} is not one more than {frame.at[i, 'ncy_1']}")
            for i in wrong
        ]
        raise FaultyTableError(path.name, faults)
    kind = pd.Series("stayer", index=frame.index)
    kind = kind.mask(frame["setting_1"] != frame["setting_2"], "mover")
    kind = kind.mask(frame["setting_1"] == "", "joiner").mask(frame["setting_2"] == "", "leaver")
    return frame.assign(kind=kind)


def _population(path: Path) -> pd.DataFrame:
    names = {"year": "calendar-year", "ncy": "academic-year", "children": "population"}
    frame = take(read_text_table(path), names, source=path.name)
    whole = {c: whole_numbers(frame[c], source=path.name) for c in ("year", "ncy")}
    return frame.assign(**whole, children=numbers(frame["children"], source=path.name))


def _costs(path: Path) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame(columns=["need", "setting_type", "gbp"])
    frame = take(read_text_table(path), {"need": "need", "setting_type": "setting", "gbp": "cost"}, source=path.name)
    return frame.assign(gbp=numbers(frame["gbp"], source=path.name))


def _valid_states(path: Path) -> pd.DataFrame:
    columns = {
        "setting_type": "setting",
        "group": "setting-group",
        "ncy_low": "min-academic-year",
        "ncy_high": "max-academic-year",
        "needs": "needs",
        "moves_to": "setting->setting",
    }
    if not path.is_file():
        return pd.DataFrame(columns=list(columns))
    frame = take(read_text_table(path), columns, source=path.name, optional=["group", "moves_to"])
    for column in ("ncy_low", "ncy_high"):
        frame[column] = whole_numbers(frame[column], source=path.name)
    for column in ("needs", "moves_to"):
        if column in frame:
            frame[column] = frame[column].str.replace(r"\s*,\s*", " ", regex=True)
    return frame


def from_witan(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the transitions of `read` as `tables.TRANSITIONS`; `year` becomes the January after."""
    names = {
        "ncy_1": "ncy",
        "need_1": "need",
        "setting_1": "setting_type",
        "need_2": "need_after",
        "setting_2": "setting_type_after",
    }
    own = frame.rename(columns=names).assign(year=frame["year"] + 1)
    counted = own.groupby(["year", *names.values()], as_index=False).size().rename(columns={"size": "children"})
    return tables.check(counted, tables.TRANSITIONS, source="transitions.csv")
