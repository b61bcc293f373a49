"""Two high needs budgets beside each other: without a scenario and with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency import draws
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError

if TYPE_CHECKING:
    from sufficiency.funding.high_needs_budget import HighNeedsBudget


def side_by_side(
    unmitigated: HighNeedsBudget, mitigated: HighNeedsBudget, *, levels: Sequence[float] = LEVELS
) -> pd.DataFrame:
    """Return two budgets beside each other: financial_year, measure, level, unmitigated_gbp, mitigated_gbp, difference_gbp.

    The difference is taken within a draw, so both must come from one seed: a quantile of it is not the difference of
    the other two.
    """
    same(unmitigated, mitigated)
    ours, theirs = unmitigated.measures(), mitigated.measures()
    parts = []
    for name, array in ours.items():
        first, second = array.sum("authority"), theirs[name].sum("authority")
        both = {"unmitigated_gbp": first, "mitigated_gbp": second, "difference_gbp": second - first}
        frame = draws.summary(both, [], levels)
        frame.insert(1, "measure", name)
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def same(ours: HighNeedsBudget, theirs: HighNeedsBudget) -> None:
    """Refuse two budgets of different years, authorities or draws."""
    for dim in ("draw", "financial_year", "authority"):
        if list(ours.balance[dim].values) != list(theirs.balance[dim].values):
            raise InputError(f"the two budgets have different {dim}s: run both with the same years, draws and seed")
