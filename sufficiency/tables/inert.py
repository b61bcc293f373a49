"""Text that a spreadsheet would run as a formula, written so that it shows it instead."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

RUNS: Final = re.compile(
    r"\s*(?:[=@]|[+-](?!\s|$))"
)  # =1+1, @SUM, +cmd, -2+3; not a dash alone, nor one before a space


def inert(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose text no spreadsheet runs when its CSV is opened: an apostrophe goes before a formula's sign.

    For what is written for people to open. An area's own tables are written as they are, so that they read back the same.

    References
    ----------
    OWASP, *CSV Injection*.

    Examples
    --------
    >>> import pandas as pd
    >>> inert(pd.DataFrame({"name": ["=1+1", "Kingsley", "-"], "change": [-5, 2, 0]}))["name"].tolist()
    ["'=1+1", 'Kingsley', '-']
    """
    words = table.select_dtypes(["str", "object", "category"]).columns
    return table.assign(**{column: table[column].map(_inert, na_action="ignore") for column in words})


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and RUNS.match(value) and not _is_number(value) else value


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "").rstrip("%"))
    except ValueError:
        return False
    return True
