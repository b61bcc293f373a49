"""Children in each draw by home authority, need and phase, and the setting or destination where they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from sufficiency.allocate.place.ledger import PHASE_OF_NCY, Ints, Ledger, totals
from sufficiency.allocate.place.routes import NEED_CODES, RouteMap
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import NCY_LOW, PHASES


def by_need_and_phase(
    book: Ledger, routes: RouteMap, home: Ints, authorities: Sequence[str], draws: Sequence[int], years: Sequence[int]
) -> xr.DataArray:
    """Return draw x year x authority x need x phase x setting, destinations last, read-only; `home` is by zone. [children]"""
    sizes = (len(authorities), len(NEED_CODES), len(PHASES), len(routes.settings) + len(DESTINATIONS))
    cell = np.ravel_multi_index(
        (home[book.zone], book.need, PHASE_OF_NCY[book.ncy.astype(np.int64) - NCY_LOW], book.setting), sizes
    )
    shape = (len(draws), len(years), int(np.prod(sizes)))
    children = totals(book, cell, shape).astype(np.int32).reshape(shape[:2] + sizes)
    children.setflags(write=False)
    return xr.DataArray(
        children,
        dims=("draw", "year", "authority", "need", "phase", "setting"),
        coords={
            "draw": list(draws),
            "year": list(years),
            "authority": list(authorities),
            "need": list(NEED_CODES),
            "phase": list(PHASES),
            "setting": [*routes.codes, *DESTINATIONS],
        },
        name="attending",
        attrs={"units": "children"},
    )
