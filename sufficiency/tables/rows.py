"""Rows of tables as `itertuples` gives them: the columns that rules about one row read, and their types."""

from __future__ import annotations

from typing import Protocol


class ChangeRow(Protocol):
    """A row of `CHANGES`; a label that is blank or missing means all."""

    lever: str
    flow: str
    factor: float
    since: int
    ramp_years: int
    authority: str | None
    need: str | None
    setting_type: str | None
    to_setting_type: str | None
    ncy_low: int | None
    ncy_high: int | None


class ProjectRow(Protocol):
    """A row of `PIPELINE`; where a new setting is, its ages and the project's own chance are missing if not given."""

    project: str
    setting: str
    kind: str
    status: str
    places: int
    opens: int
    easting: float
    northing: float
    ncy_low: int
    ncy_high: int
    chance: float
    scheme: str


class OptionRow(Protocol):
    """A row of `OPTIONS`; what describes a new setting is missing where the setting is there already."""

    option: str
    kind: str
    setting: str
    name: str
    authority: str
    district: str
    easting: float
    northing: float
    ncy_low: int
    ncy_high: int
    needs: str
    places: int
    running_gbp_per_place: float


class MeasureRow(Protocol):
    """A row of `success_measures(...).summary()`; a number that is not known is NaN, a word that is not, blank."""

    authority: str
    measure: str
    year: int
    value: float
    low: float
    high: float
    england: float
    neighbours: float
    rank: float
    ranked: float
    difference: float
    beside: str
    beside_rests_on: str
    since: str
    was: float
    change: float
    trend: str


class MeasureThenRow(MeasureRow, Protocol):
    """The same beside an earlier report's."""

    year_then: int
    value_then: float
    low_then: float
    high_then: float
