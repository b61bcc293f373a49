"""Who is entitled to travel to school: each statutory test a function with its paragraph; local policy as data.

Where a distance is estimated, a test's answer is a probability. Tests on distance are nested and share one error, so
the probability of passing any of them is the largest. Distances are to the school attended; the test of walking distance
goes by the shortest route that a child, accompanied as necessary, can walk in reasonable safety.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency import estimated_travel, tables
from sufficiency.errors import InputError

Floats = npt.NDArray[np.float64]
Day: TypeAlias = str | date | pd.Timestamp
Dates: TypeAlias = pd.Series | pd.DatetimeIndex | Sequence[Day]
GUIDANCE: Final = "DfE, Travel to school for children of compulsory school age (January 2024)"


@dataclass(frozen=True)
class Ground:
    """One ground of entitlement: its words, its paragraph, and the chance that each child passes it."""

    name: str
    paragraph: str
    chance: Callable[[pd.DataFrame, estimated_travel.Values], Floats]


def beyond_walking_distance(children: pd.DataFrame, rules: estimated_travel.Values) -> Floats:
    """Return the chance of living beyond walking distance: two miles under 8, three from 8, of the nearest suitable school.

    Education Act 1996, Schedule 35B, paragraph 6; section 444(5).
    """
    near, far = rules.value("transport.walking_limit_under_8_km"), rules.value("transport.walking_limit_from_8_km")
    limit = np.where(_is_under_8(children, rules), near, far)
    return np.asarray(_beyond(children, "walk_km", limit, rules) * _nearest_suitable(children), dtype=np.float64)


def cannot_walk(children: pd.DataFrame, rules: estimated_travel.Values) -> Floats:  # noqa: ARG001 - every test is called alike
    """Return the chance that need, disability or mobility keeps a child from walking, even accompanied, at any distance.

    Education Act 1996, Schedule 35B, paragraph 2. A plan alone does not make a child eligible, and none is needed.
    """
    return np.asarray(children["cannot_walk"] * _nearest_suitable(children), dtype=np.float64)


def route_unsafe(children: pd.DataFrame, rules: estimated_travel.Values) -> Floats:  # noqa: ARG001
    """Return 1 where the nature of the route keeps a child from walking it, even accompanied.

    Education Act 1996, Schedule 35B, paragraph 4.
    """
    return np.asarray(children["is_route_unsafe"] * _nearest_suitable(children), dtype=np.float64)


def low_income_8_to_10(children: pd.DataFrame, rules: estimated_travel.Values) -> Floats:
    """Return the chance for low-income families' children of 8, 9 and 10: nearest suitable school beyond two miles.

    Education Act 1996, Schedule 35B, paragraph 9.
    """
    of_age = children["age_years"].between(8, 10) & children["is_low_income"]
    beyond = _beyond(children, "walk_km", rules.value("transport.low_income_least_km"), rules)
    return np.asarray(beyond * of_age * _nearest_suitable(children), dtype=np.float64)


def low_income_from_11(children: pd.DataFrame, rules: estimated_travel.Values) -> Floats:
    """Return the chance for low-income families' children from 11: one of the three nearest, from two to six miles away.

    Education Act 1996, Schedule 35B, paragraph 11. Two miles are walked; six are by road.
    """
    of_age = (children["age_years"] >= 11) & children["is_low_income"] & (children["suitable_nearer"] < 3)
    return np.asarray(_between(children, "transport.low_income_most_km", rules) * of_age, dtype=np.float64)


def religion_or_belief(children: pd.DataFrame, rules: estimated_travel.Values) -> Floats:
    """Return the chance for low-income families' children from 11 at the nearest school of their belief, 2 to 15 miles.

    Education Act 1996, Schedule 35B, paragraph 12. Two miles are walked; fifteen are by road.
    """
    of_age = (children["age_years"] >= 11) & children["is_low_income"] & children["is_nearest_of_belief"]
    return np.asarray(_between(children, "transport.low_income_belief_most_km", rules) * of_age, dtype=np.float64)


GROUNDS: Final = (
    Ground("walking distance", "Education Act 1996, Schedule 35B, paragraph 6", beyond_walking_distance),
    Ground("SEN, disability or mobility", "Education Act 1996, Schedule 35B, paragraph 2", cannot_walk),
    Ground("unsafe route", "Education Act 1996, Schedule 35B, paragraph 4", route_unsafe),
    Ground("low income, 8 to 10", "Education Act 1996, Schedule 35B, paragraph 9", low_income_8_to_10),
    Ground("low income, from 11", "Education Act 1996, Schedule 35B, paragraph 11", low_income_from_11),
    Ground("religion or belief", "Education Act 1996, Schedule 35B, paragraph 12", religion_or_belief),
)

# Outside compulsory school age the same tests are what local policy usually looks to, but it is local policy.
STAGES: Final = {
    "early_years": ("discretion, early years", "Education Act 1996, section 508C", "transport.early_years_offered"),
    "sixth_form": ("sixth-form policy", "Education Act 1996, section 509AA", "transport.sixth_form_offered"),
    "adult": ("19 to 25 with a plan", "Education Act 1996, section 508F", "transport.adult_necessary"),
}


def entitlement(children: pd.DataFrame, rules: estimated_travel.Values) -> pd.DataFrame:
    """Return who is entitled, by which test, and how surely.

    Parameters
    ----------
    children
        As `tables.TRAVELLERS`; one row for each child, or for a group alike.
    rules
        An area: local policy and the statutory limits, all `transport.*`.

    Returns
    -------
    DataFrame
        On the index of `children`: `probability` of entitlement, 0 to 1; `test` that gives it, the likeliest, or "none";
        `paragraph`; `is_duty`, False where it is the authority's choice; `contribution_gbp` a year. [GBP]
    """
    checked = tables.check(children, tables.TRAVELLERS, source="children").set_index(children.index)
    if checked["walk_km"].isna().any():
        rows = checked.index[checked["walk_km"].isna()][:5].tolist()
        raise InputError(
            f"walk_km is blank at {rows}: entitlement needs a walking distance; sufficiency.estimated_travel estimates one"
        )
    chances = np.column_stack([test.chance(checked, rules) for test in GROUNDS])
    best = chances.argmax(axis=1)
    found = pd.DataFrame(
        {
            "probability": chances.max(axis=1),
            "test": np.array([t.name for t in GROUNDS], dtype=object)[best],
            "paragraph": np.array([t.paragraph for t in GROUNDS], dtype=object)[best],
            "is_duty": True,
            "contribution_gbp": 0.0,
        },
        index=checked.index,
    )
    for stage, (name, paragraph, offered) in STAGES.items():
        outside = checked["stage"] == stage
        found.loc[outside, "probability"] *= rules.value(offered)
        found.loc[outside, ["test", "paragraph"]] = [name, paragraph]
        found.loc[outside, "is_duty"] = stage == "adult"
    found.loc[checked["stage"] == "sixth_form", "contribution_gbp"] = rules.value(
        "transport.sixth_form_contribution_gbp"
    )
    none = found["probability"] <= 0
    found.loc[none, ["test", "paragraph"]] = ["none", ""]
    found.loc[none, ["is_duty", "contribution_gbp"]] = [False, 0.0]
    return found


def age_on(born: Dates, on: Day) -> npt.NDArray[np.int64]:
    """Return completed years of age on a day; a birthday counts from its first moment. [years]

    A person born on 29 February is a year older on 1 March in other years (the common-law rule for England).
    """
    births, day = pd.DatetimeIndex(born), pd.Timestamp(on)
    before_birthday = (births.month > day.month) | ((births.month == day.month) & (births.day > day.day))
    return np.asarray(day.year - births.year - before_birthday.astype(int), dtype=np.int64)


def stage_on(born: Dates, on: Day) -> npt.NDArray[np.object_]:
    """Return each person's stage on a day: early_years, compulsory, sixth_form or adult.

    Compulsory school age begins on the fifth birthday if that is 31 August, 31 December or 31 March, otherwise on the next
    of them, and ends after the last Friday in June of the school year in which a child turns 16 (Education Act 1996,
    section 8; Education (Start of Compulsory School Age) Order 1998; Education (School Leaving Date) Order 1997).
    Sixth-form age is over compulsory school age and under 19, or a course begun before 19 (section 509AC). A course is
    taken to last from 1 September to 31 August: so the 19th birthday counts from the 1 September on or after it.
    """
    births, day = pd.DatetimeIndex(born), pd.Timestamp(on)
    stages = [_stage(birth, day) for birth in births]
    return np.array(stages, dtype=object)


def _stage(birth: pd.Timestamp, day: pd.Timestamp) -> str:
    if day < _begins_school_age(birth):
        return "early_years"
    school_year_of_16 = birth.year + 16 + (1 if birth.month >= 9 else 0)  # the calendar year in which it ends
    last = pd.Timestamp(school_year_of_16, 6, 30)
    leaving = last - pd.Timedelta(days=(last.day_of_week - 4) % 7)
    if day <= leaving:
        return "compulsory"
    is_19_after_courses_begin = (birth.month, birth.day) > (9, 1)
    adult_from = pd.Timestamp(birth.year + 19 + is_19_after_courses_begin, 9, 1)
    return "sixth_form" if day < adult_from else "adult"


def _begins_school_age(birth: pd.Timestamp) -> pd.Timestamp:
    fifth = birth + pd.DateOffset(years=5)
    days = [(3, 31), (8, 31), (12, 31)]
    return min(d for d in (pd.Timestamp(fifth.year, m, n) for m, n in days) if d >= fifth)


def _is_under_8(children: pd.DataFrame, rules: estimated_travel.Values) -> npt.NDArray[np.bool_]:
    """Return who has the two-mile limit: under 8, or (by local policy) in the year of turning 8, NCY 3."""
    under = (children["age_years"] < 8).to_numpy(dtype=bool)
    if rules.value("transport.under_8_until_year_end") >= 1:
        under = under | (children["ncy"] <= 3).fillna(value=False).to_numpy(dtype=bool)
    return np.asarray(under, dtype=np.bool_)


def _nearest_suitable(children: pd.DataFrame) -> Floats:
    """Return 1 where the school attended is the nearest suitable: it is, or it is the only one named in the plan."""
    return np.asarray(children["is_nearest_suitable"] | children["is_only_school_named"], dtype=np.float64)


def _beyond(children: pd.DataFrame, column: str, limit: float | Floats, rules: estimated_travel.Values) -> Floats:
    return estimated_travel.chance_beyond(
        children[column],
        limit,
        spread=np.where(children["is_distance_estimated"], estimated_travel.spread(rules), 0.0),
        home_spread_km=children["home_spread_km"],
    )


def _between(children: pd.DataFrame, most: str, rules: estimated_travel.Values) -> Floats:
    """Return the chance of more than two miles on foot and not more than `most` by road; one error moves both."""
    least = _beyond(children, "walk_km", rules.value("transport.low_income_least_km"), rules)
    road = children.assign(road_km=children["road_km"].fillna(children["walk_km"]))
    return np.maximum(least - _beyond(road, "road_km", rules.value(most), rules), 0.0)
