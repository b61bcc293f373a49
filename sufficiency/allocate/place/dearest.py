"""The value of a place by label: at the setting where one more is worth most, among those that suit such children."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sufficiency.allocate.place.ledger import NEED_AND_AGE, Floats, suited
from sufficiency.allocate.place.parts_of_value import CASH
from sufficiency.allocate.place.routes import RouteMap
from sufficiency.labels import Labels


def by_label(saves: Floats, routes: RouteMap, of_settings: Labels, by: Sequence[str]) -> tuple[Floats, pd.DataFrame]:
    """Return draw x year x cell x part, and each cell's labels in order: by setting, unless `by` names other things.

    Parameters
    ----------
    saves
        What one more place would save: draw x year x setting x part.
    routes
        Which setting suits whom.
    of_settings
        What settings can be asked by.
    by
        Labels of settings, and of needs and ages.
    """
    known = Labels({**of_settings.known, **NEED_AND_AGE.known})
    of_child = [name for name in known.asked(by) if name in NEED_AND_AGE.known]
    names = known.asked(by, always=() if of_child else ("setting",))
    of_setting = [name for name in names if name not in of_child]
    cell, settings = of_settings.cells(of_setting, {"setting": np.arange(len(routes.settings))})
    suits, children = suited(routes, of_child)
    cells = [(c, s) for c in range(len(children)) for s in range(len(settings)) if (suits[c] & (cell == s)).any()]
    best = np.stack([_at_dearest(saves[..., suits[c] & (cell == s), :]) for c, s in cells], axis=-2)
    at = np.array(cells, dtype=np.int64).reshape(-1, 2)
    labels = pd.concat(
        [children.iloc[at[:, 0]].reset_index(drop=True), settings.iloc[at[:, 1]].reset_index(drop=True)], axis=1
    )
    order, labels = known.sorted(labels, names)
    return best[..., order, :], labels


def _at_dearest(saves: Floats) -> Floats:
    """Return draw x year x part at the setting where one more place would save most; `saves` has settings before parts."""
    best = saves[..., :CASH].sum(axis=-1).argmax(axis=-1)
    return np.asarray(np.take_along_axis(saves, best[..., None, None], axis=-2)[..., 0, :])
