"""Tables of the document: thin rules, numbers to the right, columns as wide as their longest word and no word broken."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import matplotlib as mpl
import pandas as pd
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table as Grid
from docx.table import _Cell, _Row
from matplotlib.font_manager import get_font

from sufficiency.report.model import Table
from sufficiency.report.writers.document.pages import ACCENT, PAGE_WIDTH_CM
from sufficiency.words.say import label, shown

SIZES: Final = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0)  # of a table's type: the first in which every word is whole [points]
WHOLE_ROWS: Final = 14  # tables up to so long stay on one page
MOST_ROWS: Final = 40  # of a table in the document; the workbook has them all
EDGES_CM: Final = 0.34  # a cell's margins, both sides
WIDEST_CM: Final = 10.0  # of a column of words, so that one does not starve the others
LEEWAY: Final = 1.06  # letters set on a screen's grid are a little wider than drawn
RULES: Final = {"top": (8, "0B3566"), "bottom": (8, "0B3566"), "insideH": (4, "C9D1DA")}  # eighths of a point, colour


def add_grid(made: Document, table: Table, *, largest: float = SIZES[0]) -> int:
    """Add a table in type of at most `largest` points, and return how many of its rows are shown."""
    frame = table.frame.head(min(table.rows_shown, MOST_ROWS))
    grid = made.add_table(rows=1, cols=len(frame.columns))
    grid.alignment = WD_TABLE_ALIGNMENT.LEFT
    _rule(grid)
    numeric = [_is_right(frame[c], table.formats.get(str(c), "")) for c in frame]
    for cell, column, is_number in zip(grid.rows[0].cells, frame.columns, numeric, strict=True):
        _write(cell, label(str(column)), right=is_number, bold=True)
    _repeat_header(grid.rows[0])
    for record in frame.itertuples(index=False):
        cells = grid.add_row().cells
        for cell, column, value, is_number in zip(cells, frame.columns, record, numeric, strict=True):
            _write(cell, _in_words(value, str(column), table.formats.get(str(column), "")), right=is_number)
        _keep_whole(grid.rows[-1])
    _set_widths(grid, largest)
    if len(frame) <= WHOLE_ROWS:
        _keep_together(grid)
    return len(frame)


def words_cm(text: str, points: float, *, bold: bool = False) -> float:
    """Return how wide words are in the widest face that a reader's computer may put in the place of ours. [cm]"""
    return _at_one_point(text, "DejaVuSans-Bold" if bold else "DejaVuSans") * points * 2.54 / 72 * LEEWAY


@cache
def _at_one_point(text: str, face: str) -> float:
    file = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{face}.ttf"
    font = get_font(str(file))
    font.set_size(100, 72)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64 / 100


def _in_words(value: str | float | None, column: str, how: str) -> str:
    if isinstance(value, str) and how == "code":
        return label(value, column)
    return shown(value, "" if how == "code" else how)


def _is_right(values: pd.Series, how: str) -> bool:
    return pd.api.types.is_numeric_dtype(values) and how != "year"


def _rule(grid: Grid) -> None:
    rules = OxmlElement("w:tblBorders")
    for edge, (size, colour) in RULES.items():
        rule = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", colour)):
            rule.set(qn(f"w:{name}"), value)
        rules.append(rule)
    margins = OxmlElement("w:tblCellMar")
    for edge in ("left", "right"):
        margin = OxmlElement(f"w:{edge}")
        margin.set(qn("w:w"), str(round(EDGES_CM / 2 / 2.54 * 1440)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = grid._tbl.tblPr.find(qn("w:tblLook"))  # Word wants them in this order
    look.addprevious(rules)
    look.addprevious(margins)


def _set_widths(grid: Grid, largest: float) -> None:
    """Give each column its longest word whole, in smaller type where need be, and share what is left by what it holds."""
    grid.autofit = False
    rows = [row.cells for row in grid.rows]
    columns = [[row[place].text for row in rows] for place in range(len(grid.columns))]
    for size in (size for size in SIZES if size <= largest):
        least = [_longest_word_cm(texts, size) for texts in columns]
        if sum(least) <= PAGE_WIDTH_CM:
            break
    whole = [min(WIDEST_CM, max(_line_cm(texts, size), w)) for texts, w in zip(columns, least, strict=True)]
    spare = PAGE_WIDTH_CM - sum(least)
    wanted = sum(whole) - sum(least)
    given = min(1.0, spare / wanted) if wanted > 0 and spare > 0 else 0.0
    scale = 1.0 if spare >= 0 else PAGE_WIDTH_CM / sum(least)
    for place, (column, w, full) in enumerate(zip(grid.columns, least, whole, strict=True)):
        width = Cm((w + given * (full - w)) * scale)
        column.width = width  # in the grid too: some readers go by the grid, others by the cells
        for row in rows:
            row[place].width = width
            for run in row[place].paragraphs[0].runs:
                run.font.size = Pt(size)


def _longest_word_cm(texts: list[str], size: float) -> float:
    head, *body = [text.split() or ["-"] for text in texts]
    longest = max(words_cm(word, size, bold=True) for word in head)
    return max([longest, *(words_cm(word, size) for words in body for word in words)]) + EDGES_CM


def _line_cm(texts: list[str], size: float) -> float:
    """Return the width in which every row but the head is one line."""
    return max((words_cm(text, size) for text in texts[1:]), default=0.0) + EDGES_CM


def _write(cell: _Cell, words: str, *, right: bool, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(words)
    run.font.size, run.bold = Pt(SIZES[0]), bold
    if bold:
        run.font.color.rgb = ACCENT
    space = paragraph.paragraph_format
    space.space_before, space.space_after, space.line_spacing = Pt(1.5), Pt(1.5), 1.0
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _keep_together(grid: Grid) -> None:
    for row in grid.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _keep_whole(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _repeat_header(row: _Row) -> None:
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(repeat)
