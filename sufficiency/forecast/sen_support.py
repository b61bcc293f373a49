"""Pupils on SEN Support: a share of pupils (see `sen_support_share`) times pupils, phases adding up to all schools.

A child who is given a plan leaves SEN Support. Past shares hold that flow already; what a lever changes in plans is
carried over by `SenSupportForecast.with_plans`, child by child.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sufficiency import draws as labelled_draws
from sufficiency.area.area import Area
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.forecast import sen_support_share
from sufficiency.forecast.population import projection
from sufficiency.forecast.simulate.changes import strength
from sufficiency.forecast.small_area import cut
from sufficiency.frozen import frozen
from sufficiency.labels import Labels
from sufficiency.notebook import titled, wide
from sufficiency.tables import PlansResult
from sufficiency.words import run_options
from sufficiency.words.school_year import NCYS, PHASES, age_of, phase_of

SCHOOL_NCYS: Final = (0, 11)
OTHER: Final = "other"  # special, nursery and independent schools: what "all" has beyond the phases

Floats = NDArray[np.float64]


@frozen
@dataclass(frozen=True, eq=False)
class SenSupportForecast:
    """Simulated pupils on SEN Support: labelled arrays inside, tidy tables outside.

    `pupils` are those on SEN Support and `rolls` all pupils: draw x year x authority x phase. Where the area gives
    percentages of all schools, a phase `other` holds what its phases do not, so that phases add up.
    """

    pupils: xr.DataArray
    rolls: xr.DataArray
    profile: xr.DataArray  # share of a phase's SEN Support at each NCY: phase x ncy
    from_support: float  # share of those given a plan who were on SEN Support
    notes: pd.DataFrame  # table, kind, says: what the area's own long series adds, and what is left out

    def __repr__(self) -> str:
        """Return one line: years, draws, and pupils in the last of the years."""
        years = self.pupils["year"].to_numpy()
        low, middle, high = self.summary()["pupils"].to_numpy()[-len(LEVELS) :]
        return (
            f"<SenSupportForecast {years[0]} to {years[-1]}, {self.pupils.sizes['draw']:,} draws: "
            f"{middle:,.0f} pupils ({low:,.0f} to {high:,.0f}) in {years[-1]}>"
        )

    def _repr_html_(self) -> str:
        says = f"Middle of {self.pupils.sizes['draw']:,} simulated futures. Middles of parts need not add up."
        return titled(
            "Pupils on SEN Support, by phase", wide(self.summary("phase", levels=(0.5,)), "phase", "pupils"), note=says
        )

    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of totals taken within each draw: year, *by, level, pupils, percent of pupils.

        `by` may name authority, phase, ncy and age_group; by NCY or age group there is no percentage, as no roll by NCY
        is held.
        """
        labels = Labels.of(self.pupils).also("ncy", "ncy", self.profile["ncy"].to_numpy())
        names = labels.asked(by)
        if "ncy" in labels.dims(names):
            return labelled_draws.summary({"pupils": self.by_ncy()}, names, levels)
        (pupils, cells), (rolls, _) = labels.totals(self.pupils, names), labels.totals(self.rolls, names)
        years = [int(y) for y in self.pupils["year"].to_numpy()]
        percent = np.divide(100 * pupils, rolls, out=np.full(pupils.shape, np.nan), where=rolls > 0)
        return labelled_draws.quantiles({"pupils": pupils, "percent": percent}, cells, levels, years=years)

    def by_ncy(self) -> xr.DataArray:
        """Return pupils on SEN Support by NCY, whole and summing to each phase: draw x year x authority x phase x ncy.

        The phase `other` is spread over Reception to Year 11.
        """
        upto = self.profile.cumsum("ncy")
        parts = [
            xr.DataArray(
                cut(self.pupils.sel(phase=phase).to_numpy(), upto.sel(phase=phase).to_numpy()[:, None, None, None]),
                dims=("ncy", "draw", "year", "authority"),
            )
            for phase in self.pupils["phase"].to_numpy()
        ]
        found = xr.concat(parts, "phase").assign_coords(
            {d: self.pupils[d] for d in self.pupils.dims} | {"ncy": self.profile["ncy"]}
        )
        return found.transpose("draw", "year", "authority", "phase", "ncy")

    def with_plans(self, changed: PlansResult, before: PlansResult) -> SenSupportForecast:
        """Return the forecast where plans are `changed` rather than `before`: who is given a plan leaves SEN Support.

        In each draw and phase, each plan more is `from_support` pupils fewer on SEN Support, and each plan fewer as
        many more. Both forecasts need the draws of one seed.
        """
        more = (changed.plans - before.plans).sum(["need", "setting_type"]).sel(ncy=slice(*SCHOOL_NCYS))
        if more.sizes["draw"] < self.pupils.sizes["draw"] or set(self.pupils["year"].data) - set(more["year"].data):
            raise InputError(
                f"plans have {more.sizes['draw']} draws of {more['year'].data.min()}-{more['year'].data.max()}; SEN Support"
                f" has {self.pupils.sizes['draw']} to {self.pupils['year'].data.max()}: forecast both alike"
            )
        phases = np.asarray(phase_of(more["ncy"].to_numpy()))
        by_phase = more.assign_coords(ncy=phases).rename(ncy="phase").groupby("phase").sum()
        held = list(self.pupils["phase"].to_numpy())
        if not set(by_phase["phase"].data) & set(held):
            by_phase = by_phase.sum("phase").expand_dims(phase=held)
        fewer = by_phase.reindex_like(self.pupils, fill_value=0) * self.from_support
        return replace(self, pupils=(self.pupils - np.rint(fewer).astype("int64")).clip(min=0))


def sen_support(area: Area, to: int = 2035, draws: int = 1000, seed: int = 7) -> SenSupportForecast:
    """Return a forecast of pupils on SEN Support by authority and phase.

    Parameters
    ----------
    area
        `sen_support` percentages by authority, January and phase; pupils where known; population; `changes` with flow
        "sen_support".
    to
        The last January.
    draws
        How many futures.
    seed
        The same seed gives the same counts.

    Raises
    ------
    MissingError
        If the area has no SEN Support, or none of a phase since the definition of today.
    InputError
        If `to` or `draws` can't be used, or a lever asks for a change by need or setting, which SEN Support lacks.
    """
    if area.sen_support.empty:
        raise MissingError(f"{area.name} has no SEN Support: sen_support.csv needs percentages by authority and phase")
    years = [area.base_year, *run_options.years(to, after=area.base_year)]
    run_options.draws(draws)
    run_options.seed(seed)
    shares, people = np.random.SeedSequence(seed).spawn(2)
    learnt = sen_support_share.Learnt.of(area.value)
    series = sen_support_share.observed(area.sen_support, since=learnt.first_january, to=area.base_year)
    authorities = list(area.authorities)
    phases = [str(p) for p in series.index.get_level_values("phase").unique()]
    coords = {"draw": range(draws), "year": years, "authority": authorities, "phase": phases}
    whole = series.reindex(pd.MultiIndex.from_product([authorities, phases]))
    counted = int(whole.columns[whole.notna().any()][-1])
    logits = _drawn(whole.loc[:, :counted], learnt, to - counted, draws, np.random.default_rng(shares))
    logits = logits[:, area.base_year - counted :]
    levers = _levers(area.changes, authorities, years, _profile(learnt.by_age, phases))
    percent = xr.DataArray(100 * _share(logits), coords=coords, dims=list(coords)) * levers
    children = projection.draws(area, to, draws, np.random.default_rng(people))
    rolls = _rolls(area, children, phases)
    counts, rolls = _adding_up(percent.clip(0, 100) * rolls / 100, rolls)
    return SenSupportForecast(
        counts.round().astype("int64").rename("pupils"),
        rolls.rename("rolls"),
        _profile(learnt.by_age, list(counts["phase"].to_numpy())),
        learnt.given_plans,
        pd.concat([_counted(counted, area.base_year), _notes(area.long_view, area.sen_support, learnt.first_january)]),
    )


def _drawn(
    series: pd.DataFrame, learnt: sen_support_share.Learnt, steps: int, draws: int, rng: np.random.Generator
) -> Floats:
    """Return logits from the last column of `series` on: draw x year x authority x phase, as observed in every draw at first."""
    bare = [", ".join(key) for key in series.index[series.isna().all(axis=1)]]
    if bare:
        raise MissingError(f"sen_support.csv has no percentage for {one_of(bare)}: each phase needs every authority")
    phases = list(series.index.get_level_values(1).unique())
    authorities = len(series) // len(phases)
    base = np.array([_last(series.loc[[key]], learnt) for key in series.index])
    ahead = sen_support_share.expected(series, learnt, steps)
    mean = np.concatenate([base[:, None], ahead], axis=1).reshape(authorities, len(phases), steps + 1)
    error = sen_support_share.errors(learnt, phases, authorities, steps, draws, rng)
    return np.asarray(np.moveaxis(mean, 2, 0)[None] + np.concatenate([np.zeros_like(error[:, :1]), error], axis=1))


def _last(series: pd.DataFrame, learnt: sen_support_share.Learnt) -> float:
    """Return one series' logit in its last column: as observed, or as expected where others are counted to then and it isn't."""
    seen = series.loc[:, : series.columns[series.notna().any()][-1]]
    behind = series.shape[1] - seen.shape[1]
    return float(sen_support_share.expected(seen, learnt, behind)[0, -1] if behind else seen.iloc[0, -1])


def _rolls(area: Area, children: xr.DataArray, phases: Sequence[str]) -> xr.DataArray:
    """Return pupils by phase: the last known roll, growing as children of its ages do; children where none is known."""
    by_phase = [children.sel(ncy=slice(*PHASES.get(phase, SCHOOL_NCYS))).sum("ncy") for phase in phases]
    resident = xr.concat(by_phase, "phase").assign_coords(phase=list(phases))
    base = int(children["year"][0])
    now = resident.sel(year=base, drop=True)
    start = now.copy()
    counted, living = area.sen_support.dropna(subset=["pupils"]).sort_values("year"), area.population
    for (authority, phase), rows in counted[counted["year"] <= base].groupby(["authority", "phase"], sort=False):
        year, pupils = int(rows["year"].iloc[-1]), float(rows["pupils"].iloc[-1])
        here = (living["authority"] == authority) & living["ncy"].between(*PHASES.get(phase, SCHOOL_NCYS))
        then = float(living.loc[here & (living["year"] == year), "children"].sum())
        at = {"authority": authority, "phase": phase}
        start.loc[at] = pupils * (now.loc[at] / then if year < base and then > 0 else 1.0)
    return (start * resident / now).transpose("draw", "year", "authority", "phase")


def _adding_up(counts: xr.DataArray, rolls: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Return counts and rolls whose phases add up to all schools, where all schools are given beside phases.

    All schools have the better record, so phases are scaled to them; what no phase holds starts from the difference.
    """
    phases = [p for p in counts["phase"].to_numpy() if p != "all"]
    if "all" not in counts["phase"].to_numpy() or not phases:
        return counts, rolls
    whole, parts = counts.sel(phase="all", drop=True), counts.sel(phase=phases)
    roll, roll_parts = rolls.sel(phase="all", drop=True), rolls.sel(phase=phases)
    rest_roll = _beyond(roll, roll_parts)
    if not float(rest_roll.sum()):
        return parts * whole / parts.sum("phase"), roll_parts
    rest = _beyond(whole, parts).where(rest_roll > 0, 0.0)
    every = xr.concat([parts, rest.expand_dims(phase=[OTHER])], "phase")
    rolls = xr.concat([roll_parts, rest_roll.expand_dims(phase=[OTHER])], "phase")
    return (every * whole / every.sum("phase")).transpose(*counts.dims), rolls.transpose(*counts.dims)


def _beyond(whole: xr.DataArray, parts: xr.DataArray) -> xr.DataArray:
    """Return what the parts leave of the whole in the base year, growing as the whole does."""
    return (whole - parts.sum("phase")).isel(year=0).clip(min=0) * whole / whole.isel(year=0)


def _levers(
    changes: pd.DataFrame, authorities: Sequence[str], years: Sequence[int], profile: xr.DataArray
) -> xr.DataArray:
    """Return what levers on SEN Support multiply it by: year x authority x phase."""
    found = xr.DataArray(
        np.ones((len(years), len(authorities), profile.sizes["phase"])),
        coords={"year": list(years), "authority": list(authorities), "phase": profile["phase"].to_numpy()},
        dims=("year", "authority", "phase"),
    )
    for change in changes[changes["flow"] == "sen_support"].itertuples():
        if change.need or change.setting_type or change.to_setting_type:
            raise InputError(f"{change.lever}: SEN Support is not forecast by need or setting; leave them blank")
        low = NCYS[0] if pd.isna(change.ncy_low) else change.ncy_low
        high = NCYS[-1] if pd.isna(change.ncy_high) else change.ncy_high
        touched = profile.sel(ncy=slice(low, high)).sum("ncy")
        who = [change.authority] if change.authority else list(authorities)
        factor = xr.DataArray([strength(change, y) - 1 for y in years], coords={"year": list(years)}, dims="year")
        found.loc[{"authority": who}] *= 1 + factor * touched
    return found


def _profile(by_age: Sequence[float], phases: Sequence[str]) -> xr.DataArray:
    """Return the share of each phase's SEN Support at each NCY: phase x ncy, summing to 1 over NCYs."""
    rate = np.interp(age_of(np.array(NCYS)), sen_support_share.KNOTS, by_age)
    rows = []
    for phase in phases:
        low, high = PHASES.get(phase, SCHOOL_NCYS)
        inside = np.array([low <= ncy <= high for ncy in NCYS])
        rows.append(np.where(inside, rate, 0.0) / rate[inside].sum())
    return xr.DataArray(rows, coords={"phase": list(phases), "ncy": list(NCYS)}, dims=("phase", "ncy"))


def _counted(last: int, base: int) -> pd.DataFrame:
    """Return a note on Januaries to the base year that no percentage is published for."""
    says = f"SEN Support is counted to January {last}: January {base} is forecast, with a range"
    rows = [{"table": "sen_support", "kind": "doubtful", "says": says}] if last < base else []
    return pd.DataFrame(rows, columns=["table", "kind", "says"])


def _notes(long_view: pd.DataFrame, published: pd.DataFrame, first: int) -> pd.DataFrame:
    """Return what an area's long series says beside its published percentages: one note for each January."""
    rows = []
    counts = long_view.pivot_table(index="year", columns="measure", values="count").reindex(
        columns=["pupils", "sen_support"]
    )
    whole = published[(published["phase"] == "all") & published["pupils"].notna()]
    for year, pupils, support in counts.dropna().itertuples():
        percent = 100 * support / pupils
        if year < first:
            says = f"January {year}, {percent:.1f} % of pupils, is left out: SEN was counted otherwise before {first}"
            rows.append({"table": "long_view", "kind": "doubtful", "says": says})
            continue
        own = whole[whole["year"] == year]
        if len(own):
            mean = np.average(own["sen_support_percent"], weights=own["pupils"])
            says = f"January {year}: {percent:.1f} % of pupils in the long series, {mean:.1f} % as published"
            rows.append({"table": "long_view", "kind": "read", "says": says})
    return pd.DataFrame(rows, columns=["table", "kind", "says"])


def _share(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logit)))
