"""`what`: every file of a folder of downloads, and whether it is used: for what, or why not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.inputs import catalogue
from sufficiency.inputs.catalogue import Found

# Form -> what the publisher calls it, and what a draft uses it for.
FORMS: Final = {
    "ehc_plans": ("DfE, Education, health and care plans", "plans, states, flows, requests"),
    "ehc_plans_2022": ("DfE, Education, health and care plans, 2022 release", "long_view: plans since 2010"),
    "lait": ("DfE, Local authority interactive tool", "sen_support, outcomes"),
    "neighbours": ("DfE, Local authority interactive tool: statistical neighbours", "neighbours"),
    "school_sen": ("DfE, Compare school and college performance: school census", "school_sen"),
    "absence": ("DfE, Compare school and college performance: absence", "school_sen: absence"),
    "school_census": ("DfE, Schools, pupils and their characteristics: pupils by year group", "sen_support: pupils"),
    "sen_in_england": ("DfE, Special educational needs in England", "sen_support"),
    "projection": ("ONS, subnational population projections", "population"),
    "births": ("births by authority", ""),
    "people": ("ONS, mid-year population estimates", "population"),
    "gias": ("DfE, Get Information about Schools", "settings, places"),
    "postcodes": ("ONS Postcode Directory, NSPL or OS Code-Point Open", "zones"),
    "deprivation": ("MHCLG, Indices of Deprivation", "zones: deprivation"),
    "dsg_block": ("DfE, dedicated schools grant: high needs block", "high_needs"),
    "dsg_deductions": ("DfE, dedicated schools grant: high needs deductions", "high_needs"),
    "dsg_other": ("DfE, dedicated schools grant: another sheet", ""),
}
RELEASE_FILES: Final = {
    "ehc_plans": (
        "caseload.csv",
        "sen_needs_all_plans.csv",
        "newplans.csv",
        "sen_need_newplans.csv",
        "ceased_plans.csv",
        "requests.csv",
        "assessments.csv",
    ),
    "ehc_plans_2022": ("sen2_estab_caseload.csv",),
}
NOT_USED: Final = {
    "births": "the forecast takes births from the population tables",
    "dsg_other": "only the sheets on the high needs block are used",
}


def what(folder: str | Path) -> pd.DataFrame:
    """Return every file of a folder of downloads and what a draft area makes of it.

    Parameters
    ----------
    folder
        As for `published_area`.

    Returns
    -------
    DataFrame
        file (below the folder), form (what its publisher calls it; blank where it is not recognised), used (true or
        false), says (the tables that it is used for, or why it is not used, or the nearest form).

    Raises
    ------
    MissingError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile, pathlib, sufficiency as sf
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = pathlib.Path(place, "births.csv").write_text("gss_code,annual_births")
    ...     print(sf.published.what(place)[["file", "used"]].to_string(index=False, header=False))
    births.csv False
    """
    root = Path(folder)
    found = catalogue.contents(root)
    rows = [(str(path.relative_to(root)), *_told(path, found)) for path in catalogue.every_file(root)]
    return pd.DataFrame(rows, columns=["file", "form", "used", "says"]).astype({"used": "bool"})


def _told(path: Path, found: list[Found]) -> tuple[str, bool, str]:
    hits = [f for f in found if f.path == path or (f.kind in RELEASE_FILES and f.path in path.parents)]
    if hits:
        return _recognised(path, hits[-1], found)
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xls", ".ods"):
        return "", False, "a workbook: save the sheet that is needed as CSV"
    if suffix == ".zip":
        return "", False, "no release that is known is in it; unpack it, so that its tables are seen"
    if suffix != ".csv":
        return "", False, "not a table"
    near = catalogue.nearest_form(path)
    if near is None:
        return "", False, "not recognised"
    kind, lacking = near
    lacks = f", without its columns {', '.join(lacking[:4])}" if lacking else ""
    return "", False, f"not recognised; it resembles {FORMS[kind][0]}{lacks}"


def _recognised(path: Path, hit: Found, found: list[Found]) -> tuple[str, bool, str]:
    form, use = FORMS[hit.kind]
    if hit.kind in NOT_USED:
        return form, False, NOT_USED[hit.kind]
    if hit.kind in RELEASE_FILES and path.suffix.lower() != ".zip" and path.name not in RELEASE_FILES[hit.kind]:
        return form, False, "not needed of this release"
    if hit.kind == "people":
        return form, *_people(hit, found)
    if hit.kind == "lait" and catalogue.of_kind(found, "sen_in_england"):
        return form, True, "outcomes: SEN Support is from Special educational needs in England, which has the counts"
    return form, True, use


def _people(hit: Found, found: list[Found]) -> tuple[bool, str]:
    if hit.level not in ("authority", "lsoa"):
        return (
            False,
            f"estimates by {hit.level.upper() or 'an area that is not known'}: those by authority and LSOA are used",
        )
    if hit.mid_year is None:
        return False, "its name has no year; name it such as mid2023"
    if hit.level == "authority":
        return True, f"population: mid-{hit.mid_year}"
    latest = max(f.mid_year or 0 for f in catalogue.of_kind(found, "people") if f.level == "lsoa")
    used = hit.mid_year == latest
    return used, f"zone_children: mid-{hit.mid_year}" if used else f"estimates by LSOA of mid-{latest} are later"
