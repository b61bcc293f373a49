"""What a sentence tells of a cube: a number is the cube's where the labels named beside it have just that total."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from sufficiency.report.disclosure.cubes import WHOLE, Cube, Group
from sufficiency.report.disclosure.printed import READINGS, YEAR, Place, Printed

NUMBER: Final = re.compile(r"(?<![\w.,£/−-])(\d[\d,]*)(\.\d+)?(%?)(?![\d,]*\d)")
# Beside a number that counts something else: Years 7 to 11, aged 5, 32 minutes, 9 in 10 futures.
BEFORE: Final = re.compile(
    r"(?:\b(?:years?|ages?|aged|ncy|section|below|under)|£) ?(?:\d+ (?:to|and|or) )?$", re.IGNORECASE
)
AFTER: Final = re.compile(
    r" ?(?:to \d|and over|months?|years?|minutes?|hours?|days?|km|miles?|metres?|places?|schools?|settings?|projects?|futures|draws|in \d|of \d|%)",
    re.IGNORECASE,
)
FEW: Final = 10  # from which a number in a sentence is read whatever it is said to be of
ENDS: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")  # of a sentence
CHILDREN: Final = re.compile(r"\)? *(?:more |other )?(?:children|child\b|pupils?\b|plans?\b|\))")


def of_words(cube: Cube, text: str, place: Place) -> Iterator[Printed]:
    """Yield the totals of the cube that words tell, sentence by sentence: numbers that are just what the labels beside add up to.

    Of numbers below ten only those are read that are said to be of children. A sentence that names Januaries is of those.
    """
    for sentence in ENDS.split(text):
        years = {int(year[0][-4:]) for year in YEAR.finditer(sentence)}
        if cube.year in years or (cube.is_now and not years):
            yield from _of_sentence(cube, sentence, place)


def _of_sentence(cube: Cube, text: str, place: Place) -> Iterator[Printed]:
    numbers = [(m, float(m[1].replace(",", ""))) for m in NUMBER.finditer(text) if not m[2] and not m[3]]
    numbers = [
        (m, n)
        for m, n in numbers
        if not (YEAR.fullmatch(m[1]) or BEFORE.search(text[: m.start()]) or AFTER.match(text, m.end()))
    ]
    if not numbers:
        return
    found: dict[str, dict[Group, str]] = {}
    for words in set(cube.spoken.findall(text.lower())):
        for group in cube.names[words]:
            if group.label != WHOLE:
                found.setdefault(group.label, {})[group] = words
    ways = itertools.product(*[[None, *groups.items()] for groups in found.values()])
    for way in itertools.islice(ways, READINGS):
        named = [each for each in way if each is not None]
        if len({words for _, words in named}) < len(named):
            continue  # one word names one thing
        groups = tuple(group for group, _ in named)
        true = cube.total(groups)
        for match, number in numbers:
            few = number < FEW and not CHILDREN.match(text, match.end())
            if number == true and number >= 1 and not few:
                yield Printed(place, groups, is_hidden=False)


def texts(page: str) -> Iterable[str]:
    """Return the words of a page of HTML, block by block: text between tags, attributes read aloud, and data for scripts."""
    body = re.sub(r"<(style|script(?! type=\"application/json\"))\b.*?</\1>", " ", page, flags=re.S)
    body = re.sub(r"<path[^>]*>", "", body)
    spoken = re.findall(r'(?:aria-label|alt|title)="([^"]*)"', body)
    return dict.fromkeys([*spoken, *re.findall(r'[">]([^<>"]*\d[^<>"]*)[<"]', body)])
