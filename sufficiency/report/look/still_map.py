"""A map as a still picture: for Word, for a notebook, for a file."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Affine2D

from sufficiency.area.area import Area
from sufficiency.report.look.labels import BOLD, LINE, Label, width_of
from sufficiency.report.look.layout import WIDTH, Layout, View, laid_out
from sufficiency.report.look.legend import CELLS, EDGE, FLOW, Entry, flow_width, legend
from sufficiency.report.look.outlines import outlines, pieces
from sufficiency.report.look.picture import FULLNESS, Picture

INK: Final = "#1d2b36"
INCHES: Final = 7.4
POINT: Final = 72 * INCHES / WIDTH  # of a pixel of the picture [points]
PLAIN: Final = "#f7f5f0"  # ground that nothing shades
BEYOND: Final = "#e9edf0"  # districts that a map is not of
ROW: Final = 21.0  # of the legend [pixels]
FACES: Final = {
    "district": (INK, "bold"),
    "inset": (INK, "bold"),
    "town": ("#3b4954", "normal"),
    "school": (INK, "normal"),
    "part": ("#5b6b78", "normal"),
}
SIGNS: Final = {
    "circle": Path.unit_circle(),
    "square": Path([(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88), (-0.88, -0.88)]),
    "diamond": Path([(0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0), (0, -1.15)]),
}


def still(area: Area, picture: Picture) -> Figure:
    """Return a map as a Matplotlib figure, in the January that the picture shows first."""
    layout = laid_out(area, picture)
    entries = _rows(legend(picture, layout, [picture.year]))
    height = layout.height + ROW * (entries[-1][1] + 1) + 10 + (ROW if layout.ground.is_thiessen else 0)
    figure = Figure(figsize=(INCHES, INCHES * height / WIDTH))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(0, WIDTH), ylim=(height, 0))
    axis.axis("off")
    for view in layout.views:
        _ground(axis, picture, layout, view)
    if picture.flows is not None and len(picture.flows):
        _flows(axis, picture.flows, layout.main)
    for dots in picture.dots:
        for view in layout.views:
            inside = dots.places[view.holds(dots.places)]
            xy = view.pixels(inside["easting"], inside["northing"])
            axis.scatter(xy[:, 0], xy[:, 1], s=5.5, c=dots.colour, linewidths=0, alpha=0.85)
    _marks(axis, picture, layout)
    for label in layout.labels["wide"]:
        _name(axis, label, picture)
    for x, y in layout.towns:
        axis.plot(x, y, "o", color="#5b6b78", markersize=2.2, zorder=2.2)
    for entry, row, x in entries:
        _entry(axis, entry, x, layout.height + 14 + ROW * row)
    if layout.ground.is_thiessen:
        axis.text(4, height - ROW / 2, CELLS, fontsize=11 * POINT, va="center", color=INK)
    return figure


def _ground(axis: Axes, picture: Picture, layout: Layout, view: View) -> None:
    rings = outlines(layout.ground, view)
    if view is not layout.main:
        axis.add_patch(
            Rectangle((view.left, view.top), view.width, view.height, facecolor="white", edgecolor="none", zorder=1)
        )
    shapes = [
        (ring, colour_of(picture, layout, name))
        for name, (_, found) in pieces(picture, layout.ground, view).items()
        for ring in found
    ]
    thin = PolyCollection(
        [r for r, _ in shapes], facecolors=[c for _, c in shapes], edgecolors="#aab6bf", linewidths=0.3, zorder=1
    )
    axis.add_collection(thin)
    thick = LineCollection(
        [ring for found in rings.districts.values() for ring in found], colors=EDGE, linewidths=0.9, zorder=1.5
    )
    axis.add_collection(thick)
    if view is not layout.main:
        left, bottom, right, top = view.bounds
        (x, y), (x2, y2) = layout.main.pixels(left, top)[0], layout.main.pixels(right, bottom)[0]
        for box in ((view.left, view.top, view.width, view.height), (x, y, x2 - x, y2 - y)):
            axis.add_patch(Rectangle(box[:2], *box[2:], facecolor="none", edgecolor=INK, linewidth=0.8, zorder=4))


def colour_of(picture: Picture, layout: Layout, name: str) -> str:
    """Return the colour of a part or a district in the January shown first."""
    shaded = picture.shaded
    if picture.scale is not None and shaded is not None:
        value = shaded.at[name, picture.year] if name in shaded.index else np.nan
        return picture.scale.colour(float(value))
    district = layout.ground.district_of.get(name, name)
    return PLAIN if picture.district in (None, district) else BEYOND


def _flows(axis: Axes, flows: pd.DataFrame, view: View) -> None:
    most = float(flows["children"].max())
    start = view.pixels(flows["easting_from"], flows["northing_from"])
    end = view.pixels(flows["easting"], flows["northing"])
    widths = [flow_width(c, most) * POINT for c in flows["children"]]
    axis.add_collection(
        LineCollection(list(np.stack([start, end], axis=1)), linewidths=widths, colors=FLOW, alpha=0.55, zorder=2)
    )


def _marks(axis: Axes, picture: Picture, layout: Layout) -> None:
    moved = [((m.true_x, m.true_y), (m.x, m.y)) for m in layout.marks if m.is_moved]
    axis.add_collection(LineCollection(moved, colors=EDGE, linewidths=0.7, zorder=2.5))
    for mark in layout.marks:
        colour = FULLNESS[picture.full(mark.setting, picture.year)][1]
        axis.add_collection(_sign(mark.shape, mark.x, mark.y, mark.radius, colour))


def _sign(shape: str, x: float, y: float, radius: float, colour: str) -> PathCollection:
    path = SIGNS[shape].transformed(Affine2D().scale(radius).translate(x, y))
    return PathCollection([path], facecolors=colour, edgecolors=INK, linewidths=0.8, zorder=3)


def _name(axis: Axes, label: Label, picture: Picture) -> None:
    colour, weight = FACES[label.kind]
    lines = label.text.split("\n")
    if label.kind == "district" and picture.numbers is not None:
        lines[-1] = str(picture.numbers.at[label.key, picture.year])
    for number, line in enumerate(lines):
        y = label.y + (number - (len(lines) - 1) / 2) * LINE * label.size
        at = {"start": "left", "middle": "center", "end": "right"}[label.anchor]
        axis.text(
            label.x,
            y,
            line,
            ha=at,
            va="center",
            fontsize=label.size * POINT * 0.97,
            color=colour,
            weight=weight,
            zorder=5,
            path_effects=[withStroke(linewidth=1.8, foreground="white")],
        )


def _rows(groups: list[tuple[str, list[Entry]]]) -> list[tuple[Entry, int, float]]:
    """Return each entry with the row and the place along it where it stands; every group begins a row."""
    found: list[tuple[Entry, int, float]] = []
    row = -1
    for title, entries in groups:
        row, x = row + 1, 6.0
        heading = [Entry("", INK, title[:1].upper() + title[1:])] if title else []
        for entry in [*heading, *entries]:
            wide = 26 * bool(entry.sign) + width_of(entry.words, 11.5) * (1.0 if entry.sign else BOLD) + 14
            if x + wide > WIDTH and x > 6.0:
                row, x = row + 1, 20.0
            found.append((entry, row, x))
            x += wide
    return found


def _entry(axis: Axes, entry: Entry, x: float, y: float) -> None:
    if entry.sign == "box":
        axis.add_patch(Rectangle((x + 3, y - 6), 16, 12, facecolor=entry.colour, edgecolor="#8a9aa6", linewidth=0.6))
    elif entry.sign in ("line", "leader"):
        axis.plot([x, x + 20], [y, y], color=entry.colour, linewidth=entry.size * POINT, solid_capstyle="butt")
    elif entry.sign == "number":
        axis.text(x + 11, y, "12", fontsize=11 * POINT, va="center", ha="center", color=INK, weight="bold")
    elif entry.sign:
        shape = "circle" if entry.sign == "dot" else entry.sign
        axis.add_collection(_sign(shape, x + 11, y, 5.5, entry.colour))
    words = x + (26 if entry.sign else 0)
    axis.text(
        words, y, entry.words, fontsize=11 * POINT, va="center", color=INK, weight="normal" if entry.sign else "bold"
    )
