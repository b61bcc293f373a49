"""Where children turned away may go: shares, prices and who is carried, drawn within the ranges of overflow.csv."""

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
from sufficiency import prices, tables
from sufficiency.allocate.overflow.sampled import (
    CODES,
    Ranges,
    expected,
    national_overflow,
    ranges,
    sampled,
)
from sufficiency.area.area import Area
from sufficiency.area.template import write_template
from sufficiency.errors import InputError
from sufficiency.words.school_year import AGE_GROUPS
from sufficiency.words.vocabulary import NEEDS

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


def test_fees_are_the_areas_own_where_its_councils_know_them() -> None:
    area, table = sf.example_area(), national_overflow()
    own, theirs = ranges(area), ranges(area.replace(unit_costs=area.unit_costs.iloc[:0]))
    middle, there = own.gbp[..., 1], theirs.gbp[..., 1] > 0
    risen = float(prices.growth(area, "fee").rise(2021, 2024)[0])
    homes = area.zones["authority"].value_counts()
    fee = np.average([72_000, 69_600 * risen], weights=[homes["E06000061"], homes["E06000062"]])
    assert middle[:, INDEPENDENT] == pytest.approx(fee)
    ratio = own.gbp[there][:, 1] / theirs.gbp[there][:, 1]
    assert ratio.min() == pytest.approx(1.0)
    assert (own.gbp[:, MAINSTREAM] == theirs.gbp[:, MAINSTREAM]).all()
    assert theirs.gbp[0, INDEPENDENT, 1] == table.loc[table["destination"] == "in_independent", "gbp_middle"].iloc[0]


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


def test_the_table_that_ships_has_a_share_for_every_age_and_no_share_for_a_unit() -> None:
    table = tables.check(national_overflow(), tables.OVERFLOW)
    sums = table.groupby("age_group")["share_middle"].sum()
    assert set(sums.index) == set(AGE_GROUPS)
    assert sums.between(0.85, 1.001).all()
    mainstream = table.set_index(["age_group", "destination"]).loc[(slice(None), "in_mainstream"), "share_middle"]
    assert pd.Series(mainstream.droplevel(1))[["5-10", "11-15"]].min() > 0.5
