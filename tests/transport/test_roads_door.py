"""Roads by way of the area folder and the command: what was used is said, and what is wrong is said in words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import sufficiency as sf
from sufficiency import estimated_travel
from sufficiency.area.area import Area
from sufficiency.area.template import write_template
from sufficiency.cli import app
from sufficiency.errors import InputError, MissingError, SufficiencyError
from sufficiency.transport.roads.travel import travel, with_travel

RUTLAND = {"Z1": (485_900, 308_900), "Z2": (486_700, 299_700), "Z3": (498_000, 304_500), "Z4": (490_300, 311_400)}
SCHOOLS = [(486_300, 309_100), (486_900, 299_500), (498_300, 304_700), (485_500, 308_300)]


def line_of_roads(folder: Path, *, length_m: float = 1_500.0, gap: bool = False) -> Path:
    """Write a road from west to east through the template's town, whose nodes are 500 m apart."""
    folder.mkdir(parents=True, exist_ok=True)
    east = list(range(468_000, 508_000, 500))
    nodes = pd.DataFrame({"node": [f"n{e}" for e in east], "easting": east, "northing": 261_500})
    edges = pd.DataFrame({"origin": nodes["node"][:-1].to_numpy(), "destination": nodes["node"][1:].to_numpy()})
    edges = edges.assign(length_m=length_m, kph=50)
    nodes.to_csv(folder / "nodes.csv", index=False)
    (edges.iloc[::3] if gap else edges).to_csv(folder / "edges.csv", index=False)
    return folder


@pytest.fixture
def council(tmp_path: Path) -> Path:
    """Return the template's area, its homes and schools moved onto one line, so that a line of roads reaches them all."""
    folder = tmp_path / "council"
    write_template(folder)
    for table in ("zones", "settings"):
        file = folder / f"{table}.csv"
        pd.read_csv(file).assign(northing=261_600).to_csv(file, index=False)
    return folder


def name_roads(folder: Path, roads: str) -> None:
    file = folder / "area.toml"
    words = file.read_text(encoding="utf-8")
    file.write_text(words.replace('# roads = "roads.osm.pbf"', f'roads = "{roads}"'), encoding="utf-8")


def test_an_area_folder_names_its_roads_and_its_journeys_follow_them(council: Path) -> None:
    line_of_roads(council / "roads")
    name_roads(council, "roads")
    area = sf.read_area(council)
    assert area.notes["says"].str.contains("journeys follow the roads of roads").any()
    found = travel(area, cache=False)
    assert set(found["source"]) == {"roads"}
    straight = estimated_travel.travel_table(area.zones, area.settings, area)
    assert found["km"].sum() > 1.5 * straight["km"].sum()  # the road is three times as long as the line


def test_a_travel_table_of_the_area_is_kept_and_roads_give_the_rest(council: Path) -> None:
    line_of_roads(council / "roads")
    name_roads(council, "roads")
    area = sf.read_area(council)
    one = area.settings["setting"].iloc[0]
    own = pd.DataFrame({"zone": ["Z1"], "setting": [one], "km": [7.0], "minutes": [8.0]})
    found = travel(area.replace(travel=sf.tables.check(own, sf.tables.TRAVEL)), cache=False)
    found = found.set_index(["zone", "setting"])
    assert found.loc[("Z1", one), ["km", "source"]].tolist() == [7.0, "supplied"]
    assert found.loc[("Z2", one), "source"] == "roads"


def test_a_run_says_what_journeys_rest_on(council: Path) -> None:
    line_of_roads(council / "roads")
    name_roads(council, "roads")
    done = sf.run(sf.read_area(council), to=2026, draws=2, placed_draws=1)
    assert set(done.area.travel["source"]) == {"roads"}
    assert done.area.notes["says"].str.contains("journeys follow the roads").sum() == 1
    kept = done.reproducibility().set_index("name")["value"]
    assert len(kept["roads, as journeys"]) == 16


def test_the_command_takes_roads(council: Path) -> None:
    roads = line_of_roads(council.parent / "lanes")
    by_road, by_line = (
        CliRunner().invoke(app, ["allocate", str(council), "--to", "2026", "--draws", "2", *more])
        for more in (["--roads", str(roads)], [])
    )
    assert by_road.exit_code == by_line.exit_code == 0
    assert by_road.stdout.startswith("year,need_group,phase")


def test_check_reads_the_roads(council: Path) -> None:
    line_of_roads(council / "roads", gap=True)
    name_roads(council, "roads")
    found = CliRunner().invoke(app, ["check", str(council)])
    assert isinstance(found.exception, InputError)
    assert "roads is in" in str(found.exception)


@pytest.mark.parametrize(
    ("named", "says"), [("missing.osm.pbf", "area.toml, roads: there is no missing.osm.pbf"), ("", "roads must name")]
)
def test_roads_that_are_not_there_are_said_to_be(council: Path, named: str, says: str) -> None:
    name_roads(council, named)
    with pytest.raises(SufficiencyError, match=says):
        sf.read_area(council)


def test_a_file_that_is_no_extract_is_said_to_be(council: Path) -> None:
    for name, content in (("roads.osm.pbf", b"not an extract"), ("roads.txt", b"neither")):
        (council / name).write_bytes(content)
        with pytest.raises(InputError, match=f"{name} can't be read as OpenStreetMap data"):
            with_travel(sf.read_area(council), council / name, cache=False)
    with pytest.raises(MissingError, match="there is no road network at"):
        with_travel(sf.read_area(council), council / "gone.osm.pbf", cache=False)


def test_roads_of_another_county_are_said_to_cover_too_little(tiny_area: Area, tmp_path: Path) -> None:
    roads = line_of_roads(tmp_path / "lanes")
    many = pd.concat([tiny_area.zones.assign(zone=[f"{z}{i}" for z in "ABC"]) for i in range(4)], ignore_index=True)
    with pytest.raises(InputError, match=r"lanes does not cover .*: 14 of 14 homes and settings .* nearest of them \d"):
        travel(tiny_area.replace(zones=many), network=roads, cache=False)


def test_rutland_by_its_own_roads(published: Path, council: Path, tmp_path: Path) -> None:
    """Oakham, Uppingham, Ketton and Cottesmore: Oakham to Uppingham is about 10 km by the A6003, 9.2 km as a crow flies."""
    extract = published / "roads" / "rutland-latest.osm.pbf"
    if not extract.is_file():
        pytest.skip(f"no extract at {extract}")
    for table, places in (("zones", list(RUTLAND.values())), ("settings", SCHOOLS)):
        file = council / f"{table}.csv"
        frame = pd.read_csv(file)
        frame[["easting", "northing"]] = places[: len(frame)]
        frame.to_csv(file, index=False)
    area = with_travel(sf.read_area(council), extract, cache=tmp_path)
    found = area.travel.set_index(["zone", "setting"])
    school = sf.read_area(council).settings["setting"].iloc[1]
    assert 9.2 < found.loc[("Z1", school), "km"] < 12
    assert 9 < found.loc[("Z1", school), "minutes"] < 25
    assert set(found["source"]) == {"rutland-latest.osm.pbf"}
    assert area.notes["says"].str.contains("journeys follow the roads of rutland-latest.osm.pbf").any()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.osm.pbf", None, "there is no road network at"),
        ("a pdf.osm.pbf", b"%PDF-1.7", "can't be read as OpenStreetMap data"),
        ("table.csv", b"a,b\n1,2\n", "can't be read as OpenStreetMap data"),
    ],
)
def test_roads_are_checked_where_nothing_travels(
    name: str, content: bytes | None, says: str, tiny_area: Area, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    plans_alone = tiny_area.replace(
        zones=tiny_area.zones.iloc[:0], settings=tiny_area.settings.iloc[:0], travel=tiny_area.travel.iloc[:0]
    )
    with pytest.raises((MissingError, InputError), match=says):
        with_travel(plans_alone, tmp_path / name, cache=False)


def test_roads_that_nothing_travels_on_are_said_not_to_be_used(tiny_area: Area, tmp_path: Path) -> None:
    roads = line_of_roads(tmp_path / "roads")
    plans_alone = tiny_area.replace(
        zones=tiny_area.zones.iloc[:0], settings=tiny_area.settings.iloc[:0], travel=tiny_area.travel.iloc[:0]
    )
    said = " ".join(with_travel(plans_alone, roads, cache=False).notes["says"])
    assert "are not used: the area has no homes and settings between which to travel" in said
    assert "journeys follow" not in said
