"""Whether a sign or an order changes between the middle of a range and its ends, and by more than chance could do."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SURE: Final = 3.0  # standard errors beyond which a change is not put down to chance in single children


def is_alike(before: Floats, after: Floats) -> bool:
    """Return whether two readings are the same, but for what a computer rounds off."""
    return bool(np.allclose(before, after, rtol=1e-9, atol=0.005))  # half a penny


def is_moved(before: Floats, after: Floats) -> bool:
    """Return whether the mean over draws moves by more than chance, judged by what moves within each draw.

    It does where every draw moves the same way, or the mean by more than three standard errors.

    Examples
    --------
    >>> is_moved(np.array([1.0, 5.0, 9.0]), np.array([2.0, 6.1, 9.9]))
    True
    >>> is_moved(np.array([1.0, 5.0, 9.0]), np.array([4.0, 2.0, 9.1]))
    False
    """
    if is_alike(before, after):
        return False
    change = np.asarray(after) - np.asarray(before)
    if (change >= 0).all() or (change <= 0).all():
        return True  # futures differ in how far, and none goes the other way
    error = change.std(ddof=1) / np.sqrt(len(change))
    return bool(abs(change.mean()) > SURE * error)


def flips(middle: Floats, end: Floats) -> bool:
    """Return whether the mean has the other sign at the end, and has moved there by more than chance."""
    return bool(middle.mean() * end.mean() < 0) and is_moved(middle, end)


def reordered(middle: Floats, end: Floats, *, leader_only: bool) -> bool:
    """Return whether columns of draw x item change order by their means, by more than chance.

    `leader_only` looks at the first alone, where there are so many items that some pair always changes places.
    """
    first = int(middle.mean(axis=0).argmax())
    items = range(middle.shape[1])
    pairs = (
        [(first, j) for j in items if j != first] if leader_only else [(i, j) for i in items for j in items if i < j]
    )
    return any(flips(middle[:, i] - middle[:, j], end[:, i] - end[:, j]) for i, j in pairs)


def turns_at(values: tuple[float, float, float], effects: tuple[float, float, float]) -> float:
    """Return where a line through low, middle and high crosses nothing, nearest the middle; NaN where it doesn't.

    Examples
    --------
    >>> turns_at((0.0, 10.0, 20.0), (-5.0, 5.0, 6.0))
    5.0
    """
    crossings = []
    for end in (0, 2):
        if effects[1] * effects[end] < 0:
            share = effects[1] / (effects[1] - effects[end])
            crossings.append(values[1] + share * (values[end] - values[1]))
    return min(crossings, key=lambda at: abs(at - values[1]), default=float("nan"))
