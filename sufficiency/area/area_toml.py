"""What `area.toml` says, as it was read and found to have the shape that the template shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, Required, TypedDict


class Said(TypedDict, total=False):
    """A note of the area's own: what it says, of which table, and whether that is doubtful or missing."""

    table: str
    kind: str
    says: Required[str]


class AreaToml(TypedDict):
    """The parts of the file."""

    name: NotRequired[str]  # an area made from downloads gets its name elsewhere
    base_year: int
    authorities: Mapping[str, str]  # code -> name
    sources: NotRequired[dict[str, str]]  # table -> source
    assumptions: NotRequired[dict[str, dict[str, object]]]  # name -> value, unit, says, status, source
    notes: NotRequired[list[Said]]
    roads: NotRequired[str]
