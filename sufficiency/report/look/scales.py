"""Scales that shade a map: round steps from light to dark, or two colours on either side of balance."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.words.say import shown

# Light to dark, even in lightness, so that they also work in grey.
DARKER: Final = ("#eef3f8", "#c6dbec", "#8fbcdc", "#4a8fc4", "#1f5f98", "#0b3566")
# Brown for less than balance, blue-green for more: told apart with any colour vision.
BOTH_WAYS: Final = ("#9a5b13", "#d0a35a", "#efdfbd", "#f7f7f4", "#c9e6e2", "#66b2aa", "#0f6b62")
UNKNOWN: Final = "#ffffff"
STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """Classes of a measure: `colours` has one more than `edges`; a value on an edge belongs above it."""

    edges: tuple[float, ...]
    colours: tuple[str, ...]
    unit: str
    how: str = "1"
    balance: str = ""  # what the middle class is called, where there is one

    def step(self, value: float) -> int:
        """Return the class of a value, or -1 where it is not known."""
        return int(np.searchsorted(self.edges, value, side="right")) if np.isfinite(value) else -1

    def colour(self, value: float) -> str:
        """Return the colour of a value; white where it is not known."""
        step = self.step(value)
        return self.colours[step] if step >= 0 else UNKNOWN

    def classes(self) -> list[tuple[str, str]]:
        """Return each class's colour and words, the lowest first."""
        if not self.edges:
            return [(self.colours[0], "all alike")]
        told = [shown(edge, self.how) for edge in self.edges]
        words = [
            f"under {told[0]}",
            *(f"{a} to {b}" for a, b in itertools.pairwise(told)),
            f"{told[-1]} or more",
        ]
        if self.balance:
            middle = len(words) // 2
            words[middle] = f"{words[middle]}: {self.balance}"
        return list(zip(self.colours, words, strict=True))


def darker(values: npt.ArrayLike, unit: str, how: str = "1") -> Scale:
    """Return a scale in round steps over nearly all of some values, darker for more."""
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    low, high = np.quantile(known, (0.03, 0.97)) if len(known) else (0.0, 1.0)
    wanted = (high - low) / (len(DARKER) - 1)
    if wanted <= 0:
        return Scale((), DARKER[1:2], unit, how)
    least = 0.01 if how == "%" else 10.0 ** -(int(how) if how.isdigit() else 0)
    power = 10.0 ** np.floor(np.log10(wanted))
    step = max(next(s * power for s in STEPS if s * power >= wanted * 0.999), least)
    start = np.floor(low / step) * step + step
    edges = [round(float(start + step * n), 6) for n in range(len(DARKER) - 1)]
    edges = [edge for edge in edges if edge <= high] or edges[:1]
    shades = np.linspace(0, len(DARKER) - 1, len(edges) + 1).round().astype(int)
    return Scale(tuple(edges), tuple(DARKER[n] for n in shades), unit, how)


def about_balance(unit: str, how: str = "2") -> Scale:
    """Return a scale about one place for each child: brown below, blue-green above, pale within a tenth of balance."""
    return Scale((0.5, 0.75, 0.9, 1.1, 1.25, 1.5), BOTH_WAYS, unit, how, "balance")
