"""One year's rates, ready to draw from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sufficiency.forecast.rates.rates import Floats, Rates

Singles = NDArray[np.float32]


def _nothing(dims: int) -> Floats:
    return np.zeros((0,) * dims)


@dataclass(frozen=True, eq=False)
class Year:
    """One year's rates, ready to draw from: hazards and arrivals by authority x ncy x need x setting_type.

    `reached` adds up the chances of destinations along its last axis, need x setting moved to; its first four axes may be 1
    long. What no lever asks for has no elements.
    """

    leaving: Floats
    moving: Floats
    joining: Floats
    transfers: Floats
    reached: Floats
    pulled: Floats = field(default_factory=lambda: _nothing(5))  # factors on drift by state and the setting drifted to
    review: Floats = field(default_factory=lambda: _nothing(4))  # share who move to a support plan, by state arrived in
    ageing: Year | None = None  # of those who have a support plan since a review

    @classmethod
    def of(cls, rates: Rates, pulled: Floats | None = None) -> Year:
        """Return the year that `rates` make; raises nothing: rates are checked where they are made.

        `pulled` is what levers do to moves, by state and setting moved to: drift follows them as other moves do.
        """
        to = rates.destinations
        reached = to.reshape(*to.shape[:4], -1).cumsum(axis=4)
        total = np.broadcast_to(reached[..., -1], rates.shape)
        has_destination = total > 0
        leaving = np.where((rates.moving >= 1) & ~has_destination, 1.0, rates.leaving)
        moving = np.where(has_destination, rates.moving, 0.0)
        return cls(
            hazard(leaving),
            hazard(moving),
            _whole(rates.joining),
            _whole(rates.transfers),
            _whole(reached),
            _nothing(5) if pulled is None else _whole(pulled),
        )


def _whole(array: Floats) -> Floats:
    return np.ascontiguousarray(array, dtype=np.float64)


def hazard(share: Floats) -> Floats:
    """Return the hazard that makes a share of events in a year; infinite where all have it."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log1p(-share))
