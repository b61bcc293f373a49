"""Opening sites: against every choice there is, against HiGHS, and what is said when nothing can be done."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency import allocate
from sufficiency.allocate.open.climb import Pace
from sufficiency.allocate.open.sites import SiteProblem
from sufficiency.allocate.open.sites_bound import Prices, raise_bound
from sufficiency.allocate.open.sites_branch import Best, branch
from sufficiency.allocate.open.sites_milp import strong
from sufficiency.errors import InfeasibleError, InputError


@st.composite
def site_problems(draw: st.DrawFn) -> SiteProblem:
    """Draw small problems of every kind: with and without capacity, number, budget and a price of being unplaced."""
    sites, groups = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    amounts = st.floats(0, 50).map(lambda v: round(v, 2)) if draw(st.booleans()) else st.integers(0, 9).map(float)
    costs = draw(st.lists(st.none() | amounts, min_size=sites * groups, max_size=sites * groups))
    cost = np.array([np.inf if c is None else c for c in costs], dtype=np.float64).reshape(sites, groups)
    children = np.array(draw(st.lists(st.integers(1, 5), min_size=groups, max_size=groups)), dtype=np.int64)
    largest = draw(st.sampled_from([8, 100]))
    places = np.array(draw(st.lists(st.integers(0 if largest == 8 else 90, largest), min_size=sites, max_size=sites)))
    fixed = np.array(draw(st.lists(st.integers(0, 60).map(float), min_size=sites, max_size=sites)))
    opened = draw(st.none() | st.integers(0, sites))
    budget = draw(st.none() | st.integers(0, 120).map(float))
    price = draw(st.none() | st.integers(0, 60).map(float))
    unplaced = None if price is None else np.full(groups, price)
    return SiteProblem(cost, children, places.astype(np.int64), fixed, opened, budget, unplaced)


def tables_of(problem: SiteProblem) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    groups = pd.Series(problem.children, [f"g{j}" for j in range(len(problem.children))])
    names = np.array([f"s{i}" for i in range(len(problem.fixed))])
    site, group = np.nonzero(np.isfinite(problem.cost))
    routes = pd.DataFrame({"group": groups.index[group], "setting": names[site], "cost_gbp": problem.cost[site, group]})
    return groups, pd.DataFrame({"site": names, "places": problem.places, "fixed_gbp": problem.fixed}), routes


def by_hand(problem: SiteProblem) -> float:
    """Return the cost of the cheapest of all choices of sites, each tried."""
    every = range(len(problem.fixed))
    choices = (c for size in range(len(problem.fixed) + 1) for c in itertools.combinations(every, size))
    return min(problem.total(np.array(c, dtype=np.int64)) for c in choices)


def opened_for(problem: SiteProblem, **more: float) -> allocate.OpenedSites:
    price = None if problem.unplaced is None else float(problem.unplaced[0])
    return allocate.open_sites(
        *tables_of(problem), opened=problem.opened, budget_gbp=problem.budget, unplaced_gbp=price, **more
    )


@given(site_problems())
def test_the_choice_is_as_good_as_the_best_of_all_choices_and_impossible_only_where_none_exists(problem):
    best = by_hand(problem)
    if not np.isfinite(best):
        with pytest.raises(InfeasibleError):
            opened_for(problem)
        return
    found = opened_for(problem, gap=0.0)
    assert found.objective_gbp == pytest.approx(best, abs=1e-4)
    assert found.bound_gbp <= best + 1e-6
    assert found.gap <= 1e-6
    assert found.certificate_gap_gbp == 0
    if problem.opened is not None:
        assert len(found.opened) == problem.opened
    assert set(found.placements["setting"]) <= set(found.opened)


@given(site_problems())
def test_every_bound_is_below_every_choice(problem):
    best = Best(problem)
    found = raise_bound(problem, Prices(np.full(len(problem.children), 5.0)), lambda b: b.value + 10.0, pace=Pace(30))
    cheapest = by_hand(problem)
    assert found.value <= cheapest + 1e-6
    if np.isfinite(cheapest):  # what the bound says of one site alone holds too
        for site in range(len(problem.fixed)):
            every = [
                np.array(c)
                for size in range(1, len(problem.fixed) + 1)
                for c in itertools.combinations(range(len(problem.fixed)), size)
                if site in c
            ]
            forced = min((problem.total(c) for c in every), default=np.inf)
            assert found.value + found.open_adds[site] <= forced + 1e-6
    proved = branch(problem, best, found, must=np.zeros(len(problem.fixed), bool), gap=0.0, until=np.inf)
    assert best.cost == pytest.approx(cheapest) or not np.isfinite(cheapest)
    assert proved <= cheapest + 1e-6


@given(site_problems())
def test_branching_on_prices_equals_highs_on_the_strong_formulation(problem):
    every = np.zeros(len(problem.fixed), dtype=bool)
    there = np.isfinite(problem.cost)
    solved = strong(problem, every, there, seconds=20, gap=0.0)
    cheapest = by_hand(problem)
    if solved.sites is None:
        assert not np.isfinite(cheapest)
    else:
        assert problem.total(solved.sites) == pytest.approx(cheapest, abs=1e-5)
        assert solved.bound <= cheapest + 1e-5


def plane(sites: int, groups: int, seed: int, *, places: int, fixed: float) -> SiteProblem:
    rng = np.random.default_rng(seed)
    where, homes = rng.random((sites, 2)), rng.random((groups, 2))
    cost = np.hypot(*(where[:, None] - homes[None]).transpose(2, 0, 1)) * 100
    children = rng.integers(1, 20, groups)
    return SiteProblem(cost, children, np.full(sites, places), np.full(sites, fixed))


@pytest.mark.parametrize(("places", "fixed"), [(10_000, 900.0), (160, 700.0)])
def test_a_middling_problem_is_proved_and_agrees_with_highs_alone(places, fixed):
    problem = plane(20, 60, 3, places=places, fixed=fixed)
    found = opened_for(problem, gap=1e-6)
    solved = strong(problem, np.zeros(20, bool), np.isfinite(problem.cost), seconds=60, gap=1e-7)
    assert found.gap <= 1e-6
    assert found.objective_gbp == pytest.approx(problem.total(solved.sites), rel=1e-6)


def test_a_p_median_whose_answer_is_known():
    """Two villages of three homes in a line: each is served best from its middle."""
    at = np.array([0.0, 1, 2, 100, 101, 102])
    groups = pd.Series(1, [f"h{i}" for i in range(6)])
    sites = pd.DataFrame({"site": groups.index, "places": None, "fixed_gbp": 0.0})
    who, where = np.meshgrid(range(6), range(6))
    routes = pd.DataFrame(
        {"group": groups.index[who.ravel()], "site": groups.index[where.ravel()], "cost_gbp": np.abs(at[who] - at[where]).ravel()}
    )  # fmt: skip
    found = allocate.open_sites(groups, sites, routes, opened=2)
    assert set(found.opened) == {"h1", "h4"}
    assert found.objective_gbp == 4
    assert found.gap <= 1e-4


@given(site_problems())
def test_the_value_of_a_place_at_a_shut_site_is_what_one_free_place_there_would_save(problem):
    if not np.isfinite(by_hand(problem)):
        return
    found = opened_for(problem)
    groups, sites, routes = tables_of(problem)
    price = None if problem.unplaced is None else float(problem.unplaced[0])
    room = (
        sites.set_index("site")["places"].where(sites["site"].isin(found.opened).to_numpy(), 0).clip(upper=groups.sum())
    )
    before = allocate.solve(groups, room, routes, unplaced_gbp=price).objective_gbp
    for name in set(sites["site"]) - set(found.opened):
        more = room.copy()
        more[name] += 1
        saved = before - allocate.solve(groups, more, routes, unplaced_gbp=price).objective_gbp
        assert found.value_of_a_place[name] == pytest.approx(saved, abs=1e-6)


def test_a_gap_is_reported_where_time_is_too_short_to_prove():
    rng = np.random.default_rng(1)
    cost = rng.integers(1000, 2001, (120, 120)).astype(float)
    problem = SiteProblem(cost, np.ones(120, np.int64), np.full(120, 120), rng.integers(100, 201, 120).astype(float))
    found = opened_for(problem, seconds=0.5, gap=0.0)
    assert 0 < found.gap < 0.2
    assert found.bound_gbp == pytest.approx(found.objective_gbp * (1 - found.gap))


GROUPS = pd.Series({"a": 3, "b": 4})
SITES = pd.DataFrame({"site": ["x", "y"], "places": [5, 3], "fixed_gbp": [10.0, 20.0]})
ROUTES = pd.DataFrame({"group": ["a", "b", "b"], "setting": ["x", "x", "y"], "cost_gbp": [1.0, 2.0, 1.0]})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sites": SITES.assign(places=[5, 1])}, r"7 children .* 6 places: 1 too few"),
        ({"sites": SITES.assign(places=[2, 9])}, "no choice of sites can place all 7 children"),
        ({"routes": ROUTES[1:]}, "3 children of a have no route"),
        ({"opened": 1}, r"the 1 largest of the sites have 5 places: 2 too few"),
        ({"budget_gbp": 5}, r"a budget of GBP 5 opens nothing: the cheapest site, x, costs GBP 10, GBP 5 more"),
        ({"budget_gbp": 25}, "no choice of sites can place all 7 children and keep to GBP 25"),
    ],
)
def test_what_is_impossible_is_explained_with_its_numbers(changed, words):
    asked = {"groups": GROUPS, "sites": SITES, "routes": ROUTES} | changed
    with pytest.raises(InfeasibleError, match=words):
        allocate.open_sites(**asked)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sites": SITES.drop(columns="places")}, "places"),
        ({"sites": SITES.assign(places=[1.5, 3])}, r"'x' has 1.5 places"),
        ({"sites": SITES.assign(fixed_gbp=[-1, 3])}, r"x costs -1"),
        ({"sites": SITES.assign(site=["x", "x"])}, "'x' is there twice"),
        ({"routes": ROUTES.assign(setting=["x", "x", "z"])}, "unknown setting: z"),
        ({"opened": 3}, "opened: 3 is not a whole number from 0 to 2"),
        ({"budget_gbp": -1}, "budget_gbp is -1"),
        ({"seconds": 0}, "seconds is 0"),
        ({"gap": 1}, "gap is 1"),
        ({"groups": GROUPS * -1}, "'a' has -3 children"),
    ],
)
def test_a_table_that_cannot_be_used_is_named(changed, words):
    asked = {"groups": GROUPS, "sites": SITES, "routes": ROUTES} | changed
    with pytest.raises(InputError, match=words):
        allocate.open_sites(**asked)


@given(site_problems(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(problem, by):
    def shuffled(table):
        return table.iloc[by.sample(range(len(table)), len(table))]

    limits = {"opened": problem.opened, "budget_gbp": problem.budget}
    limits["unplaced_gbp"] = None if problem.unplaced is None else float(problem.unplaced[0])
    tables = tables_of(problem)
    try:
        before = allocate.open_sites(*tables, **limits)
    except InfeasibleError:
        return
    after = allocate.open_sites(*(shuffled(table) for table in tables), **limits)
    assert after.opened == before.opened
    pd.testing.assert_frame_equal(after.placements, before.placements)
    pd.testing.assert_series_equal(after.value_of_a_place, before.value_of_a_place)


def test_no_children_open_nothing_and_cost_nothing():
    found = allocate.open_sites(GROUPS * 0, SITES, ROUTES)
    assert found.opened == ()
    assert found.objective_gbp == 0
    assert found.gap <= 1e-4
