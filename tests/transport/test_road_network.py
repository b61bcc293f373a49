"""Road times: equal to an independent search, one-way streets and footpaths honoured, pieces said."""

from __future__ import annotations

import heapq
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency import estimated_travel
from sufficiency.errors import FaultyTableError, InputError, MissingError
from sufficiency.transport.roads import openstreetmap
from sufficiency.transport.roads.road_network import Network, fastest, network, shortest
from tests.test_estimated_travel import National


def walk_out(arcs: dict[int, list[tuple[int, float]]], start: int) -> dict[int, float]:
    """Return least totals from `start`: the textbook search, with a heap, independent of the library's."""
    best, waiting = {}, [(0.0, start)]
    while waiting:
        total, node = heapq.heappop(waiting)
        if node in best:
            continue
        best[node] = total
        for neighbour, weight in arcs[node]:
            if neighbour not in best:
                heapq.heappush(waiting, (total + weight, neighbour))
    return best


def arcs_of(edges: pd.DataFrame, position: dict[str, int], profile: str) -> dict[int, list[tuple[int, float]]]:
    """Return arcs straight from the published rows: cars by minutes and one way, walkers by km and both."""
    arcs: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for row in edges.itertuples():
        a, b, km = position[row.u], position[row.v], float(row.length_m) / 1000
        if profile == "walk" and row.walk == "1":
            arcs[a].append((b, km))
            arcs[b].append((a, km))
        if profile == "drive" and row.drive == "1":
            minutes = km / float(row.kph) * 60
            if row.oneway != "-1":
                arcs[a].append((b, minutes))
            if row.oneway != "1":
                arcs[b].append((a, minutes))
    return arcs


@pytest.fixture(scope="module")
def rutland(published: Path) -> tuple[Network, pd.DataFrame]:
    folder = published / "roads"
    nodes, edges = (pd.read_csv(folder / f"rutland_{kind}.csv.gz", dtype="str") for kind in ("nodes", "edges"))
    return network(nodes, edges, name="Rutland"), edges


def test_rutland_equals_an_independent_search(rutland: tuple[Network, pd.DataFrame]) -> None:
    roads, edges = rutland
    position = {label: i for i, label in enumerate(roads.node)}
    rng = np.random.default_rng(3)
    starts, ends = rng.choice(len(roads.node), 25, replace=False), rng.choice(len(roads.node), 400, replace=False)
    _, minutes = fastest(roads, starts, ends)
    walk = shortest(roads, starts, ends)
    by_car, on_foot = (arcs_of(edges, position, profile) for profile in ("drive", "walk"))
    for row, start in enumerate(starts):
        for found, arcs, error in ((minutes, by_car, 0.05), (walk, on_foot, 1e-9)):
            truth = walk_out(arcs, int(start))
            expected = np.array([truth.get(int(end), np.nan) for end in ends])
            assert np.array_equal(np.isnan(found[row]), np.isnan(expected))
            assert np.nanmax(np.abs(found[row] - expected), initial=0.0) <= error


def test_rutland_in_pieces_is_said(rutland: tuple[Network, pd.DataFrame]) -> None:
    roads, _ = rutland
    pieces = roads.pieces()
    cars = pieces[pieces["profile"] == "drive"]
    assert len(cars) > 1
    assert cars["share"].sum() == pytest.approx(1)
    assert "pieces by car" in repr(roads)
    main = set(roads.main_piece("drive"))
    at, _ = roads.nearest(roads.easting[:500], roads.northing[:500], "drive")
    assert set(at) <= main


def test_extract_gives_the_same_roads_as_the_tables(published: Path, rutland: tuple[Network, pd.DataFrame]) -> None:
    roads, _ = rutland
    extract = openstreetmap.read_osm(published / "roads" / "rutland-latest.osm.pbf")
    assert len(extract.node) == pytest.approx(len(roads.node), rel=0.01)
    for profile in ("drive", "walk"):
        length = getattr(extract, profile).km.sum()
        assert length == pytest.approx(getattr(roads, profile).km.sum(), rel=0.02)
    known = {label: i for i, label in enumerate(extract.node)}
    both = [(i, known[label]) for i, label in enumerate(roads.node) if label in known][::97]
    ours, theirs = (
        shortest(r, ids, ids[:10]) for r, ids in ((extract, [b for _, b in both]), (roads, [a for a, _ in both]))
    )
    assert np.nanmedian(ours[theirs > 0] / theirs[theirs > 0]) == pytest.approx(1, abs=0.005)


def test_straight_line_estimate_keeps_its_stated_error_on_rutland(rutland: tuple[Network, pd.DataFrame]) -> None:
    """Mean absolute error about a tenth, and a chance of living beyond a limit that comes true about as often as it says."""
    roads, _ = rutland
    rules = National()
    rng = np.random.default_rng(0)
    main = np.intersect1d(roads.main_piece("drive"), roads.main_piece("walk"))
    homes, schools = rng.choice(main, 400, replace=False), rng.choice(main, 60, replace=False)
    east, north = (c[homes][:, None] - c[schools] for c in (roads.easting, roads.northing))
    crow = np.hypot(east, north) / 1000
    far = (crow > 0.5) & (crow < 20)
    drive = crow * estimated_travel.drive_detour(crow, 1.0, rules)
    walk, truth = crow * estimated_travel.walk_detour(crow, rules), shortest(roads, homes, schools)
    for guess, actual in ((drive, shortest(roads, homes, schools, profile="drive")), (walk, truth)):
        error = np.log(actual[far] / guess[far])
        assert np.abs(np.expm1(-error)).mean() < 0.115
        assert abs(error.mean()) < 0.05
        assert error.std() == pytest.approx(estimated_travel.spread(rules), abs=0.03)
    for limit in (rules.value("transport.walking_limit_under_8_km"), rules.value("transport.walking_limit_from_8_km")):
        near = (crow > 0.5 * limit) & (crow < 1.2 * limit)
        chance, beyond = (
            estimated_travel.chance_beyond(walk, limit, spread=estimated_travel.spread(rules))[near],
            truth[near] > limit,
        )
        assert abs(chance.mean() - beyond.mean()) < 0.07
        assert ((chance - beyond) ** 2).mean() < ((walk[near] > limit) != beyond).mean()
        unsure = (chance > 0.2) & (chance < 0.8)
        assert 0.3 < beyond[unsure].mean() < 0.7  # neither yes nor no


def small(*edges: tuple[str, str, float, float, int, int, int]) -> Network:
    nodes = pd.DataFrame({"node": list("ABCDEF"), "easting": 400_000 + np.arange(6) * 1_000.0, "northing": 300_000.0})
    columns = ["origin", "destination", "length_m", "kph", "drive", "walk", "oneway"]
    return network(nodes, pd.DataFrame(edges, columns=columns), name="small")


def test_one_way_streets_bind_cars_and_not_walkers() -> None:
    """A to B is one way; back goes round by C."""
    roads = small(("A", "B", 1_000, 60, 1, 1, 1), ("B", "C", 2_000, 60, 1, 1, 0), ("C", "A", 2_000, 60, 1, 1, 0))
    km, minutes = fastest(roads, [0, 1], [0, 1])
    assert km == pytest.approx(np.array([[0, 1], [4, 0]]), abs=1e-6)
    assert minutes == pytest.approx(np.array([[0, 1], [4, 0]]), abs=1e-3)
    assert shortest(roads, [1], [0]).item() == pytest.approx(1)


def test_one_way_against_the_way_it_is_drawn() -> None:
    roads = small(("A", "B", 1_000, 60, 1, 1, -1))
    assert np.isnan(fastest(roads, [0], [1])[0]).all()
    assert fastest(roads, [1], [0])[0].item() == pytest.approx(1)


def test_footpaths_shorten_walks_and_not_drives() -> None:
    roads = small(("A", "B", 3_000, 60, 1, 1, 0), ("A", "B", 1_200, 60, 0, 1, 0), ("B", "C", 500, 60, 1, 0, 0))
    assert fastest(roads, [0], [1])[0].item() == pytest.approx(3)
    assert shortest(roads, [0], [1]).item() == pytest.approx(1.2)
    assert np.isnan(shortest(roads, [0], [2]).item())


def test_the_shorter_of_two_parallel_roads_is_taken_never_their_sum() -> None:
    roads = small(("A", "B", 3_000, 60, 1, 1, 0), ("A", "B", 2_000, 60, 1, 1, 0))
    assert fastest(roads, [0], [1])[0].item() == pytest.approx(2)


def test_km_are_of_the_fastest_way_not_the_shortest() -> None:
    roads = small(("A", "B", 4_000, 20, 1, 1, 0), ("A", "C", 3_000, 90, 1, 1, 0), ("C", "B", 3_000, 90, 1, 1, 0))
    km, minutes = fastest(roads, [0], [1])
    assert (km.item(), minutes.item()) == pytest.approx((6, 4), abs=1e-3)
    assert shortest(roads, [0], [1], profile="drive").item() == pytest.approx(4)


def test_unreachable_is_a_blank_never_an_infinity() -> None:
    roads = small(("A", "B", 1_000, 60, 1, 1, 0), ("D", "E", 1_000, 60, 1, 1, 0))
    km, minutes = fastest(roads, [0, 3], [1, 4])
    assert np.isnan([km[0, 1], km[1, 0], minutes[0, 1]]).all()
    assert np.isfinite([km[0, 0], km[1, 1]]).all()
    assert roads.pieces().query("profile == 'drive'")["nodes"].tolist() == [2, 2]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(1, 9_000), st.integers(-1, 1)), max_size=14))
def test_random_networks_equal_an_independent_search(rows: list[tuple[int, int, float, int]]) -> None:
    edges = [("ABCDEF"[a], "ABCDEF"[b], length, 60.0, 1, 1, way) for a, b, length, way in rows] or [
        ("A", "B", 1.0, 60.0, 1, 1, 0)
    ]
    roads = small(*edges)
    arcs: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for a, b, length, _, _, _, way in edges:
        ends = "ABCDEF".index(a), "ABCDEF".index(b)
        if way >= 0:
            arcs[ends[0]].append((ends[1], length / 1000))
        if way <= 0:
            arcs[ends[1]].append((ends[0], length / 1000))
    km, _ = fastest(roads, range(6), range(6))
    direct = shortest(roads, range(6), range(6), profile="drive")
    for start in range(6):
        truth = walk_out(arcs, start)
        expected = np.array([truth.get(end, np.nan) for end in range(6)])
        assert direct[start] == pytest.approx(expected, nan_ok=True)
        assert km[start] == pytest.approx(expected, abs=0.01, nan_ok=True)


WAYS = [
    # what the way is, its tags, whether cars go, whether a child walks
    ("trunk road", {"highway": "trunk"}, True, True),
    ("trunk road, no walking", {"highway": "trunk", "foot": "no"}, True, False),
    ("motor road", {"highway": "trunk", "motorroad": "yes"}, True, False),
    ("motorway", {"highway": "motorway"}, True, False),
    ("bridleway", {"highway": "bridleway"}, False, True),
    ("footpath", {"highway": "footway"}, False, True),
    ("permissive path on private land", {"highway": "path", "access": "private", "foot": "permissive"}, False, True),
    ("private track", {"highway": "track", "access": "private"}, False, False),
    ("farm track", {"highway": "track"}, False, True),
    ("private drive", {"highway": "service", "access": "private"}, False, False),
    ("street for walkers", {"highway": "pedestrian"}, False, True),
    ("steps", {"highway": "steps"}, False, True),
    ("bus gate", {"highway": "unclassified", "motor_vehicle": "no"}, False, True),
    ("planned road", {"highway": "proposed"}, False, False),
]


@pytest.mark.parametrize(("case", "tags", "drives", "walks"), WAYS, ids=[w[0] for w in WAYS])
def test_who_may_use_a_way(case: str, tags: dict[str, str], drives: bool, walks: bool) -> None:
    assert (openstreetmap.car_speed(tags) is not None) is drives
    assert openstreetmap.is_walkable(tags) is walks


def test_speed_limits_and_directions_as_mapped() -> None:
    assert openstreetmap.speed_limit("30 mph") == pytest.approx(48.28, abs=0.01)
    assert openstreetmap.speed_limit("50") == 50
    assert openstreetmap.speed_limit("national") is None
    assert openstreetmap.car_speed({"highway": "primary", "maxspeed": "30 mph"}) == pytest.approx(
        48.28 * 0.85, abs=0.01
    )
    assert openstreetmap.direction({"highway": "primary", "junction": "roundabout"}) == 1
    assert openstreetmap.direction({"highway": "residential", "oneway": "-1"}) == -1
    assert openstreetmap.direction({"highway": "motorway", "oneway": "no"}) == 0


def test_bad_tables_are_named_row_by_row() -> None:
    with pytest.raises(FaultyTableError, match=r"row 2, destination: 'Z' is not in the nodes"):
        small(("A", "Z", 1_000, 60, 1, 1, 0))
    with pytest.raises(FaultyTableError, match=r"row 2, length_m: -5 is below 0"):
        small(("A", "B", -5, 60, 1, 1, 0))
    with pytest.raises(FaultyTableError, match=r"row 2, kph: is blank; a road open to cars"):
        small(("A", "B", 5, np.nan, 1, 1, 0))
    with pytest.raises(InputError, match="no road that is open to cars"):
        small(("A", "B", 5, 60, 0, 1, 0)).main_piece("drive")


def test_a_file_that_is_no_extract_is_said(tmp_path: Path) -> None:
    wrong = tmp_path / "roads.osm.pbf"
    wrong.write_text("not roads")
    with pytest.raises(InputError, match="can't be read as OpenStreetMap"):
        openstreetmap.read_osm(wrong)
    with pytest.raises(MissingError, match="there is no file"):
        openstreetmap.read_osm(tmp_path / "none.osm.pbf")
    empty = tmp_path / "empty.osm"
    empty.write_text('<?xml version="1.0"?><osm version="0.6"><node id="1" lat="52.6" lon="-0.7"/></osm>')
    with pytest.raises(InputError, match="holds no road"):
        openstreetmap.read_osm(empty)
