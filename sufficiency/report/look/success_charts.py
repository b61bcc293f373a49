"""Charts of how children fare: small multiples beside neighbours and England, and a funnel of schools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sufficiency.report.look.charts import COLOURS, FAINT, INK, panels
from sufficiency.success.funnel import LIMITS, Funnel
from sufficiency.words.say import label

OWN, BESIDE, WHOLE = COLOURS[0], COLOURS[1], FAINT
APART: Final = 0.09  # of an axis's height, between labels at the end of lines


@dataclass(frozen=True, eq=False)
class Panel:
    """One measure of one authority: its title, what it is in, and year, value, low, high, england, neighbours."""

    title: str
    unit: str
    years: pd.DataFrame


def multiples(parts: Sequence[Panel]) -> Figure:
    """Return one small chart for each measure: the authority's line with its range, its neighbours' and England's."""
    columns = min(3, len(parts))
    rows = -(-len(parts) // columns)
    figure, axes = panels(7.4, 2.0 * rows + 0.5, columns, rows)
    for axis, part in zip(axes, parts, strict=False):
        _panel(axis, part)
    for axis in axes[len(parts) :]:
        axis.set_visible(False)
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper left", ncols=len(names), fontsize=8.5, frameon=False)
    return figure


def _panel(axis: Axes, part: Panel) -> None:
    own = part.years.dropna(subset=["value"])
    shown = part.years[part.years["year"] >= own["year"].min()]
    ranged = own.dropna(subset=["low", "high"])
    axis.vlines(ranged["year"], ranged["low"], ranged["high"], color=OWN, linewidth=1.2, alpha=0.6)
    ends: list[tuple[float, float, str]] = []
    for column, colour, style, name in (
        ("england", WHOLE, ":", "England"),
        ("neighbours", BESIDE, "--", "Mean of statistical neighbours"),
        ("value", OWN, "o-", "This authority, with its range by chance"),
    ):
        line = shown.dropna(subset=[column])
        axis.plot(line["year"], line[column], style, color=colour, markersize=3.2, linewidth=1.6, label=name)
        if len(line):
            ends.append((float(line["year"].iloc[-1]), float(line[column].iloc[-1]), colour))
    axis.set_title(part.title, fontsize=8.3, loc="left", color=INK)
    axis.set_ylabel(part.unit, fontsize=7)
    axis.tick_params(labelsize=7.5)
    first, last = int(shown["year"].min()), int(shown["year"].max())
    axis.set_xlim(first - 0.3, last + 0.45 * max(last - first, 1) + 0.3)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=3))
    axis.set_xticks([first, last] if first < last else [last])
    axis.margins(y=0.18)
    _labels(axis, ends)


def _labels(axis: Axes, ends: Sequence[tuple[float, float, str]]) -> None:
    """Write the last value of each line beside its end, moved apart where two would lie on one another."""
    low, high = axis.get_ylim()
    step, at = APART * (high - low) * 1.3, -np.inf
    for year, value, colour in sorted(ends, key=lambda end: end[1]):
        at = max(value, at + step)
        axis.annotate(
            figure_of(value),
            (year, at),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color=colour,
        )


def figure_of(value: float) -> str:
    """Return a figure with as many digits as it needs: 0.23, 4.1, 1,383."""
    value = float(value)
    size = abs(value)
    text = (
        f"{value:,.0f}"
        if size >= 1000 or (size >= 100 and value.is_integer())
        else f"{value:.1f}"
        if size >= 1 or value == 0
        else f"{value:.2f}"
    )
    return text.replace("-", "−")


def funnel(found: Funnel, limit: int = 0) -> Figure:
    """Return schools by pupils and share at SEN Support, within the limits of chance; small counts are left out under a limit."""
    figure, axes = panels(7.4, 3.9, len(found.phases), 1)
    for axis, phase in zip(axes, found.phases.itertuples(), strict=True):
        schools = found.schools[found.schools["phase"] == phase.phase]
        count = schools["sen_support"]
        schools = schools[~((count >= 1) & (count < limit))]
        top = float(schools["pupils"].max()) * 1.04
        sizes = np.unique(np.round(np.geomspace(max(8.0, float(schools["pupils"].min()) * 0.8), top, 160)))
        edges = found.limits(str(phase.phase), sizes)
        for name, style in zip(LIMITS, ("--", "-"), strict=True):
            for end in ("low", "high"):
                axis.plot(
                    edges["pupils"],
                    edges[f"{end} {name}"],
                    style,
                    color=FAINT,
                    linewidth=0.9,
                    label=f"{name} limits" if end == "low" else None,
                )
        axis.axhline(phase.percent, color=INK, linewidth=0.9)
        for stands, colour, marker, name in (
            (("within", "rather above", "rather below"), "#9fb3c2", "o", "Within 99.8 % limits"),
            (("above",), COLOURS[1], "^", "Above them"),
            (("below",), COLOURS[0], "v", "Below them"),
        ):
            part = schools[schools["stands"].isin(stands)]
            axis.scatter(
                part["pupils"], part["percent"], s=15, color=colour, marker=marker, linewidth=0, label=name, zorder=3
            )
        axis.set_ylim(0, float(schools["percent"].max()) * 1.12)
        axis.set_xlim(0, top * 1.16)
        axis.annotate(
            f"{phase.percent:.1f}%", (top, phase.percent), xytext=(3, 3), textcoords="offset points", fontsize=8
        )
        axis.set_title(
            f"{label(str(phase.phase), 'phase')} schools: {len(schools)}", fontsize=9.5, loc="left", color=INK
        )
        axis.set_xlabel("pupils on roll")
        axis.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes[0].set_ylabel("% of pupils at SEN Support")
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper left", ncols=len(names), fontsize=8, frameon=False)
    return figure
