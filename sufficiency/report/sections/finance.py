"""High Needs Funding: what is spent on what, what comes in, and the balance carried forward."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.funding.high_needs_budget import line_name
from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.look.words import between, gbp
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections.common import INTERVAL, LEVELS, across, middle, milestones, rests_on
from sufficiency.words.school_year import financial_label


def section(outcome: Outcome) -> Section:
    """Return the section on High Needs."""
    budget = outcome.budget
    total = budget.summary("financial_year", levels=LEVELS)
    years = sorted(int(y) for y in total["financial_year"].unique())
    first, last = years[0], years[-1]
    spend, income = (middle(total, "gbp", financial_year=first, measure=m)[1] for m in ("spend", "income"))
    low, mid, high = middle(total, "gbp", financial_year=last, measure="balance")
    now = middle(total, "gbp", financial_year=first, measure="balance")[1]
    return Section(
        "finance",
        "High Needs Funding",
        words=(
            f"In {financial_label(first)} High Needs spending is put at {gbp(spend)} against {gbp(income)} of income, and the balance carried forward at {gbp(now)}. "
            f"If nothing changes the balance at the end of {financial_label(last)} is {gbp(mid)} (9 in 10 futures: {between(low, high, '£')}).",
            "A balance below nothing is a deficit. Until March 2028 a statutory override keeps it out of the general fund. Place funding is paid whether a place is filled or not; top-up and fees follow the child.",
            "No high needs formula has been published for the years after 2026-27: income then is an assumption, shown below, and the balance moves with it.",
        ),
        exhibits=(
            Chart(
                "balance",
                "Balance carried forward, by financial year",
                partial(_fan, total),
                f"A fan that falls to {gbp(mid)} at the end of {financial_label(last)}.",
            ),
            _lines(outcome, years),
            _provision(outcome, years),
            *_reported(outcome),
        ),
        assumptions=rests_on(outcome.area, "funding", "unit_costs", "high_needs") + tuple(budget.notes["says"]),
    )


def _fan(total: pd.DataFrame) -> Figure:
    balance = total[total["measure"] == "balance"]
    return charts.fan(
        balance.assign(year=balance["financial_year"], gbp_m=balance["gbp"] / 1e6), "gbp_m", unit="£m at 31 March"
    )


def _lines(outcome: Outcome, years: list[int]) -> Table:
    money = outcome.budget.summary("financial_year", "line", levels=(0.5,))
    some = money[money["financial_year"].isin(milestones(years))]
    some = some.assign(
        financial_year=[financial_label(int(y)) for y in some["financial_year"]],
        line=[f"{c}  {line_name(c)}" if c[0].isdigit() else line_name(c) for c in some["line"]],
    )
    table = across(some, ["line"], "financial_year", "gbp")
    return Table(
        "high-needs-lines",
        "High Needs by Section 251 line, middle forecast",
        table,
        dict.fromkeys(table.columns[1:], "£"),
        note=f"{INTERVAL} Each line's middle is its own, so lines need not add up to the middle of the total.",
        rows_shown=40,
    )


def _provision(outcome: Outcome, years: list[int]) -> Table:
    money = outcome.budget.summary("financial_year", "provision", levels=(0.5,))
    some = money[money["financial_year"].isin(milestones(years))].assign(
        financial_year=lambda f: [financial_label(int(y)) for y in f["financial_year"]]
    )
    table = across(some, ["provision"], "financial_year", "gbp")
    return Table(
        "high-needs-provision",
        "High Needs by type of provision, middle forecast",
        table,
        {"provision": "code"} | dict.fromkeys(table.columns[1:], "£"),
        rows_shown=40,
    )


def _reported(outcome: Outcome) -> tuple[Table, ...]:
    compared = outcome.budget.against_reported
    if compared.empty:
        return ()
    reported = compared[compared[[c for c in compared if str(c).startswith("reported")]].notna().any(axis=1)]
    table = reported.drop(columns="says", errors="ignore").reset_index(drop=True)
    if "authority" in table:
        table["authority"] = [outcome.area.authorities.get(a, a) for a in table["authority"]]
    if "financial_year" in table:
        table["financial_year"] = [financial_label(int(y)) for y in table["financial_year"]]
    return (
        Table(
            "reported",
            "Modelled balances beside what the councils reported",
            table,
            {c: "£" for c in table if str(c).endswith("_gbp")} | {"measure": "code"},
            note="What explains each difference is said below.",
        ),
    )
