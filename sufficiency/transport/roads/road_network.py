"""A road network as arrays, from node and edge tables, and shortest journeys over it.

Driving keeps to one-way streets; walking doesn't, and takes footpaths. Searches run from the settings, on the network
turned round, since there are fewer of them than homes. Turn restrictions are not known.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from sufficiency import tables
from sufficiency.errors import Fault, FaultyTableError, InputError
from sufficiency.tables import columns

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NODES: Final = columns.table(
    "nodes",
    "Where roads meet or end; on the British National Grid, or in longitude and latitude",
    ["node"],
    node=columns.text("Label"),
    easting=columns.number("British National Grid easting [m]", required=False, nullable=True),
    northing=columns.number("British National Grid northing [m]", required=False, nullable=True),
    longitude=columns.number("WGS84 longitude [degrees]", -180, 180, required=False, nullable=True),
    latitude=columns.number("WGS84 latitude [degrees]", -90, 90, required=False, nullable=True),
)
EDGES: Final = columns.table(
    "edges",
    "Stretches of road or path between two nodes",
    [],
    origin=columns.text("Node at one end"),
    destination=columns.text("Node at the other"),
    length_m=columns.number("Length [m]", 0),
    kph=columns.number("Speed of a car outside the peak [km/h]", 1, 130, required=False, nullable=True),
    drive=columns.truth("Open to cars", required=False, default=True),
    walk=columns.truth("Open to walkers", required=False, default=True),
    oneway=columns.whole(
        "Cars: 1 from origin to destination only, -1 the other way only, 0 both", -1, 1, required=False
    ),
)
# What OpenStreetMap tools call them.
RENAMED: Final = {
    "id": "node",
    "osmid": "node",
    "lon": "longitude",
    "lat": "latitude",
    "x": "longitude",
    "y": "latitude",
}
EDGES_RENAMED: Final = {"u": "origin", "v": "destination", "length": "length_m", "speed_kph": "kph"}

# A search adds minutes in ten-thousandths as whole numbers and km as the fraction, so that one search by time also knows
# the distance of the fastest way, and takes the shorter of two as fast.
TICKS: Final = 10_000.0  # a minute
FAR: Final = 1_000.0  # no way is this long [km]


@dataclass(frozen=True, eq=False)
class Edges:
    """Directed edges as arrays; positions of nodes."""

    origin: Ints
    destination: Ints
    km: Floats
    minutes: Floats  # outside the peak; 0 for walking, which is measured in km


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes, and the edges that cars and walkers can take."""

    name: str
    node: npt.NDArray[np.object_]
    easting: Floats
    northing: Floats
    drive: Edges
    walk: Edges

    def __repr__(self) -> str:
        """Return one line: name, nodes, edges and whether it is in one piece."""
        pieces = self.pieces()
        many = int(pieces.loc[pieces["profile"] == "drive", "nodes"].count())
        return (
            f"<Network {self.name}: {len(self.node):,} nodes; {len(self.drive.km):,} directed edges to drive and "
            f"{len(self.walk.km):,} to walk; {many:,} piece{'s' if many != 1 else ''} by car>"
        )

    @cached_property
    def digest(self) -> str:
        """A hash of what the network is made of."""
        found = hashlib.sha256()
        for array in (self.easting, self.northing, *_arrays(self.drive), *_arrays(self.walk)):
            found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()

    def pieces(self) -> pd.DataFrame:
        """Return the parts that can't be reached from one another and back: profile, piece, nodes, share of nodes.

        The first of each profile is its main piece; homes and settings are joined to that.
        """
        frames = []
        for profile in ("drive", "walk"):
            piece, used = self._piece(profile)
            counts = np.sort(np.bincount(piece[used]))[::-1]
            counts = counts[counts > 0]
            share = counts / max(counts.sum(), 1)
            piece_numbers = np.arange(1, len(counts) + 1)
            frames.append(pd.DataFrame({"profile": profile, "piece": piece_numbers, "nodes": counts, "share": share}))
        return pd.concat(frames, ignore_index=True)

    def main_piece(self, profile: str) -> Ints:
        """Return positions of the nodes of the largest piece of a profile, drive or walk."""
        piece, used = self._piece(profile)
        if not used.any():
            raise InputError(f"{self.name} has no road that is open to {'cars' if profile == 'drive' else 'walkers'}")
        return np.flatnonzero(used & (piece == np.bincount(piece[used]).argmax()))

    def nearest(
        self, easting: npt.ArrayLike, northing: npt.ArrayLike, profile: str, *, any_piece: bool = False
    ) -> tuple[Ints, Floats]:
        """Return the node of the main piece (or of any) nearest to each point, by position, and how far it is. [km]"""
        from scipy.spatial import cKDTree

        main = np.flatnonzero(self._piece(profile)[1]) if any_piece else self.main_piece(profile)
        tree = cKDTree(np.column_stack([self.easting[main], self.northing[main]]))
        away, at = tree.query(np.column_stack([easting, northing]).astype(float))
        return main[at], np.asarray(away, dtype=np.float64) / 1000

    def _piece(self, profile: str) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Return the piece of each node, and whether a profile uses it."""
        return self._pieces[profile]

    @cached_property
    def _pieces(self) -> dict[str, tuple[Ints, npt.NDArray[np.bool_]]]:
        return {profile: self._find_pieces(profile) for profile in ("drive", "walk")}

    def _find_pieces(self, profile: str) -> tuple[Ints, npt.NDArray[np.bool_]]:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        edges: Edges = getattr(self, profile)
        n = len(self.node)
        graph = coo_array((np.ones(len(edges.km)), (edges.origin, edges.destination)), shape=(n, n)).tocsr()
        _, piece = connected_components(graph, directed=True, connection="strong")
        used = np.zeros(n, dtype=bool)
        used[edges.origin] = used[edges.destination] = True
        return piece.astype(np.int64), used


def network(nodes: pd.DataFrame, edges: pd.DataFrame, *, name: str = "roads") -> Network:
    """Return a network from tables.

    Parameters
    ----------
    nodes
        As `NODES`; OpenStreetMap tools' names (id, lon, lat) are understood.
    edges
        As `EDGES`; so are u, v and length.
    name
        What to call it in messages and as a source.

    Raises
    ------
    InputError
        Naming faulty rows: a node that is not in the table, a negative length, a road with no speed.
    """
    points = tables.check(_renamed(nodes, RENAMED, NODES), NODES, source=f"{name}, nodes")
    lines = tables.check(_renamed(edges, EDGES_RENAMED, EDGES), EDGES, source=f"{name}, edges")
    position = pd.Series(np.arange(len(points)), index=points["node"])
    ends = [position.reindex(lines[c]) for c in ("origin", "destination")]
    faults = [
        Fault(int(row) + 2, column, f"'{lines.at[row, column]}' is not in the nodes")
        for column, end in zip(("origin", "destination"), ends, strict=True)
        for row in np.flatnonzero(end.isna().to_numpy())
    ]
    slow = lines.index[lines["drive"] & lines["kph"].isna()]
    faults += [Fault(int(row) + 2, "kph", "is blank; a road open to cars needs a speed") for row in slow]
    if faults:
        raise FaultyTableError(f"{name}, edges", faults)
    easting, northing = _grid(points, name)
    origin, destination = (end.to_numpy(dtype=np.int64) for end in ends)
    drive, walk = directed(origin, destination, lines)
    return Network(name, points["node"].to_numpy(dtype=object), easting, northing, drive, walk)


def directed(origin: Ints, destination: Ints, lines: pd.DataFrame) -> tuple[Edges, Edges]:
    """Return driving edges, one-way honoured, and walking edges, both ways, from undirected lines."""
    km = lines["length_m"].to_numpy(dtype=float) / 1000
    minutes = km / lines["kph"].fillna(1.0).to_numpy(dtype=float) * 60
    oneway, drive = lines["oneway"].to_numpy(), lines["drive"].to_numpy(dtype=bool)
    along, back, walk = drive & (oneway >= 0), drive & (oneway <= 0), lines["walk"].to_numpy(dtype=bool)
    return (
        _both(origin, destination, km, minutes, along, back),
        _both(origin, destination, km, np.zeros_like(minutes), walk, walk),
    )


def fastest(roads: Network, origins: npt.ArrayLike, destinations: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return km and minutes of the fastest drive, origins × destinations, outside the peak; NaN where there is no way.

    Origins and destinations are positions of nodes. Of two ways as fast the shorter is taken.
    """
    whole = np.rint(roads.drive.minutes * TICKS)
    found = _search(roads, "drive", whole + roads.drive.km / FAR, origins, destinations, np.inf)
    with np.errstate(invalid="ignore"):
        ticks = np.floor(found + 1e-7)
        return np.maximum(found - ticks, 0.0) * FAR, ticks / TICKS


def shortest(
    roads: Network,
    origins: npt.ArrayLike,
    destinations: npt.ArrayLike,
    *,
    profile: str = "walk",
    most_km: float = np.inf,
) -> Floats:
    """Return km of the shortest way, origins × destinations; NaN where there is none, or none within `most_km`."""
    return _search(roads, profile, getattr(roads, profile).km, origins, destinations, most_km)


def _search(
    roads: Network, profile: str, weight: Floats, origins: npt.ArrayLike, destinations: npt.ArrayLike, most: float
) -> Floats:
    """Return least total weight from each origin to each destination, searched from the destinations."""
    from scipy.sparse.csgraph import dijkstra

    edges: Edges = getattr(roads, profile)
    turned = _matrix(edges.destination, edges.origin, weight, len(roads.node))
    ends, which = np.unique(np.asarray(destinations, dtype=np.int64), return_inverse=True)
    starts = np.asarray(origins, dtype=np.int64)
    found = np.empty((len(starts), len(ends)))
    for at in range(0, len(ends), 64):  # a block at a time keeps the distances to every node out of memory
        found[:, at : at + 64] = dijkstra(turned, indices=ends[at : at + 64], limit=most)[:, starts].T
    found[np.isinf(found)] = np.nan
    return np.asarray(found[:, which], dtype=np.float64)


def _matrix(rows: Ints, columns: Ints, weight: Floats, n: int) -> csr_array:
    """Return a sparse matrix with the least weight of parallel edges; SciPy would add them up."""
    from scipy.sparse import csr_array

    order = np.lexsort((weight, columns, rows))
    rows, columns, weight = rows[order], columns[order], weight[order]
    first = np.r_[True, (np.diff(rows) != 0) | (np.diff(columns) != 0)] if len(rows) else np.zeros(0, dtype=bool)
    # A stored zero would be taken for no edge.
    return csr_array((np.maximum(weight[first], 1e-12), (rows[first], columns[first])), shape=(n, n))


def _both(
    origin: Ints,
    destination: Ints,
    km: Floats,
    minutes: Floats,
    along: npt.NDArray[np.bool_],
    back: npt.NDArray[np.bool_],
) -> Edges:
    return Edges(
        np.concatenate([origin[along], destination[back]]),
        np.concatenate([destination[along], origin[back]]),
        np.concatenate([km[along], km[back]]),
        np.concatenate([minutes[along], minutes[back]]),
    )


def _arrays(edges: Edges) -> tuple[Ints, Ints, Floats, Floats]:
    return edges.origin, edges.destination, edges.km, edges.minutes


def _renamed(frame: pd.DataFrame, names: dict[str, str], schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return the declared columns under our names; other columns that map tools write are left out."""
    renamed = frame.rename(columns={old: new for old, new in names.items() if new not in frame})
    return renamed[[c for c in renamed.columns if c in schema.columns]]


def _grid(points: pd.DataFrame, name: str) -> tuple[Floats, Floats]:
    """Return eastings and northings, from longitude and latitude where that is what there is."""
    if points["easting"].notna().all() and points["northing"].notna().all():
        return points["easting"].to_numpy(dtype=float), points["northing"].to_numpy(dtype=float)
    if points[["longitude", "latitude"]].isna().any(axis=None):
        raise InputError(f"{name}, nodes: every node needs easting and northing, or longitude and latitude")
    from pyproj import Transformer

    grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    easting, northing = grid.transform(points["longitude"].to_numpy(), points["latitude"].to_numpy())
    return np.asarray(easting, dtype=np.float64), np.asarray(northing, dtype=np.float64)
