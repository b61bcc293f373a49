"""Tables in which DfE tells of authorities: their EHC plans, SEN Support, pupils and spending."""

from __future__ import annotations

from typing import Final

from sufficiency.inputs.ehc_releases import KINDS
from sufficiency.inputs.form import Form, has
from sufficiency.inputs.releases.ehc_plan_files import CHIEF, FILES

PLANS: Final = "DfE, Education, health and care plans"

OF_AUTHORITIES: Final = (
    *(
        Form(
            KINDS[name],
            PLANS if name == CHIEF else f"{PLANS}: {title}",
            ("time_period", *FILES[name][0]),
            has(*FILES[name][0]),
            use,
        )
        for name, title, use in (
            ("new", "new plans", "flows"),
            ("caseload", "", "plans, states, flows, requests"),
            ("ceased", "ceased plans", "flows"),
            ("requests", "requests", "requests"),
            ("assessments", "assessments", "requests"),
            ("needs", "needs of all plans", "states"),
            ("new_needs", "needs of new plans", "flows"),
        )
    ),
    Form(
        "ehc_plans_2022",
        f"{PLANS}, 2022 release",
        ("establishment_type", "establishment_group", "Total_all"),
        has("establishment_type", "establishment_group", "Total_all"),
        "long_view: plans since 2010",
    ),
    Form(
        "ehc_plans_part",
        f"{PLANS}: another file",
        ("time_period", "new_la_code", "breakdown_topic"),
        has("time_period", "new_la_code", "breakdown_topic"),
        why_not="not needed of this release",
    ),
    Form(
        "ehc_plans_2022_part",
        f"{PLANS}, 2022 release: another file",
        ("time_period", "characteristic_age"),
        lambda h: (
            (
                {"timeperiod", "newlacode"} <= h
                and bool(h & {"characteristicage", "totalnewall", "mediation", "totalmediation"})
            )
            or ({"timeperiod", "newlacode"} <= h and any("mediation" in c or c.startswith("totalehc") for c in h))
        ),
        why_not="of this release the caseload by establishment alone is used",
    ),
    Form(
        "lait",
        "DfE, Local authority interactive tool",
        ("Measure_short", "LA and Regions", "Values"),
        lambda h: {"laandregions", "years", "values"} <= h and bool(h & {"measureshort", "shortdesc"}),
        "sen_support, outcomes",
    ),
    Form(
        "school_census",
        "DfE, Schools, pupils and their characteristics: pupils by year group",
        ("nc_year", "headcount", "time_period"),
        has("nc_year", "headcount", "time_period"),
        "sen_support: pupils",
    ),
    Form(
        "school_sen",
        "DfE, Special educational needs in England: school-level file",
        ("URN", "school_name", "SEN support", "EHC plan"),
        lambda h: (
            bool(h & {"urn", "schoolurn"})
            and "timeperiod" in h
            and ({"sensupport", "ehcplan"} <= h or "senprovision" in h)
        ),
        why_not="pupils by school are not in a draft; the authority-level file is used",
    ),
    Form(
        "sen_in_england",
        "DfE, Special educational needs in England",
        ("time_period", "phase_type_grouping", "new_la_code", "sen_provision"),
        lambda h: (
            {"timeperiod", "phasetypegrouping", "newlacode"} <= h
            and bool(h & {"sensupportpercent", "senprovision"})
            and not h & {"ncreception", "ethnicity", "sex", "age10"}
        ),
        "sen_support",
    ),
    Form(
        "sen_other",
        "DfE, school statistics by phase: another file",
        ("time_period", "phase_type_grouping"),
        has("time_period", "phase_type_grouping", "new_la_code"),
        why_not="of such files those by type of SEN provision, and pupils by year group, are used",
    ),
    Form(
        "section_251",
        "DfE, LA and school expenditure: Section 251 outturn",
        ("time_period", "new_la_code", "category_of_expenditure", "gross_expenditure"),
        lambda h: (
            {"timeperiod", "newlacode", "categoryofexpenditure"} <= h
            and bool(h & {"grossexpenditure", "netexpenditure"})
        ),
        "unit_costs, high_needs: balance carried forward",
    ),
    Form(
        "benchmarking",
        "DfE, High needs benchmarking tool",
        ("Place funding", "Early Years", "Post School"),
        lambda h: "placefunding" in h and {"earlyyears", "primary", "secondary"} <= h,
        "unit_costs",
    ),
)
