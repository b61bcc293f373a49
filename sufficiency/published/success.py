"""How an authority's children with SEND fare, beside whom, and SEN school by school: from published files."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from sufficiency.published.authorities import plain_name
from sufficiency.tables import NEIGHBOURS, OUTCOMES, SCHOOL_SEN
from sufficiency.words.success import MEASURES

ENGLAND = "England"


def neighbours(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the statistical neighbours of some authorities, as `tables.NEIGHBOURS`.

    Parameters
    ----------
    frame
        Every authority's, as `dfe_lait.neighbours` reads them.
    names
        ONS code -> name of the authorities wanted.
    """
    codes = {plain_name(name): code for code, name in names.items()}
    own = frame.assign(authority=frame["name"].map(plain_name).map(codes)).dropna(subset=["authority"])
    own = own.sort_values(["authority", "rank"]).drop_duplicates(["authority", "neighbour"])
    return own[[c for c in NEIGHBOURS.columns if c in own]].reset_index(drop=True)


def outcomes(frame: pd.DataFrame, names: Mapping[str, str], beside: Collection[str]) -> pd.DataFrame:
    """Return measures of some authorities, their neighbours and England, as `tables.OUTCOMES`.

    Of each measure only the years that may be set beside one another are kept.

    Parameters
    ----------
    frame
        Every authority's, as `dfe_lait.outcomes` reads them.
    names
        ONS code -> name of the authorities wanted.
    beside
        Names of their neighbours, as `neighbours` has them.
    """
    called = {plain_name(name): name for name in beside} | {plain_name(name): code for code, name in names.items()}
    called |= {plain_name(ENGLAND): ENGLAND}
    whose = frame["name"].map({name: called.get(plain_name(name)) for name in frame["name"].unique()})
    since = frame["measure"].map({code: measure.since for code, measure in MEASURES.items()})
    kept = frame.assign(whose=whose)[whose.notna() & (frame["year"] >= since)]
    # An authority may be its neighbour's neighbour: it is held once, under its code.
    kept = kept.drop_duplicates(["whose", "measure", "year"], keep="last").sort_values(["whose", "measure", "year"])
    return kept[[c for c in OUTCOMES.columns if c in kept]].reset_index(drop=True)


def school_sen(schools: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Return state-funded schools with the authority and district of the nearest home zone, as `tables.SCHOOL_SEN`.

    `schools` has the table's columns but those two; of each, metres on the British National Grid.
    """
    from scipy.spatial import cKDTree

    placed = schools.dropna(subset=["easting", "northing"])
    tree = cKDTree(zones[["easting", "northing"]].to_numpy(dtype=float))
    nearest = tree.query(placed[["easting", "northing"]].to_numpy(dtype=float))[1]
    at = zones[["authority", "district"]].iloc[np.asarray(nearest, dtype=int)].set_axis(placed.index)
    found = placed.assign(authority=at["authority"], district=at["district"]).sort_values("school")
    return found[[c for c in SCHOOL_SEN.columns if c in found]].reset_index(drop=True)
