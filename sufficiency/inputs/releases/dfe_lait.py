"""Reader of DfE's *Local authority interactive tool* (long file): one measure a row.

Measure_short -> measure (ours, see MEASURES)    LA Number 940.0 -> number 940    Years 2024, 2023-24, 2024-25 (OT)
Values        -> value; '-', blank and letters are missing
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from sufficiency.inputs.files.columns import NOT_PUBLISHED, codes, take
from sufficiency.inputs.files.sheets import Source, sheet_of

MEASURES: Final = {
    "SEN_TotSENSuP": "sen_support_percent_all",
    "PrimNoStatements": "sen_support_percent_primary",
    "SecNoStatements": "sen_support_percent_secondary",
    "SEN_TotStat": "plan_percent_all",
    "PrimStatements": "plan_percent_primary",
    "SecStatements": "plan_percent_secondary",
    "SEN_CASES_JAN": "plans",
    "SEN_CASES_DUR_YEAR": "new_plans",
    "SEN_TOT_CEASED_EHC_PLAN": "ceased_plans",
    "SEN_INIT_REQ": "requests",
    "EHCP_Initial_req_refused": "requests_refused",
    "SEN_AppealableDec": "appeal_percent",
    "SEN_EHC_All_20wks": "in_20_weeks_percent_all",
    "SEN_EHC_Excpt_20wks": "in_20_weeks_percent",
    "SENFinance": "unit_cost_gbp_a_week",
}
PHASES: Final = {
    "sen_support_percent_all": "all",
    "sen_support_percent_primary": "primary",
    "sen_support_percent_secondary": "secondary",
}


# Measures of success, as `words.success` names them: of what, of which group of children.
OUTCOMES: Final = {
    "FSP_Gooddev_Without_SENSTATE": "early_years_support",
    "FSP_Gooddev_With_SENSTATE": "early_years_plans",
    "KS1P_SEND": "phonics_support",
    "KS1P_EHCP": "phonics_plans",
    "KS1P_NonSEND": "phonics_no_sen",
    "NEW_KS2_RWM_Sen_W/Osta": "key_stage_2_support",
    "NEW_KS2_RWM_Sen_Withsta": "key_stage_2_plans",
    "NoID_SEN_NEW_KS2_RWM": "key_stage_2_no_sen",
    "SEN_WoStat_AVG_Attain8_Score": "attainment_8_support",
    "SEN_Stat_AVG_Attain8_Score": "attainment_8_plans",
    "SEN_NoID_AVG_Attain8_Score": "attainment_8_no_sen",
    "KS2_SENSupport_Reading_Progress": "reading_progress_support",
    "KS2_SEN_Reading_Progress": "reading_progress_plans",
    "KS2_NonSEN_Reading_Progress": "reading_progress_no_sen",
    "KS2_SENSupport_Maths_Progress": "maths_progress_support",
    "KS2_SEN_Maths_Progress": "maths_progress_plans",
    "KS2_NonSEN_Maths_Progress": "maths_progress_no_sen",
    "SEN_WoStat_AVG_Prog8_Score": "progress_8_support",
    "SEN_Stat_AVG_Prog8_Score": "progress_8_plans",
    "SEN_NoID_AVG_Prog8_Score": "progress_8_no_sen",
    "SusEdOverall_SEN_NoStat_incSpec": "sustained_support",
    "SusEdOverall_SEN_Stat_incSpec": "sustained_plans",
    "SusEdOverall_NoSEN_incSpec": "sustained_no_sen",
    "Age19_SENwoS": "level_2_support",
    "Age19_SEN-S": "level_2_plans",
    "Age19_NoNSEN": "level_2_no_sen",
    "Age19_SENwoS_L3": "level_3_support",
    "Age19_SEN-S_L3": "level_3_plans",
    "Age19_NoNSEN_L3": "level_3_no_sen",
    "16-17YroldSEN_ET": "learning_16_17_sen_all",
    "16-17 NEET": "neet_16_17_all",
    "TotPermEx": "permanent_exclusion_all",
    "TotFixedEx": "suspension_all",
    "SpecFixedEx": "suspension_special_all",
    "SEN_EHC_Excpt_20wks": "in_20_weeks_all",
    "SEN_INIT_REQ": "requests_all",
    "EHCP_Initial_req_refused": "refused_all",
    "SEN_AppealableDec": "appeals_all",
    "SEN_PEC_OUTCOME_COM_4WKS": "reviews_in_4_weeks_all",
    "SEN_TotSENSuP": "identified_support",
    "SEN_TotStat": "identified_plans",
}
DIGITS: Final = 4  # after the point: 25.200000000000003 is 25.2


def measures(source: Source) -> pd.DataFrame:
    """Return every measure that we have a name for: measure, year, period, name, number, region, value.

    `year` is the first year that `period` names: for January counts the census year, for money the financial year.
    `number` is the three-digit authority number, blank for regions and England. Missing values are left out.
    """
    return _measures(source, MEASURES)


def outcomes(source: Source) -> pd.DataFrame:
    """Return how children with SEND fare, of every authority, region and England: name, number, measure, year, period, value.

    `measure` is one of `words.success.MEASURES`; `year` that in which the period ends, so 2016 of '2015/16'.
    """
    frame = _measures(source, OUTCOMES)
    spans = frame["period"].str.fullmatch(r"\d{4}[/-]\d{2}.*")
    frame["year"] = frame["year"] + spans.astype("int64")
    frame["value"] = frame["value"].round(DIGITS)
    return frame[["name", "number", "measure", "year", "period", "value"]]


def neighbours(source: Source) -> pd.DataFrame:
    """Return statistical neighbours: number and name of an authority, neighbour (by name), rank, closeness."""
    sheet = sheet_of(source)
    names = {
        "number": "old_la_code",
        "name": "la_name",
        "rank": "rank",
        "other": "neighbour_old_la_code",
        "closeness": "closeness",
    }
    frame = take(sheet.frame(), names, source=sheet.name, optional=["closeness"])
    for column in ("number", "rank", "other"):
        frame[column] = codes(frame[column])
    called = frame.drop_duplicates("number").set_index("number")["name"]
    frame["neighbour"] = frame["other"].map(called)
    return frame.dropna(subset=["neighbour", "rank"]).drop(columns="other").reset_index(drop=True)


def _measures(source: Source, known: Mapping[str, str]) -> pd.DataFrame:
    sheet = sheet_of(source)
    names = {
        "measure": ["Measure_short", "Short Desc"],
        "period": "Years",
        "name": "LA and Regions",
        "number": ["LA Number", "LANumber"],
        "region": "Region",
        "value": "Values",
    }
    frame = take(sheet.frame(), names, source=sheet.name, optional=["number", "region"])
    frame["measure"] = frame["measure"].str.strip().map(known)
    words = frame["value"].astype("str").str.strip().str.lower()
    frame["value"] = pd.to_numeric(words.mask(words.isin(NOT_PUBLISHED)), errors="coerce")
    frame["year"] = codes(frame["period"].astype("str").str.slice(0, 4))
    number = frame["number"] if "number" in frame else pd.Series("", index=frame.index)
    frame["number"] = codes(number)
    kept = frame.dropna(subset=["measure", "value", "year"])
    columns = ["measure", "year", "period", "name", "number", "region", "value"]
    return kept[[c for c in columns if c in kept]].reset_index(drop=True)


def sen_support(source: Source) -> pd.DataFrame:
    """Return SEN Support: name, number, year, phase, sen_support_percent. [%]"""
    frame = measures(source)
    frame = frame.assign(phase=frame["measure"].map(PHASES)).dropna(subset=["phase"])
    frame = frame.rename(columns={"value": "sen_support_percent"})
    return frame[["name", "number", "year", "phase", "sen_support_percent"]].reset_index(drop=True)
