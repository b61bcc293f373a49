"""What maps need: rates by neighbourhood and district, schools with places and roll, lines from home to school."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.draws import LEVELS
from sufficiency.outcome import Outcome
from sufficiency.report.disclosure.suppress import HIDDEN, suppressed
from sufficiency.report.look.ground import ground
from sufficiency.report.look.picture import fullness
from sufficiency.report.sections.common import milestones
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.vocabulary import SPECIALIST

LEAST: Final = 20  # children of a line from home to school [children]


def map_years(outcome: Outcome) -> list[int]:
    """Return the years that a map offers."""
    return milestones([int(y) for y in outcome.placed.attending["year"].values])


def away_by_district(outcome: Outcome, limit: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return children turned away, and their share of those who need a specialist place: district x year, middle forecast.

    Counts are words: hidden ones, and those that would give them away, are 'c', and their shares are not a number.
    """
    years, districts = map_years(outcome), list(ground(outcome.area).districts)
    need = outcome.placed.need("district", levels=LEVELS)
    need = need[(need["level"] == LEVELS[1]) & need["year"].isin(years)]
    counts, needs = (
        need.pivot_table(index="district", columns="year", values=measure)
        .reindex(index=districts, columns=years)
        .fillna(0.0)
        for measure in ("turned_away", "need")
    )
    shares = (counts / needs.where(needs > 0)).astype(float)
    table = counts.rename(columns=str)
    told = suppressed(table, list(table), limit)
    words = told.map(lambda v: v if isinstance(v, str) else f"{float(v):,.0f}")
    words.columns = counts.columns
    return words, shares.mask(words == HIDDEN)


def travel_by_part(outcome: Outcome, limit: int = 0) -> pd.DataFrame:
    """Return mean minutes one way of children placed in the expected demand: part of the ground x year. [minutes]

    Parts with fewer children than `limit` are not told.
    """
    rows = outcome.placed.placements
    rows = rows[~rows["setting"].isin(DESTINATIONS)]
    rows = rows.assign(total=rows["minutes"] * rows["children"], part=_part(outcome, rows["zone"]))
    sums = rows.groupby(["part", "year"])[["total", "children"]].sum()
    wide = (sums["total"] / sums["children"]).where(sums["children"] >= max(limit, 1)).unstack("year")
    return wide.reindex(index=list(ground(outcome.area).parts), columns=map_years(outcome))


def by_part(outcome: Outcome, rows: pd.DataFrame) -> pd.Series:
    """Return children by part of the ground, of rows with zone and children. [children]"""
    return rows["children"].groupby(_part(outcome, rows["zone"]).to_numpy()).sum()


def _part(outcome: Outcome, zones: pd.Series) -> pd.Series:
    return zones.map(ground(outcome.area).part_of)


def map_settings(outcome: Outcome, years: Sequence[int], limit: int = 0) -> pd.DataFrame:
    """Return the area's own named specialist settings with places, roll and how full they are in each of some Januaries.

    Settings that stand for units which no list names are left out: they have no place on a map. Today's roll is known only
    where the area lists it; later ones are the forecast's. Where small numbers are hidden, no roll is told.
    """
    area = outcome.area
    settings = area.settings
    own = settings[settings["setting_type"].isin(SPECIALIST) & settings["is_in_area"] & settings["has_number"]]
    frame = own[["setting", "name", "setting_type", "district", "easting", "northing"]].reset_index(drop=True)
    rolls = outcome.placed.placements.groupby(["year", "setting"])["children"].sum()
    listed = frame["setting"].isin(area.attendance["setting"])
    for year in years:
        january = outcome.placed.years.index(year)
        places = pd.Series(outcome.placed.expected_places[january], index=outcome.placed.routes.codes)
        frame[f"places_{year}"] = frame["setting"].map(places).fillna(0).astype(int)
        roll = pd.Series([float(rolls.get((year, s), 0)) for s in frame["setting"]])
        roll = roll.where(listed | (year > area.base_year)).mask(roll.between(1, limit - 1))
        frame[f"full_{year}"] = [fullness(r, p) for r, p in zip(roll, frame[f"places_{year}"], strict=True)]
        frame[f"roll_{year}"] = roll if limit <= 1 else np.nan
    return frame


def flow_lines(outcome: Outcome, homes: pd.DataFrame, limit: int = 0, least: int = LEAST) -> pd.DataFrame:
    """Return lines from the middle of each home district to schools of other districts, of at least `least` children today.

    `homes` has children of each school by home district, 'c' where hidden.
    """
    here = ground(outcome.area)
    told = homes.apply(pd.to_numeric, errors="coerce").stack().rename("children").rename_axis(["setting", "origin"])
    flows = told[told >= max(least, limit)].reset_index()
    schools = map_settings(outcome, [outcome.area.base_year]).set_index("setting")[
        ["name", "district", "easting", "northing"]
    ]
    lines = flows.join(schools, on="setting", how="inner")
    lines = lines[lines["district"] != lines["origin"]]
    middles = {name: shape.representative_point() for name, shape in here.districts.items()}
    return lines.assign(
        easting_from=[middles[o].x for o in lines["origin"]],
        northing_from=[middles[o].y for o in lines["origin"]],
        children=lines["children"].astype(np.int64),
    ).reset_index(drop=True)
