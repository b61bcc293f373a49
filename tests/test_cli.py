"""The command does what README says, and says in words what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import sufficiency


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("sufficiency")), *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_help_lists_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("report", "check", "new", "forecast", "allocate", "backtest", "policy", "import"):
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


@pytest.mark.parametrize("amount", ["£4m", "-1", "nan"])
def test_a_budget_that_is_no_plain_figure_is_one_error_with_an_example(amount: str) -> None:
    done = run("openings", "--budget", amount)
    assert done.returncode == 2
    said = " ".join(done.stderr.replace("│", " ").split())
    assert said.count("Invalid value") == 1
    assert f"'{amount}' is not an amount in pounds: give a plain figure, as 4000000 or 4e6" in said


def test_nothing_but_the_table_goes_into_a_pipe() -> None:
    done = run("forecast", "--to", "2027", "--draws", "20", "--by", "authority")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "year,authority,level,plans"
    assert done.stderr == ""


def test_every_policy_value_in_force_is_printed_with_its_source() -> None:
    done = run("policy", "--on", "2025-09-01")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith(
        "name,value,unit,low,high,likely_low,likely_high,meaning,since,as_of,status,source"
    )
    assert "funding.special_place" in done.stdout


def test_a_day_that_is_none_is_refused() -> None:
    done = run("policy", "--on", "2025-13-01")
    assert done.returncode == 1
    assert "a day is needed, as 2025-09-01" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("forecast", "--draws", "0"), "draws is 0: a whole number of 1 or more is expected"),
        (("forecast", "--seed", "-1"), "seed is -1: a whole number of 0 or more is expected"),
        (("forecast", "--to", "1990"), "to=1990 is not after the base year, January 2026"),
        (("forecast", "--to", "9999"), "to=9999 is too far ahead: January 2100 is the last"),
        (("forecast", "--by", "nonsense", "--draws", "5", "--to", "2027"), "'nonsense' is not one of year, authority"),
        (("report", "--draws", "0"), "draws is 0: a whole number of 1 or more is expected, such as 1,000"),
        (("report", "--to", "1990"), "to=1990 is not after the base year, January 2026"),
        (("report", "--authority", "Lancashire"), "--authority Lancashire needs --published"),
        (("report", "--published", "."), "--published needs --authority, a name or an ONS code"),
        (("report", "ours", "--published", ".", "--authority", "Lancashire"), "not both"),
        (("report", "--published", "no such folder", "--authority", "Lancashire"), "there is no folder no such folder"),
        (("report", "--published", ".", "--authority", "Lancashire"), "no EHC-plan release in"),
        (("backtest", "--by", "nonsense", "ours"), "there is no folder ours"),
        (("backtest", "--far", "ours"), "there is no folder ours"),
        (("backtest", "--far", "--by", "need"), "'need' is not one of authority"),
        (("check", "ours"), "there is no folder ours; `sufficiency new ours` makes one to fill in"),
        (("report", "--suppress", "-2"), "--suppress -2: give 0, which hides nothing, or a count such as 5"),
        (("report", "--out", "/proc/nowhere/report"), "the report can't be written to /proc/nowhere/report"),
        (("policy", "--on", "1900-01-01"), "no national value is known for 01 January 1900"),
    ],
)
def test_what_can_not_be_done_is_said_in_a_line(
    words: tuple[str, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from sufficiency import cli

    monkeypatch.setattr(sys, "argv", ["sufficiency", *words])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_needs_too_much_memory_says_the_way_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sufficiency import cli

    def too_much(**_named: object) -> None:
        raise MemoryError

    monkeypatch.setattr(cli, "app", too_much)
    with pytest.raises(SystemExit):
        cli.main()
    assert "ask for fewer --draws or a nearer --to" in capsys.readouterr().err


def test_labels_may_have_spaces_between_them() -> None:
    done = run("forecast", "--to", "2027", "--draws", "5", "--by", "authority, phase")
    assert done.stdout.splitlines()[0] == "year,authority,phase,level,plans"


def test_forecasts_of_long_ago_are_scored_beside_a_random_walk() -> None:
    done = run("backtest", "--far")
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert rows[0].startswith("horizon,method,cases,median_ape")
    assert [row.split(",")[:2] for row in rows[1:3]] == [["5", "model"], ["5", "random walk in growth"]]


def test_the_command_can_be_run_as_a_module_and_says_its_version() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "sufficiency", "--version"], capture_output=True, text=True, check=True
    )
    assert found.stdout == f"sufficiency {sufficiency.__version__}\n"
