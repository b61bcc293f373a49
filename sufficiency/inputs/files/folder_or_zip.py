"""Where a table lies in a download: in a folder, in its `data` folder, or in a zip as the publisher sends it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import Final

import pandas as pd

from sufficiency.errors import InputError, MissingError, nearest
from sufficiency.inputs.files.text import decoded, parsed

LARGEST_BYTES: Final = 400_000_000  # unpacked; the whole EHC-plan release is about 100 MB
LARGEST_RATIO: Final = 400  # unpacked over packed; text packs 10 to 60 times


def find_table(folder: str | Path, names: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Return the first of `names` that is there, as a frame of text, and what to call it in a message.

    Raises
    ------
    MissingError
        If none is there; names the nearest.
    InputError
        If it can't be read, or a zip would unpack to more than any release holds.
    """
    path = Path(folder)
    if path.is_dir():
        for name in names:
            for place in (path / name, path / "data" / name):
                if place.is_file():
                    return parsed(decoded(place.read_bytes(), source=name), source=name), name
        beside = [p.name for p in [*path.glob("*.csv"), *path.glob("data/*.csv")]]
        raise MissingError(f"there is no {' or '.join(names)} in {path}{nearest(names[0], beside)}")
    if path.is_file() and path.suffix.lower() == ".zip":
        return _from_zip(path, names)
    raise MissingError(f"there is no folder or zip {path}")


def _from_zip(path: Path, names: Sequence[str]) -> tuple[pd.DataFrame, str]:
    try:
        with zipfile.ZipFile(path) as packed:
            inside = {PurePosixPath(i.filename).name: i for i in packed.infolist() if not i.is_dir()}
            for name in names:
                if name in inside:
                    return parsed(decoded(_unpack(packed, inside[name], path), source=name), source=name), name
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        UnicodeError,
        zlib.error,
        LZMAError,
    ) as caught:
        raise InputError(f"{path.name} can't be read as a zip: {caught}; download it again") from caught
    raise MissingError(f"there is no {' or '.join(names)} in {path.name}{nearest(names[0], inside)}")


def _unpack(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> bytes:
    """Return one file of a zip, reading no more than it may hold whatever its header claims."""
    limit = min(LARGEST_BYTES, max(entry.compress_size, 1_000) * LARGEST_RATIO)
    with packed.open(entry) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise InputError(
            f"{path.name}: {entry.filename} unpacks to over {limit:,} bytes, more than any release holds; "
            "check where it came from"
        )
    return content
