"""Needs of joiners, by NCY and first setting: published margins made into one table, tilted to each authority's own mix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.forecast import england
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.taken import taken
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import NEEDS

OLDEST_PUBLISHED: Final = 16  # ages of new plans end in '20 and over', NCY 16


@dataclass(frozen=True)
class NeedRates:
    """What needs of joiners take of an area's assumptions; each is told in assumptions/forecast.toml."""

    needs_prior_plans: float  # [plans]
    needs_most: float  # [ratio]
    needs_least_children: float  # [children]

    @classmethod
    def of(cls, area: Area) -> NeedRates:
        """Return those of an area."""
        return taken(cls, area)


def of_joiners(states: NDArray[np.int64], needs: Sequence[str], settings: Sequence[str], rates: NeedRates) -> Floats:
    """Return the share of each need among joiners: authority x ncy x need x setting_type, summing to 1 over needs.

    Parameters
    ----------
    states
        Plans in the base year: authority x ncy x need x setting_type. An authority whose needs are not those of England's
        stock has joiners that differ from England's joiners in the same proportion, shrunk by its size. [plans]
    """
    joint, stock = (_national(what, needs, settings, rates.needs_least_children) for what in ("new", "plans"))
    tilts = [_tilt(own, stock, rates) for own in states.astype("float64")]
    found = np.stack([joint * tilt[None, :, None] for tilt in tilts])
    total = found.sum(axis=2, keepdims=True)
    return found / np.where(total > 0, total, 1.0) + np.where(total > 0, 0.0, 1.0 / len(needs))


def _national(what: str, needs: Sequence[str], settings: Sequence[str], least: float) -> Floats:
    """Return P(need | ncy, setting_type) from P(need | ncy) and P(need | setting), taken as odds that multiply."""
    ages = england.needs_by(what, "age")
    if what == "new":
        ages.loc[ages.index > OLDEST_PUBLISHED] = ages.loc[OLDEST_PUBLISHED].to_numpy()
        ages.loc[ages.index < -2] = ages.loc[-2].to_numpy()
    by_age = ages.reindex(columns=list(needs), fill_value=0.0).to_numpy() + least
    by_setting = england.needs_by(what, "setting_type").reindex(
        index=list(settings), columns=list(needs), fill_value=0.0
    )
    whole = by_age.sum(axis=0) / by_age.sum()
    at_age = by_age / by_age.sum(axis=1, keepdims=True)
    placed = by_setting.to_numpy() + whole
    at_setting = placed / placed.sum(axis=1, keepdims=True)
    joint = at_age[:, :, None] * (at_setting.T / whole[:, None])[None]
    assert joint.shape[0] == len(NCYS)
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))


def _tilt(own: Floats, national: Floats, rates: NeedRates) -> Floats:
    """Return how much commoner each need is here than England's pattern gives for these ages and settings."""
    expected = (own.sum(axis=1)[:, None, :] * national).sum(axis=(0, 2))
    seen = own.sum(axis=(0, 2))
    prior, most = rates.needs_prior_plans, rates.needs_most
    return np.asarray(np.clip((seen + prior) / (expected + prior), 1 / most, most))


def present(states_needs: Sequence[str]) -> tuple[str, ...]:
    """Return the needs to carry, in the vocabulary's order: those held, and any that England's joiners have."""
    if set(states_needs) == {"UNK"}:
        return ("UNK",)
    joining = england.needs_by("new", "setting_type").sum()
    wanted = {*states_needs, *joining.index[joining > 0]}
    return tuple(need for need in NEEDS if need in wanted)
