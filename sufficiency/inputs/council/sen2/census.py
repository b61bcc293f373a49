"""From SEN2 returns to states: who held a plan on a census date, where and for what need.

A child is in the snapshot of a date if a named plan had started by then and had not ceased. The state is (ncy, need,
setting_type): the need ranked first, and the type of setting of the first-ranked placement open on the date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError
from sufficiency.inputs.council.sen2.sen2_return import Sen2
from sufficiency.words.vocabulary import NEEDS

# DfE, SEN2 guide, "SEN setting": where a child is educated when no establishment is named.
SEN_SETTINGS: Final[Mapping[str, str]] = {
    "OLA": "elsewhere",
    "OPA": "elsewhere",
    "EHE": "elsewhere",
    "OTH": "elsewhere",
    "NEET": "elsewhere",
    "NIEC": "elsewhere",
    "NIEO": "elsewhere",
    "EYP": "early_years",
}


def snapshot(sen2: Sen2, register: pd.DataFrame, *, on: date | None = None) -> pd.DataFrame:
    """Return who held a plan on a day: child, year, ncy, need, setting_type, urn, zone. One row for each child.

    Parameters
    ----------
    sen2
        A return; it tells what was open on any day up to its own census date.
    register
        Frame urn, setting_type (of the establishment, before units are told apart).
    on
        A day, by default the return's census date. The January that its academic year holds is `year`.

    Raises
    ------
    InputError
        If the day is after the return's census date.
    """
    day = pd.Timestamp(on) if on else sen2.census_date
    if day > sen2.census_date:
        raise InputError(
            f"the return tells nothing after its census date, {sen2.census_date:%d %B %Y}; {day:%d %B %Y} was asked for"
        )
    held = _held(sen2, register, day)
    kept = held[_why_left_out(held) == ""]
    return kept[["child", "year", "ncy", "need", "setting_type", "urn", "zone"]].reset_index(drop=True)


def left_out(sen2: Sen2) -> pd.Series:
    """Return how many plans open on the census date are in no snapshot, by why: a Series reason -> plans."""
    reasons = _why_left_out(_held(sen2, pd.DataFrame({"urn": [], "setting_type": []}), sen2.census_date))
    return reasons[reasons != ""].value_counts()


def _held(sen2: Sen2, register: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return plans open on a day with their state, fit to be counted or not."""
    year = day.year + (day.month > 8)
    placed = _placement(sen2, register, day)
    need = sen2.senneed[sen2.senneed["rank"] == 1].drop_duplicates("active_row").set_index("active_row")["need"]
    held = open_plans(sen2, day).merge(placed, on="active_row", how="left")
    held["need"] = held["active_row"].map(need).where(lambda n: n.isin(NEEDS), "UNK")
    held["setting_type"] = held["setting_type"].fillna("not_recorded")
    held["ncy"] = (year - 5 - held["cohort"]).astype("Int64")
    return held.assign(year=year, urn=held["urn"].fillna(""))


def _why_left_out(held: pd.DataFrame) -> pd.Series:
    """Return why each open plan can't be counted; blank where it can."""
    why = pd.Series("", index=held.index).mask(held["child"].duplicated(), "the child has another plan open")
    why = why.mask(~held["ncy"].between(-4, 20).fillna(value=False), "too young or too old for a plan")
    why = why.mask(held["ncy"].isna(), "no birth date that can be read")
    return why.mask(held["child"] == "", "no UPN, ULN or name")


def open_plans(sen2: Sen2, day: pd.Timestamp) -> pd.DataFrame:
    """Return plans open on a day with their child, one row for each plan: child, cohort, zone, active_row."""
    named, assessed, asked = sen2.namedplan, sen2.assessment, sen2.requests
    is_open = (named["started"] <= day) & (named["ceased"].isna() | (named["ceased"] > day))
    chain = (
        named.loc[is_open, ["assessment_row", "started"]]
        .merge(assessed[["row", "request_row"]], left_on="assessment_row", right_on="row")
        .merge(asked[["row", "person_row"]], left_on="request_row", right_on="row", suffixes=("", "_asked"))
        .merge(
            sen2.person[["row", "child", "cohort", "zone"]],
            left_on="person_row",
            right_on="row",
            suffixes=("", "_person"),
        )
    )
    active = sen2.activeplans.drop_duplicates("request_row").set_index("request_row")["row"]
    return chain.assign(active_row=chain["request_row"].map(active)).sort_values("started")[
        ["child", "cohort", "zone", "active_row"]
    ]


def _placement(sen2: Sen2, register: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the first-ranked placement open on a day, by active plan: active_row, setting_type, urn."""
    placed = sen2.placementdetail
    is_open = (placed["entered"].isna() | (placed["entered"] <= day)) & (placed["left"].isna() | (placed["left"] > day))
    first = placed[is_open].sort_values(["rank", "entered"], ascending=[True, False]).drop_duplicates("active_row")
    return first.assign(setting_type=setting_types(first, register))[["active_row", "setting_type", "urn"]]


def setting_types(placed: pd.DataFrame, register: pd.DataFrame) -> pd.Series:
    """Return the type of setting of each placement record (urn, ukprn, sen_setting, is_unit, is_resourced)."""
    types = register.drop_duplicates("urn").set_index("urn")["setting_type"]
    by_code = placed["sen_setting"].map(SEN_SETTINGS)
    college = pd.Series(np.where(placed["ukprn"] != "", "further_education", ""), index=placed.index).replace("", None)
    found = placed["urn"].map(types).astype(object).fillna(by_code).fillna(college).fillna("not_recorded")
    found = found.mask(placed["is_unit"] & (found == "mainstream"), "sen_unit")
    return found.mask(placed["is_resourced"] & (found == "mainstream"), "resourced_provision")
