"""What is asked of a run: the last January, how many futures, the seed. One check of each, in the same words everywhere."""

from __future__ import annotations

from typing import Final

from sufficiency.errors import InputError
from sufficiency.words.school_year import LAST_YEAR

MOST_DRAWS: Final = 100_000


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
