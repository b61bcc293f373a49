"""The code's own form: floors, sources, what an import costs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pandera.pandas as pa

from sufficiency import policy, tables

ROOT = Path(__file__).parents[1]


def test_every_floor_imports_only_those_below() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_policy_value_has_a_meaning_unit_range_date_and_source() -> None:
    rates = policy.all_rates()
    assert rates
    for rate in rates.values():
        assert rate.meaning, rate.name
        assert rate.unit, rate.name
        assert rate.source, rate.name
        assert rate.status in policy.STATUSES, rate.name
        assert rate.low < rate.high, rate.name
        assert rate.as_of or rate.evidence, rate.name
        is_of_a_later_year = ".anchor_" in rate.name  # what others forecast for a year, dated by that year
        assert is_of_a_later_year or min(rate.values) <= date(2026, 9, 1), rate.name


def test_what_is_law_is_as_of_a_day_and_what_is_assumed_says_what_its_range_rests_on() -> None:
    for room, word in ((policy.LAW, "as_of"), (policy.ASSUMPTIONS, "evidence")):
        for file in (ROOT / "sufficiency" / room).glob("*.toml"):
            for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
                assert entry.get(word), f"{room}/{file.name}: {name} lacks {word}"
                assert room == policy.ASSUMPTIONS or entry["as_of"] <= date(2026, 12, 31), name


def test_every_column_of_every_table_says_what_it_means() -> None:
    declared = [t for t in vars(tables).values() if isinstance(t, pa.DataFrameSchema)]
    assert len(declared) > 15
    for table in declared:
        for name, column in table.columns.items():
            assert column.description, f"{table.name}.{name}"


def test_importing_the_library_loads_nothing_heavy() -> None:
    check = "import sys, sufficiency; print([m for m in ('pandas', 'scipy', 'ortools', 'matplotlib', 'geopandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_loads_nothing_heavy() -> None:
    check = "import sys; sys.argv = ['sufficiency', '--help']\nfrom sufficiency import cli\ntry:\n    cli.app()\nexcept SystemExit:\n    pass\nprint([m for m in ('pandas', 'scipy', 'ortools') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_no_date_is_written_in_a_way_that_windows_does_not_know() -> None:
    sources = list((ROOT / "sufficiency").rglob("*.py"))
    assert len(sources) > 300
    assert not [path.name for path in sources if re.search(r"%[-#][a-zA-Z]", path.read_text(encoding="utf-8"))]
