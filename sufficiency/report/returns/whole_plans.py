"""Plans in whole numbers, rounded once: every form adds up the same children, so that no two forms differ."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.funding.budget_lines import PLACEMENT_GROUPS
from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look.rounding import whole_numbers
from sufficiency.report.returns.counts import expected, with_age_groups
from sufficiency.report.returns.reform_rows import with_rows
from sufficiency.report.returns.where import as_placed
from sufficiency.words.school_year import age_group_of

YEARS_ON: Final = 5  # of the management plan and of the reform plan
# From the total down: the first by which children are shared out are the closest to their shares.
LEVELS: Final = (["authority", "year"], ["placement"], ["provision"], ["age_group"], ["need"], ["ncy"])
BY_AGE_ON_CENSUS_DAY: Final = (
    ["age_rule", "authority", "year"],
    *([label] for label in ("placement", "provision", "primary_need", "need", "age_group")),
)


def whole_plans(run: ForecastOutcome) -> pd.DataFrame:
    """Return plans of the base year and five on: year, authority, placement, provision, primary_need, need, age_rule, age_group, plans.

    `placement` is a group of the management plan, `provision` and `need` are a row of the reform plan and the need that it
    has for `primary_need`. Whole children are shared out year by year from the total down: by where they are, age and
    need. Ages on census day are of the same children, so both age rules agree on all but age. [plans]
    """
    rows = _rows(run, YEARS_ON).drop(columns=["age_group", "setting_type"])
    both = with_age_groups(rows.astype({"plans": "float64"}))
    both["plans"] = whole_numbers(both, "plans", BY_AGE_ON_CENSUS_DAY)
    return both[both["plans"] > 0].reset_index(drop=True)


def whole_base(run: ForecastOutcome) -> pd.DataFrame:
    """Return the same children of the base January by every label: authority, ncy, need, setting_type, row, plans.

    `row` is the reform plan's. [plans]
    """
    rows = _rows(run, 0)
    named = rows.drop(columns="need").rename(columns={"provision": "row", "primary_need": "need"})
    return named[["authority", "ncy", "need", "setting_type", "row", "plans"]].reset_index(drop=True)


def _rows(run: ForecastOutcome, years_on: int) -> pd.DataFrame:
    """Return whole children of the base year and so many on, shared out from the total down, with their row."""
    base = run.area.base_year
    cells = as_placed(run, expected(run.plans, range(base, base + years_on + 1)))
    cells = cells.assign(
        placement=cells["provision"].map(PLACEMENT_GROUPS), age_group=age_group_of(cells["ncy"].to_numpy())
    )
    whole = cells.assign(plans=whole_numbers(cells, "plans", LEVELS), primary_need=cells["need"])
    return with_rows(run.area, whole[whole["plans"] > 0].assign(setting_type=whole["provision"]))
