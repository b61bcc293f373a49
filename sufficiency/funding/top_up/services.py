"""Services that no child's placement decides: support services, hospital education, other provision, therapies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.funding.budget_lines import SERVICES
from sufficiency.funding.top_up.top_up import growth_rates, project


def services(area: Area, authority: str, financial_years: Sequence[int]) -> pd.DataFrame:
    """Return an authority's services: a row a financial year, a column a Section 251 line. [GBP]

    As the area's `high_needs` table gives them, or England's a plan times the authority's plans; grown by assumption.
    """
    growth = growth_rates(area)["service"]
    return pd.DataFrame(
        {
            line: project(_given(area, authority, item, national), financial_years, growth=growth)
            for line, (item, national) in SERVICES.items()
        }
    )


def other_places(area: Area, authority: str, financial_years: Sequence[int]) -> pd.Series:
    """Return place funding not tied to a setting of the area: colleges, alternative provision, hospital academies. [GBP]

    As published for the authority, flat in cash after the last year, since place rates are. Where that is not given but
    the area lists such settings with places, they are paid by the place instead (`place_spend`) and this is 0.
    """
    own = area.high_needs[(area.high_needs["authority"] == authority) & (area.high_needs["item"] == OTHER_PLACES_ITEM)]
    if len(own):
        return project(_amounts(own), financial_years, growth=0.0)
    listed = area.settings["setting_type"].isin(OTHER_PLACE_TYPES) & (area.settings["authority"] == authority)
    if listed.any() or area.plans.empty:
        return pd.Series(0.0, index=list(financial_years))
    return project(_a_plan(area, authority, "other_places_a_plan_gbp"), financial_years, growth=0.0)


OTHER_PLACES_ITEM: Final = "other_place_deductions_gbp"
OTHER_PLACE_TYPES: Final = ("further_education", "alternative_provision")


def _amounts(own: pd.DataFrame) -> dict[int, float]:
    return dict(zip(own["financial_year"].astype(int), own["amount"].astype(float), strict=True))


def _given(area: Area, authority: str, item: str, national: str) -> dict[int, float]:
    own = area.high_needs[(area.high_needs["authority"] == authority) & (area.high_needs["item"] == item)]
    if len(own):
        return _amounts(own)
    return _a_plan(area, authority, national)


def _a_plan(area: Area, authority: str, national: str) -> dict[int, float]:
    """Return England's figure a plan times the authority's plans in the January within each year it is given for."""
    plans = area.plans[area.plans["authority"] == authority].groupby("year")["plans"].sum()
    if plans.empty:
        return dict.fromkeys((2021,), 0.0)
    january = pd.Series(plans.index, index=plans.index)
    return {
        day.year: gbp * float(plans[(january - day.year - 1).abs().idxmin()])
        for day, gbp in policy.rate(f"funding.{national}").values.items()
    }
