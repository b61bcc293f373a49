"""Rounds: by hand, by law on many small mornings, and with tables that can't be used."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import sufficiency as sf
from sufficiency.errors import InfeasibleError, InputError
from sufficiency.transport.routing.rounds import compiled
from tests.transport.small_mornings import line, mornings, road


def plan(stops, vehicles, travel, **options):
    return sf.transport.rounds(stops, vehicles, travel, school="S", seconds=options.pop("seconds", 0.3), **options)


def stops_by_round(found) -> list[list]:
    return [list(part["stop"]) for _, part in found.rounds.groupby("round")]


def test_four_stops_on_a_road_take_one_minibus_from_the_far_end():
    found = plan(*line())
    assert stops_by_round(found) == [["d", "c", "b", "a"]]
    assert found.cost_gbp == pytest.approx(23)
    assert list(found.rounds["minutes_on_board"]) == [8, 6, 4, 2]
    assert len(found.late) == 0
    found.check()


def test_a_limit_that_binds_splits_the_run():
    stops, vehicles, travel = line()
    found = plan(stops.assign(service_minutes=1.0, max_ride_minutes=9.5), vehicles, travel)
    assert len(stops_by_round(found)) == 2
    assert (found.rounds["minutes_on_board"] <= 9.5).all()


def test_a_direct_ride_over_the_limit_is_carried_direct_and_counted():
    stops, vehicles, travel = line()
    found = plan(stops.assign(max_ride_minutes=5.0), vehicles, travel)
    assert set(found.late["stop"]) == {"c", "d"}
    assert (found.late["minutes_on_board"] == found.late["direct_minutes"]).all()
    assert any("2 children's direct ride" in note for note in found.notes)


def test_a_stop_larger_than_any_vehicle_is_shared_and_said_so():
    stops, vehicles, travel = line()
    found = plan(stops.assign(children=[9, 1, 1, 1], wheelchairs=[1, 0, 0, 0]), vehicles, travel)
    assert found.rounds.loc[found.rounds["stop"] == "a", "children"].sum() == 9
    assert any("shared between vehicles: a" in note for note in found.notes)


def test_a_solo_child_rides_alone_and_a_pair_kept_apart_never_shares():
    stops, vehicles, travel = line()
    found = plan(stops.assign(solo=[True, False, False, False]), vehicles, travel, apart=[("c", "d")])
    assert ["a"] in stops_by_round(found)
    assert not any({"c", "d"} <= set(labels) for labels in stops_by_round(found))


def test_an_assistant_takes_a_seat_and_is_paid():
    stops, vehicles, travel = line()
    found = plan(stops.assign(assistant=[True] * 4), vehicles.assign(assistant_gbp=1.0), travel)
    assert len(stops_by_round(found)) == 2  # three children and an assistant, then one and another
    assert found.by_round["assistant"].all()


def test_closed_tours_from_a_depot_are_the_classic_problem():
    """Four stops at a square's corners, two a van: two tours of a side and two half-diagonals."""
    points = {"S": (0.0, 0.0), "a": (1.0, 1.0), "b": (1.0, -1.0), "c": (-1.0, 1.0), "d": (-1.0, -1.0)}
    stops = pd.DataFrame({"stop": list("abcd"), "children": 1, "wheelchairs": 0, "max_ride_minutes": np.inf})
    van = pd.DataFrame({"vehicle": ["van"], "seats": [2], "gbp_per_km": [1.0], "start": ["S"], "available": [np.inf]})
    assert plan(stops, van, road(points)).cost_gbp == pytest.approx(2 * (2 + 2 * np.sqrt(2)))


def test_labels_come_back_as_they_were_given():
    travel = road({"0": (0, 0), "1": (1, 0), "2": (2, 0)}).astype({"origin": int, "destination": int})
    stops = pd.DataFrame({"stop": [1, 2], "children": [1, 1], "wheelchairs": 0, "max_ride_minutes": None})
    van = pd.DataFrame({"vehicle": [7], "seats": [4], "gbp_per_km": [1.0]})
    found = sf.transport.rounds(stops, van, travel, school=0, seconds=0.1)
    assert set(found.rounds["stop"]) == {1, 2}
    assert set(found.rounds["vehicle"]) == {7}


def test_one_way_roads_are_honoured():
    stops, vehicles, travel = line()
    uphill = travel["origin"].eq("d") & travel["destination"].eq("c")
    found = plan(stops, vehicles, travel.assign(km=travel["km"].mask(uphill, 100.0)))
    assert not any({("d", "c")} & set(itertools.pairwise(labels)) for labels in stops_by_round(found))


@given(mornings())
@settings(max_examples=25)
def test_every_child_is_carried_once_and_every_rule_is_kept(tables):
    try:
        found = plan(*tables, seconds=0.1)
    except (InfeasibleError, InputError) as error:
        assert "fleet is too small" in str(error) or "no vehicle can carry" in str(error)  # noqa: PT017
        return
    found.check()
    carried = found.rounds.groupby("stop")[["children", "wheelchairs"]].sum()
    expected = tables[0].set_index("stop")[["children", "wheelchairs"]]
    pd.testing.assert_frame_equal(carried, expected.sort_index(), check_dtype=False)


@given(mornings(most=5))
@settings(max_examples=10)
def test_no_single_run_in_any_order_is_cheaper_than_the_plan(tables):
    stops, vehicles, travel = tables
    stops = stops.assign(solo=False, assistant=False, wheelchairs=0, max_ride_minutes=np.nan, children=1)
    vehicles = vehicles.assign(available=np.nan)
    found = plan(stops, vehicles, travel)
    run = compiled(stops, vehicles, travel, school="S")
    one_run = [t for order in itertools.permutations(range(len(run))) if (t := run.cheapest(order))]
    assert found.cost_gbp <= min((run.cost(t) for t in one_run), default=np.inf) + 1e-6


def test_the_same_seed_gives_the_same_plan():
    tables = line()
    pd.testing.assert_frame_equal(plan(*tables, seed=3).rounds, plan(*tables, seed=3).rounds)


def test_a_fleet_too_small_says_who_is_left_and_what_would_do():
    stops, vehicles, travel = line()
    with pytest.raises(InfeasibleError, match=r"2 children are left.*smallest fleet found that works: 2 taxi \(1 more"):
        plan(stops, vehicles.iloc[:1].assign(available=1), travel)


def test_a_fleet_with_seats_but_too_few_hours_says_so_too():
    stops, vehicles, travel = line()
    with pytest.raises(InfeasibleError, match="Raise `available`, or lengthen"):
        plan(stops.assign(service_minutes=5.0, max_ride_minutes=14.0), vehicles.assign(available=[0, 1]), travel)


def test_a_limited_fleet_is_kept_to_when_it_is_just_enough():
    stops, vehicles, travel = line()
    found = plan(stops, vehicles.assign(available=[2, 0]), travel)
    assert found.by_round["vehicle"].value_counts().to_dict() == {"taxi": 2}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda s, v, t: (s, v, t.iloc[1:]),
            "travel lacks km or minutes for 1 pairs of places that a run could join: a to ",
        ),
        (lambda s, v, t: (s, v, t[t["origin"] != "a"]), "travel lacks km or minutes for 4 pairs"),
        (lambda s, v, t: (s, v, t.assign(minutes=-t["minutes"])), "nothing is below 0"),
        (lambda s, v, t: (s, v, t.assign(km=np.nan)), "travel lacks km or minutes"),
        (lambda s, v, t: (s, v, pd.concat([t, t.iloc[:1]])), "is there twice"),
        (lambda s, v, t: (s, v, t.drop(columns="km")), "the column 'km' is missing"),
        (lambda s, v, t: (s.assign(stop=["a", "b", "c", "sea"]), v, t), "travel has nothing about sea"),
        (lambda s, v, t: (s.assign(stop="a"), v, t), "there already"),
        (lambda s, v, t: (s.assign(children=-1), v, t), "below 0"),
        (lambda s, v, t: (s.assign(children=0), v, t), "nobody waits"),
        (lambda s, v, t: (s.assign(wheelchairs=2), v, t), "2 wheelchairs but 1 children"),
        (lambda s, v, t: (s.assign(wheelchairs=1), v.iloc[:1], t), "no vehicle can carry a child in a wheelchair"),
        (lambda s, v, t: (s, v.assign(seats="many"), t), "'many' is not a number"),
        (lambda s, v, t: (s, v.iloc[:0], t), "vehicles has no rows"),
    ],
)
def test_a_table_that_cannot_be_used_is_said_to_be(change, says):
    stops, vehicles, travel = line()
    first_is_school = travel.sort_values("origin", key=lambda c: c != "a", kind="stable")
    with pytest.raises(InputError, match=says):
        plan(*change(stops, vehicles, first_is_school), seconds=0)


def test_a_pair_that_is_not_two_stops_is_said_to_be():
    with pytest.raises(InputError, match="not a pair of two stops"):
        plan(*line(), apart=[("a", "nowhere")])
