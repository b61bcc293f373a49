"""A suitable place comes before any saving: as many children have one as can, at the least cost, whatever the weight."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy.optimize import linprog
from scipy.sparse import csr_array

from sufficiency.allocate.flow.place_first import held, weight
from sufficiency.allocate.flow.solve import Solution, solve
from sufficiency.whole_units import FLOW_LARGEST, Units
from tests.allocate.problems import Tables, tables


def placed_first(t: Tables, times: int = 1) -> Solution:
    dearest = float(t.routes["cost_gbp"].max()) if len(t.routes) else 0.0
    return solve(t.groups, t.places, t.routes, unplaced_gbp=times * weight(dearest, len(t.places)))


def most_that_can_be_placed(t: Tables) -> int:
    """Return the most children who can have a place, as SciPy's HiGHS finds it."""
    if not len(t.routes):
        return 0
    group, setting = t.groups.index.get_indexer(t.routes["group"]), t.places.index.get_indexer(t.routes["setting"])
    columns, ones = np.arange(len(t.routes)), np.ones(len(t.routes))
    rows = csr_array(
        (np.concatenate([ones, ones]), (np.append(group, setting + len(t.groups)), np.append(columns, columns))),
        shape=(len(t.groups) + len(t.places), len(t.routes)),
    )
    return round(-float(linprog(-ones, A_ub=rows, b_ub=np.append(t.groups, t.places)).fun))


@given(tables())
def test_no_child_is_without_a_place_whom_some_way_of_placing_all_would_give_one(t: Tables) -> None:
    assert int(t.groups.sum()) - int(placed_first(t).unplaced.sum()) == most_that_can_be_placed(t)


@given(tables())
def test_a_higher_weight_changes_nothing(t: Tables) -> None:
    one, ten = placed_first(t), placed_first(t, 10)
    assert one.unplaced.sum() == ten.unplaced.sum()
    paid = [
        float((found.placements.merge(t.routes)["children"] * found.placements.merge(t.routes)["cost_gbp"]).sum())
        for found in (one, ten)
    ]
    assert paid[0] == pytest.approx(paid[1])


def test_below_it_a_dear_place_stays_empty_while_a_child_has_none() -> None:
    """One place at 90,000: a weight of 75,000, as councils never decide, would leave it empty."""
    routes = pd.DataFrame({"group": ["A"], "setting": ["dear"], "cost_gbp": [90_000.0]})
    asked = (pd.Series({"A": 1}), pd.Series({"dear": 1}), routes)
    assert solve(*asked, unplaced_gbp=75_000.0).unplaced["A"] == 1
    assert solve(*asked, unplaced_gbp=weight(90_000.0, 1)).unplaced["A"] == 0


def test_a_weight_is_cut_to_what_64_bits_hold_and_is_then_the_same_for_like_problems() -> None:
    pence = Units(100)
    assert held(1e6, pence, nodes=5_000, times=4) == 1e6
    cut = [held(1e15, pence, nodes=nodes, times=4) for nodes in (5_000, 5_100)]
    assert cut[0] == cut[1]
    assert cut[0] * 4 * 100 * 5_002 <= FLOW_LARGEST
