"""The arrays that one compiled year reads and counts into.

Compiled code knows a field by its place: whoever puts the fields in another order saves `one_year` anew, so that it is
compiled again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Odds(NamedTuple):
    """One year's rates as hazards and arrivals: authority x ncy x need x setting_type, but for the last three.

    `reached` adds up the chances of destinations along its last axis, need x setting moved to; its first four may be 1 long.
    `pulled` is a factor on drift by state and setting drifted to, `review` the share who have a support plan instead by the
    state arrived in: without any elements where no lever asks for them.
    """

    leaving: NDArray[np.float64]
    moving: NDArray[np.float64]
    joining: NDArray[np.float64]
    transfers: NDArray[np.float64]
    reached: NDArray[np.float64]
    pulled: NDArray[np.float64]
    review: NDArray[np.float64]


class Times(NamedTuple):
    """What multiplies one year's odds: draw x authority x ncy x setting_type, any of which may be 1 long; drift may have no elements."""

    joining: NDArray[np.float32]
    leaving: NDArray[np.float32]
    moving: NDArray[np.float32]
    losing: NDArray[np.float32]
    gaining: NDArray[np.float32]


class Tables(NamedTuple):
    """Where a year's children are counted, a row for each draw: plans by state, and flows by kind without need and without NCY."""

    plans: NDArray[np.signedinteger]  # draw x authority x ncy x need x setting_type
    by_ncy: NDArray[np.signedinteger]  # kind x draw x authority x ncy x setting_type
    by_need: NDArray[np.signedinteger]  # kind x draw x authority x need x setting_type


class Counts(NamedTuple):
    """A draw's children as they are counted: `new` are the plans that no review moves."""

    after: NDArray[np.int32]  # authority x ncy x need x setting_type
    new: NDArray[np.int32]
    by_ncy: NDArray[np.int32]  # kind x authority x ncy x setting_type
    by_need: NDArray[np.int32]  # kind x authority x need x setting_type


class Going(NamedTuple):
    """Of one age, need x setting_type: who do not stay, and the chances that one of them leaves, and leaves or moves."""

    children: NDArray[np.int32]
    leave: NDArray[np.float64]
    either: NDArray[np.float64]


class Drift(NamedTuple):
    """Of one age, by setting_type: the share that drifts away, and the running sum of the mix drifted to."""

    lose: NDArray[np.float64]
    gain: NDArray[np.float64]
