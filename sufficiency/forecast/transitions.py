"""Rates from published flows: England's pattern, moved towards an authority's own counts as far as they can bear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sufficiency.area import Area
from sufficiency.forecast import needs as need_mix
from sufficiency.forecast import record
from sufficiency.forecast.base import History
from sufficiency.forecast.pattern import Pattern, national
from sufficiency.forecast.rates import Floats, Rates
from sufficiency.school_year import NCYS
from sufficiency.vocabulary import SETTINGS


def from_flows(area: Area, known: History, states: NDArray[Any], needs: Sequence[str]) -> Rates:
    """Return an area's rates from the published stocks and flows that it holds.

    Parameters
    ----------
    known
        The area's plans by authority and January.
    states
        Plans in the base year: authority x ncy x need x setting. [plans]
    """
    pattern = national()
    authorities = tuple(area.authorities)
    shape = (len(authorities), len(NCYS), len(needs), len(SETTINGS))
    held = states.sum(axis=2).astype("float64")
    new = _new_by_setting(area)
    own = [_own(area, known, code, held[i], new[i]) for i, code in enumerate(authorities)]
    joiners, leaving, moving, to = (np.stack(parts) for parts in zip(*own, strict=True))
    joining = joiners[:, :, None, :] * need_mix.of_joiners(states, needs, list(SETTINGS))
    by_need = states.sum(axis=(1, 3), keepdims=True) / np.maximum(states.sum(axis=(1, 2, 3), keepdims=True), 1)
    return Rates(
        authorities=authorities,
        ncys=NCYS,
        needs=tuple(needs),
        settings=tuple(SETTINGS),
        joining=joining,
        leaving=np.broadcast_to(leaving[:, :, None, :], shape).copy(),
        moving=np.broadcast_to(moving[:, :, None, :], shape).copy(),
        destinations=to[:, :, None, :, None, :],
        transfers=np.broadcast_to(pattern.transfers[None, :, None, :] * by_need, shape).copy(),
    )


def _own(area: Area, known: History, authority: str, plans: Floats, new: Floats) -> tuple[Floats, ...]:
    """Return an authority's joining (a child), leaving and moving rates by ncy x setting, and destinations."""
    pattern = national()
    first = _first_settings(pattern, new, area.value("forecast.own_flow_weight"))
    by_age = record.joining_by_age(area, known, authority, first)
    leaving = pattern.leaving.copy()
    leaving[record.ENDING : -1] = 1 - (1 - leaving[record.ENDING : -1]) ** record.ending(area, plans)
    drift = record.drift(area, known, authority, first)
    first, moving, to = record.with_drift(pattern, first, plans, drift)
    takes_next = np.concatenate([pattern.takes[1:], np.ones_like(pattern.takes[:1])])
    joining = (pattern.joining * by_age)[:, None] * first
    return joining, leaving, np.where(takes_next > 0, moving, 1.0), _destinations(pattern, to)


def _new_by_setting(area: Area) -> Floats:
    """Return new plans of the last three years by authority x first setting, those not recorded left out. [children]"""
    flows = area.flows
    own = flows[(flows["kind"] == "new") & (flows["setting"] != "") & (flows["need"] == "")]
    own = own[(own["setting"] != "not_recorded") & own["year"].between(area.base_year - 2, area.base_year)]
    wide = own.pivot_table(index="authority", columns="setting", values="children", aggfunc="sum", fill_value=0)
    return wide.reindex(index=list(area.authorities), columns=list(SETTINGS), fill_value=0).to_numpy(dtype="float64")


def _first_settings(pattern: Pattern, new: Floats, prior: float) -> Floats:
    """Return the share of joiners by NCY x first setting: England's, tilted to the authority's own new plans."""
    expected = (pattern.joining[:, None] * pattern.first_settings).sum(axis=0)
    expected = expected / expected.sum()
    tilt = (new + prior * expected + 1e-9) / ((new.sum() + prior) * expected + 1e-9)
    mixed = pattern.first_settings * tilt
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def _destinations(pattern: Pattern, to: Floats) -> Floats:
    """Return destinations by ncy x setting x setting moved to, all open to the NCY moved into, one's own left out."""
    takes_next = np.concatenate([pattern.takes[1:], pattern.takes[-1:]])
    found = (to + 1e-6 + 1e-3 * pattern.destinations[:, None, :]) * takes_next[:, None, :]
    own = np.arange(len(SETTINGS))
    found[:, own, own] = 0.0
    found[:, :, own[-1]] = 0.0  # nobody moves to 'not recorded'
    return np.asarray(found / found.sum(axis=2, keepdims=True))
