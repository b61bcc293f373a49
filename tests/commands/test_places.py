"""Commands about places, on the template's area: who has none, a January as a program, and what to open."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.allocate.flow.lp_names import labels_of

OPTIONS = """option,kind,setting,places,year,capital_gbp_per_place
Hill,expand,900001,40,2027,30000
Brook,expand,900002,12,2027,90000000
"""


@pytest.fixture
def ours(command, tmp_path: Path) -> Path:
    """Return a template area folder with options, too few places at Hill school."""
    folder = tmp_path / "ours"
    command("new", folder)
    places = folder / "places.csv"
    places.write_text(
        places.read_text().replace("900001,2025,60", "900001,2025,20").replace("900001,2027,68", "900001,2027,20")
    )
    (folder / "options.csv").write_text(OPTIONS)
    return folder


def test_what_to_open_and_when_is_printed_with_its_cost_saving_and_regret(table, ours, tmp_path):
    asked = ("openings", ours, "--budget", "2e6", "--to", 2028, "--draws", 3, "--seconds", 5)
    found = table(*asked, "--out", tmp_path / "out")
    assert found["opens"].tolist()[0] == "Hill 2027 (+40)"
    assert found["opens"].tolist()[-1] == "nothing"
    chosen, nothing = found.iloc[0], found.iloc[-1]
    assert chosen["capital_gbp"] == 1_200_000
    assert chosen["saves_gbp"] == pytest.approx(nothing["mean_gbp"] - chosen["mean_gbp"], rel=1e-4)
    assert chosen["saves_gbp"] > 0 == nothing["saves_gbp"]
    opened = pd.read_csv(tmp_path / "out" / "openings.csv")
    assert opened[["option", "year", "places"]].to_numpy().tolist() == [["Hill", 2027, 40]]
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "options.csv",
        "openings.csv",
        "leading.csv",
        "regret.csv",
        "who_gains.csv",
    }


def test_what_serves_most_children_can_be_asked_for_though_it_costs_more_than_it_saves(table, ours):
    (ours / "options.csv").write_text(OPTIONS.replace("30000", "9000000"))
    asked = ("openings", ours, "--to", 2028, "--draws", 3, "--seconds", 5)
    children, cash = table(*asked, "--aim", "children"), table(*asked)
    assert cash["opens"].iloc[0] == "nothing"
    assert children["opens"].iloc[0] == "Hill 2027 (+40)"
    assert children["saves_gbp"].iloc[0] < 0 < children["turned_away"].iloc[0]


def test_an_aim_that_there_is_not_is_named(command, ours):
    assert "aim: 'places' is not one of cash, children, minutes" in command("openings", ours, "--aim", "places")


def test_options_of_another_file_may_be_tried(table, ours, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(OPTIONS.replace("Hill", "Upper Hill"))
    found = table("openings", ours, "--options", other, "--to", 2027, "--draws", 2, "--seconds", 3, "--most", 1)
    assert found["opens"].iloc[0].startswith("Upper Hill")


def test_an_area_without_options_has_places_worth_considering_made_from_a_run(table, tmp_path):
    asked = ("openings", "--to", 2029, "--draws", 2, "--seconds", 0, "--budget", "5e6")
    found = table(*asked, "--out", tmp_path / "out")
    assert found["opens"].tolist()[-1] == "nothing"
    assert 0 < found["capital_gbp"].iloc[0] <= 5e6
    assert found["turned_away"].iloc[0] > 0
    weighed = pd.read_csv(tmp_path / "out" / "options.csv")
    assert {"expand", "specialist_base"} & set(weighed["kind"])
    assert weighed["why"].str.contains("turned away in January 2029").all()


def test_an_area_without_options_where_too_few_are_turned_away_has_nothing_to_open(table, ours):
    (ours / "options.csv").unlink()
    (ours / "places.csv").write_text((ours / "places.csv").read_text().replace(",20,", ",500,"))
    assert table("openings", ours, "--to", 2027, "--draws", 2, "--seconds", 0).empty


def test_a_folder_s_options_are_checked_with_it(command, ours):
    (ours / "options.csv").write_text(OPTIONS.replace("40,2027", "many,2027"))
    assert "options.csv: 1 to correct\n  row 2, places: 'many' is not" in command("check", ours)


def test_a_january_is_written_as_a_program_that_places_its_children(table, ours, tmp_path):
    lp = tmp_path / "our.lp"
    table("allocate", ours, "--to", 2026, "--draws", 2, "--by", "year", "--lp", lp)
    names = {labels_of(word.removesuffix(":")) for word in lp.read_text(encoding="ascii").split() if "(" in word}
    rows = {labels for what, labels in names if what == "no_setting_is_overfull"}
    assert rows == {("900001",), ("900002",), ("900003",), ("UNIT-1",), ("UNIT-2",)}  # the last is agreed
    groups = [labels[0].split() for what, labels in names if what == "everyone_is_placed_or_counted"]
    assert {group[0] for group in groups} == {"Z1", "Z2", "Z3", "Z4"}
    assert {group[-1] for group in groups} == {"boy", "girl"}


def test_a_program_that_can_t_be_written_is_said(command, ours, tmp_path):
    lp = tmp_path / "absent" / "our.lp"
    assert f"the program can't be written to {lp}" in command("allocate", ours, "--to", 2026, "--draws", 2, "--lp", lp)
