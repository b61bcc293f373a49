"""The command, run in this process: what it printed, or the line in which it refused."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pandas as pd
import pytest


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return a function that runs the command and returns what it printed; where it ends with 1, what it said."""
    from sufficiency import cli

    def run(*words: object) -> str:
        monkeypatch.setattr(sys, "argv", ["sufficiency", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert (said.out == "") == bool(ended.value.code)
        return said.err if ended.value.code else said.out

    return run


@pytest.fixture
def table(command: Callable[..., str]) -> Callable[..., pd.DataFrame]:
    """Return a function that runs the command and returns the table that it printed."""
    return lambda *words: pd.read_csv(io.StringIO(command(*words)))
