"""Where children with plans are: as forecast, and children who need a specialist place where the allocation put them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.words.school_year import age_group_of
from sufficiency.words.vocabulary import SPECIALIST

CELL: Final = ["year", "authority", "ncy", "need"]
# Where a cell had no child in any future that was placed, its like stand in: the finest that there is.
LIKE: Final = (CELL, ["year", "authority", "age_group", "need"], ["year", "authority", "age_group"], ["year", "ncy"])


def provision_in_each_draw(run: Outcome) -> pd.DataFrame:
    """Return every plan in each draw that was placed: draw, year, authority, ncy, need, provision, plans.

    `provision` is a type of setting or, of a child turned away, the destination where they are instead.
    """
    placed = run.placed.in_each_draw("authority", "ncy", "need", "provision").rename(columns={"children": "plans"})
    types = [t for t in run.plans.plans.indexes["setting_type"] if t not in SPECIALIST]
    held = run.plans.plans.sel(draw=list(run.placed.draws), setting_type=types)
    others = held.to_series().rename("plans").reset_index().rename(columns={"setting_type": "provision"})
    return pd.concat([placed, others[others["plans"] > 0][list(placed)]], ignore_index=True)


def as_placed(run: ForecastOutcome, frame: pd.DataFrame) -> pd.DataFrame:
    """Return expected plans with `provision`: a type of setting, or the destination of a child turned away.

    In the base year it is the type as published. After it children who need a specialist place are where the allocation
    put children of their NCY and need. Without an allocation it is the forecast's type.

    Parameters
    ----------
    run
        An `Outcome`; or a forecast alone.
    frame
        year, authority, ncy, need, setting_type, plans.
    """
    if not isinstance(run, Outcome):
        return frame.rename(columns={"setting_type": "provision"})
    moved = (frame["year"] > run.area.base_year) & frame["setting_type"].isin(SPECIALIST)
    needing = frame[moved].groupby(CELL, as_index=False, sort=False)["plans"].sum()
    rest = frame[~moved].rename(columns={"setting_type": "provision"})
    columns = [*CELL, "provision"]
    both = pd.concat([rest[[*columns, "plans"]], _shared(run, needing)[[*columns, "plans"]]], ignore_index=True)
    return both.groupby(columns, as_index=False, sort=False)["plans"].sum()


def _shared(run: Outcome, needing: pd.DataFrame) -> pd.DataFrame:
    """Return children who need a specialist place, cell by cell, shared as the draws placed them."""
    counts = run.placed.in_each_draw("authority", "ncy", "need", "provision")
    counts = counts.assign(age_group=age_group_of(counts["ncy"].to_numpy(dtype=int)))
    left = needing.assign(age_group=age_group_of(needing["ncy"].to_numpy(dtype=int)))
    found = []
    for by in LIKE:
        size = counts.groupby([*by, "provision"], sort=False)["children"].sum().rename("share").reset_index()
        size["share"] = size["share"] / size.groupby(by)["share"].transform("sum")
        merged = left.merge(size, on=by, how="left")
        known = merged["provision"].notna()
        found.append(merged[known].assign(plans=lambda rows: rows["plans"] * rows["share"]))
        left = merged.loc[~known, [*CELL, "age_group", "plans"]]
    return pd.concat([*found, left.assign(provision="special", share=np.nan)], ignore_index=True)
