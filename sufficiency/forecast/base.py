"""Plans in the base year by authority, NCY, need and setting: as the area gives them, or as near as it lets one come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.area import Area
from sufficiency.errors import MissingError
from sufficiency.forecast import england
from sufficiency.forecast.rates import Floats
from sufficiency.school_year import NCYS
from sufficiency.vocabulary import SETTINGS

UNKNOWN_NEED = "UNK"


def states(area: Area) -> pd.DataFrame:
    """Return plans in the base year by authority, NCY, need and setting.

    Where `states` has none for the year, needs are 'UNK'. Where the year's ages aren't published either, each
    setting's plans are shared out as in the authority's nearest January by age before it, or as England's of January
    2024. [plans]
    """
    own = area.states[area.states["year"] == area.base_year]
    found = [own]
    for authority in area.authorities:
        if authority not in set(own["authority"]):
            found.append(_from_plans(area, authority))
    return pd.concat([f for f in found if len(f)], ignore_index=True)


def _from_plans(area: Area, authority: str) -> pd.DataFrame:
    plans = area.plans[(area.plans["authority"] == authority) & (area.plans["year"] <= area.base_year)]
    now = plans[plans["year"] == area.base_year]
    if now.empty:
        raise MissingError(
            f"there are no plans for {authority} in January {area.base_year}, the base year: give states.csv, or rows "
            "of plans.csv"
        )
    aged = now[now["ncy"].notna()]
    if now["ncy"].isna().any():
        before = plans[plans["ncy"].notna()]
        last = before[before["year"] == before["year"].max()]
        seed = (
            grid(last) + 0.02 * england.stock(england.AGES_KNOWN) / 100
            if len(last)
            else england.stock(england.AGES_KNOWN)
        )
        totals = grid(now[now["ncy"].isna()].assign(ncy=NCYS[0])).sum(axis=0)
        aged = _frame(share_out(totals, seed), authority)
    return aged[["authority", "ncy", "setting", "plans"]].assign(year=area.base_year, need=UNKNOWN_NEED)


def grid(plans: pd.DataFrame) -> Floats:
    """Return plans by ncy x setting. [plans]"""
    found = np.zeros((len(NCYS), len(SETTINGS)))
    at = (
        pd.Index(NCYS).get_indexer(plans["ncy"].astype("int64")),
        pd.Index(list(SETTINGS)).get_indexer(plans["setting"]),
    )
    np.add.at(found, at, plans["plans"].to_numpy(dtype="float64"))
    return found


def share_out(totals: Floats, seed: Floats) -> NDArray[np.int64]:
    """Return whole plans by ncy x setting that sum to each setting's total, in proportion to `seed`.

    A setting that `seed` has none of is shared out as all settings together are. Largest remainders go up.
    """
    everyone = seed.sum(axis=1, keepdims=True)
    column = seed.sum(axis=0)
    shares = np.where(column > 0, seed / np.where(column > 0, column, 1.0), everyone / everyone.sum())
    exact = shares * totals
    found = np.floor(exact + 1e-9)
    left = np.rint(totals - found.sum(axis=0)).astype(int)
    rank = np.argsort(np.argsort(-(exact - found), axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(found + (rank < left), dtype=np.int64)


def _frame(counts: NDArray[np.int64], authority: str) -> pd.DataFrame:
    ncy, setting = np.nonzero(counts)
    return pd.DataFrame(
        {
            "authority": authority,
            "ncy": np.array(NCYS)[ncy],
            "setting": np.array(list(SETTINGS))[setting],
            "plans": counts[ncy, setting],
        }
    )


def array(table: pd.DataFrame, axes: Sequence[tuple[str, Sequence[Any]]]) -> NDArray[np.int64]:
    """Return a table of states as an array over `axes`, each a column and its labels. [plans]"""
    found = np.zeros([len(labels) for _, labels in axes], dtype=np.int64)
    at = tuple(pd.Index(list(labels)).get_indexer(table[column]) for column, labels in axes)
    np.add.at(found, at, table["plans"].to_numpy(dtype=np.int64))
    return found
