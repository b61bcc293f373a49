"""Where children go: from district to setting, how far, how long, in the area or out of it."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.outcome import Outcome
from sufficiency.report.look import charts, maps
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections.anchors import links
from sufficiency.report.sections.common import LEVELS, middle, rests_on
from sufficiency.report.sections.mapped import mapped
from sufficiency.report.sections.schools import homes_of
from sufficiency.report.sections.zones import LEAST, flow_lines, map_settings, map_years, travel_by_part
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.say import shown

NO_DISTRICT: Final = "In the area, district not known"


def section(outcome: Outcome) -> Section:
    """Return the section on where children go."""
    area, placed, now = outcome.area, outcome.placed, outcome.area.base_year
    travel = placed.travel(levels=LEVELS)
    mean, p90, beyond = (middle(travel, m, year=now)[1] for m in ("mean_minutes", "p90_minutes", "share_beyond"))
    out = middle(placed.out_of_area(levels=LEVELS), "share", year=now)[1]
    independent = placed.independent(levels=LEVELS)
    count, share = middle(independent, "children", year=now)[1], middle(independent, "share", year=now)[1]
    by_phase = placed.travel("phase", levels=LEVELS)
    years, by_district = map_years(outcome), _by_district(outcome)
    return Section(
        "going",
        "Where children go",
        words=(
            f"In January {now} a child in a special school, unit or resourced provision travels {mean:.0f} minutes each way on average; one in ten travels more than {p90:.0f}. "
            f"{shown(beyond, '%')} go further than guidance expects ({area.value('transport.guide_primary_minutes'):g} minutes to Year 6, {area.value('transport.guide_secondary_minutes'):g} from Year 7).",
            f"{shown(out, '%')} of those placed are outside {area.name}, and {count:,.0f} children ({shown(share, '%')} of all who need a specialist place) are at independent or non-maintained schools.",
        ),
        exhibits=(
            Table(
                "travel-district",
                f"Journeys to specialist settings by home district, January {now}",
                by_district,
                {
                    "children": "n",
                    "mean minutes": "1",
                    "90th percentile minutes": "1",
                    "mean km": "1",
                    "beyond guidance": "%",
                },
                counts=("children",),
                tied=("mean minutes", "90th percentile minutes", "mean km", "beyond guidance"),
                behind=_beyond(by_district),
            ),
            mapped(
                "map-travel",
                _farthest(outcome, now),
                area,
                partial(_picture, outcome),
                f"Neighbourhoods shaded by the mean minutes one way of their children with a place, darker for longer; lines join a district to schools of other districts that at least {LEAST} of its children attend. Januaries {years[0]} to {years[-1]} can be chosen in the page; the lines are of January {now}.",
            ),
            Chart(
                "travel-phase",
                "Mean minutes one way, by phase, forecast",
                partial(_travel_fan, by_phase),
                "One panel for each phase, for children with a place: read this beside the shortfall. New placements are spread as today's are.",
            ),
            Table(
                "origin-destination",
                f"From home district to setting's district, children, January {now}",
                origin_destination(outcome),
                {},
                note="Expected placements. 'Outside' is beyond the area's boundary.",
                counts=tuple(c for c in origin_destination(outcome) if c != "home district"),
            ),
        ),
        assumptions=rests_on(area, "attendance", "travel", "distance"),
    )


def _by_district(outcome: Outcome) -> pd.DataFrame:
    travel = outcome.placed.travel("district", levels=LEVELS)
    now = travel[(travel["year"] == outcome.area.base_year) & (travel["level"] == LEVELS[1])]
    homes = outcome.area.zones.set_index("zone")["district"]
    places = outcome.placed.placements
    children = (
        places[(places["year"] == outcome.area.base_year) & ~places["setting"].isin(DESTINATIONS)]
        .groupby(places["zone"].map(homes))["children"]
        .sum()
    )
    table = now.assign(children=now["district"].map(children))
    names = {
        "mean_minutes": "mean minutes",
        "p90_minutes": "90th percentile minutes",
        "mean_km": "mean km",
        "share_beyond": "beyond guidance",
    }
    return table.rename(columns=names)[["district", "children", *names.values()]].reset_index(drop=True)


def _beyond(by_district: pd.DataFrame) -> pd.DataFrame:
    """Return how many children of each district a share beyond guidance stands for. [children]"""
    return (by_district[["beyond guidance"]].mul(by_district["children"], axis=0)).round()


def _travel_fan(by_phase: pd.DataFrame) -> Figure:
    some = by_phase[by_phase["phase"].isin(["primary", "secondary", "post_16"])]
    return charts.fan(some, "mean_minutes", unit="minutes one way", by="phase")


def origin_destination(outcome: Outcome) -> pd.DataFrame:
    """Return children placed in the base year from each home district (rows) to each district of schools."""
    area = outcome.area
    placed = outcome.placed.placements
    now = placed[(placed["year"] == area.base_year) & ~placed["setting"].isin(DESTINATIONS)]
    homes = area.zones.set_index("zone")["district"]
    settings = area.settings.set_index("setting")
    ends = settings["district"].where(settings["district"] != "", NO_DISTRICT).where(settings["is_in_area"], "Outside")
    wide = now.assign(home=now["zone"].map(homes), end=now["setting"].map(ends)).pivot_table(
        index="home", columns="end", values="children", aggfunc="sum", fill_value=0
    )
    last = [c for c in (NO_DISTRICT, "Outside") if c in wide]
    order = [*(c for c in wide.columns if c not in last), *last]
    return wide[order].reset_index().rename_axis(columns=None).rename(columns={"home": "home district"})


def _farthest(outcome: Outcome, year: int) -> str:
    """Return the district whose children with a place travel longest on average, as the title of a map."""
    travel = outcome.placed.travel("district", levels=LEVELS)
    travel = travel[(travel["year"] == year) & (travel["level"] == LEVELS[1])]
    if len(travel) < 2:
        return "How long journeys to a specialist place are, by home"
    return f"{travel.loc[travel['mean_minutes'].idxmax(), 'district']} has the longest journeys to a specialist place"


def _picture(outcome: Outcome, limit: int = 0) -> maps.Picture:
    years, now = map_years(outcome), outcome.area.base_year
    values = travel_by_part(outcome, limit)
    return maps.Picture(
        years=tuple(years),
        year=now,
        scale=maps.darker(values, "minutes one way", "n"),
        parts=values,
        schools=map_settings(outcome, years, limit),
        flows=flow_lines(outcome, homes_of(outcome, limit), limit),
        words=_by_year(outcome, years),
        links=links(outcome),
    )


def _by_year(outcome: Outcome, years: list[int]) -> dict[int, str]:
    """Return, for each January, how long journeys are and where they are longest and shortest."""
    whole, travel = (outcome.placed.travel(*by, levels=LEVELS) for by in ((), ("district",)))
    found = {}
    for year in years:
        mean = middle(whole, "mean_minutes", year=year)[1]
        rows = travel[(travel["year"] == year) & (travel["level"] == LEVELS[1])].sort_values("mean_minutes")
        found[year] = f"January {year}: {mean:.0f} minutes each way on average"
        if len(rows) > 1:
            low, high = rows.iloc[0], rows.iloc[-1]
            found[year] += (
                f"; longest from {high['district']} ({high['mean_minutes']:.0f}), shortest from {low['district']} ({low['mean_minutes']:.0f})"
            )
        found[year] += "."
    return found
