"""The budget beside what is published for England."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
import xarray as xr

from sufficiency import funding
from sufficiency.errors import InputError
from tests.funding.conftest import HOME, make_children


def test_published_balances_are_scaled_by_plans_and_ours_are_inside_or_explained(two_authorities):
    budget = funding.high_needs(two_authorities, *make_children((HOME, 5, "ASD", "I1", 4), draws=5))
    table = funding.anchors(budget)
    march = table[(table["financial_year"] == 2025) & (table["measure"] == "balance")].iloc[0]
    assert march["published_gbp"] == pytest.approx(-6.6e9 * 4 / 718_800)
    assert march["low_gbp"] <= march["middle_gbp"] <= march["high_gbp"]
    outside = table[~table["is_inside"]]
    assert len(outside)
    assert outside["says"].str.contains("than published").all()
    with pytest.raises(InputError, match="three are expected"):
        funding.anchors(budget, levels=(0.5,))


def test_a_difference_is_split_by_starting_point_and_growth_in_plans_and_the_rest_is_said_not_to_be(two_authorities):
    area = two_authorities
    budget = funding.high_needs(area, *make_children((HOME, 5, "ASD", "I1", 4), draws=3))
    years = budget.balance["financial_year"]
    # One year later throughout, so that a published balance of England stands at the March before the first year.
    later = {
        f.name: getattr(budget, f.name).assign_coords(financial_year=years + 1)
        for f in fields(budget)
        if isinstance(getattr(budget, f.name), xr.DataArray) and "financial_year" in getattr(budget, f.name).dims
    }
    more = xr.where(later["children"]["financial_year"] == 2027, 1.2, 1.0)
    moved = replace(budget, **later | {"children": later["children"] * more})
    says = funding.anchors(moved).query("financial_year == 2027").set_index("who")["says"]
    start = (float(budget.opening.sum()) + 6.6e9 * budget.share_of_england) / 1e6
    assert says.str.contains(f"Starting point {start:+,.1f}m").all()
    ifs, obr = says["Institute for Fiscal Studies"], says["Office for Budget Responsibility"]
    theirs = (1 + 220_000 / 638_745) ** (1 / 4) - 1
    demand = (
        -0.2 * 4 * float(moved.unit_gbp.sel(financial_year=2026, stream="independent_special", authority=HOME).mean())
    )
    assert f"Growth in plans {demand * (1 - theirs / 0.2) / 1e6:+,.1f}m: ours grow 20.0% a year" in ifs
    assert "England's 7.7% in its forecast to 2029" in ifs
    assert "what it takes is not at hand" in obr
    assert says.str.contains("can't be split: ").all()
    assert says.str.contains("Ours has 2026-27's own gap of").all()
