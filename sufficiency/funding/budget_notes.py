"""What a reader of the budget must know: what is assumed, unverified or doubtful, in words with the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import xarray as xr

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.errors import nearest
from sufficiency.funding.balance.deficit import Terms
from sufficiency.funding.budget_lines import GRANTS_PASSED_ON, ITEMS
from sufficiency.funding.places.place_spend import commissioned_beyond
from sufficiency.funding.top_up.services import unknown_lines
from sufficiency.funding.top_up.top_up import UnitCosts
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import financial_label

# National values that no source at hand confirms and that move the budget of an area with its own figures.
UNVERIFIED: Final = (
    "funding_floor_growth",
    "gains_limit_growth",
    "service_outturn_growth",
    "special_minimum_funding_guarantee",
)


def budget_notes(
    area: Area,
    costs: UnitCosts,
    blocks: pd.DataFrame,
    spend: xr.DataArray,
    balance: xr.DataArray,
    terms: Terms,
    says: Sequence[str],
) -> pd.DataFrame:
    """Return notes of a budget: table, kind, says; `says` are those that its parts have already made."""
    rows = [("assumed", note) for note in costs.notes]
    for rule, years in blocks[blocks["status"] != "sourced"].groupby("rule", sort=False)["financial_year"]:
        span = " to ".join(dict.fromkeys((financial_label(int(years.min())), financial_label(int(years.max())))))
        rows.append(("assumed", f"high needs block {span}: {rule}"))
    rows += [("doubtful", note) for note in [*says, *_turned_away(spend), *_commissioned(area), *_strange(area)]]
    rows += [("assumed", note) for note in [*_not_known(area), *_deficit(area, balance, terms), *_unverified()]]
    rows.append(("assumed", "home-to-school transport is not paid from high needs and is not in any line"))
    return pd.DataFrame([("funding", *row) for row in rows], columns=["table", "kind", "says"])


def told(against: pd.DataFrame, first: int) -> list[str]:
    """Return modelled against reported in words: every balance reported, and the two years before the first."""
    recent = against["measure"].eq("in_year") & (against["financial_year"] >= first - 2)
    return list(against.loc[against["reported_gbp"].notna() | recent, "says"])


def _turned_away(spend: xr.DataArray) -> list[str]:
    """Say how much of the last year's spending is for children turned away from every suitable state place."""
    last = spend.isel(financial_year=-1).sum("authority")
    priced = last.where(last["provision"].isin(list(DESTINATIONS)), 0).sum("item")
    year = financial_label(int(spend["financial_year"].values[-1]))
    if float(priced.median()) < 0.5:
        return []
    low, middle, high = (float(priced.quantile(q)) / 1e6 for q in (0.05, 0.5, 0.95))
    return [
        f"{middle:,.1f}m GBP ({low:,.1f}m to {high:,.1f}m) of {float(last.sum('item').median()) / 1e6:,.1f}m spending in {year} "
        "is for children turned away from every suitable state place, where they are instead, at the prices of overflow.csv"
    ]


def _commissioned(area: Area) -> list[str]:
    """Say where special place funding is set to what is published and not to the places listed."""
    found = {name: commissioned_beyond(area, code) for code, name in area.authorities.items()}
    return [
        f"{name}: place funding of special schools is {abs(gbp) / 1e6:,.1f}m GBP a year {'above' if gbp > 0 else 'below'} "
        "what the places listed would bring, as last published: capacity is not the number commissioned"
        for name, gbp in found.items()
        if abs(gbp) > 0.5
    ]


def _strange(area: Area) -> list[str]:
    """Say which items of high_needs.csv are not known, since nothing is done with them."""
    strange = sorted(set(area.high_needs["item"]) - set(ITEMS))
    return [f"high_needs.csv: item '{s}' is not known and not used{nearest(s, ITEMS)}" for s in strange]


def _deficit(area: Area, balance: xr.DataArray, terms: Terms) -> list[str]:
    """Say what happens when the override ends as far as that is stated, and what the grant is or could be."""
    years = [int(y) for y in balance["financial_year"].values]
    says = []
    last = int(area.value("funding.override_last_financial_year"))
    if last in years:
        carried = float((-balance.sel(financial_year=last)).clip(min=0).sum("authority").median())
        says.append(
            f"the statutory override ends in March {last + 1}, with a deficit of {carried / 1e6:,.1f}m GBP carried (median); "
            "government has said that it would not expect councils to fund future SEND costs from general funds after "
            "that (Budget, 26 November 2025, p. 105). How is not settled: positions() has balances both ways"
        )
    paid_in = terms.grant_paid_in
    if paid_in - 1 in years:
        owed = (-balance.sel(financial_year=paid_in - 1)).clip(min=0).sum("authority")
        says.append(
            f"the High Needs Stability Grant could pay {terms.grant_share:.0%} of the eligible deficit at 31 March {paid_in}, "
            f"up to {terms.grant_share * float(owed.median()) / 1e6:,.1f}m GBP (median), with an approved reform plan; "
            "balances are shown with and without it"
        )
    return says


def _not_known(area: Area) -> list[str]:
    """Say which lines nobody gives, and what England's schools get of the grants that pass through."""
    unknown = unknown_lines(area)
    says = []
    if services := [code for code in unknown if code != GRANTS_PASSED_ON]:
        says.append(f"not known and counted as 0: lines {', '.join(services)}; give what is spent in high_needs.csv")
    if GRANTS_PASSED_ON in unknown:
        budget, insurance = (
            policy.value(f"funding.national_{name}_gbp", on=2025) / 1e6
            for name in ("core_schools_budget_grant", "national_insurance_grant")
        )
        says.append(
            f"not known and counted as 0: the area's part of England's {budget:,.0f}m GBP core schools budget grant and {insurance:,.0f}m GBP "
            "for national insurance at special schools and alternative provision in 2025-26; both come and go, so that no balance moves"
        )
    return says


def _unverified() -> list[str]:
    """Name the unverified national values that the budget uses."""
    found = [policy.rate(f"funding.{name}") for name in UNVERIFIED]
    return [f"unverified: {rate.meaning[0].lower()}{rate.meaning[1:]}" for rate in found if rate.status == "unverified"]
