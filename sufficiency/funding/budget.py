"""High needs, child to budget line: what a forecast and its allocation cost, against the block, year by year.

    spending = place funding + children x (top-up or fee) + services        in every draw
    income   = block + import/export movement + schools block transfer
    balance  = balance before + income - spending + stability grant (where assumed)

Home-to-school transport is no part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import policy
from sufficiency.area import Area
from sufficiency.errors import InputError, nearest
from sufficiency.funding import block, children, deficit, place_spend, top_up
from sufficiency.funding.lines import COMMISSIONED, ITEMS, OTHER_PLACES, PLACE_LINE, SERVICES, STREAMS, UNEXPLAINED
from sufficiency.funding.past import compared, reconciliation, retrospect
from sufficiency.funding.result import HighNeedsBudget
from sufficiency.funding.services import other_places, services
from sufficiency.school_year import financial_label
from sufficiency.tables import PlacedResult, PlansResult
from sufficiency.vocabulary import UNPLACED

SPEND_DIMS: Final = ("draw", "financial_year", "authority", "item")


def high_needs(area: Area, plans: PlansResult, placed: PlacedResult) -> HighNeedsBudget:
    """Return the high needs budget of every financial year that the forecast covers whole.

    Parameters
    ----------
    area
        Settings, places, unit costs or bands, published high needs figures, assumptions.
    plans
        A forecast: its base year's April is the first financial year; its last January ends the last.
    placed
        The same forecast placed, on some of its draws; intervals are over those.

    Raises
    ------
    InputError
        If a child has no price, the draws or years don't match, or an assumption can't be read.
    """
    januaries = children.by_january(area, plans, placed)
    count = children.in_financial_years(januaries)
    years = [int(y) for y in count["financial_year"].values]
    costs = top_up.unit_costs(area, years)
    unit_gbp = _by_stream(costs.gbp).sel(need=count["need"].values)
    top_up.check_priced(_by_provision(count), costs.gbp.sel(need=count["need"].values))
    past = retrospect(area, years[0])
    against = compared(area, past)
    gap, gap_notes = reconciliation(area, against, years)
    spend = xr.concat(
        [
            _child_items(count, unit_gbp),
            _place_items(place_spend.place_spend(area, placed.attending, years)),
            _fixed_items(area, gap, count["draw"].values),
        ],
        dim="item",
    ).transpose(*SPEND_DIMS)
    blocks = block.income(area, years)
    income, income_notes = _income(area, blocks, placed, count)
    opening, opening_notes = opening_balance(area, years[0])
    in_year = income.sum("source") - spend.sum("item")
    carried = deficit.carry_forward(opening, in_year, area)
    told = against["reported_gbp"].notna() | (
        against["measure"].eq("in_year") & (against["financial_year"] >= years[0] - 2)
    )
    reported = list(against.loc[told, "says"])
    priced = [*_unplaced_note(spend), *_commissioned_notes(area)]
    notes = _notes(
        costs, blocks, [*income_notes, *opening_notes, *reported, *gap_notes, *priced, *_strange_items(area)]
    )
    return HighNeedsBudget(
        spend=spend,
        income=income,
        balance=carried.balance,
        grant=carried.grant,
        on_reserves=carried.on_reserves,
        opening=opening,
        children=count,
        unit_gbp=unit_gbp,
        unit_basis=costs.basis,
        blocks=blocks,
        past=past,
        against_reported=against,
        notes=notes,
    )


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


def _by_stream(gbp: xr.DataArray) -> xr.DataArray:
    """Return unit costs by stream: each has the cost of its type of setting."""
    found = gbp.sel(provision=[s.provision for s in STREAMS.values()])
    return found.rename(provision="stream").assign_coords(stream=list(STREAMS))


def _by_provision(count: xr.DataArray) -> xr.DataArray:
    names = list(dict.fromkeys(s.provision for s in STREAMS.values()))
    parts = [count.sel(stream=[c for c, s in STREAMS.items() if s.provision == n]).sum("stream") for n in names]
    return xr.concat(parts, dim=xr.DataArray(names, dims="provision", name="provision"))


def _child_items(count: xr.DataArray, unit_gbp: xr.DataArray) -> xr.DataArray:
    """Return children x unit cost, on the line that each stream leads to."""
    gbp = xr.dot(count, unit_gbp.fillna(0), dim=["need"]).sum("phase").rename(stream="item")
    kinds = ["fee" if top_up.ITEM.get(s.provision, "fee") == "fee" else "top_up" for s in STREAMS.values()]
    return _labelled(
        gbp,
        kinds=kinds,
        lines=[s.line for s in STREAMS.values()],
        provisions=[s.provision for s in STREAMS.values()],
    )


def _place_items(gbp: xr.DataArray) -> xr.DataArray:
    streams = [STREAMS[str(s)] for s in gbp["stream"].values]
    found = _labelled(
        gbp.rename(stream="item"),
        kinds=["place"] * len(streams),
        lines=[PLACE_LINE] * len(streams),
        provisions=[s.provision for s in streams],
        recouped=[place_spend.is_recouped(s.code) for s in streams],
    )
    return found.assign_coords(item=[f"{s.code}, places" for s in streams])


def _fixed_items(area: Area, gap: xr.DataArray, draws: Any) -> xr.DataArray:
    """Return what no placement decides: services, places not tied to a setting, and the gap to what is reported."""
    years = [int(y) for y in gap["financial_year"].values]
    codes = [*SERVICES, OTHER_PLACES, COMMISSIONED, UNEXPLAINED]
    gbp = np.zeros((len(draws), len(years), len(area.authorities), len(codes)))
    for a, authority in enumerate(area.authorities):
        gbp[:, :, a, : len(SERVICES)] = services(area, authority, years).to_numpy()
        gbp[:, :, a, len(SERVICES)] = other_places(area, authority, years).to_numpy()
        gbp[:, :, a, len(SERVICES) + 1] = place_spend.commissioned_beyond(area, authority)
        gbp[:, :, a, len(SERVICES) + 2] = gap.sel(authority=authority).to_numpy()
    coords = {"draw": draws, "financial_year": years, "authority": list(area.authorities)}
    return _labelled(
        xr.DataArray(gbp, coords={**coords, "item": codes}, dims=SPEND_DIMS),
        kinds=[*["service"] * len(SERVICES), "place", "place", "service"],
        lines=[*SERVICES, PLACE_LINE, PLACE_LINE, UNEXPLAINED],
        provisions=[*["services"] * len(SERVICES), OTHER_PLACES, "special", UNEXPLAINED],
        recouped=[*[False] * len(SERVICES), True, True, False],
    )


def _labelled(
    gbp: xr.DataArray,
    *,
    kinds: list[str],
    lines: list[str],
    provisions: list[str],
    recouped: list[bool] | None = None,
) -> xr.DataArray:
    """Return spending items that know their kind, line, type of provision, and whether DfE pays them direct."""
    return gbp.assign_coords(
        kind=("item", kinds),
        line=("item", lines),
        provision=("item", provisions),
        recouped=("item", recouped or [False] * len(kinds)),
    )


def _income(
    area: Area, blocks: pd.DataFrame, placed: PlacedResult, count: xr.DataArray
) -> tuple[xr.DataArray, list[str]]:
    """Return income: draw x financial_year x authority x source. [GBP]"""
    years = [int(y) for y in count["financial_year"].values]
    fixed = blocks.pivot_table(index="financial_year", columns="authority", values="gbp").loc[
        years, list(area.authorities)
    ]
    main = xr.DataArray(fixed.to_numpy(), coords={"financial_year": years, "authority": list(area.authorities)})
    moved = _import_export(area, placed, years)
    transfer, notes = _transfer(area, years)
    parts = [main.expand_dims(draw=count["draw"].values), moved, transfer.expand_dims(draw=count["draw"].values)]
    sources = xr.DataArray(["block", "import_export_movement", "schools_block_transfer"], dims="source", name="source")
    income = xr.concat(xr.broadcast(*parts), dim=sources)
    return income.transpose("draw", "financial_year", "authority", "source"), notes


def _import_export(area: Area, placed: PlacedResult, years: Sequence[int]) -> xr.DataArray:
    """Return the movement of the import/export adjustment since the base year, as children cross the border. [GBP]"""
    net = children.net_imports(area, placed)
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
    own = area.high_needs[area.high_needs["item"] == "schools_block_gbp"].sort_values("financial_year")
    amounts = [
        float(own.loc[own["authority"] == a, "amount"].iloc[-1]) if (own["authority"] == a).any() else 0.0
        for a in area.authorities
    ]
    if share and not any(amounts):
        raise InputError(f"{name} is {share:g}, but high_needs.csv has no schools_block_gbp to take it from")
    gbp = np.tile(np.array(amounts) * share, (len(years), 1))
    return xr.DataArray(gbp, coords={"financial_year": list(years), "authority": list(area.authorities)}), notes


def _unplaced_note(spend: xr.DataArray) -> list[str]:
    """Say how much of the last year's spending is for children with no suitable place."""
    last = spend.isel(financial_year=-1).sum("authority")
    priced = float(last.where(last["provision"] == UNPLACED, 0).sum("item").median())
    year = financial_label(int(spend["financial_year"].values[-1]))
    if priced < 0.5:
        return []
    return [
        f"{priced / 1e6:,.1f}m GBP of {float(last.sum('item').median()) / 1e6:,.1f}m spending in {year} is for children "
        "with no suitable place, priced by assumption (funding.unplaced_share_of_fee) as independent placements"
    ]


def _commissioned_notes(area: Area) -> list[str]:
    """Say where special place funding is set to what is published and not to the places listed."""
    found = {name: place_spend.commissioned_beyond(area, code) for code, name in area.authorities.items()}
    return [
        f"{name}: place funding of special schools is {abs(gbp) / 1e6:,.1f}m GBP a year {'above' if gbp > 0 else 'below'} "
        "what the places listed would bring, as last published: capacity is not the number commissioned"
        for name, gbp in found.items()
        if abs(gbp) > 0.5
    ]


def _strange_items(area: Area) -> list[str]:
    """Say which items of high_needs.csv are not known, since nothing is done with them."""
    strange = sorted(set(area.high_needs["item"]) - set(ITEMS))
    return [f"high_needs.csv: item '{s}' is not known and not used{nearest(s, ITEMS)}" for s in strange]


def _notes(costs: top_up.UnitCosts, blocks: pd.DataFrame, says: Sequence[str]) -> pd.DataFrame:
    rows = [("assumed", note) for note in costs.notes]
    for rule, years in blocks[blocks["status"] != "sourced"].groupby("rule", sort=False)["financial_year"]:
        span = " to ".join(dict.fromkeys((financial_label(int(years.min())), financial_label(int(years.max())))))
        rows.append(("assumed", f"high needs block {span}: {rule}"))
    rows += [("doubtful", note) for note in says]
    rows.append(("assumed", "home-to-school transport is not paid from high needs and is not in any line"))
    return pd.DataFrame([("funding", *row) for row in rows], columns=["table", "kind", "says"])
