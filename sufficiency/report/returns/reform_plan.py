"""Local SEND Reform Plan: children by age and fourteen types of provision, need within each, and the way to a plan."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look.rounding import whole_numbers
from sufficiency.report.returns.counts import expected, with_age_groups
from sufficiency.report.returns.definitions import REFORM_TYPES
from sufficiency.report.returns.where import as_placed
from sufficiency.words.school_year import academic_label

YEARS_ON: Final = 5


def reform_children(run: ForecastOutcome) -> pd.DataFrame:
    """Return plans by age group, type of provision and need, whole: authority, age_rule, age_group, provision, need, year, plans.

    State special schools are split by who runs them, and children with no suitable place shown apart, in the shares of
    the allocation where there is one. [plans]
    """
    area = run.area
    frame = expected(run.plans, range(area.base_year, area.base_year + YEARS_ON + 1))
    frame = as_placed(run, frame)
    cells = with_age_groups(frame)
    levels = [["age_rule", "authority", "year"], ["provision"], ["age_group"], ["need"]]
    cells["plans"] = whole_numbers(cells, "plans", levels)
    cells["provision_name"] = cells["provision"].map(REFORM_TYPES)
    cells["academic_year"] = cells["year"].map(academic_label)
    columns = [
        "authority",
        "age_rule",
        "age_group",
        "provision",
        "provision_name",
        "need",
        "year",
        "academic_year",
        "plans",
    ]
    return cells.loc[cells["plans"] > 0, columns].sort_values(columns[:7], ignore_index=True, kind="stable")


def reform_process(run: ForecastOutcome) -> pd.DataFrame:
    """Return requests, assessments and plans issued: authority, year (January at its end), measure, count, basis.

    To the base year as returned; after it, plans issued are expected joiners, and requests, refusals and assessments
    keep the last year's number a plan issued. [children]
    """
    area = run.area
    known = area.requests[area.requests["year"] <= area.base_year]
    rows = [
        (row["authority"], int(row["year"]), measure, float(row[measure]), "actual")
        for row in known.to_dict("records")
        for measure in ("requests", "refused", "assessed", "issued")
        if not pd.isna(row.get(measure, np.nan))
    ]
    rows += _ahead(run, known)
    table = pd.DataFrame(rows, columns=["authority", "year", "measure", "count", "basis"])
    table["count"] = (table["count"] + 0.5).apply(np.floor).astype("int64")
    table["academic_year"] = table["year"].map(academic_label)
    return table.sort_values(["authority", "measure", "year"], ignore_index=True, kind="stable")


def _ahead(run: ForecastOutcome, known: pd.DataFrame) -> list[tuple[str, int, str, float, str]]:
    if known.empty:
        return []
    joiners = run.plans.flows_by_ncy.sel(kind="joiners").mean("draw").sum(["ncy", "setting_type"])
    rows = []
    for authority, own in known.groupby("authority"):
        last = own.sort_values("year").iloc[-1]
        for year in joiners["year"].values:
            if not run.area.base_year < year <= run.area.base_year + YEARS_ON:
                continue
            issued = float(joiners.sel(year=year, authority=authority))
            rows.append((str(authority), int(year), "issued", issued, "forecast"))
            rows += [
                (str(authority), int(year), measure, issued * float(last[measure]) / float(last["issued"]), "forecast")
                for measure in ("requests", "refused", "assessed")
                if not pd.isna(last["issued"]) and last["issued"] > 0 and not pd.isna(last.get(measure, np.nan))
            ]
    return rows
