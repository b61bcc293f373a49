"""Readers of DfE's *Education, health and care plans* release, person-level layouts (2025, and 2026 with new names).

Each function takes the release's folder or zip and returns every authority, region and England in our words; the
publisher's names and ours are in `dfe_ehc_plans_names`.

A blank `ncy` means all ages, `age` keeps the publisher's label. `x`, `z`, `c` and blanks are not published: NaN.
Ages: 'under 3' is NCY -2; ages 24 and 25 are both NCY 20, two rows to be summed; 'age 2 and under' is -2 and 'age 20 and over' 16. Stock ages are at 31
August; ages of new and ceased plans are on the day, so that a few of them belong one NCY away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError, nearest
from sufficiency.inputs.files.columns import january_of, numbers, plain
from sufficiency.inputs.files.release import Release, find_table
from sufficiency.inputs.releases.dfe_ehc_plans_names import (
    ASSESSMENTS,
    BY_RELEASE,
    GROUP_TOTALS,
    LEVELS,
    NEED_COLUMNS,
    NOT_USED,
    PLACE,
    PLACEMENT_LABELS,
    PLACEMENTS,
    REASONS,
    REQUESTS,
    TOTALS,
)
from sufficiency.inputs.releases.ehc_plan_files import FILES, header_of
from sufficiency.words.school_year import NCY_HIGH
from sufficiency.words.vocabulary import SETTING_TYPES


def stock(folder: str | Path | Release) -> pd.DataFrame:
    """Return plans in January by type of setting, all ages together and, where published, by NCY.

    Returns
    -------
    DataFrame
        authority, name, level, year, age, ncy, setting_type, plans. [plans] `age` is 'all' where `ncy` is blank. The twelve
        settings of a row sum to the published total: what no column explains is in `not_recorded`. `plans` is blank
        where the total itself is not published. Before January 2024 ages are not published by this release.
    """
    frame = _read(folder, "caseload", {**PLACEMENTS, **GROUP_TOTALS})
    return _by_setting(_ages(frame, started=False), "plans")


def placements(folder: str | Path | Release) -> pd.DataFrame:
    """Return plans in January by placement as published, finer than our types of setting.

    Returns
    -------
    DataFrame
        authority, name, level, year, age, ncy, total and one column for each of `PLACEMENTS` and `GROUP_TOTALS` that the
        release has; blank where not published. [plans]
    """
    columns = {**PLACEMENTS, **GROUP_TOTALS}
    frame = _ages(_read(folder, "caseload", columns), started=False)
    key = ["authority", "name", "level", "year", "age", "ncy", "total"]
    return frame[[*key, *[c for c in columns if c in frame]]].reset_index(drop=True)


def new_plans(folder: str | Path | Release) -> pd.DataFrame:
    """Return new plans by type of first setting; `year` is the January at the end of the calendar year. [children]"""
    frame = _read(folder, "new", {**PLACEMENTS, **GROUP_TOTALS})
    return _by_setting(_ages(frame, started=True), "children")


def ceased_plans(folder: str | Path | Release) -> pd.DataFrame:
    """Return ceased plans by reason, for all, by age and by last setting; `year` is the January at the end.

    Returns
    -------
    DataFrame
        authority, name, level, year, by, age, ncy, setting_type, reason, children. [children] `by` is 'all', 'age' or
        'setting_type'; a blank `reason` is every reason, the published total.
    """
    frame = _read(folder, "ceased", REASONS)
    frame = pd.concat([_ages(frame, started=True), _placements(frame)], ignore_index=True)
    wide = frame.rename(columns={**REASONS, "total": ""})
    return _long(wide, [*REASONS.values(), ""], "reason", "children")


def needs(folder: str | Path | Release) -> pd.DataFrame:
    """Return plans in the last January by primary need, for all, by age and by type of setting.

    Returns
    -------
    DataFrame
        authority, name, level, year, by, age, ncy, setting_type, need, plans. [plans] `by` is 'all', 'age' or 'setting_type'.
    """
    return _needs(folder, "needs", "plans", started=False)


def needs_by_placement(folder: str | Path | Release) -> pd.DataFrame:
    """Return plans in the last January by placement as published and primary need.

    Returns
    -------
    DataFrame
        authority, name, level, year, placement (the publisher's label, in small letters; totals too), need, plans. [plans]
    """
    frame = _read(folder, "needs", NEED_COLUMNS)
    kept = frame[frame["topic"] == "type of placement"].rename(columns={"label": "placement", **NEED_COLUMNS})
    key = ["authority", "name", "level", "year", "placement"]
    return kept.melt(key, [n for n in NEED_COLUMNS.values() if n in kept], "need", "plans")


def new_needs(folder: str | Path | Release) -> pd.DataFrame:
    """Return new plans of the last calendar year by primary need: as `needs`, with `children`. [children]"""
    return _needs(folder, "new_needs", "children", started=True)


def requests(folder: str | Path | Release) -> pd.DataFrame:
    """Return requests and assessments, all ages: authority, name, level, year, requests, agreed, refused, …, issued.

    `year` is the January at the end of the calendar year. Blank where not published. [requests; children]
    """
    key = ["authority", "name", "level", "year"]
    both = []
    for file, names in (("requests", REQUESTS), ("assessments", ASSESSMENTS)):
        frame = _read(folder, file, names)
        frame = frame[frame["topic"].str.startswith("all")].rename(columns=names)
        both.append(frame[key + [c for c in names.values() if c in frame]])
    joined = both[0].merge(both[1], on=key, how="outer", validate="one_to_one")
    counts = [c for c in joined if c not in key]
    return joined.astype(dict.fromkeys(counts, "Int64")).sort_values(key, ignore_index=True)


def _read(folder: str | Path | Release, file: str, names: dict[str, str]) -> pd.DataFrame:
    """Return one file with places and times in our words, `total`, and the columns of `names` as numbers."""
    text, source = find_table(folder, partial(header_of, file), FILES[file][1])
    known = [*PLACE, *names, *TOTALS]
    text.columns = _as_published(text.columns, known)
    unknown = [i for i, c in enumerate(text, start=1) if c not in known and not NOT_USED.fullmatch(c)]
    if unknown:
        lacking = [c for c in (*PLACE, *names) if c not in text and c not in BY_RELEASE]
        near = nearest(text.columns[unknown[0] - 1], lacking) or "; a later release may have added it"
        raise InputError(f"{source}: column {unknown[0]} is not one that this reader knows{near}")
    twice = [c for c in known if list(text.columns).count(c) > 1]
    if twice:
        raise InputError(f"{source}: the column '{twice[0]}' is there twice; keep one")
    total = [c for c in TOTALS if c in text]
    missing = [c for c in (*PLACE, *names) if c not in text and c not in BY_RELEASE]
    missing += [] if total or file in ("requests", "assessments") else [TOTALS[0]]
    missing += [c for c, instead in BY_RELEASE.items() if c in names and instead and not {c, instead} & set(text)]
    if missing:
        raise InputError(f"{source}: the column '{missing[0]}' is missing; is this the publisher's file, whole?")
    frame = text.rename(columns={c: ours for c, ours in PLACE.items() if ours})
    if total:
        frame["total"] = numbers(frame[total[0]], source=source)
    for column in names:
        if column in frame:
            frame[column] = numbers(frame[column], source=source)
    frame["year"] = january_of(frame["year"], source=source)
    bad = sorted(set(frame["level"]) - set(LEVELS))
    if bad:
        raise InputError(f"{source}: geographic_level '{bad[0]}' is not one of {', '.join(LEVELS)}")
    frame["level"] = frame["level"].map(LEVELS)
    regional, national = frame["level"] == "region", frame["level"] == "nation"
    frame["authority"] = frame["authority"].mask(regional, frame["region"]).mask(national, frame["country"])
    frame["name"] = frame["name"].mask(regional, frame["region_name"]).mask(national, "England")
    frame["topic"] = frame["topic"].str.strip().str.lower()
    frame["label"] = frame["label"].str.strip().str.lower()
    return frame


def _as_published(columns: Iterable[str], known: Sequence[str]) -> list[str]:
    """Return a header in the publisher's own spelling: 'Time period' and 'TIME_PERIOD' are `time_period`."""
    spelt = {plain(c): c for c in known}
    return [spelt.get(plain(c), re.sub(r"[^a-z0-9]+", "_", str(c).lower()).strip("_")) for c in columns]


def ncy_of_label(label: str) -> float:
    """Return the NCY of a published age label, or NaN for 'unknown' and all ages."""
    label = label.strip().lower()
    if label in ("under 3", "age 2 and under", "under 5"):
        return -2.0
    found = re.fullmatch(r"age (\d+)( and over)?", label)
    return float(min(int(found.group(1)) - 4, NCY_HIGH)) if found else np.nan


def _ages(frame: pd.DataFrame, *, started: bool) -> pd.DataFrame:
    """Return the rows of all ages and those by age, with `by`, `age` and `ncy`; `started`: ages at the event."""
    topics = frame["topic"]
    by_age = topics.str.startswith("age at start of academic") | topics.isin(["child or young persons age"])
    if started:
        by_age = by_age | topics.isin(["age when plan started", "age plan ceased"])
    is_all = topics.str.fullmatch(r"(all )?(new |ceased )?ehc plans")
    kept = frame[by_age | is_all].copy()
    kept["by"] = np.where(is_all[kept.index], "all", "age")
    kept["age"] = kept["label"].where(kept["by"] == "age", "all")
    kept["ncy"] = kept["age"].map(ncy_of_label).astype("Int64")
    kept["setting_type"] = ""
    return kept


def _placements(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by type of placement, their labels as our settings, summed; group totals left out."""
    kept = frame[(frame["topic"] == "type of placement") & ~frame["label"].str.endswith("total")].copy()
    kept["setting_type"] = kept["label"].map(setting_of_label)
    key = ["authority", "name", "level", "year", "setting_type"]
    counts = kept.select_dtypes("number").columns.difference(key)
    summed = kept.groupby(key, as_index=False)[list(counts)].sum(min_count=1)
    return summed.assign(by="setting_type", age="all", ncy=pd.array([pd.NA] * len(summed), dtype="Int64"))


def setting_of_label(label: str) -> str:
    """Return our type of setting for a label of 'Type of placement' such as 'Special - LA maintained'."""
    words = label.strip().lower()
    if words.startswith("educated elsewhere"):
        return "elsewhere"
    if words.endswith("(sen unit)"):
        return "sen_unit"
    if words.endswith("(resourced provision)"):
        return "resourced_provision"
    if words not in PLACEMENT_LABELS:
        raise InputError(f"the placement '{label}' is not one that this reader knows{nearest(words, PLACEMENT_LABELS)}")
    return PLACEMENT_LABELS[words]


def _by_setting(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return plans by setting: columns summed, group totals kept, and the rest of the total in `not_recorded`."""
    counts = pd.DataFrame(0.0, index=frame.index, columns=list(SETTING_TYPES))
    for column, setting_type in PLACEMENTS.items():
        if column in frame:
            counts[setting_type] += frame[column].fillna(0)
    for column, setting_type in GROUP_TOTALS.items():
        members = [s for s in SETTING_TYPES if SETTING_TYPES[s].group == SETTING_TYPES[setting_type].group]
        counts[setting_type] += (frame[column] - counts[members].sum(axis=1)).fillna(0)
    counts["not_recorded"] += frame["total"] - counts.sum(axis=1)
    wide = pd.concat([frame[["authority", "name", "level", "year", "age", "ncy"]], counts], axis=1)
    wide.loc[frame["total"].isna(), list(SETTING_TYPES)] = np.nan
    return _long(wide, list(SETTING_TYPES), "setting_type", value)


def _needs(folder: str | Path | Release, file: str, value: str, *, started: bool) -> pd.DataFrame:
    frame = _read(folder, file, NEED_COLUMNS)
    frame = pd.concat([_ages(frame, started=started), _placements(frame)], ignore_index=True)
    return _long(frame.rename(columns=NEED_COLUMNS), list(NEED_COLUMNS.values()), "need", value)


KEY: Final = ("authority", "name", "level", "year", "by", "age", "ncy", "setting_type")


def _long(wide: pd.DataFrame, columns: list[str], label: str, value: str) -> pd.DataFrame:
    """Return one row for each count: columns that this release lacks are left out."""
    key = [k for k in KEY if k in wide and k != label]
    long = wide.melt(key, [c for c in columns if c in wide], label, value)
    long[value] = long[value].round().astype("Int64")
    return long.sort_values([*key, label], ignore_index=True, na_position="first")
