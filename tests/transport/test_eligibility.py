"""Entitlement, case by case from the statute and guidance: each case has its paragraph and a child who is just in or out."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency import policy, tables
from sufficiency.errors import FaultyTableError, InputError
from sufficiency.transport.entitled import eligibility

MILE = 1.609344


class Rules:
    """National values with some local policy of its own."""

    def __init__(self, **own: float) -> None:
        self.own = {f"transport.{name}": amount for name, amount in own.items()}

    def value(self, name: str) -> float:
        return self.own[name] if name in self.own else policy.value(name, on=date(2025, 4, 1))


SCHEDULE = "Education Act 1996, Schedule 35B, paragraph "

# case: what is true of the child; the paragraph that entitles, or "" for none.
CASES = [
    # Paragraph 6 with section 444(5): two miles under 8, three miles from 8; at the limit is within it.
    ("7, at 2.00 miles", {"age_years": 7, "walk_km": 2.00 * MILE}, ""),
    ("7, just over 2.00 miles", {"age_years": 7, "walk_km": 2.00 * MILE + 0.001}, "6"),
    ("8, at 2.01 miles", {"age_years": 8, "walk_km": 2.01 * MILE}, ""),
    ("8, at 3.00 miles", {"age_years": 8, "walk_km": 3.00 * MILE}, ""),
    ("8, just over 3.00 miles", {"age_years": 8, "walk_km": 3.00 * MILE + 0.001}, "6"),
    ("15, at 3.01 miles", {"age_years": 15, "walk_km": 3.01 * MILE}, "6"),
    ("9 miles, not the nearest", {"age_years": 10, "walk_km": 9 * MILE, "is_nearest_suitable": False}, ""),
    (
        "9 miles, not the nearest, but the only school that the plan names",
        {"age_years": 10, "walk_km": 9 * MILE, "is_nearest_suitable": False, "is_only_school_named": True},
        "6",
    ),
    # Paragraph 2: need, disability or mobility, at any distance; it needs no plan.
    ("can't walk half a mile", {"age_years": 12, "walk_km": 0.5 * MILE, "cannot_walk": 1.0}, "2"),
    (
        "can't walk, parents prefer a school farther away",
        {"age_years": 12, "walk_km": 0.5 * MILE, "cannot_walk": 1.0, "is_nearest_suitable": False},
        "",
    ),
    # Paragraph 4: the nature of the route.
    ("unsafe mile", {"age_years": 12, "walk_km": 1 * MILE, "is_route_unsafe": True}, "4"),
    # Paragraph 9: low income, from the 8th birthday to the day before the 11th, more than two miles.
    ("low income, 8, at 2.00 miles", {"age_years": 8, "walk_km": 2.00 * MILE, "is_low_income": True}, ""),
    ("low income, 8, at 2.01 miles", {"age_years": 8, "walk_km": 2.01 * MILE, "is_low_income": True}, "9"),
    ("low income, 10, at 2.50 miles", {"age_years": 10, "walk_km": 2.50 * MILE, "is_low_income": True}, "9"),
    ("low income, 7, at 2.00 miles", {"age_years": 7, "walk_km": 2.00 * MILE, "is_low_income": True}, ""),
    ("low income, 10, at 6.50 miles, the nearest", {"age_years": 10, "walk_km": 6.5 * MILE, "is_low_income": True}, "6"),
    (
        "low income, 10, at 2.50 miles, not the nearest",
        {"age_years": 10, "walk_km": 2.5 * MILE, "is_low_income": True, "suitable_nearer": 1, "is_nearest_suitable": False},
        "",
    ),
    # Paragraph 11: low income, from 11, one of the three nearest, over two miles on foot and up to six by road.
    (
        "low income, 11, at 2.50 miles, two nearer",
        {"age_years": 11, "walk_km": 2.5 * MILE, "is_low_income": True, "suitable_nearer": 2, "is_nearest_suitable": False},
        "11",
    ),
    (
        "low income, 11, at 2.00 miles, two nearer",
        {"age_years": 11, "walk_km": 2.0 * MILE, "is_low_income": True, "suitable_nearer": 2, "is_nearest_suitable": False},
        "",
    ),
    (
        "low income, 11, at 2.01 miles, two nearer",
        {"age_years": 11, "walk_km": 2.01 * MILE, "is_low_income": True, "suitable_nearer": 2, "is_nearest_suitable": False},
        "11",
    ),
    (
        "low income, 11, at 2.50 miles, three nearer",
        {"age_years": 11, "walk_km": 2.5 * MILE, "is_low_income": True, "suitable_nearer": 3, "is_nearest_suitable": False},
        "",
    ),
    (
        "low income, 14, at 6.00 miles",
        {"age_years": 14, "walk_km": 6.0 * MILE, "is_low_income": True, "suitable_nearer": 1, "is_nearest_suitable": False},
        "11",
    ),
    (
        "low income, 14, at 6.01 miles",
        {"age_years": 14, "walk_km": 6.01 * MILE, "is_low_income": True, "suitable_nearer": 1, "is_nearest_suitable": False},
        "",
    ),
    (
        "low income, 11, nearest, at 2.5 miles: no longer paragraph 9",
        {"age_years": 11, "walk_km": 2.5 * MILE, "is_low_income": True, "is_nearest_suitable": True},
        "11",
    ),
    (
        "low income, 14, 5.8 miles on foot but 6.2 by road",
        {"age_years": 14, "walk_km": 5.8 * MILE, "road_km": 6.2 * MILE, "is_low_income": True, "suitable_nearer": 1,
         "is_nearest_suitable": False},
        "",
    ),
    # Paragraph 12: low income, from 11, the nearest of their religion or belief, over two miles and up to fifteen.
    (
        "belief, 12, at 2.00 miles",
        {"age_years": 12, "walk_km": 2.0 * MILE, "is_low_income": True, "is_nearest_of_belief": True,
         "suitable_nearer": 9, "is_nearest_suitable": False},
        "",
    ),
    (
        "belief, 12, at 2.01 miles",
        {"age_years": 12, "walk_km": 2.01 * MILE, "is_low_income": True, "is_nearest_of_belief": True,
         "suitable_nearer": 9, "is_nearest_suitable": False},
        "12",
    ),
    (
        "belief, 11, at 2.01 miles",
        {"age_years": 11, "walk_km": 2.01 * MILE, "is_low_income": True, "is_nearest_of_belief": True,
         "suitable_nearer": 9, "is_nearest_suitable": False},
        "12",
    ),
    (
        "belief, 10, at 10 miles",
        {"age_years": 10, "walk_km": 10 * MILE, "is_low_income": True, "is_nearest_of_belief": True,
         "suitable_nearer": 9, "is_nearest_suitable": False},
        "",
    ),
    (
        "belief, 12, at 15.00 miles",
        {"age_years": 12, "walk_km": 15.0 * MILE, "is_low_income": True, "is_nearest_of_belief": True,
         "suitable_nearer": 9, "is_nearest_suitable": False},
        "12",
    ),
    (
        "belief, 12, at 15.01 miles",
        {"age_years": 12, "walk_km": 15.01 * MILE, "is_low_income": True, "is_nearest_of_belief": True,
         "suitable_nearer": 9, "is_nearest_suitable": False},
        "",
    ),
    (
        "belief, not of low income, at 10 miles",
        {"age_years": 12, "walk_km": 10 * MILE, "is_nearest_of_belief": True, "suitable_nearer": 9,
         "is_nearest_suitable": False},
        "",
    ),
]  # fmt: skip


def child(**facts: object) -> pd.DataFrame:
    return pd.DataFrame([{"stage": "compulsory", **facts}])


@pytest.mark.parametrize(("case", "facts", "paragraph"), CASES, ids=[c[0] for c in CASES])
def test_each_case_is_decided_by_its_paragraph(case: str, facts: dict[str, object], paragraph: str) -> None:
    found = eligibility.entitlement(child(**facts), Rules()).iloc[0]
    assert found["probability"] == (1.0 if paragraph else 0.0)
    assert found["paragraph"] == (SCHEDULE + paragraph if paragraph else "")
    assert bool(found["is_duty"]) is bool(paragraph)


BIRTHDAYS = [
    ("the day before the 8th birthday", "2018-03-02", "2026-03-01", 7),
    ("the 8th birthday", "2018-03-02", "2026-03-02", 8),
    ("born 29 February, 28 February", "2016-02-29", "2026-02-28", 9),
    ("born 29 February, 1 March", "2016-02-29", "2026-03-01", 10),
    ("born 29 February, the day itself", "2016-02-29", "2028-02-29", 12),
    ("born on 31 December, the day before", "2010-12-31", "2026-12-30", 15),
    ("born on 31 December, that day", "2010-12-31", "2026-12-31", 16),
    ("born on 1 January, on 31 December", "2010-01-01", "2026-12-31", 16),
    ("born late in an early month", "2010-03-31", "2026-04-01", 16),
    ("born early in a late month", "2010-12-01", "2026-11-30", 15),
]


@pytest.mark.parametrize(("case", "born", "on", "age"), BIRTHDAYS, ids=[b[0] for b in BIRTHDAYS])
def test_a_birthday_counts_from_its_first_moment(case: str, born: str, on: str, age: int) -> None:
    assert eligibility.age_on([born], on).tolist() == [age]


# Education Act 1996, section 8, with its orders: the last Fridays of June 2025 and 2026 are the 27th and the 26th.
STAGES = [
    ("fifth birthday on 31 August", "2020-08-31", "2025-08-31", "compulsory"),
    ("fifth birthday on 1 September: not yet", "2020-09-01", "2025-12-30", "early_years"),
    ("fifth birthday on 1 September: 31 December", "2020-09-01", "2025-12-31", "compulsory"),
    ("fifth birthday on 1 January: 31 March", "2021-01-01", "2026-03-31", "compulsory"),
    ("fifth birthday on 1 April: 30 August", "2021-04-01", "2026-08-30", "early_years"),
    ("16 in the year: the last Friday in June", "2009-10-10", "2026-06-26", "compulsory"),
    ("16 in the year: the day after", "2009-10-10", "2026-06-27", "sixth_form"),
    ("16 on 31 August after leaving", "2009-08-31", "2025-06-28", "sixth_form"),
    ("19 in the spring, course goes on", "2007-03-01", "2026-07-20", "sixth_form"),
    ("19 in the spring, September after", "2007-03-01", "2026-09-01", "adult"),
    ("fifth birthday on 31 December", "2020-12-31", "2025-12-31", "compulsory"),
    ("fifth birthday on 31 March", "2021-03-31", "2026-03-31", "compulsory"),
    ("fifth birthday on 31 March, the day before", "2021-03-31", "2026-03-30", "early_years"),
    ("fifth birthday on 1 April: 31 August", "2021-04-01", "2026-08-31", "compulsory"),
    ("born 29 February: not on 28 February", "2020-02-29", "2025-02-28", "early_years"),
    ("born 29 February: 31 March", "2020-02-29", "2025-03-31", "compulsory"),
    ("16 on 31 August: June before", "2009-08-31", "2025-06-27", "compulsory"),
    ("16 on 1 September: still at school that autumn", "2009-09-01", "2025-09-01", "compulsory"),
    ("16 on 1 September: until the last Friday of next June", "2009-09-01", "2026-06-26", "compulsory"),
    ("16 on 1 September: the day after", "2009-09-01", "2026-06-27", "sixth_form"),
    ("16 on 31 December: the last Friday of June", "2009-12-31", "2026-06-26", "compulsory"),
    ("16 on 1 January: the same Friday", "2010-01-01", "2026-06-26", "compulsory"),
    ("a June that ends on a Friday: that day", "2012-01-01", "2028-06-30", "compulsory"),
    ("a June that ends on a Friday: the day after", "2012-01-01", "2028-07-01", "sixth_form"),
    ("a June that ends on a Thursday: the Friday before", "2005-01-01", "2021-06-25", "compulsory"),
    ("a June that ends on a Thursday: the day after it", "2005-01-01", "2021-06-26", "sixth_form"),
    # 19: on a course begun on 1 September at 18, until 31 August; at 19, an adult from the start of the course.
    ("19 on 31 August, that day", "2007-08-31", "2026-08-31", "sixth_form"),
    ("19 on 31 August, the day after", "2007-08-31", "2026-09-01", "adult"),
    ("19 on 1 September, the day before", "2007-09-01", "2026-08-31", "sixth_form"),
    ("19 on 1 September: no course begun at 18 goes on", "2007-09-01", "2026-09-01", "adult"),
    ("19 on 2 September: begun the day before", "2007-09-02", "2026-09-02", "sixth_form"),
    ("19 on 2 September, to the end of the course", "2007-09-02", "2027-08-31", "sixth_form"),
    ("19 on 2 September, the day after it", "2007-09-02", "2027-09-01", "adult"),
    ("19 in October, still on the course", "2007-10-10", "2027-08-31", "sixth_form"),
    ("19 in October, next September", "2007-10-10", "2027-09-01", "adult"),
    ("19 on 31 December, still on the course", "2007-12-31", "2027-08-31", "sixth_form"),
    ("19 on 31 December, next September", "2007-12-31", "2027-09-01", "adult"),
    ("19 on 1 January, still on the course", "2008-01-01", "2027-08-31", "sixth_form"),
    ("19 on 1 January, September after", "2008-01-01", "2027-09-01", "adult"),
]


@pytest.mark.parametrize(("case", "born", "on", "stage"), STAGES, ids=[s[0] for s in STAGES])
def test_stage_follows_the_prescribed_days(case: str, born: str, on: str, stage: str) -> None:
    assert eligibility.stage_on([born], on).tolist() == [stage]


def test_local_policy_can_keep_two_miles_until_the_end_of_the_year_of_turning_8() -> None:
    eight_in_year_3 = child(age_years=8, ncy=3, walk_km=2.5 * MILE)
    assert eligibility.entitlement(eight_in_year_3, Rules())["probability"].item() == 0.0
    assert eligibility.entitlement(eight_in_year_3, Rules(under_8_until_year_end=1))["probability"].item() == 1.0
    eight_in_year_4 = eight_in_year_3.assign(ncy=4)
    assert eligibility.entitlement(eight_in_year_4, Rules(under_8_until_year_end=1))["probability"].item() == 0.0
    unknown_year = child(age_years=8, walk_km=2.5 * MILE)
    assert eligibility.entitlement(unknown_year, Rules(under_8_until_year_end=1))["probability"].item() == 0.0


@given(st.dates(date(1995, 1, 1), date(2022, 12, 31)), st.integers(0, 26 * 365))
def test_stages_follow_one_another_and_each_lasts_to_the_age_it_is_for(born: date, days: int) -> None:
    """In order of age: nobody of 4 must be at school, nobody of 17 still must, nobody under 19 is an adult, nobody of 20 isn't."""
    order = ["early_years", "compulsory", "sixth_form", "adult"]
    then = pd.Timestamp(born) + pd.Timedelta(days=days)
    stages = [eligibility.stage_on([born], day)[0] for day in (then, then + pd.Timedelta(days=1))]
    assert order.index(stages[0]) <= order.index(stages[1])
    age = int(eligibility.age_on([born], then)[0])
    possible = {"early_years": (0, 5), "compulsory": (5, 16), "sixth_form": (15, 19), "adult": (19, 30)}
    assert possible[stages[0]][0] <= age <= possible[stages[0]][1]


def test_outside_school_age_it_is_local_policy_and_says_so() -> None:
    rules = Rules(sixth_form_offered=0.6, early_years_offered=0.0, adult_necessary=0.5, sixth_form_contribution_gbp=600)
    group = pd.DataFrame(
        {"stage": ["sixth_form", "early_years", "adult"], "age_years": [17, 3, 21], "walk_km": 9.0, "cannot_walk": 1.0}
    )
    found = eligibility.entitlement(group, rules)
    assert found["probability"].tolist() == [0.6, 0.0, 0.5]
    assert found["test"].tolist() == ["sixth-form policy", "none", "19 to 25 with a plan"]
    assert found["is_duty"].tolist() == [False, False, True]
    assert found["contribution_gbp"].tolist() == [600, 0, 0]


def test_an_estimated_distance_near_a_limit_is_a_probability() -> None:
    crow_times_detour = [0.7, 0.9, 1.0, 1.1, 1.4]
    group = pd.DataFrame(
        {
            "stage": "compulsory",
            "age_years": 10,
            "walk_km": [x * 3 * MILE for x in crow_times_detour],
            "is_distance_estimated": True,
        }
    )
    chance = eligibility.entitlement(group, Rules())["probability"]
    assert chance.is_monotonic_increasing
    assert chance[2] == pytest.approx(0.5)
    assert chance.between(0, 1, inclusive="neither").all()


@given(
    st.integers(4, 16),
    st.floats(0.0, 40.0),
    st.floats(0.0, 10.0),
    st.booleans(),
    st.integers(0, 5),
    st.booleans(),
)
def test_one_more_ground_never_takes_entitlement_away(
    age: int, walk_km: float, more_km: float, estimated: bool, nearer: int, belief: bool
) -> None:
    facts = {"age_years": age, "walk_km": walk_km, "is_distance_estimated": estimated, "suitable_nearer": nearer}
    plain = eligibility.entitlement(child(**facts), Rules())["probability"].item()
    poor = eligibility.entitlement(child(**facts, is_low_income=True, is_nearest_of_belief=belief), Rules())
    unable = eligibility.entitlement(child(**facts, cannot_walk=1.0), Rules())
    farther = eligibility.entitlement(child(**{**facts, "walk_km": walk_km + more_km}), Rules())
    assert 0.0 <= plain <= poor["probability"].item() <= 1.0
    assert unable["probability"].item() == 1.0
    assert farther["probability"].item() >= plain


def test_bad_rows_are_all_named_at_once() -> None:
    wrong = pd.DataFrame({"stage": ["compulsory", "pupil"], "age_years": [99, 7], "walk_km": [1.0, -2.0]})
    with pytest.raises(
        FaultyTableError, match=r"(?s)row 2, age_years: 99 is above 25.*'pupil' is not one of.*-2 is below 0"
    ):
        eligibility.entitlement(wrong, Rules())
    with pytest.raises(InputError, match="walk_km is blank"):
        eligibility.entitlement(pd.DataFrame({"stage": ["compulsory"], "age_years": [7], "walk_km": [None]}), Rules())
    some = pd.DataFrame({"stage": "compulsory", "age_years": 7, "walk_km": [1.0, *[None] * 6]})
    with pytest.raises(InputError, match=r"walk_km is blank at \[1, 2, 3, 4, 5\]:"):
        eligibility.entitlement(some, Rules())


def test_a_low_income_counts_for_two_miles_from_the_eighth_birthday_to_the_eleventh() -> None:
    ages = pd.concat([child(age_years=age, walk_km=2.5 * MILE, is_low_income=True) for age in (7, 8, 10, 11)])
    checked = tables.check(ages, tables.TRAVELLERS, source="children")
    assert eligibility.low_income_8_to_10(checked, Rules()).tolist() == [0.0, 1.0, 1.0, 0.0]


def test_a_school_within_two_miles_on_foot_and_beyond_the_most_by_road_has_no_chance_rather_than_less_than_none() -> (
    None
):
    near = child(age_years=12, walk_km=1.0 * MILE, is_low_income=True, suitable_nearer=1, is_nearest_of_belief=True)
    checked = tables.check(near.assign(road_km=16.0 * MILE), tables.TRAVELLERS, source="children")
    assert eligibility.low_income_from_11(checked, Rules()).tolist() == [0.0]
    assert eligibility.religion_or_belief(checked, Rules()).tolist() == [0.0]
