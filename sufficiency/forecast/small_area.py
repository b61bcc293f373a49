"""Children by small area: each authority's total shared among its zones, whole children in every draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import draws as labelled_draws
from sufficiency.area.area import Area
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.forecast.homes import HomeRates, Kind, by_district, homes
from sufficiency.frozen import frozen
from sufficiency.notebook import titled, wide
from sufficiency.tables import PlansResult
from sufficiency.words import run_options


class SenSupportResult(Protocol):
    """What a forecast of SEN Support offers."""

    def by_ncy(self) -> xr.DataArray:
        """Return pupils: draw x year x authority x phase x ncy."""


def split(
    counts: xr.DataArray, shares: xr.DataArray, rng: np.random.Generator, *, overdispersion: float
) -> xr.DataArray:
    """Return whole counts by zone whose sums are the authority's, in every draw, year and cell.

    Each draw has its own propensity by zone, which lasts through its years, as much wider than chance as
    `overdispersion` says; each cell is then cut at its cumulative shares from one random start for each draw, so that no zone
    is favoured by rounding and a child tends to stay put from year to year.

    Parameters
    ----------
    counts
        Whole children, with dims draw, authority and ncy among others (any order). [children]
    shares
        As `homes` or `by_district` return.
    rng
        The stream for this purpose.
    overdispersion
        Variance as a multiple of chance: `area.value("forecast.zone_overdispersion")`. 0 for no variation but rounding.

    Returns
    -------
    DataArray
        As `counts`, with zone in place of authority. [children]
    """
    lacking = [d for d in ("draw", "authority", "ncy") if d not in counts.dims]
    if lacking:
        raise InputError(f"counts to split lack the dimension {one_of(lacking)}; they have {one_of(counts.dims)}")
    unknown = set(counts["authority"].to_numpy()) - set(shares["authority"].to_numpy())
    if unknown:
        raise MissingError(f"no zone belongs to {one_of(sorted(unknown))}: zones.csv needs every authority")
    parts = [
        _split_one(
            counts.sel(authority=authority, drop=True),
            shares[shares["authority"].to_numpy() == authority],
            rng,
            overdispersion,
        )
        for authority in counts["authority"].to_numpy()
    ]
    return xr.concat(parts, dim="zone").rename(counts.name or "children")


@frozen
@dataclass(frozen=True, eq=False)
class SmallAreaForecast:
    """Children by small area, summing to their authority's in every draw: draw x year x zone x ncy.

    `zone` is a zone or a district, with its `authority` and `district` as coordinates.
    """

    children: xr.DataArray

    def __repr__(self) -> str:
        """Return one line: years, draws, how many small areas and children in the last of the years."""
        years = self.children["year"].to_numpy()
        low, middle, high = self.summary()["children"].to_numpy()[-len(LEVELS) :]
        return (
            f"<SmallAreaForecast {years[0]} to {years[-1]}, {self.children.sizes['draw']:,} draws of "
            f"{self.children.sizes['zone']:,} small areas: {middle:,.0f} children ({low:,.0f} to {high:,.0f}) in {years[-1]}>"
        )

    def _repr_html_(self) -> str:
        middle = wide(self.summary("district", levels=(0.5,)), "district", "children")
        says = f"Middle of {self.children.sizes['draw']:,} simulated futures. Middles of parts need not add up."
        return titled("Children by district of home", middle, note=says)

    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of totals taken within each draw: year, *by, level, children.

        `by` is any of zone, district, authority, ncy, phase, age_group.
        """
        return labelled_draws.summary({"children": self.children}, by, levels)


def by_small_area(
    area: Area,
    forecast: PlansResult | SenSupportResult,
    *,
    to: Literal["zone", "district"] = "district",
    draws: int = 200,
    seed: int = 7,
) -> SmallAreaForecast:
    """Return a forecast of plans, or of SEN Support, by zone or district.

    Parameters
    ----------
    area
        The area that was forecast; its zones, children by zone and known homes.
    forecast
        What `plans` or `sen_support` returned.
    to
        "zone" or "district".
    draws
        The first so many draws of the forecast; zones x draws x years x NCYs are held at once.
    seed
        The same seed gives the same children.
    """
    run_options.draws(draws)
    run_options.seed(seed)
    if to not in ("zone", "district"):
        raise InputError(f"to='{to}' is not one of zone, district")
    if hasattr(forecast, "plans"):
        kind: Kind = "plans"
        counts = forecast.plans.isel(draw=slice(draws)).sum(["need", "setting_type"])
    else:
        kind, counts = "sen_support", forecast.by_ncy().isel(draw=slice(draws)).sum("phase")
    shares = homes(area, kind=kind)
    shares = by_district(shares) if to == "district" else shares
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    found = split(counts, shares, rng, overdispersion=HomeRates.of(area).zone_overdispersion)
    return SmallAreaForecast(found.transpose("draw", "year", "zone", "ncy"))


def _split_one(
    counts: xr.DataArray, shares: xr.DataArray, rng: np.random.Generator, overdispersion: float
) -> xr.DataArray:
    others = [d for d in counts.dims if d not in ("draw", "ncy")]
    cells = counts.transpose("draw", "ncy", *others)
    draws = cells.sizes["draw"]
    share = shares.sel(ncy=cells["ncy"]).to_numpy()  # zone x ncy
    if overdispersion > 0:
        once = [d for d in others if d == "year"]
        total = float(cells.isel(dict.fromkeys(once, 0)).sum()) / max(draws, 1)
        shape = np.maximum(share.mean(axis=1) * total / overdispersion, 1e-3)
        propensity = rng.gamma(shape, size=(draws, len(shape))) / shape
        weight = propensity[:, None, :] * share.T[None] + 1e-12
    else:
        weight = np.broadcast_to(share.T[None], (draws, *share.T.shape))
    upto = np.cumsum(weight, axis=2)
    upto = upto / upto[:, :, -1:]
    upto[:, :, -1] = 1.0
    start = rng.uniform(size=(draws, cells.sizes["ncy"], *(1 if d == "year" else cells.sizes[d] for d in others)))
    values = cells.to_numpy()
    edges = np.moveaxis(upto, 2, 0).reshape(upto.shape[2], draws, cells.sizes["ncy"], *[1] * len(others))
    whole = cut(values, edges, start)
    return xr.DataArray(
        whole,
        coords={
            **{d: shares[d] for d in ("zone", "authority", "district") if d in shares.coords},
            **{d: cells[d] for d in cells.dims if d in cells.coords},
        },
        dims=("zone", *cells.dims),
    )


def cut(whole: np.ndarray, edges: np.ndarray, start: np.ndarray | float = 0.5) -> np.ndarray:
    """Return whole numbers cut into whole parts that sum to them: part x the shape of `whole`.

    `edges` are cumulative shares, part first, the last 1; `start`, from 0 to 1, is where rounding begins: drawn evenly,
    every part gets its share on average; at a half, each edge is rounded to the nearest child.
    """
    reached = np.floor(whole[None] * edges + start).astype("int64")
    reached[-1] = whole
    return np.diff(reached, axis=0, prepend=0)
