"""README's Python runs as it stands."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import sufficiency as sf
from sufficiency import cli
from sufficiency.commands import futures

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.slow
def test_the_python_in_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert blocks
    shared: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), shared)
    assert (tmp_path / "report" / "report.html").is_file()


@pytest.mark.slow
def test_the_figures_in_readme_are_those_that_the_command_prints() -> None:
    asked = {name: inspect.signature(cli.report).parameters[name].default for name in ("to", "draws", "seed")}
    area = sf.example_area()
    outcome = sf.run(area, **asked)
    beside = futures.run(area, futures.asked([], [], to=asked["to"]), outcome.options)
    printed = [str(figure) for figure in sf.report.headlines(outcome, futures=beside)]
    block = re.search(
        r"<!-- printed by `make report` -->\n```text\n(.*?)\n```", README.read_text(encoding="utf-8"), re.DOTALL
    )
    assert block, "README has no block that begins <!-- printed by `make report` -->"
    *shown, where = block[1].splitlines()
    assert shown == printed, "README is stale; it should show:\n" + "\n".join([*printed, where])


def test_readme_names_the_two_commands() -> None:
    text = README.read_text(encoding="utf-8")
    assert "make report" in text
    assert "make test" in text
