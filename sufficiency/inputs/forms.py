"""Publishers' tables by their headers: what each is called, how it is told, what a draft area makes of it, and why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sufficiency.inputs.files.columns import plain
from sufficiency.inputs.releases import dfe_gias, mhclg_deprivation, ons
from sufficiency.inputs.releases.postcodes import NAMES as POSTCODE_NAMES

Tells = Callable[[set[str]], bool]


@dataclass(frozen=True)
class Form:
    """A publisher's table.

    Attributes
    ----------
    kind
        Its name in the library.
    title
        What its publisher calls it.
    columns
        By which it is told; those that a near one lacks are named.
    tells
        Whether a header, its words without case and punctuation, is the form's.
    use
        The tables of an area that it makes; blank: it is not used.
    why_not
        Why it is not used.
    is_release
        It is the chief of several files, which lie beside it.
    """

    kind: str
    title: str
    columns: tuple[str, ...]
    tells: Tells
    use: str = ""
    why_not: str = ""
    is_release: bool = False


def _has(*columns: str) -> Tells:
    wanted = {plain(c) for c in columns}
    return lambda header: wanted <= header


def _any_of(columns: object) -> set[str]:
    return {plain(c) for c in ([columns] if isinstance(columns, str) else list(columns))}  # type: ignore[call-overload]


def _is_people(header: set[str]) -> bool:
    ages = {age for c in header if (age := ons.age_of(c))}
    by_sex = {sex: {a for s, a in ages if s == sex} for sex in ("", "f", "m")}
    is_wide = any(set(range(26)) <= known for known in by_sex.values())
    is_myeb = "age" in header and any(re.fullmatch(r"population\d{4}", c) for c in header)
    is_nomis = {"geographycode", "obsvalue"} <= header and bool(header & {"cagename", "cage"})
    return any(ons.CODE_NAMES.fullmatch(c) for c in header) and (is_wide or is_myeb or is_nomis)


def _is_postcodes(header: set[str]) -> bool:
    has = [bool(header & _any_of(POSTCODE_NAMES[c])) for c in ("postcode", "easting", "northing")]
    return all(has) and not header & {"urn", "laestab"}


def _is_deprivation(header: set[str]) -> bool:
    names = mhclg_deprivation.NAMES
    is_told = header & (_any_of(names["children_rate"]) | _any_of(names["children_count"]))
    return bool(is_told) and bool(header & _any_of(names["zone"]))


def _is_register(header: set[str]) -> bool:
    needed = [bool(header & _any_of(dfe_gias.NAMES[c])) for c in dfe_gias.NEEDED]
    return all(needed)


def _is_capacity(header: set[str]) -> bool:
    return bool(header & _any_of(dfe_gias.CAPACITY_NAMES["setting"])) and bool(
        header & _any_of(dfe_gias.CAPACITY_NAMES["capacity"]) - {"schoolcapacity"}
    )


def _is_other_deprivation(header: set[str]) -> bool:
    zone = _any_of(mhclg_deprivation.NAMES["zone"])
    words = ("imd", "indexofmultipledeprivation", "income", "deciles", "adultskills", "dependentchildren")
    return bool(header & zone) and any(c.startswith(words) for c in header)


PLANS: Final = "DfE, Education, health and care plans"
GRANT: Final = "DfE, Dedicated schools grant (DSG): allocations"
GIAS: Final = "DfE, Get Information about Schools"
COMPARE: Final = "DfE, Compare school performance: download data"
NOT_AN_INPUT: Final = "is context for a report, not an input of the model"

_FORMS: Final = (
    Form(
        "ehc_plans",
        PLANS,
        ("breakdown_topic", "ehcplans", "mainstream_total"),
        _has("breakdown_topic", "ehcplans", "mainstream_total"),
        "plans, states, flows, requests",
        is_release=True,
    ),
    Form(
        "ehc_plans_2022",
        f"{PLANS}, 2022 release",
        ("establishment_type", "establishment_group", "Total_all"),
        _has("establishment_type", "establishment_group", "Total_all"),
        "long_view: plans since 2010",
        is_release=True,
    ),
    Form(
        "ehc_plans_part",
        f"{PLANS}: another file",
        ("time_period", "new_la_code", "breakdown_topic"),
        _has("time_period", "new_la_code", "breakdown_topic"),
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
        _has("nc_year", "headcount", "time_period"),
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
        "DfE, Special educational needs in England: another file",
        ("time_period", "phase_type_grouping"),
        _has("time_period", "phase_type_grouping", "new_la_code"),
        why_not="of this release the file by type of SEN provision alone is used",
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
    Form(
        "projection",
        "ONS, Subnational population projections for England",
        ("AREA_CODE", "AGE_GROUP"),
        _has("AREA_CODE", "AGE_GROUP"),
        "population",
    ),
    Form(
        "births",
        "births by authority",
        ("gss_code", "annual_births"),
        _has("gss_code", "annual_births"),
        why_not="the forecast takes births from the population tables",
    ),
    Form(
        "people", "ONS, mid-year population estimates", ("code", *(str(a) for a in range(26))), _is_people, "population"
    ),
    Form(
        "gias",
        GIAS,
        ("URN", "EstablishmentName", "EstablishmentStatus (name)", "Easting"),
        _is_register,
        "settings, places",
    ),
    Form(
        "gias_links",
        f"{GIAS}: links",
        ("URN", "LinkURN", "LinkType"),
        _has("URN", "LinkURN", "LinkType"),
        why_not="the register itself says which schools are open",
    ),
    Form(
        "capacity",
        "DfE, School capacity: special schools, by school",
        ("school_urn", "school_places"),
        _is_capacity,
        "places: capacity",
    ),
    Form(
        "capacity_by_authority",
        "DfE, School capacity: by authority",
        ("la_code", "state_special_capacity"),
        lambda h: (
            any(c.endswith(("specialcapacity", "schoolplaces")) for c in h)
            and bool(h & {"lacode", "newlacode", "geographiclevel"})
        ),
        why_not="places are needed by school, and it has them by authority",
    ),
    Form(
        "compare_census",
        f"{COMPARE}, school census",
        ("URN", "SCHOOLTYPE", "NOR", "TSENELSE", "TSENELK"),
        _has("URN", "SCHOOLTYPE", "NOR", "TSENELSE", "TSENELK"),
        "school_sen",
    ),
    Form(
        "compare_absence",
        f"{COMPARE}, absence",
        ("URN", "PERCTOT", "PPERSABS10"),
        _has("URN", "PERCTOT"),
        "school_sen: absence",
    ),
    Form(
        "postcodes",
        "ONS Postcode Directory or NSPL",
        ("pcds", "oseast1m", "osnrth1m", "lsoa21"),
        _is_postcodes,
        "zones",
    ),
    Form(
        "code_point",
        "OS Code-Point Open",
        (),
        lambda _: False,
        why_not="it has no small areas (LSOA); the ONS Postcode Directory has",
    ),
    Form(
        "deprivation",
        "MHCLG, Indices of Deprivation",
        ("lsoa21_code", "idaci_rate"),
        _is_deprivation,
        "zones: deprivation",
    ),
    Form(
        "lookup",
        "ONS, LSOA 2011 to LSOA 2021 lookup",
        ("LSOA11CD", "LSOA21CD"),
        lambda h: bool(h & {"lsoa11cd", "lsoa11code"}) and bool(h & {"lsoa21cd", "lsoa21code"}),
        "zone_children: estimates by LSOA 2011 taken to LSOA 2021",
    ),
    Form(
        "points",
        "ONS, LSOA centroids",
        ("LSOA21CD", "x", "y"),
        lambda h: (
            any(c.startswith(("lsoa", "msoa")) for c in h)
            and ({"x", "y"} <= h or {"latitude", "longitude"} <= h or any(c.endswith("easting") for c in h))
        ),
        why_not="zones are placed at the middle of their postcodes",
    ),
    Form(
        "deprivation_other",
        "MHCLG, Indices of Deprivation: another file",
        (),
        _is_other_deprivation,
        why_not="it has neither the IDACI score nor its numerator; file 7 of the indices has the score",
    ),
    Form(
        "rural",
        "ONS, rural-urban classification",
        ("LSOA21CD", "RUC21CD"),
        lambda h: any(c.startswith(("ruc21", "ruc11")) for c in h),
        why_not="a draft leaves rural and urban zones alike",
    ),
    Form(
        "area_lookup",
        "ONS, lookup of areas",
        ("MSOA21CD", "LAD24CD"),
        lambda h: (
            sum(bool(re.fullmatch(r"(lsoa|msoa|ward|wd|ltla|lad|utla)(\d\d)?(cd|code)(active)?", c)) for c in h) >= 2
        ),
        why_not="zones and authorities are told by the postcode file",
    ),
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
        _has("old_la_code", "neighbour_old_la_code", "rank"),
        "neighbours",
    ),
    Form(
        "measures",
        "DfE, Local authority interactive tool: list of measures",
        ("Measure_short", "Polarity"),
        _has("Measure_short", "Polarity"),
        why_not="it describes measures and has no figures",
    ),
    Form(
        "facts",
        "facts with their sources",
        ("area", "period", "measure", "value", "source"),
        _has("area", "period", "measure", "value"),
        why_not=f"it {NOT_AN_INPUT}",
    ),
    Form(
        "block_components",
        f"{GRANT}, compiled by item",
        ("area", "year", "total_before_deductions_gbp"),
        _has("area", "year", "total_before_deductions_gbp"),
        why_not="the grant's own tables are read",
    ),
    Form(
        "national",
        f"{PLANS}: national series",
        ("caseload_jan", "new_plans_calendar"),
        _has("caseload_jan", "new_plans_calendar"),
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
FORMS: Final = {form.kind: form for form in _FORMS}
# Files of the EHC-plan releases that are read beside the chief one.
READ_BESIDE: Final = (
    "sen_needs_all_plans.csv",
    "sen_needs_caseload.csv",
    "newplans.csv",
    "new_plans.csv",
    "sen_need_newplans.csv",
    "sen_needs_newplans.csv",
    "sen_needs_new_plans.csv",
    "ceased_plans.csv",
    "requests.csv",
    "assessments.csv",
)
