"""Each draw's future: how much more or less than their rates children join, leave and move, year by year.

New plans follow from growth: in each draw, joiners are as many as make expected plans grow as that draw's total does,
given who leaves. Their number is settled before any lever is pulled, so that a lever changes what it says and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.forecast.growth.growth import paired
from sufficiency.forecast.rates.own_drift import BAND_OF_NCY
from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.simulate.cohort import Paths, Singles
from sufficiency.words.school_year import AGE_GROUPS, NCYS
from sufficiency.words.vocabulary import SETTING_GROUP_OF

BANDS: Final = ("under_5", "5_to_10", "11_to_15", "16_to_19", "20_to_25")


@dataclass(frozen=True, eq=False)
class RateErrors:
    """How wrong rates may be, as an area assumes it: by age group (5 x 1) and by setting. [log ratio]"""

    joining: Floats
    leaving: Floats
    moving: Floats
    first_setting: float
    leaving_school: float
    leaving_elsewhere: float
    leaving_centred: float
    year_share: float
    joining_least: float

    @classmethod
    def of(cls, area: Area) -> RateErrors:
        """Return an area's."""

        def by_band(name: str) -> Floats:
            return np.array([[area.value(f"forecast.error_{name}_{band}")] for band in BANDS])

        return cls(
            by_band("joining"),
            by_band("leaving"),
            by_band("moving"),
            area.value("forecast.error_first_setting"),
            area.value("forecast.error_leaving_school"),
            area.value("forecast.error_leaving_elsewhere"),
            area.value("forecast.error_leaving_centred"),
            area.value("forecast.error_year_share"),
            area.value("forecast.joining_least"),
        )


def paths(
    errors: RateErrors,
    rates: Sequence[Rates],
    base: NDArray[Any],
    children: Floats,
    growth: Floats,
    rng: np.random.Generator,
) -> Paths:
    """Return multipliers of rates for every draw and year.

    Parameters
    ----------
    errors
        How wrong rates may be.
    rates
        One year's rates after another.
    base
        Plans in the base year: authority x ncy x need x setting_type. [plans]
    children
        Children: draw x year x authority x ncy, the base year first.
    growth
        Log growth of all plans: draw x year x authority.
    """
    draws, years, authorities = growth.shape
    bands, settings = len(AGE_GROUPS), len(rates[0].settings)
    shape, share = (draws, years, authorities), errors.year_share
    leaving = _lasting(rng, share, errors.leaving, (*shape, bands, 1))[:, :, :, BAND_OF_NCY]
    in_school = np.array([SETTING_GROUP_OF[s] in ("mainstream", "special") for s in rates[0].settings])
    ending = np.where(in_school, errors.leaving_school, errors.leaving_elsewhere)
    leaving = leaving * _lasting(rng, share, ending, (*shape, 1, settings), centred=errors.leaving_centred)
    # Moves into a setting come from many: of mean 1, so that their sum is not pushed up.
    moving = _lasting(rng, share, errors.moving, (*shape, bands, 1), centred=1.0)
    moving = moving * _lasting(rng, share, errors.moving / 2, (*shape, bands, settings), centred=1.0)
    moving = moving[:, :, :, BAND_OF_NCY]
    mix = _lasting(rng, share, errors.joining, (*shape, bands, 1))[:, :, :, BAND_OF_NCY]
    first = np.array(errors.first_setting)
    mix = mix * _lasting(rng, share, first, (*shape, 1, settings))
    joining = mix * children[:, 1:, :, :, None]
    level = _level(rates, base, joining, leaving, growth, errors.joining_least)
    return Paths(
        (joining * level[:, :, :, None, None]).astype(np.float32),
        leaving.astype(np.float32),
        moving.astype(np.float32),
    )


def _lasting(
    rng: np.random.Generator, share: float, error: Floats, shape: tuple[int, ...], *, centred: float = 0.0
) -> Floats:
    """Return factors of median 1 (`centred` 1: of mean 1) with an error that lasts through a draw and steps from year to year."""
    step = share * error

    def normal(size: tuple[int, ...]) -> Singles:
        return rng.standard_normal(size, dtype=np.float32)

    lasting = paired(normal, (shape[0], 1, *shape[2:])) * error
    steps = (paired(normal, shape) * step).cumsum(axis=1)
    years = np.arange(1, shape[1] + 1).reshape(1, -1, *[1] * (len(shape) - 2))
    return np.asarray(np.exp(lasting + steps - centred * error**2 * (1 + share**2 * years) / 2))


@dataclass(frozen=True, eq=False)
class Settled:
    """One year's rates with needs taken together: authority x ncy x setting_type."""

    hazard: Floats
    moving: Floats
    to: Floats
    joining: Floats
    transfers: Floats

    @classmethod
    def of(cls, rates: Rates, base: NDArray[Any]) -> Settled:
        """Return rates with needs weighted as they are in the base year."""
        with np.errstate(divide="ignore"):
            hazard = -np.log1p(-_over_needs(rates.leaving, base))
        to = _over_needs_destinations(rates, base)
        joining, transfers = rates.joining.sum(axis=2), rates.transfers.sum(axis=2)
        return cls(hazard, _over_needs(rates.moving, base), to, joining, transfers)


def _level(
    rates: Sequence[Rates], base: NDArray[Any], joining: Floats, leaving: Floats, growth: Floats, fewest: float
) -> Floats:
    """Return what joining is multiplied by so that expected plans grow as they should: draw x year x authority."""
    draws, years, authorities = growth.shape
    settled = {id(r): Settled.of(r, base) for r in rates}
    held_by = (draws, authorities, len(NCYS), len(rates[0].settings))
    plans = np.broadcast_to(base.sum(axis=2).astype(np.float32), held_by)
    found = np.empty_like(growth)
    for t in range(years):
        now = settled[id(rates[t])]
        held = plans.sum(axis=(2, 3))
        stay = plans * np.exp(-now.hazard * leaving[:, t])
        moved = stay * now.moving
        kept = np.zeros_like(stay)
        kept[:, :, 1:] = (stay - moved + np.einsum("days,aysr->dayr", moved, now.to, optimize=True))[:, :, :-1]
        came = now.transfers * held[:, :, None, None]
        base_join = now.joining * joining[:, t]
        least = base_join.sum(axis=(2, 3))
        wanted = held * np.exp(growth[:, t]) - kept.sum(axis=(2, 3)) - came.sum(axis=(2, 3))
        found[:, t] = np.where(least > 0, np.maximum(wanted / np.where(least > 0, least, 1.0), fewest), 0.0)
        plans = kept + came + base_join * found[:, t, :, None, None]
    return found


def _over_needs(rate: Floats, base: NDArray[Any]) -> Floats:
    """Return a rate by authority x ncy x setting_type, needs weighted as they are in the base year."""
    weight = base.sum(axis=(1,), keepdims=True) + 0.01
    return np.asarray((rate * weight).sum(axis=2) / weight.sum(axis=2))


def _over_needs_destinations(rates: Rates, base: NDArray[Any]) -> Floats:
    """Return destination settings by authority x ncy x setting_type x setting moved to."""
    to = rates.destinations.sum(axis=4)
    if to.shape[2] > 1:
        weight = (base.sum(axis=1, keepdims=True) + 0.01)[..., None]
        to = (to * weight).sum(axis=2, keepdims=True) / weight.sum(axis=2, keepdims=True)
    authorities, ncys, _, settings = rates.shape
    return np.broadcast_to(to[:, :, 0], (authorities, ncys, settings, settings))
