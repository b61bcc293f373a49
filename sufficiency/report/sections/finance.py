"""High Needs Funding: what is spent on what, what comes in, and the balance carried forward."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.funding import anchors
from sufficiency.funding.high_needs_budget import line_name
from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.look.words import between, gbp, label
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
            f"If nothing changes, and nothing is met centrally, the balance at the end of {financial_label(last)} is {gbp(mid)} (9 in 10 futures: {between(low, high, '£')}).",
            "A balance below nothing is a deficit. Until March 2028 a statutory override keeps it out of the general fund. The government has said that it does not expect councils to meet later SEND costs from general funds; that is announced and not law, so the balance is shown both ways below. Place funding is paid whether a place is filled or not; top-up and fees follow the child.",
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
            *_positions(outcome),
            *_published(outcome),
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


def _positions(outcome: Outcome) -> tuple[Table, ...]:
    """Return the balance and the yearly gap with and without the stability grant and central absorption, and the plan."""
    ways = outcome.budget.positions(levels=(0.5,))
    ways = ways[ways["measure"].isin(("balance", "in_year", "interest"))]
    names = {
        "as_now_gbp": "as now",
        "with_grant_gbp": "with the stability grant",
        "absorbed_gbp": "met centrally from 2028-29",
        "both_gbp": "both",
    }
    table = ways.rename(columns=names).assign(
        measure=[line_name(m) if m != "interest" else "Interest on the deficit" for m in ways["measure"]],
        year=[financial_label(int(y)) for y in ways["financial_year"]],
    )[["measure", "year", *names.values()]]
    plan = outcome.budget.medium_term()
    plan = plan.assign(financial_year=[financial_label(int(y)) for y in plan["financial_year"]])
    wide = plan.pivot(index="row", columns="financial_year", values="gbp").reindex(dict.fromkeys(plan["row"]))
    wide = wide[list(wide.columns)[:5]].reset_index()
    wide["row"] = [
        line_name(row) if row in ("spend", "income", "in_year", "grant", "balance") else label(row)
        for row in wide["row"]
    ]
    return (
        Table(
            "positions",
            "The deficit four ways: with and without the stability grant, with and without being met centrally",
            table.reset_index(drop=True),
            dict.fromkeys(names.values(), "£"),
            note="Middle forecast. The grant depends on an approved reform plan; that deficits are met centrally from 2028-29 is announced and not law. Interest is the general fund's.",
        ),
        Table(
            "medium-term",
            "The medium-term plan: what spending is made of, year by year",
            wide.reset_index(drop=True).rename_axis(columns=None),
            dict.fromkeys(wide.columns[1:], "£"),
            note="Means over the simulated futures, so that the rows add up.",
        ),
    )


def _published(outcome: Outcome) -> tuple[Table, ...]:
    """Return the balances beside what others forecast for England, by the area's share of England's plans."""
    beside = anchors(outcome.budget)
    if beside.empty:
        return ()
    table = pd.DataFrame(
        {
            "year": [financial_label(int(y)) for y in beside["financial_year"]],
            "measure": [line_name(m) for m in beside["measure"]],
            "who": beside["who"],
            "published, share": beside["published_gbp"],
            "here": beside["middle_gbp"],
            "9 in 10 between": [
                between(low, high, "£") for low, high in zip(beside["low_gbp"], beside["high_gbp"], strict=True)
            ],
            "inside, or why not": beside["says"],
        }
    )
    return (
        Table(
            "published-balances",
            "Balances beside what others forecast for England",
            table,
            {"published, share": "£", "here": "£"},
            note="Published figures for England, by the area's share of England's plans.",
        ),
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
