"""What a reader of the budget must know: what is assumed, unverified or doubtful, in words with the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import xarray as xr

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.errors import nearest
from sufficiency.funding.balance.deficit import Carried
from sufficiency.funding.budget_lines import ITEMS
from sufficiency.funding.places.place_spend import commissioned_beyond
from sufficiency.funding.top_up.top_up import UnitCosts
from sufficiency.words.school_year import financial_label
from sufficiency.words.vocabulary import DESTINATIONS

# National values that no source at hand confirms and that move the budget of an area with its own figures.
UNVERIFIED: Final = ("funding_floor_growth", "gains_limit_growth", "special_minimum_funding_guarantee")


def budget_notes(
    area: Area, costs: UnitCosts, blocks: pd.DataFrame, spend: xr.DataArray, carried: Carried, says: Sequence[str]
) -> pd.DataFrame:
    """Return notes of a budget: table, kind, says; `says` are those that its parts have already made."""
    rows = [("assumed", note) for note in costs.notes]
    for rule, years in blocks[blocks["status"] != "sourced"].groupby("rule", sort=False)["financial_year"]:
        span = " to ".join(dict.fromkeys((financial_label(int(years.min())), financial_label(int(years.max())))))
        rows.append(("assumed", f"high needs block {span}: {rule}"))
    rows += [("doubtful", note) for note in [*says, *_turned_away(spend), *_commissioned(area), *_strange(area)]]
    rows += [("assumed", note) for note in [*_deficit(area, carried), *_unverified()]]
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


def _deficit(area: Area, carried: Carried) -> list[str]:
    """Say what the override keeps off the council's reserves and until when, and what the grant is or could be."""
    years = [int(y) for y in carried.balance["financial_year"].values]
    says = []
    last = int(area.value("funding.override_last_financial_year"))
    if last + 1 in years:
        falls = float(carried.on_reserves.sel(financial_year=last + 1).sum("authority").median())
        says.append(
            f"the statutory override ends in March {last + 1}; at 31 March {last + 2} a deficit of {falls / 1e6:,.1f}m GBP "
            "(median) would no longer be kept out of the general fund"
        )
    paid_in = int(area.value("funding.stability_grant_financial_year"))
    if paid_in - 1 in years and not float(carried.grant.max()):
        owed = (-carried.balance.sel(financial_year=paid_in - 1)).clip(min=0).sum("authority")
        share = policy.value("funding.stability_grant_share", on=paid_in)
        says.append(
            f"the High Needs Stability Grant is not counted: with an approved reform plan it could pay {share:.0%} of the "
            f"eligible deficit at 31 March {paid_in}, up to {share * float(owed.median()) / 1e6:,.1f}m GBP (median); set "
            "funding.stability_grant_is_paid to 1 to count it"
        )
    return says


def _unverified() -> list[str]:
    """Name the unverified national values that the budget uses."""
    found = [policy.rate(f"funding.{name}") for name in UNVERIFIED]
    return [f"unverified: {rate.meaning[0].lower()}{rate.meaning[1:]}" for rate in found if rate.status == "unverified"]
