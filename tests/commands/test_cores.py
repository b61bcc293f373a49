"""The plain cores from the command: ten children in two districts, six places, and a rule at a time."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

GROUPS = """group,children,district,current,phase,class_group,region
north,5,North,x,primary,a,R1
south,5,South,,secondary,b,R2
"""
PLACES = "setting,places,rooms,least,region\nx,4,1,,R1\ny,2,1,3,R2\n"
ROUTES = "group,setting,cost_gbp,minutes\nnorth,x,10,10\nnorth,y,20,20\nsouth,x,60,60\nsouth,y,90,90\n"
SITES = "site,places,fixed_gbp\nx,,100\ny,20,10\n"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return the three files of `solve`."""
    paths = [tmp_path / name for name in ("groups.csv", "places.csv", "routes.csv")]
    for path, text in zip(paths, (GROUPS, PLACES, ROUTES), strict=True):
        path.write_text(text)
    return paths


def who(found: pd.DataFrame) -> dict[tuple[str, str], int]:
    return found.set_index(["group", "setting"])["children"].to_dict()


def test_children_are_placed_at_least_cost_and_those_without_a_place_are_counted(table, files, tmp_path):
    found = who(table("solve", *files, "--unplaced", 100, "--out", tmp_path / "out"))
    assert found == {("north", "x"): 3, ("north", "y"): 2, ("south", "x"): 1, ("south", "unplaced"): 4}
    assert who(pd.read_csv(tmp_path / "out" / "placements.csv")) == found
    values = pd.read_csv(tmp_path / "out" / "value_of_a_place.csv").set_index("setting")["value_of_a_place_gbp"]
    assert values.to_dict() == {"x": 40.0, "y": 30.0}


def test_the_order_of_rows_in_the_files_changes_nothing(command, files):
    before = command("solve", *files, "--unplaced", 100)
    for path in files:
        head, *rows = path.read_text().splitlines()
        path.write_text("\n".join([head, *reversed(rows)]))
    assert command("solve", *files, "--unplaced", 100) == before


def test_a_fair_share_gives_the_far_district_its_part(table, files):
    found = who(table("solve", *files, "--unplaced", 100, "--fair-share", 0.6))
    assert found["north", "unplaced"] == found["south", "unplaced"] == 2


def test_nobody_crosses_a_border_within_regions(table, files):
    found = who(table("solve", *files, "--unplaced", 100, "--within-regions"))
    assert found == {("north", "x"): 4, ("south", "y"): 2, ("north", "unplaced"): 1, ("south", "unplaced"): 3}


def test_the_longest_journey_is_made_short_first(table, files):
    files[1].write_text(PLACES.replace("x,4", "x,9"))
    longest = table("solve", *files, "--unplaced", 100, "--shortest-longest").merge(pd.read_csv(files[2]))
    assert longest["minutes"].max() == 60


def test_moves_classes_rolls_and_budgets_hold(table, files):
    found = who(
        table("solve", *files, "--unplaced", 100, "--most-moves", 4, "--class-size", 2, "--budget", "primary=15")
    )
    assert found["north", "x"] == 1
    assert max(n for (_, setting), n in found.items() if setting != "unplaced") <= 2
    closed = who(table("solve", *files, "--unplaced", 100, "--minimum-rolls"))
    assert not any(setting == "y" for _, setting in closed)


def test_the_program_is_written_with_its_rules_and_not_solved(command, files, tmp_path):
    said = command("solve", *files, "--unplaced", 100, "--fair-share", 0.5, "--lp", tmp_path / "our.lp")
    assert said == f"The program is at {tmp_path / 'our.lp'}\n"
    assert "fair_share(North)" in (tmp_path / "our.lp").read_text()


def test_sites_open_where_they_pay_and_within_a_budget(table, command, files, tmp_path):
    sites = tmp_path / "sites.csv"
    sites.write_text(SITES)
    asked = ("sites", files[0], sites, files[2])
    assert who(table(*asked)) == {("north", "x"): 5, ("south", "x"): 5}
    assert who(table(*asked, "--budget", 20, "--unplaced", 500)) == {("north", "y"): 5, ("south", "y"): 5}
    assert "opened: 3 is not a whole number from 0 to 2, the sites there are" in command(*asked, "--opened", 3)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "4 children can't be placed"),
        (("--within-regions",), "--within-regions needs --unplaced, the price of a child without a place"),
        (("--unplaced", 9, "--shortest-longest", "--fair-share", 0.5), "can't be combined; ask for one"),
        (("--unplaced", 9, "--budget", "primary"), "--budget primary: give a phase and pounds, as primary=2e6"),
    ],
)
def test_what_can_t_be_done_is_said(command, files, words, says):
    assert says in command("solve", *files, *words)


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        (0, "group,", "home,", "groups.csv lacks the column group: none of its 7 columns is called that"),
        (
            0,
            "children",
            "pupils",
            "groups.csv lacks the column children, which is needed for this: none of its 7 columns",
        ),
        (0, "north,5", "north,five", "groups: 'north' has 'five' children"),
        (2, "south,x,60", "south,z,60", "routes: 1 to an unknown setting: z"),
    ],
)
def test_a_file_that_can_t_be_used_is_named(command, files, file, before, after, says):
    files[file].write_text(files[file].read_text().replace(before, after))
    assert says in command("solve", *files, "--unplaced", 100)


@pytest.mark.parametrize("asked", ["solve", "sites"])
def test_a_list_of_children_without_its_header_is_refused_without_a_name_of_a_child(command, tmp_path, asked):
    people = tmp_path / "people.csv"
    people.write_text("Zebedee Quill,2014-03-02,NN1 5PH\nAnn Other,2015-01-01,NN2 7AA\n")
    says = command(asked, people, people, people)
    assert "people.csv lacks the column group: none of its 3 columns is called that" in says
    assert "Zebedee" not in says
    assert "NN1" not in says
