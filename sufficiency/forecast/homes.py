"""Where children with plans live: the share of each authority's children that live in each of its zones.

The expectation is children by age, times a relative rate for deprivation (and for rurality, tested and left at 1), and
where the area gives the home zones of children who have plans, those, by as much as their number tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.errors import InputError, one_of
from sufficiency.forecast.population import projection
from sufficiency.forecast.taken import taken
from sufficiency.words.school_year import NCYS, phase_of

Kind = Literal["plans", "sen_support"]
KINDS: Final = ("plans", "sen_support")


@dataclass(frozen=True)
class HomeRates:
    """What homes take of an area's assumptions; each is told in assumptions/forecast.toml."""

    plans_relative_rate_deprived: float  # [ratio]
    sen_support_relative_rate_deprived: float  # [ratio]
    plans_relative_rate_rural: float  # [ratio]
    zone_overdispersion: float  # [ratio]

    @classmethod
    def of(cls, area: Area) -> HomeRates:
        """Return those of an area."""
        return taken(cls, area)

    def of_kind(self, kind: str) -> tuple[float, float]:
        """Return the rate of deprived families beside others, and of rural zones beside others. [ratio]"""
        if kind == "plans":
            return self.plans_relative_rate_deprived, self.plans_relative_rate_rural
        return self.sen_support_relative_rate_deprived, 1.0


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
    if kind not in KINDS:
        raise InputError(f"kind='{kind}' is not one of {one_of(KINDS)}")
    rates = HomeRates.of(area)
    weight = _children(area, year) * _relative_rate(area.zones, *rates.of_kind(kind))[:, None]
    share = _shares(weight, area.zones["authority"].to_numpy())
    if kind == "plans" and len(area.attendance):
        share = _with_known_homes(share, area.zones, area.attendance, rates.zone_overdispersion)
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
    """Return the shares of districts: zone x ncy, each district one zone, from those of `homes`."""
    found = shares.groupby("district").sum("zone").rename(district="zone")
    owner = pd.Series(shares["authority"].to_numpy(), index=shares["district"].to_numpy()).groupby(level=0).unique()
    shared = [district for district, owners in owner.items() if len(owners) > 1]
    if shared:
        raise InputError(
            f"district '{shared[0]}' has zones in {one_of(owner[shared[0]])}; a district has one authority"
        )
    zones = found["zone"].to_numpy()
    return found.assign_coords(authority=("zone", [owner[z][0] for z in zones]), district=("zone", zones))


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


def _relative_rate(zones: pd.DataFrame, deprived: float, rural: float) -> np.ndarray:
    """Return the rate of each zone against that of a zone with no income-deprived family."""
    deprivation = zones["deprivation"].astype("float64")
    mean = deprivation.groupby(zones["authority"]).transform("mean")
    share = deprivation.fillna(mean).fillna(0.0)
    rate: np.ndarray = 1 + (deprived - 1) * share.to_numpy()
    rate *= np.where(zones["is_rural"].astype("bool"), rural, 1.0)
    return rate


def _shares(weight: np.ndarray, authority: np.ndarray) -> np.ndarray:
    """Return weights as shares of their authority's at each NCY; where all are nil, even shares."""
    owner = pd.Series(authority)
    total = pd.DataFrame(weight).groupby(owner).transform("sum").to_numpy()
    even = 1 / owner.groupby(owner).transform("size").to_numpy(dtype="float64")[:, None]
    return np.where(total > 0, weight / np.where(total > 0, total, 1.0), even)


def _with_known_homes(share: np.ndarray, zones: pd.DataFrame, attendance: pd.DataFrame, k: float) -> np.ndarray:
    """Return shares drawn towards the home zones of children placed today, phase by phase.

    With counts c of n children and variance that is k times chance, zones differ in truth by k - 1 times chance: the
    counts deserve the weight (k - 1) / k, which a prior of n / (k - 1) children gives.
    """
    if k <= 1:
        return share
    owner = zones["authority"]
    phases = np.asarray(phase_of(np.array(NCYS)))
    seen = attendance.assign(phase=phase_of(attendance["ncy"].to_numpy()))
    blended = share.copy()
    for phase in dict.fromkeys(phases):
        here = (
            seen[seen["phase"] == phase]
            .groupby("zone")["children"]
            .sum()
            .reindex(zones["zone"].to_numpy(), fill_value=0)
        )
        count = here.to_numpy(dtype="float64")
        n = pd.Series(count).groupby(owner.to_numpy()).transform("sum").to_numpy()
        prior = n / (k - 1)
        columns = np.flatnonzero(phases == phase)
        drawn = (count[:, None] + prior[:, None] * share[:, columns]) / np.where(n > 0, n + prior, 1.0)[:, None]
        blended[:, columns] = np.where((n > 0)[:, None], drawn, share[:, columns])
    return blended
