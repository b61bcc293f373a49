"""National values and the model's own assumptions: each with a meaning, unit, range, dates and source; none in code.

`law/*.toml` holds what is published or set by statute, each value with the day it is as of; `assumptions/*.toml` the
model's own numbers, each with what its range rests on. `value("funding.special_place_gbp", on=2025)` gives the value in
force; `rates(on=...)` lists every one. A value marked `unverified` or `assumed` says so wherever it is shown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from sufficiency.errors import InputError, MissingError, nearest

LAW: Final = "law"
ASSUMPTIONS: Final = "assumptions"
STATUSES: Final = ("sourced", "derived", "assumed", "unverified")


@dataclass(frozen=True)
class Rate:
    """One value through time: a national one, or an assumption of the model.

    `low` and `high` are the least and most that an area may put in its place. A national value has `as_of`, the day of
    its source or on which it was last read there; an assumption has `evidence`, what its range rests on, and `likely`, the
    narrower range that it is varied over, where the evidence gives one.
    """

    name: str
    meaning: str
    unit: str
    status: str
    source: str
    values: Mapping[date, float]
    low: float
    high: float
    moves: str = ""
    evidence: str = ""
    as_of: date | None = None
    likely: tuple[float, float] | None = None

    def on(self, day: date) -> float:
        """Return the value in force on `day`; a `MissingError` names the first date there is."""
        began = [since for since in self.values if since <= day]
        if not began:
            raise MissingError(
                f"{self.name} has no value on {day:%d %B %Y}; the first is from {min(self.values):%d %B %Y}"
            )
        return self.values[max(began)]

    def check(self, own: float, *, low: float | None = None, high: float | None = None) -> None:
        """Refuse an area's own value outside the range; `low` and `high` are the area's own range, where it gives one."""
        least, most = self.low if low is None else low, self.high if high is None else high
        if least > most:
            raise InputError(f"{self.name}: low, {least:,.10g}, is above high, {most:,.10g}; swap them")
        if not least <= own <= most:
            percent = f"; {own:g} % is written {own / 100:g}" if self.unit.startswith("share") and own > most else ""
            raise InputError(
                f"{self.name} is {own:,.10g} [{self.unit}]: {least:,.10g} to {most:,.10g} is expected"
                f"{f' ({self.evidence})' if self.evidence else ''}{percent}; if you mean it, give `low` and `high` of your own with it"
            )

    @property
    def is_doubtful(self) -> bool:
        """Whether it must be shown as unverified or assumed."""
        return self.status in ("assumed", "unverified")


@cache
def all_rates() -> Mapping[str, Rate]:
    """Return every value by name, 'file.key': the national ones of each file before its assumptions."""
    found: dict[str, Rate] = {}
    for file in sorted((f for room in (LAW, ASSUMPTIONS) for f in _files(room)), key=lambda f: f.name):
        part = file.name.removesuffix(".toml")
        for key, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            name = f"{part}.{key}"
            if name in found:
                raise InputError(f"policy value {name} is given twice, in law and in assumptions: take one of them out")
            found[name] = _rate(name, entry)
    return MappingProxyType(found)


def _files(room: str) -> list[Traversable]:
    return [f for f in resources.files(f"sufficiency.{room}").iterdir() if f.name.endswith(".toml")]


def _rate(name: str, entry: Mapping[str, Any]) -> Rate:
    lacking = [k for k in ("meaning", "unit", "status", "source", "values") if not entry.get(k)]
    lacking += [k for k in ("low", "high") if k not in entry]
    if not (entry.get("as_of") or entry.get("evidence")):
        lacking.append("as_of (of a national value) or evidence (of an assumption)")
    if lacking or entry["status"] not in STATUSES:
        raise InputError(
            f"policy value {name} lacks {', '.join(lacking) or 'a known status'}; status is one of {STATUSES}"
        )
    values = {date.fromisoformat(day): float(amount) for day, amount in entry["values"].items()}
    low, high = float(entry["low"]), float(entry["high"])
    outside = [amount for amount in values.values() if not low <= amount <= high]
    if outside:
        raise InputError(f"policy value {name} is {outside[0]:g}, outside its own range, {low:g} to {high:g}")
    words = {k: entry[k] for k in ("moves", "evidence", "as_of") if k in entry}
    likely = tuple(float(v) for v in entry["likely"]) if "likely" in entry else None
    if likely is not None and not (len(likely) == 2 and low <= likely[0] <= likely[1] <= high):
        raise InputError(
            f"policy value {name}: likely is {list(likely)}; two values from {low:g} to {high:g} are expected"
        )
    return Rate(
        name,
        entry["meaning"],
        entry["unit"],
        entry["status"],
        entry["source"],
        MappingProxyType(values),
        low,
        high,
        **words,
        likely=likely,
    )


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
    """Return every value in force on `on`: name, value, unit, its range, meaning, since, as of, status, where from."""
    rows = []
    for found in all_rates().values():
        began = [since for since in found.values if since <= on]
        if began:
            rows.append(
                {
                    "name": found.name,
                    "value": found.values[max(began)],
                    "unit": found.unit,
                    "low": found.low,
                    "high": found.high,
                    "likely_low": found.likely[0] if found.likely else None,
                    "likely_high": found.likely[1] if found.likely else None,
                    "meaning": found.meaning,
                    "since": max(began),
                    "as_of": found.as_of,
                    "status": found.status,
                    "source": found.source,
                    "evidence": found.evidence,
                    "moves": found.moves,
                }
            )
    return pd.DataFrame(rows)
