"""What maps need: measures by zone and year, settings with places and roll, lines from home to school."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sufficiency.outcome import Outcome
from sufficiency.report.sections.common import milestones
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.vocabulary import SPECIALIST


def map_years(outcome: Outcome) -> list[int]:
    """Return the years that a map offers."""
    return milestones([int(y) for y in outcome.placed.attending["year"].values])


def turned_away_by_zone(outcome: Outcome) -> pd.DataFrame:
    """Return children turned away from every suitable state place in the expected demand: zone x year. [children]"""
    rows = outcome.placed.placements
    return _by_zone(outcome, rows[rows["setting"].isin(DESTINATIONS)])


def _by_zone(outcome: Outcome, rows: pd.DataFrame) -> pd.DataFrame:
    years = [int(y) for y in outcome.placed.attending["year"].values]
    wide = rows.pivot_table(index="zone", columns="year", values="children", aggfunc="sum")
    return wide.reindex(index=outcome.area.zones["zone"], columns=years).fillna(0.0)


def travel_by_zone(outcome: Outcome) -> pd.DataFrame:
    """Return mean minutes one way of children placed in the expected demand: zone x year. [minutes]"""
    rows = outcome.placed.placements
    rows = rows[~rows["setting"].isin(DESTINATIONS)].assign(total=lambda r: r["minutes"] * r["children"])
    sums = rows.groupby(["zone", "year"])[["total", "children"]].sum()
    wide = (sums["total"] / sums["children"]).unstack("year")
    return wide.reindex(
        index=outcome.area.zones["zone"], columns=[int(y) for y in outcome.placed.attending["year"].values]
    )


def map_settings(outcome: Outcome, years: Sequence[int], *, still: bool = False) -> pd.DataFrame:
    """Return in-area specialist settings with places and expected children of each year, for circles."""
    area = outcome.area
    shown = area.settings[area.settings["setting_type"].isin(SPECIALIST) & area.settings["is_in_area"]]
    frame = shown[["setting", "name", "easting", "northing"]].copy()
    rolls = outcome.placed.placements.groupby(["year", "setting"])["children"].sum()
    for year in years:
        january = outcome.placed.years.index(year)
        places = pd.Series(outcome.placed.expected_places[january], index=outcome.placed.routes.codes)
        frame[f"places_{year}"] = frame["setting"].map(places).fillna(0).astype(int)
        frame[f"roll_{year}"] = [int(rolls.get((year, s), 0)) for s in frame["setting"]]
    if still:
        return frame.rename(columns={f"places_{years[0]}": "places", f"roll_{years[0]}": "roll"})
    return frame.reset_index(drop=True)


def flow_lines(outcome: Outcome, year: int, least: int = 5) -> pd.DataFrame:
    """Return lines from the middle of each home district to in-area settings, of at least `least` children."""
    area = outcome.area
    homes = area.zones.set_index("zone")
    rows = outcome.placed.placements
    rows = rows[(rows["year"] == year) & ~rows["setting"].isin(DESTINATIONS)].assign(
        origin=lambda r: r["zone"].map(homes["district"])
    )
    flows = (
        rows.groupby(["origin", "setting"], as_index=False)["children"]
        .sum()
        .query("children >= @least", local_dict={"least": least})
    )
    middles = homes.groupby("district")[["easting", "northing"]].mean()
    settings = area.settings[area.settings["is_in_area"]].set_index("setting")[["name", "easting", "northing"]]
    lines = flows.join(settings, on="setting", how="inner")
    return lines.assign(
        easting_from=lines["origin"].map(middles["easting"]),
        northing_from=lines["origin"].map(middles["northing"]),
        children=lines["children"].astype(np.int64),
    ).reset_index(drop=True)
