"""The method against what councils reported: financial years priced from the published stock of plans.

No forecast, allocation or lever comes into it, so what it can't explain is the same in every scenario.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.funding.block import block
from sufficiency.funding.block.receipts import transfers
from sufficiency.funding.places.place_plus import rate_gbp
from sufficiency.funding.top_up import top_up
from sufficiency.funding.top_up.services import other_places, services
from sufficiency.words.school_year import academic_weights, financial_label

# What a child in a state place brings with it, where the places of past years aren't known.
_PLACE: Final = {
    "special": "special_place_gbp",
    "sen_unit": "unit_place_occupied_gbp",
    "resourced_provision": "unit_place_occupied_gbp",
    "alternative_provision": "alternative_provision_place_gbp",
}
# authority, financial year, measure, modelled, reported, modelled less reported, what follows children [GBP]
Compared = tuple[str, int, str, float, float, float, float]
COLUMNS: Final = ["authority", "financial_year", "provision", "children", "top_up_gbp", "place_gbp", "gbp"]
WHAT: Final = {
    "spend": "spending",
    "in_year": "in-year balance",
    "carried_forward": "in-year balances added up since the first year here, from nothing,",
}
MEASURES: Final = {"spend": "reported_spend_gbp", "in_year": "reported_in_year_gbp"}


def retrospect(area: Area, first: int) -> pd.DataFrame:
    """Return spending that follows children, by type of setting, in the financial years to `first`.

    Columns authority, financial_year, provision, children, top_up_gbp, place_gbp, gbp (their sum). Places of special
    schools are as published where they are; other state places as many as the children in them. For `first` itself the January at its end is the base year's stock, grown as
    it grew in the year before. [children; GBP]
    """
    rows = []
    for authority in area.authorities:
        own = area.plans[(area.plans["authority"] == authority) & (area.plans["year"] <= first)]
        stock = own.groupby(["year", "setting_type"])["plans"].sum().unstack(fill_value=0).astype("float64")
        stock = _one_year_on(stock, first)
        years = [int(y) for y in stock.index if y <= first and y + 1 in stock.index and y >= 2021]
        if not years:
            continue
        costs = top_up.unit_costs(area.replace(bands=area.bands.iloc[:0]), years).gbp
        for year in years:
            for provision in stock.columns:
                count = sum(w * float(stock.at[y, provision]) for y, w in academic_weights(year).items())
                unit = float(costs.sel(financial_year=year, authority=authority, provision=provision).isel(need=0))
                place = rate_gbp(_PLACE[provision], year) * count if provision in _PLACE else 0.0
                if provision == "special":
                    place = _special_places(area, authority, year, place)
                rows.append((authority, year, provision, count, unit * count, place, unit * count + place))
    return pd.DataFrame(rows, columns=COLUMNS)


def _special_places(area: Area, authority: str, year: int, by_child: float) -> float:
    """Return place funding of special schools: as published, later years in step with children; or one place for each child."""
    own = area.high_needs[area.high_needs["item"] == "special_place_funding_gbp"]
    given = own[own["authority"] == authority].set_index("financial_year")["amount"]
    if year in given.index:
        return float(given[year])
    before = [int(y) for y in given.index if y < year]
    if not before:
        return by_child
    stock = area.plans[(area.plans["authority"] == authority) & (area.plans["setting_type"] == "special")]
    children = stock.groupby("year")["plans"].sum()
    now, then = (children.get(y + 1, children.get(y, 0)) for y in (year, max(before)))
    return float(given[max(before)]) * (now / then if then else 1.0)


def _one_year_on(stock: pd.DataFrame, base: int) -> pd.DataFrame:
    if base not in stock.index or base - 1 not in stock.index:
        return stock
    before, now = stock.loc[base - 1], stock.loc[base]
    stock.loc[base + 1] = (now * (now / before.where(before > 0))).fillna(now).clip(upper=2 * now)
    return stock


def compared(area: Area, past: pd.DataFrame) -> pd.DataFrame:
    """Return modelled against reported spending and in-year balance, year by year, and the difference in words.

    Columns authority, financial_year, measure, modelled_gbp, reported_gbp, difference_gbp, says. Modelled less reported.
    """
    rows: list[Compared] = []
    incomes = _incomes(area, sorted(past["financial_year"].unique().tolist()))
    for (authority, year), own in past.groupby(["authority", "financial_year"]):
        spend = float(own["gbp"].sum() + services(area, authority, [year]).sum())
        spend += float(other_places(area, authority, [year]).iloc[0])
        found = {"spend": spend, "in_year": incomes.get((authority, int(year)), float("nan")) - spend}
        for measure, item in MEASURES.items():
            reported = _reported(area, authority, year, item)
            follows = float(own["top_up_gbp"].sum())
            rows.append((authority, int(year), measure, found[measure], reported, found[measure] - reported, follows))
    rows += _carried(area, rows)
    columns = [
        "authority",
        "financial_year",
        "measure",
        "modelled_gbp",
        "reported_gbp",
        "difference_gbp",
        "follows_gbp",
    ]
    table = pd.DataFrame(rows, columns=columns)
    table["says"] = [_says(area, row) for row in table.to_dict("records")]
    return table.drop(columns="follows_gbp")


def with_budget(
    area: Area, against: pd.DataFrame, *, spend: xr.DataArray, in_year: xr.DataArray, first: int
) -> pd.DataFrame:
    """Return the comparison with the budget's own means in its first year, so that one year has one figure.

    Parameters
    ----------
    area
        Whose reported figures they stand beside.
    against
        As `compared` returns it; its row of `first` is an extrapolation, for `reconciliation` alone.
    spend, in_year
        Of the budget: draw x financial_year x authority. [GBP]
    first
        The budget's first financial year.
    """
    table = against.copy()
    means = {"spend": spend, "in_year": in_year}
    for authority in table["authority"].unique():
        own = table["authority"] == authority
        is_first = own & (table["financial_year"] == first)
        for measure, array in means.items():
            gbp = float(array.sel(authority=authority, financial_year=first).mean())
            table.loc[is_first & (table["measure"] == measure), "modelled_gbp"] = gbp
        years = own & (table["measure"] == "in_year") & (table["financial_year"] <= first)
        total = table.loc[years, "modelled_gbp"].sum(skipna=False)
        table.loc[is_first & (table["measure"] == "carried_forward"), "modelled_gbp"] = total
    now = table["financial_year"] == first
    table.loc[now, "difference_gbp"] = table["modelled_gbp"] - table["reported_gbp"]
    for at, row in table[now].iterrows():
        table.loc[at, "says"] = _says(area, {**row.to_dict(), "follows_gbp": float("nan")})
    return table


def _carried(area: Area, rows: Sequence[Compared]) -> list[Compared]:
    """Return the in-year balances modelled, added up from nothing in the first year, against balances carried forward."""
    found = []
    for authority in area.authorities:
        total = 0.0
        for _, year, _, modelled, *_ in sorted(r for r in rows if r[0] == authority and r[2] == "in_year"):
            total += modelled
            reported = _reported(area, authority, year, "reported_carried_forward_gbp")
            found.append((authority, year, "carried_forward", total, reported, total - reported, float("nan")))
    return found


def reconciliation(area: Area, against: pd.DataFrame, years: Sequence[int]) -> tuple[xr.DataArray, list[str]]:
    """Return spending a year that makes the model start from the council's own in-year balance, and what to say of it.

    The gap of the last year reported, in that year alone; after it only where the area says to carry it, grown as services
    are. Nothing where none is reported or the area says not to. financial_year x authority. [GBP]
    """
    wanted, carried = (_yes(area, f"funding.{name}") for name in ("reconcile_to_reported", "carry_unexplained"))
    growth = top_up.growth_rates(area)["service"]
    gbp = pd.DataFrame(0.0, index=list(years), columns=list(area.authorities))
    says = []
    known = against[(against["measure"] == "in_year") & against["difference_gbp"].notna()]
    for authority, own in known.groupby("authority"):
        last = own.sort_values("financial_year").iloc[-1]
        since, gap = int(last["financial_year"]), float(last["difference_gbp"])
        name = area.authorities[str(authority)]
        if wanted:
            gbp[authority] = [gap * growth.rise(since, y)[0] * (y == since or carried) for y in years]
            says.append(
                f"{name}: {gap / 1e6:,.1f}m GBP of the balance reported for {financial_label(since)} is not explained by "
                f"placements and services; it is {_treated(is_carried=carried, is_in_years=since in years)}"
            )
        else:
            says.append(f"{name}: the budget does not start from the balance reported for {financial_label(since)}")
    names = ("financial_year", "authority")
    return xr.DataArray(gbp.to_numpy(), coords={names[0]: list(years), names[1]: list(gbp.columns)}, dims=names), says


def _treated(*, is_carried: bool, is_in_years: bool) -> str:
    if is_carried:
        return "carried on as a line of its own, grown as services are"
    return f"{'on a line of its own in that year' if is_in_years else 'before the first year here'} and not carried on"


def _yes(area: Area, name: str) -> bool:
    found = area.value(name)
    if found not in (0, 1):
        raise InputError(f"{name}: {found:g} is neither 1 (yes) nor 0 (no)")
    return found == 1


def _incomes(area: Area, years: Sequence[int]) -> Mapping[tuple[str, int], float]:
    """Return blocks and transfers by authority and financial year; years for which no rule is known are left out. [GBP]"""
    for first in range(len(years)):
        try:
            blocks = block.income(area, years[first:])
        except MissingError:
            continue  # too early: no value of that year is published here
        keys = zip(blocks["authority"], blocks["financial_year"].astype(int), strict=True)
        moved = transfers(area, years[first:])
        return {(a, y): gbp + float(moved.loc[y, a]) for (a, y), gbp in zip(keys, blocks["gbp"], strict=True)}
    return {}


def _reported(area: Area, authority: str, year: int, item: str) -> float:
    own = area.high_needs
    own = own[(own["authority"] == authority) & (own["financial_year"] == year) & (own["item"] == item)]
    return float(own["amount"].iloc[0]) if len(own) else float("nan")


def what_reported(area: Area, authority: str, year: int, measure: str) -> str:
    """Return what the council's own figure of a measure is, in its source's words; '' where none is reported."""
    own = area.high_needs
    item = MEASURES.get(measure, "reported_carried_forward_gbp")
    own = own[(own["authority"] == authority) & (own["financial_year"] == year) & (own["item"] == item)]
    found = own["source"].iloc[0] if len(own) and "source" in own else ""
    return found if isinstance(found, str) else ""


def _says(area: Area, row: dict[str, object]) -> str:
    """Return the difference in words: how large, and what would explain it."""
    year = int(str(row["financial_year"]))
    modelled, reported, follows = (float(str(row[k])) for k in ("modelled_gbp", "reported_gbp", "follows_gbp"))
    what = WHAT[str(row["measure"])]
    start = f"{area.authorities[str(row['authority'])]} {financial_label(year)}: {what} modelled at {modelled / 1e6:,.1f}m GBP"
    if reported != reported or modelled != modelled:
        return f"{start}; what was reported is not published"
    more = (reported - modelled) if row["measure"] == "spend" else (modelled - reported)  # spent beyond the model
    says = f"{start} against {reported / 1e6:,.1f}m reported: {abs(more) / 1e6:,.1f}m {'less' if more > 0 else 'more'} spent in the model"
    if source := what_reported(area, str(row["authority"]), year, str(row["measure"])):
        says += f"; what is reported: {source}"
    given = area.unit_costs.loc[area.unit_costs["authority"] == row["authority"], "financial_year"]
    since = int(given.min()) if len(given) else 2021
    if row["measure"] == "carried_forward":
        return f"{says}; what is carried forward is the deficit of the whole dedicated schools grant"
    if year > since and follows + more > 0:
        faster = ((follows + more) / follows) ** (1 / (year - since)) - 1
        says += (
            f"; were it all unit costs, they would have grown {abs(faster):.1%} a year {'faster' if faster > 0 else 'slower'} "
            f"than assumed since {financial_label(since)}"
        )
    if row["measure"] == "in_year" and year not in block.published(area, str(row["authority"])):
        says += "; the block of the year is an estimate"
    return says
