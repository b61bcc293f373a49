"""An area that notes which values are asked of it, so that what a run rests on is known from the run and not from a list."""

from __future__ import annotations

from datetime import date

from sufficiency.area.area import Area


class Listening(Area):
    """An area like another, that notes each value asked of it or of a copy that `replace` makes."""

    asked: set[str]

    def value(self, name: str, *, on: date | int | None = None) -> float:
        """Return the value called `name`, and note that it was asked for."""
        self.asked.add(name)
        return super().value(name, on=on)

    def history(self, name: str) -> dict[int, float]:
        """Return the values called `name`, and note that they were asked for."""
        self.asked.add(name)
        return super().history(name)


def listening(area: Area) -> Listening:
    """Return the area as one that notes what is asked of it from now on, in `asked`."""
    made = object.__new__(Listening)
    vars(made).update(vars(area))
    vars(made)["asked"] = set()
    return made
