"""Openings over many futures at once: against every plan there is, and bounds that hold."""

from __future__ import annotations

import itertools
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.allocate.open.aims import AIMS, PLACING
from sufficiency.allocate.open.best_plan import BestPlan
from sufficiency.allocate.open.climb import Pace
from sufficiency.allocate.open.few_options import every_set
from sufficiency.allocate.open.futures import OpeningProblem
from sufficiency.allocate.open.futures_bound import raise_plan_bound
from sufficiency.allocate.open.futures_search import choose_plan
from sufficiency.allocate.open.relaxed import relaxed


def problem_of(*, unplaced: float, setting_cost: np.ndarray, option_cost: np.ndarray, **fields: Any) -> OpeningProblem:
    """Return a problem whose aim counts what its rule of placing does, unless parts are given; nothing is set up."""

    def parts(cost: np.ndarray) -> np.ndarray:
        made = np.zeros((*cost.shape, len(PLACING)))
        made[..., PLACING.index("packages_gbp")] = np.where(np.isfinite(cost), cost, 0.0)
        made[..., PLACING.index("turned_away")] = cost == unplaced
        return made

    groups = setting_cost.shape[1]
    rest = {
        "setting_parts": parts(setting_cost),
        "option_parts": parts(option_cost),
        "away_parts": parts(np.full((fields["demand"].shape[1], groups), unplaced)),
        "set_up": np.zeros(len(option_cost)),
        "due": np.ones(len(fields["demand"])),
    }
    return OpeningProblem(
        unplaced=np.full(groups, unplaced), setting_cost=setting_cost, option_cost=option_cost, **(rest | fields)
    )


@st.composite
def opening_problems(draw: st.DrawFn) -> OpeningProblem:
    """Draw problems of two years, two draws, and one to three options of every kind."""
    options, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))

    def whole(low: int, high: int, *shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(st.integers(low, high), min_size=size, max_size=size)), np.int64).reshape(shape)

    def costs(rows: int) -> np.ndarray:
        cost = whole(0, 12, rows, groups).astype(float)
        return np.where(cost > 10, np.inf, cost * 10)

    of_setting = np.full(options, -1)
    block = whole(1, 4, options)
    blocks = whole(1, 2, options)
    kind = draw(st.sampled_from(["open", "close", "designate"]))
    if kind == "close":
        of_setting[0], block[0], blocks[0] = 0, -2, 1
    if kind == "designate":
        of_setting[0], block[0], blocks[0] = 0, 0, 1
    spend = draw(st.booleans())
    made_of = {}
    if draw(st.booleans()):  # what is paid differs from what the rule of placing prefers
        amounts = {"setting_parts": (2, groups), "option_parts": (options, groups), "away_parts": (2, groups)}
        made_of = {name: whole(0, 150, *shape, len(PLACING)).astype(float) for name, shape in amounts.items()}
        for name, those in made_of.items():
            those[..., PLACING.index("turned_away")] = name == "away_parts"
    return problem_of(
        demand=whole(0, 4, 2, 2, groups),
        weight=np.array([0.5, 0.5]),
        places=whole(2, 5, 2, 2, 2),
        setting_cost=costs(2),
        option_cost=costs(options),
        of_setting=of_setting,
        block=block,
        blocks=blocks,
        first=whole(0, 2, options),
        capital=np.tile(whole(0, 200, options), (2, 1)).astype(float),
        begin=whole(0, 50, options).astype(float),
        running=whole(0, 30, options) * np.sign(block).astype(float),
        unplaced=300.0,
        budget=draw(st.none() | st.integers(0, 500).map(float)),
        spend_year=np.tile([[0], [1]], (1, options)) if spend else None,
        yearly=np.array([150.0, 250.0]) if spend else None,
        most=draw(st.none() | st.integers(0, 2)),
        tail=draw(st.none() | st.just(0.5)),
        set_up=whole(0, 20, options).astype(float),
        due=np.array(draw(st.sampled_from([[1.0, 1.0], [0.5, 0.25]]))),
        aim=AIMS[draw(st.sampled_from(list(AIMS)))],
        **made_of,
    )


def every_plan(problem: OpeningProblem) -> list[np.ndarray]:
    each = [[(a, b) for b in range(n + 1) for a in range(b + 1)] for n in problem.blocks]
    return [np.array(choice, dtype=np.int64).T.copy() for choice in itertools.product(*each)]


@settings(max_examples=30)
@given(opening_problems())
def test_no_plan_is_below_the_bound_and_the_chosen_plan_is_within_the_gap(problem):
    cheapest = min(problem.total(plan) for plan in every_plan(problem))
    found = choose_plan(problem, seconds=1.0, gap=0.0)
    assert found.bound <= cheapest + 1e-6
    assert cheapest - 1e-6 <= found.best.cost
    assert problem.allows(found.best.plan)
    assert found.best.cost == pytest.approx(problem.total(found.best.plan))
    assert found.best.cost <= problem.total(np.zeros(problem.shape, np.int64))


@settings(max_examples=30)
@given(opening_problems())
def test_any_prices_give_a_bound(problem):
    nothing = np.zeros(problem.shape, dtype=np.int64)
    cheapest = min(problem.total(plan) for plan in every_plan(problem))
    weight = problem.tail_weight(problem.measured(nothing, problem.parts(nothing)))
    looser = relaxed(problem)
    found = raise_plan_bound(looser, looser.charges(nothing), lambda b: cheapest, weight=weight, pace=Pace(10))
    assert found.value <= cheapest + 1e-6
    blind = raise_plan_bound(
        looser, np.full(problem.demand.shape, 50.0), lambda b: cheapest, weight=weight, pace=Pace(1)
    )
    assert blind.value <= cheapest + 1e-6


@settings(max_examples=30)
@given(opening_problems())
def test_where_options_are_few_every_set_is_tried_and_the_best_found(problem):
    best = BestPlan(problem, np.zeros(problem.shape, dtype=np.int64))
    bound = every_set(problem, best, until=time.monotonic() + 60)
    cheapest = min(problem.total(plan) for plan in every_plan(problem))
    assert bound <= cheapest + 1e-9 * abs(cheapest)
    if problem.tail is None and problem.yearly is None:
        assert bound == pytest.approx(cheapest)
        assert best.cost == pytest.approx(cheapest)


@settings(max_examples=30)
@given(opening_problems())
def test_nothing_is_opened_that_does_as_well_unopened(problem):
    plan = choose_plan(problem, seconds=1.0, gap=0.0).best.plan
    chosen = problem.total(plan)
    for option in np.flatnonzero(plan[-1]):
        without = plan.copy()
        without[:, option] = 0
        assert not problem.allows(without) or problem.total(without) > chosen


def rising(draws: int = 6) -> OpeningProblem:
    """Return one setting that is full, and two options: a near one that pays if demand rises much, and a far one."""
    demand = np.array([[[4, 4]] * draws, [[4 + d, 4 + d] for d in range(draws)]])
    return problem_of(
        demand=demand,
        weight=np.full(draws, 1 / draws),
        places=np.full((2, draws, 1), 8),
        setting_cost=np.array([[10.0, 10.0]]),
        option_cost=np.array([[5.0, 60.0], [20.0, 20.0]]),
        of_setting=np.array([-1, -1]),
        block=np.array([4, 4]),
        blocks=np.array([2, 2]),
        first=np.array([1, 1]),
        capital=np.full((2, 2), 600.0),
        begin=np.zeros(2),
        running=np.zeros(2),
        unplaced=400.0,
    )


def test_the_best_plan_of_a_problem_small_enough_to_try_every_plan():
    problem = rising()
    cheapest = min(problem.total(plan) for plan in every_plan(problem) if problem.allows(plan))
    found = choose_plan(problem, seconds=5, gap=0.0)
    assert found.best.cost == pytest.approx(cheapest)


def test_a_wary_plan_opens_at_least_as_much_as_one_for_the_mean():
    mean = choose_plan(rising(), seconds=5, gap=0.0)
    wary = choose_plan(OpeningProblem(**{**vars(rising()), "tail": 1 / 6}), seconds=5, gap=0.0)
    assert wary.best.plan.sum() >= mean.best.plan.sum()


def test_risk_of_a_tail_is_the_mean_of_its_costliest_draws():
    problem = OpeningProblem(**{**vars(rising(4)), "tail": 0.5})
    assert problem.risk(np.array([1.0, 9.0, 5.0, 2.0])) == pytest.approx(7.0)
    assert problem.tail_weight(np.array([1.0, 9.0, 5.0, 2.0])).tolist() == [0.0, 0.5, 0.5, 0.0]


def test_more_budget_never_costs_more():
    costs = []
    for budget in (0.0, 600.0, 1_200.0, 2_400.0):
        problem = OpeningProblem(**{**vars(rising()), "budget": budget})
        found = choose_plan(problem, seconds=3, gap=0.0)
        assert problem.capital_gbp(found.best.plan) <= budget
        costs.append(found.best.cost)
    assert costs == sorted(costs, reverse=True)
