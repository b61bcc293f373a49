"""What became of each child between Januaries: snapshots matched child by child, as `tables.TRANSITIONS`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from sufficiency import tables
from sufficiency.errors import Fault, FaultyTableError, InputError, one_of

STATE: Final = ["ncy", "need", "setting_type"]


def transitions(snapshots: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return what became of each child between consecutive Januaries, counted by state, as `tables.TRANSITIONS`.

    Parameters
    ----------
    snapshots
        One frame for each January: child (any key that lasts), year, ncy, need, setting_type; one row for each child. Keys are compared
        and never shown.

    Raises
    ------
    InputError
        If a child is there twice or has no NCY (no birth date), two frames are of one January, or a January is missing
        between two others. Rows are named, children are not.
    """
    for i, snapshot in enumerate(snapshots):
        _check_snapshot(snapshot, f"snapshot {i + 1}")
    by_year = {int(s["year"].iloc[0]): s for s in snapshots}
    years = sorted(by_year)
    if len(years) < 2 or len(years) < len(snapshots):
        raise InputError(f"two or more snapshots of different Januaries are needed; these are of {one_of(years)}")
    absent = sorted(set(range(years[0], years[-1] + 1)) - set(years))
    if absent:
        raise InputError(
            f"there is no snapshot of January {absent[0]}: children can't be followed from {years[0]} to {years[-1]}"
            " across it; give it, or the snapshots of one side only"
        )
    found = pd.concat([_matched(by_year[y], by_year[y + 1]) for y in years[:-1]], ignore_index=True)
    return tables.check(found, tables.TRANSITIONS, source="transitions counted from snapshots")


def _check_snapshot(snapshot: pd.DataFrame, name: str) -> None:
    lacking = [c for c in ("child", "year", *STATE) if c not in snapshot]
    if lacking or snapshot.empty:
        raise InputError(
            f"{name} lacks {one_of(lacking) if lacking else 'any row'}: child, year, ncy, need, setting_type are needed"
        )
    if len(set(snapshot["year"])) != 1:
        raise InputError(f"{name} is of {one_of(sorted(set(snapshot['year'])))}; one January a snapshot")
    rows = snapshot.reset_index(drop=True)
    first = {key: i for i, key in reversed(list(enumerate(rows["child"])))}
    faults = [
        Fault(
            int(i) + 2,
            "child",
            f"the same child is in row {first[rows.at[i, 'child']] + 2}: one row for each child is expected",
        )
        for i in rows.index[rows["child"].duplicated()]
    ]
    faults += [Fault(int(i) + 2, "ncy", "no NCY: the birth date is missing") for i in rows.index[rows["ncy"].isna()]]
    if faults:
        raise FaultyTableError(name, sorted(faults))


def _matched(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    own = ["child", *STATE]
    both = before[own].merge(after[own], on="child", how="outer", suffixes=("", "_after"))
    stale = both["ncy"].notna() & both["ncy_after"].notna() & (both["ncy_after"] != both["ncy"] + 1)
    if stale.any():
        raise InputError(
            f"{int(stale.sum())} children are not one NCY older in January {int(after['year'].iloc[0])}:"
            " NCY is age on 31 August less 4, whatever class a child sits in"
        )
    both["ncy"] = both["ncy"].fillna(both["ncy_after"] - 1).astype("int64")
    words = ["need", "setting_type", "need_after", "setting_type_after"]
    both[words] = both[words].fillna("")
    counted = both.groupby(["ncy", *words], as_index=False).size().rename(columns={"size": "children"})
    return counted.assign(year=int(after["year"].iloc[0]))
