"""Draws placed side by side: the same whoever places them, whatever becomes of a helper, from any kind of program."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from multiprocessing import get_context

import numpy as np
import pytest

from sufficiency import allocate, helper
from sufficiency.allocate.place import side_by_side
from sufficiency.allocate.place.one_future import Asked, Placing
from sufficiency.errors import InputError
from sufficiency.helper import Helper
from tests.allocate.forecasts import grown

UNGUARDED = """
import sufficiency as sf
area = sf.example_area()
plans = sf.forecast.plans(area, to=area.base_year + 1, draws=3, seed=7)
print(sf.allocate.places(area, plans, draws=3, workers=2).shortfall()["children"].sum())
"""


@pytest.fixture
def placed_by(tiny_area):
    plans = grown(tiny_area, to=2028, draws=5, growth=0.5)
    return lambda workers: allocate.places(tiny_area, plans, draws=5, workers=workers)


def the_same(one: allocate.Placed, other: allocate.Placed) -> bool:
    ledgers = all(np.array_equal(getattr(one.drawn, f.name), getattr(other.drawn, f.name)) for f in fields(one.drawn))
    return ledgers and np.array_equal(one.saves, other.saves) and np.array_equal(one.places, other.places)


def test_one_worker_and_two_give_the_same_children_places_and_values(placed_by):
    alone = placed_by(1)
    assert the_same(alone, placed_by(2))
    assert the_same(alone, placed_by(None))


def test_a_helper_does_its_share(placed_by, monkeypatch):
    handed = []
    call = Helper.__call__
    monkeypatch.setattr(Helper, "__call__", lambda one, what: (handed.append(what), call(one, what))[1])
    monkeypatch.setattr(side_by_side, "_next", lambda waiting, take=side_by_side._next: _slowly(take, waiting))
    placed_by(2)
    assert sum(isinstance(what, Asked) for what in handed) > 0


def _slowly(take, waiting):
    import threading
    import time

    if threading.current_thread() is threading.main_thread():
        time.sleep(1)  # so that the helper has started before the draws of so small an area are placed
    return take(waiting)


@pytest.mark.parametrize("command", ["raise SystemExit(3)", "import sys; sys.stdout.write('not a result')"])
def test_where_helpers_fail_this_process_places_every_draw(placed_by, monkeypatch, command):
    alone = placed_by(1)
    monkeypatch.setattr(helper, "COMMAND", command)
    assert the_same(alone, placed_by(3))


def test_where_no_python_can_be_started_this_process_places_every_draw(placed_by, monkeypatch):
    alone = placed_by(1)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert the_same(alone, placed_by(2))


def test_an_error_in_placing_reaches_the_caller_and_stops_the_helpers(placed_by, monkeypatch):
    monkeypatch.setattr(Placing, "through", _fails_after_the_expected(Placing.through))
    with pytest.raises(InputError, match="nowhere to go"):
        placed_by(2)


def _fails_after_the_expected(through):
    calls = []

    def fails(placing, asked):
        calls.append(asked)
        if len(calls) > 1:
            raise InputError("nowhere to go")
        return through(placing, asked)

    return fails


def test_a_script_without_a_guard_is_not_run_again_by_a_helper(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=120)
    assert len(ran.stdout.split()) == 1


def test_a_process_of_a_pool_starts_no_helpers_of_its_own():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(side_by_side._worthwhile, [_Large()]).result() == 1


class _Large:
    counts = np.array([10**9])


def test_helpers_are_started_only_where_there_is_enough_to_place(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert side_by_side._worthwhile([_Large()]) == 2
    small = _Large()
    small.counts = np.array([1000])
    assert side_by_side._worthwhile([small] * 10) == 1


def test_a_number_of_workers_that_cannot_be_is_refused(placed_by):
    with pytest.raises(InputError, match="workers is 0: a whole number of 1 or more"):
        placed_by(0)
