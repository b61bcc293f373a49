"""The report as one self-contained page that opens offline."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import partial
from importlib import resources
from typing import Final

import jinja2
import pandas as pd
from markupsafe import Markup

from sufficiency.report.look.pictures import as_svg
from sufficiency.report.model import Card, Cards, Chart, Exhibit, Map, Report, Table
from sufficiency.words.say import label, shown

ASSUMPTIONS_SHOWN: Final = 6  # the rest open at a touch
WIDE: Final = 8  # columns from which its type is smaller
LONG: Final = 14  # rows from which a table may run over a printed page


def page(report: Report, svg: Callable[[Chart], str] | None = None) -> str:
    """Return the whole page: styles, pictures and script inside it; nothing is fetched.

    `svg` returns a chart's picture where it is drawn already; by default it is drawn.
    """
    files = resources.files("sufficiency.report.writers") / "page"
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["exhibit"] = partial(_exhibit, svg=svg or (lambda chart: as_svg(chart.draw())))
    environment.filters["prose"] = _prose
    template = environment.from_string((files / "page.html").read_text(encoding="utf-8"))
    style, script = (
        Markup(
            "\n".join((files / f"{name}.{kind}").read_text(encoding="utf-8") for name in ("page", "maps", "explorer"))
        )
        for kind in ("css", "js")
    )
    return template.render(report=report, style=style, script=script, shown=ASSUMPTIONS_SHOWN)


def _prose(text: str) -> Markup:
    """Return words fit for the page, names of code among them set as such."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False)))


def _exhibit(exhibit: Exhibit, svg: Callable[[Chart], str]) -> Markup:
    if isinstance(exhibit, Table):
        return Markup(_table(exhibit) if "page" in exhibit.shown_in else "")
    if isinstance(exhibit, Cards):
        return Markup(_cards(exhibit))
    note = f'<p class="note">{_prose(exhibit.note)}</p>' if exhibit.note else ""
    title = html.escape(exhibit.title)
    caption = f'<figcaption id="title-{exhibit.key}">{title}</figcaption>'
    alt = f'<p class="alt">{html.escape(exhibit.alt)}</p>'
    if isinstance(exhibit, Map):
        return Markup(f'<figure id="{exhibit.key}">{caption}{exhibit.svg()}{alt}{note}</figure>')
    return Markup(f'<figure id="{exhibit.key}">{caption}{_picture(exhibit, svg(exhibit))}{alt}{note}</figure>')


def _picture(chart: Chart, svg: str) -> str:
    drawn = re.sub(r'( id="|href="#|url\(#)', rf"\1{chart.key}-", svg)  # no id twice on a page
    return drawn.replace("<svg", f'<svg role="img" aria-label="{html.escape(chart.alt, quote=True)}" class="chart"', 1)


def _cards(grid: Cards) -> str:
    """Return a grid of cards, each with an anchor of its own."""
    note = f'<p class="note">{_prose(grid.note)}</p>' if grid.note else ""
    return f'<div class="cards" id="{grid.key}">{"".join(_card(card) for card in grid.cards)}</div>{note}'


def _card(card: Card) -> str:
    facts = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(says)}</dd></div>" for name, says in card.facts)
    rows = "".join(
        f'<li><span>{html.escape(name)}</span><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{100 * share:.1f}" height="8"/></svg><b>{html.escape(says)}</b></li>'
        for name, share, says in card.bars
    )
    bars = f'<p class="bars-say">{html.escape(card.bars_say)}</p><ul class="bars">{rows}</ul>' if card.bars else ""
    return (
        f'<article class="card" id="{card.key}" aria-labelledby="h-{card.key}" tabindex="-1"><h3 id="h-{card.key}">{html.escape(card.title)}</h3>'
        f'<p class="kind">{html.escape(card.kind)}</p><dl>{facts}</dl>{bars}</article>'
    )


def _table(table: Table) -> str:
    frame = table.frame.head(table.rows_shown)
    numeric = {c for c in frame if pd.api.types.is_numeric_dtype(frame[c]) and table.formats.get(str(c)) != "year"}
    head = "".join(
        f'<th scope="col"{" class=n" if c in numeric else ""}>{html.escape(label(str(c)))}</th>' for c in frame
    )
    rows = []
    for record in frame.itertuples(index=False):
        cells = [
            _cell(i, column, value, table, numeric)
            for i, (column, value) in enumerate(zip(frame.columns, record, strict=True))
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    more = f" The workbook has all {len(table.frame):,} rows." if len(table.frame) > len(frame) else ""
    note = f'<p class="note">{_prose(table.note + more)}</p>' if table.note or more else ""
    shape = _shape(frame) + (" stacks" if table.stacks else "")
    return (
        f'<div class="table{shape}" id="{table.key}" role="region" aria-labelledby="title-{table.key}" tabindex="0"><table><caption id="title-{table.key}">'
        f"{html.escape(table.title)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>{note}"
    )


def _shape(frame: pd.DataFrame) -> str:
    return (" long" if len(frame) >= LONG else "") + (
        "" if len(frame.columns) < WIDE else " wide" if len(frame.columns) == WIDE else " wide wider"
    )


def _cell(place: int, column: object, value: str | float | None, table: Table, numeric: set[object]) -> str:
    how = table.formats.get(str(column), "")
    text = html.escape(
        label(value, str(column))
        if isinstance(value, str) and how == "code"
        else shown(value, "" if how == "code" else how)
    )
    if place == 0:
        return f'<th scope="row">{text}</th>'
    named = f' data-label="{html.escape(label(str(column)), quote=True)}"' if table.stacks else ""
    return f"<td class=n{named}>{text}</td>" if column in numeric else f"<td{named}>{text}</td>"
