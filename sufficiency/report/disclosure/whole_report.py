"""What is to be published made safe as one: read, more of it hidden where that is needed, or refused in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.errors import DisclosureError
from sufficiency.report.disclosure.artists import drawn, take_out
from sufficiency.report.disclosure.audit import Audit, audited
from sufficiency.report.disclosure.cubes import Cube
from sufficiency.report.disclosure.printed import Place, Printed, of_chart, of_share, of_table
from sufficiency.report.disclosure.sentences import of_words
from sufficiency.report.disclosure.suppress import HIDDEN
from sufficiency.report.model import Cards, Chart, Exhibit, Map, Report, Section, Table

SPECIALIST_ONLY: Final = ("scap_special", "scap_special_totals")  # returns of children at specialist settings alone
NAMED: Final = 5  # leaks that a message names
RETURNS: Final = "the returns"
NOT_DRAWN: Final = "Some figures aren't drawn, so that no child can be told."
BARS_HIDDEN: Final = "hidden, so that no child can be told"


@dataclass(frozen=True, eq=False)
class Published:
    """What is to be published: a report with its charts as drawn, returns, and other words."""

    report: Report | None = None
    charts: Mapping[str, Figure] = field(default_factory=dict)  # by the key of their chart
    returns: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # by the name of their file
    words: Mapping[str, Iterable[str]] = field(default_factory=dict)  # by where they stand


def made_safe(published: Published, cubes: Sequence[Cube], limit: int) -> Published:
    """Return the same with as many more cells of tables hidden as leave no small count to be worked out.

    Raises
    ------
    DisclosureError
        If one can be all the same; the message names the section and the exhibit, never the count.
    """
    found = audit(published, cubes, limit)
    leaks = [leak for one in found for leak in one.leaks]
    if leaks:
        lines = [f"  {says}" for says in dict.fromkeys(map(str, leaks))]
        more = [f"  … and {len(lines) - NAMED:,} more"] if len(lines) > NAMED else []
        raise DisclosureError(
            "\n".join(
                [
                    f"not written: with counts below {limit} hidden, some could still be worked out",
                    *lines[:NAMED],
                    *more,
                    "Leave out what tells them, or join small groups in the area's tables",
                ]
            )
        )
    return hidden_at(published, {place for one in found for place in one.to_hide})


def audit(published: Published, cubes: Sequence[Cube], limit: int, *, mends: bool = True) -> list[Audit]:
    """Return what can be worked out of each cube from all of it together."""
    read = {key: drawn(figure) for key, figure in published.charts.items()}
    return [audited(cube, printed(published, cube, read), limit, mends=mends) for cube in cubes]


def printed(published: Published, cube: Cube, read: Mapping[str, pd.DataFrame]) -> Iterator[Printed]:
    """Yield everything that is printed of a cube; `read` has what charts draw."""
    for section in () if published.report is None else published.report.sections:
        for exhibit in section.exhibits:
            yield from _of_exhibit(cube, section, exhibit, read)
        for text in (*section.words, *section.points, *map(str, section.figures)):
            yield from of_words(cube, text, Place(section.title, ""))
    for name, table in published.returns.items():
        implied = "specialist" if name in SPECIALIST_ONLY else ""
        yield from of_table(cube, table, Place(RETURNS, name, name), implied=implied)
    for where, texts in published.words.items():
        for text in texts:
            yield from of_words(cube, text, Place(where, ""))


def _of_exhibit(cube: Cube, section: Section, exhibit: Exhibit, read: Mapping[str, pd.DataFrame]) -> Iterator[Printed]:
    place = Place(section.title, exhibit.title, exhibit.key)
    yield from of_words(cube, exhibit.note, place)
    if isinstance(exhibit, Table):
        yield from of_table(cube, exhibit.frame, place, exhibit.title)
        return
    if isinstance(exhibit, Cards):
        for card in exhibit.cards:
            for name, says in card.facts:
                yield from of_words(cube, f"{card.title}: {name} {says} children", place)
            for name, _, says in card.bars:
                yield from of_share(cube, (card.title, name), says, replace(place, row=card.key, column=name))
        return
    yield from of_words(cube, exhibit.alt, place)
    yield from of_words(cube, exhibit.title, place)
    if isinstance(exhibit, Chart) and exhibit.key in read:
        yield from of_chart(cube, read[exhibit.key], place, exhibit.title)


def hidden_at(published: Published, places: Iterable[Place]) -> Published:
    """Return the same with some cells of tables hidden, and what is tied to them; marks of charts and bars of cards taken out."""
    by_key: dict[str, list[Place]] = {}
    for place in places:
        by_key.setdefault(place.key, []).append(place)
    if not by_key:
        return published
    for key, figure in published.charts.items():
        take_out(figure, {place.row for place in by_key.get(key, ())})
    returns = {n: _hidden(t, by_key[n]) if n in by_key else t for n, t in published.returns.items()}
    report = published.report
    if report is not None:
        sections = tuple(
            replace(s, exhibits=tuple(_exhibit(e, by_key[e.key]) if e.key in by_key else e for e in s.exhibits))
            for s in report.sections
        )
        report = replace(report, sections=sections)
    return replace(published, report=report, returns=returns)


def _exhibit(exhibit: Exhibit, places: Sequence[Place]) -> Exhibit:
    if isinstance(exhibit, Cards):
        few = {place.row for place in places}
        cards = tuple(
            replace(c, bars=(), bars_say=f"{c.bars_say}: {BARS_HIDDEN}") if c.key in few else c for c in exhibit.cards
        )
        return replace(exhibit, cards=cards)
    if isinstance(exhibit, Chart):
        return (
            exhibit
            if exhibit.has_counts
            else replace(exhibit, note=f"{exhibit.note} {NOT_DRAWN}".strip(), alt=f"{exhibit.alt} {NOT_DRAWN}")
        )
    if not isinstance(exhibit, Table):
        return exhibit
    says = "'c': hidden, so that no child can be told."
    note = exhibit.note if says in exhibit.note else f"{exhibit.note} {says}".strip()
    return replace(exhibit, frame=_hidden(exhibit.frame, places, exhibit.tied), note=note)


def _hidden(frame: pd.DataFrame, places: Sequence[Place], tied: Sequence[str] = ()) -> pd.DataFrame:
    told = frame.copy()
    for column in dict.fromkeys([*(place.column for place in places), *(c for c in tied if c in frame)]):
        rows = {p.row for p in places if p.column == column or column in tied}
        told[column] = told[column].astype(object).mask(told.index.isin(list(rows)), HIDDEN)
    return told


def maps_written(report: Report) -> Report:
    """Return a report whose maps are written once, so that what is read of them is what stands in the page."""
    sections = []
    for section in report.sections:
        exhibits = tuple(replace(e, svg=_Written(e.svg())) if isinstance(e, Map) else e for e in section.exhibits)
        sections.append(replace(section, exhibits=exhibits))
    return replace(report, sections=tuple(sections))


@dataclass(frozen=True)
class _Written:
    """A map that is text already."""

    text: str

    def __call__(self) -> str:
        return self.text
