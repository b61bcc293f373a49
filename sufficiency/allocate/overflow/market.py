"""Independent and non-maintained schools as a market that grows: as many places for the area's children as are forecast.

The forecast of placements at such schools rests on how they have grown; a state place that opens or is full moves the
count only by the shares of `overflow.csv`. So their places are not held at today's number, and need no constant.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sufficiency.allocate.place.routes import RouteMap
from sufficiency.words.vocabulary import SETTING_TYPES

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def with_market(room: Ints, found: RouteMap, at_market: Ints, roll: Ints) -> Ints:
    """Return year x setting: places, those of schools that are not the state's being as many as children forecast there.

    Parameters
    ----------
    room
        year x setting: places as listed. [places]
    found
        Routes, for the types of settings.
    at_market
        year: children forecast at independent and non-maintained special schools. [children]
    roll
        By setting, the area's children there today: where some schools have no number, the others' places are scaled to
        the children who are there. [children]
    """
    is_market = np.array([not SETTING_TYPES[t].is_state for t in found.settings["setting_type"]])
    listed = _alike(room[0, is_market], found.is_listed[is_market], roll[is_market])
    if not listed.sum():
        return room
    grown = room.copy()
    for year, children in enumerate(at_market):
        grown[year, is_market] = shared_out(listed, int(children))
    return grown


def _alike(listed: Ints, has_number: npt.NDArray[np.bool_], roll: Ints) -> Floats:
    """Return what schools share growth by: listed places, scaled to children there where some schools have no number."""
    there, places = roll[has_number].sum(), listed[has_number].sum()
    if has_number.all() or not places:
        return listed.astype(np.float64)
    return np.where(has_number, listed * (there / places), roll)


def shared_out(listed: Floats, total: int) -> Ints:
    """Return `total` whole places in proportion to those listed: largest remainders go up, the first of equals first."""
    exact = listed * (total / listed.sum())
    whole: Ints = np.floor(exact).astype(np.int64)
    up = np.argsort(-(exact - whole), kind="stable")[: total - int(whole.sum())]
    whole[up] += 1
    return whole
