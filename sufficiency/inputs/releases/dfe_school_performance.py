"""Readers of DfE's *Compare school and college performance*: its school census and absence files, one row for each school.

URN -> school    SCHOOLTYPE -> phase    NOR -> pupils    TSENELK -> sen_support    TSENELSE -> plans
PERCTOT -> absence_percent, of the absence file

The year stands in the name of the folder that the publisher sends, 2018-2019, and in no column.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from sufficiency.inputs.files.columns import NOT_PUBLISHED, take
from sufficiency.inputs.files.sheets import Sheet, Source, sheet_of

PHASES: Final = {
    "state-funded nursery": "nursery",
    "state-funded primary": "primary",
    "state-funded secondary": "secondary",
    "state-funded special school": "special",
    "pupil referral unit": "alternative_provision",
    "state-funded ap school": "alternative_provision",
}


def school_census(source: Source) -> pd.DataFrame:
    """Return every state-funded school: school, number (of its authority), phase, pupils, sen_support, plans, year.

    `year` is the January of the count, from the name of the file or its folder; blank where neither has it.
    """
    sheet = sheet_of(source)
    names = {
        "school": "URN",
        "number": "LA",
        "phase": "SCHOOLTYPE",
        "pupils": "NOR",
        "sen_support": "TSENELK",
        "plans": "TSENELSE",
    }
    frame = take(sheet.frame(), names, source=sheet.name, optional=["number"])
    frame["phase"] = frame["phase"].str.strip().str.lower().map(PHASES)
    for column in ("pupils", "sen_support", "plans"):
        frame[column] = _number(frame[column]).astype("Int64")
    frame["year"] = pd.array([january_of(sheet)] * len(frame), dtype="Int64")
    return frame.dropna(subset=["phase", "pupils", "sen_support", "plans"]).reset_index(drop=True)


def absence(source: Source) -> pd.Series:
    """Return the share of sessions missed, by school. [%]"""
    sheet = sheet_of(source)
    frame = take(sheet.frame(), {"school": "URN", "absence_percent": "PERCTOT"}, source=sheet.name)
    return _number(frame["absence_percent"]).set_axis(frame["school"]).dropna()


def january_of(sheet: Sheet) -> int | None:
    """Return the January of an academic year that stands in the name of a file or of what holds it: 2019 of 2018-2019."""
    names = [*(str(member) for member in reversed(sheet.members)), sheet.file.name, sheet.file.parent.name]
    told = (re.search(r"(20\d\d)[-_](?:20)?(\d\d)(?!\d)", name) for name in names)
    return next((2000 + int(found[2]) for found in told if found), None)


def _number(words: pd.Series) -> pd.Series:
    plain = words.astype("str").str.strip().str.removesuffix("%")
    return pd.to_numeric(plain.mask(plain.str.lower().isin(NOT_PUBLISHED | {"supp", "ne"})), errors="coerce")
