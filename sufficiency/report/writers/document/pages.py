"""How the pages of the document look: paper, type, running head, page numbers, numbered captions and contents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

INK: Final = RGBColor(0x1D, 0x23, 0x2A)
ACCENT: Final = RGBColor(0x0B, 0x35, 0x66)
QUIET: Final = RGBColor(0x55, 0x5F, 0x6B)
FACE: Final = "Arial"
PAGE_WIDTH_CM: Final = 17.0  # between the margins of A4
# Size, space before and after, of each style [points].
TYPE: Final = {
    "Normal": (10, 0, 5),
    "Title": (24, 0, 2),
    "Subtitle": (10, 0, 10),
    "Heading 1": (16, 18, 6),
    "Heading 2": (11, 10, 3),
    "Caption": (9.5, 10, 3),
    "List Bullet": (10, 0, 3),
    "Footer": (8, 0, 0),
    "Header": (8, 0, 0),
}


def blank_document(title: str, subject: str) -> Document:
    """Return an A4 document without words, in the report's type, with a running head and page numbers."""
    made = docx.Document()
    made.core_properties.title, made.core_properties.subject = title, subject
    made.core_properties.language, made.core_properties.author = "en-GB", "sufficiency"
    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin, page.bottom_margin = Cm(2.1), Cm(1.9)
    page.header_distance = page.footer_distance = Cm(0.9)
    page.different_first_page_header_footer = True
    for name, (size, before, after) in TYPE.items():
        _set(made.styles[name], size, before, after)
    _running_head(page.header.paragraphs[0], title)
    for foot in (page.footer.paragraphs[0], page.first_page_footer.paragraphs[0]):
        _page_number(foot)
    return made


def _set(style: ParagraphStyle, size: float, before: float, after: float) -> None:
    font, space = style.font, style.paragraph_format
    font.name, font.size, font.italic = FACE, Pt(size), False
    font.color.rgb = ACCENT if style.name.startswith(("Title", "Heading", "Caption")) else INK
    if style.name in ("Subtitle", "Header", "Footer"):
        font.color.rgb = QUIET
    space.space_before, space.space_after, space.line_spacing = Pt(before), Pt(after), 1.12
    if style.name.startswith("Heading"):
        font.bold, space.keep_with_next = True, True
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme's face would win over ours
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for spread in style.element.xpath(".//w:rPr/w:spacing"):
        spread.getparent().remove(spread)
    if style.name == "Title":
        for rule in style.element.xpath(".//w:pBdr"):
            rule.getparent().remove(rule)


def _running_head(paragraph: Paragraph, title: str) -> None:
    paragraph.add_run(title)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(PAGE_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run("\t")
    add_field(paragraph, 'STYLEREF "Heading 1"', "")


def _page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.add_run("Page ")
    add_field(paragraph, "PAGE", "1")
    paragraph.add_run(" of ")
    add_field(paragraph, "NUMPAGES", "1")


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a field that Word works out, with what is shown until it has."""
    for kind in ("begin", "code", "separate"):
        _part(paragraph, kind, code)
    paragraph.add_run(shown)
    _part(paragraph, "end", code)


def _part(paragraph: Paragraph, kind: str, code: str) -> None:
    run = paragraph.add_run()
    if kind == "code":
        instruction = OxmlElement("w:instrText")
        instruction.set(qn("xml:space"), "preserve")
        instruction.text = code
        run._r.append(instruction)
    else:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def add_caption(made: Document, kind: str, number: int, title: str) -> Paragraph:
    """Add 'Table 3. What is there today', its number being Word's, and keep it with what it is over."""
    caption = made.add_paragraph(style="Caption")
    caption.add_run(f"{kind} ")
    add_field(caption, f"SEQ {kind} \\* ARABIC", str(number))
    caption.add_run(f". {title}")
    caption.paragraph_format.keep_with_next = True
    return caption


def add_contents(made: Document, titles: Sequence[str]) -> None:
    """Add contents that show the headings, each a link; Word fills in page numbers when they are updated."""
    head = made.add_paragraph("Contents", style="Heading 2")
    head.paragraph_format.space_before = Pt(14)
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.line_spacing = 1.25
    for kind in ("begin", "code", "separate"):
        _part(paragraph, kind, 'TOC \\o "1-1" \\h \\z \\u')
    for place, title in enumerate(titles, start=1):
        _link(paragraph, f"{place}  {title}", bookmark(place), breaks=place < len(titles))
    _part(paragraph, "end", "")


def _link(paragraph: Paragraph, words: str, to: str, *, breaks: bool) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), to)
    run = paragraph.add_run(words)
    if breaks:
        run.add_break()
    link.append(run._r)
    paragraph._p.append(link)


def bookmark(number: int) -> str:
    """Return the name by which a section's heading is linked to."""
    return f"section{number}"


def add_heading(made: Document, number: int, title: str) -> None:
    """Add a section's numbered heading, with the bookmark that the contents link to."""
    heading = made.add_heading(f"{number}  {title}", 1)
    for kind in ("bookmarkStart", "bookmarkEnd"):
        mark = OxmlElement(f"w:{kind}")
        mark.set(qn("w:id"), str(number))
        if kind == "bookmarkStart":
            mark.set(qn("w:name"), bookmark(number))
        heading._p.append(mark)
