"""Travel for an area: the best means at hand, everything estimated said, everything wrong named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sufficiency import estimated_travel, tables
from sufficiency.area.area import Area
from sufficiency.errors import FaultyTableError, InputError, MissingError
from sufficiency.transport.roads.road_network import Network, network
from sufficiency.transport.roads.travel import travel


@pytest.fixture
def roads() -> Network:
    """One straight road through the tiny area's homes, at 60 km/h, and a stub beside the last that leads nowhere."""
    nodes = pd.DataFrame(
        {
            "node": ["a", "b", "c", "x", "y"],
            "easting": [400_000.0, 410_000.0, 420_500.0, 420_000.0, 420_000.0],
            "northing": [300_000.0, 300_000.0, 300_000.0, 300_010.0, 300_050.0],
        }
    )
    rows = [("a", "b", 10_000.0), ("b", "c", 10_500.0), ("x", "y", 40.0)]
    return network(nodes, pd.DataFrame(rows, columns=["origin", "destination", "length_m"]).assign(kph=60), name="lane")


def test_with_nothing_it_is_straight_line_and_says_so(tiny_area: Area) -> None:
    found = tables.check(travel(tiny_area), tables.TRAVEL)
    assert len(found) == 6
    assert set(found["source"]) == {estimated_travel.ESTIMATED}


def test_over_a_network_by_hand(tiny_area: Area, roads: Network, tmp_path: Path) -> None:
    """Ashby to the school is 0; Barton 10 km, 10 minutes × 1.25 at the peak; Colby 20.5 km and half a km to the road."""
    found = tables.check(travel(tiny_area, network=roads, cache=tmp_path), tables.TRAVEL).set_index(["zone", "setting"])
    assert found.loc[("A", "S1"), "km"] == pytest.approx(0, abs=1e-6)
    assert found.loc[("B", "S1"), ["km", "minutes"]].tolist() == pytest.approx([10, 12.5], abs=1e-3)
    assert found.loc[("C", "S1"), "km"] == pytest.approx(21)
    assert found.loc[("B", "S1"), "walk_km"] == pytest.approx(10)
    assert np.isnan(found.loc[("C", "S1"), "walk_km"])
    assert "cut off" in found.loc[("C", "S1"), "note"]
    assert found.loc[("B", "S1"), "note"] == ""
    assert set(found["source"]) == {"lane"}


def test_what_was_worked_out_is_kept_by_content(tiny_area: Area, roads: Network, tmp_path: Path) -> None:
    first = travel(tiny_area, network=roads, cache=tmp_path)
    files = sorted(tmp_path.glob("*.npz"))
    assert len(files) == 1
    pd.testing.assert_frame_equal(travel(tiny_area, network=roads, cache=tmp_path), first)
    assert sorted(tmp_path.glob("*")) == files
    moved = tiny_area.replace(zones=tiny_area.zones.assign(easting=tiny_area.zones["easting"] + 50))
    assert not travel(moved, network=roads, cache=tmp_path)["km"].equals(first["km"])
    for file in tmp_path.glob("*.npz"):
        file.write_bytes(b"spoilt")
    pd.testing.assert_frame_equal(travel(tiny_area, network=roads, cache=tmp_path), first)
    pd.testing.assert_frame_equal(travel(tiny_area, network=roads, cache=False), first)


def test_a_folder_of_tables_and_an_extract_are_read(tiny_area: Area, roads: Network, tmp_path: Path) -> None:
    folder = tmp_path / "county"
    folder.mkdir()
    nodes = pd.DataFrame({"node": roads.node, "easting": roads.easting, "northing": roads.northing})
    nodes.to_csv(folder / "nodes.csv", index=False)
    edges = pd.DataFrame({"u": ["a", "b"], "v": ["b", "c"], "length": [10_000.0, 10_500.0], "kph": 60})
    edges.to_csv(folder / "county_edges.csv.gz", index=False)
    found = travel(tiny_area, network=folder, cache=False).set_index(["zone", "setting"])
    assert found.loc[("B", "S1"), "km"] == pytest.approx(10)
    with pytest.raises(MissingError, match=r"needs one nodes\.csv"):
        travel(tiny_area, network=tmp_path, cache=False)
    with pytest.raises(MissingError, match="no road network at"):
        travel(tiny_area, network=tmp_path / "none.osm.pbf", cache=False)


def test_a_home_in_the_sea_and_a_setting_with_no_road_are_named(tiny_area: Area, roads: Network) -> None:
    zones, settings = tiny_area.zones.copy(), tiny_area.settings.copy()
    zones.loc[0, "northing"], settings.loc[1, "northing"] = 330_000, 270_000
    adrift = tiny_area.replace(zones=zones, settings=settings)
    with pytest.raises(
        FaultyTableError, match=r"(?s)row 2, zone: 'A' is 30\.0 km from the nearest road.*row 3, setting: 'U1' is 30\.0"
    ):
        travel(adrift, network=roads, cache=False)


def test_a_setting_outside_the_area_may_be_off_the_map_and_is_estimated(tiny_area: Area, roads: Network) -> None:
    settings = tiny_area.settings.copy()
    settings.loc[1, ["easting", "is_in_area"]] = [500_000, False]
    found = travel(tiny_area.replace(settings=settings), network=roads, cache=False).set_index("setting")
    assert set(found.loc["U1", "note"]) == {"off the road network: estimated by straight line"}
    assert set(found.loc["U1", "source"]) == {estimated_travel.ESTIMATED}
    assert set(found.loc["S1", "source"]) == {"lane"}


def matrix(area: Area) -> pd.DataFrame:
    return pd.DataFrame(
        [(z, s, 5.0, 9.0) for z in area.zones["zone"] for s in area.settings["setting"]],
        columns=["zone", "setting", "km", "minutes"],
    )


def test_a_supplied_table_is_taken_as_it_is(tiny_area: Area) -> None:
    uneven = matrix(tiny_area).assign(minutes=[9.0, 11.0, 30.0, 2.0, 5.0, 50.0])
    found = travel(tiny_area, table=uneven)
    assert found["minutes"].tolist() == uneven["minutes"].tolist()
    assert set(found["source"]) == {"supplied"}


def test_missing_pairs_and_negatives_are_named(tiny_area: Area) -> None:
    with pytest.raises(InputError, match="lacks 1 of 6 pairs: C to U1"):
        travel(tiny_area, table=matrix(tiny_area).iloc[:-1])
    with pytest.raises(FaultyTableError, match=r"row 2, minutes: -1 is below 0"):
        travel(tiny_area, table=matrix(tiny_area).assign(minutes=[-1.0, 1, 1, 1, 1, 1]))
    with pytest.raises(InputError, match="not both"):
        travel(tiny_area, network="roads.osm.pbf", table=matrix(tiny_area))


def test_pairs_that_an_area_lacks_are_estimated_and_said(tiny_area: Area) -> None:
    own = tables.check(matrix(tiny_area).iloc[:-1], tables.TRAVEL)
    found = travel(tiny_area.replace(travel=own)).set_index(["zone", "setting"])
    assert found.loc[("C", "U1"), "note"] == "not in the travel table: estimated by straight line"
    assert found.loc[("A", "S1"), ["km", "source", "note"]].tolist() == [5.0, "supplied", ""]
