"""Tables of the document: thin rules, numbers to the right, columns as wide as their longest word and no word broken.

A table is written as its text of XML and read once: cell by cell a document of a hundred tables takes ten times as long.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import matplotlib as mpl
import pandas as pd
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
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
TWIPS: Final = 1440 / 2.54  # in a centimetre
SPACE: Final = '<w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/>'  # around a line, in twips
CONTROLS: Final = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")  # that no document may hold
RULES: Final = {"top": (8, "0B3566"), "bottom": (8, "0B3566"), "insideH": (4, "C9D1DA")}  # eighths of a point, colour


def add_grid(made: Document, table: Table, *, largest: float = SIZES[0]) -> int:
    """Add a table in type of at most `largest` points, and return how many of its rows are shown."""
    frame = table.frame.head(min(table.rows_shown, MOST_ROWS))
    numeric = [_is_right(frame[c], table.formats.get(str(c), "")) for c in frame]
    how = [(str(c), table.formats.get(str(c), "")) for c in frame]
    rows = [[label(column) for column, _ in how]]
    rows += [
        [_in_words(value, *told) for value, told in zip(record, how, strict=True)]
        for record in frame.itertuples(index=False)
    ]
    size, widths = _set_widths(list(zip(*rows, strict=True)), largest)
    last = len(rows) - 1
    written = [
        _row(row, widths, numeric, size, is_head=n == 0, is_kept=len(frame) <= WHOLE_ROWS and n < last)
        for n, row in enumerate(rows)
    ]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    grid = f"<w:tbl {nsdecls('w')}>{_properties()}<w:tblGrid>{columns}</w:tblGrid>{''.join(written)}</w:tbl>"
    made.element.body.insert_element_before(parse_xml(grid), "w:sectPr")
    return len(frame)


def words_cm(text: str, points: float, *, bold: bool = False) -> float:
    """Return how wide words are in the widest face that a reader's computer may put in the place of ours. [cm]"""
    face = "DejaVuSans-Bold" if bold else "DejaVuSans"
    return sum(_at_one_point(letter, face) for letter in text) * points * 2.54 / 72 * LEEWAY


@cache
def _at_one_point(letter: str, face: str) -> float:
    font = get_font(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{face}.ttf"))
    font.set_size(100, 72)
    glyph = font.load_glyph(font.get_char_index(ord(letter)))  # one that the face lacks is a box
    return float(glyph.linearHoriAdvance) / 65536 / 100


def _in_words(value: str | float | None, column: str, how: str) -> str:
    is_code = isinstance(value, str) and how == "code"
    return CONTROLS.sub(" ", label(str(value), column) if is_code else shown(value, "" if how == "code" else how))


def _is_right(values: pd.Series, how: str) -> bool:
    return pd.api.types.is_numeric_dtype(values) and how != "year"


@cache
def _properties() -> str:
    """Return what holds for a whole table, in the order that Word wants it."""
    rules = "".join(
        f'<w:{edge} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
        for edge, (size, colour) in RULES.items()
    )
    margins = "".join(f'<w:{edge} w:w="{round(EDGES_CM / 2 * TWIPS)}" w:type="dxa"/>' for edge in ("left", "right"))
    return (
        f'<w:tblPr><w:tblW w:type="auto" w:w="0"/><w:jc w:val="left"/><w:tblBorders>{rules}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        '<w:tblLook w:firstColumn="1" w:firstRow="1" w:lastColumn="0" w:lastRow="0" w:noHBand="0" w:noVBand="1" '
        'w:val="04A0"/></w:tblPr>'
    )


def _row(
    texts: Sequence[str],
    widths: Sequence[int],
    numeric: Sequence[bool],
    size: float,
    *,
    is_head: bool,
    is_kept: bool,
) -> str:
    """Return a row: the head is repeated on each page, no row is broken over two, and a kept one stays with the next."""
    told = '<w:tblHeader w:val="true"/>' if is_head else "<w:cantSplit/>"
    face = f'<w:b/><w:color w:val="{ACCENT}"/>' if is_head else ""
    kept = "<w:keepNext/>" if is_kept else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width}"/></w:tcPr><w:p><w:pPr>{kept}{SPACE}{_side(right)}</w:pPr>'
        f'<w:r><w:rPr>{face}<w:sz w:val="{round(2 * size)}"/></w:rPr>'
        f'<w:t xml:space="preserve">{html.escape(text, quote=False)}</w:t></w:r></w:p></w:tc>'
        for text, width, right in zip(texts, widths, numeric, strict=True)
    )
    return f"<w:tr><w:trPr>{told}</w:trPr>{cells}</w:tr>"


def _side(right: bool) -> str:  # noqa: FBT001 - of a cell
    return '<w:jc w:val="right"/>' if right else ""


def _set_widths(columns: Sequence[Sequence[str]], largest: float) -> tuple[float, list[int]]:
    """Return a size of type, and widths: the longest word of each column whole, what is left shared by what it holds. [twips]"""
    for size in (size for size in SIZES if size <= largest):
        least = [_longest_word_cm(texts, size) for texts in columns]
        if sum(least) <= PAGE_WIDTH_CM:
            break
    whole = [min(WIDEST_CM, max(_line_cm(texts, size), w)) for texts, w in zip(columns, least, strict=True)]
    spare = PAGE_WIDTH_CM - sum(least)
    wanted = sum(whole) - sum(least)
    given = min(1.0, spare / wanted) if wanted > 0 and spare > 0 else 0.0
    scale = 1.0 if spare >= 0 else PAGE_WIDTH_CM / sum(least)
    return size, [int((w + given * (full - w)) * scale * TWIPS) for w, full in zip(least, whole, strict=True)]


def _longest_word_cm(texts: Sequence[str], size: float) -> float:
    head, *body = [text.split() or ["-"] for text in texts]
    longest = max(words_cm(word, size, bold=True) for word in head)
    return max([longest, *(words_cm(word, size) for words in body for word in words)]) + EDGES_CM


def _line_cm(texts: Sequence[str], size: float) -> float:
    """Return the width in which every row but the head is one line."""
    return max((words_cm(text, size) for text in texts[1:]), default=0.0) + EDGES_CM
