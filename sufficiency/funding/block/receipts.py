"""Income of the budget: the block, its import/export adjustment as children cross the border, transfers; the opening balance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import xarray as xr

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.funding.block import block
from sufficiency.funding.funded_children import net_imports
from sufficiency.tables import PlacedResult
from sufficiency.words.school_year import financial_label

TRANSFER: Final = "schools_block_transfer"  # source of income


def income_by_source(
    area: Area, blocks: pd.DataFrame, placed: PlacedResult, count: xr.DataArray, grants: xr.DataArray
) -> tuple[xr.DataArray, list[str]]:
    """Return income: draw x financial_year x authority x source; `grants` come and go to schools. [GBP]"""
    years = [int(y) for y in count["financial_year"].values]
    fixed = blocks.pivot_table(index="financial_year", columns="authority", values="gbp").loc[
        years, list(area.authorities)
    ]
    main = xr.DataArray(fixed.to_numpy(), coords={"financial_year": years, "authority": list(area.authorities)})
    moved = _import_export(area, placed, years)
    transfer, notes = _transfer(area, years)
    draws = count["draw"].values
    parts = [main.expand_dims(draw=draws), moved, transfer.expand_dims(draw=draws), grants.expand_dims(draw=draws)]
    names = ["block", "import_export_movement", TRANSFER, "grants_passed_on"]
    sources = xr.DataArray(names, dims="source", name="source")
    income = xr.concat(xr.broadcast(*parts), dim=sources)
    return income.transpose("draw", "financial_year", "authority", "source"), notes


def _import_export(area: Area, placed: PlacedResult, years: Sequence[int]) -> xr.DataArray:
    """Return the movement of the import/export adjustment since the base year, as children cross the border. [GBP]"""
    net = net_imports(area, placed)
    follows = area.value("funding.import_export_follows_children")
    if follows not in (0, 1):
        raise InputError(f"funding.import_export_follows_children: {follows:g} is neither 1 (yes) nor 0 (no)")
    moved = (net - net.isel(year=0)).sel(year=list(years)).rename(year="financial_year")
    rate = xr.DataArray(
        [block.import_export_gbp(1, financial_year=y) for y in years], coords={"financial_year": list(years)}
    )
    return moved * rate * follows


def _transfer(area: Area, years: Sequence[int]) -> tuple[xr.DataArray, list[str]]:
    name = "funding.schools_block_transfer_share"
    share, limit = area.value(name), policy.value("funding.schools_block_transfer_limit", on=years[0])
    if not 0 <= share <= 0.05:
        raise InputError(
            f"{name}: {share:g} is {share:.0%} of the schools block; {limit:.1%} is the most, written {limit:g}"
        )
    notes = (
        [f"a transfer of {share:.2%} is above the {limit:.1%} that a schools forum can agree"] if share > limit else []
    )
    if share and not (area.high_needs["item"] == "schools_block_gbp").any():
        raise InputError(f"{name} is {share:g}, but high_needs.csv has no schools_block_gbp to take it from")
    gbp = transfers(area, years).to_numpy()
    return xr.DataArray(gbp, coords={"financial_year": list(years), "authority": list(area.authorities)}), notes


def transfers(area: Area, years: Sequence[int]) -> pd.DataFrame:
    """Return transfers from the schools block: financial year x authority. [GBP]

    A year's share is as `high_needs` gives it, and otherwise as assumed; the schools block is the year's or the last given.
    """
    assumed = area.value("funding.schools_block_transfer_share")
    found = pd.DataFrame(0.0, index=list(years), columns=list(area.authorities))
    for authority in area.authorities:
        own = area.high_needs[area.high_needs["authority"] == authority]
        blocks, shares = (
            own[own["item"] == f"schools_block_{what}"].set_index("financial_year")["amount"].sort_index()
            for what in ("gbp", "transfer_share")
        )
        for year in years if len(blocks) else ():
            near = blocks[blocks.index <= year] if (blocks.index <= year).any() else blocks.iloc[:1]
            found.loc[year, authority] = float(near.iloc[-1]) * float(shares.get(year, assumed))
    return found


def opening_balance(area: Area, first: int) -> tuple[xr.DataArray, list[str]]:
    """Return the balance brought forward into `first` by authority, as reported, and what to say of it. [GBP]"""
    reported = area.high_needs[area.high_needs["item"] == "reported_carried_forward_gbp"]
    reported = reported[reported["financial_year"] < first].sort_values("financial_year")
    amounts, says = [], []
    for code, name in area.authorities.items():
        own = reported[reported["authority"] == code]
        amounts.append(float(own["amount"].iloc[-1]) if len(own) else 0.0)
        if not len(own):
            says.append(f"{name}: no balance carried forward is given before {financial_label(first)}; taken as 0")
        elif int(own["financial_year"].iloc[-1]) != first - 1:
            since = financial_label(int(own["financial_year"].iloc[-1]))
            says.append(f"{name}: opens with the balance at the end of {since}, the last that is given")
    return xr.DataArray(amounts, coords={"authority": list(area.authorities)}, dims="authority"), says
