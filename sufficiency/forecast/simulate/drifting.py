"""Drift between groups of settings, in each draw: who leaves a group that loses ground, and which settings gain them.

Drift is expected to fade from year to year. Its error is each group's own: part lasts through a draw, part is each
year's, most of it the first's, when one January's record gives way to the next. Those whose placement is not recorded do not
drift: their share is what an authority's return makes it, and is drawn once for each draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sufficiency.area.area import Area
from sufficiency.forecast import england
from sufficiency.forecast.growth.growth import paired
from sufficiency.forecast.rates.own_drift import GROUP_OF, SPECIAL, UNRECORDED, Drifts
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.simulate.ready_year import Singles
from sufficiency.words.vocabulary import SETTING_GROUPS, SETTING_TYPES

IS_SPECIAL: Final = np.array([group == "special" for group in SETTING_GROUPS])
IS_SMALLER: Final = np.array(
    [setting not in SETTING_GROUPS for setting in SETTING_TYPES]
)  # units, independent schools …
RECORDED: Final = tuple(group for group in SETTING_GROUPS if group != "not_recorded")


@dataclass(frozen=True, eq=False)
class DriftErrors:
    """How drift fades and how wrong it may be, as an area assumes it."""

    kept: float  # of a drift, from one year to the next
    by_places: float  # how far special schools follow their places rather than all plans, in the first year
    england_mix: float  # England's share in the mix that says which settings an age may gain
    lasting: Floats  # by group [log ratio a year]
    yearly: Floats  # by group, in the first year [log ratio]
    later: float  # share of that in each later year
    within: float  # of a smaller type of setting beside the chief one of its group, lasting [log ratio a year]
    unrecorded_more: float  # [log ratio]
    unrecorded_less: float  # [log ratio]

    @classmethod
    def of(cls, area: Area) -> DriftErrors:
        """Return those of an area."""

        def by_group(name: str) -> Floats:
            known = {group: area.value(f"forecast.error_drift_{name}_{group}") for group in RECORDED}
            return np.array([known.get(group, 0.0) for group in SETTING_GROUPS])

        return cls(
            area.value("forecast.drift_kept"),
            area.value("forecast.drift_by_places"),
            area.value("forecast.drift_england_mix"),
            by_group("lasting"),
            by_group("year"),
            area.value("forecast.error_drift_later"),
            area.value("forecast.error_drift_within"),
            area.value("forecast.error_unrecorded_more"),
            area.value("forecast.error_unrecorded_less"),
        )


@dataclass(frozen=True, eq=False)
class Drawn:
    """Drift of each draw: a factor on each group, and the share not recorded that all years have."""

    factors: Singles  # draw x year x authority x group
    within: Singles  # draw x year x authority x setting_type: a smaller type beside the chief one of its group
    middle: Floats  # year x authority x group: what factors would be without error
    unrecorded: Singles  # draw x authority
    special_growth: Floats  # authority [log ratio a year]
    by_places: Floats  # year [share]
    england_mix: float
    takes: Floats  # 1 where England's settings of a type take the age: ncy x setting_type

    def some(self, at: slice) -> Drawn:
        """Return the drift of the draws `at`."""
        return replace(self, factors=self.factors[at], within=self.within[at], unrecorded=self.unrecorded[at])


def drawn(drifts: Drifts, errors: DriftErrors, shape: tuple[int, int, int], rng: np.random.Generator) -> Drawn:
    """Return drift in every draw.

    Parameters
    ----------
    shape
        Numbers of draws, years and authorities.
    """
    draws, years, authorities = shape
    fade = errors.kept ** np.arange(years)[:, None, None]
    lasting = paired(rng.standard_normal, (draws, 1, authorities, len(SETTING_GROUPS))) * errors.lasting
    shocks = paired(rng.standard_normal, (draws, years, authorities, len(SETTING_GROUPS))) * errors.yearly
    shocks[:, 1:] *= errors.later
    within = paired(rng.standard_normal, (draws, 1, authorities, len(GROUP_OF))) * IS_SMALLER * errors.within
    record = paired(rng.standard_normal, (draws, authorities))
    record = record * np.where(record > 0, errors.unrecorded_more, errors.unrecorded_less)
    odds = drifts.unrecorded / (1 - drifts.unrecorded) * np.exp(record)
    factors = np.exp((drifts.yearly + lasting) * fade + shocks)
    return Drawn(
        factors.astype(np.float32),
        np.exp(within * fade).astype(np.float32),
        np.asarray(np.exp(drifts.yearly * fade)),
        (odds / (1 + odds)).astype(np.float32),
        drifts.special_growth,
        np.asarray(errors.by_places * errors.kept ** np.arange(years), dtype=np.float64),
        errors.england_mix,
        drifts.takes,
    )


def followed(now: Drawn, year: int, held: Singles, coming: Singles) -> Singles:
    """Return a year's factors on groups, special schools in part led by their places: draw x authority x group.

    Parameters
    ----------
    held, coming
        Expected plans at the January before and, if nothing drifted, after: draw x authority x ncy x setting_type.
    """
    factors = now.factors[:, year].copy()
    allowed = held[..., SPECIAL].sum(axis=(2, 3)) * np.exp(now.special_growth)
    asked = coming[..., SPECIAL].sum(axis=(2, 3))
    share = now.by_places[year]
    led = np.where((allowed > 0) & (asked > 0), allowed / np.where(asked > 0, asked, 1.0), 1.0)
    factors[..., IS_SPECIAL] *= (led[..., None] ** share / now.middle[year][..., IS_SPECIAL] ** share).astype(
        np.float32
    )
    return factors


def redistribution(plans: Singles, factors: Singles, now: Drawn, year: int) -> tuple[Singles, Singles]:
    """Return the share of each setting that it loses, and the mix of settings that gains them: draw x authority x ncy x setting_type.

    An age's total stays: what one group gains is taken evenly from the others.

    Parameters
    ----------
    plans
        Those who stay with a plan, before they drift: draw x authority x ncy x setting_type. [plans]
    factors
        A year's factor on each group: draw x authority x group.
    """
    takes_next = np.concatenate([now.takes[1:], now.takes[-1:]]).astype(np.float32)
    nation = _rows(_younger(england.stock(england.AGES_KNOWN))).astype(np.float32)
    mix = ((1 - now.england_mix) * _rows(plans) + now.england_mix * nation) * takes_next
    unknown = GROUP_OF == UNRECORDED
    mix[..., unknown] = 0.0
    factor = factors[:, :, None, GROUP_OF] * now.within[:, year][:, :, None]
    factor = factor / np.maximum((_shares(mix) * factor).sum(axis=3, keepdims=True), 1e-9)
    gain = mix * np.maximum(factor - 1, 0.0)
    lose = np.where(gain.sum(axis=3, keepdims=True) > 0, np.maximum(1 - factor, 0.0), 0.0)
    return _with_records(lose, _shares(gain), mix, plans, now.unrecorded)


def _with_records(
    lose: Singles, gain: Singles, mix: Singles, plans: Singles, wanted: Singles
) -> tuple[Singles, Singles]:
    """Return losses and gains that also bring the share not recorded to what the draw has."""
    unknown = GROUP_OF == UNRECORDED
    share = plans[..., unknown].sum(axis=(2, 3)) / np.maximum(plans.sum(axis=(2, 3)), 1e-9)
    into = np.clip((wanted - share) / np.maximum(1 - share, 1e-9), 0.0, 1.0)[:, :, None, None]
    out = np.clip(1 - wanted / np.maximum(share, 1e-9), 0.0, 1.0)[:, :, None, None]
    drifting = (plans * lose).sum(axis=3, keepdims=True)
    hidden = plans[..., unknown].sum(axis=3, keepdims=True)
    known = plans.sum(axis=3, keepdims=True) - hidden
    # Those who become unrecorded come evenly from all settings; those found again are as others of their age are.
    total = gain * drifting * (1 - into) + _shares(mix) * hidden * out
    total[..., unknown] = known * into
    lose = np.where(unknown, out, 1 - (1 - lose) * (1 - into))
    return lose.astype(np.float32), _shares(total).astype(np.float32)


def _younger(by_ncy: Floats) -> Floats:
    return np.concatenate([by_ncy[1:], by_ncy[-1:]])


def _rows(plans: Floats | Singles) -> Singles:
    """Return each age's mix of settings; an age without plans has that of all."""
    total, whole = plans.sum(axis=-1, keepdims=True), plans.sum(axis=-2, keepdims=True)
    whole = whole / np.maximum(whole.sum(axis=-1, keepdims=True), 1e-9)
    return np.asarray(np.where(total > 0, plans / np.where(total > 0, total, 1.0), whole))


def _shares(counts: Singles) -> Singles:
    """Return each row as shares, none where it is empty."""
    total = counts.sum(axis=-1, keepdims=True)
    return np.asarray(counts / np.where(total > 0, total, 1.0), dtype=np.float32)
