"""What share of an answer's range is due to assumptions, and what to chance and growth.

Each assumption is given a triangle over its range, the likeliest at its middle, and the answer a line through what was
found at its low end, middle and high end; an end that moves the answer by no more than chance does is taken not to. The
variance so made is added up over assumptions, as if none told on another, beside that of simulated futures with every
assumption at its middle: chance in children and openings, and growth, the error of the forecast within it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.draws import LEVELS
from sufficiency.varied.ranges import Varied

Floats = npt.NDArray[np.float64]

CHANCE: Final = "chance and growth"
ASSUMPTIONS: Final = "all assumptions"
ALL: Final = "all together"
SAMPLES: Final = 4_000
SEED: Final = 7


@dataclass(frozen=True, eq=False)
class Swing:
    """An assumption, and how far its ends move the answer from where its middle leaves it; 0 where chance may do it."""

    varied: Varied
    to_low: float
    to_high: float

    def sampled(self, level: Floats) -> Floats:
        """Return how far the answer moves at each level, 0 to 1, of the assumption's triangle."""
        low, middle, high = self.varied.low, self.varied.middle, self.varied.high
        peak = (middle - low) / (high - low)
        # The quantile of a triangle from 0 to 1, by how far below its peak, and how far above.
        below = np.sqrt(level / peak) if peak > 0 else np.ones_like(level)
        above = np.sqrt((1 - level) / (1 - peak)) if peak < 1 else np.ones_like(level)
        return np.asarray(np.where(level < peak, self.to_low * (1 - below), self.to_high * (1 - above)))


def shares(middle: float, chance: Floats, swings: Sequence[Swing]) -> pd.DataFrame:
    """Return part, low, middle, high, sd and share: what each part alone does to the answer, and all together.

    Where most ranges reach further one way, the middle of a part is not `middle`, and says which way.

    Parameters
    ----------
    middle
        The answer with every assumption at its middle.
    chance
        The same in each simulated future.
    swings
        Of each assumption. Parts are by the word before the dot of its name.
    """
    rng = np.random.default_rng(SEED)
    moved: dict[str, Floats] = {CHANCE: chance[rng.integers(len(chance), size=SAMPLES)] - chance.mean()}
    spread = {CHANCE: float(chance.var())}
    for swing in swings:
        level = (rng.permutation(SAMPLES) + 0.5) / SAMPLES
        by, room = swing.sampled(level), swing.varied.room
        moved[room] = moved.get(room, np.zeros(SAMPLES)) + by
        spread[room] = spread.get(room, 0.0) + float(by.var())
    whole = sum(spread.values())
    ours = [room for room in moved if room != CHANCE]
    rows = [
        _row(part, middle, moved[part], spread[part], whole)
        for part in [CHANCE, *sorted(ours, key=spread.__getitem__, reverse=True)]
    ]
    rows.append(_row(ASSUMPTIONS, middle, _added(moved, ours), sum(spread[room] for room in ours), whole))
    rows.append(_row(ALL, middle, _added(moved, moved), whole, whole))
    return pd.DataFrame(rows)


def _added(moved: Mapping[str, Floats], parts: Sequence[str] | Mapping[str, Floats]) -> Floats:
    return np.asarray(sum((moved[part] for part in parts), np.zeros(SAMPLES)))


def _row(part: str, middle: float, by: Floats, variance: float, whole: float) -> dict[str, object]:
    low, half, high = (middle + float(np.quantile(by, level)) for level in LEVELS)
    share = variance / whole if whole > 0 else 0.0
    return {"part": part, "low": low, "middle": half, "high": high, "sd": variance**0.5, "share": share}
