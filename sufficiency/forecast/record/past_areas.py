"""Areas as they could have been known in a past January, and several areas as one: what a backtest forecasts from."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import InputError, one_of


def joined(areas: Sequence[Area]) -> Area:
    """Return one area with the tables that a forecast needs of several."""
    if not areas:
        raise InputError("a backtest needs at least one area")
    if len(areas) == 1:
        return areas[0]
    bases = {a.base_year for a in areas}
    if len(bases) > 1:
        raise InputError(f"areas to be tested together need one base year; got {one_of(sorted(bases))}")
    codes = [code for a in areas for code in a.authorities]
    twice = [code for code in dict.fromkeys(codes) if codes.count(code) > 1]
    if twice:
        raise InputError(f"{twice[0]} is in two of the areas; each authority can be tested once")
    names = ("population", "plans", "states", "flows", "requests", "assumptions")
    stacked = {
        n: pd.concat([getattr(a, n) for a in areas if len(getattr(a, n))] or [getattr(areas[0], n)]) for n in names
    }
    stacked["transitions"] = pd.concat([_named(a) for a in areas])
    stacked["assumptions"] = stacked["assumptions"].drop_duplicates("assumption")
    merged = {code: name for a in areas for code, name in a.authorities.items()}
    return Area(
        name=f"{len(codes)} authorities",
        authorities=merged,
        base_year=bases.pop(),
        **{n: f.reset_index(drop=True) for n, f in stacked.items()},
    )


def as_of(area: Area, origin: int) -> Area:
    """Return the area as it could have been known in January `origin`: later years, levers, zones left out.

    Children are those of the January nearest `origin` that is not after it; where the first estimate came later, it
    stands in.
    """
    codes = [
        code for code in area.authorities if ((area.plans["authority"] == code) & (area.plans["year"] == origin)).any()
    ]
    kept = {n: _until(getattr(area, n), origin, codes) for n in ("plans", "states", "flows", "requests")}
    kept["transitions"] = _until(_named(area), origin, codes)
    return area.replace(
        name=f"{area.name}, January {origin}",
        authorities={code: area.authorities[code] for code in codes},
        base_year=origin,
        population=_population(area.population, origin, codes),
        changes=tables.empty(tables.CHANGES),
        zones=tables.empty(tables.ZONES),
        housing=tables.empty(tables.HOUSING),
        **kept,
    )


def _named(area: Area) -> pd.DataFrame:
    """Return transitions with a blank authority named: it is the area's only one."""
    moves = area.transitions
    return moves.assign(authority=moves["authority"].replace("", next(iter(area.authorities)))) if len(moves) else moves


def _until(frame: pd.DataFrame, origin: int, codes: Sequence[str]) -> pd.DataFrame:
    return frame[(frame["year"] <= origin) & frame["authority"].isin(codes)]


def _population(frame: pd.DataFrame, origin: int, codes: Sequence[str]) -> pd.DataFrame:
    """Return children to `origin`, each authority's first estimate standing in where it is later."""
    own = frame[frame["authority"].isin(codes)]
    parts = []
    for _, rows in own.groupby("authority", sort=False):
        until = rows[rows["year"] <= origin]
        parts.append(until if len(until) else rows[rows["year"] == rows["year"].min()].assign(year=origin))
        last = parts[-1]
        if last["year"].max() < origin:
            parts.append(last[last["year"] == last["year"].max()].assign(year=origin))
    return pd.concat(parts, ignore_index=True)
