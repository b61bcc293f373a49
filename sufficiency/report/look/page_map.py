"""A map as part of a page: years to choose, layers, a place to find, and words that follow what is chosen."""

from __future__ import annotations

import html
import json
from typing import Final

import numpy as np

from sufficiency.area.area import Area
from sufficiency.report.look.labels import LINE, Label
from sufficiency.report.look.layout import WIDTH, Layout, Mark, View, laid_out
from sufficiency.report.look.legend import CELLS, Entry, flow_width, legend
from sufficiency.report.look.outlines import outlines, path, pieces
from sufficiency.report.look.picture import FULLNESS, Picture
from sufficiency.report.look.still_map import colour_of
from sufficiency.words.say import count, shown

SIGNS: Final = {
    "circle": "M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0z",
    "square": "M-.88-.88H.88V.88H-.88z",
    "diamond": "M0-1.15L1.15 0 0 1.15-1.15 0z",
}
LAYERS: Final = {"marks": "Schools", "flows": "Lines", "dots": "Children", "names": "Names"}


def page_map(area: Area, key: str, picture: Picture) -> str:
    """Return a map as HTML: an SVG, its controls, its legend and its words. It needs the page's script, and no network."""
    layout = laid_out(area, picture)
    groups = {
        "ground": "".join(_ground(picture, layout, view) for view in layout.views),
        "flows": _flows(picture, layout),
        "dots": _dots(picture, layout),
        "marks": "".join(_mark(picture, m) for m in layout.marks),
        "names": "".join(_names(picture, layout, size) for size in layout.labels),
    }
    drawn = "".join(f'<g class="{name}">{inside}</g>' for name, inside in groups.items() if inside)
    told = "Point at a place or a school, or find one by name, to read its figures."
    return (
        f'<div class="map" data-key="{key}">{_controls(key, picture, layout, [n for n in LAYERS if groups[n]])}'
        f'<svg viewBox="0 0 {WIDTH:g} {layout.height:.0f}" role="group" aria-labelledby="title-{key}">{drawn}</svg>'
        f"{_legend(picture, layout)}{_words(picture)}"
        f'<p class="told" aria-live="polite">{told}</p>'
        f'<script type="application/json" class="map-data">{_data(picture, layout)}</script></div>'
    )


def _controls(key: str, picture: Picture, layout: Layout, layers: list[str]) -> str:
    """Return what a reader can choose: a January, a place, layers, and how near."""
    parts = []
    if len(picture.years) > 1:
        at = picture.years.index(picture.year)
        parts.append(
            f'<label>Year <input type="range" min="0" max="{len(picture.years) - 1}" step="1" value="{at}" aria-valuetext="January {picture.year}">'
            f"</label> <output>January {picture.year}</output>"
        )
    names = [*_names_of(picture, layout).values(), *(_name_of(picture, m) for m in layout.marks)]
    options = "".join(f"<option>{html.escape(name)}</option>" for name in sorted(set(names)))
    parts.append(
        f'<label>Find <input type="text" list="find-{key}" autocomplete="off" placeholder="a place or a school"></label><datalist id="find-{key}">{options}</datalist>'
    )
    if len(layers) > 1:
        parts += [f'<label><input type="checkbox" checked data-layer="{n}"> {LAYERS[n]}</label>' for n in layers]
    zooms = (("in", "+", "Closer"), ("out", "−", "Farther"), ("all", "Whole", "Whole map"))
    buttons = "".join(
        f'<button type="button" data-zoom="{zoom}" aria-label="{says}">{sign}</button>' for zoom, sign, says in zooms
    )
    parts.append(f'<span class="zooms">{buttons}</span>')
    return f'<div class="map-controls">{" ".join(parts)}</div>'


def _names_of(picture: Picture, layout: Layout) -> dict[str, str]:
    """Return what a reader calls each piece of the map, by its code."""
    return {code: called for code, (called, _) in pieces(picture, layout.ground, layout.main).items()}


def _ground(picture: Picture, layout: Layout, view: View) -> str:
    codes = {name: n for n, name in enumerate(_names_of(picture, layout))}
    shapes = []
    for name, (called, found) in pieces(picture, layout.ground, view).items():
        if name not in codes:
            continue
        says = html.escape(_told(picture, called, name, picture.year))
        fill = colour_of(picture, layout, name)
        shape = f'<path d="{path(found)}" fill="{fill}" data-part="{codes[name]}"><title>{says}</title></path>'
        link = picture.links.get(name) if picture.districts is not None and view is layout.main else None
        shapes.append(f'<a href="#{html.escape(link)}" aria-label="{html.escape(name)}">{shape}</a>' if link else shape)
    edges = "".join(f'<path d="{path(found)}"/>' for found in outlines(layout.ground, view).districts.values())
    inside = f'{"".join(shapes)}<g class="edges">{edges}</g>'
    if view is layout.main:
        return inside
    left, bottom, right, top = view.bounds
    (x, y), (x2, y2) = layout.main.pixels(left, top)[0], layout.main.pixels(right, bottom)[0]
    frame = f'x="{view.left:.1f}" y="{view.top:.1f}" width="{view.width:.1f}" height="{view.height:.1f}"'
    return (
        f'<rect {frame} fill="#fff"/>{inside}<rect class="frame" {frame}/>'
        f'<rect class="frame" x="{x:.1f}" y="{y:.1f}" width="{x2 - x:.1f}" height="{y2 - y:.1f}"/>'
    )


def _told(picture: Picture, called: str, name: str, year: int) -> str:
    """Return a place and its figure in words."""
    shaded = picture.shaded
    if picture.scale is None or shaded is None:
        return called
    value = float(shaded.at[name, year]) if name in shaded.index else float("nan")
    figure = f"{shown(value, picture.scale.how)} {picture.scale.unit}" if np.isfinite(value) else "not told"
    number = (
        f"; {picture.numbers.at[name, year]} {picture.numbers_say}"
        if picture.numbers is not None and name in picture.numbers.index
        else ""
    )
    return f"{called}: {figure}{number}"


def _flows(picture: Picture, layout: Layout) -> str:
    flows = picture.flows
    if flows is None or flows.empty:
        return ""
    most = float(flows["children"].max())
    start = layout.main.pixels(flows["easting_from"], flows["northing_from"])
    end = layout.main.pixels(flows["easting"], flows["northing"])
    drawn = []
    for flow, a, b in zip(flows.itertuples(), start, end, strict=True):
        says = html.escape(f"{flow.origin} to {flow.name}: {count(float(flow.children), 'child', 'children')}")
        width = flow_width(float(flow.children), most)
        ends = f'x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}"'
        drawn.append(f'<line {ends} stroke-width="{width:.1f}"><title>{says}</title></line>')
    return "".join(drawn)


def _dots(picture: Picture, layout: Layout) -> str:
    found = []
    for dots in picture.dots:
        for view in layout.views:
            inside = dots.places[view.holds(dots.places)]
            if inside.empty:
                continue
            d = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in view.pixels(inside["easting"], inside["northing"]))
            found.append(f'<path class="dot" d="{d}" stroke="{dots.colour}"/>')
    return "".join(found)


def _name_of(picture: Picture, mark: Mark) -> str:
    return str(picture.by_setting[mark.setting]["name"])


def _school_words(picture: Picture, setting: str, year: int) -> str:
    """Return a school's places and roll in one January, as far as they are known and may be told."""
    row = picture.by_setting[setting]
    places, roll = float(row[f"places_{year}"]), float(row[f"roll_{year}"])
    if not np.isfinite(roll):
        return f"{row['name']}: {count(places, 'place')}; {FULLNESS[picture.full(setting, year)][0]}"
    return f"{row['name']}: {count(roll, 'child', 'children')} in {count(places, 'place')}"


def _mark(picture: Picture, mark: Mark) -> str:
    says = html.escape(_school_words(picture, mark.setting, picture.year), quote=True)
    colour = FULLNESS[picture.full(mark.setting, picture.year)][1]
    leader = (
        f'<path class="leader" d="M{mark.true_x:.1f} {mark.true_y:.1f}L{mark.x:.1f} {mark.y:.1f}"/>'
        if mark.is_moved
        else ""
    )
    sign = f'<path d="{SIGNS[mark.shape]}" transform="translate({mark.x:.1f} {mark.y:.1f}) scale({mark.radius:.1f})" fill="{colour}"><title>{says}</title></path>'
    link = picture.links.get(mark.setting)
    about = f'data-setting="{html.escape(mark.setting)}" aria-label="{says}"'
    if link:
        return f'{leader}<a href="#{html.escape(link)}" {about}>{sign}</a>'
    return f'{leader}<g tabindex="0" role="img" {about}>{sign}</g>'


def _names(picture: Picture, layout: Layout, size: str) -> str:
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>' for x, y in layout.towns) if size == "wide" else ""
    return f'<g class="{size}" aria-hidden="true">{dots}{"".join(_text(picture, label) for label in layout.labels[size])}</g>'


def _text(picture: Picture, label: Label) -> str:
    lines = label.text.split("\n")
    has_number = label.kind == "district" and picture.numbers is not None
    if has_number and picture.numbers is not None:
        lines[-1] = str(picture.numbers.at[label.key, picture.year])
    top = label.y - (len(lines) - 1) / 2 * LINE * label.size + 0.35 * label.size
    spans = []
    for number, line in enumerate(lines):
        mark = f' data-number="{html.escape(label.key)}"' if has_number and number == len(lines) - 1 else ""
        spans.append(
            f'<tspan x="{label.x:.1f}" y="{top + number * LINE * label.size:.1f}"{mark}>{html.escape(line)}</tspan>'
        )
    return (
        f'<text class="{label.kind}" font-size="{label.size:.1f}" text-anchor="{label.anchor}">{"".join(spans)}</text>'
    )


def _legend(picture: Picture, layout: Layout) -> str:
    groups = []
    for title, entries in legend(picture, layout, picture.years):
        heading = f"<li><b>{html.escape(title[:1].upper() + title[1:])}</b></li>" if title else ""
        groups.append(
            f'<ul class="legend">{heading}{"".join(f"<li>{_sign(e)}{html.escape(e.words)}</li>" for e in entries)}</ul>'
        )
    return "".join(groups) + (f'<p class="note">{CELLS}</p>' if layout.ground.is_thiessen else "")


def _sign(entry: Entry) -> str:
    """Return an entry's sign as a small picture; its words stand beside it."""
    if entry.sign == "box":
        inside = f'<rect x="1" y="3" width="18" height="12" fill="{entry.colour}" stroke="#8a9aa6"/>'
    elif entry.sign in ("line", "leader"):
        inside = f'<path d="M0 9H20" stroke="{entry.colour}" stroke-width="{entry.size:.1f}"/>'
    elif entry.sign == "number":
        inside = '<text x="10" y="14" font-size="13" font-weight="700" text-anchor="middle">12</text>'
    else:
        shape = SIGNS["circle" if entry.sign == "dot" else entry.sign]
        inside = f'<path d="{shape}" transform="translate(10 9) scale(6.5)" fill="{entry.colour}" stroke="#1d2b36" vector-effect="non-scaling-stroke"/>'
    return f'<svg class="sign" viewBox="0 0 20 18" aria-hidden="true">{inside}</svg>'


def _words(picture: Picture) -> str:
    says = picture.words.get(picture.year, "")
    return f'<p class="year-words" aria-live="polite">{html.escape(says)}</p>' if picture.words else ""


def _data(picture: Picture, layout: Layout) -> str:
    """Return what the page's script needs: names, and for each January colours, figures and words."""
    names = _names_of(picture, layout)
    data: dict[str, object] = {"years": list(picture.years), "names": list(names.values())}
    shaded = picture.shaded
    if picture.scale is not None and shaded is not None:
        rows = shaded.reindex(index=list(names), columns=list(picture.years)).to_numpy(dtype=float)
        data["colours"] = [*picture.scale.colours, "#ffffff"]
        data["steps"] = [[picture.scale.step(float(v)) for v in row] for row in rows]
        data["says"] = [[_told(picture, "", name, y).removeprefix(": ") for y in picture.years] for name in names]
    if picture.numbers is not None:
        data["numbers"] = {
            str(d): [str(picture.numbers.at[d, y]) for y in picture.years] for d in picture.numbers.index
        }
    data["settings"] = {m.setting: _by_year(picture, m) for m in layout.marks}
    data["words"] = [picture.words.get(y, "") for y in picture.years]
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def _by_year(picture: Picture, mark: Mark) -> list[list[str]]:
    return [
        [FULLNESS[picture.full(mark.setting, y)][1], _school_words(picture, mark.setting, y)] for y in picture.years
    ]
