"""What the tests share: the published files where they are at hand, and a tiny area that can be checked by hand."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from sufficiency.area.area import Area
from sufficiency.outcome import Outcome
from tests.tiny import tiny

hypothesis.settings.register_profile("house", deadline=None, max_examples=40, derandomize=True)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def published() -> Path:
    """Return the folder of published files, or skip and say why."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "published"
    folder = Path(os.environ.get("SUFFICIENCY_PUBLISHED", beside))
    if not folder.is_dir():
        pytest.skip(f"no published files at {folder}; set SUFFICIENCY_PUBLISHED to a folder of downloads")
    return folder


@pytest.fixture
def tiny_area() -> Area:
    """Return an area to check by hand: two settings, three homes, twelve children with plans, one authority."""
    return tiny()


@pytest.fixture(scope="session")
def example_outcome() -> Outcome:
    """Return a small run of the example area: 60 futures to 2031, six of them placed and paid for."""
    import sufficiency as sf

    return sf.run(sf.example_area(), to=2031, draws=60, placed_draws=6, seed=7)
