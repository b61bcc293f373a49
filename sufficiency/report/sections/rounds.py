"""One school's rounds, as a transport team could take them to market: a map, one row for each round, and one for each stop."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Final

import pandas as pd

from sufficiency.outcome import Outcome
from sufficiency.report.look.rounds_map import rounds_drawn
from sufficiency.report.model import Chart, Exhibit, Table
from sufficiency.transport.routing.school_rounds import SchoolRounds
from sufficiency.words.geojson import Features
from sufficiency.words.say import count, gbp

ITERATIONS: Final = (
    0  # no search after the first plan, by work and not by the clock, so that the report is the same on any machine
)
NEAR_SIZE: Final = 60  # the school whose travellers come nearest to this is the example [children]


def example_school(outcome: Outcome) -> tuple[str, int] | None:
    """Return the state special school of middling size that is shown, and the January; nothing where nobody travels."""
    area, riders = outcome.area, outcome.journeys.riders
    year = area.base_year + 1
    special = area.settings[(area.settings["setting_type"] == "special") & area.settings["is_in_area"]]["setting"]
    here = riders[(riders["year"] == year) & riders["setting"].isin(special)]
    sizes = here.groupby("setting")["travellers"].sum()
    sizes = sizes[sizes >= 1]
    return (str((sizes - NEAR_SIZE).abs().idxmin()), year) if len(sizes) else None


@lru_cache(maxsize=2)
def planned(outcome: Outcome) -> SchoolRounds | None:
    """Return the rounds of the school that the report shows, or nothing."""
    shown = example_school(outcome)
    return outcome.journeys.rounds(*shown, iterations=ITERATIONS) if shown else None


def geojson(outcome: Outcome) -> Features | None:
    """Return those rounds as GeoJSON, homes to the nearest kilometre."""
    plan = planned(outcome)
    return plan.geojson(homes="rounded") if plan is not None else None


def exhibits(outcome: Outcome) -> tuple[Exhibit, ...]:
    """Return the map and the tables."""
    plan, lines = planned(outcome), geojson(outcome)
    if plan is None or lines is None:
        return ()
    each, children = by_round(plan), int(plan.plan.stops["children"].sum())
    when = f"{plan.name}, January {plan.year}"
    return (
        Chart(
            "map-rounds",
            f"Rounds to one school: {when}",
            partial(rounds_drawn, outcome.area, lines),
            f"{count(len(each), 'round')} for {count(children, 'child', 'children')}, as lines that end at the school; thicker lines carry more children.",
            note="A first plan for the expected children of one school, to show what the library gives for any: `sufficiency rounds SETTING`. Homes are drawn to the nearest kilometre. The same lines are in rounds.geojson, for a map of your own.",
            is_close=True,
        ),
        Table(
            "rounds",
            f"Rounds that could be taken to market: {when}",
            each,
            {"vehicle": "code", "km": "1", "minutes": "n", "a school day": "£"},
            note=f"One way with a child aboard, boarding included: the first child's ride is as long as the round; the price is for morning and afternoon at the rates assumed, {gbp(plan.cost_gbp)} a school day in all. A first plan, without further search: `sufficiency rounds SETTING --seconds 60` finds better ones.",
            rows_shown=40,
            is_close=True,
        ),
        Table(
            "round-stops",
            f"Where each round stops: {when}",
            stops(plan, outcome),
            {"vehicle": "code", "minutes aboard": "n"},
            note="A stop is a zone, not an address.",
            rows_shown=12,
            is_close=True,
        ),
    )


def by_round(plan: SchoolRounds) -> pd.DataFrame:
    """Return one row for each round: vehicle, stops, children, wheelchairs, km, minutes, price a school day."""
    grouped = plan.table().groupby(["round", "vehicle"], sort=True)
    table = grouped.agg(
        stops=("zone", "size"),
        children=("children", "sum"),
        wheelchairs=("wheelchairs", "sum"),
        km=("round_km", "first"),
        minutes=("round_minutes", "first"),
        gbp=("round_gbp_a_day", "first"),
    ).reset_index()
    table["round"] = table["round"].astype(str)
    return table.rename(columns={"gbp": "a school day"})


def stops(plan: SchoolRounds, outcome: Outcome) -> pd.DataFrame:
    """Return one row for each stop, in the order of travel, zones by name."""
    names = outcome.area.zones.set_index("zone")["name"]
    table = plan.table()[["round", "vehicle", "order", "zone", "children", "wheelchairs", "minutes_on_board"]]
    named = table["zone"].map(names).replace("", pd.NA).fillna(table["zone"])
    table = table.assign(zone=named, round=table["round"].astype(str), order=table["order"].astype(str))
    return table.rename(columns={"minutes_on_board": "minutes aboard"})
