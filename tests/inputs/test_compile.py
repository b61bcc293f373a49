"""The example area, and what is assumed of children turned away, are what scripts make of the published files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from sufficiency.area.folder import data_folder

ASSUMPTIONS = Path(__file__).parents[2] / "sufficiency" / "assumptions"


def test_the_example_area_compiles_from_the_published_files(published: Path, tmp_path: Path) -> None:
    made = data_folder() / "northamptonshire"
    script = data_folder() / "compile_northamptonshire.py"
    subprocess.run([sys.executable, str(script), str(published), str(tmp_path)], check=True)
    names = {p.name for p in made.iterdir()}
    assert {p.name for p in tmp_path.iterdir()} == names
    for name in names - {"states.csv", "boundaries.geojson"}:  # these rest on a solver's and a geometry library's ties
        assert (tmp_path / name).read_bytes() == (made / name).read_bytes(), name


def test_overflow_and_latent_need_compile_from_the_published_files(published: Path, tmp_path: Path) -> None:
    script = data_folder() / "compile_overflow.py"
    subprocess.run([sys.executable, str(script), str(published), str(tmp_path)], check=True)
    facts = data_folder() / "facts" / "england"
    for held in (ASSUMPTIONS / "overflow.csv", ASSUMPTIONS / "overflow_by_need.csv", facts / "latent_need.csv"):
        made, kept = (pd.read_csv(folder / held.name) for folder in (tmp_path, held.parent))
        assert list(made.columns) == list(kept.columns)
        for column in kept:
            if pd.api.types.is_numeric_dtype(kept[column]):  # shares rest on a solver, whose last digit may differ
                assert np.allclose(made[column], kept[column], atol=2e-4, equal_nan=True), column
            else:
                assert made[column].equals(kept[column]), column
