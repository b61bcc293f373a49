"""Whether a point is on land in Great Britain: it catches a slipped digit, a swapped pair and another island's grid.

`coast.csv` holds the coast with two kilometres of shore around it, compiled by `data/compile_coast.py` from the districts
of the Office for National Statistics (Open Government Licence v3.0; contains OS data © Crown copyright and database right).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

UNIT_M: Final = 100  # of the table


def is_in_great_britain(easting: pd.Series, northing: pd.Series) -> pd.Series:
    """Return whether each British National Grid point is on land, or within two kilometres of it. [m]"""
    from shapely import contains_xy

    land = contains_xy(_land(), easting.to_numpy(dtype=np.float64), northing.to_numpy(dtype=np.float64))
    return pd.Series(land, index=easting.index, dtype="bool")


@cache
def _land() -> BaseGeometry:
    from shapely import prepare, union_all
    from shapely.geometry import Polygon

    rings = pd.read_csv(str(resources.files("sufficiency.area") / "coast.csv"))
    points = rings[["easting_100m", "northing_100m"]].to_numpy() * UNIT_M
    land = union_all([Polygon(points[rows]).buffer(0) for rows in rings.groupby("ring").indices.values()])
    prepare(land)
    return land
