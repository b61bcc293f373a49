"""The method against what councils reported: past financial years priced from the published stock of plans."""

from __future__ import annotations

from typing import Final

import pandas as pd
import xarray as xr

from sufficiency.area import Area
from sufficiency.errors import MissingError
from sufficiency.funding import block, top_up
from sufficiency.funding.place_plus import rate_gbp
from sufficiency.funding.services import services
from sufficiency.school_year import academic_weights, financial_label

# What a child in a state place brings with it, where the places of past years aren't known.
_PLACE: Final = {
    "special": "special_place_gbp",
    "sen_unit": "unit_place_occupied_gbp",
    "resourced_provision": "unit_place_occupied_gbp",
    "alternative_provision": "alternative_provision_place_gbp",
}
COLUMNS: Final = ["authority", "financial_year", "provision", "children", "top_up_gbp", "place_gbp", "gbp"]


def retrospect(area: Area, first: int) -> pd.DataFrame:
    """Return spending by type of setting in the financial years before `first`, one place a child in state provision.

    Columns authority, financial_year, provision, children, top_up_gbp, place_gbp, gbp (their sum). Years are those with
    plans in both their Januaries and a tariff. Services are not in it. [children; GBP]
    """
    rows = []
    for authority in area.authorities:
        own = area.plans[area.plans["authority"] == authority]
        stock = own.groupby(["year", "setting"])["plans"].sum().unstack(fill_value=0)
        years = [y for y in stock.index if y < first and y + 1 in stock.index and y >= 2021]
        if not years:
            continue
        costs = top_up.unit_costs(area.replace(bands=area.bands.iloc[:0]), years).gbp
        for year in years:
            for provision in stock.columns:
                share = academic_weights(year)
                count = sum(w * float(stock.loc[y, provision]) for y, w in share.items())
                unit = float(costs.sel(financial_year=year, authority=authority, provision=provision).isel(need=0))
                place = rate_gbp(_PLACE[provision], year) * count if provision in _PLACE else 0.0
                rows.append((authority, year, provision, count, unit * count, place, unit * count + place))
    return pd.DataFrame(rows, columns=COLUMNS)


def compared(
    area: Area, past: pd.DataFrame, in_year: xr.DataArray, balance: xr.DataArray
) -> tuple[pd.DataFrame, list[str]]:
    """Return modelled against reported in-year and carried-forward balances, and the difference in words.

    Columns authority, financial_year, measure, modelled_gbp, reported_gbp, difference_gbp, says.
    """
    rows = [*_past_rows(area, past), *_forecast_rows(area, in_year, balance)]
    table = pd.DataFrame(rows, columns=["authority", "financial_year", "measure", "modelled_gbp", "reported_gbp"])
    table["difference_gbp"] = table["modelled_gbp"] - table["reported_gbp"]
    table["says"] = [_says(area, row) for row in table.itertuples()]
    return table, list(table.loc[table["reported_gbp"].notna(), "says"])


def _past_rows(area: Area, past: pd.DataFrame) -> list[tuple[str, int, str, float, float]]:
    rows = []
    for (authority, year), own in past.groupby(["authority", "financial_year"]):
        try:
            blocks = block.income(area, [year])
        except MissingError:
            continue  # no rule is known for so early a year
        income = float(blocks.loc[blocks["authority"] == authority, "gbp"].iloc[0])
        modelled = income - float(own["gbp"].sum()) - float(services(area, authority, [year]).to_numpy().sum())
        rows.append((authority, year, "in_year", modelled, _reported(area, authority, year, "reported_in_year_gbp")))
    return rows


def _forecast_rows(
    area: Area, in_year: xr.DataArray, balance: xr.DataArray
) -> list[tuple[str, int, str, float, float]]:
    first = int(in_year["financial_year"].values[0])
    rows = []
    for authority in area.authorities:
        here = {"authority": authority, "financial_year": first}
        for measure, array, item in (
            ("in_year", in_year, "reported_in_year_gbp"),
            ("carried_forward", balance, "reported_carried_forward_gbp"),
        ):
            rows.append(
                (authority, first, measure, float(array.sel(here).median()), _reported(area, authority, first, item))
            )
    return rows


def _reported(area: Area, authority: str, year: int, item: str) -> float:
    own = area.high_needs
    own = own[(own["authority"] == authority) & (own["financial_year"] == year) & (own["item"] == item)]
    return float(own["amount"].iloc[0]) if len(own) else float("nan")


def _says(area: Area, row: object) -> str:
    name = area.authorities[row.authority]  # type: ignore[attr-defined]
    year, measure = financial_label(row.financial_year), row.measure.replace("_", " ")  # type: ignore[attr-defined]
    modelled, reported = row.modelled_gbp / 1e6, row.reported_gbp / 1e6  # type: ignore[attr-defined]
    if reported != reported:
        return f"{name} {year}: {measure} balance modelled at {modelled:,.1f}m GBP; none reported"
    gap = modelled - reported
    return (
        f"{name} {year}: {measure} balance modelled at {modelled:,.1f}m GBP against {reported:,.1f}m reported, "
        f"{abs(gap):,.1f}m {'better' if gap > 0 else 'worse'}: "
        + (
            "spending that no child's placement shows (alternative provision for children without plans, fees that grew "
            "faster than assumed, services) is not all in the model, and the block of the year is an estimate"
            if gap > 0
            else "unit costs grown by assumption, or the estimated block, are less kind than the council's own accounts"
        )
    )
