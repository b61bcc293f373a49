"""A cell's value as an error may show it: not where it could be a child's name, number, birth date or postcode.

A person's row pasted into a table by mistake must not end in a log or a message. Row and column say where it is.
"""

from __future__ import annotations

import re
from typing import Final

UNSHOWN: Final = "a value that may be a person's, and isn't shown,"
# A UPN or ULN, a postcode, a day, or two words and more: a name. Codes and numbers have none of these forms.
PERSONAL: Final = re.compile(
    r"\b[A-Z]\d{11}[\dA-Z]\b|\b\d{10}\b|\b[A-Z]{1,2}\d[A-Z\d]?[ .-]*\d[A-Z]{2}\b"
    r"|\b\d{1,4}([/.-])\d{1,2}\1\d{1,4}\b|[^\W\d_]{2,}[\s,.;]+[^\W\d_]{2,}",
    re.IGNORECASE,
)


def shown_value(value: object) -> str:
    """Return a value in quotes, or words that stand for it.

    Examples
    --------
    >>> shown_value("ADS"), shown_value("E06000061")
    ("'ADS'", "'E06000061'")
    >>> shown_value("Zebedee Smithson")
    "a value that may be a person's, and isn't shown,"
    """
    return UNSHOWN if PERSONAL.search(str(value)) else f"'{value}'"
