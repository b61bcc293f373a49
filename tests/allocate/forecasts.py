"""A forecast made by hand, for placing: an area's base-year plans, grown and shaken, homes by children of each age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES


@dataclass(frozen=True, eq=False)
class HandMade:
    """What a forecast hands on."""

    plans: xr.DataArray
    homes: xr.DataArray


def grown(area: Area, *, to: int, draws: int, growth: float = 0.05, seed: int = 1) -> HandMade:
    """Return the base year's plans in every draw, then cohorts a year older with joiners and leavers by lot."""
    rng = np.random.default_rng(seed)
    states = area.states[area.states["year"] == area.base_year]
    sizes = (len(area.authorities), len(NCYS), len(NEEDS), len(SETTING_TYPES))
    base = np.zeros(sizes, dtype=np.int64)
    codes = [list(area.authorities), list(NCYS), list(NEEDS), list(SETTING_TYPES)]
    at = [
        [known.index(v) for v in states[c]]
        for c, known in zip(("authority", "ncy", "need", "setting_type"), codes, strict=True)
    ]
    np.add.at(base, tuple(at), states["plans"].to_numpy())
    years = list(range(area.base_year, to + 1))
    plans = np.zeros((draws, len(years), *sizes), dtype=np.int64)
    plans[:, 0] = base
    for year in range(1, len(years)):
        older = np.zeros_like(plans[:, 0])
        older[:, :, 1:] = rng.binomial(plans[:, year - 1, :, :-1], 0.93)
        plans[:, year] = older + rng.poisson(base * (0.07 + growth), size=older.shape) + rng.binomial(base, 0.02)
        plans[:, year, :, 0:5] = rng.poisson(base[:, :5] * (1 + growth) ** year, size=(draws, *base[:, :5].shape))
    return HandMade(
        xr.DataArray(
            plans,
            dims=("draw", "year", "authority", "ncy", "need", "setting_type"),
            coords=dict(zip(("year", "authority", "ncy", "need", "setting_type"), [years, *codes], strict=True))
            | {"draw": range(draws)},
        ),
        homes(area),
    )


def homes(area: Area) -> xr.DataArray:
    """Return shares of an authority's children that live in each zone, by NCY."""
    table = area.zone_children.pivot_table(index="zone", columns="ncy", values="children", fill_value=0.0)
    table = table.reindex(index=area.zones["zone"], columns=list(NCYS), fill_value=0.0)
    belongs = area.zones["authority"].to_numpy()
    share = table / table.groupby(belongs).transform("sum").replace(0, 1)
    return xr.DataArray(share.to_numpy(), dims=("zone", "ncy"), coords={"zone": list(table.index), "ncy": list(NCYS)})
