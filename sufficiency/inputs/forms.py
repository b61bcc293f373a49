"""Publishers' tables by their headers: a header that two would tell is the first one's."""

from __future__ import annotations

from typing import Final

from sufficiency.inputs.form import Form, has
from sufficiency.inputs.forms_of_authorities import OF_AUTHORITIES, PLANS
from sufficiency.inputs.forms_of_ground import OF_GROUND

GRANT: Final = "DfE, Dedicated schools grant (DSG): allocations"
NOT_AN_INPUT: Final = "is context for a report, not an input of the model"

OTHERS: Final = (
    Form(
        "scorecards",
        "DfE, LA school places scorecards",
        ("LANumber", "For_3_P", "For_1_P"),
        lambda h: {"for3p", "for1p"} <= h or h == {"programmerfriendlynames", "userfriendlynames"},
        why_not="places in mainstream schools are not an input of the model",
    ),
    Form(
        "neighbours",
        "DfE, Local authority interactive tool: statistical neighbours",
        ("old_la_code", "neighbour_old_la_code", "rank"),
        has("old_la_code", "neighbour_old_la_code", "rank"),
        "neighbours",
    ),
    Form(
        "measures",
        "DfE, Local authority interactive tool: list of measures",
        ("Measure_short", "Polarity"),
        has("Measure_short", "Polarity"),
        why_not="it describes measures and has no figures",
    ),
    Form(
        "facts",
        "facts with their sources",
        ("area", "period", "measure", "value", "source"),
        has("area", "period", "measure", "value"),
        why_not=f"it {NOT_AN_INPUT}",
    ),
    Form(
        "block_components",
        f"{GRANT}, compiled by item",
        ("area", "year", "total_before_deductions_gbp"),
        has("area", "year", "total_before_deductions_gbp"),
        why_not="the grant's own tables are read",
    ),
    Form(
        "national",
        f"{PLANS}: national series",
        ("caseload_jan", "new_plans_calendar"),
        has("caseload_jan", "new_plans_calendar"),
        why_not=f"it {NOT_AN_INPUT}",
    ),
    Form(
        "roads",
        "a road network of nodes and edges",
        ("node", "edge"),
        lambda h: (
            {"lat", "lon"} <= h
            or {"u", "v"} <= h
            or {"from", "to"} <= h
            or {"fromnode", "tonode"} <= h
            or {"source", "target"} <= h
        ),
        why_not="roads are given with --roads, as an OpenStreetMap extract",
    ),
    Form("dsg_block", f"{GRANT}: high needs block", (), lambda _: False, "high_needs"),
    Form("dsg_deductions", f"{GRANT}: high needs deductions", (), lambda _: False, "high_needs"),
    Form(
        "dsg_other",
        f"{GRANT}: another sheet",
        (),
        lambda _: False,
        why_not="only the sheets on the high needs block are used",
    ),
)
FORMS: Final = {form.kind: form for form in (*OF_AUTHORITIES, *OF_GROUND, *OTHERS)}
