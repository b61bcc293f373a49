"""Pounds to whole units and back: nothing is lost that the units can hold, and what they can't is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency.errors import InputError
from sufficiency.whole_units import LARGEST_EXACT, PENCE, Units, units_that_hold, units_within


@given(st.integers(-(10**12), 10**12))
def test_pounds_and_pence_go_there_and_back(pence):
    gbp = pence / 100
    assert PENCE.holds(gbp)
    assert int(PENCE.whole(gbp)) == pence
    assert PENCE.gbp(pence) == gbp


def test_an_amount_goes_to_the_nearest_unit():
    assert PENCE.whole([1.004, 1.006, -1.006]).tolist() == [100, 101, -101]
    assert PENCE.whole([]).tolist() == []
    np.testing.assert_array_equal(PENCE.gbp(np.array([100, 101])), [1.0, 1.01])


def test_what_binary_fractions_leave_of_a_large_whole_amount_is_held_and_a_tenth_of_a_unit_is_not():
    assert PENCE.holds(9_999_999_990.03)  # times 100, it misses the whole by a ten-thousandth
    assert not PENCE.holds([1.0, 2.001])
    assert isinstance(PENCE.gbp(5), float)


def test_the_largest_amount_that_a_float_holds_to_the_penny_is_taken_and_a_larger_one_named():
    assert int(PENCE.whole(2**53 / 100)) == 2**53
    with pytest.raises(InputError, match="GBP 90,071,992,547,412 can't be counted"):
        PENCE.whole([2**53 / 100, (2**53 + 200) / 100, 1e30])


@pytest.mark.parametrize("gbp", [LARGEST_EXACT / 100 * 1.001, float("nan"), float("inf"), -1e30])
def test_an_amount_that_units_can_t_hold_is_refused(gbp):
    with pytest.raises(InputError, match="can't be counted in whole units of 100 to the pound"):
        PENCE.whole([1.0, gbp])


@pytest.mark.parametrize(
    ("amounts", "nodes", "a_pound"),
    [
        ([1.0, 2.25], 10, 100),
        ([1.0, 2.255], 10, 10_000),
        ([1 / 3], 10, 1_000_000),
        ([1e9 / 3], 100_000, 100),  # the finest that fits, though it is not exact
        ([16_000.01, 63_000.99], 10, 100),
        ([16_000.012345], 10, 1_000_000),
        ([], 10, 100),
    ],
)
def test_units_are_as_fine_as_the_amounts_need_and_no_finer(amounts, nodes, a_pound):
    assert units_that_hold(np.array(amounts), nodes=nodes) == Units(a_pound)


def test_a_price_that_must_outweigh_many_routes_leaves_less_room():
    assert units_that_hold(np.array([1e9 + 1 / 3]), nodes=10) == Units(10_000)
    assert units_that_hold(np.array([1e9 + 1 / 3]), nodes=10, chains=1_000) == Units(100)


@pytest.mark.parametrize("chains", [1, 7])
def test_sums_over_a_network_fit_in_60_bits(chains):
    """With 998 nodes a thousand amounts may be added up, each as dear as `chains` routes and one more."""
    most = 2**60 / 1_000 / (chains + 1)
    third = np.array([most / 100 / 3])
    assert units_that_hold(third * 3 * (1 - 1e-9), nodes=998, chains=chains) == Units(100)
    with pytest.raises(InputError, match="too large"):
        units_that_hold(third * 3 * (1 + 1e-9), nodes=998, chains=chains)
    finer = most / 10_000 / 200  # along a chain of 200 moves
    assert units_that_hold(np.array([finer * (1 - 1e-3)]), nodes=998, chains=chains) == Units(10_000)
    assert units_that_hold(np.array([finer * (1 + 1e-3)]), nodes=998, chains=chains) == Units(100)


def test_one_price_outweighs_one_route_unless_more_are_asked_for():
    amounts = np.array([2**60 / 1_000 / 2 / 100])
    assert units_that_hold(amounts * (1 - 1e-9), nodes=998) == Units(100)
    with pytest.raises(InputError, match="too large"):
        units_that_hold(amounts * (1 + 1e-9), nodes=998)


def test_amounts_too_large_for_64_bits_say_so():
    with pytest.raises(InputError, match="too large to solve in whole pence"):
        units_that_hold(np.array([1e15]), nodes=1_000)


@given(st.floats(1e-6, 1e9), st.sampled_from([1e6, 2e6, 2.0**40]))
def test_the_dearest_amount_is_within_the_limit_and_ten_times_it_is_not(dearest, largest):
    units = units_within(dearest, largest=largest)
    assert dearest * units.a_pound <= largest * (1 + 1e-9) < dearest * units.a_pound * 10 * (1 + 1e-8)
    assert units_within(dearest, largest=largest, finest=1_000).a_pound <= 1_000


def test_nothing_to_pay_has_units_all_the_same():
    assert units_within(0.0, largest=100, finest=1_000) == Units(1_000)
