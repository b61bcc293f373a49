"""What the tests share: the published files where they are at hand, and a tiny area that can be checked by hand."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

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
