"""High needs, child to budget line: what a forecast and its allocation cost, against the block, year by year.

    spending = place funding + children x (top-up or fee) + services        in every draw
    income   = block + import/export movement + schools block transfer
    balance  = balance before + income - spending + stability grant (where assumed)

Prices grow as `prices` says, at a rate that differs between draws.
Home-to-school transport is no part of it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import xarray as xr

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.funding import funded_children
from sufficiency.funding.balance import deficit
from sufficiency.funding.balance.past_years import compared, reconciliation, retrospect, with_budget
from sufficiency.funding.block import block
from sufficiency.funding.block.receipts import income_by_source, opening_balance
from sufficiency.funding.budget_lines import (
    AWAY,
    COMMISSIONED,
    GRANTS_PASSED_ON,
    OTHER_PLACES,
    PLACE_LINE,
    SERVICES,
    STREAMS,
    UNEXPLAINED,
)
from sufficiency.funding.budget_notes import budget_notes, told
from sufficiency.funding.high_needs_budget import HighNeedsBudget
from sufficiency.funding.places import place_spend
from sufficiency.funding.top_up import top_up
from sufficiency.funding.top_up.services import grants_passed_on, other_places, services
from sufficiency.prices import Futures
from sufficiency.tables import PlacedResult, PlansResult
from sufficiency.words import run_options

SPEND_DIMS: Final = ("draw", "financial_year", "authority", "item")


def high_needs(area: Area, plans: PlansResult, placed: PlacedResult, *, seed: int = 7) -> HighNeedsBudget:
    """Return the high needs budget of every financial year that the forecast covers whole.

    Parameters
    ----------
    area
        Settings, places, unit costs or bands, published high needs figures, assumptions.
    plans
        A forecast: its base year's April is the first financial year; its last January ends the last.
    placed
        The same forecast placed, on some of its draws; intervals are over those.
    seed
        Growth of prices and interest are drawn from it, the same in every scenario.

    Raises
    ------
    InputError
        If a child has no price, the draws or years don't match, or an assumption can't be read.
    """
    januaries = funded_children.by_january(area, plans, placed)
    count = funded_children.in_financial_years(januaries)
    years = [int(y) for y in count["financial_year"].values]
    run_options.seed(seed)
    futures = Futures(tuple(int(d) for d in count["draw"].values), seed)
    costs = top_up.unit_costs(area, years, futures=futures)
    unit_gbp = _by_stream(
        costs.gbp.sel(need=count["need"].values),
        top_up.costs_elsewhere(area, placed.elsewhere, years, seed=seed),
    )
    top_up.check_priced(_by_provision(count), costs.gbp.sel(need=count["need"].values))
    past = retrospect(area, years[0])
    against = compared(area, past)
    gap, gap_notes = reconciliation(area, against, years)
    spend = xr.concat(
        [
            _child_items(count, unit_gbp),
            _place_items(place_spend.place_spend(area, placed, years)),
            _fixed_items(area, gap, futures),
        ],
        dim="item",
    ).transpose(*SPEND_DIMS)
    blocks = block.income(area, years)
    passed_on = spend.where(spend["line"] == GRANTS_PASSED_ON, 0).sum("item").isel(draw=0, drop=True)
    income, income_notes = income_by_source(area, blocks, placed, count, passed_on)
    opening, opening_notes = opening_balance(area, years[0])
    in_year = income.sum("source") - spend.sum("item")
    against = with_budget(area, against, spend=spend.sum("item"), in_year=in_year, first=years[0])
    terms = deficit.Terms.of(area, futures)
    is_granted = deficit.grant_is_counted(area)
    is_absorbed, counted = deficit.absorption_counted(area, terms)
    carried = deficit.carry_forward(opening, in_year, counted, is_granted=is_granted, is_absorbed=is_absorbed)
    says = [*income_notes, *opening_notes, *told(against, years[0]), *gap_notes]
    return HighNeedsBudget(
        spend=spend,
        income=income,
        balance=carried.balance,
        grant=carried.grant,
        opening=opening,
        terms=terms,
        share_of_england=_share_of_england(plans),
        children=count,
        unit_gbp=unit_gbp,
        unit_basis=costs.basis,
        blocks=blocks,
        past=past[past["financial_year"] < years[0]].reset_index(drop=True),
        against_reported=against,
        notes=budget_notes(area, costs, blocks, spend, carried.balance, terms, says),
    )


def _share_of_england(plans: PlansResult) -> float:
    """Return the area's share of England's plans in the last January of the forecast for which England's are published."""
    years = [int(y) for y in plans.plans["year"].values]
    england = {day.year: count for day, count in policy.rate("funding.national_plans").values.items()}
    last = max((y for y in years if y in england), default=max(england))
    here = plans.plans.sel(year=last if last in years else years[0])
    return float(here.sum([d for d in here.dims if d != "draw"]).mean()) / england[last]


def _by_stream(gbp: xr.DataArray, elsewhere: xr.DataArray) -> xr.DataArray:
    """Return unit costs by stream, of its type of setting or destination: those of destinations differ by draw and phase."""
    here = [code for code in STREAMS if code not in AWAY]
    parts = []
    for costs, streams in ((gbp, here), (elsewhere, AWAY)):
        part = costs.sel(provision=[STREAMS[code].provision for code in streams])
        parts.append(part.rename(provision="stream").assign_coords(stream=list(streams)))
    found: xr.DataArray = xr.concat(xr.broadcast(*parts, exclude=["stream"]), dim="stream")
    return found.sel(stream=list(STREAMS))


def _by_provision(count: xr.DataArray) -> xr.DataArray:
    names = list(dict.fromkeys(s.provision for code, s in STREAMS.items() if code not in AWAY))
    parts = [count.sel(stream=[c for c, s in STREAMS.items() if s.provision == n]).sum("stream") for n in names]
    return xr.concat(parts, dim=xr.DataArray(names, dims="provision", name="provision"))


def _child_items(count: xr.DataArray, unit_gbp: xr.DataArray) -> xr.DataArray:
    """Return children x unit cost, on the line that each stream leads to."""
    gbp = xr.dot(count, unit_gbp.fillna(0), dim=["need", "phase"]).rename(stream="item")
    kinds = [top_up.kind_of(s.provision) for s in STREAMS.values()]
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


def _fixed_items(area: Area, gap: xr.DataArray, futures: Futures) -> xr.DataArray:
    """Return what no placement decides: services, places not tied to a setting, and the gap to what is reported."""
    years = [int(y) for y in gap["financial_year"].values]
    codes = [*SERVICES, OTHER_PLACES, COMMISSIONED, GRANTS_PASSED_ON, UNEXPLAINED]
    gbp = np.zeros((len(futures.draws), len(years), len(area.authorities), len(codes)))
    for a, authority in enumerate(area.authorities):
        gbp[:, :, a, : len(SERVICES)] = services(area, authority, years, futures)
        gbp[:, :, a, len(SERVICES)] = other_places(area, authority, years).to_numpy()
        gbp[:, :, a, len(SERVICES) + 1] = place_spend.commissioned_beyond(area, authority)
        gbp[:, :, a, len(SERVICES) + 2] = grants_passed_on(area, authority, years).sum(axis=1).to_numpy()
        gbp[:, :, a, len(SERVICES) + 3] = gap.sel(authority=authority).to_numpy()
    coords = {"draw": list(futures.draws), "financial_year": years, "authority": list(area.authorities)}
    return _labelled(
        xr.DataArray(gbp, coords={**coords, "item": codes}, dims=SPEND_DIMS),
        kinds=[*["service"] * len(SERVICES), "place", "place", "service", "service"],
        lines=[*SERVICES, PLACE_LINE, PLACE_LINE, GRANTS_PASSED_ON, UNEXPLAINED],
        provisions=[*["services"] * len(SERVICES), OTHER_PLACES, "special", GRANTS_PASSED_ON, UNEXPLAINED],
        recouped=[*[False] * len(SERVICES), True, True, False, False],
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
