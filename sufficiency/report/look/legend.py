"""What the legend of a map says: one entry for every kind of mark that is drawn, and for none that is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sufficiency.report.look.layout import Layout
from sufficiency.report.look.picture import FULLNESS, SHAPE_WORDS, Picture
from sufficiency.report.look.scales import UNKNOWN
from sufficiency.words.say import count

EDGE: Final = "#33424e"  # of a district
FLOW: Final = "#b34a00"
CELLS: Final = "No boundaries were given: each zone is drawn as the ground nearer to its middle than to any other's."


@dataclass(frozen=True)
class Entry:
    """A sign and what it means. `sign` is box, line, dot, circle, square, diamond, leader or number; `size` a line's width. [pixels]"""

    sign: str
    colour: str
    words: str
    size: float = 1.0


def legend(picture: Picture, layout: Layout, years: Sequence[int]) -> list[tuple[str, list[Entry]]]:
    """Return the legend in groups, each with its heading; how full schools are only as they are in `years`."""
    groups: list[tuple[str, list[Entry]]] = []
    if picture.scale is not None:
        classes = [Entry("box", colour, words) for colour, words in picture.scale.classes()]
        if picture.shaded is not None and picture.shaded.isna().to_numpy().any():
            classes.append(Entry("box", UNKNOWN, "nobody, or not told"))
        groups.append((picture.scale.title or picture.scale.unit, classes))
    if picture.dots:
        dots = [Entry("dot", dots.colour, dots.words) for dots in picture.dots]
        groups.append(("One dot is one child, anywhere in the child's neighbourhood", dots))
    if layout.marks:
        shapes = [
            Entry(s, "#ffffff", words) for s, words in SHAPE_WORDS.items() if s in {m.shape for m in layout.marks}
        ]
        groups.append(
            ("Schools, larger for more places", [*shapes, *_fullness(picture, layout, years), *_moved(layout)])
        )
    if picture.flows is not None and len(picture.flows):
        most = int(picture.flows["children"].max())
        sizes = dict.fromkeys((max(1, round(most / 4, -1) or 5), max(round(most, -1), 10)))
        widths = [Entry("line", FLOW, count(s, "child", "children"), flow_width(s, most)) for s in sizes]
        groups.append(("From the middle of a district to a school", widths))
    lines = [Entry("line", EDGE, "District boundary", 1.4)] if len(layout.ground.districts) > 1 else []
    if picture.numbers is not None:
        lines.append(Entry("number", EDGE, f"Under a district's name: {picture.numbers_say}"))
    groups.append(("", lines))
    return [group for group in groups if group[1]]


def flow_width(children: float, most: float) -> float:
    """Return how thick a line is drawn. [pixels]"""
    return float(0.8 + 5.2 * children / max(most, 1))


def _fullness(picture: Picture, layout: Layout, years: Sequence[int]) -> list[Entry]:
    drawn = {picture.full(m.setting, y) for m in layout.marks for y in years}
    return [Entry("dot", colour, words) for key, (words, colour) in FULLNESS.items() if key in drawn]


def _moved(layout: Layout) -> list[Entry]:
    moved = [m for m in layout.marks if m.is_moved]
    return [Entry("leader", "#33424e", "moved aside, joined to its place")] if moved else []
