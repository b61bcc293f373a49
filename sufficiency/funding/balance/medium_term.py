"""The plan for the years ahead as finance officers lay it out: base, demand, price, policy, savings, net, balance.

    demand        (children now - before) x what one cost before
    places        place funding now - before
    price         children now x (what one costs now - before), and the growth of services
    other         what a council reports beyond placements, and grants passed on
    spend         base (spending of the year before) + demand + places + price + other
    policy        what law or allocation changes: a transfer from the schools block, the stability grant, deficits met
                  centrally, and levers of the scenario that are law
    saving        what each other lever does to the in-year balance: savings as far as delivered, costs in full
    in_year       income + policy + savings - spend, before the stability grant and what is met centrally
    net           in_year + the stability grant + what is met centrally
    balance       brought forward + net

Every line holds in every draw; the plan gives means over draws, so that it adds up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.errors import InputError, one_of
from sufficiency.funding.balance.deficit import CASES, Terms, carry_forward
from sufficiency.funding.block.receipts import TRANSFER
from sufficiency.funding.budget_lines import GRANTS_PASSED_ON, UNEXPLAINED

STEPS: Final = ("demand", "places", "price", "other")
POLICY, SAVING = "policy: ", "saving: "
NOTHING_GBP: Final = 0.5  # below half a pound a lever has changed nothing yet
Delivery = Sequence[float] | Mapping[str, Sequence[float]]  # of every lever, or of each by name


class Flows(Protocol):
    """What a plan reads of a budget."""

    @property
    def spend(self) -> xr.DataArray:
        """Draw x financial_year x authority x item. [GBP]"""

    @property
    def income(self) -> xr.DataArray:
        """Draw x financial_year x authority x source. [GBP]"""

    @property
    def in_year(self) -> xr.DataArray:
        """Draw x financial_year x authority. [GBP]"""

    @property
    def children(self) -> xr.DataArray:
        """Draw x financial_year x authority x need x phase x stream."""

    @property
    def unit_gbp(self) -> xr.DataArray:
        """The same dimensions. [GBP]"""

    @property
    def opening(self) -> xr.DataArray:
        """By authority. [GBP]"""

    @property
    def terms(self) -> Terms:
        """What stated policy takes off a deficit."""


def plan(
    budget: Flows,
    levers: Mapping[str, Flows],
    *,
    by_law: Collection[str],
    delivery: Delivery,
    starts: Mapping[str, int],
    case: str,
) -> pd.DataFrame:
    """Return the plan's rows by financial year, as `HighNeedsBudget.medium_term` says."""
    if case not in CASES:
        raise InputError(f"case='{case}' is not one of {one_of(CASES)}")
    if strange := [name for name in by_law if name not in levers]:
        raise InputError(f"by_law names '{strange[0]}', which is no lever here: {one_of(levers) or 'there are none'}")
    if strange := [name for name in starts if name not in levers]:
        raise InputError(f"starts names '{strange[0]}', which is no lever here: {one_of(levers) or 'there are none'}")
    pulled, before = [], budget
    for name, then in levers.items():
        ramp = delivery.get(name, (1.0,)) if isinstance(delivery, Mapping) else delivery
        better = then.in_year - before.in_year
        is_law = name in by_law
        pulled.append(
            (f"{POLICY if is_law else SAVING}{name}", better if is_law else delivered(better, ramp, starts.get(name)))
        )
        before = then
    moved = steps(budget.spend, budget.children, budget.unit_gbp)
    spend, income = budget.spend.sum("item"), budget.income.sum("source")
    transfer = budget.income.sel(source=TRANSFER, drop=True)
    in_year = sum((gbp for _, gbp in pulled), income - spend)
    granted, absorbed = CASES[case]
    carried = carry_forward(budget.opening, in_year, budget.terms, is_granted=granted, is_absorbed=absorbed)
    brought = carried.balance.shift(financial_year=1)
    brought = brought.where(brought["financial_year"] != brought["financial_year"].values[0], budget.opening)
    policies = [
        (f"{POLICY}transfer from the schools block", transfer),
        *[row for row in pulled if row[0].startswith(POLICY)],
    ]
    rows = [
        ("base", spend - moved.sum("step")),
        *[(step, moved.sel(step=step)) for step in STEPS],
        ("spend", spend),
        ("income", income - transfer),
        *policies,
        *[row for row in pulled if row[0].startswith(SAVING)],
        ("in_year", in_year),
        (f"{POLICY}stability grant", carried.grant),
        (f"{POLICY}met centrally", carried.met_centrally),
        ("net", in_year + carried.grant + carried.met_centrally),
        ("brought_forward", brought),
        ("balance", carried.balance),
    ]
    return table([(name, gbp.sum("authority").mean("draw")) for name, gbp in rows])


def steps(spend: xr.DataArray, children: xr.DataArray, unit_gbp: xr.DataArray) -> xr.DataArray:
    """Return what moved spending since the year before: step x draw x financial_year x authority; 0 in the first. [GBP]"""
    unit = unit_gbp.fillna(0)
    before, cost_before = children.shift(financial_year=1), unit.shift(financial_year=1)
    over = ["need", "phase", "stream"]
    other = spend["line"].isin([UNEXPLAINED, GRANTS_PASSED_ON])
    services = spend.where((spend["kind"] == "service") & ~other, 0).sum("item")
    parts = {
        "demand": ((children - before) * cost_before).sum(over),
        "places": _change(spend.where(spend["kind"] == "place", 0).sum("item")),
        "price": (children * (unit - cost_before)).sum(over) + _change(services),
        "other": _change(spend.where(other, 0).sum("item")),
    }
    found: xr.DataArray = xr.concat(list(parts.values()), dim=xr.DataArray(list(parts), dims="step", name="step"))
    return found.where(found["financial_year"] != found["financial_year"].values[0], 0).fillna(0)


def _change(gbp: xr.DataArray) -> xr.DataArray:
    return gbp - gbp.shift(financial_year=1)


def delivered(saving: xr.DataArray, delivery: Sequence[float], start: int | None = None) -> xr.DataArray:
    """Return a saving by financial year as it is delivered: `delivery` is its share in its first year, second and so on.

    The last share holds. The first year is `start`, before which nothing is counted, or the first in which the lever changes
    anything. A year in which the lever costs more, by the mean over draws, has that cost in full.
    """
    if not delivery or not all(0 <= share <= 1 for share in delivery):
        raise InputError(f"delivery {tuple(delivery)}: shares between 0 and 1 are expected, the first year's first")
    years = saving["financial_year"].values
    mean = saving.sum([d for d in saving.dims if d not in ("financial_year", "draw")]).mean("draw").values
    changed = years[np.abs(mean) >= NOTHING_GBP]
    first = start if start is not None else changed[0] if len(changed) else years[-1] + 1
    ramp = [delivery[min(max(year - first, 0), len(delivery) - 1)] for year in years]
    share = [(part if gbp > 0 else 1.0) * (y >= first) for y, part, gbp in zip(years, ramp, mean, strict=True)]
    return saving * xr.DataArray(share, coords={"financial_year": years}, dims="financial_year")


def table(rows: Sequence[tuple[str, xr.DataArray]]) -> pd.DataFrame:
    """Return rows of means by financial year as one table: financial_year, row, gbp, in the order given."""
    parts = [
        pd.DataFrame({"financial_year": gbp["financial_year"].values, "row": name, "gbp": gbp.values})
        for name, gbp in rows
    ]
    return pd.concat(parts, ignore_index=True)
