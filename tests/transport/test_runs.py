"""The one approximation of rounds: by hand where it is exact, by law elsewhere; how near it is, a benchmark measures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.transport.cost.homes import Homes
from sufficiency.transport.cost.market import shared_gbp, shared_runs
from sufficiency.transport.cost.runs import runs
from sufficiency.transport.cost.school_run_rates import SchoolRunRates, Vehicle
from sufficiency.transport.modes.modes import Levers

RATES = SchoolRunRates.of(sf.example_area())
TAXI = Vehicle("shared_taxi", 4, 0, 20.0, 1.0, 0.1, assistant_share=0.5, assistant_gbp=40.0)
MINIBUS = Vehicle("minibus", 16, 0, 200.0, 0.5, 0.0, assistant_share=1.0, assistant_gbp=40.0)


def homes(**changes: object) -> Homes:
    facts = {"km": 10.0, "minutes": 20.0, "spread": 0.5, "area_km2": 300.0, "limit_minutes": 60.0} | changes
    return Homes(**{name: np.asarray(value, dtype=float) for name, value in facts.items()})


def carried(children: object, vehicle: Vehicle = TAXI, levers: Levers | None = None, **changes: object):
    return runs(RATES, np.asarray(children, dtype=float), homes(**changes), vehicle, levers)


def test_one_child_costs_a_direct_ride_there_and_back() -> None:
    found = carried(1, spread=0)
    minutes = 20 + RATES.boarding_minutes
    assert (found.vehicles, found.assistants) == (pytest.approx(1), pytest.approx(0.5))
    assert found.km == pytest.approx(2 * 10)
    assert found.minutes_more == pytest.approx(RATES.boarding_minutes)
    assert found.gbp == pytest.approx(20 + 0.5 * 40 + 2 * 10 * 1.0 + 2 * minutes * 0.1)


def test_one_child_costs_as_much_wherever_the_mean_home_is_spread_to() -> None:
    assert carried(1, spread=0.8).gbp == pytest.approx(carried(1, spread=0).gbp)


def test_half_an_expected_child_costs_half_a_vehicle() -> None:
    assert carried(0.5).gbp == pytest.approx(carried(1).gbp / 2)
    assert carried(0).gbp == 0


def test_a_guide_too_short_for_a_second_stop_sends_everyone_alone() -> None:
    alone = carried(12, limit_minutes=0, spread=0)
    assert alone.vehicles == pytest.approx(12)
    assert carried(12, limit_minutes=90, spread=0, area_km2=1).vehicles == pytest.approx(12 / 4)


@pytest.mark.parametrize("dearer", [{"km": 20, "minutes": 40}, {"limit_minutes": 25}, {"area_km2": 900}])
def test_further_out_further_apart_and_shorter_rides_cost_more(dearer: dict[str, float]) -> None:
    assert carried(60, **dearer).gbp > carried(60).gbp


@given(children=st.floats(0.1, 300), more=st.floats(1.0, 50.0))
def test_more_children_never_cost_less_and_nobody_rides_without_a_seat(children: float, more: float) -> None:
    few, many = carried([children, children + more], MINIBUS).gbp
    assert few <= many * (1 + 1e-9)
    assert float(carried(children).vehicles) * TAXI.seats >= children - 1e-9


def test_pick_up_points_and_a_second_run_save() -> None:
    assert carried(60, levers=Levers(pick_up_share=0.5)).gbp < carried(60).gbp
    twice, once = carried(60, MINIBUS, Levers(stagger_share=1.0)), carried(60, MINIBUS)
    assert twice.vehicles == pytest.approx(once.vehicles / 2)
    assert twice.km == pytest.approx(once.km)


def test_a_share_of_travellers_takes_a_share_of_everything_but_rides_as_long() -> None:
    whole, part = carried(60), carried(60).times(0.25)
    assert (part.gbp, part.km, part.vehicles) == tuple(
        pytest.approx(x / 4) for x in (whole.gbp, whole.km, whole.vehicles)
    )
    assert part.minutes_more == whole.minutes_more


def test_draws_by_schools_come_back_in_their_shape() -> None:
    draws = np.random.default_rng(1).integers(0, 300, (1_000, 12)).astype(float)
    assert carried(draws, km=np.linspace(5, 15, 12)).gbp.shape == (1_000, 12)


def test_riders_of_all_kinds_are_those_who_share_and_cost_what_their_runs_cost() -> None:
    way = {"shared": np.array([0.0, 3.0, 90.0]), "wheelchair": np.array([0.0, 1.0, 9.0])}
    found = shared_runs(RATES, way, homes())
    riders = sum(children for children, _ in found.values())
    assert np.allclose(riders, way["shared"] + way["wheelchair"])
    assert np.allclose(shared_gbp(RATES, way, homes()), sum(run.gbp for _, run in found.values()))
    assert found["minibus"][0][2] / 90 > found["minibus"][0][1] / 3  # a minibus has to fill to be worth it


def test_the_longer_the_legs_that_an_area_assumes_the_dearer_shared_rides_and_a_lone_one_stays() -> None:
    def at(leg: float, children: float) -> float:
        rates = SchoolRunRates.of(ChangeAssumption("transport.leg_over_root_area", leg)(sf.example_area()))
        return float(runs(rates, np.asarray(children), homes(spread=0), MINIBUS).gbp)

    assert at(0.6, 12.0) < at(0.7124, 12.0) < at(0.9, 12.0)
    assert at(0.6, 1.0) == at(0.9, 1.0)
