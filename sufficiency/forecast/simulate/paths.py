"""Each draw's future: how much more or less than their rates children join and leave, and how settings drift.

New plans follow from growth: in each draw, joiners are as many as make expected plans grow as that draw's total does,
given who leaves. Groups of settings gain or lose on each other as their drift says, with an error of each group's own
that lasts through a draw. Both are settled on expected plans before any lever is pulled, so that a lever changes what
it says and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.forecast.growth.growth import paired
from sufficiency.forecast.rates.own_drift import BAND_OF_NCY, Drifts
from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.simulate import drifting
from sufficiency.forecast.simulate.cohort import Paths, in_blocks
from sufficiency.forecast.simulate.ready_year import Singles
from sufficiency.words.school_year import AGE_GROUPS

BANDS: Final = ("under_5", "5_to_10", "11_to_15", "16_to_19", "20_to_25")


@dataclass(frozen=True, eq=False)
class RateErrors:
    """How wrong rates may be, as an area assumes it: by age group (5 x 1). [log ratio]"""

    joining: Floats
    leaving: Floats
    year_share: float
    joining_least: float
    drift: drifting.DriftErrors

    @classmethod
    def of(cls, area: Area) -> RateErrors:
        """Return those of an area."""

        def by_band(name: str) -> Floats:
            return np.array([[area.value(f"forecast.error_{name}_{band}")] for band in BANDS])

        return cls(
            by_band("joining"),
            by_band("leaving"),
            area.value("forecast.error_year_share"),
            area.value("forecast.joining_least"),
            drifting.DriftErrors.of(area),
        )


def paths(
    errors: RateErrors,
    rates: Rates,
    drifts: Drifts,
    base: NDArray[np.int64],
    children: Floats,
    growth: Floats,
    rng: np.random.Generator,
    *,
    workers: int = 1,
) -> Paths:
    """Return multipliers of rates, and who drifts where, for every draw and year.

    Parameters
    ----------
    errors
        How wrong rates may be.
    rates
        A year's rates, before any drift.
    drifts
        How groups of settings are expected to drift.
    base
        Plans in the base year: authority x ncy x need x setting_type. [plans]
    children
        Children: draw x year x authority x ncy, the base year first.
    growth
        Log growth of all plans: draw x year x authority.
    workers
        Threads. Changes nothing but the time.
    """
    shape, share = (*growth.shape, len(AGE_GROUPS), 1), errors.year_share
    leaving = _lasting(rng, share, errors.leaving, shape)[:, :, :, BAND_OF_NCY]
    mix = _lasting(rng, share, errors.joining, shape)[:, :, :, BAND_OF_NCY]
    joining = (mix * children[:, 1:, :, :, None]).astype(np.float32)
    drifted = drifting.drawn(drifts, errors.drift, growth.shape, rng)
    settled, fewest = Settled.of(rates, base), errors.joining_least
    by_state = (*growth.shape, *settled.hazard.shape[1:])
    joins, lose, gain = (np.empty(by_state, dtype=np.float32) for _ in range(3))

    def block(at: slice) -> None:
        out = joins[at], lose[at], gain[at]
        _expect(settled, base, joining[at], leaving[at], drifted.some(at), growth[at], fewest, out)

    in_blocks(block, len(growth), workers)
    return Paths(joins, leaving, np.ones((1, 1, 1, 1, 1), dtype=np.float32), lose, gain)


def _lasting(rng: np.random.Generator, share: float, error: Floats, shape: tuple[int, ...]) -> Singles:
    """Return factors with an error that lasts through a draw, of median 1, and steps from year to year, of mean 1.

    A year's steps add up in those who stay over many years, where means count.
    """

    def normal(size: tuple[int, ...]) -> Singles:
        return rng.standard_normal(size, dtype=np.float32)

    lasting = paired(normal, (shape[0], 1, *shape[2:])) * error
    steps = (paired(normal, shape) * (share * error)).cumsum(axis=1)
    passed = np.arange(1, shape[1] + 1).reshape(1, -1, *[1] * (len(shape) - 2))
    return np.asarray(np.exp(lasting + steps - passed * (share * error) ** 2 / 2), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Settled:
    """One year's rates with needs taken together: authority x ncy x setting_type."""

    hazard: Singles
    moving: Singles
    to: Singles
    joining: Singles
    transfers: Singles

    @classmethod
    def of(cls, rates: Rates, base: NDArray[np.int64]) -> Settled:
        """Return rates with needs weighted as they are in the base year."""
        with np.errstate(divide="ignore"):
            hazard = -np.log1p(-_over_needs(rates.leaving, base))
        to = _over_needs_destinations(rates, base)
        whole = (hazard, _over_needs(rates.moving, base), to, rates.joining.sum(axis=2), rates.transfers.sum(axis=2))
        return cls(*(array.astype(np.float32) for array in whole))


def _expect(
    now: Settled,
    base: NDArray[np.int64],
    joining: Singles,
    leaving: Singles,
    drifted: drifting.Drawn,
    growth: Floats,
    fewest: float,
    out: tuple[Singles, Singles, Singles],
) -> None:
    """Set joining, losing and gaining such that expected plans grow and drift as they should, in each draw."""
    draws, years, authorities = growth.shape
    joins, lose, gain = out
    plans = np.broadcast_to(base.sum(axis=2).astype(np.float32), (draws, authorities, *now.hazard.shape[1:]))
    for t in range(years):
        held = plans.sum(axis=(2, 3))
        stay = plans * np.exp(-now.hazard * leaving[:, t])
        moved = stay * now.moving
        settled = stay - moved + np.einsum("days,aysr->dayr", moved, now.to, optimize=True)
        came = now.transfers * held[:, :, None, None]
        first = now.joining * joining[:, t]
        least = first.sum(axis=(2, 3))
        wanted = held * np.exp(growth[:, t]) - settled[:, :, :-1].sum(axis=(2, 3)) - came.sum(axis=(2, 3))
        level = np.where(least > 0, np.maximum(wanted / np.where(least > 0, least, 1.0), fewest), 0.0)
        first *= level[:, :, None, None].astype(np.float32)
        factors = drifting.followed(drifted, t, plans, _a_year_on(settled) + came + first)
        lose[:, t], gain[:, t] = drifting.redistribution(settled, factors, drifted, t)
        settled += (settled * lose[:, t]).sum(axis=3, keepdims=True) * gain[:, t] - settled * lose[:, t]
        first = _arriving(first, lose[:, t], gain[:, t])
        joins[:, t] = np.divide(first, now.joining, out=np.zeros_like(first), where=now.joining > 0)
        plans = came + first
        plans[:, :, 1:] += settled[:, :, :-1]


def _arriving(joiners: Singles, lose: Singles, gain: Singles) -> Singles:
    """Return joiners whose first settings have drifted as the plans of their age have, each age's number kept."""
    lose, gain = _a_year_on(lose), _a_year_on(gain)
    found = joiners * (1 - lose) + (joiners * lose).sum(axis=3, keepdims=True) * gain
    found = np.where(joiners > 0, found, 0.0)  # nobody starts where England's joiners never do
    whole = found.sum(axis=3, keepdims=True)
    return np.asarray(found * joiners.sum(axis=3, keepdims=True) / np.where(whole > 0, whole, 1.0), dtype=np.float32)


def _a_year_on(by_ncy: Singles) -> Singles:
    """Return shares by NCY at the start as those of the NCY a year on; none at the first."""
    return np.concatenate([np.zeros_like(by_ncy[:, :, :1]), by_ncy[:, :, :-1]], axis=2)


def _over_needs(rate: Floats, base: NDArray[np.int64]) -> Floats:
    """Return a rate by authority x ncy x setting_type, needs weighted as they are in the base year."""
    weight = base.sum(axis=(1,), keepdims=True) + 0.01
    return np.asarray((rate * weight).sum(axis=2) / weight.sum(axis=2))


def _over_needs_destinations(rates: Rates, base: NDArray[np.int64]) -> Floats:
    """Return destination settings by authority x ncy x setting_type x setting moved to."""
    to = rates.destinations.sum(axis=4)
    if to.shape[2] > 1:
        weight = (base.sum(axis=1, keepdims=True) + 0.01)[..., None]
        to = (to * weight).sum(axis=2, keepdims=True) / weight.sum(axis=2, keepdims=True)
    authorities, ncys, _, settings = rates.shape
    return np.broadcast_to(to[:, :, 0], (authorities, ncys, settings, settings))
