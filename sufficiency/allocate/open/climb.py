"""Follow the slope of a concave bound uphill: the one search behind the bounds on sites and on plans of openings.

The bound has corners, so its slope zigzags: some of the last direction is kept, the step is a share of what is left to
a target (Polyak's rule), and the share is halved when steps gain little, starting again from the best point.

References
----------
Held, Wolfe and Crowder, "Validation of subgradient optimization", Mathematical Programming 6 (1974); Polyak, *Introduction
to Optimization* (1987), section 5.3.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
T = TypeVar("T")

MOMENTUM: Final = 0.6  # share of the last direction kept


@dataclass(frozen=True, eq=False)
class Point(Generic[T]):
    """Where the bound was worked out: its value and slope there, and what came with them."""

    at: Floats
    value: float
    slope: Floats
    found: T


@dataclass(frozen=True)
class Pace:
    """How to climb: at most so many steps; the first share of the way; when a step gains little, and how often it may."""

    steps: int
    reach: float = 1.0
    patience: int = 20
    little: float = 1e-4  # of what is left to the target
    least_reach: float = 2e-3


def climb(
    evaluate: Callable[[Floats], Point[T]],
    start: Floats,
    target: Callable[[Point[T]], float],
    *,
    metric: Floats,
    project: Callable[[Floats], Floats],
    pace: Pace,
    gap: float,
    until: float,
) -> Point[T]:
    """Return the highest point found.

    Parameters
    ----------
    evaluate
        The bound at a point.
    start
        Where to begin.
    target
        Called with each point: what the bound can't exceed, the cost of the best answer known.
    metric
        How far to move along each coordinate for its slope; 0 holds it where it is.
    project
        The nearest point that is allowed.
    pace
        When to shorten the step, and to stop.
    gap, until
        Stop within this share of the target, or at this `time.monotonic()`. [seconds]
    """
    here = best = evaluate(project(start.copy()))
    heading, reach, stalled = np.zeros(len(start)), pace.reach, 0
    for _ in range(pace.steps):
        aim = target(here)
        if here.value > best.value:
            stalled = 0 if here.value > best.value + pace.little * (aim - here.value) else stalled + 1
            best = here
        elif here is not best:
            stalled += 1
        if best.value >= aim - gap * abs(aim) or time.monotonic() > until or reach < pace.least_reach:
            break
        if stalled >= pace.patience:
            reach, stalled, here, heading = reach / 2, 0, best, np.zeros(len(start))
        heading = here.slope + MOMENTUM * heading
        length = float(heading**2 @ metric)
        if length <= 0 or not np.isfinite(here.value):
            break
        here = evaluate(project(here.at + reach * (aim - here.value) / length * heading * metric))
    return here if here.value > best.value else best
