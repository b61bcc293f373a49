"""Tables of people, schools, postcodes and small areas: ONS's, DfE's of schools, and MHCLG's."""

from __future__ import annotations

import re
from typing import Final

from sufficiency.inputs.form import Form, any_of, has
from sufficiency.inputs.releases import dfe_gias, mhclg_deprivation, ons
from sufficiency.inputs.releases.postcodes import NAMES as POSTCODE_NAMES

GIAS: Final = "DfE, Get Information about Schools"
COMPARE: Final = "DfE, Compare school performance: download data"


def _is_people(header: set[str]) -> bool:
    ages = {age for c in header if (age := ons.age_of(c))}
    by_sex = {sex: {a for s, a in ages if s == sex} for sex in ("", "f", "m")}
    is_wide = any(set(range(26)) <= known for known in by_sex.values())
    is_myeb = "age" in header and any(re.fullmatch(r"population\d{4}", c) for c in header)
    is_nomis = {"geographycode", "obsvalue"} <= header and bool(header & {"cagename", "cage"})
    return any(ons.CODE_NAMES.fullmatch(c) for c in header) and (is_wide or is_myeb or is_nomis)


def _is_postcodes(header: set[str]) -> bool:
    has = [bool(header & any_of(POSTCODE_NAMES[c])) for c in ("postcode", "easting", "northing")]
    return all(has) and not header & {"urn", "laestab"}


def _is_deprivation(header: set[str]) -> bool:
    names = mhclg_deprivation.NAMES
    is_told = header & (any_of(names["children_rate"]) | any_of(names["children_count"]))
    return bool(is_told) and bool(header & any_of(names["zone"]))


def _is_register(header: set[str]) -> bool:
    needed = [bool(header & any_of(dfe_gias.NAMES[c])) for c in dfe_gias.NEEDED]
    return all(needed)


def _is_unit_capacity(header: set[str]) -> bool:
    told = any_of(dfe_gias.UNIT_NAMES["unit_places"]) | any_of(dfe_gias.UNIT_NAMES["resourced_places"])
    is_register = bool(header & any_of(dfe_gias.NAMES["name"]))
    return bool(header & told) and bool(header & any_of(dfe_gias.UNIT_NAMES["setting"])) and not is_register


def _is_capacity(header: set[str]) -> bool:
    return bool(header & any_of(dfe_gias.CAPACITY_NAMES["setting"])) and bool(
        header & any_of(dfe_gias.CAPACITY_NAMES["capacity"]) - {"schoolcapacity"}
    )


def _is_other_deprivation(header: set[str]) -> bool:
    zone = any_of(mhclg_deprivation.NAMES["zone"])
    words = ("imd", "indexofmultipledeprivation", "income", "deciles", "adultskills", "dependentchildren")
    return bool(header & zone) and any(c.startswith(words) for c in header)


OF_GROUND: Final = (
    Form(
        "projection",
        "ONS, Subnational population projections for England",
        ("AREA_CODE", "AGE_GROUP"),
        has("AREA_CODE", "AGE_GROUP"),
        "population",
    ),
    Form(
        "births",
        "births by authority",
        ("gss_code", "annual_births"),
        has("gss_code", "annual_births"),
        why_not="the forecast takes births from the population tables",
    ),
    Form(
        "people",
        "ONS, mid-year population estimates",
        ("a code of authorities or LSOAs", *(str(a) for a in range(26))),
        _is_people,
        "population",
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
        has("URN", "LinkURN", "LinkType"),
        why_not="the register itself says which schools are open",
    ),
    Form(
        "capacity_mainstream",
        "DfE, School capacity: mainstream schools, by school",
        ("school_urn", "SEND_unit_capacity", "resourced_provision_capacity"),
        _is_unit_capacity,
        "places: SEN units and resourced provision",
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
        has("URN", "SCHOOLTYPE", "NOR", "TSENELSE", "TSENELK"),
        "school_sen",
    ),
    Form(
        "compare_absence",
        f"{COMPARE}, absence",
        ("URN", "PERCTOT", "PPERSABS10"),
        has("URN", "PERCTOT"),
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
)
