"""The report as a Word document, from the same parts as the page: what decides first, then contents, then the rest."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from typing import Final

from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.shared import Cm, Pt

from sufficiency.report.model import Cards, Chart, Exhibit, Map, Report, Section, Table
from sufficiency.report.writers.document.grids import SIZES, add_grid
from sufficiency.report.writers.document.pages import (
    PAGE_WIDTH_CM,
    QUIET,
    add_caption,
    add_contents,
    add_heading,
    blank_document,
)

TALLEST_CM: Final = {Chart: 11.5, Map: 15.0}  # of a picture, so that words stand beside it on its page
FIRST: Final = "decision"  # the key of the section that has the first page to itself
FIRST_PAGE: Final = 7.0  # of its tables and their notes, so that all of it is one page [points]
SMALL: Final = 8.5  # of notes and assumptions [points]


@dataclass
class _Making:
    """The document as far as it is made, its pictures, and how many exhibits of each kind it has."""

    made: Document
    pictures: dict[str, bytes]
    counts: dict[str, int] = field(default_factory=lambda: {"Table": 0, "Figure": 0})

    def caption(self, kind: str, title: str) -> None:
        self.counts[kind] += 1
        add_caption(self.made, kind, self.counts[kind], title)

    def note(self, text: str, points: float = SMALL) -> None:
        if not text:
            return
        line = self.made.add_paragraph()
        run = line.add_run(text.replace("`", ""))
        run.font.size, run.font.color.rgb = Pt(points), QUIET
        line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(3), Pt(points)


def document(report: Report, pictures: dict[str, bytes]) -> bytes:
    """Return the report as .docx bytes; `pictures` has the PNG of each chart and map by key."""
    making = _Making(blank_document(report.title, report.subtitle), pictures)
    making.made.add_heading(report.title, 0)
    making.made.add_paragraph(report.subtitle, style="Subtitle")
    number = 0
    for section in report.sections:
        number += not section.within
        _section(making, number, section)
        if section is report.sections[0]:
            if section.key == FIRST:
                making.made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            add_contents(making.made, [part.short or part.title for part in report.sections if not part.within])
            making.made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    making.note(report.attribution)
    page = io.BytesIO()
    making.made.save(page)
    return page.getvalue()


def _section(making: _Making, number: int, section: Section) -> None:
    made = making.made
    if section.within:
        made.add_heading(section.title, 2)
    else:
        add_heading(made, number, section.title)
    for headline in section.figures:
        line = made.add_paragraph(style="List Bullet")
        line.add_run(f"{headline.value} ").bold = True
        line.add_run(headline.says + (f" ({headline.range})" if headline.range else ""))
    for paragraph in section.words:
        line = made.add_paragraph()
        run = line.add_run(paragraph.replace("`", ""))
        if section.key == FIRST:  # all of it on one page
            run.font.size, line.paragraph_format.space_after = Pt(9), Pt(3)
    for point in section.points:
        made.add_paragraph(point.replace("`", ""), style="List Bullet")
    for exhibit in section.exhibits_read:
        _exhibit(making, exhibit, is_first=section.key == FIRST)
    if section.assumptions:
        made.add_heading("What these figures rest on", 2)
        for assumption in section.assumptions:
            line = made.add_paragraph(assumption.replace("`", ""), style="List Bullet")
            line.paragraph_format.space_after = Pt(1)
            line.runs[0].font.size = Pt(SMALL)


def _exhibit(making: _Making, exhibit: Exhibit, *, is_first: bool) -> None:
    if isinstance(exhibit, Cards):
        return  # for the page; a table stands for them
    if not isinstance(exhibit, Table):
        _picture(making, exhibit)
    elif "document" in exhibit.shown_in:
        _table(making, exhibit, is_first=is_first)


def _picture(making: _Making, exhibit: Chart | Map) -> None:
    making.caption("Figure", exhibit.title)
    png = making.pictures[exhibit.key]
    wide, tall = struct.unpack(">II", png[16:24])  # where a PNG says its size
    width = min(PAGE_WIDTH_CM, TALLEST_CM[type(exhibit)] * wide / tall)
    making.made.add_picture(io.BytesIO(png), width=Cm(width))
    making.made.paragraphs[-1].paragraph_format.keep_with_next = True
    picture = making.made.paragraphs[-1]._p.xpath(".//wp:docPr")[0]
    picture.set("descr", exhibit.alt)
    picture.set("title", exhibit.title)
    making.note(f"{exhibit.alt} {exhibit.note}".strip())


def _table(making: _Making, table: Table, *, is_first: bool) -> None:
    making.caption("Table", table.title)
    rows = add_grid(making.made, table, largest=FIRST_PAGE if is_first else SIZES[0])
    more = f" The workbook has all {len(table.frame):,} rows." if len(table.frame) > rows else ""
    making.note((table.note + more).strip(), FIRST_PAGE if is_first else SMALL)
