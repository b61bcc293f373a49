"""A simple placement of children, so that transport is tested without an allocation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.transport.roads.travel import travel
from sufficiency.words import vocabulary
from sufficiency.words.school_year import PHASES, phase_of


@dataclass(frozen=True)
class Placing:
    """What transport takes from an allocation."""

    placements: pd.DataFrame
    attending: xr.DataArray


def placed(area: Area, *, to: int = 2028, draws: int = 8, growth: float = 0.0) -> Placing:
    """Return each specialist child of the base year at the nearest setting of their type, homes shared as children are."""
    rows = _rows(area)
    years = range(area.base_year, to + 1)
    placements = pd.concat([rows.assign(year=y) for y in years], ignore_index=True)
    placements = placements.merge(travel(area)[["zone", "setting", "km", "minutes"]], on=["zone", "setting"])
    return Placing(tables.check(placements, tables.PLACEMENTS), _attending(area, placements, draws, growth))


def _rows(area: Area) -> pd.DataFrame:
    states = area.states[area.states["setting_type"].isin(vocabulary.SPECIALIST)]
    homes = area.zone_children.merge(area.zones[["zone", "authority"]], on="zone")
    pairs = travel(area).merge(area.settings[["setting", "setting_type", "ncy_low", "ncy_high"]], on="setting")
    parts = []
    rng = np.random.default_rng(1)
    for (authority, ncy, need, kind), plans in (
        states.groupby(["authority", "ncy", "need", "setting_type"])["plans"].sum().items()
    ):
        near = pairs[(pairs["setting_type"] == kind) & (pairs["ncy_low"] <= ncy) & (pairs["ncy_high"] >= ncy)]
        here = homes[(homes["authority"] == authority) & (homes["ncy"] == ncy)]
        if near.empty or here.empty or plans == 0:
            continue
        best = near.loc[near.groupby("zone")["minutes"].idxmin(), ["zone", "setting"]]
        share = here["children"].to_numpy(dtype=float)
        count = rng.multinomial(int(plans), share / share.sum())
        found = here.assign(children=count)[["zone", "children"]].merge(best, on="zone")
        parts.append(found[found["children"] > 0].assign(authority=authority, ncy=ncy, need=need))
    return pd.concat(parts, ignore_index=True)


def _attending(area: Area, placements: pd.DataFrame, draws: int, growth: float) -> xr.DataArray:
    frame = placements.assign(phase=phase_of(placements["ncy"].to_numpy()))
    key = ["year", "authority", "need", "phase", "setting"]
    counts = frame.groupby(key)["children"].sum()
    labels = [
        sorted(set(frame["year"])),
        list(area.authorities),
        list(vocabulary.NEEDS),
        list(PHASES),
        [*area.settings["setting"], vocabulary.UNPLACED],
    ]
    index = pd.MultiIndex.from_product(labels, names=key)
    one = counts.reindex(index, fill_value=0).to_numpy(dtype=float).reshape([len(x) for x in labels])
    years = np.array(labels[0]) - area.base_year
    factor = 1 + growth * years[None, :] * (np.arange(draws)[:, None] + 1) / draws
    data = one[None] * factor.reshape(draws, len(years), 1, 1, 1, 1)
    return xr.DataArray(
        data, dims=("draw", *key), coords={"draw": np.arange(draws), **dict(zip(key, labels, strict=True))}
    )
