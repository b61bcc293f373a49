"""Reader of DfE's *Local authority interactive tool* (long file): one measure a row.

Measure_short -> measure (ours, see MEASURES)    LA Number 940.0 -> number 940    Years 2024, 2023-24, 2024-25 (OT)
Values        -> value; '-', blank and letters are missing
"""

from __future__ import annotations

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


def measures(source: Source) -> pd.DataFrame:
    """Return every measure that we have a name for: measure, year, period, name, number, region, value.

    `year` is the first year that `period` names: for January counts the census year, for money the financial year.
    `number` is the three-digit authority number, blank for regions and England. Missing values are left out.
    """
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
    frame["measure"] = frame["measure"].str.strip().map(MEASURES)
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
