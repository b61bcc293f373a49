"""Years, ages and bands: by hand at the edges, and whole over every NCY."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency import tables
from sufficiency.errors import InputError
from sufficiency.words import school_year


@pytest.mark.parametrize(
    ("born", "ncy"),
    [
        (date(2019, 9, 1), 0),  # the eldest of Reception in January 2025
        (date(2020, 8, 31), 0),  # the youngest
        (date(2020, 9, 1), -1),
        (date(2008, 9, 1), 11),
        (date(2004, 2, 29), 16),
    ],
)
def test_the_school_year_turns_between_31_august_and_1_september(born: date, ncy: int) -> None:
    assert school_year.ncy_of(born, 2025) == ncy


@given(st.dates(date(1999, 1, 1), date(2024, 1, 1)), st.integers(2020, 2040))
def test_everyone_is_one_year_on_each_january_and_their_age_is_that_of_31_august(born: date, year: int) -> None:
    ncy = school_year.ncy_of(born, year)
    assert school_year.ncy_of(born, year + 1) == ncy + 1
    birthdays = year - 1 - born.year - (born > date(born.year, 8, 31))
    assert school_year.age_of(ncy) == birthdays
    assert school_year.ncy_of(born - timedelta(days=366), year) > ncy


@pytest.mark.parametrize(
    ("ncy", "phase", "age_group"),
    [
        (-4, "early_years", "under 5"),
        (-1, "early_years", "under 5"),
        (0, "primary", "under 5"),
        (1, "primary", "5-10"),
        (6, "primary", "5-10"),
        (7, "secondary", "11-15"),
        (11, "secondary", "11-15"),
        (12, "post_16", "16-19"),
        (14, "post_16", "16-19"),
        (15, "post_19", "16-19"),
        (16, "post_19", "20-25"),
        (20, "post_19", "20-25"),
    ],
)
def test_each_ncy_has_its_phase_and_age_group(ncy: int, phase: str, age_group: str) -> None:
    assert (school_year.phase_of(ncy), school_year.age_group_of(ncy)) == (phase, age_group)


def test_many_are_banded_as_one_is() -> None:
    ncys = np.array(school_year.NCYS)
    assert school_year.phase_of(ncys).tolist() == [school_year.phase_of(n) for n in school_year.NCYS]
    assert school_year.age_group_of(ncys).tolist() == [school_year.age_group_of(n) for n in school_year.NCYS]


def test_whoever_is_older_than_the_last_band_is_counted_in_it() -> None:
    assert (school_year.phase_of(21), school_year.age_group_of(22)) == ("post_19", "20-25")
    assert school_year.phase_of(np.array([20, 21])).tolist() == ["post_19", "post_19"]


def test_a_table_reaches_to_2100_and_no_further() -> None:
    row = pd.DataFrame([("E06000001", 2100, 5, 100.0)], columns=["authority", "year", "ncy", "children"])
    assert tables.check(row, tables.POPULATION)["year"].tolist() == [2100]
    with pytest.raises(InputError, match="2101 is above 2100"):
        tables.check(row.assign(year=2101), tables.POPULATION)


def test_phases_and_age_groups_leave_no_ncy_out_and_count_none_twice() -> None:
    assert [n for low, high in school_year.PHASES.values() for n in range(low, high + 1)] == list(school_year.NCYS)
    ages = [a for low, high in school_year.AGE_GROUPS.values() for a in range(low, high + 1)]
    assert ages == list(range(26))


def test_years_are_written_as_people_write_them() -> None:
    assert school_year.academic_label(2025) == "2024/25"
    assert school_year.academic_label(2100) == "2099/00"
    assert school_year.financial_label(2025) == "2025-26"
    assert school_year.january_of_mid_year(2024) == 2025


def test_a_financial_year_is_shared_between_two_academic_years() -> None:
    assert school_year.academic_weights(2025) == {2025: 5 / 12, 2026: 7 / 12}
    assert school_year.academic_weights(2025, post_16=True) == {2025: 4 / 12, 2026: 8 / 12}
