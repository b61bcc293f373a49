"""The school run as a result: tidy tables of children, vehicles and cost, with ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.errors import InputError, nearest, one_of
from sufficiency.transport.modes import national
from sufficiency.transport.modes.modes import MODE_GROUP_OF
from sufficiency.words.school_year import academic_weights

if TYPE_CHECKING:
    from sufficiency.transport.cost.sampled import Estimate
    from sufficiency.transport.routing.school_rounds import SchoolRounds

SHOWN: Final = ("children", "vehicles", "km", "assistants", "beyond_guide", "co2_kg", "gbp", "gbp_before_calibration")
DERIVED: Final = ("setting_type", "mode_group")
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
BY: Final = ("year", "financial_year", "authority", "setting", "mode", *DERIVED)


@dataclass(frozen=True, eq=False)
class Journeys:
    """How children travel and what it costs, by draw, year, authority, setting and mode.

    `runs` holds `children`; `vehicles`, `km` with a child aboard and `assistants` a school day; `beyond_guide`, children who
    ride longer than guidance thinks suitable; `minutes_more`; and `co2_kg` and `gbp` a year, before calibration.
    """

    area: Area = field(repr=False)
    runs: xr.Dataset = field(repr=False)
    riders: pd.DataFrame = field(repr=False)  # expected placements with entitlement and travellers
    calibration: pd.DataFrame  # authority, basis, travellers, modelled_gbp, target_gbp, factor
    estimate_error: float = 0.0  # of the approximate cost at one school, a standard deviation as a share

    def __repr__(self) -> str:
        """Return one line: the area, years and the calibration."""
        years = self.runs["year"].values
        factors = ", ".join(f"{row.authority} × {row.factor:.2f}" for row in self.calibration.itertuples())
        return (
            f"<Journeys {self.area.name}: {years[0]} to {years[-1]}, {self.runs.sizes['draw']} draws; cost {factors}>"
        )

    def _repr_html_(self) -> str:
        return str(
            self.summary("financial_year", "mode", levels=(0.5,)).to_html(index=False, float_format="{:,.0f}".format)
        )

    @property
    def cost_gbp(self) -> xr.DataArray:
        """Cost, calibrated: draw × financial_year × authority, five and seven twelfths of two academic years. [GBP]"""
        return self.by_financial_year["gbp"].sum(("setting", "mode")).transpose("draw", "financial_year", "authority")

    @cached_property
    def by_year(self) -> xr.Dataset:
        """What `summary` shows, by academic year, with calibrated `gbp` beside `gbp_before_calibration`."""
        factor = xr.DataArray(self.calibration["factor"], {"authority": self.calibration["authority"]}, "authority")
        plain = self.runs["gbp"]
        return self.runs.assign(gbp=plain * factor, gbp_before_calibration=plain).drop_vars("minutes_more")

    @cached_property
    def by_financial_year(self) -> xr.Dataset:
        """The same by financial year: counts are averages over the year's days."""
        years = self.runs["year"].values
        whole = [y for y in years if y + 1 in years]
        parts = []
        for financial_year in whole:
            (first, early), (second, late) = academic_weights(int(financial_year)).items()
            mixed = early * self.by_year.sel(year=first, drop=True) + late * self.by_year.sel(year=second, drop=True)
            parts.append(mixed.expand_dims(financial_year=[financial_year]))
        joined: xr.Dataset = xr.concat(parts, dim="financial_year")
        return joined

    def summary(self, *by: str, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> pd.DataFrame:
        """Return quantiles of totals taken within each draw.

        Parameters
        ----------
        by
            Any of year, financial_year, authority, setting, setting_type, mode, mode_group; a financial year each if it has
            neither kind of year.
        levels
            Quantiles.

        Returns
        -------
        DataFrame
            *by, level, children, vehicles, km, assistants, beyond_guide, co2_kg, gbp, gbp_before_calibration,
            unit_cost_gbp. Vehicles, km and assistants are a school day's; the rest a year's. Each column has its own
            quantile, so parts needn't add up.
        """
        keys = by if {"year", "financial_year"} & set(by) else ("financial_year", *by)
        unknown = [k for k in keys if k not in BY]
        if unknown or {"year", "financial_year"} <= set(keys):
            wrong = (
                f"'{unknown[0]}' is not one of {one_of(BY)}{nearest(unknown[0], BY)}" if unknown else "one kind of year"
            )
            raise InputError(f"journeys.summary: {wrong} can be asked for")
        totals = self._totals(list(keys))
        totals["unit_cost_gbp"] = totals["gbp"] / totals["children"].where(totals["children"] > 0)
        frames = []
        for level in levels:
            found = totals.groupby(list(keys), sort=False).quantile(level)
            frames.append(found.assign(level=level).reset_index())
        table = pd.concat(frames, ignore_index=True)
        order = table.groupby(list(keys), sort=False).ngroup()
        table = table.assign(order=order).sort_values(["order", "level"], kind="stable").drop(columns="order")
        return table[[*keys, "level", *SHOWN, "unit_cost_gbp"]].reset_index(drop=True)

    def _totals(self, keys: list[str]) -> pd.DataFrame:
        """Return one row a draw and group, indexed by the draw, with every measure summed within the draw."""
        data = (self.by_financial_year if "financial_year" in keys else self.by_year)[list(SHOWN)]
        plain = [k for k in keys if k not in DERIVED]
        needed = {"setting_type": "setting", "mode_group": "mode"}
        keep = ["draw", *dict.fromkeys([*plain, *(needed[k] for k in keys if k in DERIVED)])]
        frame = data.sum([d for d in data.dims if d not in keep]).to_dataframe().reset_index()
        if "mode_group" in keys:
            frame["mode_group"] = frame["mode"].map(MODE_GROUP_OF)
        if "setting_type" in keys:
            frame["setting_type"] = frame["setting"].map(self.area.settings.set_index("setting")["setting_type"])
        return frame.groupby(["draw", *keys], sort=False)[list(SHOWN)].sum().reset_index("draw", drop=True)

    def entitlement(self, *by: str) -> pd.DataFrame:
        """Return who is entitled in the expected placements, and by which test.

        Parameters
        ----------
        by
            Any of year, authority, district, zone, setting, setting_type, ncy, phase, need, need_group, test, paragraph.

        Returns
        -------
        DataFrame
            *by, children placed, `entitled` (chances added up, since a distance may be an estimate), `travellers` (those who
            take it up and don't board), `unsure` (children whose chance is between 0.1 and 0.9), mean_km and mean_minutes of
            travellers. [children, km, minutes]
        """
        known = [c for c in ENTITLED_BY if c in self.riders]
        unknown = [k for k in by if k not in known]
        if unknown:
            raise InputError(
                f"journeys.entitlement: '{unknown[0]}' is not one of {one_of(known)}{nearest(unknown[0], known)}"
            )
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
        keys = list(by) or ["year"]
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
