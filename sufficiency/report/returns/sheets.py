"""The returns as sheets laid out as their forms: a block for each table, labels down the side, years across, totals beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sufficiency.funding.budget_lines import PLACEMENT_GROUPS, line_name
from sufficiency.report.returns import reform_rows
from sufficiency.report.returns.dsg_plan import NOT_BY_CHILD
from sufficiency.report.returns.reform_rows import NO_ASSESSMENT, NO_ASSESSMENT_NAME, ROWS
from sufficiency.report.returns.safe_tables import BREAKDOWNS
from sufficiency.words.school_year import AGE_GROUPS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

MONEY: Final = "£#,##0"
WHOLE: Final = "#,##0"


@dataclass(frozen=True)
class Block:
    """One table of a form."""

    title: str
    rows: pd.DataFrame  # labels, then a column for each year
    labels: int  # how many of the columns are labels
    is_money: bool = False
    has_total: bool = True


def form(
    cells: pd.DataFrame,
    rows: Sequence[str],
    across: str,
    value: str,
    *,
    title: str,
    is_money: bool = False,
    total: bool = True,
    whole: str = "",
) -> Block:
    """Return cells as a block: one row for each combination of `rows`, one column for each value of `across`.

    Rows keep the order of a form: as `ORDERS` has it, steps as they are taken, else sorted. With `whole`, a label of `FORMS`, every row that the form
    has is there, 0 where nobody is in it.
    """
    ordered = cells.copy()
    for label in rows:
        if label == "step":
            ordered[label] = pd.Categorical(ordered[label], list(dict.fromkeys(ordered[label])), ordered=True)
        if label in ORDERS:
            ordered[label] = pd.Categorical(ordered[label], ORDERS[label], ordered=True)
    wide = ordered.pivot_table(index=list(rows), columns=across, values=value, aggfunc="sum", observed=True)
    columns = sorted(wide.columns)
    wide = wide[columns].fillna(0).sort_index()
    if whole in FORMS:
        firsts = list(dict.fromkeys(wide.index.get_level_values(0)))
        wide = wide.reindex(pd.MultiIndex.from_product([firsts, FORMS[whole]], names=list(rows)), fill_value=0)
    wide = wide.reset_index()
    for label in rows:
        words = wide[label].astype("str") if label != "ncy" else wide[label].map(_year_group)
        wide[label] = words.replace(NAMES.get(label, {}))
    wide.columns = [str(c) for c in wide.columns]
    return Block(title, wide, len(rows), is_money, total)


def _year_group(ncy: int) -> str:
    return "Reception" if ncy == 0 else f"Year {ncy}"


ORDERS: Final[dict[str, list[str]]] = {
    "age_group": [*AGE_GROUPS, "all ages"],
    "placement": [*dict.fromkeys(PLACEMENT_GROUPS.values()), NOT_BY_CHILD],
    "provision_name": [*dict.fromkeys([*(s.name for s in SETTING_TYPES.values()), *ROWS.values()])],
    "measure": ["requests", "refused", "assessed", "issued", "spend", "income", "grant", "in_year", "balance"],
    "need": [*NEEDS, NO_ASSESSMENT],
}
# Every row of a form, whether or not a child is in it.
FORMS: Final[dict[str, list[str]]] = {
    "provision_name": list(ROWS.values()),
    "age_group": list(AGE_GROUPS),
    "need": [*(need for need in NEEDS if need not in reform_rows.NEEDS), NO_ASSESSMENT],
}
NAMES: Final[dict[str, dict[str, str]]] = {
    "need": {need.code: need.name for need in NEEDS.values()} | {NO_ASSESSMENT: NO_ASSESSMENT_NAME},
    "measure": {
        "requests": "Requests for an assessment",
        "refused": "Refused",
        "assessed": "Assessments completed",
        "issued": "Plans issued",
        **{code: line_name(code) for code in ("spend", "income", "grant", "in_year", "balance")},
    },
}


def safe_forms(found: Mapping[str, pd.DataFrame]) -> dict[str, list[Block]]:
    """Return sheets of returns with small counts hidden: a block for each breakdown, without totals that hold hidden counts."""
    sheets = {}
    for name, (count, _) in BREAKDOWNS.items():
        table = found[name]
        if table.empty:
            continue
        blocks = []
        for breakdown, part in table.groupby("breakdown", sort=False):
            labels = [c for c in ("case", "authority", "education_phase", "label", "value") if c in part]
            wide = part.pivot(index=labels, columns="academic_year", values=count).reset_index()
            wide.columns = [str(c) for c in wide.columns]
            title = f"{name.replace('_', ' ')}, by {str(breakdown).replace('_', ' ')}; c is hidden"
            blocks.append(Block(title, wide.fillna(0), len(labels), has_total=False))
        sheets[name.replace("_", " ")] = blocks
    return sheets


def write_forms(path: Path, sheets: dict[str, list[Block]], *, definitions: pd.DataFrame) -> None:
    """Write a workbook: a sheet for each return, its blocks one under another, then the definitions."""
    with xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": True, "strings_to_formulas": False}) as book:
        styles = {
            "title": book.add_format({"bold": True, "font_size": 12}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "total": book.add_format({"bold": True, "top": 1, "num_format": WHOLE}),
            "total_money": book.add_format({"bold": True, "top": 1, "num_format": MONEY}),
            "whole": book.add_format({"num_format": WHOLE}),
            "money": book.add_format({"num_format": MONEY}),
        }
        for name, blocks in sheets.items():
            sheet = book.add_worksheet(name[:31])
            sheet.set_column(0, 2, 34)
            sheet.set_column(3, 30, 13)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            row = 0
            for block in blocks:
                row = _write_block(sheet, styles, row, block) + 2
        sheet = book.add_worksheet("Definitions")
        sheet.set_column(0, 1, 26)
        sheet.set_column(2, 2, 110)
        for place, column in enumerate(definitions.columns):
            sheet.write(0, place, column, styles["head"])
        for row, values in enumerate(definitions.itertuples(index=False), start=1):
            for place, text in enumerate(values):
                sheet.write_string(row, place, str(text))


def _write_block(sheet: Worksheet, styles: Mapping[str, Format], row: int, block: Block) -> int:
    """Write a block and return the row after it."""
    kind = "money" if block.is_money else "whole"
    years = list(block.rows.columns[block.labels :])
    sheet.write(row, 0, block.title, styles["title"])
    for place, column in enumerate(block.rows.columns):
        sheet.write(row + 1, place, column.replace("_", " "), styles["head"])
    first = row + 2
    for offset, values in enumerate(block.rows.itertuples(index=False)):
        for place, value in enumerate(values):
            if place >= block.labels and not isinstance(value, str):
                sheet.write_number(first + offset, place, float(value), styles[kind])
            else:
                sheet.write_string(first + offset, place, str(value))
    last = first + len(block.rows)
    if block.has_total:
        style = styles["total_money" if block.is_money else "total"]
        sheet.write(last, 0, "Total", style)
        for place, year in enumerate(years, start=block.labels):
            sheet.write_number(last, place, float(block.rows[year].sum()), style)
        return last + 1
    return last
