"""A folder made beside its place and put there in one step: whoever looks finds the old one whole, or the new one."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sufficiency.errors import OutputError

LIST: Final = "files.json"  # every file of a report, with its SHA-256
MOST_OTHERS: Final = 500  # files of other people's that a report's folder may hold
STALE_SECONDS: Final = (
    3600  # what a killed run left is taken away after so long, where it can't be asked whether it lives
)
HERE: Final = -100  # AT_FDCWD of Linux: paths are taken from the working folder
EXCHANGE: Final = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


@contextmanager
def in_place_of(target: Path, *, made_before: Callable[[Path], list[Path]]) -> Iterator[Path]:
    """Give a new folder to fill; once it is filled, it takes the place of `target` in one step.

    Whatever else lies in the target comes with it. If anything goes wrong, or the computer stops, the target is as it was.

    Parameters
    ----------
    target
        A folder, there or not; `check_writable` has looked at it.
    made_before
        Returns the files of a target that an older version wrote there, where it has no list of its own.

    Raises
    ------
    OutputError
        If the disk is full or the target can't be replaced; the message says what holds.
    """
    target = target.resolve()
    _sweep(target)
    try:
        with tempfile.TemporaryDirectory(
            prefix=f"{_prefix(target)}{os.getpid()}-", dir=target.parent, ignore_cleanup_errors=True
        ) as made:
            new = Path(made) / "new"
            new.mkdir()
            yield new
            _write_list(new)
            if target.is_dir():
                _bring(_others(target, made_before(target)), target, new)
                shutil.copymode(target, new)
                _exchange(new, target, Path(made) / "old")
            else:
                os.rename(new, target)
    except OutputError:
        raise  # it says what is wrong
    except OSError as caught:
        kept = "what was there before is whole" if target.is_dir() else "nothing was written"
        raise OutputError(
            f"the report can't be put in {target}: {caught.strerror or caught}; {kept}. "
            "Close its files if any is open, see that the disk has room, or choose another folder with --out"
        ) from caught


def check_own_folder(target: Path, made_before: Callable[[Path], list[Path]]) -> None:
    """Raise OutputError where a folder can't be replaced whole: one that somebody works in, or that holds much else."""
    folder = target.resolve()
    if folder == Path.cwd() or folder in Path.cwd().parents:
        raise OutputError(
            f"the report can't be written to {target}: it is the folder you work in, or above it. A report is put in place "
            "as a whole folder: give it one of its own, such as --out report"
        )
    if (folder / "area.toml").is_file() or (folder.parent / LIST).is_file():
        what = "an area's folder" if (folder / "area.toml").is_file() else "inside another report"
        raise OutputError(
            f"the report can't be written to {target}: it is {what}; give the report a folder of its own with --out"
        )
    if folder.is_dir() and sum(1 for _ in _others(folder, made_before(folder))) > MOST_OTHERS:
        raise OutputError(
            f"the report can't be written to {target}: it holds more than {MOST_OTHERS} files that aren't a report's; "
            "give the report a folder of its own with --out"
        )


def _prefix(target: Path) -> str:
    return f".{target.name}-being-written-"


def _sweep(target: Path) -> None:
    """Put back what a killed run had set aside, and take away what it left."""
    left = [path for path in target.parent.iterdir() if path.name.startswith(_prefix(target)) and path.is_dir()]
    for path in left:
        is_stale = not _is_alive(path.name.removeprefix(_prefix(target)).split("-")[0], path)
        if not target.exists() and (path / "old").is_dir():
            os.rename(path / "old", target)
        if is_stale:
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(writer: str, left: Path) -> bool:
    """Return whether the run that writes a folder still goes on: it is asked where that is safe, else its age tells."""
    if os.name == "posix" and writer.isdecimal():
        try:
            os.kill(int(writer), 0)
        except ProcessLookupError:
            return False
        except OSError:
            pass  # somebody else's process of that number: its age tells
    return time.time() - left.stat().st_mtime <= STALE_SECONDS


def _write_list(new: Path) -> None:
    files = sorted(path for path in new.rglob("*") if path.is_file())
    listed = {path.relative_to(new).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    (new / LIST).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def _others(target: Path, made_before: list[Path]) -> Iterator[Path]:
    """Return files of a target that no report wrote there."""
    own = set(made_before)
    if (target / LIST).is_file():
        with suppress(ValueError):  # somebody's own file of that name: it goes by the names of a report's files
            own = {target / LIST, *(target / name for name in json.loads((target / LIST).read_text(encoding="utf-8")))}
    return (path for path in target.rglob("*") if path not in own and (path.is_symlink() or not path.is_dir()))


def _bring(others: Iterator[Path], target: Path, new: Path) -> None:
    """Put files into the new folder as well, the same file where the disk allows it."""
    for path in others:
        there = new / path.relative_to(target)
        if there.exists():
            continue  # a report's own file: the new one stands
        there.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, there, follow_symlinks=False)
        except (OSError, NotImplementedError):
            shutil.copy2(path, there, follow_symlinks=False)


def _exchange(new: Path, target: Path, aside: Path) -> None:
    """Put one folder in the place of another: in one step where the system can, else in two, back again if the second fails."""
    if _exchanged(new, target):
        return
    os.rename(target, aside)
    try:
        os.rename(new, target)
    except OSError:
        os.rename(aside, target)
        raise


def _exchanged(one: Path, other: Path) -> bool:
    """Return whether the system has exchanged two folders in one step; False where it has no such call."""
    paths = os.fsencode(one), os.fsencode(other)
    if sys.platform not in ("linux", "darwin"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    if hasattr(system, "renameat2"):
        return bool(system.renameat2(HERE, paths[0], HERE, paths[1], EXCHANGE) == 0)
    return hasattr(system, "renamex_np") and bool(system.renamex_np(*paths, EXCHANGE) == 0)
