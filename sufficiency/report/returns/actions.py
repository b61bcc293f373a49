"""What each action of a scenario changes, alone: children by where they are, and High Needs by line.

    unmitigated + the change of each action + what they do together = mitigated

as the DSG management plan and the Local SEND Reform Plan ask. An action is a lever pulled by itself on what is agreed; what
actions do together and not alone, and what rounding leaves, is the interaction.
Source: DfE, *Local SEND Reform Plan* feedback, summer 2026: the link from unmitigated to mitigated, action by action.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.look.rounding import whole_numbers
from sufficiency.report.returns.definitions import RULE_AUGUST
from sufficiency.report.returns.reform_plan import calendar_label, reform_children
from sufficiency.report.returns.reform_rows import ROWS
from sufficiency.report.returns.whole_plans import YEARS_ON, whole_plans
from sufficiency.words.school_year import academic_label, financial_label

INTERACTION: Final = "together"
STEPS: Final = ("unmitigated", INTERACTION, "mitigated")  # what the column `step` holds beside names of actions
OF_CHILDREN: Final = ["authority", "provision", "provision_name", "year", "academic_year", "calendar_year"]
OF_MONEY: Final = ["authority", "line", "financial_year", "financial_year_label"]


def action_children(now: ForecastOutcome, alone: Mapping[str, ForecastOutcome], then: ForecastOutcome) -> pd.DataFrame:
    """Return plans by the reform plan's rows, step by step: authority, provision, …, step, plans. [plans]

    `step` is 'unmitigated', each action's name with the change it makes alone, 'together', and 'mitigated'.
    """
    table = _walked(now, alone, then, _children, ["authority", "year", "provision"], "plans")
    table["provision_name"] = table["provision"].map(ROWS)
    table["academic_year"], table["calendar_year"] = (
        table["year"].map(academic_label),
        table["year"].map(calendar_label),
    )
    return table[[*OF_CHILDREN, "step", "plans"]]


def action_money(now: ForecastOutcome, alone: Mapping[str, ForecastOutcome], then: ForecastOutcome) -> pd.DataFrame:
    """Return High Needs spending by Section 251 line, step by step: authority, line, …, step, gbp. [GBP]"""
    if not isinstance(now, Outcome) or not isinstance(then, Outcome):
        return pd.DataFrame(columns=[*OF_MONEY, "step", "gbp"])
    table = _walked(now, alone, then, _money, ["authority", "financial_year", "line"], "gbp")
    table["financial_year_label"] = table["financial_year"].map(financial_label)
    return table[[*OF_MONEY, "step", "gbp"]]


def _children(run: ForecastOutcome) -> pd.DataFrame:
    """Return whole plans by row of the reform plan, as its own return has them."""
    cells = reform_children({"": whole_plans(run)})
    own = cells[cells["age_rule"] == RULE_AUGUST]
    return own.groupby(["authority", "year", "provision"], as_index=False)["plans"].sum()


def _money(run: ForecastOutcome) -> pd.DataFrame:
    assert isinstance(run, Outcome)
    spend = run.budget.spend.isel(financial_year=slice(0, YEARS_ON + 1)).mean("draw")
    items = spend.assign_coords(item=spend["line"].to_numpy()).drop_vars(["line", "provision", "kind", "recouped"])
    frame = items.to_series().rename("gbp").reset_index().rename(columns={"item": "line"})
    lines = frame.groupby(["authority", "financial_year", "line"], as_index=False)["gbp"].sum()
    return lines.assign(gbp=whole_numbers(lines, "gbp", [["authority", "financial_year"], ["line"]]))


def _walked(
    now: ForecastOutcome,
    alone: Mapping[str, ForecastOutcome],
    then: ForecastOutcome,
    counted: Callable[[ForecastOutcome], pd.DataFrame],
    by: list[str],
    value: str,
) -> pd.DataFrame:
    """Return whole numbers from unmitigated to mitigated; rows in which nothing ever stands are left out."""
    runs = {"unmitigated": now, **alone, "mitigated": then}
    cells = pd.concat([counted(run).assign(step=step) for step, run in runs.items()], ignore_index=True)
    wide = cells.pivot_table(index=by, columns="step", values=value, fill_value=0, aggfunc="sum")[list(runs)]
    wide = wide[(wide != 0).any(axis=1)].astype("int64")
    first, last = wide["unmitigated"], wide["mitigated"]
    changes = {name: wide[name] - first for name in alone}
    steps = {"unmitigated": first, **changes, INTERACTION: last - first - sum(changes.values()), "mitigated": last}
    long = pd.concat([series.rename(value).reset_index().assign(step=step) for step, series in steps.items()])
    order = {step: n for n, step in enumerate(steps)}
    at = np.lexsort([long["step"].map(order), *(long[column] for column in reversed(by))])
    return long.iloc[at].reset_index(drop=True)
