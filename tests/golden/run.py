"""The golden run: one small run of the example, every measure of it as a rounded table.

`python -m tests.golden.run` writes the tables again. Do that only where results are meant to move, and say under
*Results that move* in CHANGELOG what moved, by how much and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

import sufficiency as sf

FOLDER: Final = Path(__file__).parent
OPTIONS: Final = {"to": 2031, "draws": 20, "placed_draws": 3, "seed": 7}
DIGITS: Final = 6  # significant


def tables() -> Mapping[str, pd.DataFrame]:
    """Return every measure of the run by name."""
    done = sf.run(sf.example_area(), **OPTIONS)
    plans, support, placed, journeys, budget = done.plans, done.support, done.placed, done.journeys, done.budget
    return {
        "plans_by_authority_and_setting_type": plans.summary("authority", "setting_type"),
        "plans_by_age_group_and_need_group": plans.summary("age_group", "need_group"),
        "flows_by_kind": plans.flows("kind"),
        "sen_support_by_phase": support.summary("authority", "phase"),
        "placed_by_district": placed.summary("district"),
        "shortfall_by_need_group_and_phase": placed.shortfall("need_group", "phase"),
        "travel_by_district": placed.travel("district"),
        "utilisation_by_setting": placed.utilisation("setting"),
        "value_of_a_place_by_setting": placed.value_of_a_place(),
        "independent": placed.independent("authority"),
        "out_of_area": placed.out_of_area("authority"),
        "could_come_home": placed.could_come_home("need_group"),
        "journeys_by_mode": journeys.summary("financial_year", "mode"),
        "budget_by_line": budget.summary("financial_year", "line"),
        "budget_by_authority": budget.summary("financial_year", "authority"),
    }


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with numbers to `DIGITS` significant digits, as its file holds them."""
    return table.apply(
        lambda column: column.map(lambda v: float(f"{v:.{DIGITS}g}")) if column.dtype.kind == "f" else column
    )


def write() -> None:
    """Write every table of the run beside this file."""
    for name, table in tables().items():
        rounded(table).to_csv(FOLDER / f"{name}.csv", index=False, lineterminator="\n", float_format=f"%.{DIGITS}g")


if __name__ == "__main__":
    write()
