"""Maps: zones shaded by a measure, settings sized by places and coloured by how full, flows from home to school.

Boundaries are the area's own where it has them; otherwise Thiessen cells of the zones' centres, which is said.
A map is drawn twice: as a still picture, and as an SVG whose year can be chosen and whose shapes name themselves.
"""

from __future__ import annotations

import html
import json
from collections.abc import Hashable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sufficiency.area.area import Area
from sufficiency.report.look.charts import INK, sheet
from sufficiency.report.look.ground import WIDTH, Ground, ground, outlines
from sufficiency.words.say import shown

# Light to dark, even in lightness, so that it also works in grey.
SHADES: Final = ("#f3f6f9", "#c6dbec", "#85b6da", "#3e86bd", "#1a5a93", "#0b3566")
FULLNESS: Final = (
    ("up to 90% full", "#009e73"),
    ("90% to 100% full", "#e69f00"),
    ("over its places", "#d55e00"),
    ("no one yet", "#ffffff"),
)
CELLS: Final = "No boundaries were given: each zone is drawn as the ground nearer to its middle than to any other's."


def shade(value: float, top: float) -> str:
    """Return the shade of a value between 0 and `top`."""
    if not np.isfinite(value):
        return "#ffffff"
    step = min(int(value / top * len(SHADES)), len(SHADES) - 1) if top > 0 else 0
    return SHADES[max(step, 0)]


def fullness_colour(roll: float, places: float) -> str:
    """Return the colour of a setting by how full it is."""
    if roll <= 0:
        return FULLNESS[3][1]
    full = roll / places if places > 0 else np.inf
    return FULLNESS[0 if full <= 0.9 else 1 if full <= 1.0 else 2][1]


def still(
    area: Area,
    values: pd.Series,
    *,
    unit: str,
    settings: pd.DataFrame | None = None,
    flows: pd.DataFrame | None = None,
    how: str = "1",
) -> Figure:
    """Return a still map.

    Parameters
    ----------
    values
        Zone -> what shades it.
    settings
        Frame name, easting, northing, places, roll: circles.
    flows
        Frame easting_from, northing_from, easting, northing, children: lines.
    """
    here = ground(area)
    figure, axis = sheet(7.4, 6.4 * here.height / WIDTH + 0.3)
    top = float(np.nanquantile(values, 0.98)) or 1.0
    polygons = [(ring, values.get(zone, np.nan)) for ring, zone in outlines(area)]
    shades = LinearSegmentedColormap.from_list("shades", SHADES)
    cells = PolyCollection(
        [p for p, _ in polygons],
        array=np.array([v for _, v in polygons], dtype=float),
        cmap=shades,
        norm=Normalize(0, top),
        edgecolors="#8a9aa6",
        linewidths=0.2,
    )
    axis.add_collection(cells)
    if flows is not None and len(flows):
        segments = [[(f.easting_from, f.northing_from), (f.easting, f.northing)] for f in flows.itertuples()]
        widths = 0.4 + 4.0 * flows["children"].to_numpy() / flows["children"].max()
        axis.add_collection(LineCollection(segments, linewidths=widths, colors="#d55e00", alpha=0.55))
    if settings is not None:
        colours = [fullness_colour(s.roll, s.places) for s in settings.itertuples()]
        axis.scatter(
            settings["easting"],
            settings["northing"],
            s=8 + settings["places"] * 0.7,
            c=colours,
            edgecolors=INK,
            linewidths=0.7,
            zorder=3,
        )
    left, bottom, right, up = here.bounds
    axis.set(xlim=(left, right), ylim=(bottom, up), aspect="equal")
    axis.axis("off")
    if here.is_thiessen:
        axis.annotate(CELLS, (0, 0), xycoords="axes fraction", fontsize=8)
    bar = figure.colorbar(
        cells,
        ax=axis,
        shrink=0.5,
        pad=0.01,
        ticks=MaxNLocator(nbins=6, integer=how == "n"),
        format=lambda v, _: shown(v, how),
    )
    bar.set_label(unit)
    if settings is not None and len(settings):
        figure.legend(handles=_marks(settings), loc="outside lower left", ncols=4, frameon=False, fontsize=8.5)
    return figure


def _marks(settings: pd.DataFrame) -> list[Line2D]:
    """Return a mark for each kind of circle that is drawn, how full it is."""
    drawn = {fullness_colour(s.roll, s.places) for s in settings.itertuples()}
    return [
        Line2D(
            [], [], marker="o", linewidth=0, markersize=7, color=colour, markeredgecolor=INK, label=f"School {words}"
        )
        for words, colour in FULLNESS
        if colour in drawn
    ]


def interactive(
    area: Area,
    key: str,
    by_year: pd.DataFrame,
    *,
    unit: str,
    settings: pd.DataFrame,
    flows: pd.DataFrame | None = None,
    year: int | None = None,
    how: str = "1",
    limit: int = 0,
) -> str:
    """Return an SVG map with a choice of year.

    Parameters
    ----------
    by_year
        Zone x year -> what shades it.
    settings
        Frame setting, name, easting, northing, and `places_YEAR`, `roll_YEAR` by year: circles.
    flows
        As `still`; they don't change with the year.
    year
        Shown first; by default the last.
    limit
        Where above 1, children at schools and along lines are not told: small counts could be had by subtraction.
    """
    here = ground(area)
    years = [int(y) for y in by_year.columns]
    first = years[-1] if year is None else year
    top = float(np.nanquantile(by_year.to_numpy(dtype=float), 0.98)) or 1.0
    names = area.zones.set_index("zone")
    zones = [_zone(here, zone, by_year, names, first, top, unit, how) for zone in here.shapes]
    is_told = limit <= 1
    circles = [_circle(here, s, first, is_told=is_told) for s in settings.to_dict("records")]
    paths = _paths(here, flows, is_told=is_told) if flows is not None else []
    data = {
        "years": years,
        "shades": {
            str(z): [shade(float(v), top) for v in row]
            for z, row in zip(by_year.index, by_year.to_numpy(dtype=float), strict=True)
        },
        "texts": {
            str(z): [f"{shown(float(v), how)} {unit}" for v in row]
            for z, row in zip(by_year.index, by_year.to_numpy(dtype=float), strict=True)
        },
        "settings": {
            s["setting"]: [
                [
                    int(s[f"places_{y}"]),
                    int(s[f"roll_{y}"]) if is_told else None,
                    fullness_colour(s[f"roll_{y}"], s[f"places_{y}"]),
                ]
                for y in years
            ]
            for s in settings.to_dict("records")
        },
    }
    choose = "".join(
        f'<option value="{i}"{" selected" if y == first else ""}>January {y}</option>' for i, y in enumerate(years)
    )
    legend = _legend(top, unit, how) + (f'<p class="note">{CELLS}</p>' if here.is_thiessen else "")
    return (
        f'<div class="map"><label for="year-{key}">Year <select id="year-{key}">{choose}</select></label>'
        f'<svg viewBox="0 0 {WIDTH} {here.height:.0f}" role="group" aria-labelledby="title-map-{key}" preserveAspectRatio="xMidYMid meet">'
        f'<g class="zones">{"".join(zones)}</g><g class="flows">{"".join(paths)}</g><g class="settings">{"".join(circles)}</g></svg>'
        f'{legend}<p class="told" aria-live="polite">Point at a zone or a school, or reach a school with the Tab key, to read its figures.</p>'
        f'<script type="application/json" class="map-data">{json.dumps(data, separators=(",", ":"))}</script></div>'
    )


def _zone(
    here: Ground,
    zone: str,
    by_year: pd.DataFrame,
    names: pd.DataFrame,
    year: int,
    top: float,
    unit: str,
    how: str,
) -> str:
    value = float(by_year.at[zone, year]) if zone in by_year.index else float("nan")
    place = str(names.at[zone, "name"]) or zone
    says = html.escape(f"{place}, {names.at[zone, 'district']}")
    return f'<path d="{_outline(here, zone)}" fill="{shade(value, top)}" data-zone="{zone}" data-name="{says}"><title>{says}: {shown(value, how)} {html.escape(unit)}</title></path>'


def _outline(here: Ground, zone: str) -> str:
    """Return a zone's rings as an SVG path, to a tenth of a pixel and without points nearer than that."""
    rings = []
    for part in shapely.get_parts(shapely.simplify(here.shapes[zone], 0.4 / here.scale)):
        x, y = here.pixels(*np.asarray(part.exterior.coords).T[:2])
        rings.append("M" + "L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)) + "Z")
    return "".join(rings)


def _circle(here: Ground, setting: Mapping[Hashable, Any], year: int, *, is_told: bool) -> str:
    x, y = here.pixels(setting["easting"], setting["northing"])
    places, roll = setting[f"places_{year}"], setting[f"roll_{year}"]
    name = html.escape(str(setting["name"]))
    says = f"{name}: {roll:.0f} children in {places:.0f} places" if is_told else f"{name}: {places:.0f} places"
    x, y = np.clip(x, 6, WIDTH - 6), np.clip(y, 6, here.height - 6)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + 0.45 * np.sqrt(places):.1f}" fill="{fullness_colour(roll, places)}" tabindex="0" role="img" '
        f'aria-label="{says}" data-setting="{html.escape(str(setting["setting"]))}" data-name="{name}"><title>{says}</title></circle>'
    )


def _paths(here: Ground, flows: pd.DataFrame, *, is_told: bool) -> list[str]:
    most = max(float(flows["children"].max()), 1.0) if len(flows) else 1.0
    drawn = []
    for flow in flows.itertuples():
        (x1, y1), (x2, y2) = (
            here.pixels(flow.easting_from, flow.northing_from),
            here.pixels(flow.easting, flow.northing),
        )
        told = f": {flow.children:.0f} children" if is_told else ""
        drawn.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke-width="{0.5 + 5 * flow.children / most:.1f}">'
            f"<title>{html.escape(str(flow.origin))} to {html.escape(str(flow.name))}{told}</title></line>"
        )
    return drawn


def _legend(top: float, unit: str, how: str) -> str:
    steps = [top * i / len(SHADES) for i in range(len(SHADES))]
    boxes = "".join(
        f'<li><i style="background:{s}"></i>{"from " if i else "under "}{shown(v if i else steps[1], how)}</li>'
        for i, (s, v) in enumerate(zip(SHADES, steps, strict=True))
    )
    dots = "".join(f'<li><i class="dot" style="background:{colour}"></i>{words}</li>' for words, colour in FULLNESS)
    return f'<ul class="legend" aria-label="{html.escape(unit)}"><li><b>{html.escape(unit)}</b></li>{boxes}</ul><ul class="legend"><li><b>Schools, sized by places</b></li>{dots}</ul>'
