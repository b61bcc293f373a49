"""Rates from published flows: England's pattern, moved towards an authority's own counts as far as they can bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.forecast.base_year_plans import History
from sufficiency.forecast.rates import needs as need_mix
from sufficiency.forecast.rates import own_drift
from sufficiency.forecast.rates.england_pattern import Pattern, national
from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import SETTING_TYPES


def from_flows(
    area: Area, known: History, states: NDArray[Any], needs: Sequence[str], *, years: int = 1
) -> tuple[Rates, ...]:
    """Return an area's rates, year by year, from the published stocks and flows that it holds.

    Drift between settings is held for as many years as were checked, then fades out: years differ in no more than that.

    Parameters
    ----------
    known
        The area's plans by authority and January.
    states
        Plans in the base year: authority x ncy x need x setting_type. [plans]
    years
        How many years to give rates for.
    """
    held = states.sum(axis=2).astype("float64")
    new = _new_by_setting(area)
    drifts, prior = own_drift.DriftRates.of(area), area.value("forecast.own_flow_weight")
    own = [
        _own(known, drifts, code, area.base_year, held[i], _first_settings(national(), new[i], prior))
        for i, code in enumerate(area.authorities)
    ]
    of_need = need_mix.of_joiners(states, needs, list(SETTING_TYPES))
    by_need = states.sum(axis=(1, 3), keepdims=True) / np.maximum(states.sum(axis=(1, 2, 3), keepdims=True), 1)
    transfers = national().transfers[None, :, None, :] * by_need
    strengths = [_strength(t, int(area.value("forecast.growth_years_held"))) for t in range(years)]
    made = {s: _rates(tuple(area.authorities), tuple(needs), own, s, of_need, transfers) for s in set(strengths)}
    return tuple(made[s] for s in strengths)


def _strength(year: int, held: int) -> float:
    """Return the share of drift left in a year of the forecast, the first being 0: all, a half, a quarter, none."""
    return 1.0 if year < held else {0: 0.5, 1: 0.25}.get(year - held, 0.0)


@dataclass(frozen=True, eq=False)
class Own:
    """One authority's rates by ncy x setting_type before any drift, and its drift by group of settings."""

    joining: Floats
    first: Floats
    leaving: Floats
    plans: Floats
    drift: Floats


def _own(known: History, rates: own_drift.DriftRates, authority: str, base: int, plans: Floats, first: Floats) -> Own:
    pattern = national()
    by_age = own_drift.joining_by_age(known, rates, authority, base, first)
    leaving = pattern.leaving.copy()
    leaving[own_drift.ENDING : -1] = 1 - (1 - leaving[own_drift.ENDING : -1]) ** own_drift.ending(rates, plans)
    return Own(pattern.joining * by_age, first, leaving, plans, own_drift.drift(known, rates, authority, base, first))


def _rates(
    authorities: tuple[str, ...],
    needs: tuple[str, ...],
    own: Sequence[Own],
    strength: float,
    of_need: Floats,
    transfers: Floats,
) -> Rates:
    """Return the rates of a year in which `strength` of the drift is left."""
    pattern = national()
    shape = (len(authorities), len(NCYS), len(needs), len(SETTING_TYPES))
    takes_next = np.concatenate([pattern.takes[1:], np.ones_like(pattern.takes[:1])])
    moved = [own_drift.with_drift(pattern, o.first, o.plans, strength * o.drift) for o in own]
    joining = np.stack([o.joining[:, None] * first for o, (first, _, _) in zip(own, moved, strict=True)])
    moving = np.stack([np.where(takes_next > 0, moving, 1.0) for _, moving, _ in moved])
    to = np.stack([_destinations(pattern, to) for _, _, to in moved])
    leaving = np.stack([o.leaving for o in own])
    return Rates(
        authorities=authorities,
        ncys=NCYS,
        needs=needs,
        settings=tuple(SETTING_TYPES),
        joining=joining[:, :, None, :] * of_need,
        leaving=np.broadcast_to(leaving[:, :, None, :], shape).copy(),
        moving=np.broadcast_to(moving[:, :, None, :], shape).copy(),
        destinations=to[:, :, None, :, None, :],
        transfers=np.broadcast_to(transfers, shape).copy(),
    )


def _new_by_setting(area: Area) -> Floats:
    """Return new plans of the last three years by authority x first setting, those not recorded left out. [children]"""
    flows = area.flows
    own = flows[(flows["kind"] == "new") & (flows["setting_type"] != "") & (flows["need"] == "")]
    own = own[(own["setting_type"] != "not_recorded") & own["year"].between(area.base_year - 2, area.base_year)]
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


def _destinations(pattern: Pattern, to: Floats) -> Floats:
    """Return destinations by ncy x setting_type x setting moved to, all open to the NCY moved into, one's own left out."""
    takes_next = np.concatenate([pattern.takes[1:], pattern.takes[-1:]])
    found = (to + 1e-6 + 1e-3 * pattern.destinations[:, None, :]) * takes_next[:, None, :]
    own = np.arange(len(SETTING_TYPES))
    found[:, own, own] = 0.0
    found[:, :, own[-1]] = 0.0  # nobody moves to 'not recorded'
    return np.asarray(found / found.sum(axis=2, keepdims=True))
