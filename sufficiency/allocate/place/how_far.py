"""How far children with a place go, one way: means and the long end, by label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sufficiency.allocate.place.ledger import Bools, Floats, Ints, Ledger, percentile_within
from sufficiency.allocate.place.routes import SECONDARY_FROM, RouteMap

LONG: Final = 0.9


def one_way(
    book: Ledger, routes: RouteMap, cell: Ints, shape: tuple[int, int, int], placed: Bools, guide: Sequence[float]
) -> dict[str, Floats]:
    """Return draw x year x cell of mean and 90th percentile minutes and km, and the share beyond what guidance expects.

    Parameters
    ----------
    book, routes
        Children in each draw and January, and their routes.
    cell, shape
        Of each entry, and draw x year x cell.
    placed
        Of each entry, whether the child has a place.
    guide
        Longest ride that guidance expects, to Year 6 and from Year 7. [minutes]
    """
    some = np.flatnonzero(placed)
    key = ((book.draw[some].astype(np.int64) * shape[1]) + book.year[some]) * shape[2] + cell[some]
    minutes, km = (values[book.zone[some], book.setting[some]] for values in (routes.minutes, routes.km))
    is_beyond = minutes > np.asarray(guide)[(book.ncy[some] >= SECONDARY_FROM).astype(np.int64)]
    cells = int(np.prod(shape))
    children = np.bincount(key, minlength=cells).astype(np.float64)
    children[children == 0] = np.nan
    measures = {
        "mean_minutes": np.bincount(key, minutes, minlength=cells) / children,
        "p90_minutes": percentile_within(minutes, key, cells, LONG),
        "mean_km": np.bincount(key, km, minlength=cells) / children,
        "p90_km": percentile_within(km, key, cells, LONG),
        "share_beyond": np.bincount(key, is_beyond, minlength=cells) / children,
    }
    return {name: values.reshape(shape) for name, values in measures.items()}
