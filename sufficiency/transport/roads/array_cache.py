"""Arrays kept on disk under a hash of what they were made from, so that nothing stale is ever read."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]

FORM: Final = "1"  # changed whenever what is kept, or how it is worked out, changes


def kept(folder: Path | None, parts: tuple[object, ...], make: Callable[[], Arrays]) -> Arrays:
    """Return arrays made from `parts` before, or make them and keep them.

    A folder that can't be written to, or a file that can't be read, costs time only.
    """
    if folder is None:
        return make()
    path = folder / f"{key(FORM, *parts)}.npz"
    with (
        suppress(OSError, ValueError, zipfile.BadZipFile, EOFError, KeyError),
        np.load(path, allow_pickle=False) as file,
    ):
        return {name: file[name] for name in file.files}
    made = make()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
            np.savez_compressed(part, **made)  # type: ignore[arg-type]
        os.replace(part.name, path)
    return made


def key(*parts: object) -> str:
    """Return a hash of text, numbers, bytes and arrays."""
    found = hashlib.sha256()
    for part in parts:
        content = (
            part
            if isinstance(part, bytes)
            else np.ascontiguousarray(part).tobytes()
            if isinstance(part, np.ndarray)
            else str(part).encode()
        )
        found.update(str(len(content)).encode() + b":" + content)
    return found.hexdigest()[:32]


def file_key(path: Path) -> str:
    """Return a hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def user_folder() -> Path:
    """Return where this user's programs keep what they can make again."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "sufficiency"
