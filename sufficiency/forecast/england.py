"""England's own published pattern, bundled: what an authority's rates and growth are shrunk towards."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.area.folder import data_folder
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

Floats = npt.NDArray[np.float64]

AGES_KNOWN = 2024  # the first January for which stock by age and setting is published


@cache
def table(name: str) -> pd.DataFrame:
    """Return one bundled table: stock, new, ceased, needs, long, children, age_groups, authorities or requests."""
    file = f"{name}.csv" if name == "requests" else f"ehc_{name}.csv"
    frame = pd.read_csv(data_folder() / "england" / file)
    words = [c for c in ("setting_type", "need", "reason", "by", "of") if c in frame]
    return frame.astype(dict.fromkeys(words, "str")).fillna(dict.fromkeys(words, ""))


@cache
def totals() -> pd.Series:
    """Return plans (with statements before 2019) in England by January. [plans]"""
    return table("long").set_index("year")["plans"].astype("float64")


@cache
def children(year: int) -> Floats:
    """Return England's children by NCY, -4 to 20, in January `year`: between two estimates, or the nearer. [children]"""
    known = table("children").pivot_table(index="year", columns="ncy", values="children").reindex(columns=list(NCYS))
    return np.array([np.interp(year, known.index, known[ncy]) for ncy in NCYS])


@cache
def stock(year: int) -> Floats:
    """Return plans by ncy x setting_type in January `year`, unrecorded settings shared out within their age. [plans]"""
    return _by_age(table("stock"), "plans", year)


@cache
def new_plans(year: int) -> Floats:
    """Return new plans by NCY in January `year` x setting_type, for the calendar year before it. [children]

    Ages are published on the day a plan starts. With starts even over the year, a child is a year older by the 31
    August before that January with chance 2/9, a year younger with 1/18.
    """
    by_age = _by_age(table("new"), "children", year)
    oldest = NCYS.index(16)  # published as '20 and over'; spread as the stock is
    share = stock(max(year, AGES_KNOWN)).sum(axis=1)[oldest:]
    by_age[oldest:] = by_age[oldest] * (share / share.sum())[:, None]
    return shifted(by_age, {1: 2 / 9, 0: 13 / 18, -1: 1 / 18})


def shifted(by_age: Floats, weights: dict[int, float]) -> Floats:
    """Return counts by NCY with a share of each moved to the NCYs beside it; what falls off an end stays at it."""
    found = np.zeros_like(by_age)
    ages = np.arange(len(by_age))
    for by, weight in weights.items():
        np.add.at(found, np.clip(ages + by, 0, len(by_age) - 1), weight * by_age)
    return found


@cache
def needs_by(what: str, by: str) -> pd.DataFrame:
    """Return counts of needs (columns) by NCY or setting (rows), of plans or of new plans: `what` is plans or new."""
    frame = table("needs")
    own = frame[(frame["of"] == what) & (frame["by"] == by)]
    key = "ncy" if by == "age" else "setting_type"
    wide = own.pivot_table(index=key, columns="need", values="plans", aggfunc="sum", fill_value=0)
    order = list(NCYS) if by == "age" else list(SETTING_TYPES)
    return wide.reindex(index=order, columns=list(NEEDS), fill_value=0).astype("float64")


def _by_age(frame: pd.DataFrame, value: str, year: int) -> Floats:
    own = frame[(frame["year"] == year) & frame["ncy"].notna()]
    wide = own.pivot_table(index="ncy", columns="setting_type", values=value, aggfunc="sum", fill_value=0)
    counts = wide.reindex(index=list(NCYS), columns=list(SETTING_TYPES), fill_value=0).to_numpy(dtype="float64")
    return recorded(counts)


def recorded(counts: Floats) -> Floats:
    """Return counts by ncy x setting_type with 'not recorded' shared out as the rest of its row is."""
    at = list(SETTING_TYPES).index("not_recorded")
    known = counts.copy()
    known[:, at] = 0.0
    row = known.sum(axis=1, keepdims=True)
    return np.where(row > 0, known * (1 + counts[:, [at]] / np.where(row > 0, row, 1.0)), counts)


@cache
def held(year: int) -> float:
    """Return plans in England in January `year`, or in the nearest January known. [plans]"""
    series = totals()
    return float(series[int(np.clip(year, series.index.min(), series.index.max()))])


@cache
def growth(year: int) -> float:
    """Return England's log growth of plans in the year to January `year`, or to the nearest January known."""
    series = totals()
    last = int(np.clip(year, series.index.min() + 1, series.index.max()))
    return float(np.log(series[last] / series[last - 1]))


@cache
def requested(year: int) -> dict[str, float]:
    """Return England's requests, those still waiting and plans issued in the calendar year before January `year`.

    Each is a share of the plans held in that January; not known before 2020. Waiting are requests neither refused nor ended
    in a plan within the year.
    """
    series = table("requests").set_index("year")
    last = min(year, int(series.index.max()))
    if last < series.index.min():
        return dict.fromkeys(("requests", "waiting", "issued"), float("nan"))
    made, refused, issued = (float(series.at[last, name]) for name in ("requests", "refused", "issued"))
    return {
        name: count / held(last)
        for name, count in (("requests", made), ("waiting", made - refused - issued), ("issued", issued))
    }


@cache
def aged_20_share(year: int) -> float:
    """Return the share of England's plans that are of young people aged 20 and over, between the Januaries known."""
    wide = table("age_groups").pivot_table(index="year", columns="age_group", values="plans", fill_value=0)
    share = wide["20-25"] / wide.sum(axis=1)
    return float(np.interp(year, share.index, share))


@cache
def by_setting(year: int) -> Floats:
    """Return plans by setting in January `year`, all ages, unrecorded settings shared out. [plans]"""
    frame = table("stock")
    own = frame[(frame["year"] == year) & frame["ncy"].isna()]
    counts = (
        own.groupby("setting_type")["plans"].sum().reindex(list(SETTING_TYPES), fill_value=0).to_numpy(dtype="float64")
    )
    return np.asarray(recorded(counts[None])[0])
