"""Dedicated schools grant management plan: children by age, need and placement, and money, past and five years on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.draws import LEVELS
from sufficiency.funding.budget_lines import NO_FORECAST, PLACEMENT_GROUPS, STREAMS
from sufficiency.funding.high_needs_budget import HighNeedsBudget
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.look.rounding import whole_numbers
from sufficiency.report.returns.counts import with_age_groups
from sufficiency.report.returns.whole_plans import YEARS_ON
from sufficiency.words.school_year import academic_label, financial_label

EITHER_RULE: Final = "either"  # of what has no ages
COUNTED: Final = ("age_group", "need", "placement")


def dsg_children(whole: Mapping[str, pd.DataFrame], *, base_year: int) -> pd.DataFrame:
    """Return plans by age group x need x placement, whole: case, authority, age_rule, age_group, need, placement, year, plans, basis.

    `whole` maps 'unmitigated' and 'mitigated' to the `whole_plans` of outcomes. Years are the base year and five on. [plans]
    """
    parts = []
    for case, plans in whole.items():
        by = ["authority", "age_rule", "age_group", "primary_need", "placement", "year"]
        grouped = plans.groupby(by, as_index=False)["plans"].sum().rename(columns={"primary_need": "need"})
        basis = np.where(grouped["year"] == base_year, "actual", "forecast")
        parts.append(grouped.assign(case=case, basis=basis))
    cells = pd.concat(parts, ignore_index=True)
    cells["academic_year"] = cells["year"].map(academic_label)
    columns = [
        "case",
        "authority",
        "age_rule",
        "age_group",
        "need",
        "placement",
        "year",
        "academic_year",
        "plans",
        "basis",
    ]
    return cells[columns].sort_values(columns[:7], ignore_index=True, kind="stable")


def dsg_past(run: ForecastOutcome) -> pd.DataFrame:
    """Return past plans as published: authority, label (age group or placement), group, year, academic_year, plans.

    Age groups only for years whose ages were published; needs only in the base year, which `dsg_children` has.
    """
    area = run.area
    past = area.plans[area.plans["year"] < area.base_year]
    placed = past.assign(group=past["setting_type"].map(PLACEMENT_GROUPS), label="placement", age_rule=EITHER_RULE)
    parts = [placed[["authority", "year", "age_rule", "label", "group", "plans"]]]
    aged = past[past["ncy"].notna()]
    if len(aged):
        cells = aged.groupby(["authority", "year", "ncy"], as_index=False)["plans"].sum()
        grouped = with_age_groups(cells.astype({"ncy": "int64", "plans": "float64"}))
        grouped["plans"] = whole_numbers(grouped, "plans", [["age_rule", "authority", "year"], ["age_group"]])
        parts.append(grouped.rename(columns={"age_group": "group"}).assign(label="age_group"))
    by = ["authority", "label", "age_rule", "group", "year"]
    table = pd.concat(parts).groupby(by, as_index=False)["plans"].sum()
    return table.assign(academic_year=table["year"].map(academic_label), plans=table["plans"].astype("int64"))


def dsg_money(runs: Mapping[str, ForecastOutcome]) -> pd.DataFrame:
    """Return spending and average cost by placement group: case, authority, placement, financial_year, gbp, children, average_gbp.

    Expected values over the draws, in whole pounds that add up; rows without children are services and other places.
    """
    parts = []
    for case, run in runs.items():
        if isinstance(run, Outcome):
            parts.append(_money(run.budget).assign(case=case))
    if not parts:
        return pd.DataFrame(
            columns=["case", "authority", "placement", "financial_year", "gbp", "children", "average_gbp"]
        )
    table = pd.concat(parts, ignore_index=True)
    table["gbp"] = whole_numbers(table, "gbp", [["case", "authority", "financial_year"], ["placement"]])
    children = table["children"].where(table["children"] > 0)
    table["average_gbp"] = (table["gbp"] / children).round(0)
    table["children"] = table["children"].round(1)
    table["financial_year_label"] = table["financial_year"].map(financial_label)
    columns = [
        "case",
        "authority",
        "placement",
        "financial_year",
        "financial_year_label",
        "gbp",
        "children",
        "average_gbp",
    ]
    return table[columns].sort_values(columns[:4], ignore_index=True, kind="stable")


def dsg_position(runs: Mapping[str, ForecastOutcome]) -> pd.DataFrame:
    """Return the financial summary: case, authority, financial_year, measure, expected_gbp, low_gbp, high_gbp, says.

    Spending and income are expected values in whole pounds; what follows is taken from them, so it adds up: in-year
    balance = income - spending, carried forward = before + in-year + grant. Low and high are percentiles of each.
    A balance after the statutory override ends `says` so: the return asks for it, and no policy for it is settled.
    """
    rows: list[tuple[object, ...]] = []
    ends = ""
    for case, run in runs.items():
        if isinstance(run, Outcome):
            ends = financial_label(int(run.area.value("funding.override_last_financial_year")))
            for authority in run.budget.opening["authority"].values:
                rows += [(case, str(authority), *row) for row in _position(run.budget, str(authority))]
    columns = ["case", "authority", "financial_year", "measure", "expected_gbp", "low_gbp", "high_gbp"]
    table = pd.DataFrame(rows, columns=columns)
    is_after = table["measure"].eq("balance") & (table["financial_year"] > ends) if rows else table["measure"].isna()
    return table.assign(says=np.where(is_after, NO_FORECAST, ""))


def _position(budget: HighNeedsBudget, authority: str) -> Iterator[tuple[str, str, int, int, int]]:
    measures = {name: array.sel(authority=authority) for name, array in budget.measures().items()}
    balance = round(float(budget.opening.sel(authority=authority)))
    for year in measures["spend"]["financial_year"].values[: YEARS_ON + 1]:
        now = {name: array.sel(financial_year=year) for name, array in measures.items()}
        expected = {name: int(np.floor(float(now[name].mean()) + 0.5)) for name in ("spend", "income", "grant")}
        expected["in_year"] = expected["income"] - expected["spend"]
        balance += expected["in_year"] + expected["grant"]
        expected["balance"] = balance
        for name, expected_gbp in expected.items():
            low, high = (round(float(now[name].quantile(q))) for q in (LEVELS[0], LEVELS[-1]))
            yield financial_label(int(year)), name, expected_gbp, low, high


def _money(budget: HighNeedsBudget) -> pd.DataFrame:
    years = budget.spend["financial_year"].values[: YEARS_ON + 1]
    spend = budget.spend.sel(financial_year=years).mean("draw")
    groups = [PLACEMENT_GROUPS.get(str(p), NOT_BY_CHILD) for p in spend["provision"].values]
    children = budget.children.sel(financial_year=years).sum(["need", "phase"]).mean("draw")
    streams = [PLACEMENT_GROUPS[STREAMS[str(s)].provision] for s in children["stream"].values]
    money = _grouped(spend, "item", groups, "gbp")
    counted = _grouped(children, "stream", streams, "children")
    table = money.merge(counted, on=["authority", "placement", "financial_year"], how="left")
    return table.assign(children=table["children"].fillna(0.0))


NOT_BY_CHILD: Final = "Services and places not tied to a child"


def _grouped(array: xr.DataArray, dim: str, groups: list[str], value: str) -> pd.DataFrame:
    parts = []
    for group in dict.fromkeys(groups):
        picked = array.isel({dim: [i for i, g in enumerate(groups) if g == group]}).sum(dim)
        parts.append(
            picked.drop_vars([c for c in picked.coords if c not in picked.dims])
            .to_series()
            .rename(value)
            .reset_index()
            .assign(placement=group)
        )
    return pd.concat(parts, ignore_index=True)
