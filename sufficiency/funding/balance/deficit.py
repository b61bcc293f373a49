"""The dedicated schools grant deficit: how it is carried forward, what pays it off, when it falls on reserves; payback."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.errors import InputError


@dataclass(frozen=True, eq=False)
class Carried:
    """Balances from year to year. Below 0 is a deficit. [GBP]"""

    balance: xr.DataArray  # at each 31 March: draw x financial_year x authority
    grant: xr.DataArray  # stability grant received in the year: draw x financial_year x authority
    on_reserves: xr.DataArray  # deficit that no override keeps out of the general fund, at each 31 March


def carry_forward(opening: xr.DataArray, in_year: xr.DataArray, area: Area) -> Carried:
    """Return balances: the opening balance, plus each year's movement, plus the stability grant where it is assumed.

    Parameters
    ----------
    opening
        Balance brought forward into the first financial year, by authority. [GBP]
    in_year
        Income less spending: draw x financial_year x authority. [GBP]
    area
        Whose assumptions say whether the grant is paid and the override ends.
    """
    before_grant = opening + in_year.cumsum("financial_year")
    grant = stability_grant(opening, before_grant, area)
    balance = (before_grant + grant.cumsum("financial_year")).transpose(*in_year.dims)
    is_over = balance["financial_year"] > area.value("funding.override_last_financial_year")
    ends = _yes(area, "funding.override_ends")
    return Carried(balance, grant.transpose(*in_year.dims), (-balance).clip(min=0) * (is_over & ends))


def stability_grant(opening: xr.DataArray, balance: xr.DataArray, area: Area) -> xr.DataArray:
    """Return the High Needs Stability Grant by year: a share of the eligible deficit at 31 March 2026. [GBP]

    Zero unless `funding.stability_grant_is_paid` is 1: it depends on an approved local SEND reform plan.
    """
    none = xr.zeros_like(balance)
    paid_in = int(area.value("funding.stability_grant_financial_year"))
    years = [int(y) for y in balance["financial_year"].values]
    if not _yes(area, "funding.stability_grant_is_paid") or paid_in not in years:
        return none
    at = balance.sel(financial_year=paid_in - 1, drop=True) if paid_in - 1 in years else opening
    eligible = area.value("funding.stability_grant_eligible_share")
    if not 0 <= eligible <= 1:
        raise InputError(f"funding.stability_grant_eligible_share: {eligible:g} is not a share between 0 and 1")
    share = policy.value("funding.stability_grant_share", on=paid_in)
    return none + share * eligible * (-at).clip(min=0) * (none["financial_year"] == paid_in)


def _yes(area: Area, name: str) -> bool:
    found = area.value(name)
    if found not in (0, 1):
        raise InputError(f"{name}: {found:g} is neither 1 (yes) nor 0 (no)")
    return found == 1


@dataclass(frozen=True)
class Payback:
    """What places cost to build and save to run, against independent placements. [GBP]"""

    capital_gbp: float
    saving_gbp: float  # in a full year, once full
    years: float  # until savings have met the capital, the years of filling included; infinite where they never do


def payback(
    places: int,
    *,
    capital_a_place_gbp: float,
    place_gbp: float,
    top_up_gbp: float,
    independent_gbp: float,
    transport_saving_gbp: float = 0.0,
    filled: tuple[float, ...] = (1.0,),
) -> Payback:
    """Return when new state places have paid for themselves, each child in one leaving an independent placement.

    Parameters
    ----------
    places
        Places built. [places]
    capital_a_place_gbp
        What one costs to build. [GBP]
    place_gbp, top_up_gbp
        What a state place costs, filled or not, and what follows the child. [GBP a year]
    independent_gbp
        The fee that is no longer paid. [GBP a year]
    transport_saving_gbp
        What each child's journey saves; outside high needs, so 0 unless asked for. [GBP a year]
    filled
        Share of places filled in the first year, the second and so on; the last share holds.
    """
    wrong = [v for v in (capital_a_place_gbp, place_gbp, top_up_gbp, independent_gbp) if v < 0]
    if places < 1 or wrong or not filled or not all(0 <= f <= 1 for f in filled):
        raise InputError(f"payback: {places} places, shares filled {filled}, amounts {wrong or 'fine'}: none below 0")
    capital = places * capital_a_place_gbp

    def saving(share: float) -> float:
        return places * (share * (independent_gbp - top_up_gbp + transport_saving_gbp) - place_gbp)

    left, years = capital, 0.0
    for share in filled[:-1]:
        if 0 < saving(share) >= left:
            return Payback(capital, saving(filled[-1]), years + left / saving(share))
        left, years = left - saving(share), years + 1
    full = saving(filled[-1])
    return Payback(capital, full, years + left / full if full > 0 else float("inf"))
