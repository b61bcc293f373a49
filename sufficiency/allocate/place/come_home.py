"""What children at independent schools would save at a state school of the area, were there room."""

from __future__ import annotations

import numpy as np

from sufficiency.allocate.place.ledger import Bools, Floats, Ledger
from sufficiency.allocate.place.routes import SECONDARY_FROM, RouteMap
from sufficiency.words.school_year import NCY_LOW


def saves(book: Ledger, routes: RouteMap, is_state: Bools, those: Bools) -> Floats:
    """Return what the likeliest state place in the area saves in cash against each entry's own; 0 where none does.

    Parameters
    ----------
    book, routes
        Children in each draw and January, and what their routes cost.
    is_state
        By setting.
    those
        By entry: whom to look at; others are 0.

    Returns
    -------
    Array
        By entry. [GBP a year]
    """
    found, entries = np.zeros(len(book.zone)), np.flatnonzero(those)
    columns = (book.zone, book.ncy.astype(np.int64) - NCY_LOW, book.need, book.kind, book.is_girl, book.setting)
    shape = [int(column.max(initial=0)) + 1 for column in columns]
    alike, back = np.unique(
        np.ravel_multi_index([column[entries].astype(np.int64) for column in columns], shape), return_inverse=True
    )
    zone, ncy, need, kind, is_girl, setting = np.unravel_index(alike, shape)
    ncy = ncy + NCY_LOW
    is_home = is_state[: len(routes.settings)] & routes.settings["is_in_area"].to_numpy(dtype=bool)
    open_to = routes.open_to(zone, ncy, need, kind, is_girl == 1) & is_home
    preferred = routes.cost_gbp[(ncy >= SECONDARY_FROM).astype(np.int64), zone] + routes.substitute_gbp[kind]
    at, each = np.where(open_to, preferred, np.inf).argmin(axis=1), np.arange(len(zone))
    cash = routes.placement_gbp + routes.journey_gbp
    one = np.where(open_to[each, at], cash[zone, setting] - cash[zone, at], 0.0)
    found[entries] = np.maximum(one, 0.0)[back]
    return found
