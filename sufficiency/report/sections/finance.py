"""High Needs Funding: what is spent on what, what comes in, and the balance carried forward."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.funding.balance.past_years import what_reported
from sufficiency.funding.budget_lines import NO_FORECAST, STREAMS, line_name
from sufficiency.funding.top_up.services import unknown_lines
from sufficiency.outcome import Outcome
from sufficiency.report.model import Section, Table
from sufficiency.report.sections import who_pays
from sufficiency.report.sections.common import INTERVAL, LEVELS, across, middle, milestones, rests_on
from sufficiency.report.sections.destinations import AWAY, where
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.say import between, gbp
from sufficiency.words.school_year import financial_label

NOT_PUBLISHED: Final = "not published"


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
        line=[_line(c) for c in some["line"]],
    )
    table = across(some, ["line"], "financial_year", "gbp")
    for code in unknown_lines(outcome.area):
        blank = table["line"] == _line(code)
        table.loc[blank, table.columns[1:]] = float("nan")
        table.loc[blank, "line"] += " (not known; counted as 0)"
    table = table[~table[table.columns[1:]].eq(0).all(axis=1)].reset_index(drop=True)
    return Table(
        "high-needs-lines",
        "High Needs by Section 251 line, middle forecast",
        table,
        dict.fromkeys(table.columns[1:], "£"),
        note=f"{INTERVAL} Each line's middle is its own, so lines need not add up to the middle of the total. Lines that are £0 in every year are left out. The stability grant, and deficits met centrally, are in the medium-term plan and not here.",
        rows_shown=40,
    )


def _line(code: str) -> str:
    return f"{code}  {line_name(code)}" if code[0].isdigit() else line_name(code)


def _provision(outcome: Outcome, years: list[int]) -> Table:
    money = outcome.budget.summary("financial_year", "provision", levels=(0.5,))
    some = money[money["financial_year"].isin(milestones(years))].assign(
        financial_year=lambda f: [financial_label(int(y)) for y in f["financial_year"]],
        provision=lambda f: [where(p) if p in DESTINATIONS else p for p in f["provision"]],
    )
    table = across(some, ["provision"], "financial_year", "gbp")
    held = _children(outcome, years).reindex(table["provision"]).reset_index(drop=True)
    return Table(
        "high-needs-provision",
        "High Needs by type of provision, middle forecast",
        table,
        {"provision": "code"} | dict.fromkeys(table.columns[1:], "£"),
        note=f"Each row's middle is its own, so rows need not add up to the middle of the total. '{AWAY.capitalize().strip()}' marks what is spent on children turned away from every suitable state place, by where they are instead.",
        behind=held,
        rows_shown=40,
    )


def _children(outcome: Outcome, years: list[int]) -> pd.DataFrame:
    """Return the middle number of children whom each type of provision's money follows: provision x financial year. [children]"""
    children = outcome.budget.children.sel(financial_year=milestones(years)).sum(["authority", "need", "phase"])
    streams = [STREAMS[str(stream)].provision for stream in children["stream"].values]
    sums = children.assign_coords(stream=[where(p) if p in DESTINATIONS else p for p in streams])
    middles = sums.groupby("stream").sum().median("draw").to_pandas().T
    wide = middles if middles.index.name == "stream" else middles.T
    return wide.rename(columns=lambda year: financial_label(int(year)))


def _published(outcome: Outcome) -> tuple[Table, ...]:
    """Return the balances beside what others forecast for England, by the area's share of England's plans."""
    beside = who_pays.beside_others(outcome)
    if beside.empty:
        return ()
    ends = who_pays.balance_year(outcome)
    beyond = [m == "balance" and y > ends for m, y in zip(beside["measure"], beside["financial_year"], strict=True)]
    table = pd.DataFrame(
        {
            "year": [financial_label(int(y)) for y in beside["financial_year"]],
            "measure": [
                line_name(m) + f", {NO_FORECAST}" * is_after
                for m, is_after in zip(beside["measure"], beyond, strict=True)
            ],
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
            note=f"Published figures for England, by the area's share of England's plans. A difference is split by starting point and by growth in plans as far as the other forecast says what it takes; the rest is not explained. No balance after 31 March {ends + 1} is a headline here: one is shown only where a published one stands beside it.",
        ),
    )


def _reported(outcome: Outcome) -> tuple[Table, ...]:
    compared = outcome.budget.against_reported
    if compared.empty:
        return ()
    is_now = (compared["measure"] == "in_year") & (compared["financial_year"] == compared["financial_year"].max())
    reported = compared[compared["reported_gbp"].notna() | is_now].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "authority": [outcome.area.authorities.get(a, a) for a in reported["authority"]],
            "financial_year": [financial_label(int(y)) for y in reported["financial_year"]],
            "measure": reported["measure"],
            "modelled_gbp": reported["modelled_gbp"],
            "reported": [NOT_PUBLISHED if pd.isna(gbp_) else gbp(gbp_) for gbp_ in reported["reported_gbp"]],
            "difference_gbp": reported["difference_gbp"],
            "what was reported": [
                what_reported(outcome.area, a, y, m)
                for a, y, m in zip(reported["authority"], reported["financial_year"], reported["measure"], strict=True)
            ],
        }
    )
    return (
        Table(
            "reported",
            "Modelled balances beside what the councils reported",
            table,
            {c: "£" for c in table if str(c).endswith("_gbp")} | {"measure": "code"},
            note="Spending and in-year balance are of high needs alone; what councils report as carried forward is the deficit of the whole dedicated schools grant. The first year of the budget is its own mean, as in the return of the management plan. The last column says what each reported figure is; nothing published splits the differences further.",
        ),
    )
