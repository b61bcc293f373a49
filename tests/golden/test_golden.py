"""Results have not moved: the golden run, table by table, against the files beside it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from tests.golden import run

NAMES = sorted(path.stem for path in run.FOLDER.glob("*.csv"))


@pytest.fixture(scope="module")
def found() -> Mapping[str, pd.DataFrame]:
    return run.tables()


def test_every_table_of_the_run_has_a_file(found: Mapping[str, pd.DataFrame]) -> None:
    assert sorted(found) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_as_it_was(name: str, found: Mapping[str, pd.DataFrame]) -> None:
    before = pd.read_csv(run.FOLDER / f"{name}.csv", dtype={"setting": str})
    now = run.rounded(found[name])
    assert list(now) == list(before)
    now = now.astype(before.dtypes.to_dict())
    keys = list(before)[: list(before).index("level") + 1]
    now, before = (t.sort_values(keys, ignore_index=True) for t in (now, before))  # the order of rows is no result
    pd.testing.assert_frame_equal(now, before, check_dtype=False, rtol=2e-5, atol=1e-6, obj=name)
