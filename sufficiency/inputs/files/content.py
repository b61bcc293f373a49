"""What a file is, told by its first bytes and not by its name; and of one that holds no table, what it is instead."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO, Final, Literal

from sufficiency.errors import InputError

Content = Literal["text", "zip", "book", "gzip"]
START: Final = 4_096  # bytes
OLE_SEARCHED: Final = 8_000_000  # bytes of an old Office file within which its parts are named
GZIP: Final = b"\x1f\x8b"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
AGAIN: Final = "download the table itself"
# How a file that is no table begins, and what it is.
STARTS: Final = (
    (b"%PDF", f"a PDF, not a table; {AGAIN}"),
    (b"\x89PNG", "a picture, not a table"),
    (b"\xff\xd8\xff", "a picture, not a table"),
    (b"GIF8", "a picture, not a table"),
    (b"BM", "a picture, not a table"),
    (b"{\\rtf", "a document, not a table"),
    (b"PAR1", "a Parquet file, which isn't read; save it as CSV"),
    (b"7z\xbc\xaf", "a 7z archive, which isn't read; unpack it, or pack it as a zip"),
    (b"Rar!", "a RAR archive, which isn't read; unpack it, or pack it as a zip"),
    (b"SQLite format 3", "a database, which isn't read; save its table as CSV"),
    (b"version https://git-lfs", f"a note of where a large file is kept (Git LFS), not the file; {AGAIN}"),
)
# How words begin that are no table.
WORDS: Final = (
    (("<!doctype html", "<html", "<head", "<body"),
     "a web page, not a table: the site answered with a page in place of the file; download it again"),
    (("<table",), "a web page's table; open it in Excel and save it as .xlsx or CSV"),
    (("<?xml", "<sen2", "<message"), "XML, not a table; a SEN2 return is read with `sufficiency import sen2`"),
    (("{", "[{"), "JSON, not a table; choose CSV"),
)  # fmt: skip
DOCUMENTS: Final = (
    ("word/", "a Word document, not a table"),
    ("ppt/", "a presentation, not a table"),
)
# Parts of an old Office file, as their names are kept in it, and what it then is.
OLD_PARTS: Final = (
    ("EncryptedPackage", "a workbook with a password, which can't be opened; take the password off and save it again"),
    ("WordDocument", "a Word document, not a table"),
    ("PowerPoint Document", "a presentation, not a table"),
)


class NoTableError(InputError):
    """A file that holds no table; the message says what it is instead."""


def content_of(path: Path) -> Content:
    """Return what a file is.

    Raises
    ------
    NoTableError
        If it is something that holds no table: says what.
    InputError
        If it can't be opened, or is a zip that is cut short.
    """
    try:
        with path.open("rb") as stream:
            return _content(stream, path.name)
    except OSError as caught:
        raise InputError(
            f"{path.name} can't be opened: {caught.strerror}; is it open elsewhere, or not yours?"
        ) from caught


def _content(stream: IO[bytes], name: str) -> Content:
    start = stream.read(START)
    if not start:
        raise NoTableError("empty: nothing was saved; download it again")
    for mark, says in STARTS:
        if start.startswith(mark) and not (mark == b"BM" and b"\x00" not in start):
            raise NoTableError(says)
    if start.startswith(GZIP):
        return "gzip"
    if start.startswith(OLE):
        return _of_old_office(start + stream.read(OLE_SEARCHED))
    if start.startswith(b"PK"):
        return _of_zip(stream, name)
    _refuse_words(start)
    return "text"


def _of_old_office(content: bytes) -> Content:
    for part, says in OLD_PARTS:
        if part.encode("utf-16-le") in content:
            raise NoTableError(says)
    return "book"


def _of_zip(stream: IO[bytes], name: str) -> Content:
    try:
        with zipfile.ZipFile(stream) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as caught:
        is_book = name.lower().endswith((".xlsx", ".xlsm", ".xlsb", ".ods"))
        what = "workbook" if is_book else "zip"
        raise InputError(f"{name} is a {what} that is cut short or damaged; download it again") from caught
    for part, says in DOCUMENTS:
        if any(n.startswith(part) for n in names) and "[Content_Types].xml" in names:
            raise NoTableError(says)
    is_book = any(n.startswith("xl/") for n in names) or "content.xml" in names
    return "book" if is_book else "zip"


def _refuse_words(start: bytes) -> None:
    """Refuse what is neither text nor a table: bytes that no text has, a web page, XML, JSON."""
    if start[:2] in UTF_16:
        words = start[2:].decode("utf-16-le" if start[:2] == UTF_16[0] else "utf-16-be", errors="ignore")
    elif b"\x00" in start:
        raise NoTableError("not text, and no workbook or zip; save the table as CSV UTF-8")
    else:
        words = start.decode("utf-8-sig", errors="replace")
    plain = words.lstrip("\ufeff \t\r\n").lower()
    if not plain:
        raise NoTableError("blank: it has no words in it; download it again")
    for marks, says in WORDS:
        if plain.startswith(marks):
            raise NoTableError(says)
