"""An area: one or more authorities' checked tables and assumptions, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, Final

import pandas as pd

from sufficiency import policy, tables
from sufficiency.errors import InputError, nearest

# Area attribute -> declaration; the file is the declaration's name. Needed tables first.
NEEDED: Final = {
    "population": tables.POPULATION,
    "plans": tables.PLANS,
}
OPTIONAL: Final = {
    "states": tables.STATES,
    "flows": tables.FLOWS,
    "requests": tables.REQUESTS,
    "sen_support": tables.SEN_SUPPORT,
    "long_view": tables.LONG_VIEW,
    "zones": tables.ZONES,
    "zone_children": tables.ZONE_CHILDREN,
    "housing": tables.HOUSING,
    "settings": tables.SCHOOLS,
    "places": tables.PLACES,
    "attendance": tables.ATTENDANCE,
    "suitability": tables.SUITABILITY,
    "travel": tables.TRAVEL,
    "unit_costs": tables.UNIT_COSTS,
    "bands": tables.BANDS,
    "high_needs": tables.HIGH_NEEDS,
    "vehicles": tables.VEHICLES,
    "options": tables.OPTIONS,
}
TABLES: Final = NEEDED | OPTIONAL
FILES: Final = {name: f"{schema.name}.csv" for name, schema in TABLES.items()}


@dataclass(frozen=True, eq=False)
class Area:
    """One or more authorities' checked tables. `replace` makes a changed copy; nothing is changed in place."""

    name: str
    authorities: Mapping[str, str]
    base_year: int
    population: pd.DataFrame
    plans: pd.DataFrame
    states: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.STATES))
    flows: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.FLOWS))
    requests: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.REQUESTS))
    sen_support: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SEN_SUPPORT))
    long_view: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.LONG_VIEW))
    zones: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ZONES))
    zone_children: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ZONE_CHILDREN))
    housing: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.HOUSING))
    settings: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SCHOOLS))
    places: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PLACES))
    attendance: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ATTENDANCE))
    suitability: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SUITABILITY))
    travel: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.TRAVEL))
    unit_costs: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.UNIT_COSTS))
    bands: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.BANDS))
    high_needs: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.HIGH_NEEDS))
    vehicles: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.VEHICLES))
    options: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.OPTIONS))
    changes: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CHANGES))
    assumptions: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ASSUMPTIONS))
    sources: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["table", "source"]))
    notes: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.NOTES))
    boundaries: Mapping[str, Any] | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        """Return one line: the area, its authorities, base year and the tables that it has."""
        held = ", ".join(f"{name} {len(getattr(self, name)):,}" for name in TABLES if len(getattr(self, name)))
        return f"<Area {self.name}: {', '.join(self.authorities.values())}; January {self.base_year}; {held}>"

    def replace(self, **changed: Any) -> Area:
        """Return a copy with some tables or fields changed."""
        known = {f.name for f in fields(self)}
        for name in changed:
            if name not in known:
                raise InputError(f"an area has no '{name}'{nearest(name, known)}")
        return replace(self, **changed)

    def value(self, name: str, *, on: date | int | None = None) -> float:
        """Return the area's own assumption called `name`, or the national value in force.

        `on` is a day or a financial year; by default, the base year's.
        """
        own = self.assumptions.loc[self.assumptions["assumption"] == name, "value"]
        return float(own.iloc[0]) if len(own) else policy.value(name, on=self.base_year if on is None else on)

    def places_in(self, year: int) -> pd.Series:
        """Return places in January `year` by setting; a year not listed keeps the one before. [places]"""
        known = self.places[self.places["year"] <= year].sort_values("year")
        latest = known.drop_duplicates("setting", keep="last").set_index("setting")["places"]
        return latest.reindex(self.settings["setting"], fill_value=0).astype("int64")
