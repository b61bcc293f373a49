"""The checker finds each kind of broken rule, on a plan that can be walked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sufficiency.transport.routing.checker import Walked, walk
from tests.transport.small_mornings import line

PLAN = pd.DataFrame(
    {
        "vehicle": "minibus",
        "round": 1,
        "order": [1, 2, 3, 4],
        "stop": ["d", "c", "b", "a"],
        "children": 1,
        "wheelchairs": 0,
        "minutes_on_board": [8.0, 6.0, 4.0, 2.0],
    }
)


def walked(plan: pd.DataFrame = PLAN, *, stops: dict | None = None, vehicles: dict | None = None, **others) -> Walked:
    these_stops, these_vehicles, travel = line()
    return walk(
        plan, these_stops.assign(**stops or {}), these_vehicles.assign(**vehicles or {}), travel, school="S", **others
    )


def test_a_good_plan_breaks_nothing_and_costs_what_it_costs_by_hand():
    found = walked()
    assert found.broken == ()
    assert found.cost_gbp == pytest.approx(15 + 8)  # one minibus, 8 km
    assert len(found.late) == 0


def test_a_start_elsewhere_adds_its_leg():
    assert walked(vehicles={"start": "a"}).cost_gbp == pytest.approx(15 + 6 + 8)


def test_boarding_time_is_ridden_by_those_already_aboard():
    slow = walked(PLAN.assign(minutes_on_board=[12.0, 9.0, 6.0, 3.0]), stops={"service_minutes": 1.0})
    assert slow.broken == ()


@pytest.mark.parametrize(
    ("says", "plan", "stops", "vehicles"),
    [
        ("needs 4 seats", PLAN.assign(vehicle="taxi"), {}, {}),
        ("needs 5 seats", PLAN, {"assistant": [True, False, False, False]}, {}),
        ("2 wheelchairs", PLAN.assign(wheelchairs=[1, 1, 0, 0]), {"wheelchairs": [0, 0, 1, 1]}, {}),
        ("has company", PLAN, {"solo": [True, False, False, False]}, {}),
        (
            "limit is 7 ",
            PLAN.replace({"stop": {"a": "x", "d": "a"}}).replace({"stop": {"x": "d"}}),
            {"max_ride_minutes": 7.0},
            {},
        ),
        ("said to ride", PLAN.assign(minutes_on_board=1.0), {}, {}),
        ("1 children (0 in wheelchairs) carried; 2", PLAN, {"children": [1, 1, 1, 2]}, {}),
        ("0 children (0 in wheelchairs) carried; 1", PLAN.iloc[:3].assign(minutes_on_board=[8.0, 6, 4]), {}, {}),
        ("1 rounds by minibus; 0 available", PLAN, {}, {"available": [np.nan, 0]}),
        ("not in the tables", PLAN.assign(vehicle="coach"), {}, {}),
    ],
)
def test_each_broken_rule_is_named(says, plan, stops, vehicles):
    assert any(says in broken for broken in walked(plan, stops=stops, vehicles=vehicles).broken)


def test_pairs_kept_apart_are_named():
    assert walked(apart=[("a", "d")]).broken == ("round 1: a and d share",)


def test_a_child_whose_direct_ride_is_over_the_limit_is_late_but_breaks_nothing():
    found = walked(PLAN, stops={"max_ride_minutes": [45, 45, 45, 5.0]})
    assert found.broken == ()
    assert found.late[["stop", "minutes_on_board", "direct_minutes"]].values.tolist() == [["d", 8.0, 8.0]]
