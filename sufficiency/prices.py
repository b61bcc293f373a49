"""Prices of one financial year in another: top-up, fees, services, and interest, the same for every part that pays them.

Growth to the last outturn is as seen, a rate for each year; after it, one rate that differs between simulated futures: a
triangle around `funding.*_inflation`, as wide as its spread. A seed's future has the same rates under every scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sufficiency import policy
from sufficiency.estimated_travel import Values

Floats = npt.NDArray[np.float64]

KINDS: Final = ("top_up", "fee", "service")
STREAM: Final = 1_151  # the random numbers of prices


class Futures(NamedTuple):
    """Simulated futures: their numbers, and the seed that they are drawn from."""

    draws: tuple[int, ...]
    seed: int


@dataclass(frozen=True, eq=False)
class Growth:
    """How one kind of price grows. [share a year]"""

    kind: str
    last_seen: int  # the last financial year of outturn
    after: Floats  # from then on, one rate a draw

    def rise(self, since: int, to: int) -> Floats:
        """Return prices of the financial year `to` over those of `since`, by draw; below 1 where `to` is earlier."""
        if to < since:
            return np.asarray(1 / self.rise(to, since))
        seen = [self._seen(year) for year in range(since + 1, min(to, self.last_seen) + 1)]
        return np.asarray(np.prod(seen) * (1 + self.after) ** max(to - max(since, self.last_seen), 0))

    def _seen(self, year: int) -> float:
        return 1 + policy.value(f"funding.{self.kind}_outturn_growth", on=year)


def growth(area: Values, kind: str) -> Growth:
    """Return the middle of what is assumed for a kind of price: one draw."""
    return Growth(kind, _last_seen(area), np.array([area.value(f"funding.{kind}_inflation")]))


def drawn(area: Values, kind: str, futures: Futures) -> Growth:
    """Return the growth of a kind of price in each of the futures."""
    return Growth(kind, _last_seen(area), drawn_rate(area, f"funding.{kind}_inflation", futures))


def drawn_rate(area: Values, name: str, futures: Futures) -> Floats:
    """Return a rate by draw: a triangle around the value called `name`, as wide either way as its `_spread`."""
    middle, spread = area.value(name), area.value(f"{name}_spread")
    key = [STREAM, *name.encode()]
    streams = [np.random.SeedSequence(futures.seed, spawn_key=(*key, draw)) for draw in futures.draws]
    level = np.array([np.random.default_rng(stream).random() for stream in streams])
    # The quantile of a triangle from -1 to 1 with its peak at 0.
    away = np.where(level < 0.5, np.sqrt(2 * level) - 1, 1 - np.sqrt(2 * (1 - level)))
    return np.asarray(middle + spread * away)


def _last_seen(area: Values) -> int:
    return int(area.value("funding.last_price_outturn_financial_year"))
