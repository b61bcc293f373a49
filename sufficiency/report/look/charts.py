"""Charts: each a function from a tidy table to a Matplotlib figure, drawn alike, with intervals where there are any."""

from __future__ import annotations

import itertools
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sufficiency.report.disclosure.suppress import HIDDEN, hidden_cells, hidden_parts
from sufficiency.report.look.axes import in_pounds, plainly, tidy_axis
from sufficiency.words.say import label, shown

INK: Final = "#1d2b36"
FAINT: Final = "#5b6b78"
# Okabe and Ito's palette, which people with any colour vision can tell apart.
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a5c00", "#56b4e9", "#e69f00", "#444444")
LEGEND_LETTERS: Final = 110  # that fit across a chart, in a legend
STYLE: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
    "font.size": 9.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "sufficiency",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#dfe5ea",
    "axes.axisbelow": True,
    "legend.frameon": False,
}


def sheet(width: float = 7.4, height: float = 3.6) -> tuple[Figure, Axes]:
    """Return a figure in the house style, and its axis."""
    figure, (axis,) = panels(width, height, 1, 1)
    return figure, axis


def panels(width: float, height: float, columns: int, rows: int) -> tuple[Figure, list[Axes]]:
    """Return a figure in the house style, and an axis for each panel, row by row."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.flat)


def fan(
    summary: pd.DataFrame,
    value: str,
    *,
    unit: str,
    by: str | None = None,
    history: pd.DataFrame | None = None,
    low_zero: bool = True,
    limit: int = 0,
) -> Figure:
    """Return a fan chart: medians as lines, 90 % intervals as bands, the past as points.

    `summary` has year, `by`, level and `value`; `history` has year, `by` and `value`. Of several groups counts from 1 to
    one below `limit`, and those that would give them away, are not drawn.
    """
    if by is not None and limit > 1:
        summary = undrawn(summary, [by, "year"], value, limit)
        history = None if history is None else undrawn(history, [by, "year"], value, limit)
    groups = [None] if by is None else list(dict.fromkeys(summary[by]))
    columns = min(3, len(groups))
    rows = -(-len(groups) // columns)
    figure, axes = panels(7.4, 3.4 if rows == 1 else 2.3 * rows, columns, rows)
    for place, (axis, group) in enumerate(zip(axes, groups, strict=False)):
        part = summary if group is None else summary[summary[by] == group]
        _one_fan(axis, part, value, COLOURS[0])
        if history is not None:
            past = history if group is None else history[history[by] == group]
            axis.plot(past["year"], past[value], "o-", color=INK, markersize=3.5, linewidth=1, label="Counted")
        if group is not None:
            axis.set_title(label(str(group), by or ""), fontsize=9.5, loc="left", color=INK)
        if limit > 1:  # a panel may lack years
            axis.set_xlim(*_years_along(summary, history))
        tidy_axis(axis, unit if place % columns == 0 else "", low_zero=low_zero, ticks=6 if columns == 1 else 3)
    for axis in axes[len(groups) :]:
        axis.set_visible(False)
    if by is not None:
        shared_legend(figure, axes[0])
    else:
        axes[0].legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, fontsize=8.5, frameon=False)
    return figure


def _years_along(*frames: pd.DataFrame | None) -> tuple[float, float]:
    """Return where an axis of years begins and ends, a little beyond the first and the last."""
    years = pd.concat([frame["year"] for frame in frames if frame is not None])
    beyond = 0.05 * float(years.max() - years.min())
    return float(years.min()) - beyond, float(years.max()) + beyond


def undrawn(frame: pd.DataFrame, by: list[str], value: str, limit: int) -> pd.DataFrame:
    """Return the frame without small counts, and those that would give them away, of a table of two labels; middles decide."""
    middle = frame if "level" not in frame else frame[frame["level"] == frame["level"].median()]
    wide = middle.pivot_table(index=by[0], columns=by[1], values=value, aggfunc="sum", sort=False)
    hide = hidden_cells(np.round(wide.to_numpy(dtype=float)), limit)
    is_hidden = pd.DataFrame(hide, wide.index, wide.columns).stack()
    at = is_hidden.reindex(pd.MultiIndex.from_frame(frame[by]), fill_value=False).to_numpy(dtype=bool)
    return frame.assign(**{value: frame[value].astype(float).mask(at)})


def shared_legend(figure: Figure, axis: Axes) -> None:
    """Write one legend above small multiples that are drawn alike."""
    handles, names = axis.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper left", ncols=len(names), fontsize=8.5, frameon=False)


def _one_fan(axis: Axes, part: pd.DataFrame, value: str, colour: str) -> None:
    wide = part.pivot_table(index="year", columns="level", values=value)  # without what is not drawn
    levels = list(wide.columns)
    if wide.empty:
        axis.text(0.5, 0.5, "hidden", transform=axis.transAxes, ha="center", fontsize=8.5, color=FAINT)
        axis.set_yticks([])
        return
    axis.fill_between(
        wide.index, wide[levels[0]], wide[levels[-1]], color=colour, alpha=0.2, linewidth=0, label="9 in 10 futures"
    )
    axis.plot(wide.index, wide[levels[len(levels) // 2]], color=colour, linewidth=2, label="Middle forecast")


def lines(frame: pd.DataFrame, x: str, value: str, by: str, *, unit: str) -> Figure:
    """Return one line for each group, named at its end."""
    figure, axis = sheet()
    for place, (group, part) in enumerate(frame.groupby(by, sort=False)):
        colour = COLOURS[place % len(COLOURS)]
        axis.plot(part[x], part[value], "o-", color=colour, markersize=3.5, linewidth=1.8, label=label(str(group), by))
    axis.legend(
        fontsize=8.5, ncols=min(5, frame[by].nunique()), loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False
    )
    tidy_axis(axis, unit)
    return figure


def stacked(frame: pd.DataFrame, x: str, value: str, by: str, *, unit: str, limit: int = 0) -> Figure:
    """Return stacked bars: `x` along, `by` as the parts.

    Counts from 1 to one below `limit`, and those that would give them away, are not drawn.
    """
    wide = frame.pivot_table(index=x, columns=by, values=value, aggfunc="sum", sort=False).fillna(0)
    if limit > 1:
        wide = wide.mask(hidden_cells(np.round(wide.to_numpy(dtype=float)), limit))
    figure, axis = sheet(7.4, 3.8)
    bottom = np.zeros(len(wide))
    along = np.arange(len(wide))
    for place, part in enumerate(wide.columns):
        height = wide[part].to_numpy()
        axis.bar(
            along,
            height,
            0.74,
            bottom=bottom,
            color=COLOURS[place % len(COLOURS)],
            hatch="///" * (place // len(COLOURS)),  # a ninth part has the first's colour, and lines across it
            label=label(str(part), by),
            edgecolor="white",
            linewidth=0.4,
        )
        bottom += np.nan_to_num(height)
    names = [str(i) if x == "need" else label(str(i), x) for i in wide.index]
    axis.set_xticks(along, names, rotation=0 if len(wide) < 15 else 60)
    longest = max(len(label(str(part), by)) for part in wide.columns)
    side_by_side = max(1, min(5, len(wide.columns), LEGEND_LETTERS // (longest + 6)))  # 6: the patch and the gap
    axis.legend(fontsize=8.5, ncols=side_by_side, loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False)
    tidy_axis(axis, unit, whole_x=False)
    return figure


def bars(
    frame: pd.DataFrame,
    name: str,
    value: str,
    *,
    unit: str,
    low: str | None = None,
    high: str | None = None,
    how: str = "n",
    limit: int = 0,
) -> Figure:
    """Return horizontal bars, the greatest first, each with its number at its end; whiskers below it where there is an interval.

    Counts from 1 to one below `limit`, and those that would give them away, are not drawn: 'c' stands in their place.
    """
    if low and high:
        frame = frame.sort_values(value, ascending=False, kind="stable")  # as the numbers that are printed
    figure, axis = sheet(7.4, max(1.6, 0.3 * len(frame) + 0.9))
    rows = np.arange(len(frame))[::-1]
    sizes = frame[value].to_numpy(dtype=float)
    if limit > 1:
        sizes = np.where(hidden_parts(np.round(sizes), limit), np.nan, sizes)
        axis.set_ylim(-0.75, len(frame) - 0.25)  # room for those that aren't drawn
    axis.barh(rows, sizes, 0.66, color=COLOURS[5] if low else COLOURS[0])
    beside = 0.0
    if low and high:
        axis.hlines(rows - 0.22, frame[low], frame[high], color=INK, linewidth=1.2)
        beside = 0.1  # the number stands above the whisker, which would run through it
    for y, size in zip(rows, sizes, strict=True):
        axis.annotate(
            HIDDEN if np.isnan(size) else shown(size, how),
            (max(float(np.nan_to_num(size)), 0), y + beside),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    axis.set_yticks(rows, [label(str(n), name) for n in frame[name]])
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")
    axis.set_xlabel(unit)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=4))
    axis.xaxis.set_major_formatter(FuncFormatter(plainly))
    axis.margins(x=0.12)
    return figure


def grid(
    frame: pd.DataFrame, rows: str, columns: str, value: str, *, how: str = "n", title: str = "", limit: int = 0
) -> Figure:
    """Return a table of shaded cells with their numbers, where something is great and where little.

    Numbers from 1 to one below `limit`, and those that would give them away, are neither written nor shaded.
    """
    wide = frame.pivot_table(index=rows, columns=columns, values=value, aggfunc="sum", sort=False)
    figure, axis = sheet(7.4, 0.42 * len(wide) + 1.0)
    values = wide.to_numpy(dtype=float)
    hide = hidden_cells(np.round(values), limit) if limit > 1 else np.zeros(values.shape, dtype=bool)
    top = max(np.nanmax(values), 1e-9)
    axis.imshow(
        np.where(hide, 0.0, values), cmap="Oranges", vmin=0, vmax=top * 1.9, aspect="auto"
    )  # light enough for ink on every cell
    for (i, j), cell in np.ndenumerate(values):
        axis.text(j, i, HIDDEN if hide[i, j] else shown(cell, how), ha="center", va="center", fontsize=9)
    axis.set_xticks(range(len(wide.columns)), [label(str(c), columns) for c in wide.columns])
    axis.set_yticks(range(len(wide.index)), [label(str(r), rows) for r in wide.index])
    axis.xaxis.tick_top()
    axis.grid(visible=False)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)
    if title:
        axis.set_title(title, loc="left", fontsize=9.5)
    return figure


def waterfall(steps: pd.DataFrame, *, unit: str, how: str = "£") -> Figure:
    """Return what each step did: `steps` has step, value, change."""
    figure, axis = sheet(7.4, 0.42 * (len(steps) + 1) + 1.0)
    names = [*steps["step"], "All together"]
    start, changes = float(steps["value"].iloc[0]), steps["change"].to_numpy(dtype=float)[1:]
    edges = np.concatenate([[start], start + np.cumsum(changes)])
    spans = [
        (0.0, start, FAINT),
        *((a, b, COLOURS[2] if b >= a else COLOURS[1]) for a, b in itertools.pairwise(edges)),
        (0.0, edges[-1], FAINT),
    ]
    for place, (left, right, colour) in enumerate(spans):
        axis.barh(-place, right - left, left=left, height=0.62, color=colour)
        text = shown(right if colour == FAINT else right - left, how)
        axis.annotate(
            text, (max(left, right), -place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5
        )
    axis.set_yticks([-p for p in range(len(names))], names)
    axis.set_xlabel(unit)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=6))
    axis.xaxis.set_major_formatter(FuncFormatter(in_pounds if how == "£" else plainly))
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")
    axis.margins(x=0.15)
    return figure
