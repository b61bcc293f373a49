"""What a map shows over its ground, before it is a still picture or part of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pandas as pd

from sufficiency.report.look.scales import Scale
from sufficiency.words.vocabulary import SETTING_TYPES

# Square: a unit or base in a mainstream school; diamond: a school that is not the state's.
SHAPES: Final = {"special": "circle", "sen_unit": "square", "resourced_provision": "square"}
OTHER_SHAPE: Final = "diamond"
SHAPE_WORDS: Final = {
    "circle": "State special school",
    "square": "Unit or base in a mainstream school",
    "diamond": "Independent or non-maintained school",
}
FULLNESS: Final = {
    "room": ("up to 90% full", "#009e73"),
    "full": ("90% to 100% full", "#e69f00"),
    "over": ("over its places", "#d55e00"),
    "unknown": ("how full is not known", "#dfe4e8"),
}


def shape_of(setting_type: str) -> str:
    """Return the mark of a type of setting: circle, square or diamond."""
    return SHAPES.get(setting_type, OTHER_SHAPE) if setting_type in SETTING_TYPES else OTHER_SHAPE


def fullness(roll: float, places: float) -> str:
    """Return how full a setting is, as a key of `FULLNESS`."""
    if not roll >= 0 or not places > 0:
        return "unknown"
    return "room" if roll <= 0.9 * places else "full" if roll <= places else "over"


@dataclass(frozen=True)
class Dots:
    """Points in one colour, one for each child, anywhere in the child's neighbourhood."""

    words: str
    colour: str
    places: pd.DataFrame  # easting, northing


@dataclass(frozen=True, eq=False, kw_only=True)
class Picture:
    """What a map shows over its ground.

    Attributes
    ----------
    years
        Januaries that can be chosen; one where nothing changes.
    year
        The January shown first.
    scale
        How values are shaded; None where nothing is.
    parts, districts
        Part of the ground, or district, x year -> the value that shades it.
    numbers
        District x year -> what stands under the district's name.
    numbers_say
        What those are: "children turned away".
    schools
        setting, name, setting_type, easting, northing and, for each year, places_YEAR, full_YEAR (a key of `FULLNESS`) and
        roll_YEAR (NaN: not known, or not told).
    names_schools
        Whether schools are named on the map; otherwise only where they are pointed at.
    flows
        origin, name, children, and the two ends: easting_from, northing_from, easting, northing.
    dots
        Points in some colours.
    words
        Year -> the map's figures in a sentence.
    district
        The one district that the map is of; None for the whole area.
    links
        Mark or district -> where on the page it is told.
    """

    years: tuple[int, ...]
    year: int
    scale: Scale | None = None
    parts: pd.DataFrame | None = None
    districts: pd.DataFrame | None = None
    numbers: pd.DataFrame | None = None
    numbers_say: str = "children"
    schools: pd.DataFrame | None = None
    names_schools: bool = True
    flows: pd.DataFrame | None = None
    dots: tuple[Dots, ...] = ()
    words: Mapping[int, str] = field(default_factory=dict)
    district: str | None = None
    links: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def shaded(self) -> pd.DataFrame | None:
        """What is shaded: parts of the ground or districts, x year."""
        return self.parts if self.parts is not None else self.districts

    @cached_property
    def by_setting(self) -> dict[str, dict[str, Any]]:
        """Each school's row, by its code."""
        rows = [] if self.schools is None else self.schools.to_dict("records")
        return {str(row["setting"]): {str(k): v for k, v in row.items()} for row in rows}

    def full(self, setting: str, year: int) -> str:
        """Return how full a school is, as a key of `FULLNESS`."""
        return str(self.by_setting[setting][f"full_{year}"])
