"""What a zip holds, read without trusting what it claims of itself."""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import ExitStack
from lzma import LZMAError
from typing import IO, Final

from sufficiency.errors import InputError

LARGEST_BYTES: Final = 2_500_000_000  # unpacked; the largest that is read, the ONS Postcode Directory, has about 1.3
LARGEST_RATIO: Final = 400  # unpacked over packed; text packs 10 to 60 times
LARGEST_NESTED: Final = 400_000_000  # bytes of a zip in a zip, or of a workbook, which are held whole
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
        with zipfile.ZipFile(io.BytesIO(stream.read(LARGEST_BYTES)) if not stream.seekable() else stream) as packed:
            names = [i.filename for i in packed.infolist()[:MOST_MEMBERS] if not i.is_dir()]
    except BROKEN as caught:
        raise InputError(f"{source} can't be read as a zip: {caught}; download it again") from caught
    return sorted(n for n in names if not n.startswith("__MACOSX/") and not n.split("/")[-1].startswith((".", "~$")))


def member_of(stack: ExitStack, stream: IO[bytes], member: str, *, source: str) -> IO[bytes]:
    """Return one file of a zip as a stream that ends with an error where it unpacks to more than any release.

    Raises
    ------
    InputError
        If the zip is broken or has no such member.
    """
    try:
        packed = stack.enter_context(zipfile.ZipFile(stream))
        entry = packed.getinfo(member)
        opened = stack.enter_context(packed.open(entry))
    except (*BROKEN, KeyError) as caught:
        raise InputError(f"{source} can't be read as a zip: {caught}; download it again") from caught
    limit = min(LARGEST_BYTES, max(entry.compress_size, 1_000) * LARGEST_RATIO)
    stopped = stack.enter_context(io.BufferedReader(_Stopped(opened, limit, f"{source}: {member}"), 1 << 20))
    if member.lower().endswith(".zip"):
        return io.BytesIO(stopped.read(LARGEST_NESTED))
    return stopped


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
                "check where it came from"
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)
