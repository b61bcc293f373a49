"""Where children with plans live: each authority's total shared among its zones, whole children in every draw.

The expectation is children by age, times a relative rate for deprivation (and for rurality, tested and left at 1), and
where the area gives the home zones of children who have plans, those, by as much as their number tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import draws as labelled_draws
from sufficiency.area.area import Area
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.forecast.population import projection
from sufficiency.frozen import frozen
from sufficiency.notebook import titled, wide
from sufficiency.tables import PlansResult
from sufficiency.words import run_options
from sufficiency.words.school_year import NCYS, phase_of

Kind = Literal["plans", "sen_support"]
RELATIVE_RATE: Final[dict[str, str]] = {
    "plans": "forecast.plans_relative_rate_deprived",
    "sen_support": "forecast.sen_support_relative_rate_deprived",
}


class SenSupportResult(Protocol):
    """What a forecast of SEN Support offers."""

    def by_ncy(self) -> xr.DataArray:
        """Return pupils: draw x year x authority x phase x ncy."""


def homes(area: Area, *, kind: Kind = "plans", year: int | None = None) -> xr.DataArray:
    """Return the share of each authority's children with plans (or SEN Support) that live in each zone, at each NCY.

    Parameters
    ----------
    area
        Zones, children by zone, and where given `attendance`: the home zones of children placed today.
    kind
        "plans" or "sen_support": they lean on deprivation by different amounts.
    year
        The January to count new homes up to; the base year by default, so none.

    Returns
    -------
    DataArray
        zone x ncy, with coordinates `authority` and `district` along zone; sums to 1 over an authority's zones at
        every NCY. Empty where the area has no zones.
    """
    if kind not in RELATIVE_RATE:
        raise InputError(f"kind='{kind}' is not one of {one_of(RELATIVE_RATE)}")
    weight = _children(area, year) * _relative_rate(area, kind)[:, None]
    share = _shares(weight, area.zones["authority"].to_numpy())
    if kind == "plans" and len(area.attendance):
        share = _with_known_homes(share, area)
    return xr.DataArray(
        share,
        coords={
            "zone": area.zones["zone"].to_list(),
            "ncy": list(NCYS),
            "authority": ("zone", area.zones["authority"].to_list()),
            "district": ("zone", area.zones["district"].to_list()),
        },
        dims=("zone", "ncy"),
        name="homes",
    )


def by_district(shares: xr.DataArray) -> xr.DataArray:
    """Return the shares of districts: zone x ncy, one zone a district, from those of `homes`."""
    found = shares.groupby("district").sum("zone").rename(district="zone")
    owner = pd.Series(shares["authority"].to_numpy(), index=shares["district"].to_numpy()).groupby(level=0).unique()
    shared = [district for district, owners in owner.items() if len(owners) > 1]
    if shared:
        raise InputError(
            f"district '{shared[0]}' has zones in {one_of(owner[shared[0]])}; a district has one authority"
        )
    zones = found["zone"].to_numpy()
    return found.assign_coords(authority=("zone", [owner[z][0] for z in zones]), district=("zone", zones))


def split(
    counts: xr.DataArray, shares: xr.DataArray, rng: np.random.Generator, *, overdispersion: float
) -> xr.DataArray:
    """Return whole counts by zone whose sums are the authority's, in every draw, year and cell.

    Each draw has its own propensity by zone, which lasts through its years, as much wider than chance as
    `overdispersion` says; each cell is then cut at its cumulative shares from one random start a draw, so that no zone
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
    if to not in ("zone", "district"):
        raise InputError(f"to='{to}' is not one of zone, district")
    if hasattr(forecast, "plans"):
        kind: Kind = "plans"
        counts = forecast.plans.isel(draw=slice(draws)).sum(["need", "setting_type"])
    else:
        kind, counts = "sen_support", forecast.by_ncy().isel(draw=slice(draws)).sum("phase")
    shares = homes(area, kind=kind)
    shares = by_district(shares) if to == "district" else shares
    run_options.draws(draws)
    run_options.seed(seed)
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    found = split(counts, shares, rng, overdispersion=area.value("forecast.zone_overdispersion"))
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


def _children(area: Area, year: int | None) -> np.ndarray:
    """Return children by zone x NCY; an NCY that the table lacks takes the nearest that it has."""
    zones = area.zones["zone"].to_list()
    if area.zone_children.empty:
        known = pd.DataFrame(1.0, index=zones, columns=list(NCYS))
    else:
        known = area.zone_children.pivot_table(index="zone", columns="ncy", values="children", aggfunc="sum")
        nearest = [min(known.columns, key=lambda have: abs(have - ncy)) for ncy in NCYS]
        known = known.reindex(index=zones, columns=nearest).fillna(0.0)
    counted: np.ndarray = known.to_numpy(dtype="float64")
    if year is None or year <= area.base_year or area.housing.empty:
        return counted
    return np.asarray(counted + projection.in_new_homes(area, year).sel(year=year).to_numpy())


def _relative_rate(area: Area, kind: str) -> np.ndarray:
    """Return the rate of each zone against that of a zone with no income-deprived family."""
    deprivation = area.zones["deprivation"].astype("float64")
    mean = deprivation.groupby(area.zones["authority"]).transform("mean")
    share = deprivation.fillna(mean).fillna(0.0)
    rural = area.zones["is_rural"].astype("bool")
    ratio = area.value("forecast.plans_relative_rate_rural") if kind == "plans" else 1.0
    rate: np.ndarray = 1 + (area.value(RELATIVE_RATE[kind]) - 1) * share.to_numpy()
    rate *= np.where(rural, ratio, 1.0)
    return rate


def _shares(weight: np.ndarray, authority: np.ndarray) -> np.ndarray:
    """Return weights as shares of their authority's at each NCY; where all are nil, even shares."""
    owner = pd.Series(authority)
    total = pd.DataFrame(weight).groupby(owner).transform("sum").to_numpy()
    even = 1 / owner.groupby(owner).transform("size").to_numpy(dtype="float64")[:, None]
    return np.where(total > 0, weight / np.where(total > 0, total, 1.0), even)


def _with_known_homes(share: np.ndarray, area: Area) -> np.ndarray:
    """Return shares drawn towards the home zones of children placed today, phase by phase.

    With counts c of n children and variance that is k times chance, zones differ in truth by k - 1 times chance: the
    counts deserve the weight (k - 1) / k, which a prior of n / (k - 1) children gives.
    """
    k = area.value("forecast.zone_overdispersion")
    if k <= 1:
        return share
    zones = area.zones["zone"].to_numpy()
    owner = area.zones["authority"]
    phases = np.asarray(phase_of(np.array(NCYS)))
    seen = area.attendance.assign(phase=phase_of(area.attendance["ncy"].to_numpy()))
    blended = share.copy()
    for phase in dict.fromkeys(phases):
        here = seen[seen["phase"] == phase].groupby("zone")["children"].sum().reindex(zones, fill_value=0)
        count = here.to_numpy(dtype="float64")
        n = pd.Series(count).groupby(owner.to_numpy()).transform("sum").to_numpy()
        prior = n / (k - 1)
        columns = np.flatnonzero(phases == phase)
        drawn = (count[:, None] + prior[:, None] * share[:, columns]) / np.where(n > 0, n + prior, 1.0)[:, None]
        blended[:, columns] = np.where((n > 0)[:, None], drawn, share[:, columns])
    return blended
