"""`check`: the only thing that checks columns, and says every fault at once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pa

from sufficiency.errors import Fault, FaultyTableError, InputError, nearest, one_of
from sufficiency.tables.shown_value import shown_value

ALWAYS_ALLOWED: Final = ("source", "note")
CONTROL: Final = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]"  # what no Word file, page or XML may hold
)
LINE_END: Final = r"\s*[\r\n\x85\u2028\u2029]\s*"  # typed within a cell by Alt and Enter


def check(frame: pd.DataFrame, schema: pa.DataFrameSchema, *, source: str | None = None) -> pd.DataFrame:
    """Return `frame` with the declared columns, typed and in order; every fault at once if it can't be.

    Parameters
    ----------
    frame
        Any frame: of text as read from a file, or already typed. Never changed.
    schema
        One of this module's declarations.
    source
        What to call it in a message: a file name. Row numbers are lines as seen in Excel, the header being row 1.

    Raises
    ------
    FaultyTableError
        Listing every fault with its row, column, value, and what was expected.
    """
    name = source or f"{schema.name}.csv"
    if frame.empty:
        raise InputError(f"{name} has no rows: expected columns {one_of(_required(schema))} and at least one row")
    frame = frame.rename(columns=old_names(frame, schema)).reset_index(drop=True)
    rows = frame.attrs.get("rows", [])
    faults = _column_faults(frame, schema)
    typed, conversion_faults = _typed(frame, schema)
    faults += conversion_faults
    faults += _value_faults(typed, schema, already={(f.row, f.column) for f in faults})
    if not faults:
        faults = _repeat_faults(typed, schema, rows)
    if faults:
        at = [_in_file(f, rows) for f in faults]
        raise FaultyTableError(name, sorted(at, key=lambda f: (f.row or 0, f.column or "")))
    declared = [c for c in schema.columns if c in typed]
    return typed[declared + [c for c in ALWAYS_ALLOWED if c in typed and c not in declared]]


def _in_file(fault: Fault, rows: Sequence[int]) -> Fault:
    """Return a fault at its line of the file, where blank lines were left out of the frame (`parsed` says which)."""
    if fault.row is None or not 0 <= fault.row - 2 < len(rows):
        return fault
    return replace(fault, row=rows[fault.row - 2])


def old_names(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> dict[str, str]:
    """Return the columns of `frame` that bear a name from before, old -> new."""
    was = {str((column.metadata or {}).get("was", name)): name for name, column in schema.columns.items()}
    return {old: name for old, name in was.items() if old in frame and name not in frame and old not in schema.columns}


def empty(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return the declared table with no rows."""
    return pd.DataFrame({n: pd.Series(dtype=_dtype(c)) for n, c in schema.columns.items()})


def _required(schema: pa.DataFrameSchema) -> list[str]:
    return [name for name, column in schema.columns.items() if column.required]


def _dtype(column: pa.Column) -> str:
    """Return 'str', 'bool', 'float64', 'int64' or 'Int64' (whole numbers with blanks)."""
    kind = str(column.dtype)
    return "str" if kind.startswith("str") else kind


def _column_faults(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> list[Fault]:
    if not any(known in frame for known in schema.columns):  # the first row may be a child's: none of it is quoted
        return [Fault(1, None, f"the first row is not this table's header: expected {one_of(schema.columns)}")]
    # What a file calls a column that isn't ours may be a child's name: its place is told, not its name.
    at = {name: place for place, name in reversed(list(zip(column_numbers(frame), frame, strict=True)))}
    absent = [c for c in schema.columns if c not in frame]
    others = [c for c in frame if c not in schema.columns and c not in ALWAYS_ALLOWED]
    misspelt = {m: next((n for n in others if nearest(m, [n])), None) for m in _required(schema) if m in absent}
    faults = [
        Fault(1, None, f"the column '{missing}' is missing{'' if n is None else f'; is it column {at[n]}, misspelt?'}")
        for missing, n in misspelt.items()
    ]
    unknown = [c for c in dict.fromkeys(others) if c not in misspelt.values()]
    faults += [
        Fault(1, None, f"column {at[c]} is not one of {one_of(schema.columns)}{nearest(c, absent)}") for c in unknown
    ]
    faults += [
        Fault(1, None, f"column {place} has values below and no name in row 1: name it, or clear the column")
        for place in frame.attrs.get("nameless", [])
    ]
    repeated = frame.columns[frame.columns.duplicated()]
    return faults + [Fault(1, None, f"the column '{c}' is there twice") for c in repeated if c in schema.columns]


def column_numbers(frame: pd.DataFrame) -> list[int]:
    """Return the place of each column in its file, from 1 (`parsed` says where columns without a name were left out)."""
    told = frame.attrs.get("columns", [])
    return list(told) if len(told) == frame.shape[1] else list(range(1, frame.shape[1] + 1))


def _typed(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> tuple[pd.DataFrame, list[Fault]]:
    typed, faults = {}, []
    for name, column in schema.columns.items():
        if name in frame and list(frame.columns).count(name) == 1:
            typed[name], wrong = _convert(frame[name], column)
            faults += [Fault(int(row) + 2, name, says) for row, says in wrong]
        elif not column.required:
            typed[name] = pd.Series(_default(column), index=frame.index, dtype=_dtype(column))
    for name in ALWAYS_ALLOWED:
        if name in frame and name not in typed:
            typed[name] = frame[name].astype("str").str.replace(CONTROL, "", regex=True)
    return pd.DataFrame(typed, index=frame.index), faults


def _default(column: pa.Column) -> object:
    if column.default is not None:
        return column.default
    return {"str": "", "Int64": pd.NA, "float64": np.nan, "int64": 0, "bool": False}[_dtype(column)]


def _convert(values: pd.Series, column: pa.Column) -> tuple[pd.Series, list[tuple[int, str]]]:
    kind = _dtype(column)
    if kind == "str":
        words = values.astype("str").str.strip().str.replace(LINE_END, " ", regex=True)
        unprintable = words.index[words.str.contains(CONTROL, regex=True)]
        says = "has a character that can't be printed or shown; type it again"
        return words.mask(values.isna() | words.isin(["nan", "<NA>", "None"]), ""), [
            (int(i), says) for i in unprintable
        ]
    if kind == "bool":
        return _convert_truth(values, column)
    plain = values.astype("str").str.strip() if values.dtype.kind not in "iufb" else values
    if values.dtype.kind not in "iufb":
        plain = plain.str.replace(r"^(-?\d{1,3}(?:,\d{3})+)(\.\d+)?$", _without_commas, regex=True)
    numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
    blank = values.isna() | (plain.astype("str") == "")
    wrong = [(int(i), f"{shown_value(values[i])} is not a number") for i in numbers.index[numbers.isna() & ~blank]]
    if not column.nullable:
        wrong += [(int(i), "is blank; a number is needed") for i in numbers.index[blank]]
    infinite = np.isinf(numbers)
    wrong += [(int(i), f"{shown_value(values[i])} is not a finite number") for i in numbers.index[infinite]]
    if kind == "float64":
        return numbers, wrong
    broken = numbers.notna() & ~infinite & (numbers != numbers.round())
    wrong += [(int(i), f"{numbers[i]:g} is not a whole number") for i in numbers.index[broken]]
    settled = numbers.mask(broken | infinite)
    return (settled.astype("Int64") if kind == "Int64" else settled.fillna(0).astype("int64")), wrong


def _without_commas(match: re.Match[str]) -> str:
    return str(match.group(1)).replace(",", "") + (match.group(2) or "")


def _convert_truth(values: pd.Series, column: pa.Column) -> tuple[pd.Series, list[tuple[int, str]]]:
    words = values.astype("str").str.strip().str.lower()
    known = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}
    known[""] = bool(column.default)
    found = words.map(known)
    wrong = [(int(i), f"{shown_value(values[i])} is not true or false") for i in found.index[found.isna()]]
    return found.fillna(value=False).astype("bool"), wrong


def _value_faults(
    typed: pd.DataFrame, schema: pa.DataFrameSchema, already: set[tuple[int | None, str | None]]
) -> list[Fault]:
    present = schema.remove_columns([c for c in schema.columns if c not in typed])
    present.unique = None
    try:
        present.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as caught:
        found = [
            Fault(int(case["index"]) + 2, case["column"], _says(case, schema.columns[case["column"]]))
            for case in caught.failure_cases.to_dict("records")
            if case["index"] is not None and not pd.isna(case["index"]) and case["column"] in schema.columns
        ]
        unique = {(f.row, f.column): f for f in reversed(found)}
        return [f for place, f in unique.items() if place not in already]
    return []


def _says(case: Mapping[Hashable, object], column: pa.Column) -> str:
    """Turn one of pandera's failure cases into words."""
    value, failed = case["failure_case"], str(case["check"])
    shown = f"{value:.10g}" if isinstance(value, int | float) else shown_value(value)
    if failed == "known":
        known = next(c.statistics["allowed_values"] for c in column.checks if c.error == "known")
        if value == "":
            return f"is blank; expected one of {one_of(known)}"
        return f"{shown} is not one of {one_of(known)}{nearest(value, known)}"
    if failed == "blank":
        return "is blank"
    return f"{shown} is {failed}"


def _repeat_faults(typed: pd.DataFrame, schema: pa.DataFrameSchema, rows: Sequence[int]) -> list[Fault]:
    key = [k for k in schema.unique or [] if k in typed]
    if not key:
        return []
    first = typed.groupby(key, dropna=False, sort=False).ngroup()
    first_row = first.map({g: i for i, g in reversed(list(enumerate(first)))})
    return [
        Fault(
            int(i) + 2,
            ", ".join(key),
            f"{_labels(typed.loc[i, key])} is there already, in row {rows[first_row[i]] if rows else int(first_row[i]) + 2}",
        )
        for i in typed.index[first.duplicated()]
    ]


def _labels(row: pd.Series) -> str:
    return " ".join("(blank)" if pd.isna(v) or v == "" else shown_value(v) for v in row)
