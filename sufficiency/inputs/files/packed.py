"""What a zip holds, read without trusting what it claims of itself."""

from __future__ import annotations

import copy
import io
import zipfile
import zlib
from contextlib import ExitStack
from lzma import LZMAError
from typing import IO, Final

from sufficiency.errors import InputError

LARGEST_BYTES: Final = 2_500_000_000  # unpacked; the largest that is read, the ONS Postcode Directory, has about 1.3
LARGEST_RATIO: Final = 400  # unpacked over packed; text packs 10 to 60 times
LARGEST_HELD: Final = 300_000_000  # bytes of a zip in a zip, or of a workbook, which are held whole
HELD: Final = (".zip", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
PIECE: Final = 1 << 20  # bytes
MOST_MEMBERS: Final = 20_000
BROKEN: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    zlib.error,
    LZMAError,
)  # what a damaged zip raises


def members_of(stream: IO[bytes], *, source: str) -> list[str]:
    """Return the names of a zip's files in order, without folders and what a Mac or Excel leaves beside them.

    Raises
    ------
    InputError
        If it is no zip, or is broken.
    """
    try:
        with zipfile.ZipFile(stream) as packed:
            names = [i.filename for i in packed.infolist()[:MOST_MEMBERS] if not i.is_dir()]
    except BROKEN as caught:
        raise InputError(f"{source} can't be read as a zip: {caught}; download it again") from caught
    return sorted(n for n in names if not n.startswith("__MACOSX/") and not n.split("/")[-1].startswith((".", "~$")))


def member_of(stack: ExitStack, stream: IO[bytes], member: str, *, source: str) -> IO[bytes]:
    """Return one file of a zip as a stream that ends with an error where it unpacks to more than any release.

    Raises
    ------
    InputError
        If the zip is broken, has no such member, or the member is a zip or workbook too large to be held.
    """
    try:
        packed = stack.enter_context(zipfile.ZipFile(stream))
        entry = packed.getinfo(member)
        opened = stack.enter_context(as_read(packed, entry))
    except (*BROKEN, KeyError) as caught:
        raise InputError(f"{source} can't be read as a zip: {caught}; download it again") from caught
    is_held = member.lower().endswith(HELD)
    limit = min(LARGEST_HELD if is_held else LARGEST_BYTES, max(entry.compress_size, 1_000) * LARGEST_RATIO)
    stopped = stack.enter_context(stops(opened, limit, f"{source}: {member}"))
    return held(stopped) if is_held else stopped


def as_read(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    """Open a member that gives all that it unpacks to, whatever size its entry claims."""
    whole = copy.copy(entry)
    whole.file_size = 1 << 62
    return packed.open(whole)


def stops(stream: IO[bytes], limit: int, source: str) -> io.BufferedReader:
    """Return a stream that ends with an error past a limit, and where what is packed is broken."""
    return io.BufferedReader(_Stopped(stream, limit, source), PIECE)


def held(stream: IO[bytes]) -> io.BytesIO:
    """Return a whole stream in memory, once."""
    whole = io.BytesIO()
    while piece := stream.read(PIECE):
        whole.write(piece)
    whole.seek(0)
    return whole


class _Stopped(io.RawIOBase):
    """A stream that refuses to give more than a limit, and says so when a member is broken."""

    def __init__(self, inner: IO[bytes], limit: int, source: str) -> None:
        self._inner, self._left, self._limit, self._source = inner, limit, limit, source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            chunk = self._inner.read(len(buffer))
        except BROKEN as caught:
            raise InputError(f"{self._source} can't be read: {caught}; download it again") from caught
        self._left -= len(chunk)
        if self._left < 0:
            raise InputError(
                f"{self._source} unpacks to over {self._limit:,} bytes, more than any release holds; "
                "check where it came from, or unpack it yourself and give the table alone"
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)
