"""The arithmetic of the published target: how few new plans a year would take England from its peak to 2035."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency import policy
from sufficiency.scenarios.law_2029.new_plans import anchors
from sufficiency.scenarios.law_2029.parts import national

LEAVING: Final = ("reform.arithmetic_leaving_low", "reform.arithmetic_leaving_high")


def reform_arithmetic() -> pd.DataFrame:
    """Return the new plans a year that DfE's figures leave room for, where few leave and where many do.

    plans at the end = plans at the peak x (1 − leaving)^years − moves, even over the years, + new plans, each thinned by
    leaving after its year; solved for new plans.

    Returns
    -------
    DataFrame
        A row for the lower and the higher share of plans that end in a year: `leaving` [share a year], `peak_plans`,
        `end_plans`, `years`, `moved` to Individual Support Plans over those years [children], `ended` otherwise [plans],
        `new_plans_a_year` that the target allows, and `new_plans_now`, counted in 2025.

    Examples
    --------
    >>> reform_arithmetic()["new_plans_a_year"].round(-3).astype(int).tolist()
    [4000, 27000]
    """
    points = anchors()
    now, peak, end = sorted(points)
    years = end - peak
    moved = national("moved_share_of_holders") * points[now]
    rows = []
    for name in LEAVING:
        leaving = policy.value(name, on=2026)
        kept = (1 - leaving) ** np.arange(years)
        # Flows of a year are thinned by leaving in each later year, so both are weighed by the same sum.
        new = (points[end] - points[peak] * (1 - leaving) ** years) / kept.sum() + moved / years
        rows.append(
            {
                "leaving": leaving,
                "peak_plans": points[peak],
                "end_plans": points[end],
                "years": years,
                "moved": moved,
                "ended": points[peak] - points[end] - moved + new * years,
                "new_plans_a_year": new,
                "new_plans_now": national("new_plans_in_england"),
            }
        )
    return pd.DataFrame(rows)
