"""Past forecasts drawn over what happened: a fan from each January, and by group what was said beside what came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sufficiency.draws import LEVELS
from sufficiency.forecast.record.backtest import MODEL, Backtest
from sufficiency.report.look.axes import tidy_axis
from sufficiency.report.look.charts import COLOURS, INK, panels, shared_legend, undrawn
from sufficiency.words.say import label

MOST = 6  # authorities drawn apart; more are drawn as one


def fans_against_truth(record: Backtest, names: Mapping[str, str] | None = None) -> Figure:
    """Return a chart of the forecasts made from each January beside the plans then counted.

    Parameters
    ----------
    record
        Of `sf.forecast.backtest`.
    names
        Authority's code -> its name, to head each panel.
    """
    apart = [(a,) for a in record.authorities] if len(record.authorities) <= MOST else [record.authorities]
    columns = min(3, len(apart))
    rows = -(-len(apart) // columns)
    figure, axes = panels(7.4, 3.4 if rows == 1 else 2.4 * rows, columns, rows)
    for place, (axis, codes) in enumerate(zip(axes, apart, strict=False)):
        _panel(axis, record, codes)
        title = (names or {}).get(codes[0], codes[0]) if len(codes) == 1 else "All together"
        axis.set_title(title, fontsize=9.5, loc="left", color=INK)
        tidy_axis(axis, "plans" if place % columns == 0 else "", ticks=6 if columns == 1 else 4)
    for axis in axes[len(apart) :]:
        axis.set_visible(False)
    shared_legend(figure, axes[0])
    return figure


def _panel(axis: Axes, record: Backtest, codes: tuple[str, ...]) -> None:
    counted = record.truth[record.truth["authority"].isin(codes)].groupby("year")["plans"].sum()
    columns = [record.authorities.index(code) for code in codes]
    for order, run in enumerate(record.runs):
        draws = run.by_ncy[:, :, columns].sum(axis=(2, 3))
        start = np.full((len(draws), 1), float(counted[run.origin]))
        low, middle, high = np.quantile(np.hstack([start, draws]), LEVELS, axis=0)
        years = [run.origin, *(run.origin + h for h in record.horizons)]
        first = order == 0
        axis.fill_between(
            years, low, high, color=COLOURS[0], alpha=0.15, linewidth=0, label="Its 9 in 10 futures" if first else None
        )
        axis.plot(years, middle, color=COLOURS[0], linewidth=1.4, label="Forecast from each January" if first else None)
    axis.plot(counted.index, counted.to_numpy(), "o-", color=INK, markersize=3.5, linewidth=1, label="Counted")


def said_against_came(record: Backtest, by: str, *, horizon: int = 1, limit: int = 0) -> Figure:
    """Return a chart of what was forecast for each group beside what was counted: a panel for each group, a mark for each January.

    A bar is the 9-in-10 range and a dot its middle; a ring is the count, filled where the range missed it.

    Parameters
    ----------
    record
        Of `sf.forecast.backtest`.
    by
        A label that scores can be had by: setting_group, age_group ...
    horizon
        Years ahead. [years]
    limit
        Plans counted from 1 to one below this, and those that would give them away, are not drawn. [plans]
    """
    cases = record.cases(by)
    cases = cases[(cases["method"] == MODEL) & (cases["horizon"] == horizon)]
    if limit > 1:
        each = [
            undrawn(part, ["label", "authority"], "truth", limit) for _, part in cases.groupby("origin", sort=False)
        ]
        cases = pd.concat(each).reindex(cases.index)
    groups = list(dict.fromkeys(cases["label"]))
    columns = min(3, len(groups))
    rows = -(-len(groups) // columns)
    figure, axes = panels(7.4, 0.4 + 2.1 * rows, columns, rows)
    for place, (axis, group) in enumerate(zip(axes, groups, strict=False)):
        _said_and_came(axis, cases[cases["label"] == group])
        axis.set_title(label(str(group), by), fontsize=9.5, loc="left", color=INK)
        tidy_axis(axis, "plans" if place % columns == 0 else "", ticks=4)
    for axis in axes[len(groups) :]:
        axis.set_visible(False)
    shared_legend(figure, axes[0])
    return figure


def _said_and_came(axis: Axes, cases: pd.DataFrame) -> None:
    """Draw one group's cases, its authorities side by side within a January."""
    codes = list(dict.fromkeys(cases["authority"]))
    width = 0.7 / max(len(codes), 1)
    at = cases["origin"] + cases["horizon"] + (cases["authority"].map(codes.index) - (len(codes) - 1) / 2) * width
    axis.vlines(at, cases["low"], cases["high"], color=COLOURS[0], alpha=0.35, linewidth=5, label="9-in-10 range")
    axis.plot(at, cases["forecast"], "o", color=COLOURS[0], markersize=4, label="Forecast")
    held = (cases["truth"] >= cases["low"]) & (cases["truth"] <= cases["high"])
    ring: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 5.5, "markeredgecolor": INK}
    axis.plot(at[held], cases["truth"][held], markerfacecolor="none", label="Counted, inside", **ring)
    outside = ~held & cases["truth"].notna()
    axis.plot(at[outside], cases["truth"][outside], markerfacecolor=COLOURS[1], label="Counted, outside", **ring)
