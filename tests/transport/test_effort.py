"""A search bounded by work gives the same plan whatever the machine is busy with."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.rounds_mornings import mornings
from sufficiency.errors import InputError
from sufficiency.transport import rounds, shared_rounds
from sufficiency.transport.routing.effort import Clock, Work, effort
from tests.transport.small_mornings import line
from tests.transport.test_shared_rounds import BELLS, two_schools


@contextmanager
def busy_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep a thread busy, and let every clock that is read run a thousand times too fast."""
    true, done = time.perf_counter, threading.Event()

    def work() -> None:
        while not done.is_set():
            sum(range(1_000))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        with monkeypatch.context() as patched:
            patched.setattr(time, "perf_counter", lambda: 1_000 * true())
            yield
    finally:
        done.set()
        thread.join()


def test_the_same_iterations_give_the_same_rounds_on_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    morning = max(mornings(children=200, schools=4, seed=5), key=lambda m: len(m.stops))
    quiet = rounds(*morning.tables, school=morning.school, iterations=60, seed=3)
    with busy_machine(monkeypatch):
        busy = rounds(*morning.tables, school=morning.school, iterations=60, seed=3)
    assert quiet.rounds.equals(busy.rounds)
    assert quiet.cost_gbp == busy.cost_gbp


def test_shared_rounds_too(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = shared_rounds(*two_schools(), schools=BELLS, iterations=50)
    with busy_machine(monkeypatch):
        busy = shared_rounds(*two_schools(), schools=BELLS, iterations=50)
    assert quiet.calls.equals(busy.calls)
    assert quiet.saved_share == pytest.approx(1 - 31 / 60)


def test_more_work_is_never_dearer_and_none_stops_after_the_first_plan() -> None:
    morning = max(mornings(children=200, schools=4, seed=5), key=lambda m: len(m.stops))
    first, polished = (rounds(*morning.tables, school=morning.school, iterations=n).cost_gbp for n in (0, 200))
    assert polished < first


def test_a_clock_counts_down_and_work_does_not() -> None:
    clock = effort(0.2, None)
    assert isinstance(clock, Clock)
    assert not clock.is_spent
    assert 0.05 < clock.share(0.5).left <= 0.1
    assert effort(0, None).is_spent
    work = effort(0, 100)
    assert work == Work(100)
    assert not work.is_spent
    assert work.share(0.25) == Work(25)
    assert effort(10, 0).is_spent


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"iterations": -1}, "iterations is -1"),
        ({"iterations": 1.5}, "iterations is 1.5"),
        ({"seconds": -2}, "seconds is -2"),
    ],
)
def test_effort_that_makes_no_sense_is_refused(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(InputError, match=says):
        rounds(*line(), school="S", **wrong)
