"""Tables fitted to margins keep them to the child."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency.errors import InfeasibleError
from sufficiency.margins import fit, shares_to_whole, side, whole


def sides_of(table: np.ndarray) -> list:
    shape = table.shape
    return [
        side("ab", shape, (0, 1), table.sum(axis=2)),
        side("ac", shape, (0, 2), table.sum(axis=1)),
        side("bc", shape, (1, 2), table.sum(axis=0)),
    ]


@given(st.integers(0, 2**31 - 1))
def test_three_sides_of_any_whole_table_are_kept_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 6, 3))
    table = rng.poisson(rng.choice([0.3, 2.0, 20.0]), shape)
    margins = sides_of(table)
    counts = whole(fit(np.ones(shape), margins), margins)
    assert (counts >= 0).all()
    for margin in margins:
        assert (margin.of(counts.astype(float)) == margin.totals).all()


def test_fitting_adds_no_pattern_to_independent_sides() -> None:
    rows, columns = np.array([30.0, 70.0]), np.array([20.0, 80.0])
    cells = fit(np.ones((2, 2)), [side("rows", (2, 2), (0,), rows), side("columns", (2, 2), (1,), columns)])
    assert cells == pytest.approx([6, 24, 14, 56])


def test_cells_already_whole_stay_as_they_are() -> None:
    table = np.arange(24).reshape(2, 3, 4)
    assert (whole(table.reshape(-1).astype(float), sides_of(table)) == table.reshape(-1)).all()


def test_sides_that_disagree_are_refused_by_name() -> None:
    margins = [side("rows", (2, 2), (0,), np.array([3.0, 4.0])), side("columns", (2, 2), (1,), np.array([3.0, 5.0]))]
    with pytest.raises(InfeasibleError, match="rows, columns"):
        whole(fit(np.ones((2, 2)), margins), margins)


@given(st.integers(0, 500), st.lists(st.floats(0, 100), min_size=1, max_size=9))
def test_shares_in_whole_numbers_sum_to_the_total(total: int, shares: list[float]) -> None:
    parts = shares_to_whole(total, np.array(shares))
    assert parts.sum() == total
    assert (parts >= 0).all()
