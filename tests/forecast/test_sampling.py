"""Whole children by inversion: the right distribution, and never more events than children."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sufficiency.forecast.simulate import sampling


def counts(cells: np.ndarray, found: np.ndarray, size: int) -> np.ndarray:
    whole = np.zeros(size, dtype=int)
    whole[cells] = found
    return whole


@given(children=st.integers(0, 60), chance=st.floats(0.001, 0.95), seed=st.integers(0, 99))
@settings(max_examples=25)
def test_binomial_counts_have_the_mean_and_spread_of_a_binomial(children: int, chance: float, seed: int) -> None:
    size = 4_000
    hazard = np.full(size, -np.log1p(-chance), dtype=np.float32)
    drawn = counts(*sampling.binomial(np.random.default_rng(seed), np.full(size, children), hazard), size)
    assert drawn.max(initial=0) <= children
    sd = np.sqrt(children * chance * (1 - chance))
    assert abs(drawn.mean() - children * chance) <= 5 * sd / np.sqrt(size) + 1e-9
    if sd > 0.3:
        assert abs(drawn.std() / sd - 1) < 0.1


def test_few_events_follow_the_binomial_to_its_tail() -> None:
    size = 200_000
    hazard = np.full(size, -np.log1p(-0.3), dtype=np.float32)
    drawn = counts(*sampling.binomial(np.random.default_rng(1), np.full(size, 6), hazard), size)
    seen = np.bincount(drawn, minlength=7)
    assert stats.chisquare(seen, stats.binom.pmf(np.arange(7), 6, 0.3) * size).pvalue > 1e-4


def test_where_all_must_go_all_go_and_where_none_are_none_go() -> None:
    children = np.array([0, 3, 40, 0, 7])
    hazard = np.array([np.inf, np.inf, np.inf, 0.1, 0.0], dtype=np.float32)
    cells, found = sampling.binomial(np.random.default_rng(0), children, hazard)
    assert counts(cells, found, 5).tolist() == [0, 3, 40, 0, 0]


@given(rate=st.floats(0.0, 50.0), seed=st.integers(0, 99))
@settings(max_examples=25)
def test_poisson_counts_have_the_mean_and_variance_of_a_poisson(rate: float, seed: int) -> None:
    size = 4_000
    drawn = counts(*sampling.poisson(np.random.default_rng(seed), np.full(size, rate, dtype=np.float32)), size)
    assert abs(drawn.mean() - rate) <= 5 * np.sqrt(rate / size) + 1e-6
    if rate > 0.5:
        assert abs(drawn.var() / rate - 1) < 0.15
