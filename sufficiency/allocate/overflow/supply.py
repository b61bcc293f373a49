"""What state settings can take beyond a known number: above their places, and where no number is known.

A setting whose number of places isn't known (`has_number` in settings.csv) has no number that could be full. It goes on
with about as many of the area's children as today, a little more each year; how much is drawn in every future.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.area.area import Area

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STREAM: Final = zlib.crc32(b"supply")


@dataclass(frozen=True)
class Supply:
    """One draw of what settings can take."""

    overfill_share: float  # how far above its number a state setting may be filled [share of places]
    growth: float  # of settings without a known number [share a year]


def expected(area: Area) -> Supply:
    """Return the mean of what is drawn."""
    return Supply(*(_mean(area, name) for name in NAMES))


def sampled(area: Area, *, seed: int, draw: int) -> Supply:
    """Return one draw: the same for a seed and draw under every scenario."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM, draw)))
    return Supply(*(drawn(area, name, rng) for name in NAMES))


NAMES: Final = ("allocate.overfill_share", "allocate.no_number_growth")


def _mean(area: Area, name: str) -> float:
    low, high = area.range_of(name)
    return (low + area.value(name) + high) / 3


def drawn(area: Area, name: str, rng: np.random.Generator) -> float:
    """Return an assumption in one draw: triangular in its range, or the area's own where it gives no range."""
    low, high = area.range_of(name)
    level = rng.random()  # taken even where nothing is drawn, so that one range moves no other
    mode = area.value(name)
    if not low < high:
        return mode
    below = (mode - low) / (high - low)
    if level < below:
        return float(low + np.sqrt(level * (high - low) * (mode - low)))
    return float(high - np.sqrt((1 - level) * (high - low) * (high - mode)))


def above(places: Ints, share: float, has_number: npt.NDArray[np.bool_]) -> Ints:
    """Return the most children above its number that each setting takes, `places` being … x setting. [children]"""
    return np.asarray(np.floor(share * places * has_number + 1e-9).astype(np.int64))


def with_those_there(
    room: Ints, years_on: Sequence[int], is_listed: npt.NDArray[np.bool_], roll: Ints, growth: float
) -> Ints:
    """Return year x setting: places, those of settings without a number being today's children, growing.

    Parameters
    ----------
    room
        year x setting: places as listed, and those that a project opens. [places]
    years_on
        Years from today to each of them.
    is_listed
        By setting: whether its number of places is known.
    roll
        By setting, the area's children there today. [children]
    growth
        A year. [share]
    """
    grown = np.floor(roll * (1 + growth) ** np.asarray(years_on)[:, None] + 1e-9).astype(np.int64)
    return np.asarray(np.where(is_listed, room, room + grown))
