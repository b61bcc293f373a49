"""Who goes where in the expected demand, in whole children, and how far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.allocate.place.ledger import Floats, Ledger, cells_of
from sufficiency.allocate.place.routes import RouteMap
from sufficiency.labels import Labels
from sufficiency.words.destinations import DESTINATIONS

BY: Final = ("authority", "zone", "ncy", "need", "setting")


def placements(book: Ledger, routes: RouteMap, labels: Labels, years: Sequence[int]) -> pd.DataFrame:
    """Return children by home, NCY, need and setting in each January, as `tables.PLACEMENTS`."""
    cell, frame = cells_of(book, labels, BY)
    key, count = np.unique(book.year.astype(np.int64) * len(frame) + cell, return_counts=True)
    rows = frame.iloc[key % len(frame)].reset_index(drop=True)
    rows.insert(0, "year", np.array(years)[key // len(frame)])
    zone = pd.Index(routes.zones["zone"]).get_indexer(pd.Index(rows["zone"]))
    setting = pd.Index([*routes.codes, *DESTINATIONS]).get_indexer(pd.Index(rows["setting"]))
    rows["children"] = count
    rows["km"] = _by_setting(routes.km)[zone, setting]
    rows["minutes"] = _by_setting(routes.minutes)[zone, setting]
    return tables.check(rows, tables.PLACEMENTS, source="placements")


def _by_setting(values: Floats) -> Floats:
    """Return zone x setting with columns of NaN for destinations."""
    return np.column_stack([values, np.full((len(values), len(DESTINATIONS)), np.nan)])
