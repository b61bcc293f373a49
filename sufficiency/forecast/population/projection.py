"""How many children: a projection where one is given, cohort survival where not, new homes on top, and how sure.

`area.population` may hold any mixture of counts and projections, with gaps: births known a year before anything else are
rows at NCY -4. What is given is kept. What is not is last January's cohort a year older, times its usual progression
(net migration and, in early years, late registration); the youngest follow their own damped trend.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast.taken import taken
from sufficiency.words.school_year import NCYS, PHASES, january_of_mid_year

STUDENT_NCY: Final = 14  # from here on people move to study and work, so a cohort is no guide to itself
OLDEST_IN_NEW_HOMES: Final = 15  # pupil yields count ages 0 to 19


@dataclass(frozen=True)
class PopulationRates:
    """What a projection takes of an area's assumptions; each is told in assumptions/forecast.toml."""

    progression_years: float  # [years]
    progression_prior: float  # [children]
    births_trend_years: float  # [years]
    births_trend_damping: float
    population_drift_error: float  # [log ratio a year]
    population_year_error: float  # [log ratio]
    births_error: float  # [log ratio]
    population_cohort_error: float  # [log ratio]
    population_student_age_error: float  # [log ratio]

    @classmethod
    def of(cls, area: Area) -> PopulationRates:
        """Return those of an area."""
        return taken(cls, area)


@dataclass(frozen=True)
class HomesRates:
    """What children in new homes take of an area's assumptions. [children a home, but for the first]"""

    homes_beyond_trend: float  # share of children in new homes who aren't in the projection already
    children_per_home_early_years: float
    children_per_home_primary: float
    children_per_home_secondary: float
    children_per_home_post_16: float

    @classmethod
    def of(cls, area: Area) -> HomesRates:
        """Return those of an area."""
        return taken(cls, area)


def from_mid_year(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `tables.POPULATION` from mid-year estimates or projections by single year of age.

    Parameters
    ----------
    frame
        Columns authority, mid_year, age, children, and basis where known. Mid-2024 feeds January 2025 with
        ncy = age - 4; ages beyond 24 are left out. [children]
    """
    found = frame.assign(year=january_of_mid_year(frame["mid_year"]), ncy=frame["age"] - 4)
    found = found[found["ncy"].isin(NCYS)]
    return found.drop(columns=["mid_year", "age"]).reset_index(drop=True)


def expected(area: Area, to: int) -> xr.DataArray:
    """Return the children expected each January from the base year to `to`: year x authority x ncy. [children]

    Raises
    ------
    MissingError
        If an authority has no child counted at some NCY by the base year; the message names both.
    """
    known, rates = _known(area, to), PopulationRates.of(area)
    filled = xr.apply_ufunc(
        _filled,
        known,
        input_core_dims=[["year", "ncy"]],
        output_core_dims=[["year", "ncy"]],
        vectorize=True,
        kwargs={
            "window": int(rates.progression_years),
            "prior": rates.progression_prior,
            "damping": rates.births_trend_damping,
            "trend_years": int(rates.births_trend_years),
        },
    )
    children: xr.DataArray = filled.sel(year=slice(area.base_year, to)).transpose("year", "authority", "ncy")
    more = _in_new_homes_by_authority(area, to).reindex_like(children, fill_value=0.0)
    return children.copy(data=children.to_numpy() + more.transpose(*children.dims).to_numpy()).rename("children")


def draws(area: Area, to: int, draws: int, rng: np.random.Generator) -> xr.DataArray:
    """Return uncertain children: draw x year x authority x ncy, with the expected number as their mean. [children]

    The base year is the same in every draw: rates are measured against it, so an error in it cancels. From there the
    error grows: a net migration rate that is wrong for good, a shock a year, each cohort's own, and births.
    """
    children = expected(area, to)
    years, authorities, ncys = (children.sizes[d] for d in ("year", "authority", "ncy"))
    rates = PopulationRates.of(area)
    drift_sd, shock_sd, births_sd = rates.population_drift_error, rates.population_year_error, rates.births_error
    student = children["ncy"].to_numpy() >= STUDENT_NCY
    cohort_sd = np.where(student, rates.population_student_age_error, rates.population_cohort_error)
    steps = np.arange(years)
    drift = rng.normal(0, drift_sd, (draws, 1, authorities)) * steps[:, None]
    shock = rng.normal(0, shock_sd, (draws, years, authorities))
    births = rng.normal(0, births_sd, (draws, years, authorities))
    own = rng.normal(0, cohort_sd, (draws, years, authorities, ncys))
    shock[:, 0] = births[:, 0] = own[:, 0] = 0.0
    cohort = _aged(own, births.cumsum(axis=1))
    variance = _aged(
        np.tile(cohort_sd**2, (1, years, 1, 1)) * (steps > 0)[:, None, None], (steps * births_sd**2)[None, :, None]
    )
    variance += ((steps * drift_sd) ** 2 + steps * shock_sd**2)[:, None, None]
    error = cohort + (drift + shock.cumsum(axis=1))[..., None] - variance / 2
    factor = xr.DataArray(np.exp(error), dims=("draw", *children.dims), coords={"draw": range(draws)})
    return (children * factor).transpose("draw", *children.dims).rename("children")


def _aged(own: np.ndarray, youngest: np.ndarray) -> np.ndarray:
    """Return draw x year x authority x NCY: each cohort's sum of its own values so far, the youngest starting anew."""
    total = own.copy()
    for t in range(1, own.shape[1]):
        total[:, t, :, 1:] += total[:, t - 1, :, :-1]
        total[:, t, :, 0] = youngest[:, t]
    return total


def in_new_homes(area: Area, to: int) -> xr.DataArray:
    """Return children in homes completed after the base year: zone x year x ncy. [children]

    A development keeps its yield: families that leave are followed by others. Homes by the base year are in the
    estimates already.
    """
    years = list(range(area.base_year, to + 1))
    zones = area.zones["zone"].to_list()
    homes = area.housing[area.housing["year"].between(area.base_year + 1, to)]
    rates = HomesRates.of(area)
    profile = _yield_by_ncy(rates)
    rate = homes["children_per_home"].astype("float64").fillna(float(profile.sum()))
    lived_in = homes.assign(children=homes["homes"] * rate * rates.homes_beyond_trend)
    new = lived_in.pivot_table(index="zone", columns="year", values="children", aggfunc="sum")
    so_far = new.reindex(index=zones, columns=years).astype("float64").fillna(0.0).cumsum(axis=1)
    share = xr.DataArray((profile / profile.sum()).to_numpy(), coords={"ncy": list(NCYS)}, dims="ncy")
    total = xr.DataArray(so_far.to_numpy(), coords={"zone": zones, "year": years}, dims=("zone", "year"))
    return (total * share).rename("children")


def _yield_by_ncy(rates: HomesRates) -> pd.Series:
    """Return children a new home by NCY, each phase's yield shared evenly over its years."""
    found = pd.Series(0.0, index=list(NCYS))
    for phase in ("early_years", "primary", "secondary", "post_16"):
        low, high = PHASES[phase]
        found.loc[low:high] = getattr(rates, f"children_per_home_{phase}") / (high - low + 1)
    return found.where(found.index <= OLDEST_IN_NEW_HOMES, 0.0)


def _in_new_homes_by_authority(area: Area, to: int) -> xr.DataArray:
    by_zone = in_new_homes(area, to)
    if not by_zone.sizes["zone"]:
        return xr.DataArray(
            np.zeros((0, by_zone.sizes["year"], len(NCYS))),
            coords={"authority": [], "year": by_zone["year"], "ncy": list(NCYS)},
            dims=("authority", "year", "ncy"),
        )
    return by_zone.assign_coords(authority=("zone", area.zones["authority"].to_list())).groupby("authority").sum("zone")


def _known(area: Area, to: int) -> xr.DataArray:
    """Return what the table gives, blanks where it is silent: year x authority x ncy."""
    if to < area.base_year:
        raise InputError(f"to={to} is before the base year, {area.base_year}: nothing to forecast")
    table = area.population[area.population["authority"].isin(list(area.authorities))]
    if table.empty:
        raise MissingError(f"{area.name} has no population: population.csv needs children by authority, year and NCY")
    years = range(min(int(table["year"].min()), area.base_year), to + 1)
    series = table.set_index(["year", "authority", "ncy"])["children"].astype("float64").sort_index()
    everywhere = pd.MultiIndex.from_product([years, list(area.authorities), NCYS], names=["year", "authority", "ncy"])
    counted = set(series.loc[: area.base_year].dropna().droplevel("year").index)
    silent = [cell for cell in itertools.product(area.authorities, NCYS) if cell not in counted]
    if silent:
        authority, ncy = silent[0]
        raise MissingError(
            f"population.csv gives no children of NCY {ncy} in {authority} by January {area.base_year}"
            f"{f', nor {len(silent) - 1} more such' if len(silent) > 1 else ''}; a count or a projection is needed"
        )
    known: xr.DataArray = series.reindex(everywhere).to_xarray()
    return known


def _filled(known: np.ndarray, *, window: int, prior: float, damping: float, trend_years: int) -> np.ndarray:
    """Return one authority's years x NCYs; a blank after a first count is filled, from the cohort or the last count."""
    ratio = _progression(known, window, prior)
    youngest = _youngest(known[:, 0], damping, trend_years)
    filled = known.copy()
    for t in range(1, len(filled)):
        aged = np.concatenate([youngest[[t]], filled[t - 1, :-1] * ratio])
        aged = np.where(np.isnan(aged), filled[t - 1], aged)
        filled[t] = np.where(np.isnan(known[t]), aged, known[t])
    return filled


def _progression(known: np.ndarray, window: int, prior: float) -> np.ndarray:
    """Return the usual ratio of each NCY to the one below a year before: the mean of the last few observed.

    Where none or few children tell, children keep their number, and from student age the January's own profile is kept:
    that rule counts for `prior` children beside those seen.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = known[1:, 1:] / known[:-1, :-1]
        same_january = known[:, 1:] / known[:, :-1]
    seen[~np.isfinite(seen)] = np.nan
    same_january[~np.isfinite(same_january)] = np.nan
    ratio = np.ones(len(NCYS) - 1)
    for i, ncy in enumerate(NCYS[1:]):
        rule = _recent_mean(same_january[:, i], 1, 1.0) if ncy >= STUDENT_NCY else 1.0
        weight = _recent_mean(known[:, i], window, 0.0)
        ratio[i] = rule + (_recent_mean(seen[:, i], window, rule) - rule) * weight / max(weight + prior, 1e-9)
    return ratio


def _recent_mean(values: np.ndarray, window: int, otherwise: float) -> float:
    there = values[~np.isnan(values)]
    return float(there[-window:].mean()) if len(there) else otherwise


def _youngest(known: np.ndarray, damping: float, trend_years: int) -> np.ndarray:
    """Return the youngest NCY each January: as given, then the last with what is left of its trend over some years."""
    there = np.flatnonzero(~np.isnan(known))
    last = there[-1]
    first = there[max(0, len(there) - 1 - trend_years)]
    grew = known[first] > 0 and known[last] > 0 and last > first
    trend = np.log(known[last] / known[first]) / (last - first) if grew else 0.0
    ahead = np.clip(np.arange(len(known)) - last, 0, None)
    kept = np.array([sum(damping**k for k in range(1, steps + 1)) for steps in ahead])
    return np.where(np.isnan(known), known[last] * np.exp(trend * kept), known)
