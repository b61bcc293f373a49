"""A loan is repaid by its payments, no more and no less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency.loans import yearly_payment


def test_without_interest_it_is_shared_evenly() -> None:
    assert yearly_payment(1_000.0, rate=0.0, years=25) == 40.0


def test_one_year_is_the_loan_and_a_years_interest() -> None:
    assert yearly_payment(1_000.0, rate=0.05, years=1) == pytest.approx(1_050.0)


@given(st.floats(1.0, 1e8), st.floats(0.001, 0.2), st.integers(1, 60))
def test_the_payments_leave_nothing_owed(borrowed: float, rate: float, years: int) -> None:
    owed = borrowed
    for _ in range(years):
        owed = owed * (1 + rate) - yearly_payment(borrowed, rate=rate, years=years)
    assert owed == pytest.approx(0.0, abs=1e-4 * borrowed)
