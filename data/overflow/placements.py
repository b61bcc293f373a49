"""Plans in January by destination, from DfE's *Education, health and care plans* release.

Finer than the library's types of setting: what the release calls "educated elsewhere" is split as its columns allow
since January 2019.

| destination | columns of `caseload.csv` |
|---|---|
| `waiting` | other placement settings (named type but no school, out of provision), awaiting provision and permanently \
excluded (to 2022), compulsory school age not in education |
| `arranged_otherwise` | other arrangements by the authority, online, Welsh and other schools |
| `home_educated` | elective home education, other arrangements by parents (one column before 2020) |
| `not_in_education` | not in education, employment or training after 16; notice to cease issued |
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.inputs.releases import dfe_ehc_plans, dfe_ehc_plans_names
from sufficiency.words.school_year import age_group_of
from sufficiency.words.vocabulary import ENGLAND

UNITS: Final = tuple(
    column for column, kind in dfe_ehc_plans_names.PLACEMENTS.items() if kind in ("resourced_provision", "sen_unit")
)
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "in_mainstream": (
        "mainstream_la_maintained",
        "mainstream_academy",
        "mainstream_free_school",
        "mainstream_independent",
    ),
    "unit": UNITS,
    "special": ("special_la_maintained", "special_academy_free", "special_academy", "special_free_school"),
    "in_independent": ("special_independent",),
    "in_non_maintained": ("special_non_maintained",),
    "in_alternative_provision": ("ap_pru_total",),
    "arranged_otherwise": ("other_arrangements_la", "online_provider", "w_settings", "other_schools"),
    "home_educated": ("elective_home_education", "other_arrangements_parents"),
    "waiting": ("other_placement_settings", "await_prov_2022", "perm_ex_2022", "neet_other_csa"),
    "in_college": ("fe_total",),
    "early_years": ("nm_early_years",),
    "not_in_education": ("neet", "neet_ntci", "neet_other"),
    "not_recorded": ("placement_unknown",),
}
PLACEMENTS: Final = tuple(COLUMNS)
SPECIALIST: Final = ("unit", "special", "in_independent", "in_non_maintained", "in_alternative_provision")
SCHOOL_AGE: Final = (
    "in_mainstream",
    "unit",
    "in_independent",
    "in_non_maintained",
    "in_alternative_provision",
    "arranged_otherwise",
    "home_educated",
    "waiting",
)
AFTER_16: Final = (
    "in_mainstream",
    "in_independent",
    "in_non_maintained",
    "arranged_otherwise",
    "home_educated",
    "waiting",
    "in_college",
    "not_in_education",
)
# Returns known to be wrong (Newham's of 2025), or sent without placements (Peterborough's and Hackney's of 2024).
LEFT_OUT: Final = (("E09000025", 2025), ("E06000031", 2024), ("E09000012", 2024))
TOO_SMALL: Final = ("E06000053",)  # Isles of Scilly


def stock(folder: str | Path) -> pd.DataFrame:
    """Return plans in January by destination, all ages.

    Returns
    -------
    DataFrame
        authority × year rows, one column for each of `PLACEMENTS`. [plans] A row sums to the published total: what no
        column explains is in `not_recorded`. England is `E92000001`.
    """
    found = _read(folder)
    return found[found["age"] == "all"].set_index(["authority", "year"])[list(PLACEMENTS)].sort_index()


def stock_by_age(folder: str | Path) -> pd.DataFrame:
    """Return plans as `stock` for each age group at 31 August: age_group × authority × year rows. [plans]"""
    found = _read(folder).dropna(subset=["ncy"])
    key = [pd.Series(age_group_of(found["ncy"].astype("int64")), found.index, name="age_group"), "authority", "year"]
    return found.groupby(key)[list(PLACEMENTS)].sum()


def of_authorities(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of authorities, without England and the returns known to be wrong."""
    authority = table.index.get_level_values("authority")
    whole = table[~authority.isin([ENGLAND, *TOO_SMALL])]
    bad = pd.MultiIndex.from_tuples(LEFT_OUT)
    return whole[~pd.MultiIndex.from_arrays([whole.index.get_level_values(k) for k in ("authority", "year")]).isin(bad)]


def _read(folder: str | Path) -> pd.DataFrame:
    told = dfe_ehc_plans.placements(folder)
    told = told[told["level"].isin(["authority", "nation"]) & told["total"].notna()]
    frame = told[["authority", "year", "age", "ncy"]].copy()
    for destination, columns in COLUMNS.items():
        frame[destination] = told[[c for c in columns if c in told]].fillna(0.0).sum(axis=1)
    frame["not_recorded"] += told["total"] - frame[list(PLACEMENTS)].sum(axis=1)
    return frame
