"""The returns that councils file, from one run: tidy CSVs, and a workbook laid out as the forms.

School capacity survey (special places), dedicated schools grant management plan, Local SEND Reform Plan. Counts are
whole numbers that add up, by controlled rounding of expected values; `definitions.csv` says what everything means.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.comparison import each_alone
from sufficiency.errors import InputError, OutputError
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.disclosure.cubes import cubes
from sufficiency.report.disclosure.whole_report import Published, made_safe
from sufficiency.report.returns import actions, dsg_plan, reform_plan, scap, scap_places
from sufficiency.report.returns.definitions import RULE_AUGUST, RULE_CENSUS, definitions
from sufficiency.report.returns.forms import ACTION_CHILDREN, ACTION_MONEY, forms
from sufficiency.report.returns.reform_rows import ROWS
from sufficiency.report.returns.safe_tables import safe_tables
from sufficiency.report.returns.sheets import safe_forms, write_forms
from sufficiency.report.returns.whole_plans import whole_base, whole_plans
from sufficiency.scenarios.pipeline_levers import AS_AGREED, from_agreed
from sufficiency.tables.inert import inert

__all__ = ["return_tables", "write_returns"]

UNMITIGATED, MITIGATED = "unmitigated", "mitigated"
CENSUS_DAY = "_census_day"  # ends the name of a file whose ages are those of the January census
TIDY: Final = (
    "scap_special",
    "scap_special_totals",
    "scap_places",
    "scap_planned",
    "dsg_plan_children",
    f"dsg_plan_children{CENSUS_DAY}",
    "dsg_plan_past",
    f"dsg_plan_past{CENSUS_DAY}",
    "dsg_plan_money",
    "dsg_plan_position",
    "reform_plan_children",
    f"reform_plan_children{CENSUS_DAY}",
    "reform_plan_process",
    ACTION_CHILDREN,
    ACTION_MONEY,
    "definitions",
)
FILES: Final = (*(f"{name}.csv" for name in TIDY), "returns.xlsx")  # all that returns can have; some runs have fewer


def write_returns(
    outcome: Outcome | ForecastOutcome,
    folder: str | Path,
    *,
    now: Outcome | ForecastOutcome | None = None,
    suppress: int = 0,
) -> list[Path]:
    """Write every return and return the paths written.

    Parameters
    ----------
    outcome
        What `sufficiency.run` returned. A forecast alone gives children by where the forecast has them, and no money.
    folder
        Where to write; made if it is not there.
    now
        The run without the scenario: it becomes 'unmitigated' and `outcome` 'mitigated', and two more files say what each
        action changes. A scenario of several levers runs each alone.
    suppress
        Counts of children from 1 to one below this are written 'c', with as many others as keep them hidden.

    Raises
    ------
    OutputError
        If the folder can't be written.
    DisclosureError
        If a small count could be worked out from the returns together.
    """
    made = publishable(outcome, now=now, suppress=suppress)
    if suppress > 1:
        known = cubes(outcome, whole_base(outcome), {}, ROWS)
        made = dict(made_safe(Published(returns=made), known, suppress).returns)
    return write_tables(made, folder, outcome.area.authorities, suppress=suppress)


def publishable(
    outcome: Outcome | ForecastOutcome, *, now: Outcome | ForecastOutcome | None = None, suppress: int = 0
) -> dict[str, pd.DataFrame]:
    """Return the returns as tidy tables, each by itself without small counts where these are to be hidden.

    Raises
    ------
    InputError
        If `suppress` is below 0.
    """
    if suppress < 0:
        raise InputError(f"suppress={suppress}: the limit is 0 (hide nothing) or a count such as 5")
    made = return_tables(outcome, now=now)
    if suppress <= 1:
        return made
    left_out = [n for n in made if n.endswith(CENSUS_DAY) or n == ACTION_CHILDREN]  # the other rule; few children each
    return safe_tables({n: t for n, t in made.items() if n not in left_out}, suppress)


def write_tables(
    made: Mapping[str, pd.DataFrame], folder: str | Path, authorities: Mapping[str, str], *, suppress: int = 0
) -> list[Path]:
    """Write returns as CSV, and the workbook laid out as the forms; return the paths written."""
    sheets = safe_forms(made) if suppress > 1 else forms(dict(made), authorities)
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, table in made.items():
            paths.append(target / f"{name}.csv")
            inert(table).to_csv(paths[-1], index=False, lineterminator="\n")
        paths.append(target / "returns.xlsx")
        write_forms(paths[-1], sheets, definitions=made["definitions"])
    except OSError as caught:
        raise OutputError(
            f"the returns can't be written in {target}: {caught}; choose a folder that can be"
        ) from caught
    return paths


def return_tables(
    outcome: Outcome | ForecastOutcome, *, now: Outcome | ForecastOutcome | None = None
) -> dict[str, pd.DataFrame]:
    """Return the returns as tidy tables, by the name of their file."""
    runs = {UNMITIGATED: now, MITIGATED: outcome} if now is not None else {_case(outcome): outcome}
    gaps = [("SCAP", "not reached", says) for says in scap.missing_years(outcome.area, outcome.plans)]
    words = pd.concat([definitions(), pd.DataFrame(gaps, columns=["return", "term", "means"])], ignore_index=True)
    survey = {case: scap.scap_special(run.area, run.plans) for case, run in runs.items()}
    whole = {case: whole_plans(run) for case, run in runs.items()}
    totals = {case: scap.scap_totals(runs[case].plans, cells) for case, cells in survey.items()}
    return {
        "scap_special": _by_case(survey),
        "scap_special_totals": _by_case(totals),
        "scap_places": _by_case({case: scap_places.scap_places(run) for case, run in runs.items()}),
        "scap_planned": scap_places.scap_planned(outcome),
        **_by_age_rule("dsg_plan_children", dsg_plan.dsg_children(whole, base_year=outcome.area.base_year)),
        **_by_age_rule("dsg_plan_past", dsg_plan.dsg_past(outcome)),
        "dsg_plan_money": dsg_plan.dsg_money(runs),
        "dsg_plan_position": dsg_plan.dsg_position(runs),
        **_by_age_rule("reform_plan_children", reform_plan.reform_children(whole)),
        "reform_plan_process": _by_case({case: reform_plan.reform_process(run) for case, run in runs.items()}),
        **({} if now is None else _by_action(now, outcome)),
        "definitions": words,
    }


def _by_case(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return tables one under another, each with its case in front."""
    found = [table.assign(case=case)[["case", *table]] for case, table in tables.items()]
    return pd.concat(found, ignore_index=True)


def _by_action(now: ForecastOutcome, then: ForecastOutcome) -> dict[str, pd.DataFrame]:
    """Return what each action changes by itself."""
    alone = each_alone(now, then)
    return {
        ACTION_CHILDREN: actions.action_children(now, alone, then),
        ACTION_MONEY: actions.action_money(now, alone, then),
    }


def _by_age_rule(name: str, table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return one table for each age rule: both count every child, so that together they would count each twice."""
    rules = {name: RULE_AUGUST, f"{name}{CENSUS_DAY}": RULE_CENSUS}
    return {
        file: table[table["age_rule"].isin([rule, dsg_plan.EITHER_RULE])].reset_index(drop=True)
        for file, rule in rules.items()
    }


def _case(outcome: ForecastOutcome) -> str:
    """Return 'mitigated' where the run pulled a lever beyond what is agreed."""
    return UNMITIGATED if from_agreed(outcome.scenario).levers == AS_AGREED.levers else MITIGATED
