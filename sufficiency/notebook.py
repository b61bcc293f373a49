"""A result as a notebook shows it: one small table with a title, its numbers as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

import pandas as pd

from sufficiency.words.say import label, shown

ROWS: Final = 20  # a taller table is cut short, and says so


def titled(title: str, table: pd.DataFrame, how: str | Mapping[str, str] = "n", *, note: str = "") -> str:
    """Return a table as HTML, with a title above it and, where there is one, a note below; all text is escaped.

    Parameters
    ----------
    title, note
        What the table shows, and what a reader should know.
    table
        Columns of codes, which are put into words, and of numbers. At most 20 rows are shown.
    how
        How numbers are written, as `say.shown` has it: 'n' whole, '1' one decimal, '%' a share, '£m'; or of each column.

    Examples
    --------
    >>> print(titled("Plans", pd.DataFrame({"need_group": ["semh"], 2025: [1234.0]})))
    <figure><figcaption><b>Plans</b></figcaption><table><thead><tr><th>Need group</th><th>2025</th></tr></thead>
    <tbody><tr><th style="text-align:left">Social, emotional and mental health</th><td style="text-align:right">1,234</td></tr></tbody></table></figure>
    """
    ways = {str(c): (how if isinstance(how, str) else how.get(str(c), "n")) for c in table}
    head = "".join(f"<th>{escape(label(str(c)))}</th>" for c in table)
    rows = [
        "<tr>"
        + "".join(_cell(value, n, str(c), ways[str(c)]) for n, (c, value) in enumerate(zip(table, row, strict=True)))
        + "</tr>"
        for row in table.head(ROWS).itertuples(index=False, name=None)
    ]
    more = [f"{ROWS} of {len(table):,} rows are shown."] if len(table) > ROWS else []
    below = "".join(f"<p>{escape(says)}</p>" for says in [note, *more] if says)
    body = f"<table><thead><tr>{head}</tr></thead>\n<tbody>{''.join(rows)}</tbody></table>"
    return f"<figure><figcaption><b>{escape(title)}</b></figcaption>{body}{below}</figure>"


def wide(summary: pd.DataFrame, rows: str, value: str, columns: str = "year") -> pd.DataFrame:
    """Return one row for each label and one column for each year (or level), in the order of the summary."""
    table = summary.pivot_table(index=rows, columns=columns, values=value, sort=False, observed=True, dropna=False)
    return table.reset_index()


def _cell(value: str | float | None, at: int, column: str, how: str) -> str:
    if isinstance(value, str):
        says, side = label(value, column), "left"
    else:
        says, side = shown(value, "year" if column in ("year", "financial_year") else how), "right"
    tag = "th" if at == 0 else "td"
    return f'<{tag} style="text-align:{side}">{escape(says)}</{tag}>'
