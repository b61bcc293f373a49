"""The school run as a result: tidy tables of children, vehicles and cost, with ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.draws import LEVELS, quantiles
from sufficiency.errors import InputError
from sufficiency.frozen import frozen, once, remembered
from sufficiency.labels import TIMES, Labels, asked
from sufficiency.notebook import titled
from sufficiency.transport.aboard import OF_CHILD, labels_of, others_of, riders_of, shared
from sufficiency.transport.cost.calibration import calibrate
from sufficiency.transport.modes import national
from sufficiency.words.school_year import academic_weights, financial_label

if TYPE_CHECKING:
    from sufficiency.transport.cost.sampled import Estimate
    from sufficiency.transport.routing.school_rounds import SchoolRounds

BEFORE: Final = "gbp_before_calibration"
SHOWN: Final = ("children", "vehicles", "km", "assistants", "beyond_guide", "co2_kg", "gbp_constant", BEFORE)
ENTITLED_BY: Final = (
    "year",
    "authority",
    "district",
    "zone",
    "setting",
    "setting_type",
    "ncy",
    "phase",
    "need",
    "need_group",
    "test",
    "paragraph",
)


@frozen
@dataclass(frozen=True, eq=False)
class Journeys:
    """How children travel and what it costs, by draw, year, authority, setting and mode.

    A setting is a school on the list; a destination of those turned away from every suitable state place; or a type of
    setting (mainstream, alternative_provision, further_education …), for all other children with plans. `gbp` is cash, as
    High Needs is: from the base year's it grows each financial year at a rate that differs between futures, around
    `transport.price_growth`. `gbp_constant` is in prices of the base year.

    `runs` holds `children`; `vehicles`, `km` with a child aboard and `assistants` a school day; `beyond_guide`, children who
    ride longer than guidance thinks suitable (known of those at schools on the list); `minutes_more`; and `co2_kg` and
    `gbp` a year, before calibration and in prices of the base year.
    """

    area: Area = field(repr=False)
    runs: xr.Dataset = field(repr=False)
    riders: pd.DataFrame = field(repr=False)  # expected placements with entitlement and travellers
    turned_away: pd.DataFrame = field(repr=False)  # expected placements at destinations, with travellers
    others: pd.DataFrame = field(repr=False)  # expected travellers of other children with plans, by need and phase
    price_growth: xr.DataArray = field(repr=False)  # by draw [share a year]
    calibration: pd.DataFrame  # authority, basis, travellers, modelled_gbp, target_gbp, factor
    estimate_error: float = 0.0  # of the approximate cost at one school, a standard deviation as a share

    def __repr__(self) -> str:
        """Return one line: the area, years and the calibration."""
        years = self.runs["year"].values
        factors = ", ".join(f"{row.authority} × {row.factor:.2f}" for row in self.calibration.itertuples())
        return (
            f"<Journeys {self.area.name}: {years[0]} to {years[-1]}, {self.runs.sizes['draw']} draws, in cash; "
            f"cost {factors}>"
        )

    def _repr_html_(self) -> str:
        middle = self.summary("mode", levels=(0.5,))
        first = middle[middle["financial_year"] == middle["financial_year"].min()]
        columns = ["mode", "children", "vehicles", "gbp", "unit_cost_gbp"]
        title = f"{self.area.name}: home-to-school transport in {financial_label(int(first['financial_year'].iloc[0]))}"
        says = f"Middle of {self.runs.sizes['draw']:,} simulated futures, in cash; vehicles on a school day."
        return titled(title, first[columns], {"gbp": "£m", "unit_cost_gbp": "£"}, note=says)

    def of_draws(self, draws: Sequence[int]) -> Journeys:
        """Return the journeys of some draws, calibrated on those alone: what a run that places no others gives.

        Parameters
        ----------
        draws
            Labels of draws.

        Raises
        ------
        InputError
            If a draw is not among those placed.
        """
        known = [int(d) for d in self.runs["draw"].values]
        if missing := [d for d in draws if d not in known]:
            raise InputError(f"draw {missing[0]} is not placed; the draws placed are {known[0]} to {known[-1]}")
        runs = self.runs.sel(draw=list(draws))
        growth = self.price_growth.sel(draw=list(draws))
        return replace(self, runs=runs, price_growth=growth, calibration=calibrate(self.area, runs))

    @property
    def cost_gbp(self) -> xr.DataArray:
        """Cost in cash, calibrated: draw × financial_year × authority, of two academic years each. [GBP]"""
        return self.by_financial_year["gbp"].sum(("setting", "mode")).transpose("draw", "financial_year", "authority")

    @once
    def by_year(self) -> xr.Dataset:
        """What `summary` shows, by academic year: calibrated `gbp` beside `gbp_constant` and `gbp_before_calibration`."""
        return self._in_cash(self._constant, "year")

    @once
    def by_financial_year(self) -> xr.Dataset:
        """The same by financial year: counts are averages over the year's days."""
        years = self.runs["year"].values
        whole = [y for y in years if y + 1 in years]
        parts = []
        for financial_year in whole:
            (first, early), (second, late) = academic_weights(int(financial_year)).items()
            mixed = early * self._constant.sel(year=first, drop=True) + late * self._constant.sel(
                year=second, drop=True
            )
            parts.append(mixed.expand_dims(financial_year=[financial_year]))
        joined: xr.Dataset = xr.concat(parts, dim="financial_year")
        return self._in_cash(joined, "financial_year")

    @cached_property
    def _constant(self) -> xr.Dataset:
        """By academic year in prices of the base year: `gbp_constant`, calibrated, and `gbp_before_calibration`."""
        factor = xr.DataArray(self.calibration["factor"], {"authority": self.calibration["authority"]}, "authority")
        plain = self.runs["gbp"]
        dropped = self.runs.drop_vars(["minutes_more", "gbp"])
        return dropped.assign(gbp_constant=plain * factor, gbp_before_calibration=plain)

    def _in_cash(self, constant: xr.Dataset, time: str) -> xr.Dataset:
        prices = self._prices(constant[time], time)
        cash = {"gbp": constant["gbp_constant"] * prices, BEFORE: constant[BEFORE] * prices}
        return constant.assign({name: gbp.transpose(*constant["gbp_constant"].dims) for name, gbp in cash.items()})

    def _prices(self, years: xr.DataArray, time: str) -> xr.DataArray:
        """Return prices over the base year's by draw: a financial year's, or an academic year's, seven months in the year before."""
        growth, after = 1 + self.price_growth, years - self.area.base_year
        if time == "financial_year":
            return growth**after
        mixed = (7 * growth ** (after - 1) + 5 * growth**after) / 12
        return mixed.where(after > 0, 1.0)

    @remembered
    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of totals taken within each draw.

        Parameters
        ----------
        by
            Any of authority, setting, name, setting_type, setting_group, destination, mode and mode_group; and of the
            children aboard, zone, district, ncy, phase, age_group, need and need_group. By children, a run's vehicles and cost are shared
            among its riders, in the proportions of the expected placements. Financial years, unless `year` is named.
        levels
            Quantiles.

        Returns
        -------
        DataFrame
            financial_year (or year), *by, level, children, vehicles, km, assistants, beyond_guide, co2_kg, gbp (cash),
            gbp_constant (prices of the base year), gbp_before_calibration (cash), unit_cost_gbp (cash). Vehicles, km and assistants are a school day's; the rest a year's. Each
            column has its own quantile, so parts needn't add up.
        """
        labels = Labels(self._labels.known, TIMES)
        names = labels.asked(by)
        if {"year", "financial_year"} <= set(by):
            raise InputError("year and financial_year can't be asked for together: ask for one kind of year")
        measures, cells = self._totals(names)
        time, years = "year", [int(y) for y in self.runs["year"].to_numpy()]
        if "year" not in by:
            time, measures, years = "financial_year", *_in_financial_years(measures, years)
        at = xr.DataArray(years, dims=time, coords={time: years})
        prices = self._prices(at, time).transpose("draw", time).to_numpy()[:, :, None]
        measures = {**measures, "gbp": measures["gbp_constant"] * prices, BEFORE: measures[BEFORE] * prices}
        children, gbp = measures["children"], measures["gbp"]
        unit = np.divide(gbp, children, out=np.full(gbp.shape, np.nan), where=children > 0)
        return quantiles({**measures, "unit_cost_gbp": unit}, cells, levels, years=years, time=time)

    def _totals(self, by: Sequence[str]) -> tuple[Mapping[str, NDArray[np.number]], pd.DataFrame]:
        """Return every measure within each draw: draw x year x cell, and each cell's labels."""
        measures = {name: self._constant[name] for name in SHOWN}
        if dims := self._labels.dims(by) & set(OF_CHILD):
            riders = pd.concat([self._riders, others_of(self.area, self.others, self.runs, dims)], ignore_index=True)
            return shared(measures, riders, self._labels, by)
        found = {name: self._labels.totals(array, by) for name, array in measures.items()}
        return {name: values for name, (values, _) in found.items()}, next(iter(found.values()))[1]

    @cached_property
    def _labels(self) -> Labels:
        return labels_of(self.area, self.runs)

    @once
    def _riders(self) -> pd.DataFrame:
        return riders_of(self.area, self.riders, self.turned_away, self.runs)

    def entitlement(self, *by: str) -> pd.DataFrame:
        """Return who is entitled in the expected placements, and by which test.

        Parameters
        ----------
        by
            Any of year, authority, district, zone, setting, setting_type, ncy, phase, need, need_group, test, paragraph.

        Returns
        -------
        DataFrame
            year, *by, children placed, `entitled` (chances added up, since a distance may be an estimate), `travellers` (those who
            take it up and don't board), `unsure` (children whose chance is between 0.1 and 0.9), mean_km and mean_minutes of
            travellers. [children, km, minutes]
        """
        keys = ["year", *(name for name in asked(by, ENTITLED_BY) if name != "year")]
        rows = self.riders
        added = pd.DataFrame(
            {
                "children": rows["children"],
                "entitled": rows["children"] * rows["probability"],
                "travellers": rows["travellers"],
                "unsure": rows["children"] * rows["probability"].between(0.1, 0.9),
                "mean_km": rows["km"] * rows["travellers"],
                "mean_minutes": rows["minutes"] * rows["travellers"],
            }
        )
        found = added.groupby([rows[k] for k in keys]).sum()
        for mean in ("mean_km", "mean_minutes"):
            found[mean] = found[mean] / found["travellers"].where(found["travellers"] > 0)
        return found.reset_index()

    @property
    def notes(self) -> pd.DataFrame:
        """What a reader should know, as `tables.NOTES`."""
        straight = float(self.riders.drop_duplicates(["zone", "setting"])["is_walk_estimated"].mean())
        return national.notes(self.calibration, self.against_national(), straight, self.estimate_error)

    def rounds(
        self, setting: str, year: int, *, seconds: float = 10, iterations: int | None = None, seed: int = 1
    ) -> SchoolRounds:
        """Return rounds for the expected travellers to one school in one year, planned and checked.

        Parameters
        ----------
        setting, year
            The school, by its code or its name, and the January.
        seconds, iterations, seed
            As `sf.transport.rounds`.
        """
        from sufficiency.transport.routing.school_rounds import school_rounds

        return school_rounds(self.area, self.riders, setting, year, seconds=seconds, iterations=iterations, seed=seed)

    def estimate(self, year: int | None = None, *, schools: int = 20, seconds: float = 2, seed: int = 1) -> Estimate:
        """Return what routed rounds cost over their approximation, fitted on the area's own samples, with its measured error.

        Give it back to `journeys(area, placed, estimate=...)`.

        Parameters
        ----------
        year
            By default the base year.
        schools
            How many schools to route, from the largest to the smallest at even steps.
        seconds, seed
            As `sf.transport.rounds`, for each.
        """
        from sufficiency.transport.routing.routed_samples import routed_estimate

        at = self.area.base_year if year is None else year
        return routed_estimate(self.area, self.riders, at, schools=schools, seconds=seconds, seed=seed)

    def against_national(self) -> pd.DataFrame:
        """Return the base year's model, before calibration, beside published national figures, and why they differ.

        Returns
        -------
        DataFrame
            measure, modelled, national, unit, source, note.
        """
        return national.against_national(self.area, self.runs)


def _in_financial_years(
    measures: Mapping[str, NDArray[np.number]], years: Sequence[int]
) -> tuple[dict[str, NDArray[np.number]], list[int]]:
    """Return measures by financial year, a mixture of two academic years each, and the financial years."""
    whole = [y for y in years if y + 1 in years]
    mixing = np.zeros((len(whole), len(years)))
    for row, financial_year in enumerate(whole):
        for year, weight in academic_weights(financial_year).items():
            mixing[row, years.index(year)] = weight
    return {name: np.einsum("fy,dyc->dfc", mixing, values) for name, values in measures.items()}, whole
