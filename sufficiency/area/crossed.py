"""What only shows when an area's tables are read together.

Unknown codes, gaps between years, ranges upside down, points that are nowhere, and counts that can't both be right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.area.area import TABLES
from sufficiency.area.area_toml import AreaToml
from sufficiency.area.great_britain import is_in_great_britain
from sufficiency.area.in_year_faults import beyond_sense, in_year_faults
from sufficiency.area.overflow_faults import overflow_faults
from sufficiency.area.pipeline_faults import pipeline_faults
from sufficiency.errors import Fault, FaultyTableError, InputError, SufficiencyError, nearest, one_of
from sufficiency.tables.shown_value import shown_value
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

AUTHORITY_CODE: Final = (
    r"(?:E0[689]|E10|W06|S12)0000\d\d"  # ONS: unitary, metropolitan, London, county; Wales; Scotland
)
JOINED: Final = r"[,;/+&]"  # needs written together
FAR_ZONE_KM: Final = 150  # no English authority reaches as far from its middle


def cross_faults(settings: AreaToml, found: Mapping[str, pd.DataFrame]) -> Iterator[SufficiencyError]:
    """Yield an error for each table for what only shows when tables are read together.

    Parameters
    ----------
    settings
        What area.toml says: `authorities` and `base_year` are used.
    found
        Checked tables by name.
    """
    refers = {
        "authority": list(settings["authorities"]),
        "zone": list(found["zones"]["zone"]) if "zones" in found else None,
        "setting": list(found["settings"]["setting"]) if "settings" in found else None,
    }
    by_itself = dict.fromkeys(("population", "plans", "sen_support"), _year_gaps)
    by_itself |= {"overflow": overflow_faults, "transitions": _unknown_states}
    for name, frame in found.items():
        faults = [f for c, known in refers.items() for f in _unknown(name, frame, c, known)]
        faults += by_itself[name](frame) if name in by_itself else []
        if name == "pipeline":
            faults += _misplaced(frame.dropna(subset=["easting", "northing"])) + _unknown_designations(frame)
            if "settings" in found and "places" in found:
                faults += pipeline_faults(frame, found["settings"], found["places"], settings["base_year"])
        if name == "in_year":
            faults += in_year_faults(frame, settings["authorities"], settings["base_year"])
            faults += beyond_sense(frame, next(iter(settings["authorities"])), *_base_year_stock(settings, found))
        if name == "zones":
            faults += _misplaced(frame) + _far_from_the_rest(frame)
        if name == "settings":
            faults += setting_faults(frame)
            faults += _no_authority(frame, refers["authority"] or [])
        if faults:
            yield FaultyTableError(TABLES[name].file, faults)
    yield from _base_year_faults(settings, found)


def setting_faults(frame: pd.DataFrame) -> list[Fault]:
    """Return what is wrong between the columns of a table of settings: places that are nowhere, ages upside down."""
    return _misplaced(frame) + _upside_down(frame) + _unknown_designations(frame)


def doubts(settings: AreaToml, found: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    """Return notes (table, kind, says) on what differs between tables or begins late, each of which may be right."""
    return [*_counts_that_differ(settings, found), *_places_from_later(settings, found)]


def _places_from_later(settings: AreaToml, found: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    if "places" not in found:
        return []
    first = found["places"].groupby("setting")["year"].min()
    return [
        (
            "places",
            "doubtful",
            f"{code} has no places before January {year} in places.csv, so nobody is placed there before then; if it is open "
            f"in January {settings['base_year']}, add a row with its places of that year",
        )
        for code, year in first[first > settings["base_year"]].items()
    ]


def _counts_that_differ(settings: AreaToml, found: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    if "states" not in found:
        return []
    year = settings["base_year"]
    told, held = (_base_year_plans(found[name], year) for name in ("plans", "states"))
    return [
        (
            "states",
            "doubtful",
            f"{code}: {held[code]:,} plans in states.csv in {year}, {told[code]:,} in plans.csv; "
            "the forecast starts from states.csv, and its rates come from plans.csv",
        )
        for code in settings["authorities"]
        if held.get(code, 0) != told.get(code, 0)
    ]


def _base_year_plans(frame: pd.DataFrame, year: int) -> dict[str, int]:
    return {str(k): int(v) for k, v in frame[frame["year"] == year].groupby("authority")["plans"].sum().items()}


def _misplaced(frame: pd.DataFrame) -> list[Fault]:
    outside = frame.index[~is_in_great_britain(frame["easting"], frame["northing"])]
    return [
        Fault(
            i + 2,
            "easting, northing",
            f"{frame.at[i, 'easting']:.0f}, {frame.at[i, 'northing']:.0f} is not on land in Great Britain; "
            "metres on the British National Grid are needed, easting first",
        )
        for i in outside
    ]


def _far_from_the_rest(frame: pd.DataFrame) -> list[Fault]:
    middles = frame.groupby("authority")[["easting", "northing"]].transform("median")
    km = np.hypot(frame["easting"] - middles["easting"], frame["northing"] - middles["northing"]) / 1_000
    return [
        Fault(
            i + 2,
            "easting, northing",
            f"{frame.at[i, 'easting']:.0f}, {frame.at[i, 'northing']:.0f} is {km[i]:.0f} km from the middle of its "
            f"authority's zones; within {FAR_ZONE_KM} km is expected",
        )
        for i in frame.index[(km > FAR_ZONE_KM) & is_in_great_britain(frame["easting"], frame["northing"])]
    ]


def _upside_down(frame: pd.DataFrame) -> list[Fault]:
    return [
        Fault(i + 2, "ncy_low", f"{frame.at[i, 'ncy_low']} is above ncy_high, {frame.at[i, 'ncy_high']}; swap them")
        for i in frame.index[frame["ncy_low"] > frame["ncy_high"]]
    ]


def _unknown(name: str, frame: pd.DataFrame, column: str, known: Sequence[str] | None) -> list[Fault]:
    owns = {"zones": "zone", "settings": "setting", "pipeline": "setting"}.get(name) == column
    if known is None or column not in frame or owns:
        return []
    # A school across the border is allowed; an option may be to open a setting that is not there yet.
    held_elsewhere = (name, column) in {("settings", "authority"), ("options", "authority"), ("options", "setting")}
    blank = {""} if name in ("transitions", "in_year") else set()  # an area's only authority
    wrong = frame.index[~frame[column].isin({*known, *blank})] if not held_elsewhere else []
    return [
        Fault(
            i + 2,
            column,
            f"{shown_value(frame.at[i, column])} is not one of {one_of(known, 4)}{nearest(frame.at[i, column], known)}",
        )
        for i in wrong
    ]


def _unknown_states(frame: pd.DataFrame) -> list[Fault]:
    """Find needs and settings of transitions in codes that are not ours: a forecast can't place them."""
    return [
        Fault(
            i + 2,
            column,
            f"{shown_value(frame.at[i, column])} is not one of {one_of(known)}{nearest(frame.at[i, column], known)}",
        )
        for column, known in (
            *((c, list(NEEDS)) for c in ("need", "need_after")),
            *((c, list(SETTING_TYPES)) for c in ("setting_type", "setting_type_after")),
        )
        for i in frame.index[~frame[column].isin(["", *known])]
    ]


def _no_authority(frame: pd.DataFrame, own: Sequence[str]) -> list[Fault]:
    """Find schools of an authority that has no authority's code: one across the border has another's of Great Britain."""
    wrong = frame.index[~frame["authority"].isin(own) & ~frame["authority"].str.fullmatch(AUTHORITY_CODE)]
    return [
        Fault(
            i + 2,
            "authority",
            f"{shown_value(frame.at[i, 'authority'])} is no authority's code: {one_of(own, 4)}, or another's, such as E10000018"
            f"{nearest(frame.at[i, 'authority'], own)}",
        )
        for i in wrong
    ]


def _unknown_designations(frame: pd.DataFrame) -> list[Fault]:
    return [
        Fault(i + 2, "needs", f"{_shown(need, str(needs))} is not one of {one_of(NEEDS)}{_hint(need)}")
        for i, needs in frame["needs"].items()
        for need in str(needs).split()
        if need not in NEEDS
    ]


def _shown(need: str, cell: str) -> str:
    """Return a need that isn't one as an error may show it: codes run together are shown, a cell of other words isn't."""
    if set(re.split(JOINED, need)) <= set(NEEDS):
        return f"'{need}'"
    return shown_value(need if set(cell.split()) & set(NEEDS) else cell)


def _hint(need: str) -> str:
    return "; put a space between needs, as ASD SEMH" if re.search(JOINED, need) else nearest(need, NEEDS)


def _year_gaps(frame: pd.DataFrame) -> list[Fault]:
    by = ["authority", "phase"] if "phase" in frame else ["authority"]
    faults = []
    for key, years in frame.groupby(by)["year"].unique().items():
        gaps = sorted(set(range(min(years), max(years) + 1)) - set(years))
        who = ", ".join(key) if isinstance(key, tuple) else key
        faults += [Fault(None, "year", f"{who} has no {g}, though it has years before and after") for g in gaps]
    return faults


def _base_year_stock(settings: AreaToml, found: Mapping[str, pd.DataFrame]) -> tuple[dict[str, int], dict[str, int]]:
    """Return plans and children of the base year by authority, of the tables that are there. [plans, children]"""
    year = settings["base_year"]
    plans = _base_year_plans(found["plans"], year) if "plans" in found else {}
    if "population" not in found:
        return plans, {}
    people = found["population"].query("year == @year").groupby("authority")["children"].sum()
    return plans, {str(code): int(children) for code, children in people.items()}


def _base_year_faults(settings: AreaToml, found: Mapping[str, pd.DataFrame]) -> Iterator[SufficiencyError]:
    year = settings["base_year"]
    for name in ("plans", "states", "population"):
        if name in found:
            have = set(found[name].loc[found[name]["year"] == year, "authority"])
            for code in settings["authorities"]:
                if code not in have:
                    yield InputError(f"{name}.csv has no rows for {code} in {year}, the base year of area.toml")
    if "plans" in found and "population" in found:
        plans = _base_year_plans(found["plans"], year)
        people = found["population"].query("year == @year").groupby("authority")["children"].sum()
        for code in settings["authorities"]:
            if code in plans and code in people.index and plans[code] > people[code]:
                yield InputError(
                    f"plans.csv has {plans[code]:,} plans for {code} in {year}, more than its {people[code]:,.0f} "
                    "children in population.csv: one of the two is wrong"
                )
