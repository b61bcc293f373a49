"""School capacity survey, special places: resident children who need one, by NCY, provision and planning area."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.report.look.rounding import whole_numbers
from sufficiency.report.returns.counts import districts, expected, limits
from sufficiency.tables import PlansResult
from sufficiency.words.school_year import academic_label
from sufficiency.words.vocabulary import SETTING_TYPES, SPECIALIST

# DfE, *School capacity*, special forecasts: phase -> (NCYs, years ahead).
PHASES: Final[dict[str, tuple[range, int]]] = {"Primary": (range(7), 5), "Secondary": (range(7, 12), 7)}


def scap_special(area: Area, plans: PlansResult) -> pd.DataFrame:
    """Return the return, one row for each cell: authority, planning_area, education_phase, ncy, provision, year, pupils, basis.

    Also academic_year and provision_name. The base year is the actual; Reception to Year 6 run five years ahead, Years 7
    to 11 seven, as far as the forecast goes. Counts are whole, and sums of them are the return's totals. [pupils]
    """
    base = area.base_year
    parts = []
    for phase, (ncys, ahead) in PHASES.items():
        years = range(base, base + ahead + 1)
        plain = expected(plans, years)
        plain = plain[plain["ncy"].isin(ncys) & plain["setting_type"].isin(SPECIALIST)]
        cells = plain.groupby(["authority", "year", "ncy", "setting_type"], as_index=False)["plans"].sum()
        parts.append(_shared(area, plans, cells).assign(education_phase=phase))
    cells = pd.concat(parts, ignore_index=True)
    if cells.empty:
        raise InputError("no child of Reception to Year 11 is forecast to need a specialist place: nothing to return")
    levels = [["authority", "year"], ["education_phase"], ["ncy"], ["setting_type"], ["district"]]
    cells["pupils"] = whole_numbers(cells, "plans", levels)
    cells = cells.assign(
        academic_year=cells["year"].map(academic_label),
        provision=cells["setting_type"],
        provision_name=[SETTING_TYPES[s].name for s in cells["setting_type"]],
        planning_area=cells["district"],
        basis=["actual" if y == base else "forecast" for y in cells["year"]],
    )
    columns = ["authority", "planning_area", "education_phase", "ncy", "provision", "provision_name"]
    order = ["authority", "education_phase", "ncy", "provision", "planning_area", "year"]
    kept = cells[cells["pupils"] > 0].sort_values(order, kind="stable", ignore_index=True)
    return kept[[*columns, "year", "academic_year", "pupils", "basis"]]


def scap_totals(plans: PlansResult, cells: pd.DataFrame) -> pd.DataFrame:
    """Return totals by phase with their interval: authority, education_phase, year, academic_year, pupils, low, high."""
    totals = cells.groupby(["authority", "education_phase", "year", "academic_year"], as_index=False)["pupils"].sum()
    spans = [limits(plans, ncys, SPECIALIST).assign(education_phase=phase) for phase, (ncys, _) in PHASES.items()]
    return totals.merge(pd.concat(spans), on=["authority", "education_phase", "year"], how="left").round(
        {"low": 0, "high": 0}
    )


def missing_years(area: Area, plans: PlansResult) -> list[str]:
    """Return what the survey asks for and the forecast does not reach, in words."""
    last = int(plans.plans["year"].values[-1])
    return [
        f"{phase}: the survey asks for {academic_label(area.base_year + ahead)}; the forecast ends in {academic_label(last)}"
        for phase, (_, ahead) in PHASES.items()
        if last < area.base_year + ahead
    ]


def _shared(area: Area, plans: PlansResult, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells by planning area, as plans at each NCY live; the whole authority where there are no zones."""
    if area.zones.empty or "zone" not in plans.homes.dims:
        return cells.assign(district=[area.authorities[a] for a in cells["authority"]])
    shared = cells.merge(districts(area, plans.homes), on=["authority", "ncy"], how="left")
    shared["district"] = shared["district"].fillna("not known")
    return shared.assign(plans=shared["plans"] * shared["share"].fillna(1.0)).drop(columns="share")
