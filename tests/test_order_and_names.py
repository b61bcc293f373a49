"""What an area's files are in no result: the order of rows, and what settings and districts are called."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sufficiency as sf
from sufficiency.outcome import Outcome
from sufficiency.transport.journeys import _noise

FOLDER = Path(__file__).parents[1] / "data" / "northamptonshire"
Change = Callable[[pd.DataFrame, random.Random], pd.DataFrame]


def shuffled(frame: pd.DataFrame, lot: random.Random) -> pd.DataFrame:
    """Return the rows in another order."""
    return frame.sample(frac=1, random_state=lot.randrange(2**32))


def renamed(frame: pd.DataFrame, _: random.Random) -> pd.DataFrame:
    """Return names and districts spelt backwards."""
    return frame.assign(
        **{c: frame[c].map(lambda word: word and word[::-1]) for c in ("name", "district") if c in frame}
    )


def results(change: Change | None, folder: Path) -> dict[str, np.ndarray]:
    """Return numbers of a small run of the example from files so changed, each table's in an order of their own."""
    shutil.copytree(FOLDER, folder)
    lot = random.Random(4)
    for file in folder.glob("*.csv") if change else ():
        change(pd.read_csv(file, dtype="str", keep_default_na=False), lot).to_csv(file, index=False)
    done = sf.run(sf.read_area(folder), to=2027, draws=4, placed_draws=2)
    assert isinstance(done, Outcome)
    tables = {
        "plans": done.plans.summary("authority", "setting_type"),
        "shortfall": done.placed.shortfall("need_group", "phase"),
        "filled": done.placed.utilisation("setting"),
        "value": done.placed.value_of_a_place(),
        "journeys": done.journeys.summary("financial_year", "mode"),
        "budget": done.budget.summary("authority", "line"),
    }
    return {name: np.sort(table.select_dtypes("number").to_numpy(float).ravel()) for name, table in tables.items()}


@pytest.fixture(scope="module")
def as_it_is(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    return results(None, tmp_path_factory.mktemp("as_it_is") / "area")


@pytest.mark.parametrize("change", [shuffled, renamed])
def test_neither_the_order_of_rows_nor_what_things_are_called_is_in_a_result(
    change: Change, as_it_is: dict[str, np.ndarray], tmp_path: Path
) -> None:
    for name, numbers in results(change, tmp_path / "area").items():
        np.testing.assert_allclose(numbers, as_it_is[name], rtol=1e-9, atol=1e-6, err_msg=name)


def test_the_luck_of_a_school_s_journeys_is_the_same_whatever_its_code() -> None:
    area = sf.example_area()
    codes = list(area.settings["setting"])
    called = {code: f"X{code[::-1]}" for code in codes}
    other = area.replace(settings=area.settings.assign(setting=[called[c] for c in codes]))
    luck = []
    for one, names in ((area, codes), (other, sorted(called.values()))):
        attending = xr.DataArray(np.zeros((3, len(names))), coords={"draw": range(3), "setting": names})
        luck.append(_noise(one, attending, 0.2, 7))
    renamed = luck[1].sel(setting=[called[c] for c in codes]).to_numpy()
    np.testing.assert_array_equal(renamed, luck[0].to_numpy())
    assert len(np.unique(renamed)) == renamed.size
