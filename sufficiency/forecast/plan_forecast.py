"""A forecast of plans: labelled arrays of draws inside, tidy tables outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.errors import InputError, nearest, one_of
from sufficiency.words.school_year import age_group_of, phase_of
from sufficiency.words.vocabulary import NEED_GROUP_OF, SETTING_GROUP_OF

LEVELS: Final = (0.05, 0.5, 0.95)
# Labels that follow from another: what they are made from, and how.
DERIVED: Final = {
    "phase": "ncy",
    "age_group": "ncy",
    "need_group": "need",
    "setting_group": "setting_type",
}


@dataclass(frozen=True, eq=False)
class PlanForecast:
    """Simulated EHC plans. In every draw and year plans = plans before + joiners + transfers in − leavers.

    Attributes
    ----------
    plans
        draw x year x authority x ncy x need x setting_type, the base year first and the same in every draw. [plans]
    homes
        zone x ncy: the share of the authority's plans at that NCY that live in the zone; 1 over an authority.
    flows_by_ncy, flows_by_need
        kind x draw x year x authority x (ncy or need) x setting_type. [children] `leavers` and `movers_out` have the state
        left, at the January before; `joiners`, `movers` and `transfers_in` the state arrived in.
    """

    plans: xr.DataArray
    homes: xr.DataArray
    flows_by_ncy: xr.DataArray = field(repr=False)
    flows_by_need: xr.DataArray = field(repr=False)
    seed: int = 7

    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of plans, totals taken within each draw: year, *by, level, plans.

        `by` is any of authority, ncy, need, setting_type, phase, age_group, need_group, setting_group.
        """
        return quantiles(totalled(self.plans, ["year", *_without_year(by)]), "plans", levels)

    def flows(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of children who join, move, leave or are transferred in: year, kind, *by, level, children.

        `year` is the January at the end. Movers are counted where they arrive; where `by` asks for settings or needs,
        `movers_out` counts them where they left. NCYs and needs can't be asked for together.
        """
        asked = [b for b in by if b not in ("year", "kind")]
        made_from = {DERIVED.get(b, b) for b in asked}
        if {"ncy", "need"} <= made_from:
            raise InputError("flows are kept by NCY and by need, not by both: ask for one of them")
        array = self.flows_by_need if "need" in made_from else self.flows_by_ncy
        if not made_from & {"setting_type", "need"}:
            array = array.sel(kind=[k for k in array["kind"].to_numpy() if k != "movers_out"])
        return quantiles(totalled(array, ["year", "kind", *asked]), "children", levels)

    def _repr_html_(self) -> str:
        return str(
            self.summary("setting_group")
            .pivot_table(index="setting_group", columns="year", values="plans", aggfunc="median", observed=True)
            .to_html(float_format="{:,.0f}".format)
        )


def _without_year(by: Sequence[str]) -> list[str]:
    return [b for b in by if b != "year"]


def totalled(array: xr.DataArray, by: Sequence[str]) -> xr.DataArray:
    """Return totals within each draw: draw x *by. Labels that follow from NCY, need or setting may be asked for."""
    known = [*(d for d in map(str, array.dims) if d != "draw"), *DERIVED]
    for name in by:
        if name not in known:
            raise InputError(f"'{name}' is not one of {one_of(known)}{nearest(name, known)}")
    if len(set(by)) != len(by):
        raise InputError(f"a column is asked for twice: {', '.join(by)}")
    wanted = {DERIVED.get(name, name) for name in by}
    lost = [d for d in array.dims if d != "draw" and d not in wanted]
    found = array.sum(lost) if lost else array
    for dim in sorted(wanted):
        here = [name for name in by if DERIVED.get(name, name) == dim]
        if here and here != [dim]:
            found = _grouped(found, str(dim), here)
    return found.transpose("draw", *by) if all(name in found.dims for name in by) else found


def _grouped(array: xr.DataArray, dim: str, names: Sequence[str]) -> xr.DataArray:
    """Return totals by one label that follows from `dim`."""
    if len(names) > 1:
        raise InputError(f"{' and '.join(names)} both follow from {dim}: ask for one of them")
    values = array[dim].to_numpy()
    labels = label_of(names[0], values)
    order = list(dict.fromkeys(labels))
    data = np.stack([array.isel({dim: np.flatnonzero(labels == name)}).sum(dim).to_numpy() for name in order], axis=-1)
    dims = [str(d) for d in array.dims if d != dim]
    coords = {d: array[d].to_numpy() for d in dims}
    return xr.DataArray(data, coords={**coords, names[0]: order}, dims=[*dims, names[0]])


def label_of(name: str, values: Any) -> Any:
    """Return phase, age_group, need_group or setting_group of NCYs, needs or settings."""
    if name == "phase":
        return phase_of(np.asarray(values))
    if name == "age_group":
        return age_group_of(np.asarray(values))
    groups = NEED_GROUP_OF if name == "need_group" else SETTING_GROUP_OF
    return np.array([groups.get(v, v) for v in values], dtype=object)


def quantiles(array: xr.DataArray, value: str, levels: Sequence[float]) -> pd.DataFrame:
    """Return quantiles over draws as a tidy frame: the array's other labels, `level`, and `value`."""
    if not all(0 <= level <= 1 for level in levels):
        raise InputError(f"levels are shares between 0 and 1, such as 0.05, 0.5 and 0.95; got {list(levels)}")
    others = [str(d) for d in array.dims if d != "draw"]
    found = np.quantile(array.transpose("draw", *others).to_numpy(), list(levels), axis=0)
    index = pd.MultiIndex.from_product([list(levels), *(array[d].to_numpy() for d in others)], names=["level", *others])
    frame = pd.DataFrame({value: found.reshape(-1)}, index=index).reset_index()
    return frame[[*others, "level", value]].sort_values([*others, "level"], ignore_index=True, kind="stable")
