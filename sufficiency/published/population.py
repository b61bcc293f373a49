"""Children by January and NCY for any authority, from whatever estimates and projections a folder holds."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.errors import MissingError
from sufficiency.margins import Floats
from sufficiency.published.authorities import parts_in
from sufficiency.words.school_year import NCY_HIGH, NCY_LOW, january_of_mid_year

AGES: Final = range(NCY_HIGH - NCY_LOW + 1)
STUDENT_AGE: Final = 18  # from here many move to study, so a cohort is no guide to itself
LONGEST_CARRY: Final = 6  # years


def population(people: pd.DataFrame, code: str, *, first: int, base_year: int) -> pd.DataFrame:
    """Return an authority's children in every January from `first`, or the earliest that can be told, as `POPULATION`.

    Parameters
    ----------
    people
        code, mid_year, age, children, basis ('estimate' or 'projection'), as `inputs.ons` reads them, one row each
        code, year and age. Districts are summed where the authority itself has no row.
    code
        The authority.
    first, base_year
        Januaries that are wanted: years between two estimates are filled, and those before or after carried along
        their cohorts, up to six years, so that the base year is there.

    Returns
    -------
    DataFrame
        authority, year, ncy, children, basis, note. `note` says of each year how it was come by. [children]

    Raises
    ------
    MissingError
        If no file has the authority or all its districts.
    """
    known, basis = _known(people, code)
    notes = dict.fromkeys(known, "")
    years = sorted(known)
    for year in range(years[0] + 1, years[-1]):
        if year not in known:
            before = max(y for y in years if y < year)
            after = min(y for y in years if y > year)
            known[year] = _between(known[before], known[after], (year - before) / (after - before), after - before)
            notes[year] = f"between mid-{before} and mid-{after}, cohort by cohort"
    ratio = _progression(known, years)
    while max(known) < base_year - 1 and max(known) < years[-1] + LONGEST_CARRY:
        last = max(known)
        known[last + 1] = _forward(known[last], ratio)
        notes[last + 1] = f"mid-{years[-1]} carried on, each cohort a year older"
    while min(known) > first - 1 and min(known) > years[0] - LONGEST_CARRY:
        soonest = min(known)
        known[soonest - 1] = _back(known[soonest], ratio)
        notes[soonest - 1] = f"mid-{years[0]} carried back, each cohort a year younger"
    rows = [
        (
            code,
            january_of_mid_year(year),
            age - 4,
            round(float(known[year][age]), 1),
            basis.get(year, "estimate"),
            notes[year],
        )
        for year in sorted(known)
        for age in AGES
        if january_of_mid_year(year) >= first
    ]
    return pd.DataFrame(rows, columns=["authority", "year", "ncy", "children", "basis", "note"])


def _known(people: pd.DataFrame, code: str) -> tuple[dict[int, Floats], dict[int, str]]:
    found: dict[int, Floats] = {}
    basis: dict[int, str] = {}
    for year, frame in people[people["age"].isin(AGES)].groupby("mid_year"):
        try:
            parts = parts_in(code, set(frame["code"]))
        except MissingError:
            continue
        own = frame[frame["code"].isin(parts)]
        by_age = own.groupby("age")["children"].sum()
        basis[int(str(year))] = str(own["basis"].iloc[0])
        found[int(str(year))] = by_age.reindex(AGES).to_numpy(dtype=np.float64)
    if not found:
        raise MissingError(
            f"no population estimate has {code} or all its districts: add ONS mid-year estimates by single year of age"
        )
    return found, basis


def _between(before: Floats, after: Floats, share: float, gap: int) -> Floats:
    """Return a year between two: each cohort along its own line, and each age from 18."""
    step = round(share * gap)
    ages = np.arange(len(before))
    younger, older = ages - step, ages + gap - step
    cohort = (1 - share) * before[np.clip(younger, 0, None)] + share * after[np.clip(older, None, ages[-1])]
    only_after = after[np.clip(older, None, ages[-1])]
    age = (1 - share) * before + share * after
    found = np.where(younger < 0, only_after, cohort)
    middle: Floats = np.where((ages >= STUDENT_AGE) | (older > ages[-1]), age, found)
    return middle


def _progression(known: dict[int, Floats], years: list[int]) -> Floats:
    """Return what a cohort is multiplied by in its year from each age to the next, as of late; 1 with one estimate."""
    if len(years) < 2:
        return np.ones(len(AGES) - 1)
    last = [y for y in years if y > years[-1] - 4]
    pairs = [(known[y - 1], known[y]) for y in range(max(last[0], min(known) + 1), years[-1] + 1) if y - 1 in known]
    if not pairs:
        return np.ones(len(AGES) - 1)
    before = np.sum([a[:-1] for a, _ in pairs], axis=0)
    after = np.sum([b[1:] for _, b in pairs], axis=0)
    ratio: Floats = np.clip(np.divide(after, before, out=np.ones_like(after), where=before > 0), 0.5, 2.0)
    return ratio


def _forward(now: Floats, ratio: Floats) -> Floats:
    following = np.concatenate([now[:1], now[:-1] * ratio])
    forward: Floats = np.where(np.arange(len(now)) >= STUDENT_AGE, now, following)
    return forward


def _back(now: Floats, ratio: Floats) -> Floats:
    before = np.concatenate([now[1:] / ratio, now[-1:]])
    back: Floats = np.where(np.arange(len(now)) >= STUDENT_AGE - 1, now, before)
    return back
