"""Children turned away: shares drawn within their ranges, and every child in one destination."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency import tables
from sufficiency.allocate.overflow.sampled import (
    AGE_OF_NCY,
    CODES,
    Ranges,
    Sampled,
    expected,
    national_overflow,
    ranges,
    sampled,
)
from sufficiency.allocate.overflow.split import NOWHERE, split
from sufficiency.area.area import Area
from sufficiency.area.template import write_template
from sufficiency.errors import InputError
from sufficiency.words.school_year import AGE_GROUPS, NCY_LOW, NCYS
from sufficiency.words.vocabulary import NEEDS

UNLIMITED = np.full(len(CODES), np.inf)
MAINSTREAM, INDEPENDENT, NON_MAINTAINED = (
    CODES.index(code) for code in ("in_mainstream", "in_independent", "in_non_maintained")
)
SPARED = 0.2  # of a range's width, by which making shares add to one may move its ends


@cache
def england() -> Ranges:
    """Return the ranges of an area that gives none of its own."""
    return ranges(sf.example_area())


@pytest.fixture
def known() -> Ranges:
    return england()


@st.composite
def turned_away(draw: st.DrawFn, most: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the NCY, need and last destination of children, some of whom are somewhere that their age can't be."""
    children = draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return (
        rng.integers(NCY_LOW, NCYS[-1] + 1, children),
        rng.integers(0, len(NEEDS), children),
        rng.integers(NOWHERE, len(CODES), children),
    )


def even(*codes: str, children: int) -> tuple[Sampled, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return shares that are alike for the destinations named, and so many children of Year 5 who come new."""
    share = np.zeros((len(AGE_GROUPS), len(NEEDS), len(CODES)))
    share[..., [CODES.index(code) for code in codes]] = 1 / len(codes)
    alike = np.full(children, 5), np.zeros(children, dtype=np.int64), np.full(children, NOWHERE)
    return replace(expected(england()), share=share), alike


# --- shares, prices and who is carried ---


@given(draw=st.integers(0, 10_000), seed=st.integers(0, 2**31))
def test_shares_of_every_draw_add_to_one_and_lie_only_where_the_table_has_a_destination(draw: int, seed: int) -> None:
    known = england()
    one = sampled(known, seed=seed, draw=draw)
    assert np.allclose(one.share.sum(axis=-1), 1)
    assert (one.share >= 0).all()
    assert ((one.share > 0).all(axis=1) == known.is_there).all()
    for drawn, bounds in ((one.gbp, known.gbp), (one.entitled, known.entitled)):
        assert (drawn >= bounds[..., 0] - 1e-9).all()
        assert (drawn <= bounds[..., 2] + 1e-9).all()


def test_the_same_seed_and_draw_give_the_same_overflow_and_another_draw_does_not(known: Ranges) -> None:
    one, again, other = sampled(known, seed=1, draw=4), sampled(known, seed=1, draw=4), sampled(known, seed=1, draw=5)
    assert np.array_equal(one.share, again.share)
    assert np.array_equal(one.gbp, again.gbp)
    assert not np.array_equal(one.share, other.share)


def test_draws_have_the_ranges_of_the_table(known: Ranges) -> None:
    alike = replace(known, odds=np.ones_like(known.odds))
    draws = [sampled(alike, seed=3, draw=d) for d in range(1_500)]
    low, middle, high = np.quantile([one.share[:, 0] for one in draws], (0.05, 0.5, 0.95), axis=0)
    least, half, most = (known.share[..., i] for i in range(3))
    room = SPARED * (most - least) + 0.01
    for drawn, told in ((low, least), (middle, half), (high, most)):
        assert (np.abs(drawn - told) <= room)[known.is_there].all()
    price = np.mean([one.gbp for one in draws], axis=0)
    assert np.allclose(price, known.gbp.mean(axis=-1), rtol=0.05, atol=200)


def test_what_is_drawn_for_a_destination_moves_the_same_way_at_every_age(known: Ranges) -> None:
    share = np.array([sampled(known, seed=2, draw=d).share[:, 0, INDEPENDENT] for d in range(200)])
    ages = [list(AGE_GROUPS).index(age) for age in ("5-10", "11-15", "16-19")]
    assert np.corrcoef(share[:, ages].T).min() > 0.6


def test_the_expected_overflow_is_the_mean_of_what_is_drawn(known: Ranges) -> None:
    drawn = [sampled(known, seed=4, draw=d) for d in range(3_000)]
    mean = expected(known)
    assert np.abs(mean.share - np.mean([one.share for one in drawn], axis=0)).max() < 0.01
    assert np.allclose(mean.share.sum(axis=-1), 1)
    assert np.allclose(mean.gbp, np.mean([one.gbp for one in drawn], axis=0), rtol=0.05, atol=200)
    assert np.allclose(mean.entitled, np.mean([one.entitled for one in drawn], axis=0), atol=0.02)


def test_a_need_that_is_seldom_at_independent_schools_goes_there_less(known: Ranges) -> None:
    share = expected(known).share[list(AGE_GROUPS).index("11-15"), :, INDEPENDENT]
    by_need = dict(zip(NEEDS, share, strict=True))
    assert by_need["HI"] < by_need["ASD"] < by_need["SEMH"]


def test_a_councils_own_table_stands_in_place_of_englands(tiny_area: Area) -> None:
    own = national_overflow().query("destination == 'in_mainstream'")
    found = ranges(tiny_area.replace(overflow=tables.check(own.reset_index(drop=True), tables.OVERFLOW)))
    assert (sampled(found, seed=1, draw=1).share[..., MAINSTREAM] == 1).all()


def test_a_range_out_of_order_is_named_by_age_and_destination(tiny_area: Area) -> None:
    wrong = national_overflow().copy()
    wrong.loc[3, ["gbp_low", "gbp_middle", "gbp_high"]] = [9_000.0, 8_000.0, 10_000.0]
    with pytest.raises(
        InputError,
        match=r"  gbp_middle: 9000, 8000 and 10000 are not in order for in_alternative_provision aged under 5: gbp_low",
    ):
        ranges(tiny_area.replace(overflow=wrong))


def test_an_age_with_nowhere_to_go_is_named_with_the_way_out(tiny_area: Area) -> None:
    table = national_overflow().query("age_group != '20-25'").reset_index(drop=True)
    with pytest.raises(
        InputError, match=r"a child aged 20-25 who is turned away would be nowhere.* such as in_mainstr"
    ):
        ranges(tiny_area.replace(overflow=table))


def test_limits_that_leave_a_child_nowhere_are_named_by_age_with_the_way_out(tiny_area: Area) -> None:
    table = national_overflow().assign(growth_high=0.1)
    with pytest.raises(InputError, match=r"overflow\.csv: 5 to correct\n  growth_high: 0\.1, and every other dest"):
        ranges(tiny_area.replace(overflow=table))
    # One destination without a limit is enough, but at every age where it limits: a limit holds for all ages together.
    free = table.assign(growth_high=table["growth_high"].mask(table["destination"] == "in_mainstream"))
    assert np.isinf(ranges(tiny_area.replace(overflow=free)).growth_high[MAINSTREAM])
    once = free.assign(growth_high=free["growth_high"].mask(free.index == 0, 0.2))
    assert once.loc[0, "destination"] == "in_mainstream"
    with pytest.raises(InputError, match=r"children aged 5-10 has a limit too.* such as in_mainstream"):
        ranges(tiny_area.replace(overflow=once))


BAD_ROWS = [
    ({"gbp_low": -1}, "overflow.csv: 1 to correct\n  row 2, gbp_low: -1 is below 0"),
    ({"share_middle": 1.2}, "overflow.csv: 1 to correct\n  row 2, share_middle: 1.2 is above 1"),
    ({"entitled_low": 0.9}, "overflow.csv: 1 to correct\n  row 2, entitled_middle: 0.9, 0.3 and 0.77 are not in order"),
    ({"destination": "in_mainstram"}, "row 2, destination: 'in_mainstram' is not one of in_mainstream"),
]


@pytest.mark.parametrize(("changed", "says"), BAD_ROWS, ids=[next(iter(changed)) for changed, _ in BAD_ROWS])
def test_a_bad_row_of_overflow_csv_is_found_by_check_with_row_column_and_value(
    tmp_path: Path, changed: dict[str, object], says: str
) -> None:
    write_template(tmp_path / "ours")
    rows = national_overflow().to_dict("records")
    rows[0] |= changed
    pd.DataFrame(rows).to_csv(tmp_path / "ours" / "overflow.csv", index=False)
    faults = "\n".join(str(fault) for fault in sf.check_area(tmp_path / "ours"))
    assert says in faults
    limited = pd.DataFrame(national_overflow()).assign(growth_high=0.0)
    limited.to_csv(tmp_path / "ours" / "overflow.csv", index=False)
    faults = "\n".join(str(fault) for fault in sf.check_area(tmp_path / "ours"))
    assert "row 2, growth_high: 0, and every other destination of children aged under 5 has a limit too" in faults


# --- whole children ---


@given(children=turned_away(), start=st.floats(0, 1, exclude_max=True), draw=st.integers(0, 50))
def test_every_child_is_in_one_destination_that_their_age_may_have(
    children: tuple[np.ndarray, np.ndarray, np.ndarray], start: float, draw: int
) -> None:
    one = sampled(england(), seed=1, draw=draw)
    ncy, need, before = children
    where = split(ncy, need, before, one, UNLIMITED, start)
    share = one.share[AGE_OF_NCY[ncy - NCY_LOW], need]
    assert (share[np.arange(len(ncy)), where] > 0).all()
    may_stay = (before >= 0) & (share[np.arange(len(ncy)), before] > 0)
    assert (where[may_stay] == before[may_stay]).all()
    assert np.array_equal(where, split(ncy, need, before, one, UNLIMITED, start))


@given(
    children=st.integers(1, 2_000), ncy=st.sampled_from(NCYS), need=st.integers(0, len(NEEDS) - 1), draw=st.integers(0, 50),
    start=st.floats(0, 1, exclude_max=True),
)  # fmt: skip
def test_like_children_are_split_as_the_shares_say_to_within_three(
    children: int, ncy: int, need: int, draw: int, start: float
) -> None:
    one = sampled(england(), seed=1, draw=draw)
    alike = np.full(children, ncy), np.full(children, need), np.full(children, NOWHERE)
    counts = np.bincount(split(*alike, one, UNLIMITED, start), minlength=len(CODES))
    assert np.abs(counts - children * one.share[AGE_OF_NCY[ncy - NCY_LOW], need]).max() <= 3


def test_like_children_are_dealt_out_by_the_golden_section_in_the_order_of_need_and_age() -> None:
    """Half and half from 0: 0.618, 0.236, 0.854, 0.472, 0.090, 0.708, of which the first half is mainstream."""
    one, alike = even("in_mainstream", "in_independent", children=6)
    dealt = [INDEPENDENT, MAINSTREAM, INDEPENDENT, MAINSTREAM, MAINSTREAM, INDEPENDENT]
    assert split(*alike, one, UNLIMITED, 0.0).tolist() == dealt
    assert split(*alike, one, UNLIMITED, 0.5).tolist() == [MAINSTREAM + INDEPENDENT - d for d in dealt]
    ncy, need = np.array([9, 5, 5, 8]), np.array([0, 1, 0, 0])  # in turn: the third, the fourth, the first, the second
    mixed = split(ncy, need, np.full(4, NOWHERE), one, UNLIMITED, 0.0)
    assert mixed.tolist() == [INDEPENDENT, MAINSTREAM, INDEPENDENT, MAINSTREAM]


def by_need(*shares: dict[int, float]) -> Sampled:
    """Return shares by destination for each of the first needs, the same at every age."""
    share = np.zeros((len(AGE_GROUPS), len(NEEDS), len(CODES)))
    for need, wanted in enumerate(shares):
        share[:, need, list(wanted)] = list(wanted.values())
    return replace(expected(england()), share=share)


def split_with(one: Sampled, need: list[int], limits: dict[int, float]) -> list[int]:
    limit = UNLIMITED.copy()
    limit[list(limits)] = list(limits.values())
    return split(np.full(len(need), 5), np.array(need), np.full(len(need), NOWHERE), one, limit, 0.0).tolist()


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


@given(children=turned_away(), limits=st.lists(st.integers(0, 60), min_size=len(CODES), max_size=len(CODES)))
def test_limits_hold_unless_nowhere_else_is_left_for_a_child(
    children: tuple[np.ndarray, np.ndarray, np.ndarray], limits: list[int]
) -> None:
    one = expected(england())
    ncy, need, before = children
    limit = np.array(limits, dtype=float)
    where = split(ncy, need, before, one, limit, 0.3)
    counts = np.bincount(where, minlength=len(CODES))
    assert counts.sum() == len(ncy)
    share = one.share[AGE_OF_NCY[ncy - NCY_LOW], need]
    assert (share[np.arange(len(ncy)), where] > 0).all()
    has_room = counts < limit
    for full in np.flatnonzero(counts > limit):
        beyond = np.flatnonzero(where == full)
        could_go = (share[beyond] > 0) & has_room
        assert np.count_nonzero(~could_go.any(axis=1)) >= counts[full] - limit[full]


def test_where_one_is_full_its_children_do_not_overfill_another() -> None:
    one, alike = even("in_mainstream", "in_independent", "in_non_maintained", children=300)
    limit = UNLIMITED.copy()
    limit[[INDEPENDENT, NON_MAINTAINED]] = 20, 110
    counts = np.bincount(split(*alike, one, limit, 0.1), minlength=len(CODES))
    assert counts[INDEPENDENT] == 20
    assert counts[NON_MAINTAINED] == 110
    assert counts[MAINSTREAM] == 170


def test_those_already_there_stay_when_it_fills_and_the_new_go_elsewhere() -> None:
    one, (ncy, need, before) = even("in_mainstream", "in_independent", children=100)
    before[::5] = INDEPENDENT
    limit = UNLIMITED.copy()
    limit[INDEPENDENT] = 25
    where = split(ncy, need, before, one, limit, 0.7)
    assert (where[::5] == INDEPENDENT).all()
    assert np.count_nonzero(where == INDEPENDENT) == 25


def test_a_child_who_comes_of_age_leaves_a_destination_that_no_longer_takes_them(known: Ranges) -> None:
    one = expected(known)
    there = np.array([CODES.index("in_college")])
    assert split(np.array([12]), np.array([0]), there, one, UNLIMITED, 0.5)[0] == there[0]
    assert split(np.array([11]), np.array([0]), there, one, UNLIMITED, 0.5)[0] != there[0]


def test_the_table_that_ships_has_a_share_for_every_age_and_no_share_for_a_unit() -> None:
    table = tables.check(national_overflow(), tables.OVERFLOW)
    sums = table.groupby("age_group")["share_middle"].sum()
    assert set(sums.index) == set(AGE_GROUPS)
    assert sums.between(0.85, 1.001).all()
    mainstream = table.set_index(["age_group", "destination"]).loc[(slice(None), "in_mainstream"), "share_middle"]
    assert pd.Series(mainstream.droplevel(1))[["5-10", "11-15"]].min() > 0.5
