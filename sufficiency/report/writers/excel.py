"""Every table of the report as one workbook: one sheet for each table, with its title, note and formats."""

from __future__ import annotations

import io
import re
from typing import Final

import pandas as pd
import xlsxwriter

from sufficiency.report.model import Report, Table
from sufficiency.words.say import label

NUMBER_FORMATS: Final = {
    "n": "#,##0",
    "1": "#,##0.0",
    "2": "#,##0.00",
    "%": "0.0%",
    "£": "£#,##0",
    "£m": "£#,##0",
    "year": "0",
}


def workbook(report: Report) -> bytes:
    """Return .xlsx bytes: a contents sheet with links, then one sheet for each table."""
    page = io.BytesIO()
    with xlsxwriter.Workbook(
        page,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": False,
            "default_date_format": "yyyy-mm-dd",
        },
    ) as book:
        book.set_properties({"title": report.title, "comments": report.attribution})
        bold = book.add_format({"bold": True, "font_size": 13})
        link = book.get_default_url_format()
        contents = book.add_worksheet("Contents")
        contents.write(0, 0, report.title, bold)
        contents.write(1, 0, report.subtitle)
        tables = report.tables("workbook")
        names = _sheet_names([t.key for _, t in tables])
        contents.set_column(0, 0, 44)
        contents.set_column(1, 1, 80)
        for row, ((section, table), name) in enumerate(zip(tables, names, strict=True), start=3):
            contents.write_url(row, 0, f"internal:'{name}'!A1", link, string=name)
            contents.write(row, 1, f"{section.title}: {table.title}")
            _sheet(book, name, table)
        contents.write(len(tables) + 4, 0, report.attribution)
    return page.getvalue()


def _sheet(book: xlsxwriter.Workbook, name: str, table: Table) -> None:
    sheet = book.add_worksheet(name)
    sheet.write(0, 0, table.title, book.add_format({"bold": True, "font_size": 12}))
    sheet.write(1, 0, table.note)
    head = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"})
    for place, column in enumerate(table.frame.columns):
        how = NUMBER_FORMATS.get(table.formats.get(str(column), ""))
        is_number = pd.api.types.is_numeric_dtype(table.frame[column])
        form = book.add_format({"num_format": how}) if how else None
        sheet.write(3, place, label(str(column)), head)
        values = table.frame[column].astype(object).where(table.frame[column].notna(), None)
        if table.formats.get(str(column)) == "code":
            values = values.map(
                lambda value, column=str(column): label(value, column) if isinstance(value, str) else value
            )
        for row, value in enumerate(values, start=4):
            sheet.write(row, place, value.item() if hasattr(value, "item") else value, form)
        widest = max([len(str(label(str(column))))] + [len(str(v)) for v in values[:200]], default=10)
        sheet.set_column(place, place, min(12 if is_number else 60, max(9, widest + 1)))
    sheet.freeze_panes(4, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    sheet.set_footer(f"&L{name}&RPage &P of &N")
    if len(table.frame):
        sheet.autofilter(3, 0, 3 + len(table.frame), len(table.frame.columns) - 1)


def _sheet_names(keys: list[str]) -> list[str]:
    """Return Excel sheet names: at most 31 characters, none twice, none with a forbidden sign."""
    names: list[str] = []
    for key in keys:
        base = re.sub(r"[\[\]:*?/\\']", "", key)[:28]
        name, again = base, 2
        while name.lower() in {n.lower() for n in names}:
            name, again = f"{base}{again}", again + 1
        names.append(name)
    return names
