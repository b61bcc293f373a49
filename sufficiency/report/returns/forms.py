"""The sheets of the workbook of returns, laid out as each form asks."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sufficiency.funding.budget_lines import PLACEMENT_GROUPS, line_name
from sufficiency.report.returns import dsg_plan
from sufficiency.report.returns.reform_rows import NEEDS_SAID, SECTIONS
from sufficiency.report.returns.sheets import Block, form

ACTION_CHILDREN, ACTION_MONEY = "actions_children", "actions_high_needs"


def forms(tables: dict[str, pd.DataFrame], names: Mapping[str, str]) -> dict[str, list[Block]]:
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
    """Return past years as published and years ahead, one block for each breakdown and case."""
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
    after = [f"; balances from {year} on: {says}" for year, says in _marked(position)]
    for case, part in position.groupby("case", sort=False):
        blocks.append(
            form(
                part,
                ["authority", "measure"],
                "financial_year",
                "expected_gbp",
                title=f"End-of-year position, {case}{''.join(after)}",
                is_money=True,
                total=False,
            )
        )
    return blocks


def _marked(position: pd.DataFrame) -> list[tuple[str, str]]:
    """Return what is said of balances, each with the first year of which it is said."""
    said = position[position["says"] != ""]
    return [(str(years.min()), str(says)) for says, years in said.groupby("says")["financial_year"]]


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
