"""Whole children from rates, many cells at once: binomial and Poisson counts by inversion.

Most states hold a handful of children, so that most cells see no event: one uniform number settles them, and only the
rest are worked on. Where many events are expected NumPy's own generators are faster and are used.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sufficiency.split_mix import STRIDE, mixed

SMALLEST: Final = 1e-12  # chance below which no further count is looked for
MANY: Final = 12.0  # expected events in a cell above which NumPy's generator is the faster

Counts = NDArray[np.int32]


def binomial(
    rng: np.random.Generator, children: NDArray[np.integer], hazard: NDArray[np.floating]
) -> tuple[NDArray[np.int64], Counts]:
    """Return cells with events, and how many: each child has one with probability 1 - exp(-hazard).

    Parameters
    ----------
    children
        Whole numbers, one a cell, one dimension. [children]
    hazard
        Of the same length; infinite where every child must have the event.
    """
    held = np.flatnonzero(children)
    n = children[held].astype(np.float32)
    h = hazard[held].astype(np.float32)
    expected = n * h
    many = np.flatnonzero(expected > MANY)
    uniform = rng.random(len(children), dtype=np.float32)[held]  # one for each cell, whoever else there is
    any_event = uniform >= np.exp(-expected)
    any_event[many] = False
    few = np.flatnonzero(any_event)
    counts = _inverted(uniform[few], n[few], h[few])
    cells, found = held[few], counts
    if len(many):
        large = children[held[many]]
        drawn = rng.binomial(large, -np.expm1(-hazard[held[many]].astype(np.float64))).astype(np.int32)
        cells, found = np.concatenate([cells, held[many]]), np.concatenate([found, drawn])
        some = found > 0
        cells, found = cells[some], found[some]
    return cells, found


def _inverted(uniform: NDArray[np.float32], n: NDArray[np.float32], hazard: NDArray[np.float32]) -> Counts:
    """Return binomial counts of at least 1 for uniforms above the chance of none."""
    counts = np.ones(len(uniform), dtype=np.int32)
    children, rate = n.astype(np.float64), hazard.astype(np.float64)
    odds, none = np.expm1(rate), np.exp(-children * rate)
    single = none * children * odds
    left = np.flatnonzero((uniform >= none + single) & (counts < n))
    chance, reached = single[left], (none + single)[left]
    k = 1
    while len(left):
        k += 1
        counts[left] = k
        chance = chance * (children[left] - (k - 1)) / k * odds[left]
        reached = reached + chance
        further = np.flatnonzero((uniform[left] >= reached) & (k < n[left]) & (chance > SMALLEST))
        left, chance, reached = left[further], chance[further], reached[further]
    return counts


def poisson(rng: np.random.Generator, rate: NDArray[np.float32]) -> tuple[NDArray[np.int64], Counts]:
    """Return cells with arrivals, and how many, for expected arrivals `rate`, one a cell."""
    uniform = rng.random(len(rate), dtype=np.float32)
    many = np.flatnonzero(rate > MANY)
    any_event = uniform >= np.exp(-rate)
    any_event[many] = False
    cells = np.flatnonzero(any_event)
    u, r = uniform[cells], rate[cells].astype(np.float64)
    counts = np.ones(len(cells), dtype=np.int32)
    chance = np.exp(-r) * r
    reached = np.exp(-r) + chance
    left = np.flatnonzero(u >= reached)
    chance, reached = chance[left], reached[left]
    k = 1
    while len(left):
        k += 1
        counts[left] = k
        chance = chance * r[left] / k
        reached = reached + chance
        further = np.flatnonzero((u[left] >= reached) & (chance > SMALLEST))
        left, chance, reached = left[further], chance[further], reached[further]
    if len(many):
        drawn = rng.poisson(rate[many]).astype(np.int32)
        cells, counts = np.concatenate([cells, many]), np.concatenate([counts, drawn])
        some = counts > 0
        cells, counts = cells[some], counts[some]
    return cells, counts


def events(cells: NDArray[np.int64], counts: Counts) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return each event's cell, and a mark that tells it from every other event, the same whatever other cells hold."""
    ends = np.cumsum(counts, dtype=np.int64)
    each = np.repeat(cells, counts)
    within = np.arange(len(each)) - np.repeat(ends - counts, counts)
    return each, ((each << 16) + within).astype(np.uint64) * STRIDE


def uniforms(key: np.uint64, marks: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Return a uniform number for each event of `marks`, the same whatever other cells hold.

    Two runs that differ in some cells then share the chance of all others, so that a comparison shows what changed.
    """
    found = mixed(marks + key)
    np.right_shift(found, np.uint64(40), out=found)
    return found.astype(np.float32) * np.float32(2.0**-24)
