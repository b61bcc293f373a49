"""The ground that a map is drawn on: an area's neighbourhoods and districts as shapes on the British National Grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry import MultiPoint, shape
from shapely.geometry.base import BaseGeometry

from sufficiency.area.area import Area

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]  # left, bottom, right, top [m]


@dataclass(frozen=True, eq=False)
class Ground:
    """An area's shapes on the British National Grid. [m]

    Attributes
    ----------
    zones
        Zone -> its shape.
    parts
        What a map shades: neighbourhoods where zones have such names, else zones; the part's code -> its shape.
    part_of
        Zone -> the code of its part.
    names
        Part -> what a reader calls it, its district after it.
    district_of
        Part -> its district.
    districts
        District -> its shape.
    is_thiessen
        Whether shapes stand in for boundaries that the area lacks.
    """

    zones: Mapping[str, BaseGeometry]
    parts: Mapping[str, BaseGeometry]
    part_of: pd.Series
    names: Mapping[str, str]
    district_of: Mapping[str, str]
    districts: Mapping[str, BaseGeometry]
    is_thiessen: bool

    def around(self, district: str | None = None, edge: float = 0.03) -> Bounds:
        """Return the bounds of a district, or of the whole, with an edge on every side."""
        shapes = list(self.districts.values()) if district is None else [self.districts[district]]
        left, bottom, right, top = shapely.total_bounds(np.array(shapes))
        by = edge * max(right - left, top - bottom)
        return left - by, bottom - by, right + by, top + by


@lru_cache(maxsize=4)
def ground(area: Area) -> Ground:
    """Return the shapes of an area: its boundaries, or Thiessen cells of its zones' middles where it has none."""
    homes = area.zones
    shapes = _from_boundaries(area, homes) or {}
    is_thiessen = bool(set(homes["zone"]) - set(shapes))
    if is_thiessen:
        shapes = _thiessen(homes)
    given = homes["neighbourhood"] if "neighbourhood" in homes else pd.Series("", homes.index)
    named = given.fillna("").astype(str)
    part = (homes["district"] + ": " + named).where(named.ne(""), homes["zone"])
    called = named.where(named.ne(""), homes["name"].fillna("").astype(str)).replace("", pd.NA).fillna(homes["zone"])
    first = pd.DataFrame({"name": called, "district": homes["district"], "part": part}).drop_duplicates("part")
    first = first.set_index("part")
    return Ground(
        zones=shapes,
        parts=_joined(shapes, homes["zone"], part),
        part_of=pd.Series(part.to_numpy(), index=homes["zone"].to_numpy()),
        names=(first["name"] + ", " + first["district"])
        .where(first["name"] != first["district"], first["name"])
        .to_dict(),
        district_of=first["district"].to_dict(),
        districts=_joined(shapes, homes["zone"], homes["district"]),
        is_thiessen=is_thiessen,
    )


def _joined(shapes: Mapping[str, BaseGeometry], zones: pd.Series, of: pd.Series) -> dict[str, BaseGeometry]:
    """Return the shapes of zones joined to what they are part of."""
    return {
        str(name): shapely.union_all([shapes[zone] for zone in zones[rows]])
        for name, rows in zones.groupby(of).groups.items()
    }


def _from_boundaries(area: Area, homes: pd.DataFrame) -> dict[str, BaseGeometry]:
    """Return boundaries by zone, projected to the grid where they are in longitude and latitude."""
    if area.boundaries is None:
        return {}
    from pyproj import Transformer

    shapes = {f["properties"]["zone"]: shape(f["geometry"]) for f in area.boundaries["features"]}
    if all(abs(g.bounds[0]) <= 180 for g in shapes.values()):
        grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
        codes = list(shapes)
        projected = shapely.transform(
            np.array([shapes[c] for c in codes]), lambda p: np.column_stack(grid.transform(p[:, 0], p[:, 1]))
        )
        shapes = dict(zip(codes, projected, strict=True))
    return {zone: shapes[zone] for zone in homes["zone"] if zone in shapes}


def _thiessen(zones: pd.DataFrame) -> dict[str, BaseGeometry]:
    points = shapely.points(zones["easting"].to_numpy(), zones["northing"].to_numpy())
    if len(points) == 1:
        return {zones["zone"].iloc[0]: points[0].buffer(2_000)}
    hull = MultiPoint(list(points)).convex_hull.buffer(2_000)
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(list(points)), extend_to=hull))
    tree = shapely.STRtree(cells)
    inside = tree.query(points, predicate="within")
    return {zones["zone"].iloc[p]: cells[c].intersection(hull) for p, c in inside.T}
