"""The command does what README says, and says in words what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("sufficiency")), *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_help_lists_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("report", "check", "new", "forecast", "allocate", "backtest", "policy"):
        assert command in done.stdout


def test_a_template_can_be_made_and_checked(tmp_path: Path) -> None:
    assert run("new", str(tmp_path / "ours")).returncode == 0
    done = run("check", str(tmp_path / "ours"))
    assert done.returncode == 0, done.stderr
    assert "Nothing to correct." in done.stdout


def test_every_fault_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    run("new", str(tmp_path / "ours"))
    plans = tmp_path / "ours" / "plans.csv"
    plans.write_text(plans.read_text().replace("special", "specail"))
    population = tmp_path / "ours" / "population.csv"
    population.write_text("")
    done = run("check", str(tmp_path / "ours"))
    assert done.returncode == 1
    assert "plans.csv" in done.stderr
    assert "did you mean 'special'" in done.stderr
    assert "population.csv is empty" in done.stderr


def test_a_folder_that_is_not_there_is_said_without_a_traceback(tmp_path: Path) -> None:
    done = run("report", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert done.stderr.startswith("sufficiency: there is no folder")
    assert "Traceback" not in done.stderr


def test_nothing_but_the_table_goes_into_a_pipe() -> None:
    done = run("forecast", "--to", "2026", "--draws", "20", "--by", "authority")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "year,authority,level,plans"
    assert done.stderr == ""


def test_every_policy_value_in_force_is_printed_with_its_source() -> None:
    done = run("policy", "--on", "2025-09-01")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("name,value,unit,meaning,since,status,source")
    assert "funding.special_place" in done.stdout


def test_a_day_that_is_none_is_refused() -> None:
    done = run("policy", "--on", "2025-13-01")
    assert done.returncode == 1
    assert "a day is needed, as 2025-09-01" in done.stderr
