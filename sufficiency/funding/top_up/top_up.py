"""What a child costs beyond place funding: top-up by need and setting, fees, and how they grow.

First the area's bands; then its unit costs, which are mostly calibrated to published spending per plan; then England's.
Between two years given a cost grows evenly; after the last it grows by a named assumption, and at special schools by no
less than the minimum funding guarantee. How each was found is told in `UnitCosts.basis` and its notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.funding.budget_lines import INDEPENDENT
from sufficiency.words.school_year import financial_label
from sufficiency.words.vocabulary import DESTINATIONS, NEEDS, SETTING_TYPES

ITEM: Final = {t: "fee" if t == "independent_special" else "top_up" for t in SETTING_TYPES}


@dataclass(frozen=True, eq=False)
class UnitCosts:
    """What one child costs a year, and where each figure is from."""

    gbp: xr.DataArray  # financial_year x authority x need x provision [GBP a child a year]
    basis: pd.DataFrame  # authority, provision, basis, first_given, last_given, status
    notes: tuple[str, ...]


def unit_costs(area: Area, financial_years: Sequence[int]) -> UnitCosts:
    """Return top-up or fee by financial year, authority, need and type of setting.

    Raises
    ------
    MissingError
        If bands are given, but for none of the years up to one wanted; says which years there are.
    InputError
        If a rate is negative or a growth rate can't be read.
    """
    years = list(financial_years)
    growth = growth_rates(area)
    provisions = list(SETTING_TYPES)
    shape = (len(years), len(area.authorities), len(NEEDS), len(provisions))
    coords: dict[str, Any] = {
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
            gbp.loc[{"authority": authority, "provision": provision}] = path.to_numpy()[:, None]
            basis.append((authority, provision, how, min(given), max(given), status))
    gbp = _with_bands(area, gbp, growth["top_up"])
    columns = ["authority", "provision", "basis", "first_given", "last_given", "status"]
    table = pd.DataFrame(basis, columns=columns)
    return UnitCosts(gbp, table, _says(area, table))


def kind_of(provision: str) -> str:
    """Return whether a type of setting or a destination is paid a fee or a top_up."""
    if provision in DESTINATIONS:
        return "fee" if DESTINATIONS[provision].setting_type in INDEPENDENT else "top_up"
    return ITEM[provision]


def costs_elsewhere(area: Area, elsewhere: xr.Dataset, financial_years: Sequence[int]) -> xr.DataArray:
    """Return what a child who was turned away costs a year: financial_year x draw x phase x provision. [GBP a child a year]

    `elsewhere` is as `tables.PlacedResult` has it. Fees grow as fees do, everything else as top-up.
    """
    growth = growth_rates(area)
    rates = xr.DataArray([1 + growth[kind_of(str(d))] for d in elsewhere["setting"].values], dims="setting")
    years = xr.DataArray(list(financial_years), dims="financial_year", coords={"financial_year": list(financial_years)})
    risen: xr.DataArray = elsewhere["gbp"] * rates ** (years - elsewhere["price_year"])
    return risen.rename(setting="provision").transpose("financial_year", "draw", "phase", "provision")


def growth_rates(area: Area) -> Mapping[str, float]:
    """Return growth of top_up, fee and service a year as shares."""
    return {kind: area.value(f"funding.{kind}_inflation") for kind in ("top_up", "fee", "service")}


def project(given: Mapping[int, float], years: Sequence[int], *, growth: float) -> pd.Series:
    """Return a cost for every year: even growth between the years given, `growth` a year outside them. [GBP]"""
    known = sorted(given)
    negative = [y for y in known if given[y] < 0]
    if negative:
        raise InputError(f"a cost of {given[negative[0]]:g} GBP in {financial_label(negative[0])} is below 0")
    costs = {}
    for year in years:
        before, after = [y for y in known if y <= year], [y for y in known if y >= year]
        if not before or not after:
            near = before[-1] if before else after[0]
            costs[year] = given[near] * (1 + growth) ** (year - near)
        elif before[-1] == after[0] or min(given[before[-1]], given[after[0]]) == 0:
            costs[year] = given[before[-1]]
        else:
            low, high = before[-1], after[0]
            costs[year] = given[low] * (given[high] / given[low]) ** ((year - low) / (high - low))
    return pd.Series(costs, dtype="float64")


def protected(area: Area, top_up: pd.Series) -> pd.Series:
    """Return special school top-up that keeps place and top-up together from growing by less than the guarantee."""
    place = policy.value("funding.special_place_gbp", on=max(2020, int(top_up.index[0])))
    kept = top_up.copy()
    for before, year in zip(top_up.index[:-1], top_up.index[1:], strict=True):
        if year - before == 1:
            name = "funding.special_minimum_funding_guarantee"
            least = (kept[before] + place) * (1 + area.value(name, on=int(year))) - place
            kept[year] = max(kept[year], least)
    return kept


def mainstream_top_up(additional_cost_gbp: Any, *, financial_year: int) -> Any:
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
    rate = policy.rate(f"funding.{ITEM[provision]}_{provision}_gbp")
    return {since.year: gbp for since, gbp in rate.values.items()}, "England", rate.status


def _with_bands(area: Area, gbp: xr.DataArray, growth: float) -> xr.DataArray:
    """Return the costs with every setting type that has bands priced by them alone; a need without one has no price."""
    for provision, rows in area.bands.groupby("setting_type"):
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
            gbp.loc[{"provision": provision, "need": need, "financial_year": from_first}] = path.to_numpy()[:, None]
    return gbp


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
        says.append(f"England's unit costs stand in where the area gives none: {one_of(national)}")
    if len(area.bands):
        says.append(f"local bands price {one_of(sorted(area.bands['setting_type'].unique()))}")
    return tuple(says)
