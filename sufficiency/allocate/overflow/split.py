"""Whole children among destinations: those turned away go where the shares say, and stay there until a place is free."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.allocate.overflow.sampled import AGE_OF_NCY, CODES, Sampled
from sufficiency.words.school_year import NCY_LOW

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GOLDEN: Final = (5**0.5 - 1) / 2  # steps of an even sequence: any run of children is split as the shares say
NOWHERE: Final = -1


def split(ncy: Ints, need: Ints, before: Ints, overflow: Sampled, limit: Floats, start: float) -> Ints:
    """Return the destination of each child turned away, by position in `DESTINATIONS`.

    Parameters
    ----------
    ncy, need
        Of each child, `need` by position in `NEEDS`.
    before
        Where each child was last January, or `NOWHERE`. They stay there while their age may be there.
    overflow
        The draw's shares.
    limit
        The most children that each destination takes; inf where nothing limits it. [children]
    start
        Where the even sequence begins, 0 to 1: from the draw's random numbers.
    """
    share = overflow.share[AGE_OF_NCY[ncy - NCY_LOW], need]
    chosen = np.where((before != NOWHERE) & (share[np.arange(len(ncy)), before] > 0), before, NOWHERE)
    fresh = np.flatnonzero(chosen == NOWHERE)
    chosen[fresh] = _spread(share[fresh], need[fresh], ncy[fresh], start)
    is_full = np.zeros(len(CODES), dtype=bool)
    # What one can't take may fill another, so each is looked at after those before it are closed.
    while len(over := np.flatnonzero((np.bincount(chosen, minlength=len(CODES)) > limit) & ~is_full)):
        full = over[0]
        is_full[full] = True
        # The last to arrive go elsewhere; those already there stay.
        there = np.flatnonzero(chosen == full)
        there = there[np.argsort(before[there] != full, kind="stable")]
        beyond = np.sort(there[int(limit[full]) :])
        rest = np.where(is_full, 0.0, share[beyond])
        rest[rest.sum(axis=1) <= 0, full] = 1.0
        chosen[beyond] = _spread(rest, need[beyond], ncy[beyond], start)
    return chosen


def _spread(share: Floats, need: Ints, ncy: Ints, start: float) -> Ints:
    """Return one destination for each child, like children in turn, by an even sequence through their shares."""
    order = np.lexsort((ncy, need))
    level = (start + GOLDEN * np.arange(1, len(order) + 1)) % 1.0
    chosen = np.empty(len(order), dtype=np.int64)
    ladder = np.cumsum(share[order], axis=1)
    # The last rung is then 1 and no more, so that a share of none takes no child.
    chosen[order] = (level[:, None] >= ladder / ladder[:, -1:]).sum(axis=1)
    return chosen


def counted(setting: Ints, settings: int) -> Ints:
    """Return children at each destination, where positions from `settings` on are destinations. [children]"""
    return np.bincount(setting[setting >= settings] - settings, minlength=len(CODES))
