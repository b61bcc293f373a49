"""Whole children turned away: each in one destination, as the shares say, within limits, and left where they are.

Shares are made by hand, or at random with destinations that an age and need can't have; those of an area are tested in
`test_overflow`.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sufficiency.allocate.overflow.sampled import AGE_OF_NCY, CODES, Sampled
from sufficiency.allocate.overflow.split import GOLDEN, NOWHERE, counted, split
from sufficiency.words.school_year import AGE_GROUPS, NCY_LOW, NCYS
from sufficiency.words.vocabulary import NEEDS

UNLIMITED = np.full(len(CODES), np.inf)
MAINSTREAM, INDEPENDENT, NON_MAINTAINED, COLLEGE = (
    CODES.index(code) for code in ("in_mainstream", "in_independent", "in_non_maintained", "in_college")
)
Children = tuple[np.ndarray, np.ndarray, np.ndarray]


def overflow(share: np.ndarray) -> Sampled:
    """Return a draw with these shares, age group x need x destination; its prices and distances move no child."""
    by_age = np.zeros((len(AGE_GROUPS), len(CODES)))
    return Sampled(share, by_age, by_age, by_age, by_age.astype(np.int64), UNLIMITED)


@st.composite
def any_shares(draw: st.DrawFn) -> Sampled:
    """Return shares at random, about half of them none; mainstream is open to all."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weight = rng.random((len(AGE_GROUPS), len(NEEDS), len(CODES)))
    weight *= rng.random(weight.shape) < 0.5
    weight[..., MAINSTREAM] += 0.01
    return overflow(weight / weight.sum(axis=-1, keepdims=True))


@st.composite
def turned_away(draw: st.DrawFn, most: int = 400) -> Children:
    """Return the NCY, need and last destination of children, some of whom are somewhere that their age can't be."""
    children = draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return (
        rng.integers(NCY_LOW, NCYS[-1] + 1, children),
        rng.integers(0, len(NEEDS), children),
        rng.integers(NOWHERE, len(CODES), children),
    )


def by_need(*shares: dict[int, float]) -> Sampled:
    """Return shares by destination for each of the first needs, the same at every age."""
    share = np.zeros((len(AGE_GROUPS), len(NEEDS), len(CODES)))
    for need, wanted in enumerate(shares):
        share[:, need, list(wanted)] = list(wanted.values())
    return overflow(share)


def even(*destinations: int) -> Sampled:
    """Return shares that are alike for the destinations named, for every need."""
    return by_need(*[dict.fromkeys(destinations, 1 / len(destinations))] * len(NEEDS))


def alike(children: int) -> Children:
    """Return so many children of Year 5 with one need, who come new."""
    return np.full(children, 5), np.zeros(children, dtype=np.int64), np.full(children, NOWHERE)


def limited(limits: dict[int, float]) -> np.ndarray:
    limit = UNLIMITED.copy()
    limit[list(limits)] = list(limits.values())
    return limit


def split_with(one: Sampled, need: list[int], limits: dict[int, float]) -> list[int]:
    ncy, before = np.full(len(need), 5), np.full(len(need), NOWHERE)
    return split(ncy, np.array(need), before, one, limited(limits), 0.0).tolist()


def may_have(one: Sampled, ncy: np.ndarray, need: np.ndarray) -> np.ndarray:
    """Return the share of each destination for each child."""
    return one.share[AGE_OF_NCY[ncy - NCY_LOW], need]


@given(children=turned_away(), start=st.floats(0, 1, exclude_max=True), one=any_shares())
def test_every_child_is_in_one_destination_that_their_age_may_have(
    children: Children, start: float, one: Sampled
) -> None:
    ncy, need, before = children
    where = split(ncy, need, before, one, UNLIMITED, start)
    share = may_have(one, ncy, need)
    assert (share[np.arange(len(ncy)), where] > 0).all()
    may_stay = (before >= 0) & (share[np.arange(len(ncy)), before] > 0)
    assert (where[may_stay] == before[may_stay]).all()
    assert np.array_equal(where, split(ncy, need, before, one, UNLIMITED, start))


@given(
    children=st.integers(1, 2_000), ncy=st.sampled_from(NCYS), need=st.integers(0, len(NEEDS) - 1), one=any_shares(),
    start=st.floats(0, 1, exclude_max=True),
)  # fmt: skip
def test_like_children_are_split_as_the_shares_say_to_within_three(
    children: int, ncy: int, need: int, one: Sampled, start: float
) -> None:
    same = np.full(children, ncy), np.full(children, need), np.full(children, NOWHERE)
    counts = np.bincount(split(*same, one, UNLIMITED, start), minlength=len(CODES))
    assert np.abs(counts - children * one.share[AGE_OF_NCY[ncy - NCY_LOW], need]).max() <= 3


def test_like_children_are_dealt_out_by_the_golden_section_in_the_order_of_need_and_age() -> None:
    """Half and half from 0: 0.618, 0.236, 0.854, 0.472, 0.090, 0.708, of which the first half is mainstream."""
    one = even(MAINSTREAM, INDEPENDENT)
    dealt = [INDEPENDENT, MAINSTREAM, INDEPENDENT, MAINSTREAM, MAINSTREAM, INDEPENDENT]
    assert split(*alike(6), one, UNLIMITED, 0.0).tolist() == dealt
    assert split(*alike(6), one, UNLIMITED, 0.5).tolist() == [MAINSTREAM + INDEPENDENT - d for d in dealt]
    ncy, need = np.array([9, 5, 5, 8]), np.array([0, 1, 0, 0])  # in turn: the third, the fourth, the first, the second
    mixed = split(ncy, need, np.full(4, NOWHERE), one, UNLIMITED, 0.0)
    assert mixed.tolist() == [INDEPENDENT, MAINSTREAM, INDEPENDENT, MAINSTREAM]


def test_a_destination_at_its_limit_may_still_pass_a_child_on() -> None:
    """The first child must leave a full school for another at its limit, whose own child can go to mainstream."""
    one = by_need({INDEPENDENT: 0.1, NON_MAINTAINED: 0.9}, {MAINSTREAM: 0.1, INDEPENDENT: 0.9})
    assert split_with(one, [0, 1], {}) == [NON_MAINTAINED, INDEPENDENT]
    assert split_with(one, [0, 1], {NON_MAINTAINED: 0, INDEPENDENT: 1}) == [INDEPENDENT, MAINSTREAM]


def test_destinations_over_their_limits_are_closed_in_their_order() -> None:
    """Independent schools close first, and their child fills the one place of those non-maintained."""
    one = by_need({INDEPENDENT: 0.9, NON_MAINTAINED: 0.1}, {MAINSTREAM: 0.1, NON_MAINTAINED: 0.9})
    assert split_with(one, [0, 1, 1], {}) == [INDEPENDENT, NON_MAINTAINED, NON_MAINTAINED]
    found = split_with(one, [0, 1, 1], {INDEPENDENT: 0, NON_MAINTAINED: 1})
    assert found == [NON_MAINTAINED, MAINSTREAM, MAINSTREAM]


@given(
    children=turned_away(),
    limits=st.lists(st.integers(0, 60), min_size=len(CODES), max_size=len(CODES)),
    one=any_shares(),
)
def test_limits_hold_unless_nowhere_else_is_left_for_a_child(
    children: Children, limits: list[int], one: Sampled
) -> None:
    ncy, need, before = children
    limit = np.array(limits, dtype=float)
    where = split(ncy, need, before, one, limit, 0.3)
    counts = np.bincount(where, minlength=len(CODES))
    assert counts.sum() == len(ncy)
    share = may_have(one, ncy, need)
    assert (share[np.arange(len(ncy)), where] > 0).all()
    has_room = counts < limit
    for full in np.flatnonzero(counts > limit):
        beyond = np.flatnonzero(where == full)
        could_go = (share[beyond] > 0) & has_room
        assert np.count_nonzero(~could_go.any(axis=1)) >= counts[full] - limit[full]


def test_a_child_who_can_be_nowhere_else_is_there_though_it_is_full() -> None:
    """Two children whose need only non-maintained schools take, one place, and a third who may go to either."""
    one = by_need({NON_MAINTAINED: 1.0}, {NON_MAINTAINED: 0.5, INDEPENDENT: 0.5})
    assert split_with(one, [0, 0], {NON_MAINTAINED: 1}) == [NON_MAINTAINED] * 2
    assert split_with(one, [0, 0, 1], {NON_MAINTAINED: 0}) == [NON_MAINTAINED, NON_MAINTAINED, INDEPENDENT]


def test_nobody_is_where_their_share_is_none_even_at_the_start_of_the_sequence() -> None:
    """From 1 less the golden section, the first step is to 0 exactly, where mainstream's share of none ends."""
    assert (1 - GOLDEN + GOLDEN) % 1.0 == 0.0
    assert split(*alike(1), even(INDEPENDENT), UNLIMITED, 1 - GOLDEN).tolist() == [INDEPENDENT]


def test_where_one_is_full_its_children_do_not_overfill_another() -> None:
    limit = limited({INDEPENDENT: 20, NON_MAINTAINED: 110})
    where = split(*alike(300), even(MAINSTREAM, INDEPENDENT, NON_MAINTAINED), limit, 0.1)
    counts = np.bincount(where, minlength=len(CODES))
    assert counts[[MAINSTREAM, INDEPENDENT, NON_MAINTAINED]].tolist() == [170, 20, 110]


def test_those_already_there_stay_when_it_fills_and_the_new_go_elsewhere() -> None:
    ncy, need, before = alike(100)
    before[::5] = INDEPENDENT
    where = split(ncy, need, before, even(MAINSTREAM, INDEPENDENT), limited({INDEPENDENT: 25}), 0.7)
    assert (where[::5] == INDEPENDENT).all()
    assert np.count_nonzero(where == INDEPENDENT) == 25


def test_a_child_who_comes_of_age_leaves_a_destination_that_no_longer_takes_them() -> None:
    share = even(MAINSTREAM, COLLEGE).share.copy()
    share[list(AGE_GROUPS).index("11-15")] = by_need(*[{MAINSTREAM: 1.0}] * len(NEEDS)).share[0]
    need, before = np.array([0]), np.array([COLLEGE])
    assert split(np.array([12]), need, before, overflow(share), UNLIMITED, 0.5).tolist() == [COLLEGE]
    assert split(np.array([11]), need, before, overflow(share), UNLIMITED, 0.5).tolist() == [MAINSTREAM]


def test_children_are_counted_where_they_are_and_those_at_settings_are_not() -> None:
    """Two settings, so that position 2 is the first destination."""
    assert counted(np.array([0, 1, 1, 2, 2, 2 + COLLEGE]), 2).tolist() == [
        2 if code == 0 else int(code == COLLEGE) for code in range(len(CODES))
    ]
    assert counted(np.array([0, 1]), 2).tolist() == [0] * len(CODES)
