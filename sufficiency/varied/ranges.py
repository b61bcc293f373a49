"""Between which values each assumption is varied, and an area with one of them put at an end of its range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import pandas as pd

from sufficiency import policy, tables
from sufficiency.allocate.overflow.sampled import national_overflow
from sufficiency.area.area import Area
from sufficiency.words.destinations import DESTINATIONS

LOW, MIDDLE, HIGH = ENDS = ("low", "middle", "high")
OVERFLOW: Final = "overflow"  # the file, and the first word of what is varied in it
FACTOR: Final = "sensitivity.usual_factor"
YES_OR_NO: Final = ("yes or no", "1 or 0")
# Ranges of overflow.csv: every quantity that its table gives as low, middle and high.
QUANTITIES: Final = tuple(c.removesuffix("_low") for c in tables.OVERFLOW.columns if c.endswith("_low"))


@dataclass(frozen=True)
class Varied:
    """An assumption with the values that it is varied between.

    `because` says how its range is known. Those of `overflow.csv` move at every age together, as in a draw, and `low`,
    `middle` and `high` are their means over ages.
    """

    name: str
    meaning: str
    unit: str
    low: float
    middle: float
    high: float
    because: str
    evidence: str
    by_age: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict, repr=False
    )  # of overflow.csv: end -> age group

    @property
    def room(self) -> str:
        """The part of its name before the dot."""
        return self.name.split(".")[0]


@dataclass(frozen=True)
class Held:
    """An assumption that is not varied, and why."""

    name: str
    meaning: str
    value: float
    because: str


def to_vary(area: Area, names: Iterable[str]) -> tuple[list[Varied], list[Held]]:
    """Return assumptions among `names` with their ranges, and those that are held, with the reason.

    The range is the first of: the area's own; the middle with its `_spread` either way; the likely range, where
    `assumptions/*.toml` gives one; both answers of yes or no; and otherwise as much as the range that is accepted holds
    between the value divided and the value multiplied by `sensitivity.usual_factor`.
    """
    varied: list[Varied] = []
    held: list[Held] = []
    for name in sorted(names):
        rate = policy.rate(name)
        if not rate.evidence:
            continue  # a national value: published, so it has a source and no range
        found = _ranged(area, rate)
        if isinstance(found, Varied):
            varied.append(found)
        else:
            held.append(found)
    return varied, held


def of_overflow(area: Area) -> list[Varied]:
    """Return the ranges of `overflow.csv`: for each destination its share, price and share carried."""
    table = _overflow(area)
    found = []
    for code, own in table.groupby("destination", sort=False):
        for quantity in QUANTITIES:
            low, middle, high = (float(own[f"{quantity}_{end}"].mean()) for end in ENDS)
            if (own[f"{quantity}_low"] < own[f"{quantity}_high"]).any():
                declared = tables.OVERFLOW.columns[f"{quantity}_low"].description
                words, _, unit = str(declared).partition(" [")
                says = words.split(":")[0].removesuffix(", lowest")
                source = {"share": "share", "gbp": "price"}.get(quantity, quantity)
                found.append(
                    Varied(
                        f"{OVERFLOW}.{code}.{quantity}",
                        f"{DESTINATIONS[str(code)].name}: {says[0].lower()}{says[1:]}",
                        unit.removesuffix("]") or "share",
                        low,
                        middle,
                        high,
                        "its range in overflow.csv, mean over ages",
                        str(own[f"{source}_source"].iloc[0]),
                        {end: dict(zip(own["age_group"], own[f"{quantity}_{end}"], strict=True)) for end in ENDS},
                    )
                )
    return found


def put(area: Area, varied: Varied, end: str) -> Area:
    """Return the area with one assumption at an end of its range: 'low', 'middle' or 'high'."""
    if varied.room == OVERFLOW:
        _, code, quantity = varied.name.split(".")
        table = _overflow(area)
        rows = table["destination"] == code
        for column in ENDS:
            table.loc[rows, f"{quantity}_{column}"] = table.loc[rows, "age_group"].map(varied.by_age[end])
        return area.replace(overflow=table)
    return _with_values(area, {varied.name: getattr(varied, end)})


def at_the_middle(area: Area, varied: Sequence[Varied]) -> Area:
    """Return the area with nothing drawn from a range: each assumption at its middle in every draw.

    A value with a history keeps it, since one number can't stand for it.
    """
    rates = policy.all_rates()
    values = {v.name: v.middle for v in varied if v.room != OVERFLOW and len(rates[v.name].values) == 1}
    spreads = {f"{name}_spread": 0.0 for name in values if f"{name}_spread" in rates}
    area = _with_values(area, values | spreads)
    for one in varied:
        area = put(area, one, MIDDLE) if one.room == OVERFLOW else area
    return area


def _ranged(area: Area, rate: policy.Rate) -> Varied | Held:
    own = set(area.assumptions["assumption"])
    if rate.name not in own and min(rate.values) > date(area.base_year, 4, 1):
        return Held(rate.name, rate.meaning, float("nan"), "it has no value by the base year")
    value = area.value(rate.name)
    found = _range(area, rate, value)
    if isinstance(found, str):
        return Held(rate.name, rate.meaning, value, found)
    low, high, because = found
    if not low < high:
        return Held(rate.name, rate.meaning, value, "its likely range has no width")
    return Varied(rate.name, rate.meaning, rate.unit, min(low, value), value, max(high, value), because, rate.evidence)


def _range(area: Area, rate: policy.Rate, value: float) -> tuple[float, float, str] | str:
    own = area.assumptions[area.assumptions["assumption"] == rate.name]
    if len(own):
        low, high = (float(own[end].iloc[0]) if end in own else float("nan") for end in ("low", "high"))
        if pd.isna(low) or pd.isna(high):
            return "the area gives it without a range, so it is taken as known"
        return low, high, "the area's own range"
    if rate.name.endswith("_spread"):
        return f"it is the range of {rate.name.removesuffix('_spread')}, which is varied"
    if f"{rate.name}_spread" in policy.all_rates():
        spread = area.value(f"{rate.name}_spread")
        return value - spread, value + spread, "as it is drawn in each future"
    if rate.likely is not None:
        return *rate.likely, "its likely range"
    if rate.unit in YES_OR_NO:
        return rate.low, rate.high, "yes or no"
    if value == 0:
        return "it is 0, and nothing says how far from it may be likely"
    factor = area.value(FACTOR)
    low, high = sorted((value / factor, value * factor))
    return max(low, rate.low), min(high, rate.high), f"divided and multiplied by {factor:g}, within what is accepted"


def _overflow(area: Area) -> pd.DataFrame:
    return area.overflow if len(area.overflow) else national_overflow().copy()


def _with_values(area: Area, values: dict[str, float]) -> Area:
    """Return the area with values of its own, each without a range: the same in every draw."""
    day = date(area.base_year, 4, 1)
    rows = [
        {
            "assumption": name,
            "value": value,
            "unit": policy.rate(name).unit,
            "says": policy.rate(name).meaning,
            "status": "assumed",
            "source": f"varied; was {policy.rate(name).on(day):g}",
            "low": value,
            "high": value,
        }
        for name, value in values.items()
    ]
    if not rows:
        return area
    kept = area.assumptions[~area.assumptions["assumption"].isin(values)]
    new = tables.check(pd.DataFrame(rows), tables.ASSUMPTIONS, source="assumptions varied")
    return area.replace(assumptions=pd.concat([kept, new], ignore_index=True) if len(kept) else new)
