"""The budget beside what others forecast for England, by the area's share of England's plans: inside, or why not.

difference   our starting point less theirs  (by share of England)
             + what faster growth in plans has added since the first year, where theirs is known:
               our added demand x (1 - their growth / ours)
             + what can't be split: their prices and block are not at hand
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from sufficiency import policy
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError
from sufficiency.funding.balance import medium_term
from sufficiency.funding.high_needs_budget import HighNeedsBudget
from sufficiency.words.school_year import financial_label

# Published: (who, policy value, measure).
PUBLISHED: Final = (
    ("County Councils Network", "funding.anchor_ccn_balance_gbp", "balance"),
    ("Office for Budget Responsibility", "funding.anchor_obr_balance_gbp", "balance"),
    ("Institute for Fiscal Studies", "funding.anchor_ifs_balance_gbp", "balance"),
    ("Office for Budget Responsibility", "funding.anchor_obr_in_year_gbp", "in_year"),
)
STARTS: Final = "County Councils Network"  # whose balance of England is for the March from which a budget starts
START: Final = "funding.anchor_ccn_balance_gbp"
# Who says by how many England's plans grow, and the January from which.
MORE_PLANS: Final = {"Institute for Fiscal Studies": "funding.anchor_ifs_more_plans"}
MORE_PLANS_SINCE: Final = 2025
ENGLAND: Final = "funding.national_plans"
STEPS: Final = {
    "more children": "demand",
    "places": "places",
    "prices": "price",
    "what placements don't explain": "other",
}


def anchors(budget: HighNeedsBudget, *, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
    """Return the budget's balances beside published ones for England, scaled by plans.

    Columns financial_year, measure, who, published_gbp (the area's share), low_gbp, middle_gbp, high_gbp (ours, deepest
    deficit first), is_inside, says. Where several publish one figure each has a row.

    Parameters
    ----------
    budget
        Of an area; years that it doesn't cover are left out.
    levels
        Three quantiles over draws.
    """
    if len(levels) != 3:
        raise InputError(f"levels {tuple(levels)}: three are expected, low, middle and high")
    rows = []
    for who, name, measure in PUBLISHED:
        ours = budget.measures()[measure].sum("authority")
        for day, deficit in policy.rate(name).values.items():
            if day.year not in ours["financial_year"].values:
                continue
            low, middle, high = (float(ours.sel(financial_year=day.year).quantile(q)) for q in levels)
            scaled = -deficit * budget.share_of_england
            is_inside = low <= scaled <= high
            says = "inside" if is_inside else _why(budget, who, measure, day.year, middle - scaled)
            rows.append((day.year, measure, who, scaled, low, middle, high, is_inside, says))
    columns = [
        *("financial_year", "measure", "who", "published_gbp", "low_gbp", "middle_gbp", "high_gbp", "is_inside", "says")
    ]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["measure", "financial_year", "who"], ignore_index=True)


def _why(budget: HighNeedsBudget, who: str, measure: str, year: int, more: float) -> str:
    """Return what the difference from a published figure is made of, as far as it can be told, and what can't be."""
    says = f"{abs(more) / 1e6:,.1f}m GBP {'deeper' if more < 0 else 'shallower'} than published"
    parts = {"start": _start(budget, who), "plans": _plans(budget, who, year)} if measure == "balance" else {}
    left = more - sum(gbp for gbp, _ in parts.values())
    told = "".join(f". {words}" for _, words in parts.values())
    own = _own(budget, measure, year)
    return f"{says}{told}. {left / 1e6:+,.1f}m can't be split: what {who} takes for prices and for the block is not at hand. {own}"


def _start(budget: HighNeedsBudget, who: str) -> tuple[float, str]:
    """Return what the starting points differ by, and say so. [GBP]"""
    march = int(budget.balance["financial_year"].values[0])
    deficits = {day.year: gbp for day, gbp in policy.rate(START).values.items()}
    if march - 1 not in deficits:
        return 0.0, f"Starting point: no balance for England at March {march} is at hand"
    opening, england = float(budget.opening.sum()), -deficits[march - 1] * budget.share_of_england
    whose = "its own" if who == STARTS else f"that of {STARTS}, since its own is not at hand"
    return opening - england, (
        f"Starting point {(opening - england) / 1e6:+,.1f}m: {opening / 1e6:,.1f}m reported for March {march}, beside "
        f"{england / 1e6:,.1f}m by share of England ({whose})"
    )


def _plans(budget: HighNeedsBudget, who: str, year: int) -> tuple[float, str]:
    """Return what faster growth in plans adds to the balance since the first year, and say so. [GBP]"""
    first = int(budget.balance["financial_year"].values[0])
    count = budget.children.sum([d for d in budget.children.dims if d not in ("draw", "financial_year")]).mean("draw")
    if year == first:
        return 0.0, f"Growth in plans: none is counted before {financial_label(first)}"
    ours = float(count.sel(financial_year=year) / count.sel(financial_year=first)) ** (1 / (year - first)) - 1
    grows = f"ours grow {ours:.1%} a year from {financial_label(first)} to {financial_label(year)}"
    if who not in MORE_PLANS or ours <= 0:
        return 0.0, f"Growth in plans: {grows}; what it takes is not at hand"
    (day, more), england = next(iter(policy.rate(MORE_PLANS[who]).values.items())), policy.rate(ENGLAND).values
    since, plans = next((d.year, n) for d, n in england.items() if d.year == MORE_PLANS_SINCE)
    theirs = (1 + more / plans) ** (1 / (day.year - since)) - 1
    gbp = _added(budget, measure="balance", year=year)["more children"] * (1 - theirs / ours)
    return gbp, f"Growth in plans {gbp / 1e6:+,.1f}m: {grows}, England's {theirs:.1%} in its forecast to {day.year}"


def _own(budget: HighNeedsBudget, measure: str, year: int) -> str:
    """Say what our own figure is made of beyond its first year: never an explanation of somebody else's."""
    first = int(budget.balance["financial_year"].values[0])
    gap = float(budget.in_year.sum("authority").mean("draw").isel(financial_year=0))
    what = "each year" if measure == "balance" else "the year"
    told = [(name, gbp) for name, gbp in _added(budget, measure, year).items() if abs(gbp) >= 5e4]
    words = ", ".join(f"{name} {gbp / 1e6:+,.1f}m" for name, gbp in sorted(told, key=lambda p: -abs(p[1])))
    return (
        f"Ours has {financial_label(first)}'s own gap of {gap / 1e6:,.1f}m in {what}"
        + f", and since: {words}" * bool(told)
    )


def _added(budget: HighNeedsBudget, measure: str, year: int) -> dict[str, float]:
    """Return what has moved since the first year: in the in-year balance of a year, or added up over the years. [GBP]"""
    moved = medium_term.steps(budget.spend, budget.children, budget.unit_gbp).sum("authority").mean("draw")
    added = -moved.cumsum("financial_year")
    income = budget.income.sum(["authority", "source"]).mean("draw")
    income = income - income.isel(financial_year=0)
    if measure == "balance":
        added, income = added.cumsum("financial_year"), income.cumsum("financial_year")
    steps = {name: float(added.sel(step=step, financial_year=year)) for name, step in STEPS.items()}
    return {**steps, "block and other income": float(income.sel(financial_year=year))}
