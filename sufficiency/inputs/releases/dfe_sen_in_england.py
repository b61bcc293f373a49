"""Reader of DfE's *Special educational needs in England*: pupils on SEN Support by authority and phase of school.

    To 2024, a column for each count:   phase_type_grouping · type_of_establishment · hospital_school
                                 sen_support, sen_support_percent, ehc_plan, ehc_plan_percent
    From 2025, a row for each count:    phase_type_grouping · establishment_type · sen_provision · pupil_count, pupil_percent
    time_period 202425 -> year 2025    new_la_code -> authority    'State-funded primary' -> phase primary

Pupils are counted where they go to school. Files broken down further (primary need, language) are read at their totals.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError
from sufficiency.inputs.files.columns import january_of, numbers, take
from sufficiency.inputs.files.sheets import Source, sheet_of

NAMES: Final = {
    "period": "time_period",
    "level": "geographic_level",
    "authority": "new_la_code",
    "name": "la_name",
    "phase": "phase_type_grouping",
    "establishment": ["type_of_establishment", "establishment_type"],
    "hospital": "hospital_school",
    "need": "sen_primary_need",
    "language": "first_language",
    "provision": "sen_provision",
    "count": "pupil_count",
    "sen_support": ["sen_support", "SEN_support"],
    "percent": "sen_support_percent",
    "pupils": ["total_pupils", "pupils", "headcount"],
}
NEEDED: Final = ("period", "level", "authority", "name", "phase")
TOTALS_OF: Final = ("establishment", "hospital", "need", "language")
PHASES: Final = {
    "total": "all",
    "state-funded nursery": "early_years",
    "state-funded primary": "primary",
    "state-funded secondary": "secondary",
}


def sen_support(source: Source) -> pd.DataFrame:
    """Return SEN Support by authority, January and phase: authority, name, year, phase, pupils, sen_support_percent.

    `pupils` is every pupil on roll, blank where the file has only a percentage. Rows that are suppressed are left out.

    Raises
    ------
    InputError
        If the file is in neither layout, or has no row for a whole authority.
    """
    sheet = sheet_of(source)
    text = sheet.frame()
    frame = take(text, NAMES, source=sheet.name, optional=[n for n in NAMES if n not in NEEDED])
    frame = frame[frame["level"].str.strip() == "Local authority"]
    for column in TOTALS_OF:
        if column in frame:
            frame = frame[frame[column].str.strip().str.lower().isin(["total", "all", ""])]
    frame = frame.assign(phase=frame["phase"].str.strip().str.lower().map(PHASES)).dropna(subset=["phase"])
    if frame.empty:
        raise InputError(f"{sheet.name} has no row for a whole authority; use the file by type of school")
    frame = frame.assign(year=january_of(frame["period"], source=sheet.name))
    if "provision" in frame and "count" in frame:
        return _by_provision(frame, sheet.name)
    if "percent" in frame:
        return _by_column(frame, sheet.name)
    raise InputError(f"{sheet.name} has neither sen_support_percent nor sen_provision with pupil_count")


KEY: Final = ["authority", "name", "year", "phase"]


def _by_column(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    percent = numbers(frame["percent"], source=source)
    pupils = pd.Series(np.nan, index=frame.index)
    if "pupils" in frame:
        pupils = numbers(frame["pupils"], source=source)
    elif "sen_support" in frame:
        supported = numbers(frame["sen_support"], source=source)
        pupils = (supported / percent.where(percent > 0) * 100).round()
    found = frame.assign(pupils=pupils, sen_support_percent=percent).dropna(subset=["sen_support_percent"])
    return found[[*KEY, "pupils", "sen_support_percent"]].reset_index(drop=True)


def _by_provision(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    words = frame["provision"].str.strip().str.lower()
    kind = pd.Series("other", index=frame.index).mask(words.str.contains("support"), "supported")
    kind = kind.mask(words == "total", "total")
    counted = frame.assign(kind=kind, counted=numbers(frame["count"], source=source))
    wide = counted.pivot_table(index=KEY, columns="kind", values="counted", aggfunc="sum", min_count=1)
    if "supported" not in wide:
        raise InputError(f"{source}: no sen_provision says 'SEN support'; the first is '{frame['provision'].iloc[0]}'")
    parts = wide.drop(columns="total", errors="ignore").sum(axis=1)
    pupils = wide["total"].fillna(parts) if "total" in wide else parts
    percent = (wide["supported"] / pupils.where(pupils > 0) * 100).round(2)
    found = pd.DataFrame({"pupils": pupils, "sen_support_percent": percent}).dropna(subset=["sen_support_percent"])
    return found.reset_index()
