"""What is asked of a run or a search: Januaries, futures, the seed, limits. One check of each, in the same words everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from sufficiency.errors import InputError
from sufficiency.words.school_year import LAST_YEAR

MOST_DRAWS: Final = 100_000
MOST_SEED: Final = 4_000_000_000  # PyVRP's seeds have 32 bits


def years(to: int, *, after: int) -> list[int]:
    """Return the Januaries after the base year, to the last that is asked for. [year]

    Raises
    ------
    InputError
        If `to` is no year after the base year, or is too far ahead.

    Examples
    --------
    >>> years(2027, after=2025)
    [2026, 2027]
    """
    whole("to", to, least=0, such_as=str(after + 10))
    if to <= after:
        raise InputError(f"to={to} is not after the base year, January {after}")
    if to > LAST_YEAR:
        raise InputError(f"to={to} is too far ahead: January {LAST_YEAR} is the last that can be forecast")
    return list(range(after + 1, int(to) + 1))


def draws(count: int, name: str = "draws") -> None:
    """Refuse a number of simulated futures that is no whole number of 1 or more, or more than a machine holds."""
    whole(name, count, least=1, such_as="1,000")
    if count > MOST_DRAWS:
        raise InputError(
            f"{name} is {count:,}: more than {MOST_DRAWS:,} can't be held; 1,000 are enough for nine in ten"
        )


def seed(number: int) -> None:
    """Refuse a seed that is no whole number of 0 or more."""
    whole("seed", number, least=0, such_as="7")
    if number > MOST_SEED:
        raise InputError(f"seed is {number:,}: at most {MOST_SEED:,} is expected, such as 7")


def horizons(years: Sequence[int]) -> tuple[int, ...]:
    """Return how many years ahead are asked for, each once and in order; refuse what is no whole number of 1 or more."""
    if not len(years):
        raise InputError("horizons has no year: whole numbers of 1 or more are expected, such as 1, 2, 3")
    for ahead in years:
        whole("horizons", ahead, least=1, such_as="1, 2, 3")
    return tuple(sorted({int(ahead) for ahead in years}))


def seconds(limit: float, *, least: float = 0.0) -> None:
    """Refuse a time limit that is no number of `least` or more. [seconds]"""
    number("seconds", limit, least=least, such_as="60")


def gap(share: float) -> None:
    """Refuse a gap to the best that is no share from 0 to below 1."""
    number("gap", share, least=0.0, such_as="0.001")
    if share >= 1:
        raise InputError(f"gap is {share!r}: a share below 1 is expected, such as 0.001")


def budget(amount: float | None, name: str = "budget_gbp") -> None:
    """Refuse a budget that is neither left out nor an amount of 0 or more. [GBP]"""
    if amount is not None:
        number(name, amount, least=0.0, such_as="4e6, or None for no limit")


def workers(count: int | None) -> None:
    """Refuse a number of workers that is neither left out nor a whole number of 1 or more."""
    if count is not None:
        whole("workers", count, least=1, such_as="2")


def whole(name: str, value: float | str, *, least: int, such_as: str) -> None:
    """Refuse what is no whole number of `least` or more: text, blanks and truths are none."""
    try:
        is_whole = not isinstance(value, bool | str) and int(value) == value and value >= least
    except (TypeError, ValueError, OverflowError):
        is_whole = False
    if not is_whole:
        raise InputError(f"{name} is {value!r}: a whole number of {least} or more is expected, such as {such_as}")


def number(name: str, value: float | str, *, least: float, such_as: str) -> None:
    """Refuse what is no finite number of `least` or more: text, blanks and truths are none."""
    try:
        is_one = not isinstance(value, bool | str) and math.isfinite(value) and value >= least
    except (TypeError, ValueError, OverflowError):
        is_one = False
    if not is_one:
        raise InputError(f"{name} is {value!r}: a number of {least:g} or more is expected, such as {such_as}")
