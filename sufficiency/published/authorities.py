"""Which authority is which across codes, splits and mergers: a dated table, and how to follow it."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import TypedDict, cast

from sufficiency.errors import MissingError, nearest, one_of


class Split(TypedDict):
    """An authority that ended, and those that came after it for the same area."""

    before: str
    name: str
    after: list[str]
    dated: date
    first_january: int
    source: str


Made = TypedDict(
    "Made", {"code": str, "name": str, "from": list[str], "dated": date, "first_january": int, "source": str}
)


class Changes(TypedDict):
    """The whole of authorities.toml."""

    recoded: list[dict[str, str]]
    split: list[Split]
    made: list[Made]
    districts: dict[str, list[str]]


@cache
def changes() -> Changes:
    """Return the dated table of changes and the districts of each county."""
    text = resources.files("sufficiency.published").joinpath("authorities.toml").read_text("utf-8")
    return cast("Changes", tomllib.loads(text))


def codes_of(code: str) -> list[str]:
    """Return every code that the authority has had for the same area, its own first."""
    pairs = [(c["code"], c["also"]) for c in changes()["recoded"]]
    return [code, *[b if a == code else a for a, b in pairs if code in (a, b)]]


def split_from(code: str) -> Split | None:
    """Return the split that made an authority, where it was made by one."""
    return next((s for s in changes()["split"] if code in s["after"]), None)


def split_into(code: str) -> Split | None:
    """Return the split that ended an authority, where one did."""
    return next((s for s in changes()["split"] if s["before"] == code), None)


def made_from(code: str) -> Made | None:
    """Return how an authority was made anew out of others, where it was."""
    return next((m for m in changes()["made"] if m["code"] == code), None)


def within(code: str) -> list[str]:
    """Return an authority's codes and those of every district that it has had, however they are nested."""
    found: dict[str, None] = {}
    waiting = list(codes_of(code))
    while waiting:
        own = waiting.pop()
        if own not in found:
            found[own] = None
            districts = changes()["districts"]
            waiting += [*districts.get(own, ()), *districts.get(f"{own}_2023", ())]
    return list(found)


def parts_in(code: str, known: Collection[str]) -> list[str]:
    """Return the codes of `known` that together make up an authority: itself, another code, or its districts.

    Raises
    ------
    MissingError
        If `known` doesn't hold all its parts.
    """
    found = _parts(code, frozenset(known), frozenset())
    if not found:
        raise MissingError(f"no rows for {code}, nor for all its districts, among {one_of(sorted(known), 4)}")
    return found


def _parts(code: str, known: frozenset[str], seen: frozenset[str]) -> list[str]:
    if code in known:
        return [code]
    if code in seen:
        return []
    districts = changes()["districts"]
    for inside in (districts.get(code), districts.get(f"{code}_2023")):
        if inside:
            parts = [_parts(c, known, seen | {code}) for c in inside]
            if all(parts):
                return [p for part in parts for p in part]
    return []


def code_of(authority: str, names: Mapping[str, str]) -> str:
    """Return the code for an authority given as a code or a name; `names` maps codes to names.

    A name that two codes share (Dorset before and after 2019) means the one that comes last in `names`.

    Raises
    ------
    MissingError
        Naming the nearest.
    """
    asked = authority.strip()
    if asked in names:
        return asked
    other = [c for c in codes_of(asked) if c in names]
    if other:
        return other[0]
    hits = [code for code, name in names.items() if plain_name(name) == plain_name(asked)]
    if hits:
        return hits[-1]
    raise MissingError(f"there is no authority '{authority}' in these files{_near(asked, names)}")


def plain_name(name: str) -> str:
    """Return an authority's name without case, 'county', 'council', 'city of' and the like."""
    words = name.lower().replace("&", "and").replace(",", " ").replace(".", "").split()
    dropped = {"county", "council", "city", "of", "borough", "metropolitan", "district", "unitary", "authority", "the"}
    return " ".join(w for w in words if w not in dropped)


def _near(asked: str, names: Mapping[str, str]) -> str:
    return nearest(asked, [*names.values(), *names]) or f"; there are {one_of(sorted(names.values()), 6)}"
