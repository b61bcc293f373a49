"""A forecast of plans: labelled arrays of draws inside, tidy tables outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sufficiency import draws
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, MissingError
from sufficiency.frozen import frozen, remembered
from sufficiency.labels import Labels
from sufficiency.notebook import titled, wide

AT_HOME: Final = "home"  # zones by NCY, as far as labels tell them apart


@frozen
@dataclass(frozen=True, eq=False)
class PlanForecast:
    """Simulated EHC plans. In every draw and year plans = plans before + joiners + transfers in − leavers.

    Where a lever moves children to Individual Support Plans (`scenarios.reform`), plans also lose `to_support_plan`, and
    support plans = support plans before + `to_support_plan` − `support_plans_ended`.

    Attributes
    ----------
    plans
        draw x year x authority x ncy x need x setting_type, the base year first and the same in every draw. [plans]
    homes
        zone x ncy: the share of the authority's plans at that NCY that live in the zone; 1 over an authority.
    flows_by_ncy, flows_by_need
        kind x draw x year x authority x (ncy or need) x setting_type. [children] `leavers` and `movers_out` have the state
        left, at the January before; `joiners`, `movers` and `transfers_in` the state arrived in. With support plans,
        `to_support_plan` has the state arrived in, and `support_plans_ended` the one left.
    support_plans
        Children who had an EHC plan and have an Individual Support Plan instead, labelled as `plans`; None where no lever
        asks for any. [children]
    """

    plans: xr.DataArray
    homes: xr.DataArray
    flows_by_ncy: xr.DataArray = field(repr=False)
    flows_by_need: xr.DataArray = field(repr=False)
    seed: int = 7
    support_plans: xr.DataArray | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        """Return one line: years, draws, and plans in the first and the last of the years."""
        low, middle, high = self.summary()["plans"].to_numpy()[-len(LEVELS) :]
        first, last = (int(self.plans["year"].to_numpy()[at]) for at in (0, -1))
        return (
            f"<PlanForecast {first} to {last}, {self.plans.sizes['draw']:,} draws: {self._in(0):,.0f} plans in {first}, "
            f"{middle:,.0f} ({low:,.0f} to {high:,.0f}) in {last}>"
        )

    def _repr_html_(self) -> str:
        middle = wide(self.summary("setting_group", levels=(0.5,)), "setting_group", "plans")
        return titled("EHC plans in January, by group of setting", middle, note=self._says)

    @property
    def labels(self) -> Labels:
        """What plans can be asked by: authority, NCY, need, type of setting, what follows from them, and the home."""
        found = Labels.of(self.plans)
        if "authority" not in self.homes.coords or not self.homes.sizes["zone"]:
            return found
        where = Labels.of(self.homes, without=("authority",)).known
        return Labels({**found.known, **{n: label for n, label in where.items() if label.dim == "zone"}}, found.times)

    @remembered
    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of plans, totals taken within each draw: year, *by, level, plans.

        `by` is any of authority, ncy, phase, age_group, need, need_group, setting_type, setting_group, and district
        and zone of the home. By home the plans of an authority at each NCY are shared as `homes` says: expected plans, not
        rounded, so that districts add up to their authority in every draw. `by_small_area` gives whole children.
        """
        labels = self.labels
        names = labels.asked(by)
        if "zone" not in labels.dims(names):
            return draws.summary({"plans": self.plans}, names, levels, labels=labels)
        return draws.summary({"plans": _at_home(self.plans, self.homes, names, labels)}, names, levels)

    def individual_support_plans(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of children moved from a plan to an Individual Support Plan: year, *by, level, children.

        Children are kept as they age, in the setting that they are in, until they leave as those with plans do. Those who
        never had a plan are not counted here.

        Parameters
        ----------
        by
            Any of authority, ncy, phase, age_group, need, need_group, setting_type and setting_group.
        levels
            Quantiles over draws.

        Raises
        ------
        MissingError
            If no lever of the run moves children to Individual Support Plans.

        Examples
        --------
        >>> import sufficiency as sf
        >>> area = sf.scenarios.reform(1.0)(sf.example_area())
        >>> plans = sf.forecast.plans(area, to=2032, draws=4)
        >>> list(plans.individual_support_plans("phase").columns)
        ['year', 'phase', 'level', 'children']
        """
        if self.support_plans is None:
            raise MissingError(
                "no child has an Individual Support Plan in this forecast: pull a lever that moves them, such as "
                "sf.scenarios.IndividualSupportPlans() or sf.scenarios.reform()"
            )
        labels = Labels.of(self.support_plans)
        return draws.summary({"children": self.support_plans}, labels.asked(by), levels, labels=labels)

    def flows(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of children who join, move, leave or are transferred in: year, kind, *by, level, children.

        `year` is the January at the end. Movers are counted where they arrive; where `by` asks for settings or needs,
        `movers_out` counts them where they left. NCYs and needs can't be asked for together.
        """
        by_ncy, by_need = Labels.of(self.flows_by_ncy), Labels.of(self.flows_by_need)
        both = Labels({**by_need.known, **by_ncy.known})
        names = both.asked(by, always=("kind",))
        dims = both.dims(names)
        if {"ncy", "need"} <= dims:
            raise InputError("flows are kept by NCY and by need, not by both: ask for one of them")
        array, labels = (self.flows_by_need, by_need) if "need" in dims else (self.flows_by_ncy, by_ncy)
        if not dims & {"setting_type", "need"}:
            array = array.sel(kind=[k for k in array["kind"].to_numpy() if k != "movers_out"])
            labels = Labels.of(array)
        return draws.summary({"children": array}, names, levels, labels=labels)

    @property
    def _says(self) -> str:
        return f"Middle of {self.plans.sizes['draw']:,} simulated futures. Middles of parts need not add up."

    def _in(self, at: int) -> float:
        return float(self.plans.isel(draw=0, year=at).sum())


def _at_home(plans: xr.DataArray, homes: xr.DataArray, by: Sequence[str], labels: Labels) -> xr.DataArray:
    """Return expected plans by where children live: draw x year x others x home, a home for each set of labels asked for.

    Home is what `by` names of zone, district, authority, NCY and what follows from it.
    """
    zones, ncys = homes["zone"].to_numpy(), plans["ncy"].to_numpy()
    owner = pd.Index(plans["authority"].to_numpy()).get_indexer(homes["authority"].to_numpy())
    grid = dict(zip(("zone", "ncy"), np.indices((len(zones), len(ncys))).reshape(2, -1), strict=True))
    here = [name for name in by if labels.known[name].dim in ("zone", "authority", "ncy")]
    cell, names = labels.cells(here, {**grid, "authority": owner[grid["zone"]]})
    weight = np.zeros((len(plans["authority"]) * len(ncys), len(names)))
    share = homes.transpose("zone", "ncy").reindex(ncy=ncys, fill_value=0.0).to_numpy().ravel()
    np.add.at(weight, (owner[grid["zone"]] * len(ncys) + grid["ncy"], cell), share)
    others = [str(d) for d in plans.dims if d in labels.dims(by) and d not in ("authority", "ncy")]
    kept = plans.sum([d for d in plans.dims if d not in ("draw", "year", "authority", "ncy", *others)])
    values = kept.transpose("draw", "year", *others, "authority", "ncy").to_numpy()
    coords: dict[str, NDArray[np.generic] | tuple[str, NDArray[np.generic]]] = {
        d: plans[d].to_numpy() for d in ("draw", "year", *others)
    }
    coords |= {name: (AT_HOME, names[name].to_numpy()) for name in names}
    return xr.DataArray(
        values.reshape(*values.shape[:-2], -1) @ weight, coords=coords, dims=("draw", "year", *others, AT_HOME)
    )
