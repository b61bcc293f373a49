"""Plans in the base year by authority, NCY, need and setting: as the area gives them, or as near as its tables allow."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.errors import MissingError
from sufficiency.forecast import england
from sufficiency.forecast.england import Floats
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import SETTING_TYPES

UNKNOWN_NEED = "UNK"


@dataclass(frozen=True, eq=False)
class History:
    """Plans by ncy x setting_type of every authority and January; Januaries without ages have them shared out.

    Where ages aren't published they are shared out within each setting as in the authority's nearest January before
    that has them, or as England's of January 2024. [plans]
    """

    counts: Mapping[tuple[str, int], Floats]
    aged: frozenset[tuple[str, int]]

    def plans(self, authority: str, year: int) -> Floats | None:
        """Return plans by ncy x setting_type, or None where there are none. [plans]"""
        return self.counts.get((authority, year))


def history(area: Area) -> History:
    """Return every authority's plans to the base year."""
    plans = area.plans[area.plans["year"] <= area.base_year]
    counts: dict[tuple[str, int], Floats] = {}
    aged = set()
    nation, beside = england.stock(england.AGES_KNOWN), area.value("forecast.ages_england_share")
    last: dict[str, Floats] = {}
    for (authority, year), rows in plans.groupby(["authority", "year"], sort=True):
        key = (str(authority), int(year))
        if rows["ncy"].notna().all():
            found = grid(rows)
            aged.add(key)
            last[key[0]] = found
        else:
            own = last.get(key[0])
            seed = nation if own is None else own + beside * own.sum() * nation / nation.sum()
            found = share_out(grid(rows.assign(ncy=NCYS[0])).sum(axis=0), seed).astype("float64")
        if found.sum() > 0:
            counts[key] = found
    return History(counts, frozenset(aged))


def states(area: Area, known: History) -> pd.DataFrame:
    """Return plans in the base year by authority, NCY, need and setting; needs 'UNK' where `states` has none. [plans]"""
    own = area.states[area.states["year"] == area.base_year]
    given = set(own.loc[own["plans"] > 0, "authority"])
    found = [own, *(_from_plans(area, known, authority) for authority in area.authorities if authority not in given)]
    return pd.concat([f for f in found if len(f)], ignore_index=True)


def _from_plans(area: Area, known: History, authority: str) -> pd.DataFrame:
    counts = known.plans(authority, area.base_year)
    if counts is None:
        raise MissingError(
            f"there are no plans for {authority} in January {area.base_year}, the base year: give states.csv, or rows "
            "of plans.csv"
        )
    ncy, setting_type = np.nonzero(counts)
    return pd.DataFrame(
        {
            "authority": authority,
            "year": area.base_year,
            "ncy": np.array(NCYS)[ncy],
            "need": UNKNOWN_NEED,
            "setting_type": np.array(list(SETTING_TYPES))[setting_type],
            "plans": counts[ncy, setting_type].astype(np.int64),
        }
    )


def grid(plans: pd.DataFrame) -> Floats:
    """Return plans by ncy x setting_type. [plans]"""
    found = np.zeros((len(NCYS), len(SETTING_TYPES)))
    at = (
        pd.Index(NCYS).get_indexer(plans["ncy"].astype("int64")),
        pd.Index(list(SETTING_TYPES)).get_indexer(plans["setting_type"]),
    )
    np.add.at(found, at, plans["plans"].to_numpy(dtype="float64"))
    return found


def share_out(totals: Floats, seed: Floats) -> NDArray[np.int64]:
    """Return whole plans by ncy x setting_type that sum to each setting's total, in proportion to `seed`.

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


def array(table: pd.DataFrame, axes: Sequence[tuple[str, Sequence[Hashable]]]) -> NDArray[np.int64]:
    """Return a table of states as an array over `axes`, each a column and its labels. [plans]"""
    found = np.zeros([len(labels) for _, labels in axes], dtype=np.int64)
    at = tuple(pd.Index(list(labels)).get_indexer(table[column]) for column, labels in axes)
    np.add.at(found, at, table["plans"].to_numpy(dtype=np.int64))
    return found
