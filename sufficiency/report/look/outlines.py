"""Shapes of the ground as rings of pixels, simplified together so that neighbours still meet; made once for each view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from sufficiency.report.look.ground import Floats, Ground
from sufficiency.report.look.layout import View
from sufficiency.report.look.picture import Picture

COARSE: Final = 0.6  # what simplifying may move [pixels]


@dataclass(frozen=True, eq=False)
class Outlines:
    """Rings by part and by district. [pixels]"""

    parts: Mapping[str, tuple[Floats, ...]]
    districts: Mapping[str, tuple[Floats, ...]]


@lru_cache(maxsize=32)
def outlines(here: Ground, view: View) -> Outlines:
    """Return the rings of a view."""
    return Outlines(_rings(here.parts, view), _rings(here.districts, view))


def pieces(picture: Picture, here: Ground, view: View) -> dict[str, tuple[str, tuple[Floats, ...]]]:
    """Return what a view is made of: each piece's code, what a reader calls it, and its rings.

    Pieces are districts where districts are shaded, else parts of the ground; on a map of one district, the others whole.
    """
    rings = outlines(here, view)
    if picture.districts is not None:
        return {name: (name, found) for name, found in rings.districts.items()}
    own = {
        part: (here.names[part], found)
        for part, found in rings.parts.items()
        if picture.district in (None, here.district_of[part])
    }
    if picture.district is None:
        return own
    return own | {name: (name, found) for name, found in rings.districts.items() if name != picture.district}


def path(rings: tuple[Floats, ...]) -> str:
    """Return rings as the path of an SVG, to a tenth of a pixel, each point told from the one before."""
    parts = []
    for ring in rings:
        tenths = np.round(ring * 10).astype(int)
        steps = np.diff(tenths, axis=0)
        steps = steps[(steps != 0).any(axis=1)][:-1]
        parts.append(
            f"M{tenths[0, 0] / 10:g} {tenths[0, 1] / 10:g}l"
            + " ".join(f"{x / 10:g} {y / 10:g}" for x, y in steps)
            + "z"
        )
    return "".join(parts)


def _rings(shapes: Mapping[str, BaseGeometry], view: View) -> dict[str, tuple[Floats, ...]]:
    names = list(shapes)
    simple = shapely.coverage_simplify(np.array([shapes[n] for n in names]), COARSE / view.scale)
    cut = shapely.clip_by_rect(simple, *view.bounds)
    rings = {name: tuple(_of(shape, view)) for name, shape in zip(names, cut, strict=True)}
    return {name: found for name, found in rings.items() if found}


def _of(shape: BaseGeometry, view: View) -> list[Floats]:
    polygons = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
    rings = [np.asarray(ring.coords)[:, :2] for p in polygons for ring in (p.exterior, *p.interiors)]
    return [view.pixels(ring[:, 0], ring[:, 1]) for ring in rings]
