"""Which futures are placed: nearer to all than as many taken as they come, fewer among more, shared by scenarios."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

import sufficiency as sf
from sufficiency.allocate.place.chosen_futures import chosen_futures, nearest_to_all, positions_of
from sufficiency.scenarios.levers import ChangeAssumption, ChangeRate


def energy_distance(measures: np.ndarray, some: list[int]) -> float:
    """Return how far some rows are from all, as Székely and Rizzo define it."""
    level = (measures - measures.mean(axis=0)) / measures.std(axis=0)
    apart = cdist(level, level)
    return 2 * apart[some].mean() - apart[np.ix_(some, some)].mean() - apart.mean()


@pytest.fixture(scope="module")
def plans() -> sf.forecast.PlanForecast:
    return sf.forecast.plans(sf.example_area(), to=2031, draws=300)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 15))
def test_those_chosen_are_nearer_to_all_than_the_first_and_than_those_taken_by_lot(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    measures = rng.standard_t(4, (100, 3)).cumsum(axis=1)
    chosen = nearest_to_all(measures, count)
    assert len(set(chosen)) == count
    by_lot = [rng.choice(100, count, replace=False).tolist() for _ in range(20)]
    others = np.array([energy_distance(measures, some) for some in [list(range(count)), *by_lot]])
    assert energy_distance(measures, chosen) < np.median(others)


def test_one_future_is_the_one_in_the_middle_and_fewer_are_always_among_more(plans: sf.forecast.PlanForecast) -> None:
    totals = plans.plans.sel(year=2031).sum(["authority", "ncy", "need", "setting_type"]).to_series()
    (one,) = chosen_futures(plans, 1)
    assert 0.2 < totals.rank(pct=True)[one] < 0.8
    few, more = chosen_futures(plans, 7), chosen_futures(plans, 60)
    assert set(few) < set(more)
    assert list(more) == sorted(more)


def test_means_and_middles_of_the_futures_placed_are_those_of_all(plans: sf.forecast.PlanForecast) -> None:
    totals = plans.plans.sel(year=2031).sum(["authority", "ncy", "need", "setting_type"])
    some = totals.sel(draw=list(chosen_futures(plans, 60)))
    spread = float(totals.std())
    assert abs(float(some.mean() - totals.mean())) < 0.05 * spread  # 0.13 for sixty taken by lot
    assert abs(float(some.median() - totals.median())) < 0.15 * spread


def test_where_no_more_are_forecast_than_asked_for_all_are_placed(plans: sf.forecast.PlanForecast) -> None:
    assert chosen_futures(plans, 300) == chosen_futures(plans, 5_000) == tuple(range(300))


def test_futures_that_do_not_differ_can_be_chosen_all_the_same() -> None:
    assert len(set(nearest_to_all(np.ones((10, 2)), 4))) == 4


def test_every_scenario_of_a_seed_is_placed_in_the_same_futures() -> None:
    asked = {"to": 2028, "draws": 40, "placed_draws": 3, "seed": 5}
    levers = [
        ChangeRate("joining", 0.6, 2027),
        ChangeAssumption("forecast.growth_england_year_error", 0.0),
        ChangeAssumption("allocate.who_may_move", 1),
    ]
    now = sf.run(sf.example_area(), **asked)
    for lever in levers:
        then = sf.run(sf.example_area(), sf.Scenario("Later", (lever,)), **asked)
        assert isinstance(now, sf.Outcome)
        assert isinstance(then, sf.Outcome)
        assert then.placed.draws == now.placed.draws, lever


def test_a_draw_that_was_not_forecast_is_refused_by_its_label(plans: sf.forecast.PlanForecast) -> None:
    with pytest.raises(sf.InputError, match="draw 300 is not one of the forecast's 300"):
        positions_of(plans, (3, 300))
    with pytest.raises(sf.InputError, match="draws"):
        sf.allocate.chosen_futures(plans, 0)
