"""Services that no child's placement decides: support services, hospital education, other provision, therapies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.area.area import Area
from sufficiency.funding.budget_lines import GRANTS, GRANTS_PASSED_ON, SERVICES
from sufficiency.funding.plans_held import plans_held
from sufficiency.funding.top_up.top_up import growth_rates, project
from sufficiency.prices import Floats, Futures, Growth

FLAT: Final = Growth("service", 0, np.zeros(1))  # place rates don't rise


def services(area: Area, authority: str, years: Sequence[int], futures: Futures | None = None) -> Floats:
    """Return an authority's services: draw x financial year x Section 251 line, in the order of `SERVICES`. [GBP]

    As the area's `high_needs` table gives them, or England's a plan times the authority's plans; grown as `prices` says.
    """
    growth = growth_rates(area, futures)["service"]
    wide = len(futures.draws) if futures is not None else 1
    found = np.zeros((wide, len(years), len(SERVICES)))
    for i, (item, national) in enumerate(SERVICES.values()):
        path = project(_given(area, authority, item, national), years, growth=growth)
        for y, year in enumerate(years):
            found[:, y, i] = path[year]
    return found


def grants_passed_on(area: Area, authority: str, years: Sequence[int]) -> pd.DataFrame:
    """Return grants that come beside the block and go to schools: a row for each financial year, a column for each grant. [GBP]

    As given for the year or the last before it; 0 where none is.
    """
    own = area.high_needs[(area.high_needs["authority"] == authority) & area.high_needs["item"].isin(GRANTS)]
    wide = own.pivot_table(index="financial_year", columns="item", values="amount", aggfunc="last")
    wide = wide.reindex(columns=list(GRANTS)).reindex(sorted({*wide.index, *years})).ffill().fillna(0.0)
    return wide.loc[list(years)]


def unknown_lines(area: Area) -> tuple[str, ...]:
    """Return the lines for which neither the area nor any publication at hand gives a figure: they are counted as 0."""
    given = set(area.high_needs["item"])
    lines = [
        line
        for line, (item, national) in SERVICES.items()
        if item not in given and not any(area.history(f"funding.{national}").values())
    ]
    return (*lines, *([] if given & set(GRANTS) else [GRANTS_PASSED_ON]))


def other_places(area: Area, authority: str, financial_years: Sequence[int]) -> pd.Series:
    """Return place funding not tied to a setting of the area: colleges, alternative provision, hospital academies. [GBP]

    As published for the authority, flat in cash after the last year, since place rates are. Where that is not given but
    the area lists such settings with places, they are paid by the place instead (`place_spend`) and this is 0.
    """
    own = area.high_needs[(area.high_needs["authority"] == authority) & (area.high_needs["item"] == OTHER_PLACES_ITEM)]
    if len(own):
        return _flat(_amounts(own), financial_years)
    listed = area.settings["setting_type"].isin(OTHER_PLACE_TYPES) & (area.settings["authority"] == authority)
    if listed.any():
        return pd.Series(0.0, index=list(financial_years))
    return _flat(_a_plan(area, authority, "other_places_a_plan_gbp"), financial_years)


def _flat(given: dict[int, float], years: Sequence[int]) -> pd.Series:
    return pd.Series({year: float(gbp[0]) for year, gbp in project(given, years, growth=FLAT).items()}, dtype="float64")


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
    plans = plans_held(area, authority)
    january = pd.Series(plans.index, index=plans.index)
    return {
        year: gbp * float(plans[(january - year - 1).abs().idxmin()])
        for year, gbp in area.history(f"funding.{national}").items()
    }
