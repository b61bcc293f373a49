"""Where everything on a map stands, in pixels: the view and its inset, marks kept apart, names where there is room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from sufficiency.area.area import Area
from sufficiency.report.look.ground import Bounds, Floats, Ground, ground
from sufficiency.report.look.labels import Board, Box, Label, beside
from sufficiency.report.look.picture import Picture, shape_of
from sufficiency.report.look.spread import apart

WIDTH: Final = 720.0  # of a picture [pixels]
TALLEST: Final = 800.0
TYPE: Final = {
    "wide": 12.0,
    "narrow": 22.0,
}  # of a name, on a wide screen or paper, and on a phone [pixels of the picture]
INSET: Final = 0.38  # of the picture's width
CROWD: Final = 5  # schools in one town from which it has an inset
TOWN_M: Final = 10_000  # across
COVERED: Final = 0.06  # of an inset that may lie on the area
LATER: Final = re.compile(
    r"\s*[,(].*$|\s+-\s.*$|\s+\b(Special|Specialist|Primary|School|Schools|Academy|College|Trust)\b.*$"
)


@dataclass(frozen=True)
class View:
    """A window on the ground and where it stands in the picture."""

    bounds: Bounds  # [m]
    left: float  # [pixels]
    top: float
    width: float
    height: float

    @property
    def scale(self) -> float:
        """Pixels a metre."""
        return self.width / (self.bounds[2] - self.bounds[0])

    def pixels(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> Floats:
        """Return points in the picture, one row for each; north is up. [pixels]"""
        x = self.left + (np.asarray(easting, dtype=float) - self.bounds[0]) * self.scale
        y = self.top + (self.bounds[3] - np.asarray(northing, dtype=float)) * self.scale
        return np.column_stack([np.atleast_1d(x), np.atleast_1d(y)])

    def holds(self, frame: pd.DataFrame) -> pd.Series:
        """Return which rows, with easting and northing, lie inside."""
        left, bottom, right, top = self.bounds
        return frame["easting"].between(left, right) & frame["northing"].between(bottom, top)


SEEN: Final = 4.0  # of a line between a school and its place, below which it looks like the school's edge [pixels]


@dataclass(frozen=True)
class Mark:
    """A school where it is drawn, and where it stands in truth. [pixels]"""

    setting: str
    shape: str
    x: float
    y: float
    radius: float
    true_x: float
    true_y: float

    @property
    def is_moved(self) -> bool:
        """Whether it stands off its place by so much that a line joins the two."""
        return float(np.hypot(self.x - self.true_x, self.y - self.true_y)) > self.radius + SEEN


@dataclass(frozen=True)
class Layout:
    """Everything that has a place in the picture."""

    ground: Ground
    main: View
    inset: View | None
    marks: tuple[Mark, ...]
    labels: dict[str, tuple[Label, ...]]  # wide and narrow
    towns: tuple[tuple[float, float], ...]  # whose names stand beside them [pixels]

    @property
    def height(self) -> float:
        """Of the picture. [pixels]"""
        return self.main.height

    @property
    def views(self) -> tuple[View, ...]:
        """The view and, where there is one, its inset."""
        return (self.main,) if self.inset is None else (self.main, self.inset)


def laid_out(area: Area, picture: Picture) -> Layout:
    """Return where everything of a picture stands."""
    here = ground(area)
    main = _main(here, picture)
    schools = _drawn(picture, main)
    inset = _inset(here, main, schools, area.towns) if picture.district is None and picture.names_schools else None
    towns = area.towns[~area.towns["town"].isin(set(here.districts) - {picture.district})]  # else two alike
    marks = [m for view in ([main] if inset is None else [main, inset]) for m in _marks(view, inset, schools)]
    labels = {name: _labels(here, picture, towns, main, inset, marks, schools, size) for name, size in TYPE.items()}
    return Layout(here, main, inset, tuple(marks), labels, _dotted(main, towns, labels["wide"]))


def _dotted(main: View, towns: pd.DataFrame, labels: Sequence[Label]) -> tuple[tuple[float, float], ...]:
    """Return towns that are named beside their place, not on it, as points."""
    named = {label.key for label in labels if label.kind == "town"}
    shown = towns[towns["town"].isin(named)]
    return (
        tuple((float(x), float(y)) for x, y in main.pixels(shown["easting"], shown["northing"])) if len(shown) else ()
    )


def short(name: str) -> str:
    """Return a school's name without the words that every school has: 'Kingsley' for 'Kingsley Special Academy'."""
    cut = LATER.sub("", name).strip()
    return cut if len(cut) > 3 else name


def _main(here: Ground, picture: Picture) -> View:
    left, bottom, right, top = here.around(picture.district, 0.03 if picture.district is None else 0.06)
    most = TALLEST if picture.district is None else 560.0
    least = 420.0 * (right - left) / WIDTH
    if top - bottom < least:
        bottom, top = (bottom + top - least) / 2, (bottom + top + least) / 2
    widest = WIDTH * (top - bottom) / most
    if right - left < widest:
        left, right = (left + right - widest) / 2, (left + right + widest) / 2
    return View((left, bottom, right, top), 0.0, 0.0, WIDTH, WIDTH * (top - bottom) / (right - left))


def _drawn(picture: Picture, main: View) -> pd.DataFrame:
    """Return schools inside the view, the largest first."""
    if picture.schools is None or picture.schools.empty:
        return pd.DataFrame(columns=["setting", "name", "setting_type", "easting", "northing", "most"])
    most = picture.schools[[f"places_{y}" for y in picture.years]].max(axis=1)
    inside = picture.schools.assign(most=most)[main.holds(picture.schools)]
    return inside.sort_values("most", ascending=False, kind="stable")


def _inset(here: Ground, main: View, schools: pd.DataFrame, towns: pd.DataFrame) -> View | None:
    """Return a larger view of the town with most schools, in a corner that the area leaves free; None without either."""
    if towns.empty or len(schools) < CROWD:
        return None
    around = [
        schools["easting"].sub(t.easting).abs().lt(TOWN_M / 2)
        & schools["northing"].sub(t.northing).abs().lt(TOWN_M / 2)
        for t in towns.itertuples()
    ]
    crowd = max(around, key=lambda inside: int(inside.sum()))
    if crowd.sum() < CROWD:
        return None
    east, north = schools.loc[crowd, "easting"], schools.loc[crowd, "northing"]
    half = max(float(east.max() - east.min()), float(north.max() - north.min())) / 2 + 1_200
    x, y = float(east.max() + east.min()) / 2, float(north.max() + north.min()) / 2
    wide = INSET * main.width
    if wide / (2 * half) < 1.5 * main.scale:
        return None  # hardly larger than on the map itself
    whole = shapely.union_all(list(here.districts.values()))
    corners = [(left, top) for top in (0.0, main.height - wide) for left in (main.width - wide, 0.0)]
    best = min(corners, key=lambda corner: _covered(whole, main, corner, wide))
    if _covered(whole, main, best, wide) > COVERED:
        return None
    return View((x - half, y - half, x + half, y + half), best[0] + 1, best[1] + 1, wide - 2, wide - 2)


def _covered(whole: BaseGeometry, main: View, corner: tuple[float, float], wide: float) -> float:
    """Return how much of a square of the picture lies on the area."""
    left = main.bounds[0] + corner[0] / main.scale
    top = main.bounds[3] - corner[1] / main.scale
    square = shapely.box(left, top - wide / main.scale, left + wide / main.scale, top)
    return float(shapely.intersection(whole, square).area / square.area)


def _marks(view: View, inset: View | None, schools: pd.DataFrame) -> list[Mark]:
    """Return the schools of one view, kept apart; those in the inset are drawn there alone."""
    own = schools[view.holds(schools)] if view is inset or inset is None else schools[~inset.holds(schools)]
    if own.empty:
        return []
    points = view.pixels(own["easting"], own["northing"])
    radii = 3.5 + 0.42 * np.sqrt(own["most"].to_numpy(dtype=float))
    found = apart(points, radii)
    found[:, 0] = found[:, 0].clip(view.left + radii, view.left + view.width - radii)
    found[:, 1] = found[:, 1].clip(view.top + radii, view.top + view.height - radii)
    return [
        Mark(str(s.setting), shape_of(str(s.setting_type)), float(x), float(y), float(r), float(a), float(b))
        for s, (x, y), r, (a, b) in zip(own.itertuples(), found, radii, points, strict=True)
    ]


def _labels(
    here: Ground,
    picture: Picture,
    towns: pd.DataFrame,
    main: View,
    inset: View | None,
    marks: Sequence[Mark],
    schools: pd.DataFrame,
    size: float,
) -> tuple[Label, ...]:
    """Return names in one size of type: districts first, then schools, then towns, each where there is room."""
    whole = Board(2, 2, main.width - 2, main.height - 2)
    whole.block((m.x - m.radius, m.y - m.radius, m.x + m.radius, m.y + m.radius) for m in marks)
    close, titled = Board(0, 0, 0, 0), None
    if inset is not None:
        box = (inset.left, inset.top, inset.left + inset.width, inset.top + inset.height)
        window = _window(main, inset)
        close = Board(*box)
        close.block((m.x - m.radius, m.y - m.radius, m.x + m.radius, m.y + m.radius) for m in marks)
        whole.block([box, window])
        spots = [
            (inset.left + 8, inset.top + size, "start"),
            (inset.left + 8, inset.top + inset.height - size, "start"),
        ]
        titled = close.place(_called(here, inset), spots, size * 1.05, "inset")
    crowded = size > TYPE["wide"] and picture.numbers is not None  # a phone has room for the numbers alone
    found = [titled, *_districts(here, picture, main, whole, size)]
    for first in ("circle", "square", "diamond") if picture.names_schools else ():
        names = dict(zip(schools["setting"], schools["name"], strict=True))
        for mark in (m for m in marks if m.shape == first):
            board = close if inset is not None and _is_in(inset, mark) else whole
            spots = beside(mark.x, mark.y, mark.radius + 3, size * 0.92)
            found.append(board.place(short(str(names[mark.setting])), spots, size * 0.92, "school", mark.setting))
    for town in towns.sort_values("rank", kind="stable").itertuples() if len(towns) and not crowded else ():
        x, y = main.pixels(town.easting, town.northing)[0]
        if 0 < x < main.width and 0 < y < main.height:
            found.append(whole.place(str(town.town), beside(x, y, 5, size), size, "town", str(town.town)))
    if picture.district is not None:
        for part, shape in here.parts.items():
            if here.district_of[part] == picture.district and part in here.names:
                found.append(
                    whole.place(here.names[part].rsplit(", ", 1)[0], _inside(shape, main), size * 0.8, "part", part)
                )
    return tuple(label for label in found if label is not None)


def _called(here: Ground, inset: View) -> str:
    """Return the district that an inset's middle lies in."""
    left, bottom, right, top = inset.bounds
    middle = shapely.Point((left + right) / 2, (bottom + top) / 2)
    return min(here.districts, key=lambda name: float(here.districts[name].distance(middle)))


def _window(main: View, inset: View) -> Box:
    """Return where on the map the inset is cut from. [pixels]"""
    (left, bottom), (right, top) = (main.pixels(inset.bounds[n], inset.bounds[n + 1])[0] for n in (0, 2))
    return float(left), float(top), float(right), float(bottom)


def _is_in(view: View, mark: Mark) -> bool:
    return view.left <= mark.x <= view.left + view.width and view.top <= mark.y <= view.top + view.height


def _districts(here: Ground, picture: Picture, main: View, board: Board, size: float) -> list[Label | None]:
    """Return districts' names, with their numbers beneath, each as far inside its district as there is room; the smallest first.

    Where there is no room for a name even on two lines, its number stands alone.
    """
    found = []
    numbers = picture.numbers
    for name in sorted(here.districts, key=lambda d: float(here.districts[d].area)):
        if picture.district == name:
            continue  # the whole picture is of it
        number = "" if numbers is None else "\n" + max((str(v) for v in numbers.loc[name]), key=len)
        spots = _inside(here.districts[name], main)
        choices = [name + number, name.replace(" ", "\n", 1) + number, *([number[1:]] if number else [])]
        labels = (board.place(text, spots, size * 1.05, "district", name) for text in dict.fromkeys(choices))
        found.append(next((label for label in labels if label is not None), None))
    return found


def _inside(shape: BaseGeometry, main: View) -> list[tuple[float, float, str]]:
    """Return points inside a district as far as it is seen, those farthest from its edge first. [pixels]"""
    seen = shapely.clip_by_rect(shape, *main.bounds)
    if seen.is_empty:
        return []
    left, bottom, right, top = seen.bounds
    east, north = (a.ravel() for a in np.meshgrid(np.linspace(left, right, 24), np.linspace(bottom, top, 24)))
    points = shapely.points(east, north)
    shapely.prepare(seen)
    inner = shapely.contains(seen, points)
    depth = shapely.distance(shapely.boundary(seen), points[inner])
    order = np.argsort(-depth, kind="stable")[:60]
    xy = main.pixels(east[inner][order], north[inner][order])
    return [(float(x), float(y), "middle") for x, y in xy]
