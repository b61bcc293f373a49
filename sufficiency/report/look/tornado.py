"""A tornado: how far each assumption moves an answer from its middle, the widest at the top, and where nothing lies."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sufficiency.report.look.axes import in_pounds, plainly
from sufficiency.report.look.charts import COLOURS, FAINT, INK, sheet
from sufficiency.varied.found import Sensitivity
from sufficiency.words.say import shown

MOST: Final = 12  # bars that can be read
LETTERS: Final = 52  # of a line that names an assumption


def tornado(found: Sensitivity, measure: str, *, scenario: str | None = None, most: int = MOST) -> Figure:
    """Return a chart of what moves a measure most: a bar from the effect at an assumption's low end to that at its high end.

    Parameters
    ----------
    found
        Of `sf.sensitivity`.
    measure
        One of its measures.
    scenario
        One of its scenarios; by default the first.
    most
        Bars to draw.
    """
    table = found.table(measure)
    which = scenario or found.scenarios[0]
    rows = table[(table["scenario"] == which) & table["is_moved"].astype(bool)].head(most)
    headline = found.measures[measure]
    how = "£" if headline.unit == "GBP" else "n"
    middle = float(found.middle.effects[which, measure].mean())
    figure, axis = sheet(7.4, 0.46 * max(len(rows), 1) + 1.2)
    names = []
    for place, row in enumerate(rows.itertuples()):
        bars = [("low", COLOURS[6], "At its low end"), ("high", COLOURS[0], "At its high end")]
        values = "%" if str(row.unit).startswith("share") else ""
        # The longer first, so that the shorter is seen where both go one way.
        for end, colour, name in sorted(bars, key=lambda bar: -abs(getattr(row, f"at_{bar[0]}") - middle)):
            at = getattr(row, f"at_{end}")
            axis.barh(
                -place,
                at - middle,
                left=middle,
                height=0.62,
                color=colour,
                label=name if place == 0 else None,
            )
        ends = sorted(((row.at_low, row.low), (row.at_high, row.high)))
        for (at, value), side in zip(ends, (-1, 1), strict=True):
            axis.annotate(
                shown(float(value), values),
                (min(at, middle) if side < 0 else max(at, middle), -place),
                xytext=(4 * side, 0),
                textcoords="offset points",
                va="center",
                ha="right" if side < 0 else "left",
                fontsize=7.5,
                color=FAINT,
            )
        words = textwrap.shorten(str(row.meaning), 2 * LETTERS - 4, placeholder=" …")
        names.append(textwrap.fill(f"{words}{' ±' if row.flips else ''}", LETTERS))
    axis.axvline(middle, color=INK, linewidth=1)
    if axis.get_xlim()[0] <= 0 <= axis.get_xlim()[1] or rows["flips"].any():
        axis.axvline(0, color=COLOURS[1], linewidth=1.4, linestyle=(0, (4, 2)), label="Nothing")
    axis.set_yticks(-np.arange(len(names)), names, fontsize=8)
    what = f"{'effect on ' if found.against else ''}{headline.says}, {found.years[measure]}"
    axis.set_xlabel(what[:1].upper() + what[1:] + (" (±: the sign turns)" if rows["flips"].any() else ""))
    axis.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axis.xaxis.set_major_formatter(FuncFormatter(in_pounds if how == "£" else plainly))
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")
    axis.margins(x=0.2)
    if len(rows):
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, fontsize=8.5, frameon=False)
    return figure
