"""What the levers of the reform share: how far each is delivered, and writing changes and assumptions into an area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import pandas as pd

from sufficiency import policy, tables
from sufficiency.area.area import Area
from sufficiency.area.folder import data_folder, read_area
from sufficiency.errors import InputError

READ_ON = 2026  # the financial year in whose April the reform's assumptions are read
UNITS = ("resourced_provision", "sen_unit")
INDEPENDENT = ("independent_special", "non_maintained_special")


@dataclass(frozen=True)
class Part:
    """One part of the reform, delivered from 0 (not at all) to 1 (as announced). Its numbers are assumptions `reform.*`."""

    is_law: ClassVar[bool] = True  # no saving of the council's: a medium-term plan counts it in full, as policy

    delivered: float = 1.0

    def __post_init__(self) -> None:
        check_delivered(self.delivered)


def check_delivered(delivered: object) -> None:
    """Refuse a share delivered that is not between 0 and 1."""
    if isinstance(delivered, bool) or not isinstance(delivered, int | float) or not 0 <= delivered <= 1:
        raise InputError(f"delivered is {delivered!r}: a share from 0 (as agreed) to 1 (as announced) is expected")


def national(name: str) -> float:
    """Return the library's own value of `reform.name`."""
    return policy.value(f"reform.{name}", on=READ_ON)


def own(area: Area, name: str) -> float:
    """Return the area's value of `reform.name`, or the library's; a share above 1 is refused, whatever range was given."""
    value, unit = area.value(f"reform.{name}", on=READ_ON), policy.rate(f"reform.{name}").unit
    if unit.split()[0] == "share" and value > 1:
        raise InputError(
            f"reform.{name} is {value:g} [{unit}]: a share is from 0 (none) to 1 (all); 12 % is written 0.12"
        )
    return value


def own_year(area: Area, name: str, what: str) -> int:
    """Return a January of the reform; one that is past is refused."""
    year = int(own(area, name))
    if year <= area.base_year:
        raise InputError(
            f"{what}: reform.{name}, January {year}, is past; the first year to change is {area.base_year + 1}"
        )
    return year


def with_changes(area: Area, lever: str, rows: Iterable[Mapping[str, object]]) -> Area:
    """Return the area with changes of rates, as `tables.CHANGES`; a row that changes nothing is left out."""
    blank = dict.fromkeys(("authority", "need", "setting_type", "to_setting_type", "ncy_low", "ncy_high"))
    made = [{**blank, "lever": lever, "ramp_years": 0, **row} for row in rows]
    if not made:
        return area
    added = tables.check(pd.DataFrame(made), tables.CHANGES, source=lever)
    return area.replace(changes=pd.concat([area.changes, added], ignore_index=True))


def with_values(area: Area, lever: str, values: dict[str, float]) -> Area:
    """Return the area with assumptions of its own set, whatever they were."""
    rows = [
        {"assumption": name, "value": value, "unit": policy.rate(name).unit, "says": policy.rate(name).meaning}
        | {"status": "assumed", "source": f"lever: {lever}"}
        for name, value in values.items()
    ]
    new = tables.check(pd.DataFrame(rows), tables.ASSUMPTIONS, source=lever)
    kept = area.assumptions[~area.assumptions["assumption"].isin(list(values))]
    return area.replace(assumptions=pd.concat([kept, new], ignore_index=True) if len(kept) else new)


@cache
def _england_children() -> pd.Series:
    people = read_area(data_folder() / "england").population
    return people[people["year"] == people["year"].max()].groupby("ncy")["children"].sum()


def share_of_children(area: Area, low: int, high: int, authority: str | None = None) -> float:
    """Return an area's or an authority's share of England's children from one NCY to another. [share]"""
    people = area.population[(area.population["year"] == area.base_year) & area.population["ncy"].between(low, high)]
    if authority is not None:
        people = people[people["authority"] == authority]
    return float(people["children"].sum() / _england_children().loc[low:high].sum())
