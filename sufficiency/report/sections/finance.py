"""High Needs Funding: what is spent on what, what comes in, and the balance carried forward."""

from __future__ import annotations

import pandas as pd

from sufficiency.funding import anchors
from sufficiency.funding.high_needs_budget import line_name
from sufficiency.outcome import Outcome
from sufficiency.report.look.words import between, gbp
from sufficiency.report.model import Section, Table
from sufficiency.report.sections import who_pays
from sufficiency.report.sections.common import INTERVAL, LEVELS, across, middle, milestones, rests_on
from sufficiency.words.school_year import financial_label


def section(outcome: Outcome) -> Section:
    """Return the section on High Needs."""
    budget = outcome.budget
    total = budget.summary("financial_year", levels=LEVELS)
    years = sorted(int(y) for y in total["financial_year"].unique())
    first = years[0]
    spend, income = (middle(total, "gbp", financial_year=first, measure=m)[1] for m in ("spend", "income"))
    now = middle(total, "gbp", financial_year=first, measure="balance")[1]
    return Section(
        "finance",
        "High Needs Funding",
        words=(
            f"In {financial_label(first)} High Needs spending is put at {gbp(spend)} against {gbp(income)} of income, and the balance carried forward at {gbp(now)}. "
            + who_pays.words(outcome),
            "A balance below nothing is a deficit. Until March 2028 a statutory override keeps it out of the general fund. The government has said that it does not expect councils to meet later SEND costs from general funds; that is announced and not law, so what follows is shown both ways. Place funding is paid whether a place is filled or not; top-up and fees follow the child.",
            "No high needs formula has been published for the years after 2026-27: income then is an assumption, shown below, and each year's gap moves with it.",
        ),
        exhibits=(
            who_pays.chart(outcome),
            who_pays.positions(outcome),
            who_pays.medium_term(outcome),
            _lines(outcome, years),
            _provision(outcome, years),
            *_published(outcome),
            *_reported(outcome),
        ),
        assumptions=rests_on(outcome.area, "funding", "unit_costs", "high_needs") + tuple(budget.notes["says"]),
    )


def _lines(outcome: Outcome, years: list[int]) -> Table:
    money = outcome.budget.summary("financial_year", "line", levels=(0.5,))
    some = money[money["financial_year"].isin(milestones(years)) & (money["line"] != "balance")]  # a sum, told above
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
