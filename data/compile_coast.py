"""Compile `sufficiency/area/coast.csv`: the land of Great Britain and two kilometres of shore around it, as rings of points.

    python data/compile_coast.py LAD.json

LAD.json: local authority districts of Great Britain (ONS, December 2013, generalised, clipped to the coastline) as
GeoJSON or TopoJSON in longitude and latitude; Open Government Licence v3.0, contains OS data © Crown copyright and
database right. Later districts differ inside the coast alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry import MultiPolygon, Polygon, shape

SHORE_M: Final = 2_000  # piers, harbours and flats, and what simplifying takes away
SIMPLER_M: Final = 600
UNIT_M: Final = 100  # of the table
OUT: Final = Path(__file__).parents[1] / "sufficiency" / "area" / "coast.csv"


def compiled(districts: dict[str, Any]) -> pd.DataFrame:
    """Return rings of land: ring, easting_100m, northing_100m; the largest first."""
    polygons = _from_topology(districts) if districts["type"] == "Topology" else _from_features(districts)
    to_grid = pyproj.Transformer.from_crs(4326, 27700, always_xy=True)
    land = shapely.transform(
        shapely.union_all(polygons), lambda points: np.column_stack(to_grid.transform(points[:, 0], points[:, 1]))
    )
    wider = land.buffer(SHORE_M)
    without_lakes = MultiPolygon([Polygon(part.exterior) for part in wider.geoms]).simplify(SIMPLER_M)
    rows = [
        (ring, round(east / UNIT_M), round(north / UNIT_M))
        for ring, part in enumerate(sorted(without_lakes.geoms, key=lambda p: -p.area), start=1)
        for east, north in list(part.exterior.coords)[:-1]
    ]
    return pd.DataFrame(rows, columns=["ring", "easting_100m", "northing_100m"])


def _from_features(districts: dict[str, Any]) -> list[Any]:
    return [shape(feature["geometry"]).buffer(0) for feature in districts["features"]]


def _from_topology(districts: dict[str, Any]) -> list[Polygon]:
    """Return the outer rings of a TopoJSON: each arc is steps from its first point, and runs backwards where its number is below 0."""
    scale, start = np.array(districts["transform"]["scale"]), np.array(districts["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + start for arc in districts["arcs"]]
    rings = []
    for area in next(iter(districts["objects"].values()))["geometries"]:
        for part in area["arcs"] if area["type"] == "MultiPolygon" else [area["arcs"]]:
            points = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in part[0]]
            rings.append(np.vstack([points[0], *(more[1:] for more in points[1:])]))
    return [Polygon(ring).buffer(0) for ring in rings if len(ring) >= 4]


if __name__ == "__main__":
    compiled(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).to_csv(OUT, index=False, lineterminator="\n")
