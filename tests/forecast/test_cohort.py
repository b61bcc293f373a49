"""The simulation: laws that hold for any rates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.errors import InputError
from sufficiency.forecast.rates.rates import Rates
from sufficiency.forecast.simulate import cohort
from sufficiency.forecast.simulate.ready_year import Year


def any_rates(seed: int, *, authorities: int = 2, ncys: int = 4, needs: int = 2, options: int = 3) -> Rates:
    """Return rates drawn at random; nobody goes on past the last NCY."""
    rng = np.random.default_rng(seed)
    shape = (authorities, ncys, needs, options)
    leaving = rng.random(shape) * rng.integers(0, 2, shape)
    leaving[:, -1] = 1.0
    to_needs = needs if rng.random() < 0.5 else 1
    to = rng.random((authorities, ncys, needs, options, to_needs, options)) * rng.integers(
        0, 2, (authorities, ncys, needs, options, to_needs, options)
    )
    moving = rng.random(shape)
    moving[rng.random(shape) < 0.1] = 1.0
    return Rates(
        tuple(f"E{i}" for i in range(authorities)),
        tuple(range(ncys)),
        tuple(f"n{i}" for i in range(needs)),
        tuple(f"s{i}" for i in range(options)),
        joining=rng.random(shape) * 0.02,
        leaving=leaving,
        moving=moving,
        destinations=to,
        transfers=rng.random(shape) * 0.01,
    )


def paths(draws: int, children: float = 100.0, drift: int | None = None) -> cohort.Paths:
    """Return multipliers of 1, with drift drawn at random where `drift` gives a seed."""
    ones = np.ones((draws, 1, 1, 1, 1), dtype=np.float32)
    joining = np.broadcast_to(ones * children, (draws, 1, 2, 4, 3)).copy()
    if drift is None:
        return cohort.Paths(joining, ones, ones)
    rng = np.random.default_rng(drift)
    losing, gaining = (rng.random((draws, 3, 2, 4, 3), dtype=np.float32) for _ in range(2))
    losing[rng.random(losing.shape) < 0.5] = 0.0
    gaining = np.where(losing > 0, 0.0, gaining)
    total = gaining.sum(axis=-1, keepdims=True)
    return cohort.Paths(joining, ones, ones, losing, (gaining / np.where(total > 0, total, 1)).astype(np.float32))


def simulated(
    rates: Rates,
    base: np.ndarray,
    *,
    draws: int = 20,
    seed: int = 1,
    workers: int = 1,
    drift: int | None = None,
) -> cohort.Simulated:
    years, futures = [Year.of(rates)] * 3, paths(draws, drift=drift)
    return cohort.simulate(base, years, futures, seed=np.random.SeedSequence(seed), workers=workers)


@given(seed=st.integers(0, 10_000), largest=st.integers(0, 60), drift=st.none() | st.integers(0, 100))
@settings(max_examples=60)
def test_nobody_is_lost_whatever_the_rates(seed: int, largest: int, drift: int | None) -> None:
    rates = any_rates(seed)
    base = np.random.default_rng(seed).integers(0, largest + 1, rates.shape)
    found = simulated(rates, base, drift=drift)
    kind = dict(zip(cohort.KINDS, found.flows_by_ncy, strict=True))
    plans = found.plans.sum(axis=4)
    stay = plans[:, :-1] - kind["leavers"] - kind["movers_out"]
    assert (stay >= 0).all()
    expected = kind["joiners"] + kind["movers"] + kind["transfers_in"]
    expected[:, :, :, 1:] += stay[:, :, :, :-1]
    assert (stay[:, :, :, -1] == 0).all()
    assert (expected == plans[:, 1:]).all()
    by_need = found.flows_by_need
    change = np.diff(found.plans.sum(axis=3), axis=1)
    assert (change == by_need[0] + by_need[1] - by_need[2] - by_need[3] + by_need[4]).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15)
def test_where_all_must_move_none_stays(seed: int) -> None:
    rates = any_rates(seed)
    base = np.full(rates.shape, 7)
    found = simulated(rates, base)
    forced = (rates.moving >= 1) | (rates.leaving >= 1)
    gone = found.flows_by_ncy[2, :, 0] + found.flows_by_ncy[3, :, 0]
    least = np.where(forced, base, 0).sum(axis=2)
    assert (gone >= least).all()


def test_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cohort, "BLOCK", 3)
    rates = any_rates(5)
    base = np.full(rates.shape, 9)
    one, three = (simulated(rates, base, workers=w, drift=4) for w in (1, 3))
    assert (one.plans == three.plans).all()
    assert (one.flows_by_need == three.flows_by_need).all()


def test_means_are_those_of_the_rates() -> None:
    rates = any_rates(11)
    rates = replace(rates, transfers=np.zeros(rates.shape), destinations=np.ones((1, 1, 1, 3, 1, 3)))
    base = np.full(rates.shape, 40)
    found = simulated(rates, base, draws=4_000)
    left = found.flows_by_ncy[cohort.KINDS.index("leavers"), :, 0].mean(axis=0)
    assert left == pytest.approx((rates.leaving * base).sum(axis=2), rel=0.03, abs=0.5)
    joined = found.flows_by_ncy[cohort.KINDS.index("joiners"), :, 0].mean(axis=0)
    assert joined == pytest.approx((rates.joining * 100).sum(axis=2), rel=0.08, abs=0.1)


def test_those_who_stay_and_those_who_move_drift_in_the_share_that_their_setting_loses() -> None:
    shape = (1, 2, 1, 2)
    leaving, moving = np.zeros(shape), np.zeros(shape)
    leaving[:, -1], moving[0, 0, 0, 1] = 1.0, 1.0  # all of the second setting move to the first
    to = np.array([[0.0, 1.0], [1.0, 0.0]]).reshape(1, 1, 1, 2, 1, 2)
    none = np.zeros(shape)
    rates = Rates(("E",), (0, 1), ("n",), ("s0", "s1"), none, leaving, moving, to, none)
    base = np.array([1_000, 1_000, 0, 0]).reshape(shape)
    ones = np.ones((400, 1, 1, 1, 1), dtype=np.float32)
    losing, gaining = (np.broadcast_to(np.float32(row), (400, 1, 1, 2, 2)).copy() for row in ([0.2, 0.0], [0.0, 1.0]))
    futures = cohort.Paths(np.zeros((400, 1, 1, 2, 2), dtype=np.float32), ones, ones, losing, gaining)
    found = cohort.simulate(base, [Year.of(rates)], futures, seed=np.random.SeedSequence(3), workers=1)
    assert found.plans[:, 1, 0, 1, 0].mean(axis=0) == pytest.approx([1_600, 400], rel=0.01)
    movers = found.flows_by_ncy[cohort.KINDS.index("movers"), :, 0, 0, 1].mean(axis=0)
    assert movers == pytest.approx([800, 200], rel=0.02)  # who drifts back to where they were has not moved


def test_rates_that_are_no_rates_are_refused() -> None:
    rates = any_rates(2)
    with pytest.raises(InputError, match="leaving has a value above 1"):
        replace(rates, leaving=rates.leaving + 1.5)
    with pytest.raises(InputError, match="joining has a value that is negative"):
        replace(rates, joining=rates.joining - 1)
    with pytest.raises(InputError, match="moving has shape"):
        replace(rates, moving=rates.moving[:1])
