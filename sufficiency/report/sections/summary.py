"""The answer in the first ten lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.disclosure.range_ends import ends_hidden
from sufficiency.report.look import charts
from sufficiency.report.model import Chart, Figureword, Section, Table
from sufficiency.report.sections import destinations, law, others, who_pays
from sufficiency.report.sections.common import INTERVAL, LEVELS, middle, milestones
from sufficiency.report.sections.pipeline import places_open_by, specialist_coming
from sufficiency.scenarios.pipeline_levers import AS_AGREED, from_agreed
from sufficiency.words.say import between, count, gbp, label, shown
from sufficiency.words.school_year import PHASES, financial_label
from sufficiency.words.vocabulary import NEED_GROUPS

HOW_SURE: Final = "How sure: a range holds nine in ten of the simulated futures; how past forecasts did beside what came is in the section on how many plans to expect. Growth of plans is the greatest unknown; places, designations and unit costs marked as assumed come next."


def headlines(
    outcome: Outcome | ForecastOutcome, limit: int = 0, futures: Sequence[ForecastOutcome] = ()
) -> tuple[Figureword, ...]:
    """Return the figures that a head of service reads first; of a forecast alone, the plans. Under a limit, no small parts.

    `futures` are the same area under other laws or scenarios: plans of each come second, with a range of its own.
    """
    last = outcome.options.to
    figures = [
        Figureword(f"{mid:,.0f}", says, f"{between(low, high)}{' in 9 of 10 futures' if of is outcome else ''}")
        for of in (outcome, *futures)
        for says in [f"EHC plans in January {last}{_under(of)}" if of is outcome else _beside(of)]
        for low, mid, high in [middle(of.plans.summary(levels=LEVELS), "plans", year=last)]
    ]
    if not isinstance(outcome, Outcome):
        return tuple(figures)
    figures += _turned_away(outcome, last, limit)
    money = outcome.journeys.summary("financial_year", levels=LEVELS)
    year = int(money["financial_year"].min())
    figures.append(
        Figureword(
            gbp(middle(money, "gbp", financial_year=year)[1]),
            f"to carry children with plans to school and college, {financial_label(year)}",
            "",
        )
    )
    low, mid, high, end = at_override_end(outcome)
    figures.append(Figureword(gbp(mid), f"High Needs balance at 31 March {end + 1}", between(low, high, "£")))
    low, mid, high, after = yearly_gap(outcome)
    figures.append(
        Figureword(gbp(mid), f"High Needs in-year balance in {financial_label(after)}", between(low, high, "£"))
    )
    return tuple(replace(figure, range=ends_hidden(figure.range, limit)) for figure in figures)


def _under(outcome: ForecastOutcome) -> str:
    """Return under which law and scenario the report's own figures hold."""
    scenario = outcome.scenario
    is_agreed = from_agreed(scenario).levers == AS_AGREED.levers
    under = f", {law.under(outcome)}"
    return under if is_agreed else f"{under}, with '{scenario.name}'"


def _beside(future: ForecastOutcome) -> str:
    """Return what plans of another future are: of the library's own law in its words, of any other by name."""
    name = future.scenario.name
    if name.startswith(law.IF_CHANGED):
        return f"{name[0].lower()}{name[1:]}"
    return (
        f"EHC plans {law.under(future)}, with '{name}'"
        if law.changes_law(future.scenario)
        else f"EHC plans with '{name}'"
    )


def _turned_away(outcome: Outcome, year: int, limit: int) -> list[Figureword]:
    """Return how many children are turned away, and how many of them are in mainstream, at independent schools, elsewhere."""
    low, mid, high = middle(outcome.placed.shortfall(levels=LEVELS), "children", year=year)
    away = f"children turned away from every suitable state place in January {year}"
    figures = [Figureword(f"{mid:,.0f}", away, between(low, high))]
    if mid < 1 or limit > 1:
        return figures
    parts = destinations.in_parts(outcome, year, list(destinations.INSTEAD.values()))
    for (says, codes), part in zip(destinations.INSTEAD.items(), parts, strict=True):
        low, _, high = destinations.turned_away(outcome, year, *codes)
        figures.append(Figureword(f"{part:,}", f"of them {says}", between(low, high)))
    return figures


def at_override_end(outcome: Outcome) -> tuple[float, float, float, int]:
    """Return the balance when the statutory override ends, or at the end of a run that ends sooner: low, middle, high, year."""
    found, year = outcome.budget.summary("financial_year", levels=LEVELS), who_pays.balance_year(outcome)
    return (*middle(found, "gbp", financial_year=year, measure="balance"), year)


def yearly_gap(outcome: Outcome) -> tuple[float, float, float, int]:
    """Return income less spending in the year after the override, or the last of a run: low, middle, high, year. [GBP]"""
    found, year = outcome.budget.summary("financial_year", levels=LEVELS), who_pays.gap_year(outcome)
    return (*middle(found, "gbp", financial_year=year, measure="in_year"), year)


def section(outcome: Outcome, limit: int = 0) -> Section:
    """Return the executive summary."""
    return Section(
        "summary",
        "Executive summary",
        words=(_answer(outcome, limit),),
        points=(_growth(outcome), *_points(outcome), *others.words(outcome), HOW_SURE),
        exhibits=(
            Chart(
                "summary-shortfall",
                "Children turned away from every suitable state place, by January",
                partial(_fan, outcome),
                "The middle forecast as a line; nine futures in ten lie in the band.",
            ),
            Table(
                "summary-table",
                "The answer by year, middle forecast",
                _by_year(outcome),
                {
                    "January": "year",
                    "EHC plans": "n",
                    "need a specialist place": "n",
                    "turned away": "n",
                    "at independent schools": "n",
                    "mean minutes": "1",
                },
                note=INTERVAL,
                totals=("at independent schools", "turned away"),
                tied=("9 in 10 between",),
            ),
        ),
    )


def section_of_forecast(outcome: ForecastOutcome) -> Section:
    """Return the executive summary of an area without schools."""
    words = (f"{outcome.why_not_placed()}.",)
    return Section("summary", "Executive summary", words=words, points=(_growth(outcome), *others.words(outcome)))


def _growth(outcome: ForecastOutcome) -> str:
    first, last = outcome.area.base_year, outcome.options.to
    plans = outcome.plans.summary(levels=LEVELS)
    now, (low, mid, high) = middle(plans, "plans", year=first)[1], middle(plans, "plans", year=last)
    return f"Plans go from {now:,.0f} in January {first} to {mid:,.0f} in January {last} {law.under(outcome)} ({between(low, high)})."


def _answer(outcome: Outcome, limit: int) -> str:
    """Return how many places are missing, of which need and phase, where and by when; parts uncounted under a limit."""
    placed, last = outcome.placed, outcome.options.to
    by_year = placed.shortfall(levels=LEVELS)
    years = [int(y) for y in sorted(by_year["year"].unique())]
    soon = next((y for y in years if y - outcome.area.base_year == 5), last)
    mid = middle(by_year, "children", year=soon)
    if middle(by_year, "children", year=last)[2] < 1:
        return f"There are state places enough for every child who needs one to January {last}, in nine futures of ten."
    kinds = _top(placed.shortfall("need_group", "phase", levels=(0.5,)), ["need_group", "phase"], soon, limit)
    where = _top(placed.shortfall("district", levels=(0.5,)), ["district"], soon, limit)
    first = next((y for y in years if middle(by_year, "children", year=y)[1] >= 1), last)
    return (
        f"{outcome.area.name} runs short of state specialist places from January {first}. By January {soon} about {mid[1]:,.0f} children ({between(mid[0], mid[2])}) are turned away from every suitable state place: "
        f"most of all {kinds}; and children of {where}. {destinations.words(outcome, soon, limit)}"
    )


def _top(found: pd.DataFrame, by: list[str], year: int, limit: int, most: int = 3) -> str:
    best = found[found["year"] == year].nlargest(most, "children")
    return ", ".join(
        " ".join(_in_sentence(str(r[c])) for c in by) + ("" if limit > 1 else f" ({r['children']:,.0f})")
        for r in best.to_dict("records")
        if r["children"] >= 1
    )


def _in_sentence(code: str) -> str:
    """Return a code's words without a capital; a place's name keeps its own."""
    words = label(code, "phase")
    return words if words == code or code not in {*NEED_GROUPS, *PHASES} else words[0].lower() + words[1:]


def _points(outcome: Outcome) -> tuple[str, ...]:
    area, placed = outcome.area, outcome.placed
    travel = placed.travel(levels=LEVELS)
    minutes = middle(travel, "mean_minutes", year=area.base_year)[1]
    beyond = middle(travel, "share_beyond", year=area.base_year)[1]
    money = outcome.journeys.summary("financial_year", levels=LEVELS)
    year = int(money["financial_year"].min())
    budget = outcome.budget.summary("financial_year", levels=LEVELS)
    balance, gap = at_override_end(outcome), yearly_gap(outcome)
    spend = (
        middle(budget, "gbp", financial_year=year, measure="spend")[1]
        if year in set(budget["financial_year"])
        else float("nan")
    )
    return (
        *_agreed(outcome),
        f"Near home: a child with a specialist place travels {minutes:.0f} minutes each way on average, and {shown(beyond, '%')} go further than guidance expects.",
        f"Transport: {gbp(middle(money, 'gbp', financial_year=year)[1])} in {financial_label(year)} for children with plans, wherever they go to school, outside High Needs.",
        f"High Needs: {gbp(spend)} is spent in {financial_label(year)}; if nothing changes the balance at 31 March {balance[3] + 1} is {gbp(balance[1])} ({between(balance[0], balance[2], '£')}), and income less spending in {financial_label(gap[3])} is {gbp(gap[1])} ({between(gap[0], gap[2], '£')}).",
    )


def _agreed(outcome: Outcome) -> tuple[str, ...]:
    """Return what is counted of the places still to open, where any is known."""
    area, last = outcome.area, outcome.options.to
    if area.pipeline.empty:
        return ()
    left = area.pipeline[
        area.pipeline["status"].eq("proposed") & ~area.pipeline["project"].isin(area.coming["project"])
    ]
    coming, by_then = specialist_coming(outcome), places_open_by(outcome, last)[1]
    others = int(area.coming["places"].sum()) - coming
    counted = (
        f"{count(coming, 'specialist place')} still to open, {by_then:,.0f} of them by January {last} on average{f', and {others:,} others that shorten no shortage here' if others else ''}"
        if coming
        else "no specialist place is still to open"
    )
    return (f"Agreed: {counted}; {count(left['places'].sum(), 'place')} only proposed, not counted here.",)


def _fan(outcome: Outcome) -> Figure:
    return charts.fan(outcome.placed.shortfall(levels=LEVELS), "children", unit="children")


def _by_year(outcome: Outcome) -> pd.DataFrame:
    placed = outcome.placed
    years = milestones([int(y) for y in placed.attending["year"].values])
    plans, short, independent, travel = (
        outcome.plans.summary(levels=LEVELS),
        placed.shortfall(levels=LEVELS),
        placed.independent(levels=LEVELS),
        placed.travel(levels=LEVELS),
    )
    needing = placed.attending.sum(["authority", "need", "phase", "setting"]).median("draw")
    return pd.DataFrame(
        [
            {
                "January": y,
                "EHC plans": middle(plans, "plans", year=y)[1],
                "need a specialist place": float(needing.sel(year=y)),
                "turned away": middle(short, "children", year=y)[1],
                "9 in 10 between": between(middle(short, "children", year=y)[0], middle(short, "children", year=y)[2]),
                "at independent schools": middle(independent, "children", year=y)[1],
                "mean minutes": middle(travel, "mean_minutes", year=y)[1],
            }
            for y in years
        ]
    )
