"""Ends of ranges of children that are too small to be told, where small numbers are hidden."""

from __future__ import annotations

import re
from typing import Final

# A range of whole children as a sentence or a table has it: all of a cell, or what a bracket begins with.
RANGE: Final = re.compile(r"(?P<before>^|\()(?P<low>\d[\d,]*) to (?P<high>\d[\d,]*)(?=$|\)| in \w+)")


def ends_hidden(text: str, limit: int) -> str:
    """Return words with ends of ranges from 1 to `limit` - 1 said as 'fewer than'.

    Examples
    --------
    >>> ends_hidden("children turned away (2 to 723)", 5)
    'children turned away (fewer than 5 to 723)'
    >>> ends_hidden("0 to 3", 5)
    'fewer than 5'
    >>> ends_hidden("12 to 30", 5), ends_hidden("aged 4 to 15", 5)
    ('12 to 30', 'aged 4 to 15')
    """
    return RANGE.sub(lambda found: found["before"] + _ends(found["low"], found["high"], limit), text)


def _ends(low: str, high: str, limit: int) -> str:
    least, most = (int(end.replace(",", "")) for end in (low, high))
    if 1 <= most < limit:
        return f"fewer than {limit}"
    return f"fewer than {limit} to {high}" if 1 <= least < limit else f"{low} to {high}"
