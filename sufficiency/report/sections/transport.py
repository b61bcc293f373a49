"""The school run: who travels how, what it costs, who rides too long."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.look.words import between, shown
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections import rounds
from sufficiency.report.sections.common import INTERVAL, LEVELS, middle, milestones, rests_on
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
    return Section(
        "transport",
        "Home-to-school transport",
        words=(
            f"About {people:,.0f} children with a specialist place are carried in {financial_label(first)}, at {shown(start, '£')} ({shown(unit, '£')} each); {beyond:,.0f} ride longer than guidance expects. In {financial_label(last)} the bill for children with a place is {shown(mid, '£')} ({between(low, high, '£')}), at constant prices.",
            f"Before calibration the model makes {financial_label(first)} cost {shown(before, '£')}; it is then scaled, {scale}. Children without a place are not carried here, and will need carrying somewhere: while places run short, the bill shown is too low.",
            "Transport is paid by the council's own budget, never by High Needs. A place nearer home moves money between the two.",
        ),
        exhibits=(
            Chart(
                "transport-cost",
                "Home-to-school transport for children with a specialist place, by financial year",
                partial(_fan, total),
                f"A fan: {shown(mid, '£')} in {financial_label(last)}, or {between(low, high, '£')} in nine futures of ten.",
            ),
            Table(
                "transport-modes",
                f"How children travel, {financial_label(first)}",
                _modes(outcome, first),
                {"mode": "code", "children": "n", "vehicles": "n", "km a day": "n", "cost": "£", "cost each": "£"},
                counts=("children",),
                tied=("cost each",),
                note="Vehicles and kilometres are a school day's, with a child aboard.",
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
                journeys.against_national().drop(columns=["source"]),
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
