"""What each column of the returns means: the definitions that go with them, as a table."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.funding.budget_lines import PLACEMENT_GROUPS
from sufficiency.report.returns.reform_rows import NEEDS_SAID, NO_ASSESSMENT, NO_ASSESSMENT_NAME
from sufficiency.words.school_year import AGE_GROUPS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

RULE_AUGUST: Final = "31 August"
RULE_CENSUS: Final = "census day"
# Share of children who have had a birthday between 31 August and census day, the third Thursday of January: 138 days of 365.
HAD_BIRTHDAY: Final = 138 / 365


def definitions() -> pd.DataFrame:
    """Return every definition: return, term, means."""
    rows = [
        ("all", "year", "January census year; the academic year that holds it. Financial years start on 1 April"),
        ("all", "residence", "children who live in the authority, wherever they are placed; it pays"),
        ("all", "count", "expected number over every simulated future, in whole numbers by controlled rounding: the "
         "total is rounded, then shared among its parts, so parts add up to totals and no part is one away from its share"),
        ("DSG plan, Reform plan", "one count", "both add up the same whole children, rounded once, so that they agree by age and need; "
         "ages on census day are of those children too. SCAP counts who needs a specialist place, not where children are"),
        ("all", "low, high", "5th and 95th percentile of the total within each simulated future; they don't add up"),
        ("all", "suppression", "'c' is a count hidden because it is small, or because it would give a small one away"),
        ("all", "age, 31 August", "age on the 31 August before the academic year, as DfE's SEN2 release from 2026: NCY + 4"),
        ("all", "age, census day", "age on the day of the January census, as releases to 2025: taken from NCY, births "
         f"spread evenly over the year, so {HAD_BIRTHDAY:.1%} of each NCY are a year older than on 31 August"),
        ("SCAP", "who", "resident children with an EHC plan who need a specialist place: a special school, SEN unit or "
         "resourced provision, state or independent, placed or not; Reception to Year 6 five years ahead, Years 7 to 11 seven"),
        ("SCAP", "planning area", "district of the child's home; an NCY's children are shared by where plans at that NCY live"),
        ("DSG plan", "placement", "groups of DfE's high needs benchmarking, which the management plan uses"),
        ("DSG plan", "average cost", "the financial year's high needs spending on a group of placements, places included, "
         "over children in it on average through the year; services, other places and transport are in no group"),
        ("DSG plan", "balance, after the override", "the plan asks for balances beyond 31 March 2028, when the statutory override "
         "ends: they are what adds up if nothing changes, not a forecast of policy, and `says` marks them"),
        ("DSG plan", "unmitigated, mitigated", "as things are planned, and with the scenario's levers, from one seed"),
        ("all", "age rule", "one rule for each file: age on 31 August, and age on census day in the file whose name says so, "
         "…_census_day.csv; 'either' counts by placement, which has no ages. Do not add the two together: both count every child"),
        ("all", "turned away", "a child whom no suitable state specialist place took; each is counted where they are instead: "
         "mainstream, independent or non-maintained, alternative provision, arranged otherwise, at home, college, waiting"),
        ("SCAP", "unmitigated, mitigated", "as agreed, and with the scenario's levers. The survey counts who needs a specialist place: "
         "a place that opens changes capacity, and only a lever on plans changes this count"),
        ("actions", "step", "'unmitigated', then the change that each action makes alone on what is agreed, then 'together': what "
         "they do together and not alone, chance in single children and rounding; they add up to 'mitigated'. "
         "Children are in the reform plan's fourteen rows, money is High Needs spending by Section 251 line"),
        ("SCAP", "places, planned additions", "places as places.csv lists them, a year not listed as the one before; planned "
         "additions are what the scenario opens, less what it closes, and what is agreed, the mean over simulated futures with its "
         "chance and delay. The planning area of a new school that names none is that of the nearest zone"),
        ("Reform plan", "provision", "the plan's fourteen rows. Units and resourced provision are specialist bases to Year 11 and "
         "mainstream post-16 specialist provision from Year 12. No plan names a support base, which its school runs and fills: "
         "its children are in mainstream. Other suitable arrangements at independent schools are in no release: 0"),
        ("Reform plan", "EHE, EOTAS, other", "children turned away are in the row where they are; what the forecast holds as "
         "educated elsewhere is shared as England's plans were in January 2025 (`returns.elsewhere_…`, which an area may replace). "
         "Other holds those waiting with no school, not in education, and not recorded"),
        ("Reform plan", "need", f"the plan's thirteen rows. {NEEDS_SAID}. '{NO_ASSESSMENT_NAME}' is 0: section 7 counts children "
         "with plans, and none of them is at SEN support"),
        ("Reform plan", "calendar year", "calendar year 2025 is the January census of 2026; columns give it beside the academic year"),
        ("Reform plan", "requests, assessments", "to the last year returned, all ages together; after it, requests and assessments "
         "keep that year's number a plan issued, and the ages of forecast joiners. Plans issued ahead are forecast joiners"),
    ]  # fmt: skip
    rows += [("age group", name, f"ages {low} to {high}") for name, (low, high) in AGE_GROUPS.items()]
    rows += [("need", need.code, need.name) for need in NEEDS.values()] + [("need", NO_ASSESSMENT, NO_ASSESSMENT_NAME)]
    rows += [
        ("DSG plan", SETTING_TYPES[code].name, group)
        for code, group in PLACEMENT_GROUPS.items()
        if code in SETTING_TYPES
    ]
    return pd.DataFrame(rows, columns=["return", "term", "means"])
