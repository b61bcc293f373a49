"""One view to choose: children turned away by need, phase, district and January, as a map, a fan and a table together."""

from __future__ import annotations

import html
import json
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sufficiency.draws import LEVELS
from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.look.ground import Floats, ground
from sufficiency.report.look.labels import LINE
from sufficiency.report.look.layout import WIDTH, laid_out
from sufficiency.report.look.outlines import outlines, path
from sufficiency.report.look.picture import Picture
from sufficiency.report.look.scales import DARKER
from sufficiency.report.model import Map
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.say import label
from sufficiency.words.school_year import PHASES
from sufficiency.words.vocabulary import NEED_GROUPS

ALL: Final = {"district": "All districts", "need_group": "All needs", "phase": "All phases"}
FAN: Final = (420, 260)  # [pixels]


def explorer(outcome: Outcome) -> Map:
    """Return the view as an exhibit: to choose in the page, one panel for each district on paper.

    It tells every cell, small ones among them, and so is left out where small numbers are hidden.
    """
    return Map(
        "explorer",
        "Children turned away from every suitable state place, district by district",
        partial(_still, outcome),
        partial(_in_page, outcome),
        "Districts shaded by the share turned away of those who need a specialist place, with how many under each name; a fan of the years, middle and the range of nine futures in ten; and the same as a table. On paper, one panel for each district, all needs and phases together.",
        is_close=True,
    )


def views(outcome: Outcome) -> tuple[dict[str, list[str]], Floats, Floats]:
    """Return labels, and children turned away and in need: quantile x year x district x need_group x phase, all together first.

    Totals are taken within a draw, and only then quantiles, so that "all" is the middle of the whole and not of its parts.
    """
    names = {
        "district": list(ground(outcome.area).districts),
        "need_group": list(NEED_GROUPS),
        "phase": list(PHASES),
    }
    rows = outcome.placed.in_each_draw(*names, "provision")
    at = [
        pd.Index(outcome.placed.draws).get_indexer(rows["draw"]),
        pd.Index(outcome.placed.years).get_indexer(rows["year"]),
    ]
    at += [pd.Index(found).get_indexer(rows[name].astype(str)) + 1 for name, found in names.items()]
    shape = (len(outcome.placed.draws), len(outcome.placed.years), *(len(found) + 1 for found in names.values()))
    is_away = rows["provision"].isin(DESTINATIONS).to_numpy()
    measures = []
    for weight in (rows["children"].to_numpy(dtype=float) * is_away, rows["children"].to_numpy(dtype=float)):
        cells = np.zeros(shape)
        np.add.at(cells, tuple(at), weight)
        for axis in (2, 3, 4):
            first = (slice(None),) * axis + (0,)
            cells[first] = cells.sum(axis=axis)
        measures.append(np.quantile(cells, LEVELS, axis=0))
    return names, measures[0], measures[1]


def _still(outcome: Outcome, limit: int = 0) -> Figure:
    assert limit <= 1, "left out where small numbers are hidden"
    return charts.fan(outcome.placed.shortfall("district", levels=LEVELS), "children", unit="children", by="district")


def _in_page(outcome: Outcome, limit: int = 0) -> str:
    assert limit <= 1, "left out where small numbers are hidden"
    names, away, need = views(outcome)
    years = list(outcome.placed.years)
    words = {name: [ALL[name], *(label(code, name) for code in found)] for name, found in names.items()}
    data = {
        "years": years,
        "codes": {name: ["all", *found] for name, found in names.items()},
        "words": words,
        "away": np.round(away).astype(int).ravel().tolist(),
        "need": np.round(need[1]).astype(int).ravel().tolist(),
        "shape": list(away.shape),
        "colours": list(DARKER),
    }
    selects = "".join(
        f'<label>{says} <select data-choose="{name}">{"".join(f"<option value={n}>{html.escape(w)}</option>" for n, w in enumerate(words[name]))}</select></label> '
        for name, says in (("need_group", "Need"), ("phase", "Phase"), ("district", "District"))
    )
    at = min(3, len(years) - 1)
    return (
        f'<div class="explorer"><div class="map-controls"><p class="note">Choose a need, a phase, a district and a January. Each view has an address of its own, to be kept or sent, and can be downloaded as CSV.</p>{selects}'
        f'<label>Year <input type="range" min="0" max="{len(years) - 1}" value="{at}" aria-valuetext="January {years[at]}"></label> <output>January {years[at]}</output>'
        '<button type="button" data-csv>Download this view (CSV)</button></div>'
        '<p class="year-words" aria-live="polite"></p>'
        f'<div class="explorer-parts">{_map(outcome)}<svg class="fan" viewBox="0 0 {FAN[0]} {FAN[1]}" role="img" aria-label="Children turned away by January"></svg></div>'
        '<ul class="legend"><li>Share turned away</li></ul>'
        '<div class="table" role="region" tabindex="0" aria-label="The view as a table"><table><caption>The view as a table</caption>'
        '<thead><tr><th scope="col">January</th><th scope="col" class=n>Low</th><th scope="col" class=n>Middle</th><th scope="col" class=n>High</th></tr></thead><tbody></tbody></table></div>'
        f'<script type="application/json" class="explorer-data">{json.dumps(data, separators=(",", ":"))}</script></div>'
    )


def _map(outcome: Outcome) -> str:
    """Return the districts as shapes that the page's script shades, each with its name and room for its number."""
    area = outcome.area
    here = ground(area)
    year = area.base_year
    number = pd.DataFrame({year: "1,000"}, index=list(here.districts))
    layout = laid_out(area, Picture(years=(year,), year=year, numbers=number))
    at = {district: n for n, district in enumerate(here.districts, start=1)}
    shapes = "".join(
        f'<path d="{path(rings)}" data-district="{at[name]}"><title>{html.escape(name)}</title></path>'
        for name, rings in outlines(here, layout.main).districts.items()
    )
    names = []
    for named in layout.labels["narrow"]:
        if named.kind != "district":
            continue
        lines = named.text.split("\n")
        top = named.y - (len(lines) - 1) / 2 * LINE * named.size + 0.35 * named.size
        spans = [
            f'<tspan x="{named.x:.1f}" y="{top + n * LINE * named.size:.1f}"'
            + (f' data-count="{at[named.key]}">' if n == len(lines) - 1 else f">{html.escape(line)}")
            + "</tspan>"
            for n, line in enumerate(lines)
        ]
        names.append(
            f'<text class="district" font-size="{named.size:.1f}" text-anchor="middle">{"".join(spans)}</text>'
        )
    return (
        f'<svg class="districts" viewBox="0 0 {WIDTH:g} {layout.height:.0f}" role="img" aria-label="Districts shaded by the share turned away">'
        f'<g class="ground">{shapes}</g><g class="names">{"".join(names)}</g></svg>'
    )
