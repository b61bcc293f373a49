"""What can go wrong, said so that a planner can act on it.

Every error names the thing, the value, what was expected and the way out. All descend from
`SufficiencyError`; each is also the built-in error that it resembles.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class SufficiencyError(Exception):
    """The parent of every error that this library raises on purpose."""


class InputError(SufficiencyError, ValueError):
    """A table, file or argument that can't be used as it stands."""


class MissingError(SufficiencyError, LookupError):
    """Something was asked for that is not there: a year, a rate, a table, a file."""


class InfeasibleError(SufficiencyError, ValueError):
    """The rules given can't all be kept; the message says which and by how much."""


class OutputError(SufficiencyError, OSError):
    """A result can't be written where it was asked for."""


class DisclosureError(SufficiencyError, ValueError):
    """What is to be published would tell of single children; the message says where, never how many."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to correct in a file: the line a person sees in Excel, the column, and what is wrong in words."""

    row: int | None
    column: str | None
    says: str

    def __str__(self) -> str:
        """Return the fault as a line of a report: 'row 3, need: …'."""
        where = ", ".join(part for part in (f"row {self.row}" if self.row else "", self.column or "") if part)
        return f"{where}: {self.says}" if where else self.says


class FaultyTableError(InputError):
    """A table with faults; all of them, so that a file is corrected once."""

    def __init__(self, source: str, faults: Sequence[Fault], shown: int = 20) -> None:
        self.source = source
        self.faults = tuple(faults)
        lines = [f"  {fault}" for fault in self.faults[:shown]]
        if len(self.faults) > shown:
            lines.append(f"  … and {len(self.faults) - shown:,} more")
        super().__init__("\n".join([f"{source}: {len(self.faults):,} to correct", *lines]))


def nearest(word: object, known: Iterable[object], alike: float = 0.6) -> str:
    """Return "; did you mean 'x'?" for the known word nearest to `word`, or nothing where none is `alike` (0 to 1)."""
    by_lower = {str(k).lower(): str(k) for k in known}
    near = difflib.get_close_matches(str(word).lower(), list(by_lower), n=1, cutoff=alike)
    return f"; did you mean '{by_lower[near[0]]}'?" if near else ""


def one_of(known: Iterable[object], shown: int = 16) -> str:
    """Return known values as 'A, B, C' for a message, cut short where there are many."""
    words = [str(k) for k in known]
    return ", ".join(words[:shown]) + (f" … ({len(words)} in all)" if len(words) > shown else "")
