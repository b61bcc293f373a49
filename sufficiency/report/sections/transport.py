"""The school run: who travels how, what it costs, who rides too long."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections import destinations, rounds
from sufficiency.report.sections.common import INTERVAL, LEVELS, middle, milestones, rests_on
from sufficiency.words.say import between, shown
from sufficiency.words.school_year import financial_label


def section(outcome: Outcome) -> Section:
    """Return the section on transport."""
    area, journeys = outcome.area, outcome.journeys
    total = journeys.summary("financial_year", levels=LEVELS)
    first, last = int(total["financial_year"].min()), int(total["financial_year"].max())
    start = middle(total, "gbp", financial_year=first)[1]
    low, mid, high = middle(total, "gbp", financial_year=last)
    people = middle(total, "children", financial_year=first)[1]
    unit = middle(total, "unit_cost_gbp", financial_year=first)[1]
    beyond = middle(total, "beyond_guide", financial_year=first)[1]
    scale = ", ".join(
        f"{area.authorities[r.authority]} × {r.factor:.2f} ({r.basis})" for r in journeys.calibration.itertuples()
    )
    before = middle(total, "gbp_before_calibration", financial_year=first)[1]
    steady = middle(total, "gbp_constant", financial_year=last)[1]
    return Section(
        "transport",
        "Home-to-school transport",
        words=(
            f"About {people:,.0f} children and young people with plans are carried in {financial_label(first)}, at {shown(start, '£')} ({shown(unit, '£')} each); {beyond:,.0f} ride longer than guidance expects. In {financial_label(last)} the bill is {shown(mid, '£')} ({between(low, high, '£')}) in cash, and {shown(steady, '£')} in the prices of {financial_label(first)}.",
            f"Before calibration the model makes {financial_label(first)} cost {shown(before, '£')}; it is then scaled, {scale}. Everyone who is entitled is carried, wherever they go: to special schools, units, mainstream schools, colleges and alternative provision. Of those who were turned away from every suitable state place fewer are carried, since most are in mainstream schools near home.",
            "Transport is paid by the council's own budget, never by High Needs. A place nearer home moves money between the two.",
        ),
        exhibits=(
            Chart(
                "transport-cost",
                "Home-to-school transport by financial year, in cash",
                partial(_fan, total),
                f"A fan: {shown(mid, '£')} in {financial_label(last)}, or {between(low, high, '£')} in nine futures of ten.",
            ),
            Table(
                "transport-modes",
                f"How children travel, {financial_label(first)}",
                _modes(outcome, first),
                {"mode": "code", "children": "n", "vehicles": "n", "km a day": "n", "cost": "£", "cost each": "£"},
                counts=("children",),
                tied=("vehicles", "km a day", "cost", "cost each"),
                note="Vehicles and kilometres are a school day's, with a child aboard.",
            ),
            Table(
                "transport-where",
                f"Who is carried, by where they go, {financial_label(first)} and {financial_label(last)}",
                _where(outcome, first, last),
                {"where they go": "", **dict.fromkeys((f"children, {financial_label(y)}" for y in (first, last)), "n")}
                | dict.fromkeys((f"cost, {financial_label(y)}" for y in (first, last)), "£"),
                counts=tuple(f"children, {financial_label(y)}" for y in (first, last)),
                tied=tuple(f"cost, {financial_label(y)}" for y in (first, last)),
                note="Middle of the simulated futures. Of mainstream schools and colleges the share carried is national and sampled within its range; so is that of children turned away from every suitable state place.",
            ),
            Table(
                "transport-years",
                "The school run by financial year, middle forecast",
                _years(total),
                {
                    "financial year": "",
                    "children": "n",
                    "vehicles": "n",
                    "longer than guidance": "n",
                    "tonnes CO2": "n",
                    "cost": "£",
                    "cost each": "£",
                },
                note=INTERVAL,
            ),
            Table(
                "transport-national",
                "The model, before calibration, beside national figures",
                journeys.against_national().drop(columns=["source"]).rename(columns={"unit": "Unit"}),
                {"modelled": "2", "national": "2"},
                note="DfE, Home to school transport: LA data collection, 2025/26.",
            ),
            *rounds.exhibits(outcome),
        ),
        assumptions=rests_on(area, "transport", "vehicles", "distance"),
    )


def _fan(total: pd.DataFrame) -> Figure:
    return charts.fan(
        total.assign(year=total["financial_year"], gbp_m=total["gbp"] / 1e6), "gbp_m", unit="£m a financial year"
    )


def _modes(outcome: Outcome, year: int) -> pd.DataFrame:
    modes = outcome.journeys.summary("financial_year", "mode", levels=(0.5,))
    now = modes[(modes["financial_year"] == year) & (modes["children"] >= 0.5)]
    names = {"km": "km a day", "gbp": "cost", "unit_cost_gbp": "cost each"}
    return now.rename(columns=names)[["mode", "children", "vehicles", "km a day", "cost", "cost each"]].reset_index(
        drop=True
    )


def _where(outcome: Outcome, first: int, last: int) -> pd.DataFrame:
    """Return children carried and what that costs by where they go, in two financial years."""
    ridden = outcome.journeys.summary("financial_year", "destination", levels=(0.5,))
    wide = ridden[ridden["financial_year"].isin((first, last))].pivot(
        index="destination", columns="financial_year", values=["children", "gbp"]
    )
    wide = wide[(wide["children"] >= 0.5).any(axis=1)]
    table = pd.DataFrame({"where they go": [destinations.where(str(code)) for code in wide.index]})
    for year in (first, last):
        table[f"children, {financial_label(year)}"] = wide["children", year].to_numpy()
        table[f"cost, {financial_label(year)}"] = wide["gbp", year].to_numpy()
    return table


def _years(total: pd.DataFrame) -> pd.DataFrame:
    mids = total[total["level"] == LEVELS[1]]
    mids = mids[mids["financial_year"].isin(milestones([int(y) for y in mids["financial_year"]]))]
    table = mids.assign(
        **{
            "financial year": [financial_label(int(y)) for y in mids["financial_year"]],
            "tonnes CO2": mids["co2_kg"] / 1000,
        }
    )
    names = {"beyond_guide": "longer than guidance", "gbp": "cost", "unit_cost_gbp": "cost each"}
    return table.rename(columns=names)[
        ["financial year", "children", "vehicles", "longer than guidance", "tonnes CO2", "cost", "cost each"]
    ].reset_index(drop=True)
