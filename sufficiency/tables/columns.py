"""How a table is declared: each column's meaning, unit and limits; and the columns that many tables share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypedDict, Unpack

import pandera.pandas as pa

from sufficiency.words.school_year import LAST_YEAR, NCY_HIGH, NCY_LOW
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES


class Options(TypedDict, total=False):
    """What else a column may be: left out, blank, read as something where it is blank, or once called otherwise."""

    required: bool
    nullable: bool
    default: object
    metadata: dict[str, str]


def whole(
    about: str, low: int | None = 0, high: int | None = None, hint: str = "", **options: Unpack[Options]
) -> pa.Column:
    """Return a column of whole numbers between `low` and `high`; `hint` ends the message where one is outside."""
    kind = "Int64" if options.get("nullable") else "int64"
    return pa.Column(kind, _between(low, high, hint), description=about, **options)


def number(
    about: str, low: float | None = None, high: float | None = None, hint: str = "", **options: Unpack[Options]
) -> pa.Column:
    """Return a column of numbers between `low` and `high`; `hint` ends the message where one is outside."""
    return pa.Column("float64", _between(low, high, hint), description=about, **options)


def text(about: str, known: Iterable[str] | None = None, **options: Unpack[Options]) -> pa.Column:
    """Return a column of words; `known` lists those allowed."""
    checks = [pa.Check.isin(list(known), error="known")] if known is not None else []
    if not options.get("nullable"):
        checks.append(pa.Check.str_length(min_value=1, error="blank"))
    return pa.Column("str", checks, description=about, **options)


def truth(about: str, **options: Unpack[Options]) -> pa.Column:
    """Return a column of true or false (also accepted: yes, no, 1, 0)."""
    return pa.Column("bool", description=about, **options)


def table(name: str, about: str, key: Sequence[str], /, **columns: pa.Column) -> pa.DataFrameSchema:
    """Declare a table: its file is `name`.csv, `key` names the columns that make a row unique."""
    return pa.DataFrameSchema(
        dict(columns), name=name, title=about, unique=list(key) or None, strict=False, coerce=False
    )


def _between(low: float | None, high: float | None, hint: str = "") -> list[pa.Check]:
    checks = [] if low is None else [pa.Check.ge(low, error=f"below {low:.10g}{hint}")]
    return checks if high is None else [*checks, pa.Check.le(high, error=f"above {high:.10g}{hint}")]


def authority(**options: Unpack[Options]) -> pa.Column:
    """Return a column of authorities, by ONS code."""
    return text("Authority where the child lives (or, for a setting, that holds it): ONS code, E06000061", **options)


def year(about: str = "January census year; also the academic year that holds it") -> pa.Column:
    """Return a column of Januaries."""
    return whole(f"{about} [year]", 2000, LAST_YEAR)


def financial_year() -> pa.Column:
    """Return a column of financial years, by the April that each starts in."""
    return whole("Financial year that starts on 1 April of this year [year]", 2000, LAST_YEAR)


def ncy(about: str = "National Curriculum year: Reception 0, Year 1 1", **options: Unpack[Options]) -> pa.Column:
    """Return a column of National Curriculum years."""
    return whole(about, NCY_LOW, NCY_HIGH, **options)


def need(**options: Unpack[Options]) -> pa.Column:
    """Return a column of primary needs."""
    return text("Primary need", [*NEEDS, ""] if options.get("nullable") else list(NEEDS), **options)


def setting_type(**options: Unpack[Options]) -> pa.Column:
    """Return a column of types of setting."""
    return text("Type of setting", [*SETTING_TYPES, ""] if options.get("nullable") else list(SETTING_TYPES), **options)


def plans(about: str = "EHC plans in January [plans]") -> pa.Column:
    """Return a column of counts of plans."""
    return whole(about, 0)


NOT_GRID: Final = "; metres on the British National Grid are needed, not longitude and latitude"


def easting(**options: Unpack[Options]) -> pa.Column:
    """Return a column of eastings [m]."""
    return number("British National Grid easting [m]", 1_000, 700_000, hint=NOT_GRID, **options)


def northing(**options: Unpack[Options]) -> pa.Column:
    """Return a column of northings [m]."""
    return number("British National Grid northing [m]", 1_000, 1_300_000, hint=NOT_GRID, **options)
