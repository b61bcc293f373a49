"""A high needs budget: spending, income and balances draw by draw, and the tables that people ask of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.errors import InputError, nearest, one_of
from sufficiency.funding.budget_lines import LINES, STREAMS
from sufficiency.words.vocabulary import NEED_GROUP_OF

LEVELS: Final = (0.05, 0.5, 0.95)
BY_TIME: Final = ("financial_year", "authority")
BY_ITEM: Final = ("line", "provision", "kind", "recouped")
BY_CHILD: Final = ("need", "need_group", "phase")


@dataclass(frozen=True, eq=False)
class HighNeedsBudget:
    """Money from high needs. In every draw lines add up to spending, and balances follow from movements.

    Attributes
    ----------
    spend
        draw x financial_year x authority x item; an item knows its `line` (Section 251), `provision` (type of setting,
        'unplaced' or 'services'), `kind` (place, top_up, fee, service) and whether DfE pays it direct (`recouped`). [GBP]
    income
        draw x financial_year x authority x source. [GBP]
    balance
        Carried forward at the 31 March that ends each year; below 0 a deficit: draw x financial_year x authority. [GBP]
    grant, on_reserves
        Stability grant received; deficit that no override keeps out of the general fund. [GBP]
    opening
        Brought forward into the first year, by authority. [GBP]
    children, unit_gbp
        draw x financial_year x authority x need x phase x stream, and what one costs a year beyond place funding.
    unit_basis, blocks
        Where unit costs and the block are from.
    past, against_reported
        Past years priced the same way, and modelled against reported balances.
    notes
        What is assumed or doubtful, in words: table, kind, says.
    """

    spend: xr.DataArray
    income: xr.DataArray
    balance: xr.DataArray
    grant: xr.DataArray
    on_reserves: xr.DataArray
    opening: xr.DataArray
    children: xr.DataArray = field(repr=False)
    unit_gbp: xr.DataArray = field(repr=False)
    unit_basis: pd.DataFrame = field(repr=False)
    blocks: pd.DataFrame = field(repr=False)
    past: pd.DataFrame = field(repr=False)
    against_reported: pd.DataFrame = field(repr=False)
    notes: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        """Return one line: years, draws, and the median balance at the end."""
        years = self.balance["financial_year"].values
        last = float(self.balance.isel(financial_year=-1).sum("authority").median())
        return f"<HighNeedsBudget {years[0]} to {years[-1]}, {self.balance.sizes['draw']} draws; {last / 1e6:,.1f}m GBP at the end>"

    def _repr_html_(self) -> str:
        table = self.summary("financial_year", levels=(0.5,)).pivot_table(
            index="measure", columns="financial_year", values="gbp", sort=False
        )
        return str((table / 1e6).to_html(float_format="{:,.1f}m".format))

    @property
    def in_year(self) -> xr.DataArray:
        """Income less spending, before any grant: draw x financial_year x authority. [GBP]"""
        return self.income.sum("source") - self.spend.sum("item")

    @property
    def balance_gbp(self) -> xr.DataArray:
        """Carried-forward balance of the whole area: draw x financial_year. [GBP]"""
        return self.balance.sum("authority")

    @property
    def spend_gbp(self) -> xr.DataArray:
        """Spending of the whole area: draw x financial_year. [GBP]"""
        return self.spend.sum(["authority", "item"])

    @property
    def recouped(self) -> xr.DataArray:
        """Places that DfE pays direct and deducts from the block: draw x financial_year x authority. [GBP]

        They are in spending and in income alike, as in a Section 251 budget; an outturn leaves them out of both.
        """
        return self.spend.where(self.spend["recouped"], 0).sum("item")

    def measures(self) -> dict[str, xr.DataArray]:
        """Return spend, income, grant, in_year and balance: each draw x financial_year x authority. [GBP]"""
        return {
            "spend": self.spend.sum("item"),
            "income": self.income.sum("source"),
            "grant": self.grant,
            "in_year": self.in_year,
            "balance": self.balance,
        }

    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of totals taken within each draw.

        With `line`, `provision`, `kind` or `recouped`: spending, as *by, level, gbp; by line without provision or kind
        it ends with spend, income, grant, in_year and balance. With `need`, `need_group` or `phase`: what follows the
        child (top-up and fees). With none of them: *by, measure, level, gbp. `financial_year` and `authority` go with
        any; balances are never added over years.
        """
        known = (*BY_TIME, *BY_ITEM, *BY_CHILD)
        for name in by:
            if name not in known:
                raise InputError(f"'{name}' is not one of {one_of(known)}{nearest(name, known)}")
        if len(set(by)) != len(by):
            raise InputError(f"a column is asked for twice: {', '.join(by)}")
        if any(name in BY_CHILD for name in by):
            return _quantiles(_totals(self._by_child(by), by), by, levels)
        if not any(name in BY_ITEM for name in by):
            return self._measured(by, levels)
        lines = _quantiles(_totals(_labels(self.spend), by), by, levels)
        others = [name for name in by if name in BY_ITEM]
        if others != ["line"] or "financial_year" not in by:
            return lines
        time = tuple(name for name in by if name in BY_TIME)
        ends = self._measured(time, levels).rename(columns={"measure": "line"})
        return pd.concat([lines, ends[lines.columns]], ignore_index=True)

    def unit_costs(self) -> pd.DataFrame:
        """Return what one child costs, place and top-up together, in the first year: authority, provision, gbp, basis."""
        first = self.unit_gbp.isel(financial_year=0)
        streams = {s.provision: c for c, s in STREAMS.items()}
        rows = []
        for authority in first["authority"].values:
            for provision, stream in streams.items():
                gbp = float(first.sel(authority=authority, stream=stream).mean("need"))
                rows.append((authority, provision, gbp))
        table = pd.DataFrame(rows, columns=["authority", "provision", "top_up_or_fee_gbp"])
        return table.merge(self.unit_basis, on=["authority", "provision"], how="left")

    def check(self) -> None:
        """Raise if money was lost: lines against provision, children times unit, past plus movement."""
        faults = {
            "spending by line and by provision": self._by("line").sum("line") - self._by("provision").sum("provision"),
            "children times unit cost": self._child_spend() - self._kinds("top_up", "fee"),
            "balance before plus movement": self._moved() - self.balance,
        }
        for what, gap in faults.items():
            worst = float(np.abs(gap).max())
            if worst > 0.5:
                raise InputError(f"{what} differ by {worst:,.2f} GBP")

    def _by(self, label: str) -> xr.DataArray:
        return _totals(_labels(self.spend), ["financial_year", "authority", label])

    def _kinds(self, *kinds: str) -> xr.DataArray:
        return self.spend.where(self.spend["kind"].isin(kinds), 0).sum("item")

    def _child_spend(self) -> xr.DataArray:
        found: xr.DataArray = xr.dot(self.children, self.unit_gbp.fillna(0), dim=["need", "stream"])
        return found.sum("phase")

    def _moved(self) -> xr.DataArray:
        before = self.balance.shift(financial_year=1)
        before = before.where(before["financial_year"] != before["financial_year"].values[0], self.opening)
        return before + self.in_year + self.grant

    def _by_child(self, by: Sequence[str]) -> xr.DataArray:
        gbp = self.children * self.unit_gbp.fillna(0)
        coords: dict[str, Any] = {
            "line": ("stream", [STREAMS[str(s)].line for s in gbp["stream"].values]),
            "provision": ("stream", [STREAMS[str(s)].provision for s in gbp["stream"].values]),
            "need_group": ("need", [NEED_GROUP_OF[str(n)] for n in gbp["need"].values]),
        }
        wrong = [name for name in by if name in ("kind", "recouped")]
        if wrong:
            raise InputError(f"'{wrong[0]}' and what follows the child can't be asked for together")
        return gbp.assign_coords(coords)

    def _measured(self, by: Sequence[str], levels: Sequence[float]) -> pd.DataFrame:
        parts = []
        for name, array in self.measures().items():
            if name == "balance" and "financial_year" not in by:
                array = array.isel(financial_year=[-1])
            frame = _quantiles(_totals(array, by), by, levels)
            frame.insert(len(by), "measure", name)
            parts.append(frame)
        return pd.concat(parts, ignore_index=True)


def side_by_side(
    unmitigated: HighNeedsBudget, mitigated: HighNeedsBudget, *, levels: Sequence[float] = LEVELS
) -> pd.DataFrame:
    """Return two budgets beside each other: financial_year, measure, level, unmitigated_gbp, mitigated_gbp, difference_gbp.

    The difference is taken within a draw, so both must come from one seed: a quantile of it is not the difference of
    the other two.
    """
    ours, theirs = unmitigated.measures(), mitigated.measures()
    for dim in ("draw", "financial_year", "authority"):
        if list(ours["balance"][dim].values) != list(theirs["balance"][dim].values):
            raise InputError(f"the two budgets have different {dim}s: run both with the same years, draws and seed")
    parts = []
    for name, array in ours.items():
        first, second = array.sum("authority"), theirs[name].sum("authority")
        frame = _quantiles(first, ["financial_year"], levels).rename(columns={"gbp": "unmitigated_gbp"})
        frame["mitigated_gbp"] = _quantiles(second, ["financial_year"], levels)["gbp"]
        frame["difference_gbp"] = _quantiles(second - first, ["financial_year"], levels)["gbp"]
        frame.insert(1, "measure", name)
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def line_name(code: str) -> str:
    """Return a Section 251 line's name, or a total's."""
    totals = {
        "spend": "Total high needs spending",
        "income": "High needs block and transfers",
        "grant": "High Needs Stability Grant",
        "in_year": "In-year balance",
        "balance": "Balance carried forward",
    }
    return LINES.get(code) or totals.get(code, code)


def _labels(spend: xr.DataArray) -> xr.DataArray:
    return spend.drop_vars("item")


def _totals(array: xr.DataArray, by: Sequence[str]) -> xr.DataArray:
    """Return totals within each draw: draw x *by."""
    found = array
    for dim in [str(d) for d in array.dims if d != "draw"]:
        labels = [name for name in by if name == dim or (name in array.coords and array[name].dims == (dim,))]
        if not labels:
            found = found.sum(dim)
        elif labels != [dim]:
            found = _grouped(found, dim, {name: array[name].values.tolist() for name in labels})
    return found.transpose("draw", *by) if set(by) <= set(found.dims) else found


def _grouped(array: xr.DataArray, dim: str, labels: Mapping[str, list[Any]]) -> xr.DataArray:
    """Return totals by labels that follow from `dim`, in the order they first appear; two make a frame with gaps."""
    orders = [list(dict.fromkeys(values)) for values in labels.values()]
    rest = [d for d in array.dims if d != dim]
    data = np.zeros([*(array.sizes[d] for d in rest), *(len(o) for o in orders)])
    moved = array.transpose(*rest, dim).to_numpy()
    for i in range(array.sizes[dim]):
        at: tuple[Any, ...] = tuple(
            order.index(values[i]) for order, values in zip(orders, labels.values(), strict=True)
        )
        data[(..., *at)] += moved[..., i]
    coords = {d: array[d].values for d in rest} | dict(zip(labels, orders, strict=True))
    return xr.DataArray(data, coords=coords, dims=[*rest, *labels])


def _quantiles(array: xr.DataArray, by: Sequence[str], levels: Sequence[float]) -> pd.DataFrame:
    """Return quantiles over draws: *by, level, gbp; combinations that no item has are left out."""
    if not levels or not all(0 <= level <= 1 for level in levels):
        raise InputError(f"levels are shares between 0 and 1, such as 0.05, 0.5 and 0.95; got {list(levels)}")
    found = np.quantile(array.transpose("draw", *by).to_numpy(), list(levels), axis=0)
    index = pd.MultiIndex.from_product([list(levels), *(array[d].values for d in by)], names=["level", *by])
    frame = pd.DataFrame({"gbp": found.reshape(-1)}, index=index).reset_index()[[*by, "level", "gbp"]]
    if sum(name in (*BY_ITEM, *BY_CHILD) for name in by) > 1:
        keep = frame.groupby([b for b in by if b not in BY_TIME], sort=False)["gbp"].transform(lambda g: (g != 0).any())
        frame = frame[keep]
    place = {name: {v: i for i, v in enumerate(array[name].values.tolist())} for name in by}
    order = frame.sort_values(
        [*by, "level"], key=lambda c: c.map(place[c.name]) if c.name in place else c, kind="stable"
    )
    return order.reset_index(drop=True)
