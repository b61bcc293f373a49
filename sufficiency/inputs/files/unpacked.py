"""How much a workbook would take to open, told before it is: its parts unpacked, and the cells that its sheets span.

A workbook is a zip of XML. One of 12 MB can unpack to 2 GB, and one of 1 kB with a cell in its last row and column is
read as 17 thousand million cells. What its parts claim of themselves is not trusted: each is unpacked and measured, a
piece at a time.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn
from xml.parsers import expat

from sufficiency.errors import InputError
from sufficiency.inputs.files.packed import BROKEN, as_read

LARGEST_SHEET: Final = 800_000_000  # bytes of XML; ONS's small areas by age and sex have about 250 million
LARGEST_PART: Final = 150_000_000  # bytes of any other part: the words that cells share, an .ods, which is opened whole
MOST_CELLS: Final = 20_000_000  # from a sheet's first to its last; ONS's small areas have 7 million
PIECE: Final = 1 << 22  # bytes
LONGEST_TAG: Final = 1 << 16  # bytes

ROW: Final = re.compile(rb"<(?:\w+:)?row(?=[\s>/])(?:[^>]*?\br\s*=\s*[\"'](\d+))?")
CELL: Final = re.compile(rb"<(?:\w+:)?c[\s>/]")
CELLS_COLUMN: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]+)\d")
CELLS_ROW: Final = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]+(\d+)")  # a cell's own row, which may belie its row's
ODS_TAG: Final = re.compile(rb"<table:(table-row|table-cell|covered-table-cell|table)(?=[ >/])([^>]*)>")
REPEATED: Final = re.compile(rb"table:number-(?:columns|rows)-repeated\s*=\s*[\"'](\d+)")
MOST_DIGITS: Final = 12
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of any sheet; more are cut off as it is read
VALUES: Final = range(2, 12)  # kinds of record of an .xlsb that hold a cell's value; 0 begins a row


def refuse_large(content: bytes, *, source: str) -> None:
    """Refuse a workbook that would take more memory to open than any published one.

    Raises
    ------
    InputError
        Naming the limit and the way out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            for entry in book.infolist():
                pieces = _pieces(book, entry, source)
                name = entry.filename.lower()
                if name == "content.xml":
                    pieces = _well_formed(pieces, source)
                span = _of_binary(pieces) if name.endswith(".bin") else _of_xml(pieces, is_ods=name == "content.xml")
                if span > MOST_CELLS:
                    raise InputError(
                        f"{source}: a sheet spans {span:,} cells from its first to its last, more than the {MOST_CELLS:,} "
                        "that are read; clear what stands far below or beside the table, or save the table as CSV"
                    )
    except zipfile.BadZipFile:
        return  # an .xls, which can't span more, or no workbook, as its reader will say
    except BROKEN as caught:
        raise InputError(f"{source} can't be read as a workbook ({type(caught).__name__}); save it again") from caught


def _pieces(book: zipfile.ZipFile, entry: zipfile.ZipInfo, source: str) -> Iterator[bytes]:
    """Yield a part's bytes, each piece up to the beginning of a tag; end with an error where there are too many."""
    name = entry.filename.lower()
    is_sheet = name.endswith((".xml", ".bin")) and "sharedstrings" not in name and name != "content.xml"
    limit = LARGEST_SHEET if is_sheet else LARGEST_PART
    total, rest = 0, b""
    with as_read(book, entry) as stream:
        while piece := stream.read(PIECE):
            total += len(piece)
            if total > limit:
                raise InputError(
                    f"{source}: its part {entry.filename.split('/')[-1]} unpacks to over {limit:,} bytes, more than any "
                    "published workbook; save the sheet that you need as CSV, or check where the file came from"
                )
            whole = rest + piece
            cut = whole.rfind(b"<", len(whole) - LONGEST_TAG if len(whole) > LONGEST_TAG else 0)
            cut = cut if cut >= 0 else len(whole)
            rest = whole[cut:]
            yield whole[:cut]
    yield rest


def _well_formed(pieces: Iterable[bytes], source: str) -> Iterator[bytes]:
    """Yield an .ods's content as it is read; end with an error where it is broken XML, which its reader never leaves."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: _refuse_broken(source, "it declares a document type")
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            yield piece
        parser.Parse(b"", True)
    except expat.ExpatError as caught:
        _refuse_broken(source, f"{expat.ErrorString(caught.code)}, line {caught.lineno}")


def _refuse_broken(source: str, why: str) -> NoReturn:
    raise InputError(f"{source} can't be read as a workbook: its XML is broken ({why}); save it again")


def _of_xml(pieces: Iterable[bytes], *, is_ods: bool) -> int:
    """Return the cells that a part's sheet spans, or an .ods's sheets together; 0: it is no sheet."""
    return _of_ods(pieces) if is_ods else _of_xlsx(pieces)


def _of_xlsx(pieces: Iterable[bytes]) -> int:
    counted, last, width, here = 0, 0, 0, 0
    for piece in pieces:
        rows = ROW.findall(piece)
        counted += len(rows)
        last = max([last, *(_number(r) for r in {*rows, *CELLS_ROW.findall(piece)} if r)])
        columns = CELLS_COLUMN.findall(piece)
        width = max([width, *map(_column_number, set(columns))])
        if len(CELL.findall(piece)) > len(columns):  # cells without a reference stand one after another
            first, *others = (len(CELL.findall(part)) for part in ROW.split(piece)[::2])
            width = max([width, here + first, *others])
            here = others[-1] if others else here + first
    return max(counted, last) * width


def _number(digits: bytes) -> int:
    """Return a row's number; of more digits than any has, the most that many digits can say."""
    return int(digits) if len(digits) <= MOST_DIGITS else int(10**MOST_DIGITS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:MOST_DIGITS].upper():
        number = number * 26 + letter - 64
    return number


def _of_ods(pieces: Iterable[bytes]) -> int:
    """Return the cells of every table together: an .ods is opened whole."""
    whole, rows, last, width, column = 0, 0, 0, 0, 0
    for piece in pieces:
        for kind, words in ODS_TAG.findall(piece):
            repeated = REPEATED.search(words)
            count = _number(repeated[1]) if repeated else 1
            if kind == b"table":
                whole += min(last, MOST_ROWS) * min(width, MOST_COLUMNS)
                rows = last = width = 0
            elif kind == b"table-row":
                rows, column = rows + count, 0
            else:
                column += count
                if b"value-type" in words or not words.endswith(b"/"):
                    width, last = max(width, column), rows
    return whole + min(last, MOST_ROWS) * min(width, MOST_COLUMNS)


def _of_binary(pieces: Iterable[bytes]) -> int:
    """Return the cells that a sheet of an .xlsb spans: records of a kind, a length and that many bytes."""
    content = b"".join(pieces)
    at, row, last, width = 0, 0, 0, 0
    while at + 2 <= len(content):
        kind, at = _varied(content, at, 2)
        size, at = _varied(content, at, 4)
        first = int.from_bytes(content[at : at + 4], "little")
        if kind == 0:
            row = first + 1
        elif kind in VALUES:
            last, width = max(last, row), max(width, first + 1)
        at += size
    return last * width


def _varied(content: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, and where the next begins."""
    number = 0
    for place in range(most):
        byte = content[at + place] if at + place < len(content) else 0
        number |= (byte & 127) << (7 * place)
        if byte < 128:
            return number, at + place + 1
    return number, at + most
