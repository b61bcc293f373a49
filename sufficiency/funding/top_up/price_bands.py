"""Price bands: what a cap does to the mean fee, when fees differ between children."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.prices import Growth

Floats = npt.NDArray[np.float64]


def capped_mean(mean_gbp: npt.ArrayLike, cap_gbp: npt.ArrayLike, spread: float) -> Floats:
    """Return the mean of the lesser of a fee and a cap, where fees are lognormal.

    E[min(F, c)] = m Phi((ln c − mu − s²)/s) + c (1 − Phi((ln c − mu)/s)), with s² = ln(1 + spread²), mu = ln m − s²/2.

    Parameters
    ----------
    mean_gbp, cap_gbp
        The mean fee with no cap, and the cap, in the prices of one year. [GBP a year]
    spread
        Standard deviation of fees over their mean.

    Raises
    ------
    InputError
        If the spread or a cap is not above 0.

    Examples
    --------
    >>> round(float(capped_mean(63_000, 60_000, 0.5)), -2)
    50000.0
    """
    from scipy.special import ndtr

    mean, cap = np.asarray(mean_gbp, dtype=np.float64), np.asarray(cap_gbp, dtype=np.float64)
    if not spread > 0 or not np.all(cap > 0):
        raise InputError(f"a cap of {cap} and a spread of {spread:g}: both are expected to be above 0")
    sigma = np.sqrt(np.log1p(spread**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        above = (np.log(cap) - np.log(mean) + sigma**2 / 2) / sigma
        capped = mean * ndtr(above - sigma) + cap * ndtr(-above)
    return np.where(mean > 0, capped, mean)


def with_bands(
    area: Area, fees: xr.DataArray, growth: Mapping[str, Growth], providers: Mapping[str, float]
) -> xr.DataArray:
    """Return fees with the area's price bands; the same where none is in force.

    In the first year new placements alone are under bands, from the next all are. The cap grows as top-up does, and so do
    the fees that it meets.

    Parameters
    ----------
    area
        Its assumptions `reform.price_*`; `reform.price_bands_extent` is 0 unless a lever sets it.
    fees
        With dims draw, financial_year and provision among theirs. [GBP a child a year]
    growth
        Of top-up, by draw.
    providers
        Provisions under bands, and what DfE pays of a place beside the fee, which the cap is for too. [GBP a year]
    """
    extent = area.value("reform.price_bands_extent")
    if not extent:
        return fees
    starts = int(area.value("reform.price_bands_financial_year"))
    years = [int(y) for y in fees["financial_year"].values]
    new, spread = area.value("reform.price_new_share"), area.value("reform.price_spread")
    prices_of, cap = int(area.value("reform.price_cap_prices_of")), area.value("reform.price_cap_gbp")
    found = fees.copy()
    for provision, beside in providers.items():
        for year in (y for y in years if y >= starts):
            at = {"financial_year": year, "provision": provision}
            since = max(starts, years[0])
            own, before = fees.sel(at), fees.sel({**at, "financial_year": since}, drop=True)
            price = before * _by_draw(growth["top_up"].rise(since, year), fees) + beside
            limit = _by_draw(cap * growth["top_up"].rise(prices_of, year), fees).broadcast_like(price)
            capped = price.copy(data=capped_mean(price.to_numpy(), limit.transpose(*price.dims).to_numpy(), spread))
            under = extent * (new if year == starts else 1.0)
            found.loc[at] = ((1 - under) * own + under * (capped - beside).clip(min=0)).transpose(*own.dims)
    return found


def _by_draw(values: Floats, like: xr.DataArray) -> xr.DataArray:
    return xr.DataArray(np.broadcast_to(values, like.sizes["draw"]), dims="draw", coords={"draw": like["draw"]})
