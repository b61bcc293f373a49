"""The budget beside what is published for England."""

from __future__ import annotations

import pytest

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
