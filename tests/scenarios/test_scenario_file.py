"""Scenario files: what they say is what is pulled, and what can't be is named with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

import sufficiency as sf
from sufficiency.commands import futures
from sufficiency.errors import InputError, MissingError


def written(folder: Path, text: str, name: str = "ours.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_says_a_scenario(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        name = "Half, and fewer with SEMH"
        [reform]
        delivered = 0.5
        levers = ["price_bands", "new_plans"]
        [[levers]]
        lever = "ChangeJoining"
        factor = 0.9
        since = 2028
        need = "SEMH"
        ramp_years = 2
        [[levers]]
        lever = "OpenProposed"
        projects = ["corby-unit"]
        """,
    )
    scenario = sf.scenarios.read_scenario(file)
    assert scenario.name == "Half, and fewer with SEMH"
    assert scenario.levers == (
        sf.scenarios.PlansAtSpecialistOnly(0.5),
        sf.scenarios.PriceBands(0.5),
        sf.ChangeRate("joining", 0.9, 2028, need="SEMH", ramp_years=2),
        sf.OpenProposed(("corby-unit",)),
    )


def test_the_example_can_be_pulled() -> None:
    scenario = sf.scenarios.read_scenario(Path(__file__).parents[2] / "examples" / "half_the_reform.toml")
    area = scenario(sf.AS_AGREED(sf.example_area()))
    assert area.value("reform.move_share_mainstream") == 0.25
    assert set(area.changes["flow"]) >= {"support_plan", "joining"}
    assert area.changes.loc[area.changes["flow"] == "support_plan", "factor"].max() == 0.125  # what is set is read


def test_the_reform_alone_is_named_by_itself(tmp_path: Path) -> None:
    assert sf.scenarios.read_scenario(written(tmp_path, "[reform]")) == sf.scenarios.reform()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name =", r"ours\.toml is no TOML that can be read"),
        ("heading = 'x'", "'heading' is not known"),
        ("[reform]\ndelivered = 1.2", r"ours\.toml, \[reform\]: delivered is 1\.2"),
        ("[reform]\nlevers = ['bases']", "the reform has no lever 'bases'"),
        ("[reform]\nshare = 1", "'share' is not known; expected delivered, levers, path"),
        ("reform = 1", "reform is 1; a table of names and values is expected"),
        ("[[levers]]\nlever = 'OpenPlace'", "lever 1: there is no 'OpenPlace'; did you mean 'OpenPlaces'"),
        ("[[levers]]\nsetting = 'S1'", "lever 1: none is named"),
        ("[[levers]]\nlever = 'OpenPlaces'\nsetting = 'S1'", "lever 1: it lacks places, year"),
        ("[[levers]]\nlever = 'ChangeJoining'\nfactor = 1\nsince = 2028\nneeds = 'ASD'", "'needs' is not known; did you mean 'need'"),
        ("levers = 1", r"levers are written as \[\[levers\]\]"),
    ],
)  # fmt: skip
def test_what_cant_be_is_named_with_the_way_out(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        sf.scenarios.read_scenario(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, "")
    with pytest.raises(MissingError, match=r"there is no scenario file .*our\.toml; did you mean 'ours\.toml'"):
        sf.scenarios.read_scenario(tmp_path / "our.toml")


def test_every_scenario_among_the_examples_can_be_pulled() -> None:
    files = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
    assert files
    for file in files:
        sf.read_scenario(file)(sf.example_area())


def test_a_report_shows_the_reform_twice_unless_asked_for_another(tmp_path: Path) -> None:
    by_default = futures.asked([], [], to=2035)
    assert by_default == [sf.scenarios.reform(1.0), sf.scenarios.reform(0.5)]
    assert futures.asked([], [], to=2028) == []  # nothing of it would show
    file = written(tmp_path, "name = 'x'\n[reform]\ndelivered = 0.7")
    assert [s.name for s in futures.asked([file], [0.3], to=2035)] == ["x", sf.scenarios.reform(0.3).name]
    with pytest.raises(InputError, match="two scenarios are called 'x'"):
        futures.asked([file, file], [], to=2035)
    with pytest.raises(InputError, match="after the last January of this run, 2028"):
        futures.asked([], [1.0], to=2028)


@pytest.mark.parametrize("text", ["", 'name = "Nothing"', "levers = []"])
def test_a_file_that_pulls_nothing_is_refused_with_the_way_out(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"ours\.toml pulls no lever: give \[reform\]"):
        sf.scenarios.read_scenario(written(tmp_path, text))


def test_a_lever_that_can_not_be_pulled_is_told_by_its_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[[levers]]\nlever = "OpenPlaces"\nsetting = "nowhere"\nplaces = 8\nyear = 2029\n')
    with pytest.raises(InputError, match=rf"^{file.name}: .*nowhere"):
        futures.asked([file], [], to=2035, area=sf.example_area())
