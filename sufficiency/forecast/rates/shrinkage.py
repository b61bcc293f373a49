"""Rates of many thin cells, each drawn towards those that share its age, setting or need.

A cell's log odds are a level plus an effect for every margin it belongs to; each effect pays for its size as if so many
children had been seen without it, so that a margin with many children speaks and one with few stays silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDS: Final = 40  # of coordinate steps; effects settle within about 20


def shrunk(events: Floats, exposed: Floats, weights: Mapping[tuple[int, ...], float]) -> Floats:
    """Return the rate of an event in each cell: the shape of `events`, every value between 0 and 1.

    Parameters
    ----------
    events, exposed
        Children with the event, and children: arrays of one shape. [children]
    weights
        For each set of axes whose combination has an effect of its own, the penalty on it: about the information
        [children x rate x (1 - rate)] at which an effect is believed by half.
    """
    cells = np.flatnonzero(exposed)
    if not len(cells) or not events.any():
        return np.zeros_like(events)
    k, n = events.ravel()[cells], exposed.ravel()[cells]
    margins = [(_margin(events.shape, axes), weight) for axes, weight in weights.items()]
    effects = [np.zeros(int(index.max()) + 1) for index, _ in margins]
    level = np.log(k.sum() / max(n.sum() - k.sum(), 0.5))
    for _ in range(ROUNDS):
        for effect, (index, weight) in zip(effects, margins, strict=True):
            at = index[cells]
            p = _share(level + sum(e[i[cells]] for e, (i, _) in zip(effects, margins, strict=True)))
            slope = np.bincount(at, k - n * p, len(effect)) - weight * effect
            curve = np.bincount(at, n * p * (1 - p), len(effect)) + weight
            effect += np.clip(slope / curve, -1, 1)
        p = _share(level + sum(e[i[cells]] for e, (i, _) in zip(effects, margins, strict=True)))
        level += np.clip((k - n * p).sum() / max((n * p * (1 - p)).sum(), 1e-9), -1, 1)
    whole = level + sum(e[i] for e, (i, _) in zip(effects, margins, strict=True))
    return _share(whole).reshape(events.shape)


def nearby(count: int, reach: float) -> Floats:
    """Return weights of each of `count` neighbours in a row for each other: 1 for itself, falling by exp(-reach) a step."""
    steps = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    return np.asarray(np.exp(-reach * steps))


def shares(weights: Floats, axes: int | tuple[int, ...]) -> Floats:
    """Return weights divided by their sum over `axes`; zeros stay where the sum is nil."""
    total = weights.sum(axis=axes, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1.0))


def _margin(shape: tuple[int, ...], axes: tuple[int, ...]) -> NDArray[np.int64]:
    """Return, for every cell, the position of its combination of labels on `axes`."""
    found = np.zeros(shape, dtype=np.int64)
    for axis in axes:
        along = np.arange(shape[axis]).reshape([-1 if a == axis else 1 for a in range(len(shape))])
        found = found * shape[axis] + along
    return found.ravel()


def _share(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logit)))
