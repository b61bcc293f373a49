"""National values: the one in force on the day asked for, or an error that says what there is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sufficiency import policy
from sufficiency.errors import InputError, MissingError

VALUES = {date(2024, 4, 1): 1.0, date(2025, 9, 1): 2.0}
RATE = policy.Rate("part.name", "what it is", "GBP", "assumed", "none", VALUES, low=0.0, high=10.0, evidence="seen")


def test_a_value_holds_from_its_day_until_the_next() -> None:
    days = (date(2024, 4, 1), date(2025, 8, 31), date(2025, 9, 1), date(2040, 1, 1))
    assert [RATE.on(day) for day in days] == [1.0, 1.0, 2.0, 2.0]


def test_before_its_first_day_there_is_none_and_the_first_is_said() -> None:
    with pytest.raises(
        MissingError, match=r"part\.name has no value on 31 March 2024; the first is from 01 April 2024"
    ):
        RATE.on(date(2024, 3, 31))


def test_a_year_means_the_financial_year_that_starts_in_it() -> None:
    name = next(iter(policy.all_rates()))
    assert policy.value(name, on=2025) == policy.value(name, on=date(2025, 4, 1))
    assert policy.value(name, on=np.int64(2025)) == policy.value(name, on=2025)


def test_an_unknown_value_is_named_with_the_nearest() -> None:
    name = next(iter(policy.all_rates()))
    with pytest.raises(MissingError, match=rf"no policy value '{name}x'; did you mean '{name}'"):
        policy.rate(f"{name}x")


def test_what_is_assumed_or_unverified_is_doubtful_and_what_is_sourced_is_not() -> None:
    assert RATE.is_doubtful
    for found in policy.all_rates().values():
        assert found.is_doubtful == (found.status in ("assumed", "unverified"))


def test_the_list_of_a_day_has_every_value_in_force_and_no_other() -> None:
    day = date(2025, 9, 1)
    listed = policy.rates(day).set_index("name")
    in_force = {name: r for name, r in policy.all_rates().items() if min(r.values) <= day}
    assert set(listed.index) == set(in_force)
    assert all(listed.loc[name, "value"] == r.on(day) for name, r in in_force.items())
    assert (listed["since"] <= day).all()
    assert (listed["source"].str.len() > 0).all()


def test_a_value_of_an_areas_own_keeps_to_the_range_or_to_one_that_it_gives() -> None:
    RATE.check(10.0)
    RATE.check(11.0, high=12.0)
    with pytest.raises(
        InputError, match=r"part\.name is -1,000,000 \[GBP\]: 0 to 10 is expected \(seen\); if you mean it"
    ):
        RATE.check(-1e6)
    with pytest.raises(InputError, match=r"part\.name is nan \[GBP\]"):
        RATE.check(float("nan"))


@pytest.mark.parametrize("name", sorted(policy.all_rates()))
def test_no_value_may_be_a_million_below_zero(name: str) -> None:
    with pytest.raises(InputError, match="is expected"):
        policy.rate(name).check(-1e6)
