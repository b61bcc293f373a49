"""What a chart tells: heights of bars, points of lines and numbers written, read from what Matplotlib draws, and taken out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PolyCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator

from sufficiency.report.disclosure.suppress import HIDDEN

COLUMNS: Final = ("panel", "series", "along", "place", "year", "value")
NEAR: Final = 0.49  # of a tick, or of a January


@dataclass(frozen=True)
class Mark:
    """One number as it is drawn: what it stands beside, where, and how to take it out."""

    panel: str
    series: str
    along: str  # the tick that it stands at
    x: float
    value: float  # not a number where it is hidden
    take_out: Callable[[], object]


def drawn(figure: Figure) -> pd.DataFrame:
    """Return the numbers that a chart draws, each with what it stands beside: panel, series, along, place, year, value.

    `place` is a mark's place among those of one January from the left, and `year` the January, where the axis has years.
    What is hidden has no value. A number written in a chart is read at its ticks: series, and along.
    """
    marks = list(_marks(figure))
    table = pd.DataFrame(
        [(m.panel, m.series, m.along, m.x, m.value) for m in marks], columns=[*COLUMNS[:3], "x", "value"]
    )
    table = table.astype({"x": "float64", "value": "float64"})
    years = table["x"].round()
    table["year"] = years.where(years.between(1990, 2100)).astype("Int64")
    in_year = table[table["year"].notna()].groupby(["panel", "year"])["x"]
    table["place"] = (in_year.rank(method="dense") - 1).reindex(table.index).astype("Int64")
    return table[list(COLUMNS)]


def take_out(figure: Figure, rows: Collection[object]) -> None:
    """Take some marks out of a chart, by their rows in what `drawn` returns."""
    for row, mark in enumerate(list(_marks(figure))):
        if row in rows:
            mark.take_out()


def _marks(figure: Figure) -> Iterator[Mark]:
    for axis in figure.axes:
        if axis.get_visible():
            yield from _of_axis(axis, axis.get_title(loc="left") or axis.get_title())


def _of_axis(axis: Axes, panel: str) -> Iterator[Mark]:
    along, up = _ticks(axis.xaxis), _ticks(axis.yaxis)
    for bars in axis.containers:
        if isinstance(bars, BarContainer):
            is_flat = bars.orientation == "horizontal"
            for bar in bars.patches:
                (x, y), wide, high = bar.get_xy(), bar.get_width(), bar.get_height()
                at, value = (y + high / 2, wide) if is_flat else (x + wide / 2, high)
                out = partial(_without_bar, axis, bar, is_flat=is_flat)
                yield Mark(panel, str(bars.get_label()), _near(up if is_flat else along, at), at, value, out)
    for line in axis.lines:
        points = np.column_stack([np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)])
        for at, (x, y) in enumerate(points):
            out = partial(_without_point, axis, line, at)
            yield Mark(panel, str(line.get_label()), _near(along, x), x, y, out)
    for text in axis.texts:
        number = pd.to_numeric(text.get_text().replace(",", ""), errors="coerce")
        if np.isfinite(number) or text.get_text() == HIDDEN:
            x, y = _spot(text)
            yield Mark(panel, _near(up, y), _near(along, x), x, float(number), partial(text.set_text, HIDDEN))


def _spot(text: Any) -> tuple[float, float]:
    """Return what a text stands at, in the numbers of its axis: an annotation may be written beside it."""
    x, y = getattr(text, "xy", None) or text.get_position()
    return float(x), float(y)


def _without_bar(axis: Axes, bar: Rectangle, *, is_flat: bool) -> None:
    """Take out a bar; those stacked on it come down, so that no gap tells how high it was."""
    (x, y), wide, high = bar.get_xy(), bar.get_width(), bar.get_height()
    if not np.isfinite(wide if is_flat else high):
        return
    for bars in axis.containers:
        for other in bars.patches if isinstance(bars, BarContainer) else ():
            its_x, its_y = other.get_xy()
            if other is bar:
                continue
            if is_flat and np.isclose(its_y, y) and its_x >= x + wide - 1e-9:
                other.set_x(its_x - wide)
            if not is_flat and np.isclose(its_x, x) and its_y >= y + high - 1e-9:
                other.set_y(its_y - high)
    if is_flat:
        bar.set_width(np.nan)
    else:
        bar.set_height(np.nan)


def _without_point(axis: Axes, line: Line2D, at: int) -> None:
    """Take out a point of a line, and what a band tells of the same January."""
    x, heights = float(np.asarray(line.get_xdata(), float)[at]), np.asarray(line.get_ydata(), float).copy()
    heights[at] = np.nan
    line.set_ydata(heights)
    for band in axis.collections:
        if isinstance(band, PolyCollection):
            corners = [np.asarray(path.vertices, dtype=float) for path in band.get_paths()]
            kept = [each[~np.isclose(each[:, 0], x)] for each in corners]
            band.set_verts([each for each in kept if len(each)])


def _ticks(axis: Axis) -> dict[float, str]:
    """Return the labels of an axis of names, by their places; nothing of an axis of numbers."""
    names, places = axis.get_major_formatter(), axis.get_major_locator()
    if not isinstance(places, FixedLocator):
        return {}
    return {float(at): str(names(at, place)) for place, at in enumerate(axis.get_ticklocs())}


def _near(ticks: dict[float, str], at: float) -> str:
    if not ticks:
        return ""
    nearest = min(ticks, key=lambda tick: abs(tick - at))
    return ticks[nearest] if abs(nearest - at) <= NEAR else ""
