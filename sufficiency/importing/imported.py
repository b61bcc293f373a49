"""What an import did, to be read by the person who asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Imported:
    """What was written to an area folder, and what was not used and why.

    Attributes
    ----------
    headline
        What was read, in one line.
    folder
        The area folder.
    written
        File and what it now holds.
    unused
        What was not used, and why.
    remarks
        What else a reader should know.
    """

    headline: str
    folder: Path
    written: Sequence[tuple[str, str]]
    unused: Sequence[str] = ()
    remarks: Sequence[str] = ()

    def __str__(self) -> str:
        """Return all of it as lines for a screen."""
        wide = max((len(file) for file, _ in self.written), default=0)
        lines = [self.headline, f"Written to {self.folder}:"]
        lines += [f"  {file:<{wide}}  {says}" for file, says in self.written] or ["  nothing"]
        if self.unused:
            lines += ["Not used:", *(f"  {says}" for says in self.unused)]
        return "\n".join([*lines, *self.remarks])
