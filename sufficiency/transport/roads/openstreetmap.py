"""A road network from an OpenStreetMap extract: who may use which way in England, how fast, and where ways meet.

Walking takes trunk roads unless foot=no or they are motor roads, and bridleways, footpaths, tracks and steps unless they
are private: engines' stock profiles drop some of these, which lengthens English walks. Permissive paths count as open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import policy
from sufficiency.errors import InputError, MissingError
from sufficiency.transport.roads.road_network import Network, directed

Tags = Mapping[str, str]
Way = tuple[list[tuple[int, float, float]], float, bool, int]  # points, car speed, whether it is walked, direction

CARS: Final = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
)
SAME_AS: Final = {"road": "unclassified"}
PATHS: Final = ("footway", "path", "bridleway", "cycleway", "track", "steps", "pedestrian")
CLOSED: Final = (
    "no",
    "private",
    "agricultural",
    "forestry",
    "customers",
    "delivery",
    "construction",
    "military",
    "emergency",
)
_LIMIT: Final = re.compile(r"^(\d+(?:\.\d+)?)\s*(mph)?$")
_MPH: Final = 1.609344


def read_osm(path: str | Path) -> Network:
    """Return the network that an OpenStreetMap extract (.osm.pbf, .osm) holds.

    Raises
    ------
    MissingError
        If there is no such file.
    InputError
        If it can't be read, or holds no road.
    """
    file = Path(path)
    if not file.is_file():
        raise MissingError(f"there is no file {file.name} in {file.parent}")
    ways = _ways(file)
    if not ways:
        raise InputError(f"{file.name} holds no road: an extract with ways tagged highway is needed")
    lines, nodes = _lines(ways)
    drive, walk = directed(lines["from"].to_numpy(), lines["to"].to_numpy(), lines)
    label = nodes["ref"].astype("str").to_numpy(dtype=object)
    return Network(file.name, label, nodes["x"].to_numpy(dtype=float), nodes["y"].to_numpy(dtype=float), drive, walk)


def car_speed(tags: Tags) -> float | None:
    """Return how fast a car goes outside the peak, or None where it may not go. [km/h]"""
    kind = tags.get("highway", "").removesuffix("_link")
    kind = SAME_AS.get(kind, kind)
    allowed = next((tags[k] for k in ("motorcar", "motor_vehicle", "vehicle", "access") if k in tags), "yes")
    if kind not in CARS or allowed in CLOSED or tags.get("area") == "yes":
        return None
    usual = policy.value(f"transport.kph_{kind}", on=date.max)
    limit = speed_limit(tags.get("maxspeed", ""))
    return usual if limit is None else limit * policy.value("transport.kph_of_limit", on=date.max)


def speed_limit(words: str) -> float | None:
    """Return a speed limit as mapped ('30 mph', '50'), or None where it is not a number. [km/h]"""
    found = _LIMIT.match(words.strip())
    return float(found[1]) * (_MPH if found[2] else 1.0) if found else None


def direction(tags: Tags) -> int:
    """Return 1 where cars may go only as the way is drawn, -1 only against it, 0 both ways."""
    known = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0}
    if tags.get("oneway") in known:
        return known[tags["oneway"]]
    implied = tags.get("highway") == "motorway" or tags.get("junction") in ("roundabout", "circular")
    return 1 if implied else 0


def is_walkable(tags: Tags) -> bool:
    """Whether a child, accompanied as necessary, may walk along a way. Safety is a matter for the authority to judge."""
    kind = tags.get("highway", "").removesuffix("_link")
    foot = tags.get("foot")
    if foot in ("yes", "designated", "permissive", "destination"):
        return kind != "motorway"
    if foot in CLOSED or kind == "motorway" or tags.get("motorroad") == "yes":
        return False
    return (kind in PATHS or SAME_AS.get(kind, kind) in CARS) and tags.get("access", "yes") not in CLOSED


def _ways(file: Path) -> list[Way]:
    """Return each way's points, car speed (0 for none), whether it can be walked, and its direction."""
    import osmium

    try:
        found = osmium.FileProcessor(str(file)).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
        ways = []
        for item in found:
            if not isinstance(item, osmium.osm.Way):
                continue
            tags = {tag.k: tag.v for tag in item.tags}
            speed, walk = car_speed(tags) or 0.0, is_walkable(tags)
            if speed or walk:
                points = [(n.ref, n.location.lon, n.location.lat) for n in item.nodes if n.location.valid()]
                ways.append((points, speed, walk, direction(tags)))
    except (RuntimeError, osmium.InvalidLocationError) as caught:
        raise InputError(f"{file.name} can't be read as OpenStreetMap data: {caught}") from caught
    return [way for way in ways if len(way[0]) > 1]


def _lines(ways: list[Way]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return lines between junctions and ends of ways, as `network.EDGES` with positions, and their nodes."""
    from pyproj import Transformer

    points = np.array([point for way in ways for point in way[0]], dtype=float)
    counts = np.array([len(way[0]) for way in ways])
    owner = np.repeat(np.arange(len(ways)), counts)
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True).transform(points[:, 1], points[:, 2])
    refs, at, uses = np.unique(points[:, 0].astype(np.int64), return_inverse=True, return_counts=True)
    starts = np.r_[True, np.diff(owner) != 0]
    ends = np.r_[starts[1:], True]
    step = np.where(starts, 0.0, np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0])))
    along = np.cumsum(step)
    kept = np.flatnonzero(starts | ends | (uses[at] > 1))
    first, second = kept[:-1], kept[1:]
    same = owner[first] == owner[second]
    first, second = first[same], second[same]
    lines = pd.DataFrame(
        {
            "from": at[first],
            "to": at[second],
            "length_m": along[second] - along[first],
            "kph": np.array([way[1] for way in ways])[owner[first]],
            "walk": np.array([way[2] for way in ways])[owner[first]],
            "oneway": np.array([way[3] for way in ways])[owner[first]],
        }
    )
    lines["drive"] = lines["kph"] > 0
    lines["kph"] = lines["kph"].where(lines["drive"])
    nodes = pd.DataFrame({"ref": refs})
    nodes.loc[at, "x"], nodes.loc[at, "y"] = x, y
    used = np.unique(lines[["from", "to"]].to_numpy())
    position = np.full(len(refs), -1)
    position[used] = np.arange(len(used))
    lines["from"], lines["to"] = position[lines["from"]], position[lines["to"]]
    return lines[lines["from"] != lines["to"]].reset_index(drop=True), nodes.iloc[used].reset_index(drop=True)
