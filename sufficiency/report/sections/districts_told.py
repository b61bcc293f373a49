"""What is told of districts: children, the gap, journeys, schools within reach and where children are, hidden where few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.outcome import Outcome
from sufficiency.report.disclosure.suppress import suppressed
from sufficiency.report.look.ground import ground
from sufficiency.report.sections.anchors import carded
from sufficiency.report.sections.common import LEVELS
from sufficiency.report.sections.destinations import where
from sufficiency.report.sections.going import origin_destination
from sufficiency.report.sections.places import by_group
from sufficiency.report.sections.schools import homes_of, schools_table, year_ahead
from sufficiency.report.sections.zones import map_years
from sufficiency.words.say import between

MEASURES: Final = {
    "plans": "Children with an EHC plan",
    "need": "Need a specialist place",
    "turned_away": "Turned away from every suitable state place",
}


@dataclass(frozen=True, eq=False)
class Told:
    """What is told of districts, hidden where small numbers are: made once for all of them."""

    outlook: pd.DataFrame  # district, measure, year -> words, and the last range
    gap: pd.DataFrame  # district, need_group, phase, year -> children or 'c'
    journeys: pd.DataFrame  # district -> mean_minutes, p90_minutes, share_beyond
    reach: pd.DataFrame  # district, school, …, minutes
    places: pd.DataFrame  # district, destination -> words of two Januaries
    ends: pd.DataFrame  # home district x district of the school


def told_of(outcome: Outcome, limit: int) -> Told:
    """Return what is told of districts; counts from 1 to one below `limit` are hidden."""
    travel = outcome.placed.travel("district", levels=LEVELS)
    now = (travel["year"] == outcome.area.base_year) & (travel["level"] == LEVELS[1])
    return Told(
        outlook=_outlook(outcome, limit),
        gap=_gap(outcome, limit),
        journeys=travel[now].set_index("district"),
        reach=_reach(outcome, limit),
        places=_places(outcome, limit),
        ends=_ends(outcome, limit),
    )


def _outlook(outcome: Outcome, limit: int) -> pd.DataFrame:
    """Return district, what is counted, a column for each year, and the range of the last."""
    years, last = map_years(outcome), outcome.options.to
    plans = outcome.plans.summary("district", levels=LEVELS)
    need = outcome.placed.need("district", levels=LEVELS)
    parts = []
    for measure, words in MEASURES.items():
        found = plans if measure == "plans" else need
        found = found[found["year"].isin(years)]
        middles = found[found["level"] == LEVELS[1]].pivot_table(index="district", columns="year", values=measure)
        ends = found[found["year"] == last].pivot_table(index="district", columns="level", values=measure)
        table = middles.round().rename(columns=str)
        column = f"{last}: 9 in 10 between"
        table[column] = [between(low, high) for low, high in zip(ends[LEVELS[0]], ends[LEVELS[2]], strict=True)]
        told = suppressed(table, [str(y) for y in years], limit, tied=(column,))
        told.insert(0, "children", words)
        parts.append(told)
    order = {d: n for n, d in enumerate(ground(outcome.area).districts)}
    found = pd.concat(parts).rename_axis("district").reset_index()
    return found.sort_values("district", key=lambda c: c.map(order), kind="stable", ignore_index=True)


def _gap(outcome: Outcome, limit: int) -> pd.DataFrame:
    """Return children turned away by district, group of needs and phase in the January told of, hidden as the whole table is."""
    wide = by_group(outcome)
    told = suppressed(wide, [str(y) for y in map_years(outcome)], limit)
    return told[["district", "need_group", "phase"]].assign(children=told[str(year_ahead(outcome))])


def _reach(outcome: Outcome, limit: int) -> pd.DataFrame:
    """Return state schools within reach of each district, with mean minutes from its children's homes and children there today."""
    area, routes = outcome.area, outcome.placed.routes
    farthest = area.value("transport.guide_primary_minutes")
    living = area.zone_children.groupby("zone")["children"].sum() if len(area.zone_children) else pd.Series(dtype=float)
    weight = routes.zones["zone"].map(living).fillna(1.0).to_numpy(dtype=float)
    own = carded(area)
    at = pd.Index(routes.codes).get_indexer(own["setting"])
    table = schools_table(outcome, limit).set_index("setting")
    homes = homes_of(outcome, limit)
    rows = []
    for district in ground(area).districts:
        here = routes.zones["district"].to_numpy() == district
        mean = np.average(routes.minutes[here][:, at], axis=0, weights=weight[here])
        for setting, minutes in sorted(zip(own["setting"], mean, strict=True), key=lambda pair: float(pair[1])):
            if minutes <= farthest:
                known = table.loc[setting]
                rows.append(
                    {
                        "district": district,
                        "school": known["school"],
                        "ages": known["ages"],
                        "needs": known["needs"],
                        "places": known["places"],
                        "roll": known["roll"],
                        "minutes": minutes,
                        "children from here": homes.at[setting, district],
                    }
                )
    columns = ["district", "school", "ages", "needs", "places", "roll", "minutes", "children from here"]
    return pd.DataFrame(rows, columns=columns)


def _places(outcome: Outcome, limit: int) -> pd.DataFrame:
    """Return where children of each district are who need a specialist place: today and in the January told of."""
    found = outcome.placed.destinations("district", levels=LEVELS)
    years = list(dict.fromkeys((outcome.area.base_year, year_ahead(outcome))))
    found = found[(found["level"] == LEVELS[1]) & found["year"].isin(years)]
    wide = found.pivot_table(
        index=["district", "destination"], columns="year", values="children", observed=True, sort=False
    )
    wide = wide[wide.sum(axis=1) > 0].rename(columns=str)
    told = suppressed(wide.round(), [str(y) for y in years], limit)
    told = told.map(lambda v: v if isinstance(v, str) else f"{v:,.0f}").reset_index()
    told.columns.name = None
    told.insert(1, "where", [where(str(d)) for d in told.pop("destination")])
    return told.rename(columns={str(y): f"January {y}" for y in years})


def _ends(outcome: Outcome, limit: int) -> pd.DataFrame:
    """Return children placed today from each home district (rows) to each district of schools (columns)."""
    table = origin_destination(outcome).set_index("home district")
    return suppressed(table, list(table), limit)
