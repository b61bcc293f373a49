"""One school's rounds: everyone expected is carried, the map and the table agree, homes are not given away."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.area.template import write_template
from sufficiency.cli import app
from sufficiency.errors import InputError, MissingError, OutputError
from sufficiency.transport import Journeys, journeys
from sufficiency.transport.routing.school_rounds import SchoolRounds
from sufficiency.transport.routing.school_stops import _whole, stops_at
from tests.transport.children import placed

SCHOOL = "137875"


@pytest.fixture(scope="module")
def county() -> Area:
    return sf.example_area()


@pytest.fixture(scope="module")
def found(county: Area) -> Journeys:
    return journeys(county, placed(county, to=2027, draws=2))


@pytest.fixture(scope="module")
def planned(found: Journeys) -> SchoolRounds:
    return found.rounds(SCHOOL, 2026, seconds=0.5)


def test_as_many_are_carried_as_are_expected_to_travel(found: Journeys, planned: SchoolRounds) -> None:
    carried = found.runs["children"].sel(year=2026, setting=SCHOOL, draw=0)
    vehicles = float(carried.sel(mode=[m for m in carried["mode"].values if m not in ("pass", "budget")]).sum())
    assert planned.table()["children"].sum() == pytest.approx(vehicles, abs=2)
    planned.plan.check()


def test_only_children_who_need_to_travel_alone_do_so_by_design(planned: SchoolRounds) -> None:
    table = planned.plan.rounds.merge(planned.plan.stops[["stop", "solo"]], on="stop")
    assert table.loc[table["vehicle"] == "solo_taxi", "solo"].all()
    assert (table[table["solo"]].groupby("round")["children"].sum() == 1).all()


def test_map_and_table_agree(planned: SchoolRounds) -> None:
    shapes, table = planned.geojson(), planned.table()
    assert len(shapes["features"]) == table["round"].nunique()
    assert sum(f["properties"]["children"] for f in shapes["features"]) == table["children"].sum()
    assert sum(f["properties"]["gbp_a_day"] for f in shapes["features"]) == pytest.approx(planned.cost_gbp, abs=1)
    assert json.loads(json.dumps(shapes)) == shapes


def test_what_is_written_can_be_read_back(planned: SchoolRounds, tmp_path: Path) -> None:
    files = planned.write(tmp_path / "market", homes="none")
    assert [f.name for f in files] == ["rounds.csv", "rounds.geojson", "rounds.vrp"]
    assert pd.read_csv(files[0])["children"].sum() == planned.table()["children"].sum()
    assert json.loads(files[1].read_text(encoding="utf-8")) == planned.geojson(homes="none")
    assert f"the plan to beat costs {planned.cost_gbp:.2f} GBP" in files[2].read_text(encoding="utf-8")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="file can't be written"):
        planned.write(tmp_path / "file")


def test_a_school_is_known_by_its_name_too(county: Area, found: Journeys, planned: SchoolRounds) -> None:
    name = county.settings.set_index("setting").at[SCHOOL, "name"]
    assert found.rounds(f" {name.upper()} ", 2026, iterations=0).setting == SCHOOL
    twins = replace(found, area=county.replace(settings=county.settings.assign(name="Green Lane")))
    with pytest.raises(MissingError, match=r"settings are called 'green lane': give the code"):
        twins.rounds("green lane", 2026)
    assert planned.says.startswith(f"{name}, January 2026: ")


def test_the_command_plans_rounds_and_writes_them(tmp_path: Path) -> None:
    write_template(tmp_path / "council")
    asked = ["rounds", "900001", str(tmp_path / "council"), "--iterations", "0", "--draws", "2"]
    done = CliRunner().invoke(app, [*asked, "--out", str(tmp_path / "rounds")])
    assert done.exit_code == 0, done.exception
    assert "a school day" in done.stdout
    assert sorted(f.name for f in (tmp_path / "rounds").iterdir()) == ["rounds.csv", "rounds.geojson", "rounds.vrp"]
    unknown = CliRunner().invoke(app, ["rounds", "Nowhere", str(tmp_path / "council"), "--draws", "2"])
    assert "there is no setting 'Nowhere'" in str(unknown.exception)


def test_home_points_are_rounded_or_left_out_unless_asked_for(planned: SchoolRounds) -> None:
    def points(shapes: dict) -> set:  # type: ignore[type-arg]
        lines = [f["geometry"]["coordinates"] for f in shapes["features"] if f["geometry"]["type"] == "LineString"]
        return {tuple(p) for line in lines for p in line[:-1]}

    exact, rounded = points(planned.geojson(homes="exact")), points(planned.geojson())
    assert len(exact & rounded) == 0
    assert points(planned.geojson(homes="none")) == set()
    assert all(f["geometry"]["type"] == "Point" for f in planned.geojson(homes="none")["features"])
    with pytest.raises(InputError, match="is not one of rounded, exact, none"):
        planned.geojson(homes="all")  # type: ignore[arg-type]


def test_what_can_t_be_planned_is_said(found: Journeys) -> None:
    with pytest.raises(MissingError, match="there is no setting '137876' in Northamptonshire; did you mean '137875'"):
        found.rounds("137876", 2026)
    with pytest.raises(MissingError, match="nobody is placed at 137875 in 2040"):
        found.rounds(SCHOOL, 2040)


def test_stops_are_the_same_each_time(county: Area, found: Journeys) -> None:
    first, second = (stops_at(county, found.riders, SCHOOL, 2026) for _ in range(2))
    assert first.equals(second)


@given(st.lists(st.floats(0, 3), max_size=60))
def test_whole_children_keep_the_total_and_stay_near_each_amount(amounts: list[float]) -> None:
    whole = _whole(np.array(amounts))
    assert abs(whole.sum() - sum(amounts)) <= 0.5 + 1e-6
    assert all(abs(w - a) < 1 + 1e-6 for w, a in zip(whole, amounts, strict=True))
