"""Minutes and km from homes to settings: from a road network, a supplied table, or straight line with a stated error."""

from __future__ import annotations

import pandas as pd

from sufficiency import distance, tables
from sufficiency.area import Area
from sufficiency.errors import InputError, one_of


def travel(area: Area, *, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return km and minutes from every zone to every setting of an area, by the best means at hand.

    Parameters
    ----------
    area
        Its own travel table is kept where it has one; pairs that it lacks are estimated, and `note` says so.
    table
        Travel times in long form, as `tables.TRAVEL`: every pair of the area's zones and settings.

    Returns
    -------
    DataFrame
        As `tables.TRAVEL`, a row a pair, with `source`: "supplied", or "straight line" for an estimate.

    Raises
    ------
    InputError
        If `table` lacks a pair or holds a negative; every one is counted and the first are named.
    """
    estimated = distance.travel_table(area.zones, area.settings, area)
    if table is not None:
        return _complete(_supplied(table, estimated), estimated)
    if len(area.travel):
        return _complete(area.travel, estimated)
    return estimated


def _supplied(table: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """Return a supplied matrix checked, or raise naming what it lacks."""
    checked = tables.check(table, tables.TRAVEL, source="travel table")
    have = pd.MultiIndex.from_frame(checked[["zone", "setting"]])
    need = pd.MultiIndex.from_frame(wanted[["zone", "setting"]])
    missing = need.difference(have)
    if len(missing):
        pairs = [f"{zone} to {setting}" for zone, setting in missing[:3]]
        raise InputError(
            f"the travel table lacks {len(missing):,} of {len(need):,} pairs: {one_of(pairs)}"
            f"{' …' if len(missing) > len(pairs) else ''}; add them, or put the table in the area folder as travel.csv, "
            "where missing pairs are estimated by straight line"
        )
    return checked


def _complete(known: pd.DataFrame, estimated: pd.DataFrame) -> pd.DataFrame:
    """Return a row for every pair wanted: the known where there is one, else the estimate, said in `note`."""
    known = known.copy()
    known["source"] = known["source"].replace("", "supplied") if "source" in known else "supplied"
    known["note"] = known.get("note", "")
    pairs = ["zone", "setting"]
    merged = estimated[pairs].merge(known, on=pairs, how="left", validate="one_to_one")
    lacking = merged["km"].isna().to_numpy()
    for column in ("km", "minutes", "walk_km", "source"):
        merged[column] = merged[column].where(~lacking, estimated[column])
    merged["note"] = merged["note"].where(~lacking, "not in the travel table: estimated by straight line")
    return merged[[*estimated.columns, "note"]]
