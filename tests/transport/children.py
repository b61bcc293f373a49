"""A simple placement of children, so that transport is tested without an allocation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.transport.roads.travel import travel
from sufficiency.words import vocabulary
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import PHASES, phase_of


@dataclass(frozen=True)
class Placing:
    """What transport takes from an allocation."""

    placements: pd.DataFrame
    attending: xr.DataArray  # destinations last
    others: xr.DataArray
    elsewhere: xr.Dataset

    def added_places(self, settings: Sequence[str], years: Sequence[int]) -> npt.NDArray[np.int64]:
        """Return no places."""
        return np.zeros((self.attending.sizes["draw"], len(years), len(settings)), dtype=np.int64)


def placed(area: Area, *, to: int = 2028, draws: int = 8, growth: float = 0.0) -> Placing:
    """Return each specialist child of the base year at the nearest setting of their type, homes shared as children are."""
    rows = _rows(area)
    years = range(area.base_year, to + 1)
    placements = pd.concat([rows.assign(year=y) for y in years], ignore_index=True)
    placements = placements.merge(travel(area)[["zone", "setting", "km", "minutes"]], on=["zone", "setting"])
    attending = _attending(area, placements, draws, growth)
    return Placing(
        tables.check(placements, tables.PLACEMENTS), attending, _others(area, attending), _elsewhere(attending)
    )


def _others(area: Area, attending: xr.DataArray) -> xr.DataArray:
    """Return the base year's plans outside specialist settings, in every draw and year."""
    states = area.states[~area.states["setting_type"].isin(vocabulary.SPECIALIST)]
    states = states.assign(phase=phase_of(states["ncy"].to_numpy()))
    key = ["authority", "need", "phase", "setting_type"]
    types = [t for t in vocabulary.SETTING_TYPES if t not in vocabulary.SPECIALIST]
    labels = [*(list(attending[d].values) for d in key[:3]), types]
    index = pd.MultiIndex.from_product(labels, names=key)
    one = states.groupby(key)["plans"].sum().reindex(index, fill_value=0).to_numpy(dtype=float)
    found = xr.DataArray(one.reshape([len(x) for x in labels]), dims=key, coords=dict(zip(key, labels, strict=True)))
    return found.expand_dims(draw=attending["draw"].values, year=attending["year"].values)


def _elsewhere(attending: xr.DataArray) -> xr.Dataset:
    """Return half of those turned away carried 8 km, and none of those at home or nowhere."""
    coords = {
        "draw": attending["draw"].values,
        "phase": list(PHASES),
        "setting": list(DESTINATIONS),
    }
    share = [0.0 if d in ("home_educated", "not_in_education") else 0.5 for d in DESTINATIONS]
    one = xr.DataArray(np.ones([len(x) for x in coords.values()]), dims=tuple(coords), coords=coords)
    entitled = one * xr.DataArray(share, dims="setting", coords={"setting": coords["setting"]})
    return xr.Dataset({"gbp": one * 10_000, "entitled": entitled, "km": one * 8})


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
        [*area.settings["setting"], *DESTINATIONS],
    ]
    index = pd.MultiIndex.from_product(labels, names=key)
    one = counts.reindex(index, fill_value=0).to_numpy(dtype=float).reshape([len(x) for x in labels])
    years = np.array(labels[0]) - area.base_year
    factor = 1 + growth * years[None, :] * (np.arange(draws)[:, None] + 1) / draws
    data = one[None] * factor.reshape(draws, len(years), 1, 1, 1, 1)
    return xr.DataArray(
        data, dims=("draw", *key), coords={"draw": np.arange(draws), **dict(zip(key, labels, strict=True))}
    )
