"""Access without optimising anything: places within reach of each zone, and how far the nearest suitable school is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sufficiency.allocate import nearest_suitable
from sufficiency.allocate.explain.access import Access, within_reach_each
from sufficiency.outcome import Outcome
from sufficiency.report.look import charts, maps
from sufficiency.report.look.ground import ground
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections.anchors import links
from sufficiency.report.sections.common import rests_on
from sufficiency.report.sections.mapped import mapped
from sufficiency.report.sections.zones import map_settings, map_years
from sufficiency.words.say import label
from sufficiency.words.school_year import PHASES, phase_of

DRAWS: Final = 20  # whose mean is the expected demand


def section(outcome: Outcome) -> Section:
    """Return the section on access."""
    area, years = outcome.area, map_years(outcome)
    first, last = years[0], years[-1]
    now, then = (_whole(outcome, year) for year in (first, last))
    table = _by_district(outcome, first, last)
    least = table.loc[table["places a child"].idxmin()]
    farthest = table.loc[table["minutes to the nearest"].idxmax()]
    return Section(
        "access",
        "Places within reach",
        words=(
            "A check that optimises nothing: each state setting's places are shared among the children near it whom it suits, and each home adds up its shares (a two-step floating catchment; what is near counts for more). One place within reach for each child who needs one is balance.",
            f"In January {first} there are {now:.2f} places within reach for each child; in January {last}, with the places that are agreed, {then:.2f}. "
            f"{least['district']} has the fewest today ({least['places a child']:.2f}); from {farthest['district']} the nearest special school that suits is farthest ({farthest['minutes to the nearest']:.0f} minutes on average).",
        ),
        exhibits=(
            mapped(
                "map-access",
                f"{least['district']} has the fewest places within reach for each child who needs one"
                if len(table) > 1
                else "Places within reach for each child who needs one, by home",
                area,
                partial(_picture, outcome, years),
                f"Neighbourhoods shaded by state places within reach for each child who needs one: brown where there is less than one, blue-green where there is more. Januaries {first} to {last} can be chosen in the page.",
            ),
            Chart(
                "nearest",
                f"Minutes to the nearest state special school that suits, January {first}",
                partial(charts.grid, nearest_minutes(outcome, first), "need_group", "phase", "minutes"),
                "A grid of groups of needs by phase; darker cells are farther from a school that suits. A dash: none suits.",
                note="Averaged over children of the age in each zone, whether the school has room or not.",
            ),
            Table(
                "access-district",
                "Places within reach, and the nearest school that suits, by home district",
                table,
                dict.fromkeys(table.columns[2:4], "2") | {"children": "n", "minutes to the nearest": "n"},
                note=f"Children who need a specialist place, and minutes, in January {first}.",
                counts=("children",),
                tied=tuple(table.columns[2:4]),
            ),
        ),
        assumptions=rests_on(area, "suitability", "distance"),
    )


def access_map(outcome: Outcome, year: int) -> Figure:
    """Return a map of state places within reach for each child who needs one, by neighbourhood, in one January."""
    return maps.still(outcome.area, _picture(outcome, [year]))


def _picture(outcome: Outcome, years: Sequence[int], limit: int = 0) -> maps.Picture:
    values = pd.DataFrame({year: _by_part(outcome, year, limit) for year in years})
    return maps.Picture(
        years=tuple(years),
        year=years[0],
        scale=maps.about_balance("places within reach for each child who needs one"),
        parts=values.reindex(list(ground(outcome.area).parts)),
        schools=map_settings(outcome, years, limit),
        words={year: _in_words(outcome, year) for year in years},
        links=links(outcome),
    )


def _by_part(outcome: Outcome, year: int, limit: int) -> pd.Series:
    """Return places a child by part of the ground; of fewer children than `limit` nothing. [places]"""
    zones = _reach(outcome, year).summary("zone")
    zones = zones.assign(places=zones["places_per_child"] * zones["children"])
    sums = zones.groupby(zones["zone"].map(ground(outcome.area).part_of))[["places", "children"]].sum()
    return (sums["places"] / sums["children"]).where(sums["children"] >= max(limit, 0.5))


def _in_words(outcome: Outcome, year: int) -> str:
    """Return how many places are within reach in a January, and where fewest and most."""
    rows = _reach(outcome, year).summary("district").sort_values("places_per_child")
    says = f"January {year}: {_whole(outcome, year):.2f} places within reach for each child who needs one"
    if len(rows) > 1:
        low, high = rows.iloc[0], rows.iloc[-1]
        says += f"; fewest in {low['district']} ({low['places_per_child']:.2f}), most in {high['district']} ({high['places_per_child']:.2f})"
    return f"{says}."


def _reach(outcome: Outcome, year: int) -> Access:
    return _reaches(outcome)[year]


@lru_cache(maxsize=1)
def _reaches(outcome: Outcome) -> Mapping[int, Access]:
    years = [int(year) for year in outcome.plans.plans["year"].to_numpy()]
    return within_reach_each(outcome.area, outcome.plans, years, decay=True, draws=DRAWS)


def _whole(outcome: Outcome, year: int) -> float:
    reach = _reach(outcome, year).summary("authority")
    return float(np.average(reach["places_per_child"], weights=reach["children"]))


def _nearest(outcome: Outcome, year: int) -> pd.DataFrame:
    """Return minutes to the nearest state special school that suits, with the children of the phase in each zone."""
    area = outcome.area
    nearest = nearest_suitable(area, year=year)
    living = area.zone_children.assign(phase=phase_of(area.zone_children["ncy"].to_numpy(dtype=int)))
    living = living.groupby(["zone", "phase"], as_index=False)["children"].sum()
    return nearest.merge(living, on=["zone", "phase"]).dropna(subset="minutes")


def nearest_minutes(outcome: Outcome, year: int) -> pd.DataFrame:
    """Return mean minutes to the nearest state special school that suits: need_group, phase, minutes."""
    nearest = _nearest(outcome, year)
    nearest = nearest[nearest["phase"].isin(["primary", "secondary", "post_16"])]
    nearest = nearest.assign(total=nearest["minutes"] * nearest["children"])
    sums = nearest.groupby(["need_group", "phase"], sort=False)[["total", "children"]].sum().reset_index()
    sums["phase"] = pd.Categorical(sums["phase"], list(PHASES), ordered=True)
    sums = sums.sort_values("phase", kind="stable").assign(minutes=lambda t: t["total"] / t["children"])
    return sums.assign(phase=[label(str(p), "phase") for p in sums["phase"]])[["need_group", "phase", "minutes"]]


def _by_district(outcome: Outcome, first: int, last: int) -> pd.DataFrame:
    now, then = (_reach(outcome, year).summary("district").set_index("district") for year in (first, last))
    nearest = _nearest(outcome, first).merge(outcome.area.zones[["zone", "district"]], on="zone")
    nearest = nearest[nearest["phase"].isin(["primary", "secondary"])]
    sums = (
        nearest.assign(total=nearest["minutes"] * nearest["children"]).groupby("district")[["total", "children"]].sum()
    )
    table = now[["children", "places_per_child"]].assign(
        then=then["places_per_child"], minutes=sums["total"] / sums["children"]
    )
    table.columns = ["children", "places a child", f"places a child, {last}", "minutes to the nearest"]
    return table.rename_axis("district").reset_index()
