"""A sheet: one table of a download, wherever it lies — a text file, a member of a zip, a page of a workbook."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError, MissingError, nearest
from sufficiency.inputs.files import workbook
from sufficiency.inputs.files.content import GZIP, UTF_16, Content, content_of
from sufficiency.inputs.files.long_text import Columns, UnevenError, cut
from sufficiency.inputs.files.packed import LARGEST_BYTES, member_of, members_of, stops
from sufficiency.inputs.files.streamed import columns_of, encoding_of, lines_of
from sufficiency.inputs.files.text import decoded, one_table
from sufficiency.inputs.files.workbook import LONGEST_TITLE, header_row

TEXT: Final = (".csv", ".tsv", ".txt")
BOOKS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
READ_WHOLE: Final = 40_000_000  # bytes; a longer text file is read as a stream, its needed columns alone
LONGEST_ROWS: Final = 250_000_000  # bytes of a table read by its rows; Code-Point Open has 170 million
HEAD_BYTES: Final = 400_000
Keep = Callable[[Columns], "np.ndarray[Any, Any]"]


@dataclass(frozen=True, order=True)
class Sheet:
    """One table of a download.

    Attributes
    ----------
    file
        The file on disk.
    members
        Names inside zips, the outer first.
    page
        The workbook's sheet.
    top
        The row of the header, from 0, where it has been recognised; None: the first row as wide as the table.
    """

    file: Path
    members: tuple[str, ...] = ()
    page: str = ""
    top: int | None = None

    @property
    def name(self) -> str:
        """The sheet as a planner would name it: 'edubasealldata.zip › edubasealldata20260101.csv'."""
        inside = "".join(f" › {PurePosixPath(m).name}" for m in self.members)
        return f"{self.file.name}{inside}" + (f", sheet {self.page}" if self.page else "")

    @property
    def last(self) -> PurePosixPath:
        """The innermost file, whose name is the publisher's."""
        return PurePosixPath(self.members[-1] if self.members else self.file.as_posix())

    def head(self, rows: int = LONGEST_TITLE) -> list[list[str]]:
        """Return the first rows as text, titles and blank rows included."""
        if self.page:
            return list(islice(self._page_rows(), rows))
        with self.open() as stream:
            start = stream.read(HEAD_BYTES)
        if len(start) == HEAD_BYTES and start[:2] not in UTF_16:
            start = start[: start.rfind(b"\n") + 1] or start  # never within a letter of several bytes
        return [row for row, _ in zip(_cells(_words(start, self.name), self.name), range(rows), strict=False)]

    def rows(self) -> list[list[str]]:
        """Return every row as text.

        Raises
        ------
        InputError
            If it can't be read, or is longer than a table that is read whole.
        """
        if self.page:
            return list(self._page_rows())
        with self.open() as stream:
            content = stream.read(LONGEST_ROWS + 1)
        if len(content) > LONGEST_ROWS:
            raise InputError(
                f"{self.name} has over {LONGEST_ROWS:,} bytes, more than any published table of its kind; check where it "
                "came from"
            )
        return list(_cells(_words(content, self.name), self.name))

    def _page_rows(self) -> Iterator[list[str]]:
        with self.open() as stream:
            content = stream.read()
        return workbook.rows(content, self.page, source=self.name)

    def frame(self, wanted: Callable[[str], bool] | None = None, keep: Keep | None = None) -> pd.DataFrame:
        """Return the table below its header as a frame of text, a blank as ''; its index is the row in Excel less 2.

        Parameters
        ----------
        wanted
            Which columns, by name; none: all. A long file is read much faster with few.
        keep
            Of a long file, and of no other, which rows: from the wanted columns, as bytes.

        Raises
        ------
        InputError
            If it can't be read, has no rows, or has a row longer than its header.
        """
        if self.page:
            top = header_row(self.head()) if self.top is None else self.top
            return workbook.table(self._page_rows(), top, wanted, source=self.name)
        with self.open() as stream:
            start = stream.read(READ_WHOLE)
            if len(start) < READ_WHOLE:
                words = _words(start, self.name)
                return _chosen(one_table(words, self._lines_above(words), source=self.name), wanted)
            del start
        return self._streamed(wanted, keep)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open the innermost file's bytes.

        Raises
        ------
        InputError
            If it, or a zip around it, can't be read.
        """
        with ExitStack() as stack:
            try:
                stream: IO[bytes] = stack.enter_context(self.file.open("rb"))
                for member in self.members:
                    stream = member_of(stack, stream, member, source=self.file.name)
                if _is_gzip(stream):
                    opened = stack.enter_context(gzip.open(stream))
                    stream = stack.enter_context(stops(opened, LARGEST_BYTES, self.name))  # type: ignore[arg-type]
                yield stream
            except (OSError, EOFError, zipfile.BadZipFile) as caught:
                says = getattr(caught, "strerror", None) or caught
                raise InputError(f"{self.name} can't be read: {says}; download it again") from caught

    def _lines_above(self, words: str) -> int:
        rows = _cells(words, self.name)
        head = [(row, rows.line) for row, _ in zip(rows, range(LONGEST_TITLE), strict=False)]
        if not head:
            return 0
        top = header_row([row for row, _ in head]) if self.top is None else self.top
        return head[top - 1][1] if 0 < top <= len(head) else 0

    def _streamed(self, wanted: Callable[[str], bool] | None, keep: Keep | None) -> pd.DataFrame:
        """Return a long file's wanted columns, read as a stream: by its commas where it can be, by its quotes if not."""
        head = self.head()
        top = header_row(head) if self.top is None else self.top
        names = [str(c).strip() for c in head[top]]
        kept = [name for name in names if name and (wanted is None or wanted(name))]
        with self.open() as stream:
            start = stream.read(HEAD_BYTES)
        delimiter, encoding = _delimiter(_words(start, self.name)), encoding_of(start)
        if delimiter == "," and encoding != "utf-16":
            with self.open() as stream:
                for _ in range(top + 1):
                    stream.readline()
                try:
                    return cut(stream, names, kept, keep, source=self.name)
                except UnevenError:
                    pass  # a comma or a line's end within quotes, or a row that is wrong, which the next will name
        try:
            with self.open() as stream:
                return columns_of(lines_of(stream, encoding), delimiter, top, names, kept, source=self.name)
        except UnicodeDecodeError:
            with self.open() as stream:
                return columns_of(lines_of(stream, "cp1252"), delimiter, top, names, kept, source=self.name)


Source = str | Path | Sheet


def sheet_of(source: Source) -> Sheet:
    """Return a sheet as it is, and a path as the sheet that it holds: of a zip or workbook, the first.

    Raises
    ------
    MissingError
        If there is no such file; names the nearest.
    InputError
        If it is a folder or has no table.
    """
    if isinstance(source, Sheet):
        return source
    path = Path(source)
    if path.is_dir():
        raise InputError(f"{path.name} in {path.parent} is a folder; a file of that name is needed")
    if not path.is_file():
        beside = [p.name for p in path.parent.glob(f"*{path.suffix}")] if path.parent.is_dir() else []
        raise MissingError(f"there is no file {path.name} in {path.parent}{nearest(path.name, beside)}")
    inside = sheets_in(path)
    if not inside:
        raise InputError(f"{path.name} holds no table")
    return inside[0]


def sheets_in(path: Path) -> list[Sheet]:
    """Return every table of a file: itself, the tables of a zip (and of a zip in it), the pages of a workbook.

    What the file is is told by its first bytes; what a zip holds, by its members' names.

    Raises
    ------
    InputError
        If it is something that holds no table; if it, or a zip or workbook in it, can't be opened.
    """
    return list(_inside(Sheet(path), content_of(path), depth=0))


def is_text(name: str) -> bool:
    """Return whether a name is that of delimited text, packed by gzip or not."""
    return name.lower().removesuffix(".gz").endswith(TEXT[:2])


def is_book(name: str) -> bool:
    """Return whether a name is that of a workbook."""
    return name.lower().endswith(BOOKS)


def _by_name(name: str) -> Content | None:
    """Return what a zip's member is by its name; None: it holds no table."""
    if is_text(name):
        return "text"
    return "book" if is_book(name) else "zip" if name.lower().endswith(".zip") else None


def _inside(sheet: Sheet, content: Content | None, *, depth: int) -> Iterator[Sheet]:
    if content in ("text", "gzip"):
        yield sheet
    elif content == "book":
        with sheet.open() as stream:
            pages = workbook.pages(stream.read(), source=sheet.name)
        yield from (Sheet(sheet.file, sheet.members, page) for page in pages)
    elif content == "zip" and depth <= 1:
        with sheet.open() as stream:
            inside = members_of(stream, source=sheet.name)
        for member in inside:
            yield from _inside(Sheet(sheet.file, (*sheet.members, member)), _by_name(member), depth=depth + 1)


def _is_gzip(stream: IO[bytes]) -> bool:
    peek = getattr(stream, "peek", None)
    return peek is not None and peek(len(GZIP))[: len(GZIP)] == GZIP


def _chosen(frame: pd.DataFrame, wanted: Callable[[str], bool] | None) -> pd.DataFrame:
    if wanted is None:
        return frame
    chosen = frame[[c for c in frame.columns if wanted(str(c))]]
    chosen.attrs["header"] = list(frame.columns)
    return chosen


def _words(content: bytes, source: str) -> str:
    """Return a file's text with every line's end as one character, so that lines can be counted."""
    return decoded(content, source=source).replace("\r\n", "\n").replace("\r", "\n")


def _delimiter(words: str) -> str:
    lines = words[:HEAD_BYTES].splitlines()[:LONGEST_TITLE]
    widest = max(lines, key=lambda line: max(line.count(d) for d in ",;\t"), default="")
    return max(",;\t", key=widest.count)


class _cells:  # noqa: N801 - reads as a function
    """The rows of delimited text, the delimiter being the commonest in its widest line; `line`: lines read so far."""

    def __init__(self, words: str, source: str) -> None:
        self._rows = csv.reader(io.StringIO(words.replace("\x00", "")), delimiter=_delimiter(words))
        self._source = source

    def __iter__(self) -> _cells:
        return self

    def __next__(self) -> list[str]:
        try:
            return [cell.strip() for cell in next(self._rows)]
        except csv.Error as caught:
            raise InputError(f"{self._source} can't be read as a table: {caught}; check for stray quotes") from caught

    @property
    def line(self) -> int:
        return self._rows.line_num
