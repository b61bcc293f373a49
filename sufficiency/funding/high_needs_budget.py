"""A high needs budget: spending, income and balances draw by draw, and the tables that people ask of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import draws
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, one_of
from sufficiency.frozen import frozen, remembered
from sufficiency.funding.balance import medium_term
from sufficiency.funding.balance.deficit import CASES, Carried, Terms, carry_forward
from sufficiency.funding.budget_lines import AWAY, STREAMS, line_name
from sufficiency.funding.two_budgets import same
from sufficiency.labels import Labels
from sufficiency.notebook import titled, wide
from sufficiency.words.say import shown
from sufficiency.words.school_year import financial_label

OF_ITEM = ("line", "provision", "kind", "recouped")  # what a spending item knows, in the order in which lines are read


@frozen
@dataclass(frozen=True, eq=False)
class HighNeedsBudget:
    """Money from high needs. In every draw lines add up to spending, and balances follow from movements.

    Attributes
    ----------
    spend
        draw x financial_year x authority x item; an item knows its `line` (Section 251), `provision` (type of setting,
        a destination of those turned away, or 'services'), `kind` (place, top_up, fee, service) and whether DfE pays it direct (`recouped`). [GBP]
    income
        draw x financial_year x authority x source. [GBP]
    balance
        Carried forward at the 31 March that ends each year; below 0 a deficit: draw x financial_year x authority. [GBP]
    grant
        Stability grant received, where the area's assumptions count it. [GBP]
    opening
        Brought forward into the first year, by authority. [GBP]
    children, unit_gbp
        draw x financial_year x authority x need x phase x stream, and what one costs a year beyond place funding: the
        same dimensions.
    terms
        What stated policy would take off a deficit, and what carrying one costs.
    share_of_england
        The area's share of England's plans in the last January published for both. [share]
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
    opening: xr.DataArray
    terms: Terms = field(repr=False)
    share_of_england: float
    children: xr.DataArray = field(repr=False)
    unit_gbp: xr.DataArray = field(repr=False)
    unit_basis: pd.DataFrame = field(repr=False)
    blocks: pd.DataFrame = field(repr=False)
    past: pd.DataFrame = field(repr=False)
    against_reported: pd.DataFrame = field(repr=False)
    notes: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        """Return one line: years, draws, and the median gap of the last year."""
        years = self.balance["financial_year"].values
        last, draws_held = (
            float(self.in_year.isel(financial_year=-1).sum("authority").median()),
            self.balance.sizes["draw"],
        )
        span = f"{financial_label(int(years[0]))} to {financial_label(int(years[-1]))}"
        return f"<HighNeedsBudget {span}, {draws_held:,} draws: {shown(last, '£m')} in-year in the last>"

    def _repr_html_(self) -> str:
        middle = wide(self.summary(levels=(0.5,)), "measure", "gbp", "financial_year")
        middle["measure"] = [line_name(name) for name in middle["measure"]]
        says = f"Middle of {self.balance.sizes['draw']:,} simulated futures. Transport is not paid from high needs."
        return titled("High needs budget, by financial year", middle, "£m", note=says)

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

    @remembered
    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of totals taken within each draw: financial_year, *by, level, gbp.

        With `line`, `provision`, `kind` or `recouped`: spending; by line without the other three it ends with spend,
        income, grant, in_year and balance. With `need`, `need_group` or `phase`: what follows the child (top-up and
        fees), by those four too. With none of them: also `measure`, before the level. `authority` goes with any.
        """
        labels, by_child = _labels(self.spend, "item"), _labels(self._by_child, "stream")
        names = Labels({**labels.known, **by_child.known}, labels.times).asked(by)
        if by_child.dims(names) - {"stream", "authority"}:
            return draws.summary({"gbp": self._by_child}, names, levels, labels=by_child)
        if not set(names) & set(OF_ITEM):
            return self._measured(names, levels)
        lines = draws.summary({"gbp": self.spend}, names, levels, labels=labels)
        if [name for name in names if name in OF_ITEM] != ["line"]:
            return lines
        ends = self._measured([name for name in names if name != "line"], levels).rename(columns={"measure": "line"})
        return pd.concat([lines, ends[lines.columns]], ignore_index=True)

    def carried(self, case: str) -> Carried:
        """Return balances, grant, what is met centrally and interest in each draw, whatever the headline counts.

        Parameters
        ----------
        case
            'as_now', 'with_grant', 'absorbed' or 'both', as in `positions`.

        Raises
        ------
        InputError
            For a case that is none of the four.
        """
        if case not in CASES:
            raise InputError(f"case='{case}' is not one of {one_of(CASES)}")
        granted, absorbed = CASES[case]
        return carry_forward(self.opening, self.in_year, self.terms, is_granted=granted, is_absorbed=absorbed)

    def positions(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return balances four ways: with and without the stability grant, with and without central absorption.

        Columns financial_year, *by (`authority`), level, measure, and GBP in each case: `as_now`, `with_grant`, `absorbed`
        (in-year deficits met centrally from 2028-29, announced and not law) and `both`. Measures: balance at 31 March,
        in_year, grant, met_centrally, left_to_council (in_year and what is met), and interest on the deficit brought forward,
        which the general fund pays.
        """
        cases = {name: self.carried(name) for name in CASES}
        parts = []
        for measure in ("balance", "in_year", "grant", "met_centrally", "left_to_council", "interest"):
            arrays = {
                f"{name}_gbp": self.in_year
                if measure == "in_year"
                else self.in_year + carried.met_centrally
                if measure == "left_to_council"
                else getattr(carried, measure)
                for name, carried in cases.items()
            }
            parts.append(draws.summary(arrays, list(by), levels).assign(measure=measure))
        return pd.concat(parts, ignore_index=True)

    def medium_term(
        self,
        levers: Mapping[str, HighNeedsBudget] | None = None,
        *,
        by_law: Collection[str] = (),
        delivery: medium_term.Delivery = (1.0,),
        starts: Mapping[str, int] | None = None,
        case: str = "as_now",
    ) -> pd.DataFrame:
        """Return the plan for the years ahead as finance officers lay it out: financial_year, row, gbp.

        Rows: base (spending of the year before), demand, places, price, other, spend; income; a row for each policy and for
        each saving; in_year (before the stability grant and what is met centrally), those two, net, brought_forward and balance. They are means over draws, so that they add up: base and the four
        movements to spend; income, policies and savings less spend to in_year; that, the grant and what is met to net; brought forward and net to the balance.

        Parameters
        ----------
        levers
            By name, budgets of the same years, draws and seed with the levers up to and with that one. What a lever does to
            the in-year balance is its saving.
        by_law
            Those levers that are law or allocation and no saving of the council's: they are rows of policy, in full.
        delivery
            Share of each saving delivered in its first year, its second and so on; the last share holds. Or such shares by
            the name of a lever; one that is not named is delivered in full. What a lever costs comes in full.
        starts
            By the name of a lever, the financial year in which it first acts: shares are counted from it, and nothing is
            before it. Left out, the first in which the lever changes the balance.
        case
            'as_now', 'with_grant', 'absorbed' or 'both', as in `positions`.
        """
        before = self
        for budget in (levers or {}).values():
            same(before, budget)
            before = budget
        return medium_term.plan(self, levers or {}, by_law=by_law, delivery=delivery, starts=starts or {}, case=case)

    def turned_away(self, authority: str, financial_year: int) -> pd.DataFrame:
        """Return where the authority's children are who were turned away from every suitable state place.

        Columns destination, children and gbp (what each costs High Needs a year), means over draws; destinations with no
        child are left out.
        """
        at = {"authority": authority, "financial_year": financial_year, "stream": list(AWAY)}
        count, unit = self.children.sel(at), self.unit_gbp.sel(at).fillna(0)
        over = [d for d in count.dims if d not in ("draw", "stream")]
        table = pd.DataFrame(
            {
                "destination": [STREAMS[code].provision for code in AWAY],
                "children": count.sum(over).mean("draw").values,
                "paid": (count * unit).sum(over).mean("draw").values,
            }
        )
        table = table.groupby("destination", as_index=False, sort=False).sum().query("children > 0")
        return table.assign(gbp=table["paid"] / table["children"]).drop(columns="paid").reset_index(drop=True)

    def unit_costs(self) -> pd.DataFrame:
        """Return what one child costs, place and top-up together, in the first year: authority, provision, gbp, basis."""
        first = self.unit_gbp.isel(financial_year=0)
        streams = {s.provision: c for c, s in STREAMS.items()}
        rows = [
            (authority, provision, float(first.sel(authority=authority, stream=stream).mean()))
            for authority in first["authority"].values
            for provision, stream in streams.items()
        ]
        table = pd.DataFrame(rows, columns=["authority", "provision", "top_up_or_fee_gbp"])
        return table.merge(self.unit_basis, on=["authority", "provision"], how="left")

    def check(self) -> None:
        """Raise if money was lost: lines against provision, children times unit, past plus movement."""
        faults = {
            "spending by line and by provision": self._by("line") - self._by("provision"),
            "children times unit cost": self._child_spend() - self._kinds("top_up", "fee"),
            "balance before plus movement": self._moved() - self.balance,
        }
        for what, gap in faults.items():
            worst = float(np.abs(gap).max())
            if worst > 0.5:
                raise InputError(f"{what} differ by {worst:,.2f} GBP")

    def _by(self, label: str) -> xr.DataArray:
        """Return spending added up label by label: draw x financial_year x authority."""
        parts = [self.spend.where(self.spend[label] == name, 0).sum("item") for name in np.unique(self.spend[label])]
        return sum(parts[1:], parts[0])

    def _kinds(self, *kinds: str) -> xr.DataArray:
        return self.spend.where(self.spend["kind"].isin(kinds), 0).sum("item")

    def _child_spend(self) -> xr.DataArray:
        found: xr.DataArray = xr.dot(self.children, self.unit_gbp.fillna(0), dim=["need", "phase", "stream"])
        return found

    def _moved(self) -> xr.DataArray:
        before = self.balance.shift(financial_year=1)
        before = before.where(before["financial_year"] != before["financial_year"].values[0], self.opening)
        return before + self.in_year + self.grant

    @property
    def _by_child(self) -> xr.DataArray:
        """What follows the child: draw x financial_year x authority x need x phase x stream, labelled as spending is. [GBP]"""
        gbp = self.children * self.unit_gbp.fillna(0)
        items = self.spend.sel(item=gbp["stream"].to_numpy())
        return gbp.assign_coords({name: ("stream", items[name].to_numpy()) for name in OF_ITEM})

    def _measured(self, by: Sequence[str], levels: Sequence[float]) -> pd.DataFrame:
        frames = {name: draws.summary({"gbp": array}, by, levels) for name, array in self.measures().items()}
        for name, frame in frames.items():
            frame.insert(len(by) + 1, "measure", name)
        return pd.concat(frames.values(), ignore_index=True)


def _labels(array: xr.DataArray, dim: str) -> Labels:
    """Return what spending can be asked by; lines stand in the order in which they are read."""
    found = Labels.of(array, without=(dim,))
    return found.also("line", dim, array["line"].to_numpy(), order=dict.fromkeys(array["line"].to_numpy().tolist()))
