"""Readers of DfE's *Education, health and care plans*, 2022 release: the series from 2010, statements included.

    establishment_type, establishment_group -> setting       characteristic_age -> age_group
    Total_all (statements and plans)        -> plans          time_period 2022   -> year 2022

Ages are five bands, at 31 August. Statements and plans are counted together, as the series is to be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError, nearest
from sufficiency.inputs.files.columns import numbers, plain, take, whole_numbers
from sufficiency.inputs.files.release import Release, find_table
from sufficiency.words.vocabulary import SETTING_TYPES

LEVELS: Final = {"Local authority": "authority", "Regional": "region", "National": "nation"}
PLACE: Final = {
    "year": "time_period",
    "level": "geographic_level",
    "region": "region_code",
    "region_name": "region_name",
    "number": "old_la_code",
    "authority": "new_la_code",
    "name": "la_name",
}
AGE_GROUPS: Final = {
    "under 5": "under 5",
    "age 5 to 10": "5-10",
    "age 11 to 15": "11-15",
    "age 16 to 19": "16-19",
    "age 20 to 25": "20-25",
    "total": "all",
}
# Types that we hold apart from the rest of their group.
APART: Final = {
    "mainstream - academy - resourced provision": "resourced_provision",
    "mainstream - free school - resourced provision": "resourced_provision",
    "mainstream - la maintained - resourced provision": "resourced_provision",
    "mainstream - academy - sen unit": "sen_unit",
    "mainstream - free school - sen unit": "sen_unit",
    "mainstream - la maintained - sen unit": "sen_unit",
    "special - independent": "independent_special",
    "special - non-maintained": "non_maintained_special",
    "specialist post-16 institutions": "specialist_post_16",
    "independent specialist providers": "specialist_post_16",
    "awaiting provision": "not_recorded",
    "permanently excluded": "not_recorded",
}
GROUPS: Final = {
    "mainstream school": "mainstream",
    "special school": "special",
    "alternative provision/pupil referral unit": "alternative_provision",
    "further education": "further_education",
    "educated elsewhere": "elsewhere",
    "non-maintained early years": "early_years",
    "neet": "elsewhere",
    "other": "not_recorded",  # as the 2025 release leaves it over
    "unknown": "not_recorded",
    "total": "",
}


def stock(folder: str | Path | Release) -> pd.DataFrame:
    """Return plans in January by type of setting, 2010 to 2022: authority, name, level, year, setting, plans. [plans]

    The twelve settings sum to the published total; what no group explains is in `not_recorded`.
    """
    return _by_setting(_read(folder, "sen2_estab_caseload.csv", "Total_all"), "plans")


def new_plans(folder: str | Path | Release) -> pd.DataFrame:
    """Return new plans by type of first setting; `year` is the January at the end of the calendar year. [children]"""
    frame = _read(folder, "sen2_estab_new_plans.csv", "Total_new_all")
    return _by_setting(frame.assign(year=frame["year"] + 1), "children")


def stock_by_age_group(folder: str | Path | Release) -> pd.DataFrame:
    """Return plans in January by age group, and 'all': authority, name, level, year, age_group, plans. [plans]"""
    return _by_age(_read(folder, "sen2_age_caseload.csv", "Total_all"), "plans")


def new_plans_by_age_group(folder: str | Path | Release) -> pd.DataFrame:
    """Return new plans by age group, as `stock_by_age_group`; `year` is the January at the end. [children]"""
    frame = _read(folder, "sen2_age_new_plans.csv", "Total_new_all")
    return _by_age(frame.assign(year=frame["year"] + 1), "children")


def _read(folder: str | Path | Release, file: str, total: str) -> pd.DataFrame:
    wanted = {plain(total), plain("characteristic_age" if "_age_" in file else "establishment_type")}
    text, source = find_table(folder, lambda head: _header(head, wanted), [file])
    more = (
        {"age": "characteristic_age"}
        if "age" in file.split("_")
        else {
            "type": "establishment_type",
            "group": "establishment_group",
        }
    )
    frame = take(text, {**PLACE, **more, "count": total}, source=source)
    frame["count"] = numbers(frame["count"], source=source)
    frame["year"] = whole_numbers(frame["year"], source=source)
    for column, known in (("age", AGE_GROUPS), ("group", GROUPS)):
        if column in frame:
            frame[column] = frame[column].str.strip().str.lower()
            unknown = sorted(set(frame[column]) - set(known))
            if unknown:
                raise InputError(
                    f"{source}: '{unknown[0]}' is not one that this reader knows{nearest(unknown[0], known)}"
                )
    bad = sorted(set(frame["level"]) - set(LEVELS))
    if bad:
        raise InputError(f"{source}: geographic_level '{bad[0]}' is not one of {', '.join(LEVELS)}")
    frame["level"] = frame["level"].map(LEVELS)
    regional, national = frame["level"] == "region", frame["level"] == "nation"
    frame["authority"] = frame["authority"].mask(regional, frame["region"]).mask(national, "E92000001")
    frame["name"] = frame["name"].mask(regional, frame["region_name"]).mask(national, "England")
    return frame


def _header(head: Sequence[Sequence[str]], wanted: set[str]) -> int | None:
    return next((top for top, row in enumerate(head) if wanted <= {plain(c) for c in row}), None)


KEY: Final = ["authority", "name", "level", "year"]


def _by_setting(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    is_total = frame["type"].str.strip().str.lower() == "total"
    totals = frame[is_total].pivot_table(index=KEY, columns="group", values="count", aggfunc="sum", min_count=1)
    leaves = frame[~is_total].copy()
    # "Awaiting provision" is given as a total in some years and by age in others; where both are, the total is kept.
    waiting = leaves["type"].str.lower().str.startswith("awaiting provision")
    summed = leaves["type"].str.lower().eq("awaiting provision - total") & leaves["count"].notna()
    has_total = leaves.set_index(KEY).index.isin(leaves[summed].set_index(KEY).index)
    leaves = leaves[~(waiting & has_total & ~summed)]
    leaves["setting_type"] = (
        leaves["type"].str.strip().str.lower().str.replace(r"^(awaiting provision).*", r"\1", regex=True)
    )
    apart = leaves.assign(setting_type=leaves["setting_type"].map(APART)).dropna(subset=["setting_type"])
    split = apart.pivot_table(index=[*KEY, "group"], columns="setting_type", values="count", aggfunc="sum")
    split = split.reindex(columns=sorted(set(APART.values()))).fillna(0)
    counts = pd.DataFrame(0.0, index=totals.index, columns=list(SETTING_TYPES))
    for group, setting_type in GROUPS.items():
        if not setting_type or group not in totals:
            continue
        inside = (
            split.xs(group, level="group").reindex(counts.index).fillna(0)
            if group in split.index.get_level_values("group")
            else 0.0
        )
        total = totals[group].fillna(0)
        if isinstance(inside, pd.DataFrame):
            inside = inside.mul(np.where(inside.sum(axis=1) > total, 0.0, 1.0), axis=0)
            counts[inside.columns] += inside
            total = total - inside.sum(axis=1)
        counts[setting_type] += total
    counts["not_recorded"] += totals["total"] - counts.sum(axis=1)
    counts[totals["total"].isna()] = np.nan
    long = counts.reset_index().melt(KEY, list(SETTING_TYPES), "setting_type", value)
    long[value] = long[value].round().astype("Int64")
    return long.sort_values([*KEY, "setting_type"], ignore_index=True)


def _by_age(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    frame = frame.assign(age_group=frame["age"].map(AGE_GROUPS))
    frame[value] = frame["count"].round().astype("Int64")
    return frame[[*KEY, "age_group", value]].sort_values([*KEY, "age_group"], ignore_index=True)
