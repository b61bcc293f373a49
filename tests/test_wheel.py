"""An installed wheel carries the example and all that the report needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
ASK = "import sufficiency as sf; area = sf.example_area(); print(sf.__file__); print(len(area.zones), area.states['plans'].sum())"


def test_the_wheel_carries_the_example_and_the_page(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=tmp_path / "installed", capture_output=True, text=True, check=True
    )
    where, counts = done.stdout.splitlines()
    assert Path(where).is_relative_to(tmp_path / "installed")
    assert counts == "443 10709"
    for name in ("report/writers/page/page.html", "report/writers/page/page.css", "law/funding.toml", "data/england"):
        assert (tmp_path / "installed" / "sufficiency" / name).exists()
