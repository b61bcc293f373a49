"""A publisher's table by its header: what it is called, how it is told, what a draft area makes of it, and why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sufficiency.inputs.files.columns import plain

Tells = Callable[[set[str]], bool]


@dataclass(frozen=True)
class Form:
    """A publisher's table.

    Attributes
    ----------
    kind
        Its name in the library.
    title
        What its publisher calls it.
    columns
        By which it is told; those that a near one lacks are named.
    tells
        Whether a header, its words without case and punctuation, is the form's.
    use
        The tables of an area that it makes; blank: it is not used.
    why_not
        Why it is not used.
    """

    kind: str
    title: str
    columns: tuple[str, ...]
    tells: Tells
    use: str = ""
    why_not: str = ""


def has(*columns: str) -> Tells:
    """Return whether a header has every one of these columns."""
    wanted = {plain(c) for c in columns}
    return lambda header: wanted <= header


def any_of(columns: object) -> set[str]:
    """Return names that a publisher has used for a column, without case and punctuation."""
    return {plain(c) for c in ([columns] if isinstance(columns, str) else list(columns))}  # type: ignore[call-overload]
