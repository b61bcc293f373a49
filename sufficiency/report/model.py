"""What a report is made of, before it is a page, a document or a workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Table:
    """A table with its words. `formats` gives a column's format: 'n' whole, '1' one decimal, '%' share, '£', '£m'."""

    key: str
    title: str
    frame: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    counts: tuple[str, ...] = ()  # columns that count children, which suppression may hide
    totals: tuple[str, ...] = ()  # columns that add `counts` up
    tied: tuple[str, ...] = ()  # columns from which a count of the row could be worked out: hidden with it
    behind: pd.DataFrame | None = (
        None  # children that money or a share follows from, by its rows and columns: hidden where few
    )
    rows_shown: int = 60  # in the page and the document, 0 leaves it to the workbook, which has every row
    is_close: bool = False  # so near to single children that it is left out where small numbers are hidden
    stacks: bool = False  # on a phone each row is a card, with its columns one under another
    shown_in: tuple[str, ...] = ("page", "document", "workbook")


@dataclass(frozen=True)
class Card:
    """One school, small: what kind it is, facts about it in pairs, and shares as bars."""

    key: str
    title: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    bars_say: str = ""
    bars: tuple[tuple[str, float, str], ...] = ()  # name, share, and the share in words


@dataclass(frozen=True)
class Cards:
    """A grid of cards, for the page; the document and the workbook have a table instead."""

    key: str
    title: str
    cards: tuple[Card, ...]
    note: str = ""
    is_close: bool = False


@dataclass(frozen=True)
class Chart:
    """A picture drawn by a function of no arguments, with what it shows in words for those who can't see it."""

    key: str
    title: str
    draw: Callable[..., Figure]
    alt: str
    note: str = ""
    is_close: bool = False
    has_counts: bool = False  # it writes counts of children, and takes a `limit` below which to hide them


@dataclass(frozen=True)
class Map:
    """A map: `draw` gives a still picture, `svg` the one of the page; both take a `limit` where small numbers are hidden."""

    key: str
    title: str
    draw: Callable[..., Figure]
    svg: Callable[..., str]
    alt: str
    note: str = ""
    is_close: bool = False


Exhibit = Table | Chart | Map | Cards


@dataclass(frozen=True)
class Section:
    """A numbered part of the report: words, exhibits, and the assumptions beside them."""

    key: str
    title: str
    words: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    assumptions: tuple[str, ...] = ()
    figures: tuple[Figureword, ...] = ()  # the numbers that it begins with
    short: str = ""  # its title in the contents, where that is a sentence
    within: str = ""  # the key of the section that it is a part of

    @property
    def exhibits_read(self) -> tuple[Exhibit, ...]:
        """What stands in the page and the document: a table of which they show no row is in the workbook alone."""
        return tuple(e for e in self.exhibits if not isinstance(e, Table) or e.rows_shown)


@dataclass(frozen=True)
class Figureword:
    """One headline figure: the number, what it is, and how sure we are."""

    value: str
    says: str
    range: str = ""

    def __str__(self) -> str:
        """Return the figure as a terminal shows it: '1,200 children turned away (543 to 5,218)'."""
        words = f"{self.value} {self.says}{f' ({self.range})' if self.range else ''}"
        return words.replace("\u2060", "")  # keeps a sign on its line in a page


@dataclass(frozen=True)
class Report:
    """Everything a writer needs."""

    title: str
    subtitle: str
    headlines: tuple[Figureword, ...]
    sections: tuple[Section, ...]
    attribution: str
    suppress: int = 0

    def exhibits(self) -> list[tuple[Section, Exhibit]]:
        """Return every exhibit with its section, in order."""
        return [(section, exhibit) for section in self.sections for exhibit in section.exhibits]

    def tables(self, where: str) -> list[tuple[Section, Table]]:
        """Return the tables shown in the page, the document or the workbook, each with its section."""
        return [(s, e) for s, e in self.exhibits() if isinstance(e, Table) and where in e.shown_in]
