"""Numbers and codes as people write them."""

from __future__ import annotations

import math
from typing import Final

import pandas as pd

LOG_RATIO: Final = "log ratio"
# Words for codes that the vocabulary leaves out, by the column that they stand in.
CODES: Final = {
    "mode": {
        "pass": "Public transport pass",
        "budget": "Personal travel budget",
        "solo_taxi": "Taxi, alone",
        "shared_taxi": "Taxi, shared",
        "wheelchair_accessible": "Wheelchair-accessible vehicle",
        "minibus": "Contract minibus",
        "in_house_minibus": "The authority's own minibus",
        "boarding": "Weekly or termly, of those who board",
    },
    "vehicle": {
        "solo_taxi": "Taxi, alone",
        "shared_taxi": "Taxi, shared",
        "wheelchair_accessible": "Wheelchair-accessible",
        "minibus": "Contract minibus",
        "in_house_minibus": "Own minibus",
    },
    "measure": {
        "in_year": "In-year balance",
        "carried_forward": "Balance carried forward",
        "spend": "Spending",
    },
}


def shown(value: str | float | None, how: str = "") -> str:
    """Return a value as a table shows it: 'n' whole, '1' one decimal, '%' a share, '£', '£m'; a dash where unknown."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return "–"
    if isinstance(value, str | bool) or how == "":
        return _plain(value)
    number = float(value)
    return {
        "n": f"{number:,.0f}",
        "1": f"{number:,.1f}",
        "2": f"{number:,.2f}",
        "%": f"{100 * number:.1f}%",
        "£": gbp(number),
        "£m": f"{'−' if round(number / 1e6, 1) < 0 else ''}£{abs(number) / 1e6:,.1f}m",
        "year": f"{number:.0f}",
    }[how].replace("-", "−")


def amount(value: float, unit: str) -> str:
    """Return a value with its unit in plain words: a log ratio as the percentage that it comes to.

    Examples
    --------
    >>> amount(0.0953, "log ratio a year")
    '10.0% a year'
    >>> amount(7000.0, "GBP a year")
    '7,000 GBP a year'
    >>> amount(2029.0, "financial year")
    '2029'
    """
    if unit.startswith(LOG_RATIO):
        return f"{shown(math.expm1(value), '%')}{unit.removeprefix(LOG_RATIO)}"
    if unit == "yes or no":
        return "yes" if value else "no"
    if unit == "year" or unit.startswith("financial year"):
        return shown(value, "year")
    return f"{shown(value)} {unit}"


def gbp(amount: float) -> str:
    """Return pounds as people say them: £950, £24,900, £1.25m."""
    sign, size = ("−\u2060" if amount < 0 else ""), abs(amount)  # a word joiner keeps the sign on the line
    if size >= 999_500_000:
        return f"{sign}£{size / 1e9:,.2f}bn"
    if size >= 999_500:
        return f"{sign}£{size / 1e6:,.1f}m"
    return f"{sign}£{size:,.0f}"


def between(low: float, high: float, how: str = "n") -> str:
    """Return an interval in words: '410 to 530'."""
    return f"{shown(low, how)} to {shown(high, how)}"


def count(number: float, one: str, many: str | None = None) -> str:
    """Return '1 child' or '12 children'."""
    whole = round(number)
    return f"{whole:,} {one if whole == 1 else many or one + 's'}"


def label(code: str, column: str = "") -> str:
    """Return a code as words: the vocabulary's name where it has one, else its own words with a capital.

    `column` says what is named where one code means two things: early_years is a phase and a type of setting.
    """
    from sufficiency.words.destinations import DESTINATIONS, PLACED_DESTINATIONS
    from sufficiency.words.school_year import PHASES
    from sufficiency.words.vocabulary import NEED_GROUPS, NEEDS, SETTING_GROUPS, SETTING_TYPES

    if column == "phase" and code in PHASES:
        return {"post_16": "Post-16", "post_19": "Post-19"}.get(code, code.replace("_", " ").capitalize())
    if column == "setting_group" and code in SETTING_GROUPS:
        return SETTING_GROUPS[code]
    for names in (SETTING_TYPES, NEEDS):
        if code in names:
            return names[code].name
    if code in DESTINATIONS:
        return DESTINATIONS[code].name
    for words_of in (PLACED_DESTINATIONS, NEED_GROUPS):
        if code in words_of:
            return words_of[code]
    if column in CODES and code in CODES[column]:
        return CODES[column][code]
    words = {"post_16": "Post-16", "post_19": "Post-19"}.get(code, code.replace("_", " "))
    words = words.removesuffix(" gbp").replace("sen support", "SEN Support")
    return words[:1].upper() + words[1:]


def _plain(value: str | float | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"
    return str(value)
