"""A part's assumptions as one small value: what it takes from an area, and nothing else of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TypeVar

from sufficiency import policy
from sufficiency.area.area import Area

T = TypeVar("T")


def taken(kind: type[T], area: Area) -> T:
    """Return a dataclass of numbers filled with the assumptions of its fields' names, `forecast.` before each."""
    return _filled(kind, area.value)


def usual(kind: type[T], year: int) -> T:
    """Return the same with the library's own values, where there is no area to ask."""
    return _filled(kind, lambda name: policy.value(name, on=year))


def _filled(kind: type[T], value: Callable[[str], float]) -> T:
    return kind(**{f.name: value(f"forecast.{f.name}") for f in fields(kind)})  # type: ignore[arg-type]
