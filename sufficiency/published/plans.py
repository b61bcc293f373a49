"""Plans, states and flows of one or many authorities, from the frames of `inputs.releases.dfe_ehc_plans`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.margins import Floats, Ints, fit, shares_to_whole, side, whole
from sufficiency.tables import PLANS, empty
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

AXES: Final[dict[str, list[int] | list[str]]] = {
    "ncy": list(NCYS),
    "need": list(NEEDS),
    "setting_type": list(SETTING_TYPES),
}
FLOW_KEY: Final = ["authority", "year", "kind", "reason", "ncy", "need", "setting_type"]


def plans(stock: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Return plans as `tables.PLANS`: by NCY where published, all ages together in the Januaries before. [plans]"""
    own = stock[stock["authority"].isin(codes) & stock["plans"].notna()]
    by_age = own[own["ncy"].notna()]
    aged = _complete(own, by_age)
    early = own[own["age"].eq("all") & ~_pairs(own).isin(aged)]
    kept = pd.concat([by_age[_pairs(by_age).isin(aged)], early])
    summed = kept.groupby(["authority", "year", "ncy", "setting_type"], dropna=False, as_index=False)["plans"].sum()
    return summed[(summed["plans"] > 0) | summed["ncy"].isna()].reset_index(drop=True)


def _pairs(frame: pd.DataFrame) -> pd.Series:
    return frame["authority"] + " " + frame["year"].astype("str")


def _complete(own: pd.DataFrame, by_age: pd.DataFrame) -> set[str]:
    """Return the authority-years whose plans by age sum to the published total."""
    totals = own[own["age"].eq("all")].groupby(_pairs(own))["plans"].sum()
    aged = by_age.groupby(_pairs(by_age))["plans"].sum()
    return set(aged.index[aged == totals.reindex(aged.index)])


def states(stock: pd.DataFrame, needs: pd.DataFrame, code: str, year: int) -> pd.DataFrame:
    """Return plans by NCY, need and setting together, whole, so that all three published sides hold exactly.

    The sides are NCY × setting, NCY × need and need × setting. Nothing is known of the inside, so it is the table
    with those sides and no pattern of its own.

    Returns
    -------
    DataFrame
        As `tables.STATES`, cells of nought left out. [plans]
    """
    ages = stock[(stock["authority"] == code) & (stock["year"] == year) & stock["ncy"].notna()]
    own = needs[(needs["authority"] == code) & (needs["year"] == year)]
    shape = tuple(len(labels) for labels in AXES.values())
    margins = [
        side("age by setting", shape, (0, 2), _grid(ages, "ncy", "setting_type", AXES)),
        side("age by need", shape, (0, 1), _grid(own[own["by"] == "age"], "ncy", "need", AXES)),
        side("need by setting", shape, (1, 2), _grid(own[own["by"] == "setting_type"], "need", "setting_type", AXES)),
    ]
    return _as_states(whole(fit(np.ones(shape), margins), margins), code, year)


def states_carried(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return plans by NCY, need and setting a year or more after needs were last published, whole.

    Ages and settings are as now. At each age and setting needs are as those of the same age, and of the children a year
    younger, were in the setting then; where there was nobody, as everybody's in it.

    Parameters
    ----------
    before
        As `tables.STATES`, when needs were last published. [plans]
    now
        As `tables.PLANS`, one January by NCY and setting, of the same authorities. [plans]
    """
    found = []
    for (code, year), own in now.groupby(["authority", "year"]):
        then = _cube(before[before["authority"] == code])
        younger = np.concatenate([np.zeros_like(then[:1]), then[:-1]])
        seed = then + younger + 0.01 * then.mean(axis=0) + 1e-6 * then.sum(axis=(0, 2))[None, :, None]
        held = _grid(own, "ncy", "setting_type", AXES)
        expected = seed * (held / np.maximum(seed.sum(axis=1), 1e-12))[:, None, :]
        mix = expected.sum(axis=0)
        sides = np.array([shares_to_whole(int(n), mix[:, i]) for i, n in enumerate(held.sum(axis=0))]).T
        margins = [
            side("age by setting", then.shape, (0, 2), held),
            side("need by setting", then.shape, (1, 2), sides),
        ]
        found.append(_as_states(whole(fit(expected, margins), margins), str(code), int(year)))
    return pd.concat(found, ignore_index=True)


def _cube(states: pd.DataFrame) -> Floats:
    """Return plans by NCY, need and setting. [plans]"""
    found = np.zeros([len(labels) for labels in AXES.values()])
    at = tuple(pd.Index(labels).get_indexer(states[column]) for column, labels in AXES.items())
    np.add.at(found, at, states["plans"].to_numpy(dtype="float64"))
    return found


def _as_states(counts: Ints, code: str, year: int) -> pd.DataFrame:
    index = pd.MultiIndex.from_product(AXES.values(), names=list(AXES))
    frame = pd.Series(counts, index=index, name="plans").reset_index()
    frame = frame[frame["plans"] > 0].reset_index(drop=True)
    return frame.assign(authority=code, year=year)[["authority", "year", *AXES, "plans"]]


def _grid(frame: pd.DataFrame, rows: str, columns: str, axes: dict[str, list[int] | list[str]]) -> Floats:
    wide = frame.groupby([rows, columns])["plans"].sum().unstack(fill_value=0)
    grid: Floats = wide.reindex(index=axes[rows], columns=axes[columns]).fillna(0).to_numpy(dtype=np.float64)
    return grid


def flows(new: pd.DataFrame, ceased: pd.DataFrame, new_needs: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Return new and ceased plans as `tables.FLOWS`; a row that is not there counts as 0. [children]

    New plans are by NCY and setting where published and by setting alone in the years before; the last year also by
    NCY and need, and by need and setting. Ceased plans are by NCY, by setting and by reason, never together: choose one.
    """
    new, ceased, new_needs = (f[f["authority"].isin(codes) & f["children"].gt(0)] for f in (new, ceased, new_needs))
    aged = set(_pairs(new[new["ncy"].notna()]))
    started = pd.concat([new[new["ncy"].notna()], new[new["age"].eq("all") & ~_pairs(new).isin(aged)]])
    parts = [
        started.assign(kind="new", reason="", need=""),
        new_needs[new_needs["by"].eq("age")].assign(kind="new", reason="", setting_type=""),
        new_needs[new_needs["by"].eq("setting_type")].assign(kind="new", reason=""),
        ceased[ceased["by"].ne("all") & ceased["reason"].eq("")].assign(kind="ceased", need=""),
        ceased[ceased["by"].eq("all") & ceased["reason"].ne("")].assign(kind="ceased", need=""),
    ]
    together = pd.concat(parts)[[*FLOW_KEY, "children"]]
    together = together[~(together["ncy"].isna() & (together[["setting_type", "reason", "need"]] == "").all(axis=1))]
    return together.groupby(FLOW_KEY, dropna=False, as_index=False)["children"].sum()


def shared_from(
    stock: pd.DataFrame, before: str, after: Sequence[str], *, first: int, note: str
) -> tuple[pd.DataFrame, list[str]]:
    """Return a divided authority's earlier plans shared among those made of it, and the codes whose rows are lacking.

    Each setting's count in each January is shared as the new authorities' counts in their `first`, whole, so that they
    sum to the old count exactly; a setting that none of them had is shared as all their plans. [plans]
    """
    whole_years = stock[stock["age"].eq("all") & stock["plans"].notna()]
    known = whole_years[whole_years["authority"].isin(after) & whole_years["year"].eq(first)]
    counts = known.set_index(["setting_type", "authority"])["plans"].astype("float64")
    lacking = sorted(set(after) - set(known["authority"]))
    if lacking:
        return empty(PLANS).assign(note=""), lacking
    totals = counts.groupby("authority").sum().reindex(list(after)).to_numpy()
    rows = []
    for row in whole_years[whole_years["authority"].eq(before) & whole_years["year"].lt(first)].itertuples():
        shares = counts.reindex([(row.setting_type, code) for code in after]).fillna(0).to_numpy()
        parts = shares_to_whole(int(str(row.plans)), shares if shares.sum() else totals)
        rows += [(code, row.year, pd.NA, row.setting_type, int(n), note) for code, n in zip(after, parts, strict=True)]
    frame = pd.DataFrame(rows, columns=["authority", "year", "ncy", "setting_type", "plans", "note"])
    return frame.astype({"ncy": "Int64"}), []
