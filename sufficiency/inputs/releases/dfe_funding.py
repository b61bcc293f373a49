"""Readers of DfE's dedicated schools grant tables and of its high needs benchmarking workbook.

    High needs block, a column for each component        -> item, as in `tables.HIGH_NEEDS` (see BLOCK)
    High needs deductions, three header rows      -> provider · kind · period · amount
    High needs benchmarking, Section 251 budget and outturn -> report · line · phase · gbp

The grant's tables keep their title in the first header row: 'Dedicated schools grant: 2023 to 2024 …' gives the year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from sufficiency.errors import InputError
from sufficiency.inputs.files.sheets import Source, sheet_of

# What a component's header begins with -> our item. Wording changes a little each year; the beginning doesn't.
BLOCK: Final = {
    "national funding formula (nff) allocations": "nff_elements_gbp",
    "total high needs elements": "nff_elements_gbp",
    "basic entitlement factor": "basic_entitlement_gbp",
    "number of pupils in special": "special_pupils",
    "import/export adjustment": "import_export_gbp",
    "additional funding for special free schools": "special_free_school_gbp",
    "hospital education": "hospital_gbp",
    "high needs national funding formula for historical": "nff_allocation_gbp",
    "additional high needs": "additional_gbp",
    "total high needs block before deductions": "block_gbp",
}
SECTIONS: Final = {"section 251 budget": "budget", "section 251 outturn": "outturn"}


def high_needs_block(source: Source) -> pd.DataFrame:
    """Return the block's components: number, name, financial_year, item, amount. [GBP; pupils]

    `number` is the three-digit authority number, blank for England and regions.
    """
    rows, name = _rows(source)
    year = _financial_year(rows, name)
    top = next((r for r in rows if sum(_item(cell) is not None for cell in r) >= 4), None)
    if top is None:
        raise InputError(f"{name}: no header such as 'Basic entitlement factor …'; is it the high needs block table?")
    items = {i: item for i, cell in enumerate(top) if (item := _item(cell))}
    found = []
    for row in rows:
        for number, place in _places(row):
            for i, item in items.items():
                amount = _amount(row[i] if i < len(row) else "")
                if amount is not None:
                    found.append((number, place, year, item, amount))
    return _tidy(found, ["number", "name", "financial_year", "item", "amount"], name)


def place_deductions(source: Source) -> pd.DataFrame:
    """Return places funded directly and what is deducted for them.

    Returns
    -------
    DataFrame
        number, name, financial_year, provider ('Special academies'), kind ('Pre-16 SEN Places'), period ('April 2023
        to August 2023' for places; '… deduction (£s)' for money), amount. [places; GBP]
    """
    rows, name = _rows(source)
    year = _financial_year(rows, name)
    start = next((i for i, r in enumerate(rows) if any("deductions" in cell.lower() for cell in r[:2])), None)
    if start is None or start + 2 >= len(rows):
        raise InputError(f"{name}: no title 'high needs block deductions' with two header rows below it")
    provider = _filled(rows[start])
    kind, period = _filled(rows[start + 1], within=provider), rows[start + 2]
    found = []
    for row in rows[start + 3 :]:
        for number, place in _places(row):
            for i in range(2, len(row)):
                amount = _amount(row[i])
                if amount is not None and i < len(provider):
                    label = period[i] if i < len(period) and period[i] else provider[i]
                    inner = kind[i] if i < len(kind) and kind[i] else provider[i]
                    found.append((number, place, year, provider[i], inner, label, amount))
    return _tidy(found, ["number", "name", "financial_year", "provider", "kind", "period", "amount"], name)


def benchmarking(source: Source) -> pd.DataFrame:
    """Return Section 251 high needs lines from the benchmarking workbook.

    Columns number, name, financial_year, report, line, phase, gbp. `report` is 'budget' or 'outturn'; `phase` is 'total'
    for the line itself. [GBP]

    Raises
    ------
    InputError
        If it can't be read, or has no Section 251 columns.
    """
    rows, sheet = _rows(source)
    columns = _benchmark_columns(rows, sheet)
    years = [m.group(1) for row in rows[:8] for c in row if (m := re.fullmatch(r"(20\d\d)-\d\d", c))]
    year = int(years[0]) if years else 0
    found = []
    for row in rows:
        number = next((cell for cell in row[:4] if re.fullmatch(r"\d{3}", cell)), "")
        if number:
            name = row[row.index(number) + 1]
            for i, (report, line, phase) in columns.items():
                amount = _amount(row[i]) if i < len(row) else None
                if amount is not None:
                    found.append((int(number), name, year, report, line, phase, amount))
    return _tidy(found, ["number", "name", "financial_year", "report", "line", "phase", "gbp"], sheet)


def _benchmark_columns(rows: list[list[str]], source: str) -> dict[int, tuple[str, str, str]]:
    """Return each money column's report, line and phase: a phase belongs to the line before it."""
    starts = {i: SECTIONS[c.lower()] for row in rows[:8] for i, c in enumerate(row) if c.lower() in SECTIONS}
    labels = next((row for row in rows[:10] if "Place funding" in row), None)
    if not starts or labels is None:
        raise InputError(f"{source}: no columns under 'Section 251 budget' or 'Section 251 outturn'")
    found: dict[int, tuple[str, str, str]] = {}
    for start, report in starts.items():
        line = ""
        for i in range(start, len(labels)):
            label = re.sub(r"\s+", " ", re.sub(r"\s*\(\d\)$", "", labels[i])).strip()
            if not label or (i > start and i in starts):
                break
            is_phase = label in PHASES_OF_LINE and bool(line)
            line = line if is_phase else label
            found[i] = (report, line, label if is_phase else "total")
    return found


PHASES_OF_LINE: Final = (
    "Early Years",
    "Primary",
    "Secondary",
    "Special schools and academies",
    "PRUs and AP academies",
    "Post School",
    "Income",
)


def _rows(source: Source) -> tuple[list[list[str]], str]:
    sheet = sheet_of(source)
    rows = sheet.rows()
    if not any(any(row) for row in rows):
        raise InputError(f"{sheet.name} is empty: expected the publisher's header rows and one row for each authority")
    return rows, sheet.name


def _financial_year(rows: list[list[str]], source: str) -> int:
    for row in rows[:6]:
        for cell in row[:2]:
            if found := re.search(r"(20\d\d)[ -]to[ -](20\d\d)", cell):
                return int(found.group(1))
    raise InputError(f"{source}: no title such as 'Dedicated schools grant: 2023 to 2024 …' in its first rows")


def _item(cell: str) -> str | None:
    words = re.sub(r"\s+", " ", cell).strip().lower()
    return next((item for start, item in BLOCK.items() if words.startswith(start)), None)


def _filled(row: list[str], within: list[str] | None = None) -> list[str]:
    """Return a header row with each merged cell's words repeated over the columns it spans, `within` those above."""
    filled: list[str] = []
    last = ""
    for i, cell in enumerate(row):
        new = i < 2 or (within is not None and i < len(within) and within[i] != within[i - 1])
        last = cell if new and i >= 2 else "" if i < 2 else (cell or last)
        filled.append(re.sub(r"\s+", " ", last).strip())
    return filled


def _places(row: list[str]) -> list[tuple[int | None, str]]:
    """Return the authority of a row (its number and name), England or a region with no number; nothing for headers."""
    if len(row) < 3:
        return []
    if re.fullmatch(r"\d{3}", row[0]) and row[1]:
        return [(int(row[0]), row[1])]
    is_place = bool(row[0]) and not row[1] and not re.search(r"\d|:|£|\[", row[0]) and _amount(row[2]) is not None
    return [(None, row[0].title() if row[0].isupper() else row[0])] if is_place else []


def _amount(cell: str) -> float | None:
    try:
        return float(re.sub(r"[,£\s]", "", cell))
    except ValueError:
        return None


def _tidy(found: Sequence[Sequence[object]], columns: list[str], source: str) -> pd.DataFrame:
    if not found:
        raise InputError(f"{source}: no authority's row with a three-digit number was found")
    return pd.DataFrame(found, columns=columns).astype({"number": "Int64"})
