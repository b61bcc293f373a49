"""Sharing runs between schools: by hand, and never dearer than keeping them apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sufficiency.errors import InputError
from sufficiency.transport.routing.shared_rounds import SharedRounds, shared_rounds
from tests.transport.small_mornings import road

BELLS = pd.DataFrame({"school": ["S", "T"], "opens_minutes": [510.0, 510.0], "bell_minutes": [535.0, 535.0]})

SHORT = BELLS.assign(opens_minutes=525.0)


def two_schools(**changes) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Two homes side by side, 10 km from two schools that are side by side, a minute a km."""
    points = {"S": (0.0, 0.0), "T": (1.0, 0.0), "a": (10.0, 0.0), "b": (11.0, 0.0)}
    stops = pd.DataFrame(
        {"stop": ["a", "b"], "school": ["S", "T"], "children": 1, "wheelchairs": 0, "max_ride_minutes": 30.0}
    ).assign(**changes)
    van = pd.DataFrame({"vehicle": ["van"], "seats": [2], "fixed_gbp": [20.0], "gbp_per_km": [1.0]})
    return stops, van, road(points)


def plan(tables, schools=BELLS, seconds=0.5) -> SharedRounds:
    return shared_rounds(*tables, schools=schools, seconds=seconds)


def test_two_neighbours_share_a_van_to_neighbouring_schools():
    found = plan(two_schools())
    assert found.cost_gbp == pytest.approx(20 + 11)  # b, a, T, S
    assert found.separate_gbp == pytest.approx(2 * 20 + 10 + 10)
    assert list(found.calls["call"]) == ["b", "a", "T", "S"]
    assert found.saved_share == pytest.approx(1 - 31 / 60)


def test_bells_far_apart_keep_them_apart():
    apart = BELLS.assign(opens_minutes=[510.0, 630.0], bell_minutes=[530.0, 650.0])
    assert plan(two_schools(), apart).saved_share == 0


def test_a_full_van_comes_back_for_a_second_load_where_bells_allow():
    found = plan(two_schools(children=2))
    assert list(found.calls["call"]) == ["b", "T", "a", "S"]
    assert plan(two_schools(children=2), SHORT).saved_share == 0


def test_a_child_who_travels_alone_is_not_shared():
    assert plan(two_schools(solo=[True, False]), SHORT).saved_share == 0


def test_a_direct_ride_over_the_limit_is_carried_and_late():
    found = plan(two_schools(max_ride_minutes=[5.0, 30.0]))
    assert list(found.late["stop"]) == ["a"]


def test_every_child_is_picked_up_then_set_down_at_their_school_in_time():
    draw = np.random.default_rng(2)
    points = {"S": (0.0, 0.0), "T": (6.0, 2.0)} | {f"h{i}": tuple(draw.uniform(-15, 15, 2)) for i in range(14)}
    homes = list(points)[2:]
    stops = pd.DataFrame({"stop": homes, "children": draw.integers(1, 3, 14), "max_ride_minutes": 40.0})
    stops = stops.assign(wheelchairs=0, school=np.where(draw.random(14) < 0.5, "S", "T"))
    van = pd.DataFrame({"vehicle": ["van"], "seats": [6], "fixed_gbp": [40.0], "gbp_per_km": [0.5]})
    found = plan((stops, van, road(points)), seconds=1.5)
    up, down = (found.calls[found.calls["children"].mul(sign) > 0] for sign in (1, -1))
    assert found.cost_gbp <= found.separate_gbp
    assert up.groupby("call")["children"].sum().to_dict() == stops.set_index("stop")["children"].to_dict()
    assert down["clock_minutes"].between(510 - 1e-6, 535 + 1e-3).all()
    both = up.merge(down, on=["round", "part"], suffixes=("", "_down")).merge(stops, left_on="call", right_on="stop")
    assert len(both) == len(stops)
    assert (both["call_down"] == both["school"]).all()
    assert (both["clock_minutes_down"] - both["clock_minutes"] <= 40 + 1e-3).all()
    aboard = found.calls.sort_values(["round", "order"]).groupby("round")["children"].cumsum()
    assert aboard.between(0, 6).all()


@pytest.mark.parametrize(
    ("stops", "schools", "says"),
    [
        ({"school": ["S", "U"]}, BELLS, "school U is not in the schools table"),
        ({}, BELLS.assign(opens_minutes=600.0), "opens after its bell"),
        ({"stop": ["a", "z"]}, BELLS, "travel has nothing about z"),
    ],
)
def test_schools_that_cannot_be_used_are_said_to_be(stops, schools, says):
    with pytest.raises(InputError, match=says):
        plan(two_schools(**stops), schools)
