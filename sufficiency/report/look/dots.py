"""Points spread evenly inside a shape, the same each time: one for each child, nowhere near a home."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

STEP = np.array(
    [0.7548776662466927, 0.5698402909980532]
)  # Roberts's sequence: each point falls where there is most room


def scattered(shapes: Mapping[str, BaseGeometry], counts: pd.Series) -> pd.DataFrame:
    """Return easting and northing of points: as many inside each shape as `counts` has for it. [m]"""
    found = [
        _inside(shapes[str(name)], int(count)) for name, count in counts.items() if count > 0 and str(name) in shapes
    ]
    points = np.concatenate([np.empty((0, 2)), *found])
    return pd.DataFrame(points, columns=["easting", "northing"])


def _inside(shape: BaseGeometry, count: int) -> np.ndarray:
    left, bottom, right, top = shape.bounds
    shapely.prepare(shape)
    kept, tried, first = np.empty((0, 2)), 0, 4 * count + 16
    while len(kept) < count:
        unit = (0.5 + np.arange(tried, tried + first)[:, None] * STEP) % 1.0
        points = np.array([left, bottom]) + unit * np.array([right - left, top - bottom])
        kept = np.concatenate([kept, points[shapely.contains_xy(shape, points[:, 0], points[:, 1])]])
        tried += first
    return kept[:count]
