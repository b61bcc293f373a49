"""What a chart tells: heights of bars, points of lines and numbers written, read from what Matplotlib draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from sufficiency.report.disclosure.suppress import HIDDEN

COLUMNS: Final = ("panel", "series", "along", "place", "year", "value")
NEAR: Final = 0.49  # of a tick, or of a January


def drawn(figure: Figure) -> pd.DataFrame:
    """Return the numbers that a chart draws, each with what it stands beside: panel, series, along, place, year, value.

    `along` is the tick that a mark stands at, `place` its place among the marks of one January from the left, and `year`
    the January, where the axis has years. What is hidden has no value. A number written in a chart is read at its ticks: along, and series.
    """
    rows: list[tuple[object, ...]] = []
    for axis in figure.axes:
        if axis.get_visible():
            rows += [(axis.get_title(loc="left") or axis.get_title(), *row) for row in _marks(axis)]
    table = pd.DataFrame(rows, columns=[*COLUMNS[:3], "x", "value"]).astype({"value": "float64"})
    years = pd.to_numeric(table["x"], errors="coerce").round()
    table["year"] = years.where(years.between(1990, 2100)).astype("Int64")
    in_year = table[table["year"].notna()].groupby(["panel", "year"])["x"]
    table["place"] = (in_year.rank(method="dense") - 1).reindex(table.index).astype("Int64")
    return table[list(COLUMNS)]


def _marks(axis: Axes) -> Iterator[tuple[str, str, object, float]]:
    """Yield series, tick, x and value of what is drawn on one axis."""
    along, up = _ticks(axis.xaxis), _ticks(axis.yaxis)
    for bars in axis.containers:
        if isinstance(bars, BarContainer):
            is_flat = bars.orientation == "horizontal"
            for patch in bars.patches:
                (x, y), wide, high = patch.get_xy(), patch.get_width(), patch.get_height()
                at, value = (y + high / 2, wide) if is_flat else (x + wide / 2, high)
                yield str(bars.get_label()), _near(up if is_flat else along, at), at, value
    for line in axis.lines:
        for x, y in np.column_stack([np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)]):
            yield str(line.get_label()), _near(along, x), x, y
    for text in axis.texts:
        number = pd.to_numeric(text.get_text().replace(",", ""), errors="coerce")
        if np.isfinite(number) or text.get_text() == HIDDEN:
            x, y = text.get_position()
            yield _near(up, float(y)), _near(along, float(x)), float(x), float(number)


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
