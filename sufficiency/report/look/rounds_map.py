"""A map of one school's rounds: lines from first stop to school, homes never nearer than the nearest kilometre."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from pyproj import Transformer

from sufficiency.area.area import Area
from sufficiency.outcome import Outcome
from sufficiency.report.look.charts import COLOURS, INK, sheet
from sufficiency.report.look.ground import Floats, ground
from sufficiency.words.geojson import Features, Shape
from sufficiency.words.say import CODES

EDGE_M: Final = 2_000


def rounds_map(outcome: Outcome, setting: str, year: int, *, seconds: float = 2, seed: int = 1) -> Figure:
    """Return a map of the rounds to one school in one January.

    Parameters
    ----------
    outcome
        Of `sufficiency.run`.
    setting, year
        The school, as settings.csv, and the January.
    seconds, seed
        As `sf.transport.rounds`.
    """
    plan = outcome.journeys.rounds(setting, year, seconds=seconds, seed=seed)
    return rounds_drawn(outcome.area, plan.geojson(homes="rounded"))


def rounds_drawn(area: Area, rounds: Features) -> Figure:
    """Return a map of rounds given as GeoJSON in longitude and latitude, over the area's zones."""
    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    lines = [(_on_grid(f["geometry"], to_grid), f["properties"]) for f in rounds["features"]]
    points = np.vstack([line for line, _ in lines])
    (left, bottom), (right, top) = points.min(axis=0) - EDGE_M, points.max(axis=0) + EDGE_M
    figure, axis = sheet(7.4, float(np.clip(7.0 * (top - bottom) / (right - left), 3.0, 8.0)))
    _ground(axis, area, (left, bottom, right, top))
    kinds = list(dict.fromkeys(p["vehicle"] for _, p in lines))
    for line, about in lines:
        colour = COLOURS[kinds.index(about["vehicle"]) % len(COLOURS)]
        axis.plot(*line.T, "-", color=colour, linewidth=0.8 + 0.25 * about["children"], alpha=0.75, zorder=2)
        axis.plot(*line[:-1].T, "o", color=colour, markersize=3, zorder=3)
    axis.plot(*lines[0][0][-1], marker="*", color=INK, markersize=16, markeredgecolor="white", zorder=4)
    axis.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axis.axis("off")
    marks = [
        Line2D(
            [], [], color=COLOURS[n % len(COLOURS)], marker="o", markersize=3, label=CODES["vehicle"].get(kind, kind)
        )
        for n, kind in enumerate(kinds)
    ]
    school = Line2D([], [], color=INK, marker="*", markersize=12, linewidth=0, label="School")
    figure.legend(handles=[*marks, school], loc="outside upper left", ncols=len(marks) + 1, frameon=False, fontsize=8.5)
    return figure


def _ground(axis: Axes, area: Area, bounds: tuple[float, float, float, float]) -> None:
    """Draw neighbourhoods, districts and the towns inside some bounds, with their names."""
    here = ground(area)
    for shapes, colour, width in ((here.parts, "#c3ced6", 0.4), (here.districts, "#33424e", 0.9)):
        rings = [np.asarray(p.exterior.coords) for g in shapes.values() for p in shapely.get_parts(g)]
        fill = "#f7f5f0" if shapes is here.parts else "none"
        axis.add_collection(PolyCollection(rings, facecolors=fill, edgecolors=colour, linewidths=width, zorder=1))
    left, bottom, right, top = bounds
    towns = area.towns[area.towns["easting"].between(left, right) & area.towns["northing"].between(bottom, top)]
    for town in towns.itertuples():
        about = [withStroke(linewidth=1.8, foreground="white")]
        axis.text(
            town.easting,
            town.northing,
            town.town,
            fontsize=8.5,
            ha="center",
            color="#3b4954",
            zorder=5,
            path_effects=about,
        )


def _on_grid(geometry: Shape, to_grid: Transformer) -> Floats:
    """Return a line's or a point's eastings and northings. [m]"""
    degrees = np.atleast_2d(np.asarray(geometry["coordinates"], dtype=float))
    return np.column_stack(to_grid.transform(degrees[:, 0], degrees[:, 1]))
