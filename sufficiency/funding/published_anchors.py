"""The budget beside what others forecast for England, by the area's share of England's plans: inside, or why not."""

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
            says = "inside" if is_inside else _why(budget, day.year, middle - scaled)
            rows.append((day.year, measure, who, scaled, low, middle, high, is_inside, says))
    columns = [
        *("financial_year", "measure", "who", "published_gbp", "low_gbp", "middle_gbp", "high_gbp", "is_inside", "says")
    ]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["measure", "financial_year", "who"], ignore_index=True)


def _why(budget: HighNeedsBudget, year: int, more: float) -> str:
    """Return what has moved the in-year balance since the first year, the largest first, beside the difference."""
    first = int(budget.balance["financial_year"].values[0])
    moved = medium_term.steps(budget.spend, budget.children, budget.unit_gbp).sum("authority").mean("draw")
    added = moved.cumsum("financial_year").sel(financial_year=year)
    income = budget.income.sum(["authority", "source"]).mean("draw")
    parts = {
        "more children": -float(added.sel(step="demand")),
        "places": -float(added.sel(step="places")),
        "prices": -float(added.sel(step="price")),
        "what placements don't explain": -float(added.sel(step="other")),
        "income": float(income.sel(financial_year=year) - income.sel(financial_year=first)),
    }
    told = sorted((p for p in parts.items() if abs(p[1]) >= 5e4), key=lambda p: -abs(p[1]))
    words = ", ".join(f"{name} {gbp / 1e6:+,.1f}m" for name, gbp in told) or "nothing"
    return (
        f"{abs(more) / 1e6:,.1f}m GBP {'deeper' if more < 0 else 'shallower'} than published; the in-year balance of "
        f"{financial_label(year)} beside {financial_label(first)}: {words}"
    )
