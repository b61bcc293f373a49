"""A scenario from a file is the one that Python would make, and a slip in it is named with what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

import sufficiency as sf
from sufficiency.errors import InputError, MissingError

EXAMPLES = Path(__file__).parents[1] / "examples"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "scenario.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_levers_come_in_order_with_what_they_take(tmp_path: Path) -> None:
    text = """
name = "Units first"
[[lever]]
lever = "OpenProposed"
projects = ["corby-unit"]
[[lever]]
lever = "ChangeJoining"
factor = 0.95
since = 2027
need = "SEMH"
"""
    levers = (sf.OpenProposed(("corby-unit",)), sf.ChangeJoining(0.95, since=2027, need="SEMH"))
    assert sf.read_scenario(written(tmp_path, text)) == sf.Scenario("Units first", levers)


def test_every_scenario_among_the_examples_can_be_pulled() -> None:
    files = sorted(EXAMPLES.glob("*.toml"))
    assert files
    for file in files:
        sf.read_scenario(file)(sf.example_area())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            'name = "A"\n[[lever]]\nlever = "OpenPlace"',
            "lever 1: 'OpenPlace' is not one of .*; did you mean 'OpenPlaces'",
        ),
        (
            'name = "A"\n[[lever]]\nlever = "OpenPlaces"\nseting = "S1"',
            "OpenPlaces takes no 'seting'; did you mean 'setting'",
        ),
        ('name = "A"\n[[lever]]\nlever = "OpenPlaces"\nsetting = "S1"', "OpenPlaces needs places, year"),
        ('name = "A"', r"it needs a name and at least one \[\[lever\]\]"),
        ('title = "A"', "'title' is not known"),
        ("name = A", "can't be read as TOML"),
    ],
)
def test_a_slip_is_named_with_the_way_out(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        sf.read_scenario(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, "")
    with pytest.raises(MissingError, match=r"there is no scenario file .*; did you mean 'scenario\.toml'"):
        sf.read_scenario(tmp_path / "scenarios.toml")
