"""Whether a point is in Great Britain: coarse, but it catches a slipped digit, a swapped pair and another island's grid.

Reference: Ordnance Survey, *A guide to coordinate systems in Great Britain*, section 7, "National Grid".
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

# The 100 km squares of the National Grid that hold land of Great Britain: for each 100 km of northing from 0, the
# hundreds of kilometres of easting. The square of the Isle of Man is left out.
LAND: Final = (
    "012345",
    "123456",
    "123456",
    "23456",
    "345",
    "12345",
    "1234",
    "0123",
    "01234",
    "0123",
    "1234",
    "34",
    "4",
)
# Of squares that Galloway and Kintyre share with Northern Ireland: nothing west of here, between these northings. [m]
GALLOWAY_WEST, IRELAND_SOUTH, IRELAND_NORTH = 190_000, 400_000, 602_000


def is_in_great_britain(easting: pd.Series, northing: pd.Series) -> pd.Series:
    """Return whether each British National Grid point is in a 100 km square with land. [m]"""
    squares = {(int(east), north) for north, easts in enumerate(LAND) for east in easts}
    of_each = zip(np.floor(easting / 100_000), np.floor(northing / 100_000), strict=True)
    has_land = pd.Series([(east, north) in squares for east, north in of_each], index=easting.index, dtype="bool")
    is_ireland = (easting < GALLOWAY_WEST) & northing.between(IRELAND_SOUTH, IRELAND_NORTH)
    return has_land & ~is_ireland
