"""Growth of all plans: England's path, what sets an authority apart, and how wide its errors are."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.forecast import base_year_plans, england
from sufficiency.forecast.growth import ceiling, growth
from sufficiency.forecast.growth.differences import differences, england_moves
from sufficiency.forecast.growth.growth_rates import GrowthRates
from sufficiency.forecast.rates.rates import Floats
from sufficiency.scenarios.levers import ChangeAssumption
from tests.forecast import areas


def expected(area: Area, years: int = 3) -> Floats:
    return growth.expected(area, base_year_plans.history(area), GrowthRates.of(area), years)


def asked(**counts: tuple[float, float]) -> pd.DataFrame:
    """Return requests of authorities A and B, all given as shares of the plans that each holds in 2025."""
    held = int(areas.plans().query("authority == 'A' and year == 2025")["plans"].sum())
    rows = {name: [round(share * held) for share in both] for name, both in counts.items()}
    return tables.check(pd.DataFrame({"authority": ["A", "B"], "year": 2025, **rows}), tables.REQUESTS)


def drawn(area: Area, years: int, count: int) -> Floats:
    known = base_year_plans.history(area)
    return growth.draws(area, known, GrowthRates.of(area), years, count, np.random.default_rng(3))


def test_growth_is_england_s_path_where_only_rate_and_age_tell_an_authority_apart() -> None:
    area = areas.area()
    rates = GrowthRates.of(area)
    apart = differences(area, base_year_plans.history(area), rates)
    assert (apart[["requests", "waiting", "issued", "own"]] == 0).all(axis=None)
    by_hand = growth.england_path(2025, rates, 3)[0] + sum(rates.per(str(n)) * apart[n].to_numpy() for n in apart)
    assert expected(area)[:, 0] == pytest.approx(by_hand)


def test_england_s_path_is_its_last_three_growths_moved_by_its_own_requests() -> None:
    rates = GrowthRates.of(areas.area())
    # January 2023: 114,482 requests, 25,255 refused, 68,665 issued, over 517,048 plans.
    assert england.requested(2023)["requests"] == pytest.approx(114_482 / 517_048)
    assert england.requested(2023)["waiting"] == pytest.approx((114_482 - 25_255 - 68_665) / 517_048)
    moves = england_moves(2023, 3)
    assert moves["requests"] == pytest.approx(
        114_482 / 517_048 - np.mean([75_951 / 430_697, 93_302 / 473_255, 114_482 / 517_048])
    )
    mean = np.log(517_048 / 390_109) / 3
    path = growth.england_path(2023, rates, 2)
    assert path[0] == pytest.approx(mean + sum(rates.per(name) * move for name, move in moves.items()))
    assert mean < path[1] < path[0]  # what the last year did fades


def test_england_s_share_at_20_and_over_is_published_or_lies_between() -> None:
    before, after = (england.aged_20_share(year) for year in (2022, 2024))
    assert england.aged_20_share(2026) == pytest.approx(39_350 / 718_838, abs=1e-6)
    assert england.aged_20_share(2023) == pytest.approx((before + after) / 2)
    assert england.aged_20_share(2010) == 0


def test_more_requests_than_england_s_mean_faster_growth() -> None:
    area = areas.area(requests=asked(requests=(0.5, 0.2)))
    assert (expected(area)[0] > expected(area)[1]).all()


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_a_longer_queue_of_requests_never_lowers_the_forecast(one: float, other: float, issued: float) -> None:
    short, long = sorted((issued + one, issued + other))
    area = areas.area(
        requests=asked(requests=(short, long), refused=(0.0, 0.0), issued=(issued, issued)),
    )
    found = expected(area)
    assert (found[1] >= found[0] - 1e-12).all()


def test_more_requests_refused_mean_slower_growth() -> None:
    area = areas.area(requests=asked(requests=(0.4, 0.4), refused=(0.05, 0.1), issued=(0.2, 0.2)))
    assert (expected(area)[1] < expected(area)[0]).all()


def test_where_requests_are_not_known_its_own_last_growth_counts_for_more() -> None:
    rates = GrowthRates.of(areas.area())
    assert rates.growth_per_own_alone > rates.growth_per_own > 0
    plans = areas.plans()
    plans.loc[(plans["authority"] == "A") & (plans["year"] == 2024) & (plans["ncy"] < 3), "plans"] = 1
    found = expected(areas.area(plans=plans))
    assert found[0, 0] > found[1, 0]


def test_an_authority_without_requests_or_children_still_has_a_forecast() -> None:
    area = areas.area(population=areas.population(years=(2023,)))
    assert np.isfinite(drawn(area, 10, 4)).all()


def test_the_order_of_authorities_changes_no_expected_growth() -> None:
    area = sf.example_area()
    swapped = area.replace(authorities=dict(reversed(area.authorities.items())))
    assert expected(area) == pytest.approx(expected(swapped)[::-1])


def test_the_figures_of_a_small_authority_are_believed_less() -> None:
    requests = asked(requests=(0.5, 0.2))
    small = areas.area(requests=requests)
    large = areas.area(
        plans=areas.plans().assign(plans=lambda f: f["plans"] * 100),
        requests=requests.assign(requests=requests["requests"] * 100),
        population=areas.population(children=10_000.0),
    )
    gaps = [np.diff(expected(area)[:, 0])[0] for area in (small, large)]
    assert abs(gaps[0]) < abs(gaps[1]) / 2


def test_an_area_can_set_its_own_growth_weights() -> None:
    area = areas.area()
    assert (expected(area) != expected(ChangeAssumption("forecast.growth_per_rate", 0.0)(area))).any()


def test_errors_leave_the_middle_of_the_years_checked_where_it_is() -> None:
    area = areas.area()
    grown = drawn(area, 10, 2_000).cumsum(axis=1)
    low, middle, high = np.quantile(grown, [0.05, 0.5, 0.95], axis=0)
    assert middle[:3] == pytest.approx(expected(area).T.cumsum(axis=0), abs=0.005)
    # Ten years on most draws have had a break, to anything between its bounds.
    assert ((high - low)[9] > 5 * (high - low)[0]).all()
    assert (low[9] > 0).all()
    assert (high[9] < 10 * GrowthRates.of(area).growth_break_highest).all()


def test_a_break_leaves_the_first_year_alone_and_then_sets_growth_between_its_bounds() -> None:
    rates = GrowthRates.of(areas.area())
    path = growth.england_path(2025, rates, 12)
    broken = growth.broken(path, rates, 1_000, np.random.default_rng(1))
    assert (broken[:, 0] == 0).all()
    is_broken = broken != 0
    grown = (path + broken)[is_broken]
    assert rates.growth_break_lowest <= grown.min() < 0.01
    assert 0.14 < grown.max() <= rates.growth_break_highest
    assert is_broken[:, 1].mean() == pytest.approx(rates.growth_break_chance, abs=0.002)
    never = growth.broken(path, dataclasses.replace(rates, growth_break_chance=0.0), 50, np.random.default_rng(1))
    assert (never == 0).all()


def test_an_authority_with_a_long_queue_has_a_wider_range() -> None:
    area = areas.area(requests=asked(requests=(0.6, 0.267), refused=(0.0, 0.061), issued=(0.1, 0.18)))
    found = drawn(area, 1, 1_000)[:, 0]
    assert found[:, 0].std() > found[:, 1].std() * 1.02


@pytest.mark.slow
def test_a_few_authorities_are_forecast_within_their_bars(published: Path) -> None:
    """A quick check of `benchmarks.growth_weights` on one authority in ten: the whole stands there."""
    from benchmarks import growth_weights, panel

    area = panel.area(published)
    some = [code for code in area.authorities if code != growth_weights.DOUBTFUL][::10]
    few = area.replace(authorities={code: area.authorities[code] for code in some})
    cases = growth_weights.table(few, growth_weights.totals(few, published))
    rates = GrowthRates.of(few)
    error = growth_weights.predicted(cases, growth_weights.in_force(rates), rates) - cases["growth"]
    medians = error.abs().groupby(cases["horizon"]).median()
    assert (medians < pd.Series({1: 0.035, 2: 0.06, 3: 0.08})).all()


def test_growth_slows_towards_the_most_plans_a_child_and_never_passes_it() -> None:
    steady = np.full((2, 40, 2), 0.12)
    steady[1, 3] = -0.05
    found = ceiling.slowed(steady, np.array([0.04, 0.14]), most=0.15, steepness=3)
    share = np.array([0.04, 0.14]) * np.exp(found.cumsum(axis=1))
    assert np.allclose(found[:, 0], steady[:, 0])  # the first year is as forecast
    assert (found[0] <= steady[0]).all()
    assert (found[1, 3] == -0.05).all()  # a fall is a fall
    assert (share < 0.17).all()
    assert found[0, -1, 0] < 0.005
    assert (ceiling.slowed(steady, np.array([0.2, 0.2]), most=0.15, steepness=3)[0] == 0).all()
