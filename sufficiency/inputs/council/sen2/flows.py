"""From a SEN2 return to what happened in its calendar year: requests, new plans and ceased plans, counted.

Source: DfE, *Special educational needs survey: SEN2 guide*, modules 2 to 4. Request and assessment outcomes: Y, yes (to
assess; to issue a plan); N, no; A, not decided yet; W, withdrawn; H, historical, decided before the return's year.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from sufficiency.inputs.council.sen2.census import setting_types
from sufficiency.inputs.council.sen2.sen2_return import Sen2
from sufficiency.words.school_year import NCY_HIGH, NCY_LOW

# DfE, SEN2 guide, cease reason -> the words of the published tables.
CEASED: Final[Mapping[int, str]] = {
    1: "maximum age",
    2: "needs met",
    3: "higher education",
    4: "employment",
    5: "moved to another authority",
    6: "no longer wishes to engage",
    7: "moved outside England",
    8: "died",
    9: "other",
}


def flows(sen2: Sen2, register: pd.DataFrame, *, authority: str) -> pd.DataFrame:
    """Return plans new and ceased in the calendar year before the census, as `tables.FLOWS`. [children]

    New plans by NCY and the setting that the plan names; ceased plans by NCY, by setting and by reason.
    """
    year = january(sen2)
    named = _named(sen2, register)
    new = named[named["started"].dt.year == year - 1]
    ceased = named[named["ceased"].dt.year == year - 1]
    ceased = ceased.assign(reason=ceased["cease_reason"].map(CEASED).fillna("other"))
    parts = [
        _counted(new, "ncy", "setting_type").assign(kind="new"),
        *(_counted(ceased, by).assign(kind="ceased") for by in ("ncy", "setting_type", "reason")),
    ]
    found = pd.concat(parts, ignore_index=True)
    blank = {c: found[c].fillna("") if c in found else "" for c in ("reason", "setting_type")}
    found = found.assign(authority=authority, year=year, need="", **blank)
    return found[["authority", "year", "kind", "reason", "ncy", "need", "setting_type", "children"]]


def requests(sen2: Sen2, *, authority: str) -> pd.DataFrame:
    """Return the calendar year's requests and what became of them, as `tables.REQUESTS`; no row where there are none."""
    year = january(sen2)
    asked, assessed = sen2.requests, sen2.assessment
    received = asked["received"].dt.year == year - 1
    refused = (asked["decided"].dt.year == year - 1) & (asked["outcome"].str.upper() == "N")
    done = assessed["decided"].dt.year == year - 1
    outcome = assessed["outcome"].str.upper()
    row = {
        "authority": authority,
        "year": year,
        "requests": int(received.sum()),
        "refused": int(refused.sum()),
        "assessed": int((done & outcome.isin(["Y", "N"])).sum()),
        "issued": int((done & (outcome == "Y")).sum()),
    }
    return pd.DataFrame([row] if row["requests"] else [], columns=list(row))


def january(sen2: Sen2) -> int:
    """Return the January that a return is of."""
    return int(sen2.census_date.year + (sen2.census_date.month > 8))


def _named(sen2: Sen2, register: pd.DataFrame) -> pd.DataFrame:
    """Return named plans with the child's NCY in the return's January and the first-ranked setting that they name."""
    detail = sen2.plandetail.sort_values("rank").drop_duplicates("plan_row")
    setting = setting_types(detail, register).set_axis(detail["plan_row"])
    request = sen2.assessment.drop_duplicates("row").set_index("row")["request_row"]
    person = sen2.requests.drop_duplicates("row").set_index("row")["person_row"]
    cohort = sen2.person.drop_duplicates("row").set_index("row")["cohort"]
    named = sen2.namedplan.drop_duplicates("row")
    own = named["assessment_row"].map(request).map(person).map(cohort)
    ncy = (january(sen2) - 5 - own).astype("Int64")
    return named.assign(
        ncy=ncy.where(ncy.between(NCY_LOW, NCY_HIGH)),
        setting_type=named["row"].map(setting).fillna("not_recorded").astype("str"),
    )


def _counted(plans: pd.DataFrame, *by: str) -> pd.DataFrame:
    kept = plans.dropna(subset=list(by))
    return kept.groupby(list(by), as_index=False).size().rename(columns={"size": "children"})
