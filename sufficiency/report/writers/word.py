"""The report as a Word document, from the same parts as the page."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Final

import docx
import pandas as pd
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table as Grid
from docx.table import _Cell, _Row
from docx.text.run import Run

from sufficiency.report.model import Chart, Map, Report, Section, Table
from sufficiency.words.say import label, shown

ACCENT: Final = RGBColor(0x0B, 0x35, 0x66)
PAGE_WIDTH_CM: Final = 16.6
SIZES: Final = (8.5, 7.5, 6.5)  # of a table's type: the first that fits [points]
TALLEST_CM: Final = 14.0  # of a picture, so that words stand beside it on its page
WHOLE_ROWS: Final = 14  # tables up to so long stay on one page
LETTER_CM: Final = 0.17  # a bold letter of the first size
EDGES_CM: Final = 0.42  # a cell's margins


def document(report: Report, pictures: dict[str, bytes]) -> bytes:
    """Return the report as .docx bytes; `pictures` has the PNG of each chart and map by key."""
    made = docx.Document()
    _styles(made)
    made.core_properties.title = report.title
    made.core_properties.language = "en-GB"
    made.add_heading(report.title, 0)
    made.add_paragraph(report.subtitle, style="Subtitle")
    _contents(made, [section.title for section in report.sections])
    for number, section in enumerate(report.sections, start=1):
        _section(made, number, section, report if number == 1 else None, pictures)
    made.add_paragraph(report.attribution).style = made.styles["Caption"]
    page = io.BytesIO()
    made.save(page)
    return page.getvalue()


def _styles(made: Document) -> None:
    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin = page.bottom_margin = Cm(2)
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    for name in ("Title", "Subtitle", "Heading 1", "Heading 2", "Caption"):
        made.styles[name].font.name = "Arial"
        made.styles[name].font.color.rgb = ACCENT
        made.styles[name].element.rPr.rFonts.set(qn("w:asciiTheme"), "")
        for theme in ("w:asciiTheme", "w:hAnsiTheme"):
            made.styles[name].element.rPr.rFonts.attrib.pop(qn(theme), None)
    made.styles["Caption"].font.size = Pt(9)


def _contents(made: Document, titles: Sequence[str]) -> None:
    """Add a contents field that already shows the headings; Word fills in page numbers when it is updated."""
    made.add_paragraph("Contents").runs[0].bold = True
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.line_spacing = 1.3
    run = paragraph.add_run()
    _field(run, "begin")
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = 'TOC \\o "1-1" \\h \\z \\u'
    run._r.append(instruction)
    _field(run, "separate")
    for place, title in enumerate(titles, start=1):
        if place > 1:
            paragraph.add_run().add_break()
        paragraph.add_run(f"{place}  {title}")
    _field(paragraph.add_run(), "end")
    made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _field(run: Run, kind: str) -> None:
    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    run._r.append(part)


def _section(made: Document, number: int, section: Section, first: Report | None, pictures: dict[str, bytes]) -> None:
    made.add_heading(f"{number}  {section.title}", 1)
    for headline in first.headlines if first else ():
        line = made.add_paragraph(style="List Bullet")
        line.add_run(f"{headline.value} ").bold = True
        line.add_run(headline.says + (f" ({headline.range})" if headline.range else ""))
    for paragraph in section.words:
        made.add_paragraph(paragraph.replace("`", ""))
    for point in section.points:
        made.add_paragraph(point.replace("`", ""), style="List Bullet")
    for exhibit in section.exhibits:
        if isinstance(exhibit, Table):
            _table(made, exhibit)
        else:
            _picture(made, exhibit, pictures[exhibit.key])
    if section.assumptions:
        made.add_heading("What these figures rest on", 2)
        for assumption in section.assumptions:
            line = made.add_paragraph(assumption.replace("`", ""), style="List Bullet")
            line.paragraph_format.space_after = Pt(1)
            line.runs[0].font.size = Pt(8.5)


def _picture(made: Document, exhibit: Chart | Map, png: bytes) -> None:
    title = made.add_paragraph(exhibit.title, style="Caption")
    title.paragraph_format.keep_with_next = True
    wide, tall = struct.unpack(">II", png[16:24])  # where a PNG says its size
    made.add_picture(io.BytesIO(png), width=Cm(min(16.4, TALLEST_CM * wide / tall)))
    made.paragraphs[-1].paragraph_format.keep_with_next = True
    picture = made.paragraphs[-1]._p.xpath(".//wp:docPr")[0]
    picture.set("descr", exhibit.alt)
    picture.set("title", exhibit.title)
    _note(made, f"{exhibit.alt} {exhibit.note}".strip())


def _table(made: Document, table: Table) -> None:
    title = made.add_paragraph(table.title, style="Caption")
    title.paragraph_format.keep_with_next = True
    frame = table.frame.head(min(table.rows_shown, 40))
    grid = made.add_table(rows=1, cols=len(frame.columns), style="Light List Accent 1")
    grid.alignment = WD_TABLE_ALIGNMENT.LEFT
    numeric = [pd.api.types.is_numeric_dtype(frame[c]) and table.formats.get(str(c)) != "year" for c in frame]
    for cell, column, is_number in zip(grid.rows[0].cells, frame.columns, numeric, strict=True):
        _write(cell, label(str(column)), right=is_number, bold=True)
    _repeat_header(grid.rows[0])
    for record in frame.itertuples(index=False):
        cells = grid.add_row().cells
        for cell, column, value, is_number in zip(cells, frame.columns, record, numeric, strict=True):
            how = table.formats.get(str(column), "")
            words = (
                label(value, str(column))
                if isinstance(value, str) and how == "code"
                else shown(value, "" if how == "code" else how)
            )
            _write(cell, words, right=is_number)
        _keep_whole(grid.rows[-1])
    _set_widths(grid)
    more = f" The workbook has all {len(table.frame):,} rows." if len(table.frame) > len(frame) else ""
    if len(frame) <= WHOLE_ROWS:
        _keep_together(grid)
    _note(made, (table.note + more).strip())


def _set_widths(grid: Grid) -> None:
    """Give each column its longest word whole, in smaller type where need be, and share what is left by what it holds."""
    grid.autofit = False
    rows = [row.cells for row in grid.rows]
    columns = [[row[place].text for row in rows] for place in range(len(grid.columns))]
    for size in SIZES:
        letter = LETTER_CM * size / SIZES[0]
        least = [max(len(w) for t in [*texts, "-"] for w in t.split()) * letter + EDGES_CM for texts in columns]
        if sum(least) <= PAGE_WIDTH_CM:
            break
    typical = [min(38.0, sum(len(t) for t in texts[1:]) / max(len(texts) - 1, 1)) * letter for texts in columns]
    more = [max(t + EDGES_CM - w, 0.05) for t, w in zip(typical, least, strict=True)]
    spare = PAGE_WIDTH_CM - sum(least)
    shares = more if spare > 0 else least
    for place, (column, w, s) in enumerate(zip(grid.columns, least, shares, strict=True)):
        width = Cm(w + spare * s / sum(shares))
        column.width = width  # in the grid too: some readers go by the grid, others by the cells
        for row in rows:
            row[place].width = width
            if size < SIZES[0]:
                row[place].paragraphs[0].runs[0].font.size = Pt(size)


def _write(cell: _Cell, words: str, *, right: bool, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(words)
    run.font.size, run.bold = Pt(SIZES[0]), bold
    paragraph.paragraph_format.space_after = Pt(1)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _note(made: Document, text: str) -> None:
    line = made.add_paragraph()
    line.add_run(text.replace("`", "")).font.size = Pt(9)
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(3), Pt(10)


def _keep_together(grid: Grid) -> None:
    for row in grid.rows[:-1]:
        row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True


def _keep_whole(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _repeat_header(row: _Row) -> None:
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(repeat)
