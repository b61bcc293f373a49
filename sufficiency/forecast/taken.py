"""A part's assumptions as one small value: what it takes from an area, and nothing else of it."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

from sufficiency.area.area import Area

T = TypeVar("T")


def taken(kind: type[T], area: Area) -> T:
    """Return a dataclass of numbers filled with the assumptions of its fields' names, `forecast.` before each."""
    return kind(**{f.name: area.value(f"forecast.{f.name}") for f in fields(kind)})  # type: ignore[arg-type]
