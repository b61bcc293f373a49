"""Marks kept apart: those that would lie on one another are moved a little, and joined to their places by a line."""

from __future__ import annotations

import numpy as np

from sufficiency.report.look.ground import Floats

ROUNDS = 120
GAP = 1.5  # between two marks [pixels]
PULL = 0.04  # towards its own place, in each round


def apart(points: Floats, radii: Floats) -> Floats:
    """Return where marks stand so that none covers another, each as near its own place as a few rounds of pushing leave it.

    Parameters
    ----------
    points
        mark x (x, y): where each belongs. [pixels]
    radii
        Of each mark. [pixels]
    """
    found = points.astype(float).copy()
    count = len(found)
    if count < 2:
        return found
    turn = np.arange(count) * 2.399963  # golden angle: marks at one point leave it in directions of their own
    found += 1e-3 * np.column_stack([np.cos(turn), np.sin(turn)])
    least = radii[:, None] + radii[None, :] + GAP
    for number in range(ROUNDS):
        away = found[:, None, :] - found[None, :, :]
        distance = np.hypot(away[..., 0], away[..., 1]) + np.eye(count)
        overlap = np.where(distance < least, (least - distance) / 2, 0.0)
        np.fill_diagonal(overlap, 0.0)
        if not overlap.any():
            break
        found += (away / distance[..., None] * overlap[..., None]).sum(axis=1) * 0.6
        if number < ROUNDS // 2:
            found += (points - found) * PULL
    return found
