"""Where the travellers to each school live, as the few numbers that the fast estimate needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.transport.modes.modes import guide_minutes

Floats = npt.NDArray[np.float64]

PLACE: Final = ("year", "authority", "setting")


@dataclass(frozen=True, eq=False)
class Homes:
    """Where the travellers to each school live: arrays of one shape, by school, or by year × authority × school."""

    km: Floats  # mean distance to school by road, one way [km]
    minutes: Floats  # and time [minutes]
    spread: Floats  # standard deviation of their minutes over the mean
    area_km2: Floats  # over which they are spread: 4π √det of their covariance [km²]
    limit_minutes: Floats  # the longest ride wanted [minutes]


def homes_of(area: Area, rows: pd.DataFrame, attending: xr.DataArray) -> Homes:
    """Return homes by year, authority and setting; where nobody is expected, as the setting, or the area, has had so far.

    Parameters
    ----------
    rows
        Expected placements with `travellers`, km, minutes and where the home is.
    attending
        The allocation's array, whose labels give the shape.
    """
    rows = rows.assign(limit=guide_minutes(area, rows["ncy"]), all="all")
    index = pd.MultiIndex.from_product([attending[d].values for d in PLACE], names=PLACE)
    filled = spread_of(rows, list(PLACE)).reindex(index)
    for wider in ("setting", "all"):
        known = _spread(so_far(_weighted(rows, ["year", wider]), [int(y) for y in attending["year"].values]))
        keys = [
            index.get_level_values("year"),
            index.get_level_values("setting") if wider == "setting" else ["all"] * len(index),
        ]
        filled = filled.fillna(known.reindex(pd.MultiIndex.from_arrays(keys)).set_axis(index))
    filled = filled.fillna(1.0)
    shape = [attending.sizes[d] for d in PLACE]
    return Homes(**{c: filled[c].to_numpy(dtype=float).reshape(shape) for c in filled})


def so_far(totals: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return totals by year and other labels, each year with those before it: what comes later changes no earlier year."""
    others = totals.index.droplevel("year")
    cells = others.unique()
    year, cell = pd.Index(years).get_indexer(totals.index.get_level_values("year")), cells.get_indexer(others)
    wide = np.zeros((len(years), len(cells), totals.shape[1]))
    wide[year[year >= 0], cell[year >= 0]] = totals.to_numpy()[year >= 0]
    labels = [np.tile(cells.get_level_values(name), len(years)) for name in others.names]
    index = pd.MultiIndex.from_arrays([np.repeat(years, len(cells)), *labels], names=["year", *others.names])
    return pd.DataFrame(wide.cumsum(axis=0).reshape(len(index), -1), index=index, columns=totals.columns)


def spread_of(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return weighted means and spreads of where travellers live, columns as in `Homes`, a row for each of `by`."""
    return _spread(_weighted(rows, by))


def _weighted(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the weight of each group, and sums of what is known of its homes by weight."""
    weight = rows["travellers"].clip(lower=1e-9)
    facts = {
        "km": rows["km"],
        "minutes": rows["minutes"],
        "limit_minutes": rows["limit"],
        "minutes²": rows["minutes"] ** 2,
        "within": rows["home_spread_km"] ** 2,
        "x": rows["easting"] / 1000,
        "y": rows["northing"] / 1000,
    }
    facts |= {a + b: facts[a] * facts[b] for a, b in ("xx", "yy", "xy")}
    sums = pd.DataFrame({"weight": weight, **{name: fact * weight for name, fact in facts.items()}})
    return sums.groupby([rows[k] for k in by]).sum()


def _spread(sums: pd.DataFrame) -> pd.DataFrame:
    mean = sums.drop(columns="weight").div(sums["weight"].where(sums["weight"] > 0), axis=0)
    variance = {a + b: mean[a + b] - mean[a] * mean[b] for a, b in ("xx", "yy", "xy")}
    det = (variance["xx"] + mean["within"]) * (variance["yy"] + mean["within"]) - variance["xy"] ** 2
    spread = np.sqrt((mean["minutes²"] - mean["minutes"] ** 2).clip(lower=0)) / mean["minutes"].clip(lower=1e-9)
    return mean[["km", "minutes", "limit_minutes"]].assign(
        area_km2=4 * np.pi * np.sqrt(det.clip(lower=1e-4)), spread=spread
    )
