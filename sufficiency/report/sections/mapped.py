"""A picture as a map of the report: still for Word, to explore in the page, and hidden alike where small numbers are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from matplotlib.figure import Figure

from sufficiency.area.area import Area
from sufficiency.report.look import maps
from sufficiency.report.model import Map


def mapped(
    key: str,
    title: str,
    area: Area,
    picture: Callable[[int], maps.Picture],
    alt: str,
    note: str = "",
    *,
    is_close: bool = False,
) -> Map:
    """Return a map of the report. `picture` gives what it shows, with counts from 1 to one below its argument hidden."""
    return Map(
        key,
        title,
        partial(_still, area, picture),
        partial(_in_page, area, key, picture),
        alt,
        note=note,
        is_close=is_close,
    )


def _still(area: Area, picture: Callable[[int], maps.Picture], limit: int = 0) -> Figure:
    return maps.still(area, picture(limit))


def _in_page(area: Area, key: str, picture: Callable[[int], maps.Picture], limit: int = 0) -> str:
    return maps.page_map(area, key, picture(limit))
