"""Figures as PNG and SVG: a helper puts them in that form while this process goes on, which does what is left."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

from matplotlib.figure import Figure

from sufficiency.helper import Helper, processors
from sufficiency.report.look.pictures import as_png, as_svg


class Asked(NamedTuple):
    """A figure, and whether it stands in the page as it is: a map of the page is another."""

    figure: Figure
    is_in_page: bool


class Drawn(NamedTuple):
    """A figure as a file, and as a part of the page where it stands there."""

    png: bytes
    svg: str


class Drawing:
    """Figures on the way to their files, by the key of their chart or map."""

    def __init__(self, aside: ThreadPoolExecutor | None = None, helper: Helper[Asked, Drawn] | None = None) -> None:
        self._aside, self._helper = aside, helper
        self._asked: dict[str, Asked] = {}
        self._begun: dict[str, Future[Drawn]] = {}
        self._drawn: dict[str, Drawn] = {}

    def add(self, key: str, figure: Figure, *, is_in_page: bool) -> None:
        """Take a figure, which nobody may change any more."""
        self._asked[key] = Asked(figure, is_in_page)
        if self._aside is not None and self._helper is not None:
            self._begun[key] = self._aside.submit(self._helper, self._asked[key])

    def __getitem__(self, key: str) -> Drawn:
        """Return a figure's files: the helper's where it has begun on them, else made here."""
        if key not in self._drawn:
            self._drawn[key] = self._found(key)
            del self._asked[key]
        return self._drawn[key]

    def _found(self, key: str) -> Drawn:
        begun = self._begun.pop(key, None)
        if begun is not None and not begun.cancel():
            try:
                return begun.result()
            except Exception:  # whatever became of the helper, it is drawn here or says why not
                pass
        return drawn(self._asked[key])


@contextmanager
def drawing() -> Iterator[Drawing]:
    """Give what puts figures in files, with a helper where there is a processor for one."""
    if processors() < 2:
        yield Drawing()
        return
    try:
        helper = Helper(drawn)
    except OSError:
        yield Drawing()
        return
    with helper, ThreadPoolExecutor(1) as aside:
        try:
            yield Drawing(aside, helper)
        finally:
            aside.shutdown(wait=False, cancel_futures=True)


def drawn(asked: Asked) -> Drawn:
    """Return a figure's files."""
    return Drawn(as_png(asked.figure), as_svg(asked.figure) if asked.is_in_page else "")
