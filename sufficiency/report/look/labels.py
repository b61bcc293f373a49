"""Names on a map, placed one after another where they overlap neither one another nor a mark; one without room is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sufficiency.report.look.ground import Floats

NARROW: Final = frozenset("ijlftr.,:;'|()[] I1-")
BROAD: Final = frozenset("mwMWGOQ@%&")
BOLD: Final = 1.12  # of bold type, in the width of plain
LINE: Final = 1.18  # of a line of type, in its size
Box = tuple[float, float, float, float]  # left, top, right, bottom [pixels]


@dataclass(frozen=True)
class Label:
    """A name where it stands: `x` is its left end, middle or right end as `anchor` says, `y` the middle of its line."""

    text: str
    x: float
    y: float
    anchor: str  # start, middle or end, as SVG has them
    size: float
    kind: str
    key: str = ""  # of the mark or shape that it names


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is, in pixels, in any plain face."""
    return size * sum(0.38 if c in NARROW else 0.92 if c in BROAD else 0.69 if c.isupper() else 0.61 for c in text)


@dataclass
class Board:
    """What of a picture is taken. Labels ask for room on it, and keep it. [pixels]"""

    left: float
    top: float
    right: float
    bottom: float
    _taken: list[Box] = field(default_factory=list)

    def block(self, boxes: Iterable[Box]) -> None:
        """Keep labels off some boxes."""
        self._taken.extend(boxes)

    def place(
        self, text: str, spots: Sequence[tuple[float, float, str]], size: float, kind: str, key: str = ""
    ) -> Label | None:
        """Return a label at the first of `spots` with room for it, and take that room; None where none has."""
        lines = text.split("\n")
        bold = BOLD if kind in ("district", "inset") else 1.0
        wide, high = max(width_of(line, size) for line in lines) * bold, LINE * size * len(lines)
        x, y = (np.array([spot[n] for spot in spots], dtype=float) for n in (0, 1))
        shift = np.array([{"start": 0.0, "middle": 0.5, "end": 1.0}[spot[2]] for spot in spots])
        boxes = np.column_stack([x - shift * wide, y - high / 2, x + (1 - shift) * wide, y + high / 2])
        free = self._free(boxes)
        if not free.any():
            return None
        best = int(free.argmax())
        self._taken.append(tuple(boxes[best]))
        return Label(text, float(x[best]), float(y[best]), spots[best][2], size, kind, key)

    def _free(self, boxes: Floats) -> np.ndarray:
        inside = (boxes[:, 0] >= self.left) & (boxes[:, 2] <= self.right)
        inside &= (boxes[:, 1] >= self.top) & (boxes[:, 3] <= self.bottom)
        if not self._taken:
            return inside
        taken = np.array(self._taken)
        clear = (boxes[:, None, 0] >= taken[:, 2]) | (boxes[:, None, 2] <= taken[:, 0])
        clear |= (boxes[:, None, 1] >= taken[:, 3]) | (boxes[:, None, 3] <= taken[:, 1])
        return np.asarray(inside & clear.all(axis=1))


def beside(x: float, y: float, gap: float, size: float) -> list[tuple[float, float, str]]:
    """Return the spots for the name of a point, the best first: right, left, above, below, then askew and a little off."""
    line = LINE * size
    spots = [
        (x + gap, y, "start"),
        (x - gap, y, "end"),
        (x, y - gap - line / 2, "middle"),
        (x, y + gap + line / 2, "middle"),
    ]
    for off in (0.6, 1.1):
        spots += [
            (x + side * gap * 0.8, y + up * (gap * 0.5 + line * off), anchor)
            for up in (-1, 1)
            for side, anchor in ((1, "start"), (-1, "end"))
        ]
    return spots
