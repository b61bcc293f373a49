"""Services that no child's placement decides: support services, hospital education, other provision, therapies."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sufficiency import policy
from sufficiency.area import Area
from sufficiency.funding.lines import SERVICES
from sufficiency.funding.top_up import growth_rates, project


def services(area: Area, authority: str, financial_years: Sequence[int]) -> pd.DataFrame:
    """Return an authority's services: a row a financial year, a column a Section 251 line. [GBP]

    As the area's `high_needs` table gives them, or England's a plan times the authority's plans; grown by assumption.
    """
    growth = growth_rates(area)[0]["service"]
    return pd.DataFrame(
        {
            line: project(_given(area, authority, item, national), financial_years, growth=growth)
            for line, (item, national) in SERVICES.items()
        }
    )


def _given(area: Area, authority: str, item: str, national: str) -> dict[int, float]:
    own = area.high_needs[(area.high_needs["authority"] == authority) & (area.high_needs["item"] == item)]
    if len(own):
        return dict(zip(own["financial_year"].astype(int), own["amount"].astype(float), strict=True))
    plans = area.plans[area.plans["authority"] == authority].groupby("year")["plans"].sum()
    if plans.empty:
        return dict.fromkeys((2021,), 0.0)
    january = pd.Series(plans.index, index=plans.index)
    return {
        day.year: gbp * float(plans[(january - day.year - 1).abs().idxmin()])
        for day, gbp in policy.rate(f"funding.{national}").values.items()
    }
