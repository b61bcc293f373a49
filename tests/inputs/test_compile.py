"""The example area is what its script makes of the published files, to the byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sufficiency.area.folder import data_folder


def test_the_example_area_compiles_from_the_published_files(published: Path, tmp_path: Path) -> None:
    made = data_folder() / "northamptonshire"
    script = data_folder() / "compile_northamptonshire.py"
    subprocess.run([sys.executable, str(script), str(published), str(tmp_path)], check=True)
    names = {p.name for p in made.iterdir()}
    assert {p.name for p in tmp_path.iterdir()} == names
    for name in names - {"states.csv", "boundaries.geojson"}:  # these rest on a solver's and a geometry library's ties
        assert (tmp_path / name).read_bytes() == (made / name).read_bytes(), name
