"""England's last growth, label by label: what a naive forecast leans on beside an authority's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sufficiency.forecast import england
from sufficiency.forecast.rates.rates import Floats
from sufficiency.labels import label_of


def growth_by_label(dim: str, names: Sequence[str], origin: int, labels: pd.Series) -> Floats:
    """Return England's log growth to the origin of each label, or of all plans where it isn't published by label."""
    totals = england.totals()
    last = int(np.clip(origin, totals.index.min() + 1, totals.index.max()))
    whole = float(np.log(totals[last] / totals[last - 1]))
    if dim != "setting_type":
        return np.full(len(labels), whole)
    frame = england.table("stock")
    frame = frame[frame["ncy"].isna() & frame["year"].isin([origin - 1, origin])]
    label = (
        frame["setting_type"]
        if names[0] == "setting_type"
        else pd.Series(label_of(names[0], frame["setting_type"]), frame.index)
    )
    wide = frame.groupby([label, frame["year"]])["plans"].sum().unstack()
    if wide.shape[1] < 2:
        return np.full(len(labels), whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.log(wide[origin] / wide[origin - 1]).replace([np.inf, -np.inf], np.nan)
    return np.asarray(labels.map(growth).fillna(whole), dtype="float64")
