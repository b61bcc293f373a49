"""Rates from published flows: England's pattern, moved towards an authority's own counts as far as they can bear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sufficiency.area import Area
from sufficiency.forecast import needs as need_mix
from sufficiency.forecast.pattern import Pattern, national
from sufficiency.forecast.rates import Floats, Rates
from sufficiency.school_year import NCYS
from sufficiency.vocabulary import SETTINGS


def from_flows(area: Area, states: NDArray[Any], needs: Sequence[str], children: Floats) -> Rates:
    """Return an area's rates from the published stocks and flows that it holds.

    Parameters
    ----------
    states
        Plans in the base year: authority x ncy x need x setting. [plans]
    children
        Children in the base year: authority x ncy. [children]
    """
    pattern = national()
    authorities = tuple(area.authorities)
    shape = (len(authorities), len(NCYS), len(needs), len(SETTINGS))
    first = np.stack([_first_settings(area, code, pattern) for code in authorities])
    mix = need_mix.of_joiners(states, needs, list(SETTINGS))
    joining = (pattern.joining[None, :, None] * first)[:, :, None, :] * mix
    joining = joining * (children.sum(axis=1) > 0)[:, None, None, None]
    held = states.sum(axis=(1, 3), keepdims=True) / np.maximum(states.sum(axis=(1, 2, 3), keepdims=True), 1)
    transfers = pattern.transfers[None, :, None, :] * held
    leaving, moving = _forced(pattern)
    return Rates(
        authorities=authorities,
        ncys=NCYS,
        needs=tuple(needs),
        settings=tuple(SETTINGS),
        joining=joining,
        leaving=np.broadcast_to(leaving[None, :, None, :], shape).copy(),
        moving=np.broadcast_to(moving[None, :, None, :], shape).copy(),
        destinations=_destinations(pattern)[None, :, None, :, None, :],
        transfers=np.broadcast_to(transfers, shape).copy(),
    )


def _first_settings(area: Area, authority: str, pattern: Pattern) -> Floats:
    """Return the share of joiners by NCY x first setting: England's, tilted to the authority's own new plans."""
    flows = area.flows
    own = flows[(flows["authority"] == authority) & (flows["kind"] == "new") & (flows["setting"] != "")]
    own = own[(own["setting"] != "not_recorded") & (own["year"] > area.base_year - 3) & (own["year"] <= area.base_year)]
    seen = own.groupby("setting")["children"].sum().reindex(list(SETTINGS), fill_value=0).to_numpy(dtype="float64")
    expected = (pattern.joining[:, None] * pattern.first_settings).sum(axis=0)
    expected = expected / expected.sum() * seen.sum()
    weight = area.value("forecast.own_flow_weight")
    tilt = (seen + weight * expected / max(seen.sum(), 1.0) + 1e-9) / (
        expected * (1 + weight / max(seen.sum(), 1.0)) + 1e-9
    )
    mixed = pattern.first_settings * tilt
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def _forced(pattern: Pattern) -> tuple[Floats, Floats]:
    """Return leaving and moving rates in which nobody stays in a setting that takes nobody of the next NCY."""
    takes_next = np.concatenate([pattern.takes[1:], np.ones_like(pattern.takes[:1])])
    return pattern.leaving, np.where(takes_next > 0, pattern.moving, 1.0)


def _destinations(pattern: Pattern) -> Floats:
    """Return destinations by ncy x setting x setting moved to: England's for the NCY, one's own setting left out."""
    takes_next = np.concatenate([pattern.takes[1:], pattern.takes[-1:]])
    to = np.repeat(((pattern.destinations + 1e-6) * takes_next)[:, None, :], len(SETTINGS), axis=1)
    own = np.arange(len(SETTINGS))
    to[:, own, own] = 0.0
    to[:, :, own[-1]] = 0.0  # nobody moves to 'not recorded'
    return np.asarray(to / to.sum(axis=2, keepdims=True))
