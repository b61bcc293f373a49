"""The fast estimates: what they promise by shape and by law; how near they are is measured in the benchmark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.rounds_mornings import FLEET, mornings
from sufficiency.errors import InputError
from sufficiency.transport.cost.estimate import Homes, approximate, calibrate, homes_of, sample
from sufficiency.transport.routing.rounds import compiled
from sufficiency.transport.routing.stops import read_vehicles


@pytest.fixture(scope="module")
def samples():
    """Eight small schools, planned by savings and set partitioning alone: quick, and enough to calibrate on."""
    return [
        sample(*m.tables, school=m.school, seconds=0)
        for day in range(2)
        for m in mornings(children=160, schools=5, seed=3, day=day)
        if len(m.stops) > 3
    ]


@pytest.fixture(scope="module")
def estimate(samples):
    return calibrate(samples, FLEET)


def homes(**changes) -> Homes:
    facts = {
        "children": 100.0, "km": 10.0, "minutes": 20.0, "spread": 0.5, "area_km2": 300.0, "limit_minutes": 60.0,
        "boarding_minutes": 1.0, "wheelchairs": 0.1, "solo": 0.05,
    } | changes  # fmt: skip
    return Homes(**{name: np.asarray(value, dtype=float) for name, value in facts.items()})


def test_one_child_costs_a_direct_ride_by_the_cheapest_vehicle():
    alone = homes(children=1, spread=0, wheelchairs=0, solo=0)
    taxi = FLEET.iloc[0]
    by_hand = taxi["fixed_gbp"] + 10 * taxi["gbp_per_km"] + 20 * taxi["gbp_per_minute"]
    assert approximate(alone, read_vehicles(FLEET)) == pytest.approx(by_hand)


def test_nobody_costs_nothing(estimate):
    assert estimate.school(homes(children=0)) == 0


@pytest.mark.parametrize(
    ("dearer", "than"),
    [({"km": 20, "minutes": 40}, {}), ({"limit_minutes": 25}, {}), ({"area_km2": 900}, {}), ({"solo": 0.5}, {})],
)
def test_further_apart_shorter_rides_and_riding_alone_cost_more(dearer, than):
    fleet = read_vehicles(FLEET)
    assert approximate(homes(**dearer), fleet) > approximate(homes(**than), fleet)


def test_more_children_cost_more_and_each_costs_less(estimate):
    few, many = estimate.school(homes(children=[50.0, 200.0]))
    assert few < many < 4 * few


def test_draws_by_schools_come_back_in_their_shape_and_add_up(estimate):
    draws = np.random.default_rng(1).integers(0, 300, (1_000, 12)).astype(float)
    by_school = homes(children=draws, km=np.linspace(5, 15, 12))
    assert estimate.school(by_school).shape == (1_000, 12)
    assert estimate.county(by_school) == pytest.approx(estimate.school(by_school).sum(axis=1))


def test_a_school_is_described_by_its_stops():
    stops = pd.DataFrame(
        {"stop": ["a", "b"], "children": [3, 1], "wheelchairs": [1, 0], "max_ride_minutes": 30.0, "solo": [False, True]}
    )
    pairs = [("a", "S", 4.0), ("b", "S", 8.0), ("a", "b", 4.0), ("b", "a", 4.0)]
    travel = pd.DataFrame(pairs, columns=["origin", "destination", "km"]).assign(minutes=lambda t: 2 * t["km"])
    found = homes_of(compiled(stops, FLEET, travel, school="S"), area_km2=50.0)
    assert found.children == 4
    assert found.km == pytest.approx(5)
    assert found.minutes == pytest.approx(10)
    assert (found.wheelchairs, found.solo, found.area_km2) == (0.25, 0.25, 50.0)


def test_its_error_is_measured_on_samples_left_out(samples, estimate):
    assert 0 < estimate.error_county < estimate.error_school < 0.3
    assert estimate.samples == len(samples)
    assert estimate.savings_ratio == pytest.approx(1, abs=1e-9)  # these samples were planned by savings alone


def test_a_calibration_follows_its_samples(samples, estimate):
    dearer = calibrate([replace(s, routed_gbp=1.5 * s.routed_gbp) for s in samples], FLEET)
    assert dearer.school(homes()) == pytest.approx(1.5 * estimate.school(homes()))


def test_the_margin_is_what_savings_say_two_mornings_differ_by(estimate):
    morning = mornings(children=80, schools=3, seed=3)[0]
    fewer = morning.stops.iloc[3:]
    less = estimate.margin(morning.stops, fewer, morning.vehicles, morning.travel, school=morning.school)
    assert less < 0
    assert estimate.margin(fewer, fewer, morning.vehicles, morning.travel, school=morning.school) == 0


def test_too_few_samples_are_refused(samples):
    with pytest.raises(InputError, match="3 routed samples; at least 8"):
        calibrate(samples[:3], FLEET)
