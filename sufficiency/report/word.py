"""The report as a Word document, from the same parts as the page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from sufficiency.report.model import Chart, Map, Report, Section, Table
from sufficiency.report.words import label, shown

ACCENT: Final = RGBColor(0x0B, 0x35, 0x66)
PAGE_WIDTH_CM: Final = 16.6


def document(report: Report, pictures: dict[str, bytes]) -> bytes:
    """Return the report as .docx bytes; `pictures` has the PNG of each chart and map by key."""
    made = Document()
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


def _styles(made: Any) -> None:
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


def _contents(made: Any, titles: Sequence[str]) -> None:
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
    made.add_page_break()


def _field(run: Any, kind: str) -> None:
    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    run._r.append(part)


def _section(made: Any, number: int, section: Section, first: Report | None, pictures: dict[str, bytes]) -> None:
    made.add_heading(f"{number}  {section.title}", 1)
    for headline in first.headlines if first else ():
        line = made.add_paragraph(style="List Bullet")
        line.add_run(f"{headline.value} ").bold = True
        line.add_run(f"{headline.says} {headline.range}".strip())
    for paragraph in section.words:
        made.add_paragraph(paragraph)
    for point in section.points:
        made.add_paragraph(point, style="List Bullet")
    for exhibit in section.exhibits:
        if isinstance(exhibit, Table):
            _table(made, exhibit)
        else:
            _picture(made, exhibit, pictures[exhibit.key])
    if section.assumptions:
        made.add_heading("What these figures rest on", 2)
        for assumption in section.assumptions:
            made.add_paragraph(assumption, style="List Bullet")


def _picture(made: Any, exhibit: Chart | Map, png: bytes) -> None:
    title = made.add_paragraph(exhibit.title, style="Caption")
    title.paragraph_format.keep_with_next = True
    made.add_picture(io.BytesIO(png), width=Cm(16.4))
    picture = made.paragraphs[-1]._p.xpath(".//wp:docPr")[0]
    picture.set("descr", exhibit.alt)
    picture.set("title", exhibit.title)
    made.add_paragraph(f"{exhibit.alt} {exhibit.note}".strip()).runs[0].font.size = Pt(9)


def _table(made: Any, table: Table) -> None:
    title = made.add_paragraph(table.title, style="Caption")
    title.paragraph_format.keep_with_next = True
    frame = table.frame.head(min(table.rows_shown, 40))
    grid = made.add_table(rows=1, cols=len(frame.columns), style="Light List Accent 1")
    grid.alignment = WD_TABLE_ALIGNMENT.LEFT
    numeric = [pd.api.types.is_numeric_dtype(frame[c]) and table.formats.get(str(c)) != "year" for c in frame]
    for cell, column in zip(grid.rows[0].cells, frame.columns, strict=True):
        _write(cell, label(str(column)), right=False, bold=True)
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
    _set_widths(grid)
    more = f" The workbook has all {len(table.frame):,} rows." if len(table.frame) > len(frame) else ""
    made.add_paragraph((table.note + more).strip()).paragraph_format.space_after = Pt(10)


def _set_widths(grid: Any) -> None:
    """Share the page's width among columns by the longest word and the typical length of what they hold."""
    grid.autofit = False
    columns = [[cell.text for cell in column.cells] for column in grid.columns]
    wants = [
        max(
            max(len(w) for t in texts for w in [*t.split(), "-"]),
            min(38.0, sum(len(t) for t in texts[1:]) / max(len(texts) - 1, 1)),
        )
        for texts in columns
    ]
    for column, want in zip(grid.columns, wants, strict=True):
        width = Cm(PAGE_WIDTH_CM * (want + 2.5) / sum(w + 2.5 for w in wants))
        for cell in column.cells:
            cell.width = width


def _write(cell: Any, words: str, *, right: bool, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(words)
    run.font.size, run.bold = Pt(8.5), bold
    paragraph.paragraph_format.space_after = Pt(1)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat_header(row: Any) -> None:
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(repeat)
