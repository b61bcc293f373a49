"""The laws of `benchmarks.laws` in a few areas; thousands are asked by `python -m benchmarks.laws`."""

from __future__ import annotations

import pytest

from benchmarks.laws import laws


@pytest.mark.parametrize("seed", [0, 7, 20])
def test_every_law_of_placing_holds(seed: int) -> None:
    assert [law for law, holds in laws(seed) if not holds] == []
