"""An area: one or more authorities' checked tables and assumptions, frozen."""

# ruff: noqa: RUF009 - `_optional` returns a dataclass's field

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd
import pandera.pandas as pa

from sufficiency import policy, tables
from sufficiency.area.followed import why_not_followed
from sufficiency.errors import InputError, SufficiencyError, nearest, one_of
from sufficiency.frozen import frozen
from sufficiency.notebook import titled
from sufficiency.words.geojson import Features


class AreaTable(NamedTuple):
    """A table of an area: its declaration, whether an area needs it, and what its absence costs, in words."""

    declared: pa.DataFrameSchema
    is_needed: bool = False
    without: str = ""

    @property
    def file(self) -> str:
        """What its file in the area's folder is called."""
        return f"{self.declared.name}.csv"


def _needed(declared: pa.DataFrameSchema) -> dict[str, AreaTable]:
    return {"table": AreaTable(declared, is_needed=True)}


def _optional(declared: pa.DataFrameSchema, without: str = "") -> Any:
    return field(
        default_factory=lambda: tables.empty(declared), metadata={"table": AreaTable(declared, without=without)}
    )


@frozen
@dataclass(frozen=True, eq=False)
class Area:
    """One or more authorities' checked tables. `replace` makes a changed copy; nothing is changed in place.

    A table is declared here and nowhere else: its attribute, its columns, and what an area can't do without it. The
    folder, its template and the notes follow. Rows are kept in the order of each table's key.
    """

    name: str
    authorities: Mapping[str, str]
    base_year: int
    population: pd.DataFrame = field(metadata=_needed(tables.POPULATION))
    plans: pd.DataFrame = field(metadata=_needed(tables.PLANS))
    states: pd.DataFrame = _optional(
        tables.STATES,
        "needs are not known: every plan is counted as 'not recorded', and places can't be planned by need",
    )
    flows: pd.DataFrame = _optional(tables.FLOWS, "joiners and leavers are inferred from the stock alone")
    transitions: pd.DataFrame = _optional(tables.TRANSITIONS)
    requests: pd.DataFrame = _optional(tables.REQUESTS, "levers on requests and thresholds can't be tested")
    in_year: pd.DataFrame = _optional(tables.IN_YEAR)
    sen_support: pd.DataFrame = _optional(tables.SEN_SUPPORT, "SEN Support is not forecast")
    long_view: pd.DataFrame = _optional(tables.LONG_VIEW)
    zones: pd.DataFrame = _optional(tables.ZONES, "nothing is allocated, and no journey is estimated")
    zone_children: pd.DataFrame = _optional(tables.ZONE_CHILDREN, "children are shared out evenly among zones")
    towns: pd.DataFrame = _optional(tables.TOWNS)
    housing: pd.DataFrame = _optional(tables.HOUSING)
    settings: pd.DataFrame = _optional(tables.SCHOOLS, "nothing is allocated, and no journey is estimated")
    places: pd.DataFrame = _optional(tables.PLACES, "nothing is allocated, and no journey is estimated")
    pipeline: pd.DataFrame = _optional(
        tables.PIPELINE, "no place that is agreed or proposed is known, beyond what places.csv has"
    )
    attendance: pd.DataFrame = _optional(tables.ATTENDANCE)
    suitability: pd.DataFrame = _optional(
        tables.SUITABILITY, "the library's own table of which designation suits which need is used"
    )
    overflow: pd.DataFrame = _optional(
        tables.OVERFLOW, "where children go who are turned away is the library's estimate for England"
    )
    travel: pd.DataFrame = _optional(tables.TRAVEL)
    unit_costs: pd.DataFrame = _optional(tables.UNIT_COSTS, "national unit costs are used")
    bands: pd.DataFrame = _optional(tables.BANDS)
    high_needs: pd.DataFrame = _optional(tables.HIGH_NEEDS)
    vehicles: pd.DataFrame = _optional(tables.VEHICLES, "the library's assumed vehicle costs are used")
    options: pd.DataFrame = _optional(tables.OPTIONS)
    outcomes: pd.DataFrame = _optional(tables.OUTCOMES, "how children with SEND fare is not shown beside others")
    neighbours: pd.DataFrame = _optional(tables.NEIGHBOURS, "measures stand beside England's alone")
    school_sen: pd.DataFrame = _optional(tables.SCHOOL_SEN, "SEN Support is not shown by school or district")
    aims: pd.DataFrame = _optional(tables.AIMS)
    changes: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CHANGES))
    coming: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PIPELINE))  # rows that a scenario opens
    assumptions: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ASSUMPTIONS))
    sources: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["table", "source"]))
    notes: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.NOTES))
    boundaries: Features | None = field(default=None, repr=False)
    roads: Path | None = None  # an extract or folder of tables, for the journeys that `travel` lacks

    def __post_init__(self) -> None:
        self._settle([f.name for f in fields(self)])

    def __repr__(self) -> str:
        """Return one line: the area, its authorities, base year, and how many of its tables have rows."""
        held = sum(len(getattr(self, name)) > 0 for name in TABLES)
        where = f"{len(self.settings):,} settings, {len(self.zones):,} zones"
        names = one_of(self.authorities.values(), shown=4)
        return f"<Area {self.name}: {names}; January {self.base_year}; {where}; {held} of {len(TABLES)} tables>"

    def _repr_html_(self) -> str:
        rows = [(TABLES[name].file, len(getattr(self, name))) for name in TABLES if len(getattr(self, name))]
        title = f"{self.name}: {one_of(self.authorities.values(), shown=4)}; base year January {self.base_year}"
        doubtful = int((self.notes["kind"] == "doubtful").sum())
        lacks = one_of(TABLES[name].file for name in TABLES if not len(getattr(self, name))) or "none"
        says = f"Not given: {lacks}. {doubtful:,} of {len(self.notes):,} notes say what is doubtful."
        return titled(title, pd.DataFrame(rows, columns=["table", "rows"]), note=says)

    @property
    def is_followed(self) -> bool:
        """Whether `transitions` follow every authority's children to the base year, so that forecasts rest on them."""
        return len(self.transitions) > 0 and not why_not_followed(self.transitions, self.authorities, self.base_year)

    def replace(self, **changed: object) -> Area:
        """Return a copy with some tables or fields changed."""
        known = {f.name for f in fields(self)}
        for name in changed:
            if name not in known:
                raise InputError(f"an area has no '{name}'{nearest(name, known)}")
        made = object.__new__(type(self))
        vars(made).update(vars(self))  # the tables themselves: neither of the two can be edited
        for name, value in changed.items():
            object.__setattr__(made, name, value)
        made._settle(changed)
        return made

    def changed_from(self, other: Area) -> frozenset[str]:
        """Return the names of the tables and fields in which this area is not as the other."""
        names = [f.name for f in fields(self)]
        return frozenset(name for name in names if not _same(vars(self)[name], vars(other)[name]))

    def _settle(self, given: Collection[str]) -> None:
        """Put the tables given in the order of their keys, and refuse assumptions that can't be meant."""
        for name in given:
            if name in TABLES:
                ordered = tables.in_key_order(getattr(self, name), TABLES[name].declared)
                object.__setattr__(self, name, ordered)
        if "assumptions" in given:
            own = self.assumptions
            check_assumptions(own)
            # Asked for hundreds of times a run, and a table that is handed out is copied.
            vars(self)["own_values"] = dict(zip(own["assumption"], own["value"].astype("float64"), strict=True))

    def value(self, name: str, *, on: date | int | None = None) -> float:
        """Return the area's own assumption called `name`, or the national value in force.

        `on` is a day or a financial year; by default, the base year's.
        """
        own: Mapping[str, float] = vars(self)["own_values"]
        return own[name] if name in own else policy.value(name, on=self.base_year if on is None else on)

    def history(self, name: str) -> dict[int, float]:
        """Return every value by the financial year it is of: the area's own alone, in its base year, or the national ones."""
        own: Mapping[str, float] = vars(self)["own_values"]
        if name in own:
            return {self.base_year: own[name]}
        return {day.year: value for day, value in policy.rate(name).values.items()}

    def range_of(self, name: str) -> tuple[float, float]:
        """Return the range that an assumption is drawn from: the area's own, or the library's.

        A value that the area gives without a range is known, and is the same in every draw.
        """
        own = self.assumptions[self.assumptions["assumption"] == name]
        if own.empty:
            known = policy.rate(name)
            return known.low, known.high
        value = float(own["value"].iloc[0])
        low, high = (own[c].fillna(value).iloc[0] if c in own else value for c in ("low", "high"))
        return float(low), float(high)

    def places_in(self, year: int) -> pd.Series:
        """Return places in January `year` by setting; a year not listed keeps the one before. [places]"""
        known = self.places[self.places["year"] <= year].sort_values("year")
        latest = known.drop_duplicates("setting", keep="last").set_index("setting")["places"]
        return latest.reindex(self.settings["setting"], fill_value=0).astype("int64")


TABLES: Final[Mapping[str, AreaTable]] = {f.name: f.metadata["table"] for f in fields(Area) if "table" in f.metadata}


def _same(one: object, other: object) -> bool:
    if one is other:
        return True
    return one.equals(other) if isinstance(one, pd.DataFrame) else bool(one == other)


def check_assumptions(assumptions: pd.DataFrame) -> None:
    """Refuse an area's own assumptions that are not known by name, or lie outside their range; all of them at once."""
    wrong = []
    for own in assumptions.itertuples():
        least, most = (getattr(own, bound, None) for bound in ("low", "high"))
        try:
            policy.rate(str(own.assumption)).check(
                own.value, low=None if pd.isna(least) else least, high=None if pd.isna(most) else most
            )
        except SufficiencyError as fault:
            wrong.append(str(fault))
    if wrong:
        raise InputError("\n".join(wrong))
