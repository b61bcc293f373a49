"""National values: each with a meaning, unit, dates and source, in a TOML file; none in code.

`value("funding.special_place_gbp", on=2025)` gives the value in force; `rates(on=...)` lists every one with where it
comes from. A value marked `unverified` or `assumed` says so wherever it is shown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from sufficiency.errors import InputError, MissingError, nearest

ROOMS: Final = ("sufficiency.law", "sufficiency.assumptions")
STATUSES: Final = ("sourced", "derived", "assumed", "unverified")


@dataclass(frozen=True)
class Rate:
    """One national value through time."""

    name: str
    meaning: str
    unit: str
    status: str
    source: str
    values: Mapping[date, float]
    moves: str = ""

    def on(self, day: date) -> float:
        """Return the value in force on `day`; a `MissingError` names the first date there is."""
        began = [since for since in self.values if since <= day]
        if not began:
            raise MissingError(
                f"{self.name} has no value on {day:%d %B %Y}; the first is from {min(self.values):%d %B %Y}"
            )
        return self.values[max(began)]

    @property
    def is_doubtful(self) -> bool:
        """Whether it must be shown as unverified or assumed."""
        return self.status in ("assumed", "unverified")


@cache
def all_rates() -> Mapping[str, Rate]:
    """Return every national value by name, 'file.key'."""
    found: dict[str, Rate] = {}
    for room in ROOMS:
        for file in sorted(resources.files(room).iterdir(), key=lambda f: f.name):
            if file.name.endswith(".toml"):
                part = file.name.removesuffix(".toml")
                entries = tomllib.loads(file.read_text(encoding="utf-8"))
                found |= {f"{part}.{key}": _rate(f"{part}.{key}", entry) for key, entry in entries.items()}
    return MappingProxyType(found)


def _rate(name: str, entry: dict[str, Any]) -> Rate:
    lacking = [k for k in ("meaning", "unit", "status", "source", "values") if not entry.get(k)]
    if lacking or entry["status"] not in STATUSES:
        raise InputError(
            f"policy value {name} lacks {', '.join(lacking) or 'a known status'}; status is one of {STATUSES}"
        )
    values = {date.fromisoformat(day): float(amount) for day, amount in entry["values"].items()}
    return Rate(name, entry["meaning"], entry["unit"], entry["status"], entry["source"], values, entry.get("moves", ""))


def rate(name: str) -> Rate:
    """Return the national value called `name`, with its dates and source."""
    known = all_rates()
    if name not in known:
        raise MissingError(f"there is no policy value '{name}'{nearest(name, known)}")
    return known[name]


def value(name: str, *, on: date | int) -> float:
    """Return the value in force on a day, or through the financial year that starts in April of the year `on`."""
    return rate(name).on(on if isinstance(on, date) else date(int(on), 4, 1))


def rates(on: date) -> pd.DataFrame:
    """Return every value in force on `on`: name, value, unit, meaning, since, status, source, moves."""
    rows = []
    for found in all_rates().values():
        began = [since for since in found.values if since <= on]
        if began:
            rows.append(
                {
                    "name": found.name,
                    "value": found.values[max(began)],
                    "unit": found.unit,
                    "meaning": found.meaning,
                    "since": max(began),
                    "status": found.status,
                    "source": found.source,
                    "moves": found.moves,
                }
            )
    return pd.DataFrame(rows)
