"""The best plan of openings known, and every plan priced on the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sufficiency.allocate.open.futures import Floats, Ints, OpeningProblem

SAME: Final = 1e-13  # share within which two plans do alike: what adding up in another order leaves


@dataclass(eq=False)
class BestPlan:
    """The best plan known, every plan priced on the way, and what each year of them cost: plans share most years."""

    problem: OpeningProblem
    plan: Ints
    cost: float = float("inf")
    priced: dict[bytes, float] = field(default_factory=dict)
    years: dict[tuple[int, bytes], Floats] = field(default_factory=dict)

    def offer(self, plan: Ints) -> float:
        """Price a plan, keep it if it is the best yet, and return its measure. [aim's units]"""
        key = plan.tobytes()
        if key not in self.priced:
            self.priced[key] = self._total(plan)
            if self.priced[key] < self.cost:
                self.plan, self.cost = plan, self.priced[key]
        return self.priced[key]

    def parts(self, plan: Ints) -> Floats:
        """Return draw x part: what placing comes to under a plan, all years together."""
        return np.asarray(sum(self.year_parts(year, blocks) for year, blocks in enumerate(plan)))

    def year_parts(self, year: int, blocks: Ints) -> Floats:
        """Return draw x part: what placing comes to in a year when `blocks` of each option are open."""
        key = (year, blocks.tobytes())
        if key not in self.years:
            self.years[key] = self.problem.year_parts(year, blocks)
        return self.years[key]

    def by_draw(self, plan: Ints) -> Floats:
        """Return how a plan does in each draw, opening it included. [aim's units]"""
        return self.problem.measured(plan, self.parts(plan))

    def tail_weight(self) -> Floats:
        """Return the weight of each draw in the risk of the best plan."""
        return self.problem.tail_weight(self.by_draw(self.plan))

    def trim(self) -> None:
        """Leave out of the best plan whatever it does as well without: places that nobody would use."""
        trimmed = True
        while trimmed:
            trimmed = False
            for option in np.flatnonzero(self.plan[-1]).tolist():
                for plan in _less_of(self.plan, option):
                    if self.problem.allows(plan) and self.offer(plan) <= self.cost + SAME * abs(self.cost):
                        self.plan, self.cost, trimmed = plan, self.priced[plan.tobytes()], True
                        break

    def _total(self, plan: Ints) -> float:
        return self.problem.risk(self.by_draw(plan)) if self.problem.allows(plan) else float("inf")

    def leading(self, count: int) -> list[Ints]:
        """Return the cheapest plans priced, the best first."""
        keys = sorted((key for key, cost in self.priced.items() if np.isfinite(cost)), key=self.priced.__getitem__)
        return [np.frombuffer(key, dtype=np.int64).reshape(self.problem.shape) for key in keys[:count]]


def _less_of(plan: Ints, option: int) -> Iterator[Ints]:
    """Yield a plan with less of an option: none, a block fewer, its first block a year later."""
    yield with_blocks(plan, option, np.zeros(len(plan), dtype=np.int64))
    yield with_blocks(plan, option, np.minimum(plan[:, option], plan[-1, option] - 1))
    yield with_blocks(plan, option, np.append(0, plan[:-1, option]))


def with_blocks(plan: Ints, option: int, blocks: Ints) -> Ints:
    """Return a plan with other blocks of an option, by year."""
    changed = plan.copy()
    changed[:, option] = blocks
    return changed
