"""How well each setting fits each child beyond what distance tells: the same whatever other settings there are.

A plan with a new school and one without must be compared child by child, so a child's liking of a setting may not change
because a setting was added to the list: it is worked out from the child's number and what the setting is, not drawn in turn.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.area.setting_keys import Keys
from sufficiency.split_mix import STRIDE, mixed

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

HALF_STEP: Final = 2.0**-54  # `uniform` is no nearer to 0 or 1
# Between the least and the most of all Gumbel errors that `uniform` can give, in units of their scale.
WIDEST: Final = float(np.log(-np.log(HALF_STEP)) - np.log(-np.log1p(-HALF_STEP)))


def misfit(who: Ints, child: Ints, setting: Keys, counts: Bools, scale: float, salt: int) -> Floats:
    """Return how much worse each route fits its child than the child's best-fitting one. [GBP a year]

    Gumbel errors make a least cost the choice of a logit model (McFadden, 1974), and so of the gravity model that
    estimates who attends where today: one spread serves both.

    Parameters
    ----------
    who
        By route: which child it is of, in order.
    child, setting
        By route: the child's number, and the key of the setting.
    counts
        By route: whether it may be the best, as one to a setting without a place may not.
    scale
        Of the errors. [GBP a year]
    salt
        Of one January of one draw.
    """
    liking = -scale * np.log(-np.log(uniform(child, setting, salt)))
    if not len(who):
        return liking
    first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    most = np.maximum.reduceat(np.where(counts, liking, -np.inf), first)
    best = np.repeat(most, np.diff(np.r_[first, len(who)]))
    return np.where(np.isfinite(best), np.maximum(best - liking, 0.0), 0.0)


def uniform(child: Ints, setting: Keys, salt: int) -> Floats:
    """Return a number between 0 and 1 for each pair of a child and a setting."""
    words = (child.astype(np.uint64) + np.uint64(1)) * STRIDE ^ setting ^ np.uint64(salt)
    return ((mixed(words) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
