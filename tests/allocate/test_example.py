"""The laws again on the example area's own children, settings and costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

import sufficiency as sf
from sufficiency.allocate.flow.solve import Solution, solve
from tests.allocate.forecasts import grown

UNPLACED_GBP = 150_000.0
Asked = tuple[pd.Series, pd.Series, pd.DataFrame]


@pytest.fixture(scope="module")
def asked() -> Asked:
    """Return three years' growth of Northamptonshire's specialist children, as a problem without a past."""
    area = sf.example_area()
    placed = sf.allocate.places(area, grown(area, to=2028, draws=1, growth=0.03), draws=1)
    last = placed.placements[placed.placements["year"] == 2028]
    homes = last.groupby(["zone", "ncy", "need"], as_index=False)["children"].sum()
    homes.index = pd.Index([f"{row.zone} {row.ncy} {row.need}" for row in homes.itertuples()])
    routes = sf.allocate.routes(area, homes)[["group", "setting", "cost_gbp"]]
    return homes["children"], area.places_in(2028), routes


@pytest.fixture(scope="module")
def found(asked: Asked) -> Solution:
    return solve(*asked, unplaced_gbp=UNPLACED_GBP)


def test_the_example_is_placed_at_the_cost_that_highs_finds(asked: Asked, found: Solution) -> None:
    children, places, routes = asked
    group, setting = children.index.get_indexer(routes["group"]), places.index.get_indexer(routes["setting"])
    n, m = len(children), len(routes)
    each_child = csr_array((np.ones(m + n), (np.append(group, np.arange(n)), np.arange(m + n))))
    each_place = csr_array((np.ones(m), (setting, np.arange(m))), shape=(len(places), m + n))
    costs = np.append(routes["cost_gbp"], np.full(n, UNPLACED_GBP))
    least = linprog(costs, A_ub=each_place, b_ub=places, A_eq=each_child, b_eq=children, method="highs-ipm").fun
    assert children.sum() > 3_000
    assert found.objective_gbp == pytest.approx(least, rel=1e-9)
    assert found.certificate_gap_gbp == 0
    assert found.placements["children"].sum() + found.unplaced.sum() == children.sum()


def test_the_example_is_placed_at_the_cost_that_pulp_finds(asked: Asked, found: Solution) -> None:
    algebra = sf.allocate.as_program(*asked, unplaced_gbp=UNPLACED_GBP).solve()
    assert found.objective_gbp == pytest.approx(algebra.objective_gbp, rel=1e-9)


def test_every_value_in_the_example_is_what_one_more_place_saves(asked: Asked, found: Solution) -> None:
    _, places, _ = asked
    assert (found.value_of_a_place > 0).sum() > 10
    for setting in places.index:
        assert found.value_of_block(setting, 1) == pytest.approx(found.value_of_a_place[setting], abs=1e-6)
        assert found.chain(setting)["saves_gbp"].sum() == pytest.approx(found.value_of_a_place[setting], abs=1e-6)
        assert setting in found.why(setting)


def test_short_lists_of_three_come_to_the_same_in_the_example(asked: Asked, found: Solution) -> None:
    short = solve(*asked, unplaced_gbp=UNPLACED_GBP, short_list=3)
    assert short.flow.rounds > 1
    assert short.objective_gbp == found.objective_gbp
    pd.testing.assert_series_equal(short.value_of_a_place, found.value_of_a_place)


def test_a_block_of_places_is_worth_no_more_than_its_places_apart(found: Solution) -> None:
    dearest = found.value_of_a_place.idxmax()
    worth = [found.value_of_block(dearest, n) for n in (0, 1, 10, 50)]
    assert worth == sorted(worth)
    assert worth[3] <= 50 * worth[1]
    assert worth[2] / 10 <= worth[1]
    assert (worth[3] - worth[2]) / 40 <= worth[2] / 10


def test_new_placements_are_spread_as_todays_are_unless_all_are_placed_at_least_cost() -> None:
    area = sf.example_area()
    nearest = sf.ChangeAssumption("allocate.fit_gbp", 0.0)(area)
    children = grown(area, to=2030, draws=1, growth=0.03)

    def mean_km(of: sf.Area) -> tuple[float, float]:
        travel = sf.allocate.places(of, children, draws=1).travel(levels=(0.5,)).set_index("year")["mean_km"]
        return float(travel[2026]), float(travel[2030])

    today, later = mean_km(area)
    assert later == pytest.approx(today, rel=0.12)
    assert mean_km(nearest)[1] < 0.85 * later
