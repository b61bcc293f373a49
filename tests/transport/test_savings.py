"""Savings and set partitioning: what each promises on its own."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings

from sufficiency.transport.routing.morning import Trip
from sufficiency.transport.routing.partition import best_partition
from sufficiency.transport.routing.rounds import compiled
from sufficiency.transport.routing.savings import savings_runs
from tests.transport.small_mornings import line, mornings

ENDLESS: dict[str, float] = {}  # until the best is proven


def unlimited(tables):
    stops, vehicles, travel = tables
    return compiled(stops, vehicles.assign(available=np.nan), travel, school="S")


@given(mornings())
@settings(max_examples=25)
def test_every_run_of_a_savings_plan_has_room_and_keeps_its_rides(tables):
    run = unlimited(tables)
    plan, pool = savings_runs(run)
    assert all(run.fits(trip) for trip in plan)
    assert sorted(p for trip in plan for p in trip.parts) == list(range(len(run)))
    assert {trip.parts for trip in plan} <= pool


@given(mornings())
@settings(max_examples=25)
def test_set_partitioning_is_never_dearer_than_the_plan_that_fed_it(tables):
    run = unlimited(tables)
    plan, pool = savings_runs(run)
    better = best_partition(run, pool, ENDLESS, incumbent=plan)
    assert run.total(better) <= run.total(plan) + 1e-9
    assert all(run.fits(trip) for trip in better)


def test_set_partitioning_of_every_run_is_the_best_plan_there_is():
    run = compiled(*line(), school="S")
    every = {p for size in range(1, 5) for p in itertools.permutations(range(4), size)}
    assert run.total(best_partition(run, every, ENDLESS)) == pytest.approx(23)


def test_without_time_the_incumbent_is_kept():
    run = compiled(*line(), school="S")
    alone = [Trip(0, (i,)) for i in range(4)]
    assert best_partition(run, set(), ENDLESS, incumbent=alone) == alone


def test_a_limited_fleet_that_no_run_fits_has_no_partition():
    stops, vehicles, travel = line()
    run = compiled(stops, vehicles.assign(available=[1, 0]), travel, school="S")
    assert best_partition(run, {(0,), (1,), (2,), (3,)}, ENDLESS) is None
