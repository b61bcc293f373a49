"""What each column of the returns means: the definitions that go with them, as a table."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.funding.budget_lines import PLACEMENT_GROUPS
from sufficiency.words.school_year import AGE_GROUPS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

RULE_AUGUST: Final = "31 August"
RULE_CENSUS: Final = "census day"
# Share of children who have had a birthday between 31 August and census day, the third Thursday of January: 138 days of 365.
HAD_BIRTHDAY: Final = 138 / 365

# Local SEND Reform Plan: fourteen types of provision. The plan's own template was not at hand; these are the types of
# the EHC-plan release, state special schools by who runs them, and children with no suitable place.
REFORM_TYPES: Final[dict[str, str]] = {
    "mainstream": "Mainstream school",
    "resourced_provision": "Resourced provision",
    "sen_unit": "SEN unit",
    "special, maintained": "Special school, maintained",
    "special, academy": "Special academy or free school",
    "independent_special": "Independent special school",
    "non_maintained_special": "Non-maintained special school",
    "alternative_provision": "Alternative provision",
    "further_education": "Further education",
    "specialist_post_16": "Specialist post-16 institution",
    "early_years": "Non-maintained early years",
    "elsewhere": "Educated elsewhere",
    "not_recorded": "Placement not recorded",
    "unplaced": "No suitable specialist place",
}


def definitions() -> pd.DataFrame:
    """Return every definition: return, term, means."""
    rows = [
        ("all", "year", "January census year; the academic year that holds it. Financial years start on 1 April"),
        ("all", "residence", "children who live in the authority, wherever they are placed; it pays"),
        ("all", "count", "expected number over every simulated future, in whole numbers by controlled rounding: the "
         "total is rounded, then shared among its parts, so parts add up to totals and no part is one away from its share"),
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
        ("DSG plan", "unmitigated, mitigated", "as things are planned, and with the scenario's levers, from one seed"),
        ("Reform plan", "provision", "fourteen types; the plan's own template was not at hand, so check them against it"),
        ("Reform plan", "requests, assessments", "to the last year returned; after it, requests and assessments keep that "
         "year's number a plan issued. Plans issued ahead are forecast joiners"),
    ]  # fmt: skip
    rows += [("age group", name, f"ages {low} to {high}") for name, (low, high) in AGE_GROUPS.items()]
    rows += [("need", need.code, need.name) for need in NEEDS.values()]
    rows += [
        ("DSG plan", SETTING_TYPES[code].name, group)
        for code, group in PLACEMENT_GROUPS.items()
        if code in SETTING_TYPES
    ]
    return pd.DataFrame(rows, columns=["return", "term", "means"])
