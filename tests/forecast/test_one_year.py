"""Whole children by inversion: the right distribution, never more events than children, and chance that is each child's own."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sufficiency.forecast.simulate import one_year
from sufficiency.split_mix import STRIDE, mixed


def binomials(children: int, share: float, *, size: int, seed: int) -> np.ndarray:
    key = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    return np.array([one_year.binomial(key, cell, 0, children, share) for cell in range(size)])


@given(children=st.integers(0, 600), chance=st.floats(0.001, 0.95), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_binomial_counts_have_the_mean_and_spread_of_a_binomial(children: int, chance: float, seed: int) -> None:
    size = 4_000
    drawn = binomials(children, chance, size=size, seed=seed)
    assert drawn.max(initial=0) <= children
    sd = np.sqrt(children * chance * (1 - chance))
    assert abs(drawn.mean() - children * chance) <= 5 * sd / np.sqrt(size) + 1e-9
    if sd > 0.3:
        assert abs(drawn.std() / sd - 1) < 0.1


def test_few_events_follow_the_binomial_to_its_tail() -> None:
    drawn = binomials(6, 0.3, size=200_000, seed=1)
    seen = np.bincount(drawn, minlength=7)
    assert stats.chisquare(seen, stats.binom.pmf(np.arange(7), 6, 0.3) * len(drawn)).pvalue > 1e-4


def test_many_children_taken_part_by_part_follow_the_binomial_too() -> None:
    drawn = binomials(300, 0.2, size=50_000, seed=2)
    seen = np.bincount(drawn, minlength=301)[40:81]
    expected = stats.binom.pmf(np.arange(40, 81), 300, 0.2)
    assert stats.chisquare(seen, expected / expected.sum() * seen.sum()).pvalue > 1e-4


def test_where_all_must_go_all_go_and_where_none_are_none_go() -> None:
    key = np.uint64(9)
    gone = [one_year.binomial(key, 0, 0, n, share) for n, share in [(0, 1.0), (40, 1.0), (0, 0.1), (7, 0.0)]]
    assert gone == [0, 40, 0, 0]


@given(rate=st.floats(0.0, 50.0), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_poisson_counts_have_the_mean_and_variance_of_a_poisson(rate: float, seed: int) -> None:
    size = 4_000
    key = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    drawn = np.array([one_year.poisson(key, cell, 0, rate) for cell in range(size)])
    assert abs(drawn.mean() - rate) <= 5 * np.sqrt(rate / size) + 1e-6
    if rate > 0.5:
        assert abs(drawn.var() / rate - 1) < 0.15


def test_chance_is_mixed_as_everywhere_else_and_its_halves_are_apart() -> None:
    key, cells = np.uint64(0x1234), np.arange(20_000)
    words = np.array([one_year.word(key, cell, 3, one_year.GOES) for cell in cells], dtype=np.uint64)
    counters = ((cells << 24) | (3 << 3) | one_year.GOES).astype(np.uint64)
    assert (words == mixed(key + counters * STRIDE)).all()
    halves = np.array([(one_year.one(w), one_year.other(w)) for w in words])
    assert stats.kstest(halves[:, 0], "uniform").pvalue > 1e-4
    assert stats.kstest(halves[:, 1], "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(halves.T)[0, 1]) < 0.03


def test_a_place_is_picked_as_often_as_its_share_and_one_without_a_share_never() -> None:
    reached = np.array([0.0, 0.2, 0.2, 1.0, 1.0])
    found = np.bincount([one_year.pick(reached, chance) for chance in (np.arange(1_000) + 0.5) / 1_000], minlength=5)
    assert found.tolist() == [0, 200, 0, 800, 0]
