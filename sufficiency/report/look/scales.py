"""Scales that shade a map: round steps from light to dark, or two colours on either side of balance."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.words.say import shown

# Light to dark, even in lightness, so that they also work in grey.
DARKER: Final = ("#f3f7fa", "#dbe8f2", "#bcd6ea", "#94bfde", "#67a3cf", "#4088bd", "#2a6ca3")
# Brown for less than balance, blue-green for more: told apart with any colour vision.
BOTH_WAYS: Final = ("#9a5b13", "#d0a35a", "#efdfbd", "#f7f7f4", "#c9e6e2", "#66b2aa", "#0f6b62")
UNKNOWN: Final = "#ffffff"
STEPS: Final = (1.0, 2.0, 2.5, 5.0)


@dataclass(frozen=True)
class Scale:
    """Classes of a measure: `colours` has one more than `edges`; a value on an edge belongs above it."""

    edges: tuple[float, ...]
    colours: tuple[str, ...]
    unit: str
    how: str = "1"
    balance: str = ""  # what the middle class is called, where there is one
    title: str = ""  # of the legend, where the unit alone doesn't say it

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
        told = [shown(edge, self.how).replace(".0%", "%") for edge in self.edges]
        words = [
            f"under {told[0]}",
            *(f"{a} to {b}" for a, b in itertools.pairwise(told)),
            f"{told[-1]} or more",
        ]
        if self.balance:
            middle = len(words) // 2
            words[middle] = f"{words[middle]}: {self.balance}"
        return list(zip(self.colours, words, strict=True))


def darker(values: npt.ArrayLike, unit: str, how: str = "1", title: str = "") -> Scale:
    """Return a scale in round steps over nearly all of some values, darker for more."""
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    low, high = np.quantile(known, (0.03, 0.97)) if len(known) else (0.0, 0.0)
    least = 0.01 if how == "%" else 10.0 ** -(int(how) if how.isdigit() else 0)
    edges = _edges(float(low), float(high), least)
    shades = np.linspace(0, len(DARKER) - 1, len(edges) + 1).round().astype(int) if edges else [1]
    return Scale(edges, tuple(DARKER[n] for n in shades), unit, how, title=title)


def _edges(low: float, high: float, least: float) -> tuple[float, ...]:
    """Return round numbers between two values: as many as there are shades to tell them apart, or fewer."""
    power = 10.0 ** np.floor(np.log10(max(high - low, least))) / 10
    for step in (s * power * more for more in (1, 10, 100) for s in STEPS):
        if step < least * 0.999:
            continue
        first = np.floor(low / step) + 1
        edges = [round(float(n * step), 6) for n in np.arange(first, first + len(DARKER))]
        inside = tuple(edge for edge in edges if edge < high)
        if len(inside) < len(DARKER):
            return inside
    return ()


def about_balance(unit: str, how: str = "2") -> Scale:
    """Return a scale about one place for each child: brown below, blue-green above, pale within a tenth of balance."""
    return Scale((0.5, 0.75, 0.9, 1.1, 1.25, 1.5), BOTH_WAYS, unit, how, "balance")
