"""The part of the January 2026 release that is at hand, laid out as the publisher's own files, so that one reader reads both.

What the part leaves out is written as the publisher writes what it doesn't give: 'z'. Plans of North and West are given
by age and group of settings; England's by age alone. The settings inside a group are carried forward here, and said to be.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.forecast.england import recorded
from sufficiency.inputs.releases import dfe_ehc_plans_names
from sufficiency.margins import Floats, Margin, fit, shares_to_whole, side
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import ENGLAND, SETTING_GROUP_OF, SETTING_TYPES

YEAR: Final = 2026
CARRIED: Final = (
    "mainstream, special and further education as published; the settings inside each carried from January 2025"
)
LIMITED: Final = ("resourced_provision", "sen_unit")  # places are few and no new one is known: as many as a year before
OLDEST: Final = 16  # NCY of those published as '20 and over'
FILES: Final = {
    "caseload.csv": ("caseload_202526_northants.csv",),
    "newplans.csv": ("newplans_2025_england.csv", "newplans_2025_northants.csv"),
    "ceased_plans.csv": ("ceased_2025_northants_england.csv",),
    "requests.csv": ("requests_2025_northants_england.csv",),
    "assessments.csv": ("assessments_2025_northants_england.csv",),
}
MAINSTREAM_GROWTH: Final = 0.15  # England's, units in it: DfE, 25 June 2026, as quoted ("nearly half" of plans)
OF_AUTHORITY: Final = {
    "geographic_level": "Local authority",
    "country_code": ENGLAND,
    "country_name": "England",
    "region_code": "E12000004",
    "region_name": "East Midlands",
}


def lay_out(part: Path, into: Path) -> Path:
    """Write the part at hand as a release of the publisher's own files, and return its folder."""
    into.mkdir(parents=True, exist_ok=True)
    placements = [*dfe_ehc_plans_names.PLACEMENTS, *dfe_ehc_plans_names.GROUP_TOTALS]
    given = [c for c in placements if c not in ("special_academy_free", "await_prov_2022", "perm_ex_2022")]
    for name, sources in FILES.items():
        frame = pd.concat([pd.read_csv(part / s, dtype="str", keep_default_na=False) for s in sources])
        for column, value in OF_AUTHORITY.items():
            frame[column] = frame[column].fillna(value) if column in frame else value
        if name in ("caseload.csv", "newplans.csv"):
            frame = frame.reindex(columns=[*dfe_ehc_plans_names.PLACE, *_total(frame), *given])
        frame.fillna("z").to_csv(into / name, index=False)
    return into


def _total(frame: pd.DataFrame) -> list[str]:
    return [c for c in dfe_ehc_plans_names.TOTALS if c in frame]


def authority_stock(stock: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return January 2026 by age and setting: each group's count as published, shared inside as in the January `before`.

    Units and resourced provision have as many of each age as then, and what the mainstream group has more is in classes.

    Parameters
    ----------
    stock
        January 2026 as `dfe_ehc_plans.stock` reads it: a group's whole count is at its first setting. [plans]
    before
        The same authorities a year earlier, by every setting. [plans]
    """
    return _shared_inside(stock, before, "plans")


def authority_new(new: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return new plans of 2025 by age and setting: mainstream and special as published, the rest as England's at that age.

    Inside mainstream and special schools they are shared as the authority's own new plans of the year before; what is
    neither is given as one number at each age. [children]
    """
    own = new[new["level"] == "authority"]
    nation = new[(new["level"] == "nation") & (new["setting_type"] != "not_recorded")]
    rest = nation[~nation["setting_type"].map(SETTING_GROUP_OF).isin(["mainstream", "special"])]
    at_age = rest.pivot_table(index="age", columns="setting_type", values="children", aggfunc="sum").astype("float64")
    rows = []
    for row in own[own["setting_type"] == "not_recorded"].itertuples():
        shares = at_age.loc[str(row.age)]
        parts = shares_to_whole(int(str(row.children)), shares.to_numpy())
        rows += [{**row._asdict(), "setting_type": s, "children": n} for s, n in zip(shares.index, parts, strict=True)]
    spread = pd.DataFrame(rows)[list(own.columns)]
    aged = spread[spread["age"] != "all"].groupby(["authority", "setting_type"])["children"].sum()
    told = spread["age"].eq("all")
    key = pd.MultiIndex.from_frame(spread.loc[told, ["authority", "setting_type"]])
    spread.loc[told, "children"] = aged.reindex(key).to_numpy()  # the parts at each age, so that both sum alike
    whole = own[~own["setting_type"].isin(rest["setting_type"].unique()) & (own["setting_type"] != "not_recorded")]
    return pd.concat([_shared_inside(whole, before, "children"), spread], ignore_index=True)


def _shared_inside(frame: pd.DataFrame, before: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return counts by age with each group's shared among its settings; all ages together are the sum of the ages."""
    seeds = before[before["ncy"].notna()].groupby(["authority", "setting_type"])[value].sum()
    by_age = before[before["ncy"].notna()].groupby(["authority", "ncy", "setting_type"])[value].sum()
    aged = frame[frame["ncy"].notna()]
    parts = []
    for (code, age, group), rows in aged.groupby(["authority", "age", aged["setting_type"].map(SETTING_GROUP_OF)]):
        kinds = [s for s in SETTING_TYPES if SETTING_GROUP_OF[s] == group]
        ncy = int(rows["ncy"].iloc[0])
        own = by_age.reindex([(code, ncy, s) for s in kinds]).fillna(0).to_numpy(dtype="float64")
        every = seeds.reindex([(code, s) for s in kinds]).fillna(0).to_numpy(dtype="float64")
        total = int(rows[value].sum())
        counts = shares_to_whole(total, _shares(own if own.sum() else every, kinds, total if value == "plans" else 0))
        parts.append(pd.DataFrame({"authority": code, "age": age, "setting_type": kinds, value: counts}))
    shared = pd.concat(parts)
    labels = frame.drop(columns=["setting_type", value]).drop_duplicates(["authority", "age"])
    whole = shared.groupby(["authority", "setting_type"], as_index=False)[value].sum().assign(age="all")
    found = pd.concat([shared, whole]).merge(labels, on=["authority", "age"], validate="many_to_one")
    return found[list(frame.columns)]


def _shares(before: Floats, kinds: list[str], total: int) -> Floats:
    """Return how a group is shared: as `before`, save that settings whose places are limited keep their number of a `total`."""
    limited = np.isin(kinds, LIMITED)
    shares = before + np.eye(len(kinds))[0] * 1e-9  # a group that was empty is all in its first setting
    if limited.any() and before.sum() < total:
        shares = np.where(limited, before, 0.0)
        shares[0] = total - shares.sum()
    return shares


def england_stock(part: Path, stock: pd.DataFrame, total: int) -> pd.DataFrame:
    """Return England's plans in January 2026 by NCY and setting: ages as published, settings carried forward at each age.

    A setting's share of an age moves on as its share of all plans did in the year before, mainstream as DfE says that it
    grew. Those aged 20 and over are shared among their ages as in January 2025. The ages published sum to one less than
    the `total`. [plans]
    """
    then, last = (_grid(stock, year) for year in (YEAR - 2, YEAR - 1))
    counts = _england_ages(part, last, total)
    drift = (last.sum(axis=0) / last.sum()) / np.maximum(then.sum(axis=0) / then.sum(), 1e-12)
    is_mainstream = np.array([SETTING_GROUP_OF[s] == "mainstream" for s in SETTING_TYPES])
    raw = stock[(stock["authority"] == ENGLAND) & (stock["year"] == YEAR - 1) & stock["age"].eq("all")]
    mainstream = raw[raw["setting_type"].map(SETTING_GROUP_OF) == "mainstream"]["plans"].sum() * (1 + MAINSTREAM_GROWTH)
    cells = np.indices(last.shape)
    margins = [
        side("age", last.shape, (0,), counts),
        Margin(
            "mainstream", (~is_mainstream)[cells[1]].astype(int).ravel(), np.array([mainstream, total - mainstream])
        ),
    ]
    expected = fit(last * drift, margins).reshape(last.shape)
    rows = []
    for i, ncy in enumerate(NCYS):
        if counts[i]:
            parts = shares_to_whole(int(counts[i]), expected[i])
            rows += [(ENGLAND, YEAR, ncy, s, n) for s, n in zip(SETTING_TYPES, parts, strict=True) if n]
    return pd.DataFrame(rows, columns=["authority", "year", "ncy", "setting_type", "plans"]).astype({"ncy": "Int64"})


def _england_ages(part: Path, last: Floats, total: int) -> Floats:
    ages = pd.read_csv(part / "england_january_2026_by_age.csv")
    counts = np.zeros(len(NCYS))
    for label, plans in zip(ages["age"], ages["plans"], strict=True):
        is_young, is_old = str(label).startswith("2 and"), str(label).startswith("20 and")
        counts[NCYS.index(-2 if is_young else OLDEST if is_old else int(label) - 4)] = plans
    at = NCYS.index(OLDEST)
    counts[at:] = shares_to_whole(int(counts[at]), last[at:].sum(axis=1))
    counts[at] += total - counts.sum()
    return counts


def _grid(stock: pd.DataFrame, year: int) -> Floats:
    own = stock[(stock["authority"] == ENGLAND) & (stock["year"] == year) & stock["ncy"].notna()]
    wide = own.pivot_table(index="ncy", columns="setting_type", values="plans", aggfunc="sum", fill_value=0)
    counts = wide.reindex(index=list(NCYS), columns=list(SETTING_TYPES), fill_value=0).to_numpy(dtype="float64")
    return recorded(counts)


def totals(part: Path) -> pd.Series:
    """Return plans in January 2026 by authority code, England's among them. [plans]"""
    return pd.read_csv(part / "totals_january_2026.csv").set_index("new_la_code")["plans"].astype("int64")
