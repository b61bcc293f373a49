"""Where one more place saves more than elsewhere: future by future, and how far other futures would agree.

What a place saves moves up and down with the future, at all settings together: which children are turned away last, and
what is paid for them, is much the same wherever the place is. Within one future that is out of the way. The order by how
often a place saves more than elsewhere therefore needs fewer futures than one by its middle value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata, spearmanr

from sufficiency.frozen import frozen
from sufficiency.notebook import titled

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

HALVINGS: Final = 40
FEWEST: Final = 8  # futures, below which halves tell nothing


@frozen
@dataclass(frozen=True, eq=False)
class PlaceOrder:
    """Settings in the order of how often one more place saves more there than elsewhere."""

    table: (
        pd.DataFrame
    )  # setting, name, setting_type, district, saves_more_than: share of the others, mean over futures
    settled: float  # agreement from which the order is called settled
    agreement: float  # rank correlation to be expected with as many futures of another seed; NaN where too few tell

    @property
    def is_settled(self) -> bool:
        """Whether other futures would give much the same order."""
        return self.agreement >= self.settled

    def __repr__(self) -> str:
        """Return one line: how many settings, which saves most often, and whether other futures would agree."""
        first = "" if self.table.empty else f", {self.table['name'].iloc[0]} first"
        known = "too few futures to tell how settled" if np.isnan(self.agreement) else f"agreement {self.agreement:.2f}"
        return f"<PlaceOrder of {len(self.table):,} settings{first}; {known}>"

    def _repr_html_(self) -> str:
        title = "Where one more place saves more than elsewhere: share of the other settings where it saves less"
        table = self.table[["name", "setting_type", "district", "saves_more_than"]]
        return titled(title, table, {"saves_more_than": "%"}, note=repr(self).strip("<>"))


def of_settings(saves: Floats, settings: pd.DataFrame, is_state: Bools, settled: float) -> PlaceOrder:
    """Return the order of the area's own state settings; `saves` is draw x setting. [GBP a year]"""
    ours = np.flatnonzero(settings["is_in_area"].to_numpy(dtype=bool) & is_state)
    more = saves_more_than(saves[:, ours])
    table = settings.iloc[ours][["setting", "name", "setting_type", "district"]]
    table = table.assign(saves_more_than=more.mean(axis=0))
    order = table.sort_values("saves_more_than", ascending=False, kind="stable", ignore_index=True)
    return PlaceOrder(order, settled, agreement(more))


def saves_more_than(saves: Floats) -> Floats:
    """Return draw x setting: the share of the other settings at which one more place saves less; an equal counts half.

    Examples
    --------
    >>> saves_more_than(np.array([[300.0, -20.0, 300.0]])).tolist()
    [[0.75, 0.0, 0.75]]
    """
    return np.asarray((rankdata(saves, axis=1) - 1) / max(saves.shape[1] - 1, 1))


def agreement(more: Floats) -> float:
    """Return the rank correlation to be expected with the order from as many other draws; `more` is draw x setting.

    From halves of the draws, parted by lot, and for the whole number of draws by the formula of Spearman and Brown.

    References
    ----------
    Spearman, C. (1910), *Correlation calculated from faulty data*, British Journal of Psychology 3.
    """
    draws, settings = more.shape
    if draws < FEWEST or settings < 3:
        return float("nan")
    rng = np.random.default_rng(0)  # which halves is no part of a run's chance
    found = []
    for _ in range(HALVINGS):
        lot = rng.permutation(draws)
        one, other = more[lot[: draws // 2]].mean(axis=0), more[lot[draws // 2 :]].mean(axis=0)
        if not np.ptp(one) or not np.ptp(other):
            return float("nan")  # places alike have no order
        found.append(float(spearmanr(one, other).statistic))
    half = float(np.mean(found))
    return 2 * half / (1 + half)
