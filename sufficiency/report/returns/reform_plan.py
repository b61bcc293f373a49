"""Local SEND Reform Plan: children by age, provision and need in the plan's own rows, and the way to a plan by age."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look.rounding import whole_numbers
from sufficiency.report.returns.reform_rows import ROWS
from sufficiency.report.returns.whole_plans import YEARS_ON
from sufficiency.words.school_year import academic_label, age_group_of

LABELS: Final = ["authority", "age_rule", "age_group", "provision", "need"]
ALL_AGES: Final = "all ages"


def calendar_label(year: int) -> str:
    """Return '2025 (January 2026)': the plan's calendar year 2025 is the census of the January after it."""
    return f"{year - 1} (January {year})"


def reform_children(whole: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return plans by age group, row of provision and need, whole: case, authority, age_rule, age_group, provision, need, …

    `whole` maps 'unmitigated' and 'mitigated' to the `whole_plans` of outcomes. Then year (January), academic_year, calendar_year, plans. [plans]
    """
    found = []
    for case, plans in whole.items():
        rows = plans.groupby([*LABELS, "year"], as_index=False)["plans"].sum()
        found.append(rows.assign(case=case))
    cells = pd.concat(found, ignore_index=True)
    cells["provision_name"] = cells["provision"].map(ROWS)
    cells["academic_year"] = cells["year"].map(academic_label)
    cells["calendar_year"] = cells["year"].map(calendar_label)
    labels = ["case", "authority", "age_rule", "age_group", "provision", "provision_name", "need", "year"]
    kept = cells[[*labels, "academic_year", "calendar_year", "plans"]]
    return kept.sort_values(labels, ignore_index=True, kind="stable")


def reform_process(run: ForecastOutcome) -> pd.DataFrame:
    """Return requests, assessments and plans issued by age on 31 August: authority, year, measure, age_group, count, basis.

    `year` is the January at its end. To the base year as returned, all ages together; after it, plans issued are expected
    joiners, requests, refusals and assessments keep the last year's number a plan issued, and have the joiners' ages.
    [children]
    """
    area = run.area
    known = area.requests[area.requests["year"] <= area.base_year]
    rows = [
        (row["authority"], int(row["year"]), measure, ALL_AGES, float(row[measure]), "actual")
        for row in known.to_dict("records")
        for measure in ("requests", "refused", "assessed", "issued")
        if not pd.isna(row.get(measure, np.nan))
    ]
    rows += _ahead(run, known)
    table = pd.DataFrame(rows, columns=["authority", "year", "measure", "age_group", "count", "basis"])
    if len(table):
        table["count"] = whole_numbers(table, "count", [["authority", "year", "measure"], ["age_group"]])
    table["academic_year"] = table["year"].map(academic_label)
    table["calendar_year"] = table["year"].map(calendar_label)
    return table.sort_values(["authority", "measure", "year"], ignore_index=True, kind="stable")


def _ahead(run: ForecastOutcome, known: pd.DataFrame) -> list[tuple[str, int, str, str, float, str]]:
    if known.empty:
        return []
    flows = run.plans.flows_by_ncy.sel(kind="joiners").mean("draw").sum("setting_type")
    ages = age_group_of(flows["ncy"].to_numpy())
    rows = []
    for authority, own in known.groupby("authority"):
        last = own.sort_values("year").iloc[-1]
        each = {"issued": 1.0}
        if not pd.isna(last["issued"]) and last["issued"] > 0:
            each |= {
                measure: float(last[measure]) / float(last["issued"])
                for measure in ("requests", "refused", "assessed")
                if not pd.isna(last.get(measure, np.nan))
            }
        for year in flows["year"].values:
            if not run.area.base_year < year <= run.area.base_year + YEARS_ON:
                continue
            joiners = flows.sel(year=year, authority=authority).to_series().groupby(ages, sort=False).sum()
            rows += [
                (str(authority), int(year), measure, str(age), float(count) * per_plan, "forecast")
                for measure, per_plan in each.items()
                for age, count in joiners.items()
            ]
    return rows
