"""What a child costs beyond place funding: top-up by need and setting, fees, and how they grow.

First the area's bands; then its unit costs, which are mostly calibrated to published spending per plan; then England's.
Between two years given a cost grows evenly; after the last it grows as `prices` says, in each draw, and at special schools
by no less than the minimum funding guarantee. How each was found is told in `UnitCosts.basis` and its notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sufficiency import policy, prices
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.frozen import frozen
from sufficiency.funding.budget_lines import INDEPENDENT
from sufficiency.funding.top_up import price_bands
from sufficiency.notebook import titled
from sufficiency.prices import Floats, Futures, Growth
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import financial_label
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

ITEM: Final = {t: "fee" if t == "independent_special" else "top_up" for t in SETTING_TYPES}


@frozen
@dataclass(frozen=True, eq=False)
class UnitCosts:
    """What one child costs a year, and where each figure is from."""

    gbp: xr.DataArray  # draw (where asked) x financial_year x authority x need x provision [GBP a child a year]
    basis: pd.DataFrame  # authority, provision, basis, first_given, last_given, status
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        """Return one line: for whom, and over which years."""
        years = self.gbp["financial_year"].to_numpy()
        whose = len(self.basis["authority"].unique())
        return f"<UnitCosts of {whose:,} authorities, {financial_label(years[0])} to {financial_label(years[-1])}>"

    def _repr_html_(self) -> str:
        return titled("What one child costs a year: where each figure is from", self.basis, "")


def unit_costs(area: Area, financial_years: Sequence[int], *, futures: Futures | None = None) -> UnitCosts:
    """Return top-up or fee by financial year, authority, need and type of setting.

    Parameters
    ----------
    area
        Its bands, unit costs and assumptions.
    financial_years
        Each by its April.
    futures
        Simulated futures, whose growth of prices differs; left out, the middle alone, with no draws.

    Raises
    ------
    MissingError
        If bands are given, but for none of the years up to one wanted; says which years there are.
    InputError
        If a rate is negative or a growth rate can't be read.
    """
    years = list(financial_years)
    growth = growth_rates(area, futures)
    draws = [0] if futures is None else list(futures.draws)
    provisions = list(SETTING_TYPES)
    shape = (len(draws), len(years), len(area.authorities), len(NEEDS), len(provisions))
    coords: dict[str, Any] = {
        "draw": draws,
        "financial_year": years,
        "authority": list(area.authorities),
        "need": list(NEEDS),
        "provision": provisions,
    }
    gbp = xr.DataArray(np.full(shape, np.nan), coords=coords, name="unit_gbp")
    basis = []
    for authority in area.authorities:
        for provision in SETTING_TYPES:
            given, how, status = _given(area, authority, provision)
            path = project(given, years, growth=growth["fee" if provision in INDEPENDENT else "top_up"])
            if provision == "special":
                path = protected(area, path)
            gbp.loc[{"authority": authority, "provision": provision}] = by_draw(path, gbp)[:, :, None]
            basis.append((authority, provision, how, min(given), max(given), status))
    gbp = _with_bands(area, gbp, growth["top_up"])
    gbp = price_bands.with_bands(area, gbp, growth, _beside_fee(INDEPENDENT))
    columns = ["authority", "provision", "basis", "first_given", "last_given", "status"]
    table = pd.DataFrame(basis, columns=columns)
    return UnitCosts(gbp if futures is not None else gbp.isel(draw=0, drop=True), table, _says(area, table))


def kind_of(provision: str) -> str:
    """Return whether a type of setting or a destination is paid a fee or a top_up."""
    if provision in DESTINATIONS:
        return "fee" if DESTINATIONS[provision].setting_type in INDEPENDENT else "top_up"
    return ITEM[provision]


def costs_elsewhere(area: Area, elsewhere: xr.Dataset, financial_years: Sequence[int], *, seed: int) -> xr.DataArray:
    """Return what a child who was turned away costs a year: financial_year x draw x phase x provision. [GBP a child a year]

    `elsewhere` is as `tables.PlacedResult` has it. Fees grow as fees do, everything else as top-up.
    """
    growth = growth_rates(area, Futures(tuple(int(d) for d in elsewhere["draw"].values), seed))
    kinds = xr.DataArray([kind_of(str(d)) for d in elsewhere["setting"].values], dims="setting")
    price_year = elsewhere["price_year"]
    by_year = []
    for year in financial_years:
        risen = elsewhere["gbp"]
        for since in np.unique(
            price_year.values[price_year.values > 0]
        ):  # a destination that an age group has not, has no year
            for kind in ("top_up", "fee"):
                rise = xr.DataArray(growth[kind].rise(int(since), year), dims="draw")
                risen = risen.where((price_year != since) | (kinds != kind), elsewhere["gbp"] * rise)
        by_year.append(risen)
    found: xr.DataArray = xr.concat(
        by_year, dim=xr.DataArray(list(financial_years), dims="financial_year", name="financial_year")
    )
    found = found.rename(setting="provision").transpose("financial_year", "draw", "phase", "provision")
    return price_bands.with_bands(area, found, growth, _beside_fee([str(p) for p in found["provision"].values]))


def _beside_fee(provisions: Sequence[str]) -> dict[str, float]:
    """Return independent and non-maintained schools of these, and what DfE pays them for a place beside the fee. [GBP a year]"""
    kinds = {p: DESTINATIONS[p].setting_type if p in DESTINATIONS else p for p in provisions}
    place = policy.value("funding.special_place_gbp", on=2026)
    return {p: place if kind == "non_maintained_special" else 0.0 for p, kind in kinds.items() if kind in INDEPENDENT}


def growth_rates(area: Area, futures: Futures | None = None) -> Mapping[str, Growth]:
    """Return growth of top_up, fee and service: by draw, or the middle alone."""
    return {k: prices.growth(area, k) if futures is None else prices.drawn(area, k, futures) for k in prices.KINDS}


def by_draw(path: Mapping[int, Floats], like: xr.DataArray) -> Floats:
    """Return draw x financial_year of a path, the same in every draw where it has but one."""
    return np.stack([np.broadcast_to(gbp, like.sizes["draw"]) for gbp in path.values()], axis=1)


def project(given: Mapping[int, float], years: Sequence[int], *, growth: Growth) -> dict[int, Floats]:
    """Return a cost for every year, by draw: even growth between the years given, `growth` outside them. [GBP]"""
    known = sorted(given)
    negative = [y for y in known if given[y] < 0]
    if negative:
        raise InputError(f"a cost of {given[negative[0]]:g} GBP in {financial_label(negative[0])} is below 0")
    costs = {}
    for year in years:
        before, after = [y for y in known if y <= year], [y for y in known if y >= year]
        if not before or not after:
            near = before[-1] if before else after[0]
            costs[year] = given[near] * growth.rise(near, year)
        elif before[-1] == after[0] or min(given[before[-1]], given[after[0]]) == 0:
            costs[year] = np.array([given[before[-1]]])
        else:
            low, high = before[-1], after[0]
            costs[year] = np.array([given[low] * (given[high] / given[low]) ** ((year - low) / (high - low))])
    return costs


def protected(area: Area, top_up: Mapping[int, Floats]) -> dict[int, Floats]:
    """Return special school top-up that keeps place and top-up together from growing by less than the guarantee."""
    years = list(top_up)
    place = policy.value("funding.special_place_gbp", on=max(2020, years[0]))
    kept = dict(top_up)
    for before, year in pairwise(years):
        if year - before == 1:
            name = "funding.special_minimum_funding_guarantee"
            least = (kept[before] + place) * (1 + area.value(name, on=year)) - place
            kept[year] = np.maximum(kept[year], least)
    return kept


def mainstream_top_up(additional_cost_gbp: npt.ArrayLike, *, financial_year: int) -> npt.NDArray[np.float64]:
    """Return the top-up that a mainstream school is due: a child's additional cost above the threshold. [GBP a year]"""
    threshold = policy.value("funding.mainstream_threshold_gbp", on=financial_year)
    return np.maximum(np.asarray(additional_cost_gbp, dtype="float64") - threshold, 0)


def check_priced(children: xr.DataArray, unit_gbp: xr.DataArray) -> None:
    """Refuse children who have no price: a band missing for their need, setting and year.

    Parameters
    ----------
    children, unit_gbp
        With dims financial_year, authority, need and provision among theirs.
    """
    keep = ("financial_year", "authority", "need", "provision")
    most = children.max([d for d in children.dims if d not in keep])
    bare = (most > 0) & unit_gbp.sel(provision=most["provision"]).isnull()  # noqa: PD003 - xarray's name
    if bool(bare.any()):
        first = bare.where(bare, drop=True)
        need, provision, year = (first[d].values[0] for d in ("need", "provision", "financial_year"))
        count = float(most.sel(need=need, provision=provision, financial_year=year).max())
        raise InputError(
            f"bands.csv has no band for {need} at {provision}, where there are {count:,.1f} children in "
            f"{financial_label(int(year))}; add a row, or remove every row for '{provision}' to use unit costs"
        )


def _given(area: Area, authority: str, provision: str) -> tuple[dict[int, float], str, str]:
    own = area.unit_costs
    own = own[(own["authority"] == authority) & (own["setting_type"] == provision)]
    if len(own):
        item = ITEM[provision] if (own["item"] == ITEM[provision]).any() else str(own["item"].iloc[0])
        rows = own[own["item"] == item]
        return dict(zip(rows["financial_year"].astype(int), rows["gbp"].astype(float), strict=True)), "area", "area"
    name = f"funding.{ITEM[provision]}_{provision}_gbp"
    is_own = bool((area.assumptions["assumption"] == name).any())
    return area.history(name), *(("area", "area") if is_own else ("England", policy.rate(name).status))


def _with_bands(area: Area, gbp: xr.DataArray, growth: Growth) -> xr.DataArray:
    """Return the costs with every setting type that has bands priced by them alone; a need without one has no price.

    A row with no authority is for all that have no tariff of their own. Where a need has several bands, its top-up is
    their mean, weighted by `share` of its children where that is given.
    """
    for authority in area.authorities:
        _set_bands(_own_bands(area.bands, authority), gbp.sel(authority=authority), growth)
    return gbp


def _own_bands(bands: pd.DataFrame, authority: str) -> pd.DataFrame:
    """Return an authority's tariff, one row for each need, type of setting and year; types it gives none for as all have."""
    own, shared = (bands[bands["authority"] == who] for who in (authority, ""))
    rows = pd.concat([own, shared[~shared["setting_type"].isin(own["setting_type"])]])
    keys = ["need", "setting_type", "financial_year"]
    weight = rows.assign(paid=rows["top_up_gbp"] * rows["share"]).groupby(keys, as_index=False)[["paid", "share"]].sum()
    return weight.assign(top_up_gbp=weight["paid"] / weight["share"])


def _set_bands(bands: pd.DataFrame, gbp: xr.DataArray, growth: Growth) -> None:
    for provision, rows in bands.groupby("setting_type"):
        have = sorted(int(y) for y in rows["financial_year"].unique())
        early = [int(y) for y in gbp["financial_year"].values if y < have[0]]
        if early:
            raise MissingError(
                f"bands.csv has no band at {provision} for {financial_label(early[0])}: there are bands for "
                f"{one_of([financial_label(y) for y in have])}; add one from {financial_label(early[0])}"
            )
        gbp.loc[{"provision": provision}] = np.nan
        for need, own in rows.groupby("need"):
            given = dict(zip(own["financial_year"].astype(int), own["top_up_gbp"].astype(float), strict=True))
            from_first = [int(y) for y in gbp["financial_year"].values if y >= min(given)]
            path = project(given, from_first, growth=growth)
            gbp.loc[{"provision": provision, "need": need, "financial_year": from_first}] = by_draw(path, gbp)


def _says(area: Area, basis: pd.DataFrame) -> tuple[str, ...]:
    says = []
    own = basis[basis["basis"] == "area"]
    if len(own):
        says.append(
            "top-up and fees are the area's unit costs, published spending over plans: one mean a type of setting, "
            f"the same for every need, last given for {financial_label(int(own['last_given'].min()))} or later and "
            "grown by assumption after; give bands.csv for a local tariff"
        )
    national = sorted(basis.loc[basis["basis"] == "England", "provision"].unique())
    if national:
        named = [SETTING_TYPES[code].name if code in SETTING_TYPES else code for code in national]
        says.append(f"England's unit costs stand in where the area gives none: {', '.join(named)}")
    if len(area.bands):
        says.append(f"local bands price {one_of(sorted(area.bands['setting_type'].unique()))}")
    return tuple(says)
