"""A scenario: a named tuple of levers, pulled in order. A lever is a value that can be called, `lever(area) -> Area`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import Protocol

from sufficiency.area.area import Area
from sufficiency.errors import InputError


class Lever(Protocol):
    """Anything that makes a changed area from an area."""

    def __call__(self, area: Area) -> Area:
        """Return the area as it would be with the lever pulled."""


@dataclass(frozen=True)
class Scenario:
    """A named tuple of levers, pulled in order."""

    name: str
    levers: tuple[Lever, ...] = ()

    def __call__(self, area: Area) -> Area:
        """Return the area with every lever pulled."""
        for lever in self.levers:
            area = lever(area)
        return area

    def check_ends_by(self, to: int) -> None:
        """Refuse a lever that begins after `to`, the last January of a run: it would be shown as worth nothing."""
        for lever in self.levers:
            begins = getattr(lever, "since", getattr(lever, "year", None))
            if isinstance(begins, Integral) and int(begins) > to:
                raise InputError(
                    f"{label(lever)}: that is after the last January of this run, {to}; run further, or begin it before"
                )

    def prefixes(self) -> Iterator[Scenario]:
        """Yield the scenario with no lever, with the first, with the first two, … with all."""
        for count in range(len(self.levers) + 1):
            yield Scenario(label(self.levers[count - 1]) if count else "As it is", self.levers[:count])


def label(lever: Lever) -> str:
    """Return a lever's words for a chart."""
    return str(getattr(lever, "label", type(lever).__name__))


def lever_name(lever: object, area: Area | None = None) -> str:
    """Return a lever's words; of an area's setting, its name in place of its code."""
    words = str(getattr(lever, "label", type(lever).__name__))
    code = getattr(lever, "setting", None)
    if area is None or code is None:
        return words
    names = area.settings.loc[area.settings["setting"] == code, "name"]
    return words.replace(f" at {code} ", f" at {names.iloc[0]} ") if len(names) else words
