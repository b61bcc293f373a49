"""The ground that a map is drawn on: an area's zones as shapes on the British National Grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry import MultiPoint, shape
from shapely.geometry.base import BaseGeometry

from sufficiency.area.area import Area

Floats = npt.NDArray[np.float64]

WIDTH: Final = 720  # of a picture [pixels]


@dataclass(frozen=True, eq=False)
class Ground:
    """An area's shapes on the British National Grid. [m]"""

    shapes: Mapping[str, BaseGeometry]
    is_thiessen: bool
    bounds: tuple[float, float, float, float]

    @property
    def scale(self) -> float:
        """Pixels a metre."""
        return WIDTH / (self.bounds[2] - self.bounds[0])

    @property
    def height(self) -> float:
        """Height of the picture. [pixels]"""
        return (self.bounds[3] - self.bounds[1]) * self.scale

    def pixels(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return pixels from grid metres; north is up."""
        return (np.asarray(easting) - self.bounds[0]) * self.scale, (self.bounds[3] - np.asarray(northing)) * self.scale


@lru_cache(maxsize=4)
def ground(area: Area) -> Ground:
    """Return the shapes of an area's zones: its boundaries, or Thiessen cells where it has none."""
    shapes = _from_boundaries(area) or {}
    missing = set(area.zones["zone"]) - set(shapes)
    is_thiessen = bool(missing)
    if is_thiessen:
        shapes = _thiessen(area.zones)
    left, bottom, right, top = shapely.total_bounds(np.array(list(shapes.values())))
    edge = 0.03 * (right - left)
    return Ground(shapes, is_thiessen, (left - edge, bottom - edge, right + edge, top + edge))


def outlines(area: Area) -> list[tuple[Floats, str]]:
    """Return the outer rings of the zones' shapes, each with its zone. [m]"""
    return [
        (np.asarray(part.exterior.coords), zone)
        for zone, g in ground(area).shapes.items()
        for part in shapely.get_parts(g)
    ]


def _from_boundaries(area: Area) -> dict[str, BaseGeometry]:
    """Return boundaries by zone, projected to the grid where they are in longitude and latitude."""
    if area.boundaries is None:
        return {}
    from pyproj import Transformer

    shapes = {f["properties"]["zone"]: shape(f["geometry"]) for f in area.boundaries["features"]}
    if all(abs(g.bounds[0]) <= 180 for g in shapes.values()):
        grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
        shapes = {
            z: shapely.transform(g, lambda p: np.column_stack(grid.transform(p[:, 0], p[:, 1])))
            for z, g in shapes.items()
        }
    return {zone: shapes[zone] for zone in area.zones["zone"] if zone in shapes}


def _thiessen(zones: pd.DataFrame) -> dict[str, BaseGeometry]:
    points = shapely.points(zones["easting"].to_numpy(), zones["northing"].to_numpy())
    if len(points) == 1:
        return {zones["zone"].iloc[0]: points[0].buffer(2_000)}
    hull = MultiPoint(list(points)).convex_hull.buffer(2_000)
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(list(points)), extend_to=hull))
    tree = shapely.STRtree(cells)
    inside = tree.query(points, predicate="within")
    return {zones["zone"].iloc[p]: cells[c].intersection(hull) for p, c in inside.T}
