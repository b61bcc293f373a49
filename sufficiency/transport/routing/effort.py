"""How long a search of rounds goes on: until a time by the clock, or for so much work, which is the same on any machine."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sufficiency.words import run_options

if TYPE_CHECKING:
    from pyvrp.stop import StoppingCriterion

SPENT_SECONDS: Final = 0.05
NODES: Final = 500  # of a set partitioning's search tree; most end at the first few


@dataclass(frozen=True)
class Clock:
    """So many seconds from when it is made. Another machine, or a busier one, may find another plan."""

    seconds: float
    ends: float

    @classmethod
    def of(cls, seconds: float) -> Clock:
        """Return a clock that starts now."""
        return cls(seconds, time.perf_counter() + seconds)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.ends - time.perf_counter()

    @property
    def is_spent(self) -> bool:
        """Whether too little is left for another turn."""
        return self.left < SPENT_SECONDS

    def share(self, part: float) -> Clock:
        """Return a clock that starts now and runs for a part of these seconds."""
        return Clock.of(self.seconds * part)

    def polishing(self, turns_left: int) -> StoppingCriterion:
        """Return when a turn of polishing stops; a little is left for combining the runs it met."""
        from pyvrp.stop import MaxRuntime

        return MaxRuntime(max(0.92 * self.left / turns_left, 0.01))

    def partitioning(self, *, is_first: bool) -> dict[str, float]:
        """Return when a set partitioning stops, as options of `scipy.optimize.milp`."""
        most = max(1.0, self.seconds * 0.08) if is_first else min(0.25 * self.left, 0.08 * self.seconds)
        return {"time_limit": max(most, 0.05)}


@dataclass(frozen=True)
class Work:
    """So many iterations a turn of the polish, and set partitioning by nodes: the same seed gives the same plan anywhere."""

    iterations: int  # of each turn of the polish

    @property
    def is_spent(self) -> bool:
        """Whether there is no polish at all; otherwise each turn has its share, however long that takes."""
        return self.iterations == 0

    def share(self, part: float) -> Work:
        """Return a part of this work."""
        return Work(math.ceil(self.iterations * part))

    def polishing(self, turns_left: int) -> StoppingCriterion:  # noqa: ARG002 - as a clock's
        """Return when a turn of polishing stops."""
        from pyvrp.stop import MaxIterations

        return MaxIterations(self.iterations)

    def partitioning(self, *, is_first: bool) -> dict[str, float]:  # noqa: ARG002 - as a clock's
        """Return when a set partitioning stops, as options of `scipy.optimize.milp`."""
        return {"node_limit": NODES}


Effort = Clock | Work


def effort(seconds: float, iterations: int | None, *, seed: int = 1) -> Effort:
    """Return work where iterations are given, else a clock that starts now.

    Raises
    ------
    InputError
        If either or the seed is below 0, or iterations or the seed are not whole numbers.
    """
    run_options.seed(seed)
    run_options.seconds(seconds)
    if iterations is not None:
        run_options.whole("iterations", iterations, least=0, such_as="2,000")
    return Clock.of(seconds) if iterations is None else Work(int(iterations))
