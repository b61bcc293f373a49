"""The dedicated schools grant deficit: how it is carried forward, what stated policy takes off it, what it costs to carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import xarray as xr

from sufficiency import policy, prices
from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.frozen import frozen
from sufficiency.prices import Futures

# Who pays, four ways: is the stability grant paid, are in-year deficits met centrally.
CASES: Final[Mapping[str, tuple[bool, bool]]] = {
    "as_now": (False, False),
    "with_grant": (True, False),
    "absorbed": (False, True),
    "both": (True, True),
}


@frozen
@dataclass(frozen=True, eq=False)
class Terms:
    """What stated policy would take off a deficit, and what carrying one costs."""

    grant_share: float  # of a deficit at the 31 March before the grant is paid
    grant_paid_in: int  # financial year
    absorbed_from: int  # first financial year whose in-year deficit is met centrally
    absorbed_share: float
    interest_rate: xr.DataArray  # by draw [share a year]

    @classmethod
    def of(cls, area: Area, futures: Futures) -> Terms:
        """Return the terms as law and the area's assumptions have them."""
        paid_in = int(area.value("funding.stability_grant_financial_year"))
        share = policy.value("funding.stability_grant_share", on=paid_in)
        rates = prices.drawn_rate(area, "funding.interest_rate", futures)
        return cls(
            share * area.value("funding.stability_grant_eligible_share"),
            paid_in,
            int(area.value("funding.central_absorption_financial_year")),
            area.value("funding.centrally_met_share"),
            xr.DataArray(rates, coords={"draw": list(futures.draws)}, dims="draw"),
        )


@frozen
@dataclass(frozen=True, eq=False)
class Carried:
    """Balances from year to year, each draw x financial_year x authority. Below 0 is a deficit. [GBP]"""

    balance: xr.DataArray  # at each 31 March
    grant: xr.DataArray  # stability grant received in the year
    met_centrally: xr.DataArray  # of the year's deficit
    interest: xr.DataArray  # on the deficit brought forward; paid by the general fund, in no balance here


def carry_forward(
    opening: xr.DataArray, in_year: xr.DataArray, terms: Terms, *, is_granted: bool, is_absorbed: bool
) -> Carried:
    """Return balances: the opening balance, plus each year's movement, what is met centrally and the stability grant.

    Parameters
    ----------
    opening
        Balance brought forward into the first financial year, by authority. [GBP]
    in_year
        Income less spending: draw x financial_year x authority. [GBP]
    terms
        How much of what is granted and met, and when.
    is_granted, is_absorbed
        Whether the grant is paid, and whether later in-year deficits are met centrally.
    """
    is_met = (in_year["financial_year"] >= terms.absorbed_from) & is_absorbed
    met = (-in_year).clip(min=0) * is_met * terms.absorbed_share
    before_grant = opening + (in_year + met).cumsum("financial_year")
    grant = xr.zeros_like(in_year)
    years = [int(y) for y in in_year["financial_year"].values]
    if is_granted and terms.grant_paid_in in years:
        last = terms.grant_paid_in - 1
        at = before_grant.sel(financial_year=last, drop=True) if last in years else opening
        grant = grant + terms.grant_share * (-at).clip(min=0) * (grant["financial_year"] == terms.grant_paid_in)
    balance = (before_grant + grant.cumsum("financial_year")).transpose(*in_year.dims)
    brought = balance.shift(financial_year=1)
    brought = brought.where(brought["financial_year"] != years[0], opening)
    interest = (-brought).clip(min=0) * terms.interest_rate
    return Carried(
        balance, grant.transpose(*in_year.dims), met.transpose(*in_year.dims), interest.transpose(*in_year.dims)
    )


def grant_is_counted(area: Area) -> bool:
    """Return whether the budget's own balance counts the stability grant."""
    name = "funding.stability_grant_is_paid"
    found = area.value(name)
    if found not in (0, 1):
        raise InputError(f"{name}: {found:g} is neither 1 (yes) nor 0 (no)")
    return found == 1


def absorption_counted(area: Area, terms: Terms) -> tuple[bool, Terms]:
    """Return whether the budget's own balance counts what is met centrally, and the terms with as much as it counts."""
    counted = area.value("reform.central_absorption_is_counted")
    return counted > 0, replace(terms, absorbed_share=terms.absorbed_share * counted)
