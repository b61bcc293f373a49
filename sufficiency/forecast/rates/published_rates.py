"""Rates from published flows: England's pattern, moved towards an authority's own counts by as much as their size allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.forecast.base_year_plans import History
from sufficiency.forecast.rates import needs as need_mix
from sufficiency.forecast.rates import own_drift
from sufficiency.forecast.rates.england_pattern import Pattern
from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import SETTING_TYPES


def from_flows(
    area: Area, known: History, states: NDArray[np.int64], needs: Sequence[str]
) -> tuple[Rates, own_drift.Drifts]:
    """Return an area's rates of a year, and how its settings drift, from the published stocks and flows that it holds.

    Parameters
    ----------
    known
        The area's plans by authority and January.
    states
        Plans in the base year: authority x ncy x need x setting_type. [plans]
    """
    held = states.sum(axis=2).astype("float64")
    new = _new_by_setting(area, int(area.value("forecast.own_flow_years")))
    drifts, prior = own_drift.DriftRates.of(area), area.value("forecast.own_flow_weight")
    pattern = drifts.pattern
    own = [
        _own(known, drifts, code, area.base_year, held[i], _first_settings(pattern, new[i], prior))
        for i, code in enumerate(area.authorities)
    ]
    of_need = need_mix.of_joiners(states, needs, list(SETTING_TYPES), need_mix.NeedRates.of(area))
    by_need = states.sum(axis=(1, 3), keepdims=True) / np.maximum(states.sum(axis=(1, 2, 3), keepdims=True), 1)
    transfers = pattern.transfers[None, :, None, :] * by_need
    rates = _rates(tuple(area.authorities), tuple(needs), own, of_need, transfers, pattern)
    return rates, own_drift.Drifts(
        np.stack([o.drift for o in own]),
        np.array([o.special_growth for o in own]),
        np.array([o.unrecorded for o in own]),
        pattern.takes,
    )


@dataclass(frozen=True, eq=False)
class Own:
    """One authority's rates by ncy x setting_type before any drift, its drift by group of settings, and its records."""

    joining: Floats
    leaving: Floats
    drift: Floats
    special_growth: float
    unrecorded: float


def _own(known: History, rates: own_drift.DriftRates, authority: str, base: int, plans: Floats, first: Floats) -> Own:
    pattern = rates.pattern
    by_age = own_drift.joining_by_age(known, rates, authority, base, first)
    leaving = pattern.leaving.copy()
    leaving[own_drift.ENDING : -1] = 1 - (1 - leaving[own_drift.ENDING : -1]) ** own_drift.ending(rates, plans)
    return Own(
        (pattern.joining * by_age)[:, None] * first,
        leaving,
        own_drift.drift(known, rates, authority, base, first),
        own_drift.special_growth(known, rates, authority, base),
        own_drift.unrecorded(known, rates, authority, base),
    )


def _rates(
    authorities: tuple[str, ...],
    needs: tuple[str, ...],
    own: Sequence[Own],
    of_need: Floats,
    transfers: Floats,
    pattern: Pattern,
) -> Rates:
    """Return the rates of a year."""
    shape = (len(authorities), len(NCYS), len(needs), len(SETTING_TYPES))
    takes_next = np.concatenate([pattern.takes[1:], np.ones_like(pattern.takes[:1])])
    moving = np.where(takes_next > 0, pattern.moving, 1.0)
    leaving = np.stack([o.leaving for o in own])
    return Rates(
        authorities=authorities,
        ncys=NCYS,
        needs=needs,
        settings=tuple(SETTING_TYPES),
        joining=np.stack([o.joining for o in own])[:, :, None, :] * of_need,
        leaving=np.broadcast_to(leaving[:, :, None, :], shape).copy(),
        moving=np.broadcast_to(moving[None, :, None, :], shape).copy(),
        destinations=_destinations(pattern)[None, :, None, :, None, :],
        transfers=np.broadcast_to(transfers, shape).copy(),
    )


def _new_by_setting(area: Area, years: int) -> Floats:
    """Return new plans of the last years by authority x first setting, those not recorded left out. [children]"""
    flows = area.flows
    own = flows[(flows["kind"] == "new") & (flows["setting_type"] != "") & (flows["need"] == "")]
    own = own[(own["setting_type"] != "not_recorded") & own["year"].between(area.base_year - years + 1, area.base_year)]
    wide = own.pivot_table(index="authority", columns="setting_type", values="children", aggfunc="sum", fill_value=0)
    wide = wide.reindex(index=list(area.authorities), columns=list(SETTING_TYPES), fill_value=0)
    return np.asarray(wide, dtype="float64")


def _first_settings(pattern: Pattern, new: Floats, prior: float) -> Floats:
    """Return the share of joiners by NCY x first setting: England's, tilted to the authority's own new plans."""
    expected = (pattern.joiners[:, None] * pattern.first_settings).sum(axis=0)
    expected = expected / expected.sum()
    tilt = (new + prior * expected + 1e-9) / ((new.sum() + prior) * expected + 1e-9)
    mixed = pattern.first_settings * tilt
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def _destinations(pattern: Pattern) -> Floats:
    """Return destinations by ncy x setting_type x setting moved to, all open to the NCY moved into, one's own left out."""
    takes_next = np.concatenate([pattern.takes[1:], pattern.takes[-1:]])
    found = np.repeat(((pattern.destinations + 1e-6) * takes_next)[:, None, :], len(SETTING_TYPES), axis=1)
    own = np.arange(len(SETTING_TYPES))
    found[:, own, own] = 0.0
    found[:, :, own[-1]] = 0.0  # nobody moves to 'not recorded'
    return np.asarray(found / found.sum(axis=2, keepdims=True))
