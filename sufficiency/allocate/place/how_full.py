"""How full settings are: children there, places, and their share, by label."""

from __future__ import annotations

import numpy as np

from sufficiency.allocate.place.ledger import Bools, Floats, Ints, Ledger, totals
from sufficiency.words.destinations import DESTINATIONS


def by_cell(book: Ledger, places: Ints, numbered: Ints, cell: Ints, cells: int, on_list: Bools) -> dict[str, Floats]:
    """Return draw x year x cell of children, places and share, which is NaN where there are no places.

    Parameters
    ----------
    book
        Children in each draw and January.
    places
        draw x year x setting. [places]
    numbered, cell
        The settings that have a number of places, by position, and the cell of each.
    cells
        How many there are.
    on_list
        Of every setting, whether the area's attendance has its roll: the base year's `share` is not known without.
    """
    draws, years, settings = places.shape
    children = totals(book, book.setting.astype(np.int64), (draws, years, settings + len(DESTINATIONS)))[..., :settings]
    into = np.eye(cells)[cell]
    inside, room = children[..., numbered] @ into, places[..., numbered] @ into
    share = np.divide(inside, room, out=np.full(inside.shape, np.nan), where=room > 0)
    share[:, 0, ~on_list[numbered] @ into > 0] = np.nan
    return {"children": inside, "places": room, "share": share}
