"""Road times of 443 zones × 60 settings on a network of 100,000 nodes, beside the same search from the homes.

    python -m benchmarks.road_times [FOLDER]     FOLDER: published road tables (rutland_nodes.csv.gz, rutland_edges.csv.gz)

CPU seconds, the least of three runs, one process. The bar is 1.5 s after the network is loaded. networkx, where it is
installed, is timed on three settings and scaled up.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.transport.roads.road_network import Network, fastest, network, shortest
from sufficiency.transport.roads.travel import by_network, read_network

ZONES, SETTING_TYPES, SIDE, BAR = 443, 60, 316, 1.5


def county(seed: int = 5) -> Network:
    """Return a county of 316 × 316 junctions, jittered, a fifth of its streets missing, with fast roads between towns."""
    rng = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    easting = 400_000 + 200.0 * column + rng.normal(0, 40, SIDE * SIDE)
    northing = 300_000 + 200.0 * row + rng.normal(0, 40, SIDE * SIDE)
    across = [(i, i + 1) for i in range(SIDE * SIDE) if i % SIDE < SIDE - 1]
    up = [(i, i + SIDE) for i in range(SIDE * SIDE - SIDE)]
    pairs = np.array(across + up)
    pairs = pairs[rng.random(len(pairs)) < 0.64]
    origin, destination = pairs.T
    length = np.hypot(easting[origin] - easting[destination], northing[origin] - northing[destination])
    fast = (row[origin] % 40 == 0) & (row[destination] % 40 == 0)
    edges = pd.DataFrame(
        {
            "origin": origin.astype(str),
            "destination": destination.astype(str),
            "length_m": length * rng.uniform(1.0, 1.3, len(length)),
            "kph": np.where(fast, 80, rng.choice([32, 45, 55], len(length))),
            "oneway": (rng.random(len(length)) < 0.03).astype(int),
        }
    )
    nodes = pd.DataFrame({"node": np.arange(SIDE * SIDE).astype(str), "easting": easting, "northing": northing})
    return network(nodes, edges, name="synthetic county")


def cpu(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Return CPU seconds, the least of `times`, and what came out."""
    best, out = np.inf, None
    for _ in range(times):
        began = time.process_time()
        out = work()
        best = min(best, time.process_time() - began)
    return best, out


def from_homes(roads: Network, homes: Any, settings: Any) -> Any:
    """Return minutes by the same engine, searched from each home instead."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    n = len(roads.node)
    edges = pd.DataFrame({"u": roads.drive.origin, "v": roads.drive.destination, "minutes": roads.drive.minutes})
    least = edges.groupby(["u", "v"], as_index=False).min()  # SciPy would add parallel roads up
    graph = csr_array((least["minutes"], (least["u"], least["v"])), shape=(n, n))
    return np.vstack([dijkstra(graph, indices=h)[settings] for h in homes])


def with_networkx(roads: Network, settings: Any) -> float | None:
    """Return CPU seconds of networkx for all the settings, from three of them; None where it is not installed."""
    try:
        import networkx
    except ImportError:
        return None
    graph = networkx.DiGraph()
    edges = roads.drive
    graph.add_weighted_edges_from(zip(edges.destination, edges.origin, edges.minutes, strict=True))
    seconds, _ = cpu(lambda: [networkx.single_source_dijkstra_path_length(graph, s) for s in settings[:3]], times=1)
    return seconds * len(settings) / 3


def places(roads: Network, homes: Any, settings: Any) -> Area:
    """Return an area with a home and a setting at each node named, some metres away."""
    east, north = roads.easting + 20, roads.northing + 20
    plain = {"authority": "E06000001", "district": "all"}
    zones = pd.DataFrame(
        {"zone": [f"z{i}" for i in range(len(homes))], "easting": east[homes], "northing": north[homes]}
    )
    found = pd.DataFrame(
        {"setting": [f"s{i}" for i in range(len(settings))], "easting": east[settings], "northing": north[settings]}
    )
    return Area(
        name="bench",
        authorities={"E06000001": "Bench"},
        base_year=2025,
        population=tables.empty(tables.POPULATION),
        plans=tables.empty(tables.PLANS),
        zones=zones.assign(**plain),
        settings=found.assign(is_in_area=True, **plain),
    )


def compare(roads: Network) -> None:
    rng = np.random.default_rng(1)
    main = roads.main_piece("drive")
    homes, settings = rng.choice(main, ZONES), rng.choice(main, SETTING_TYPES)
    print(roads)
    ours, (_, minutes) = cpu(lambda: fastest(roads, homes, settings))
    walks, _ = cpu(lambda: shortest(roads, homes, settings, most_km=10.0))
    theirs, truth = cpu(lambda: from_homes(roads, homes, settings), times=1)
    print(f"  {ZONES} × {SETTING_TYPES} drives, km and minutes, from the settings   {ours:7.2f} s  (bar {BAR} s)")
    print(f"  walks up to 10 km                                    {walks:7.2f} s")
    whole, _ = cpu(lambda: by_network(places(roads, homes, settings), replace(roads)))
    print(f"  an area's travel table, homes joined to roads        {whole:7.2f} s")
    print(f"  the same minutes, searched from the homes            {theirs:7.2f} s  {theirs / ours:5.1f} times as long")
    print(f"  largest difference                                   {np.abs(minutes - truth).max():9.4f} minutes")
    peer = with_networkx(roads, settings)
    words = "not installed" if peer is None else f"{peer:7.2f} s  {peer / ours:5.1f} times as long"
    print(f"  networkx                                             {words}")


def main() -> None:
    compare(county())
    if len(sys.argv) > 1:
        began = time.process_time()
        roads = read_network(Path(sys.argv[1]))
        print(f"loaded in {time.process_time() - began:.2f} s")
        compare(roads)


if __name__ == "__main__":
    main()
