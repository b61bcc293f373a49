"""Axes as people read them: numbers in full, amounts in pounds, a start at nothing."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sufficiency.words.say import gbp


def plainly(value: float, _place: int | None = None) -> str:
    """Return a number for an axis: 1,500 or 0.25."""
    return f"{value:,.6g}"


def as_people_write(value: float, _place: int | None = None) -> str:
    """Return a number for an axis, whole numbers in full."""
    return f"{value:,.0f}" if value == int(value) else plainly(value)


def in_pounds(value: float, _place: int | None = None) -> str:
    """Return an amount for an axis. [GBP]"""
    return gbp(value)


def tidy_axis(axis: Axes, unit: str, *, low_zero: bool = True, whole_x: bool = True, ticks: int = 6) -> None:
    """Label an axis, start it at nothing where asked, and write whole numbers as people do."""
    axis.set_ylabel(unit)
    if low_zero:
        axis.set_ylim(bottom=min(0, axis.get_ylim()[0]))
    axis.yaxis.set_major_formatter(FuncFormatter(as_people_write))
    if whole_x:
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=ticks))
