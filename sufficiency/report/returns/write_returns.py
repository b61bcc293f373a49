"""The returns that councils file, from one run: tidy CSVs, and a workbook laid out as the forms.

School capacity survey (special places), dedicated schools grant management plan, Local SEND Reform Plan. Counts are
whole numbers that add up, by controlled rounding of expected values; `definitions.csv` says what everything means.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from sufficiency.comparison import each_alone
from sufficiency.errors import InputError, OutputError
from sufficiency.funding.budget_lines import PLACEMENT_GROUPS
from sufficiency.funding.high_needs_budget import line_name
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.returns import actions, dsg_plan, reform_plan, scap, scap_places
from sufficiency.report.returns.definitions import RULE_AUGUST, RULE_CENSUS, definitions
from sufficiency.report.returns.reform_rows import NEEDS_SAID, SECTIONS
from sufficiency.report.returns.safe_tables import safe_tables
from sufficiency.report.returns.sheets import Block, form, safe_forms, write_forms
from sufficiency.scenarios.pipeline import AS_AGREED, from_agreed

__all__ = ["return_tables", "write_returns"]

UNMITIGATED, MITIGATED = "unmitigated", "mitigated"
ACTION_CHILDREN, ACTION_MONEY = "actions_children", "actions_high_needs"
CENSUS_DAY = "_census_day"  # ends the name of a file whose ages are those of the January census


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
    """
    if suppress < 0:
        raise InputError(f"suppress={suppress}: the limit is 0 (hide nothing) or a count such as 5")
    made = return_tables(outcome, now=now)
    sheets = _forms(made, outcome.area.authorities)
    if suppress > 1:
        left_out = [
            n for n in made if n.endswith(CENSUS_DAY) or n == ACTION_CHILDREN
        ]  # the other rule; few children each
        made = safe_tables({n: t for n, t in made.items() if n not in left_out}, suppress)
        sheets = safe_forms(made)
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, table in made.items():
            paths.append(target / f"{name}.csv")
            table.to_csv(paths[-1], index=False, lineterminator="\n")
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
    totals = {case: scap.scap_totals(runs[case].plans, cells) for case, cells in survey.items()}
    return {
        "scap_special": _by_case(survey),
        "scap_special_totals": _by_case(totals),
        "scap_places": _by_case({case: scap_places.scap_places(run) for case, run in runs.items()}),
        "scap_planned": scap_places.scap_planned(outcome),
        **_by_age_rule("dsg_plan_children", dsg_plan.dsg_children(runs)),
        "dsg_plan_past": dsg_plan.dsg_past(outcome),
        "dsg_plan_money": dsg_plan.dsg_money(runs),
        "dsg_plan_position": dsg_plan.dsg_position(runs),
        **_by_age_rule("reform_plan_children", reform_plan.reform_children(runs)),
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
    return {file: table[table["age_rule"] == rule].reset_index(drop=True) for file, rule in rules.items()}


def _case(outcome: ForecastOutcome) -> str:
    """Return 'mitigated' where the run pulled a lever beyond what is agreed."""
    return UNMITIGATED if from_agreed(outcome.scenario).levers == AS_AGREED.levers else MITIGATED


def _forms(tables: dict[str, pd.DataFrame], names: Mapping[str, str]) -> dict[str, list[Block]]:
    """Return the sheets: what each form asks for, on age at 31 August where a table has both rules."""
    named = {
        name: table.assign(authority=table["authority"].map(names)) if "authority" in table else table
        for name, table in tables.items()
    }
    last = {"Actions": _action_blocks(named[ACTION_CHILDREN], named[ACTION_MONEY])} if ACTION_CHILDREN in named else {}
    return {
        "SCAP special places": _scap_blocks(named["scap_special"]),
        "SCAP capacity": _capacity_blocks(named["scap_places"], named["scap_planned"]),
        "DSG plan - children": _children_blocks(named["dsg_plan_children"], named["dsg_plan_past"]),
        "DSG plan - money": _money_blocks(named["dsg_plan_money"], named["dsg_plan_position"]),
        "Reform plan": _reform_blocks(named["reform_plan_children"], named["reform_plan_process"], "calendar_year"),
        "Reform plan, academic years": _reform_blocks(
            named["reform_plan_children"], named["reform_plan_process"], "academic_year"
        ),
        **last,
    }


def _children_blocks(children: pd.DataFrame, past: pd.DataFrame) -> list[Block]:
    """Return past years as published and years ahead, one block a breakdown and case."""
    past = past[past["age_rule"].isin(["either", RULE_AUGUST])]
    blocks = []
    for case, part in children.groupby("case", sort=False):
        for label in dsg_plan.COUNTED:
            before = past[past["label"] == label].rename(columns={"group": label})
            cells = pd.concat([before, part])[["authority", label, "academic_year", "plans"]]
            title = f"EHC plans by {label.replace('_', ' ')}, {case}; years past as published"
            blocks.append(form(cells, ["authority", label], "academic_year", "plans", title=title))
    return blocks


def _scap_blocks(cells: pd.DataFrame) -> list[Block]:
    blocks = []
    for (case, phase), part in cells.groupby(["case", "education_phase"], sort=False):
        span = "Reception to Year 6" if phase == "Primary" else "Years 7 to 11"
        title = f"{phase} ({span}): resident pupils with an EHC plan who need a specialist place, {case}"
        blocks += [
            form(part, ["authority", "ncy"], "academic_year", "pupils", title=f"{title}, by year group"),
            form(part, ["authority", "provision_name"], "academic_year", "pupils", title=f"{title}, by provision"),
            form(
                part,
                ["authority", "planning_area", "provision_name"],
                "academic_year",
                "pupils",
                title=f"{title}, by planning area",
            ),
        ]
    return blocks


def _money_blocks(money: pd.DataFrame, position: pd.DataFrame) -> list[Block]:
    blocks = []
    for case, part in money.groupby("case", sort=False):
        year = "financial_year_label"
        cost = part[part["placement"].isin(PLACEMENT_GROUPS.values())].dropna(subset=["average_gbp"])
        blocks += [
            form(
                part,
                ["authority", "placement"],
                year,
                "gbp",
                title=f"High needs spending by placement, {case}",
                is_money=True,
            ),
            form(
                cost,
                ["authority", "placement"],
                year,
                "average_gbp",
                title=f"Average cost a child, {case}",
                is_money=True,
                total=False,
            ),
        ]
    for case, part in position.groupby("case", sort=False):
        blocks.append(
            form(
                part,
                ["authority", "measure"],
                "financial_year",
                "expected_gbp",
                title=f"End-of-year position, {case}",
                is_money=True,
                total=False,
            )
        )
    return blocks


def _reform_blocks(children: pd.DataFrame, process: pd.DataFrame, across: str) -> list[Block]:
    """Return the plan's sections in its own order, years across as calendar or academic years, one set for each case."""
    blocks = []
    for case, part in children.groupby("case", sort=False):

        def section(title: str, rows: pd.DataFrame, label: str, case: object = case) -> Block:
            return form(rows, ["authority", label], across, "plans", title=f"{title}, {case}", whole=label)

        blocks += [
            section("5.1 Plans by age on 31 August", part, "age_group"),
            section("6 Plans by provision", part, "provision_name"),
            section(f"7 Plans by primary need ({NEEDS_SAID})", part, "need"),
            *(
                section(f"{title}: primary need", part[part["provision"].isin(rows)], "need")
                for title, rows in SECTIONS.items()
                if part["provision"].isin(rows).any()
            ),
            form(
                part,
                ["authority", "provision_name", "age_group"],
                across,
                "plans",
                title=f"Provision by age on 31 August, {case}",
            ),
        ]
    for measure, title in (
        ("requests", "10 Requests for an assessment"),
        ("assessed", "11 Assessments"),
        ("issued", "12 Assessments that become plans"),
        ("refused", "Requests refused"),
    ):
        some = process[process["measure"] == measure]
        for case, part in some.groupby("case", sort=False):
            blocks.append(
                form(part, ["authority", "age_group"], across, "count", title=f"{title}, by age on 31 August, {case}")
            )
    return blocks


def _action_blocks(children: pd.DataFrame, money: pd.DataFrame) -> list[Block]:
    """Return what each action changes: a block for each row of provision, and one for High Needs by line."""
    blocks = [
        form(
            part,
            ["authority", "step"],
            "calendar_year",
            "plans",
            title=f"{provision}: from unmitigated to mitigated, and the change that each action makes",
            total=False,
        )
        for provision, part in children.groupby("provision_name", sort=False)
    ]
    blocks += [
        form(
            part,
            ["authority", "step"],
            "financial_year_label",
            "gbp",
            title=f"{line_name(str(line))}: from unmitigated to mitigated, and the change that each action makes",
            is_money=True,
            total=False,
        )
        for line, part in money.groupby("line", sort=False)
    ]
    return blocks


def _capacity_blocks(places: pd.DataFrame, planned: pd.DataFrame) -> list[Block]:
    """Return places and planned additions by school, and the projects still to open."""
    blocks = []
    labels = ["authority", "planning_area", "school"]
    for case, part in places.groupby("case", sort=False):
        for value, title in (
            ("places", "Places by school"),
            ("planned_additions", "Planned additions, mean of futures"),
        ):
            blocks.append(form(part, labels, "academic_year", value, title=f"{title}, {case}"))
    if len(planned):
        labels = ["authority", "school", "kind", "status"]
        title = "Projects agreed or proposed, by the year in which they are to open"
        blocks.append(form(planned, labels, "academic_year", "places", title=title))
    return blocks
