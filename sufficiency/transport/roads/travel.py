"""Minutes and km from homes to settings: from a road network, a supplied table, or straight line with a stated error."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency import estimated_travel, tables
from sufficiency.area.area import Area
from sufficiency.errors import Fault, FaultyTableError, InputError, MissingError, one_of
from sufficiency.inputs.files.text import read_text_table
from sufficiency.transport.roads import array_cache as disk
from sufficiency.transport.roads.openstreetmap import read_osm
from sufficiency.transport.roads.road_network import Edges, Network, fastest, network, shortest

PAIR: Final = ["zone", "setting"]
OFF_ROADS: Final = "off the road network"
CUT_OFF: Final = "the nearest road is cut off from the rest of the network; joined to the nearest that is not"
CUT_OFF_KM: Final = 0.1  # a stub of road that near to the main network makes no difference [km]
MOST_NAMED: Final = 10  # homes far from a road are named one by one up to so many
LEAST_WHOLE: Final = 0.5  # a network whose largest piece has a smaller share of its nodes is taken for a broken one
Cache = Path | str | Literal[False] | None


def travel(
    area: Area, network: Network | str | Path | None = None, table: pd.DataFrame | None = None, *, cache: Cache = None
) -> pd.DataFrame:
    """Return km and minutes from every zone to every setting of an area, by the best means at hand.

    Parameters
    ----------
    area
        Where no network or table is given, its own travel table is kept; the pairs that it lacks follow its `roads`, and
        are estimated where it has none.
    network
        Roads: an OpenStreetMap extract (.osm.pbf), a folder with nodes.csv and edges.csv, or a `Network`.
    table
        Travel times in long form, as `tables.TRAVEL`: every pair of the area's zones and settings. Asymmetry is fine.
    cache
        Folder to keep what was worked out, by content; by default the user's own, and nowhere if False.

    Returns
    -------
    DataFrame
        As `tables.TRAVEL`, a row for each pair, with `source` (the network's name, "supplied" or "straight line") and `note`,
        which says where a pair had to be estimated. `walk_km` is blank beyond `transport.walk_search_km` on a network.

    Raises
    ------
    InputError
        If a home, or a setting inside the area, is far from any road; if `table` lacks a pair or holds a negative. Every
        one is counted and the first are named.
    """
    if network is not None and table is not None:
        raise InputError("give transport.travel a network or a table, not both: they would answer the same question")
    estimated = estimated_travel.travel_table(area.zones, area.settings, area)
    if table is not None:
        return _complete(_supplied(table, estimated), estimated, "")
    known = area.travel if network is None else tables.empty(tables.TRAVEL)
    roads = area.roads if network is None else network
    lacking = _lacks(known, estimated)
    if roads is not None and lacking.any():
        folder = _folder(cache)
        read = roads if isinstance(roads, Network) else read_network(roads, cache=folder)
        measured = by_network(area, read, cache=folder)
        both = [_sourced(known), measured[_lacks(known, measured)]]
        return _complete(pd.concat([f for f in both if len(f)]), estimated, OFF_ROADS)
    if len(known):
        return _complete(known, estimated, "not in the travel table")
    return estimated.assign(note="")


def with_travel(area: Area, network: str | Path | None = None, *, cache: Cache = None) -> Area:
    """Return the area with km and minutes of every pair, and notes that say what they rest on.

    Parameters
    ----------
    network
        A road network to take in place of the area's own roads and travel table.
    cache
        As `travel`.

    Raises
    ------
    MissingError, InputError
        As `travel`; and if a network that is given can't be read, also where the area has nothing that travels.
    """
    asked = area if network is None else area.replace(roads=Path(network), travel=tables.empty(tables.TRAVEL))
    found = travel(asked, cache=cache)
    rows = []
    if network is not None and len(found):
        rows.append(("travel", "read", f"journeys follow the roads of {Path(network).name}"))
    elif network is not None:  # what is given is checked, whether or not there is a journey to find
        name = read_network(network, cache=_folder(cache)).name
        says = f"the roads of {name} are not used: the area has no homes and settings between which to travel"
        rows.append(("travel", "doubtful", says))
    if asked.roads is not None:
        for words in (OFF_ROADS, CUT_OFF):
            many = int(found["note"].str.startswith(words).sum())
            if many:
                rows.append(("travel", "doubtful", f"{many:,} of {len(found):,} pairs of home and setting: {words}"))
    added = pd.DataFrame(rows, columns=["table", "kind", "says"])
    return asked.replace(travel=found, notes=pd.concat([area.notes, added], ignore_index=True).drop_duplicates())


def _folder(cache: Cache) -> Path | None:
    return None if cache is False else Path(cache) if cache is not None else disk.user_folder()


def read_network(path: str | Path, *, cache: Path | None = None) -> Network:
    """Return roads from an OpenStreetMap extract, or a folder with a nodes and an edges file (.csv or .csv.gz)."""
    place = Path(path)
    if place.is_dir():
        return _from_folder(place)
    if not place.is_file():
        raise MissingError(f"there is no road network at {place}; an .osm.pbf file or a folder of tables is needed")
    made = disk.kept(cache, ("roads", disk.file_key(place), _profile()), lambda: _packed(read_osm(place)))
    return _unpacked(place.name, made)


def by_network(area: Area, roads: Network, *, cache: Path | None = None) -> pd.DataFrame:
    """Return km, minutes and walking km from every zone to every setting that is on the network.

    Each is joined to the nearest node of the main piece of the network, the straight line to it added; `note` says where
    a nearer road is cut off from it. Settings outside the area may be off the network and are left out; anything else that
    is far from a road is an error.
    """
    zones, settings = _joined(area, roads)
    speed, peak = area.value("transport.urban_kph"), area.value("transport.peak_factor")
    most = area.value("transport.walk_search_km")
    points = [f[c].to_numpy(dtype=float) for f in (zones, settings) for c in ("easting", "northing")]
    found = disk.kept(cache, ("travel", roads.digest, *points, most), lambda: _searched(roads, zones, settings, most))
    away = zones["away_km"].to_numpy()[:, None] + settings["away_km"].to_numpy()
    walk_away = zones["walk_away_km"].to_numpy()[:, None] + settings["walk_away_km"].to_numpy()
    return pd.DataFrame(
        {
            "zone": np.repeat(zones["zone"].to_numpy(), len(settings)),
            "setting": np.tile(settings["setting"].to_numpy(), len(zones)),
            "km": (found["km"] + away).ravel(),
            "minutes": ((found["minutes"] + away / speed * 60) * peak).ravel(),
            "walk_km": (found["walk_km"] + walk_away).ravel(),
            "source": roads.name,
            "note": np.where(
                (zones["is_cut_off"].to_numpy()[:, None] | settings["is_cut_off"].to_numpy()).ravel(), CUT_OFF, ""
            ),
        }
    )


def _joined(area: Area, roads: Network) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return zones and settings with their nodes; raise naming every one inside the area that is far from a road."""
    limit = area.value("transport.snap_km")
    _check_whole(roads)
    joined, faults, off = [], [], list[float]()
    for frame, kind in ((area.zones, "zone"), (area.settings, "setting")):
        at, away = roads.nearest(frame["easting"], frame["northing"], "drive")
        walk_at, walk_away = roads.nearest(frame["easting"], frame["northing"], "walk")
        far = away > limit
        inside = np.ones(len(frame), dtype=bool) if kind == "zone" else frame["is_in_area"].to_numpy(dtype=bool)
        faults += [
            Fault(int(i) + 2, kind, f"'{frame[kind].iloc[i]}' is {away[i]:.1f} km from the nearest road open to cars; "
                  f"{limit:g} km is the most: check its easting and northing, or that the network covers it")
            for i in np.flatnonzero(far & inside)
        ]  # fmt: skip
        off += away[far & inside].tolist()
        nearer = roads.nearest(frame["easting"], frame["northing"], "drive", any_piece=True)[1]
        cut_off = away > nearer + CUT_OFF_KM
        more = {"is_cut_off": cut_off, "node": at, "away_km": away, "walk_node": walk_at, "walk_away_km": walk_away}
        joined.append(frame.assign(**more)[~far].reset_index(drop=True))
    if len(faults) > MOST_NAMED:
        most = len(area.zones) + len(area.settings)
        raise InputError(
            f"{roads.name} does not cover {area.name}: {len(faults):,} of {most:,} homes and settings are more than {limit:g} "
            f"km from any of its roads that are open to cars, the nearest of them {min(off):.1f} km and the farthest "
            f"{max(off):.1f} km; give the roads of the whole area, or check eastings and northings"
        )
    if faults:
        raise FaultyTableError(f"homes and settings on {roads.name}", faults)
    return joined[0], joined[1]


def _check_whole(roads: Network) -> None:
    """Refuse a network in pieces: a home joined to the main one would be said to be near what it is far from."""
    driven = roads.pieces().query("profile == 'drive'")
    if len(driven) and driven["share"].iloc[0] < LEAST_WHOLE:
        raise InputError(
            f"{roads.name} is in {len(driven):,} pieces by car, and the largest holds {driven['share'].iloc[0]:.0%} of its "
            f"{driven['nodes'].sum():,} nodes: roads that should meet don't. Roads must share a node where they meet, and "
            "an extract must hold every road, not main roads alone"
        )


def _searched(roads: Network, zones: pd.DataFrame, settings: pd.DataFrame, most_km: float) -> disk.Arrays:
    km, minutes = fastest(roads, zones["node"], settings["node"])
    return {
        "km": km,
        "minutes": minutes,
        "walk_km": shortest(roads, zones["walk_node"], settings["walk_node"], most_km=most_km),
    }


def _supplied(table: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """Return a supplied matrix checked, or raise naming what it lacks."""
    checked = tables.check(table, tables.TRAVEL, source="travel table")
    have = pd.MultiIndex.from_frame(checked[PAIR])
    need = pd.MultiIndex.from_frame(wanted[PAIR])
    missing = need.difference(have)
    if len(missing):
        pairs = [f"{zone} to {setting}" for zone, setting in missing[:3]]
        raise InputError(
            f"the travel table lacks {len(missing):,} of {len(need):,} pairs: {one_of(pairs)}"
            f"{' …' if len(missing) > len(pairs) else ''}; add them, or put the table in the area folder as travel.csv, "
            "where missing pairs are estimated by straight line"
        )
    return checked


def _complete(known: pd.DataFrame, estimated: pd.DataFrame, why: str) -> pd.DataFrame:
    """Return a row for every pair wanted: the known where there is one, else the estimate, said in `note`."""
    merged = estimated[PAIR].merge(_sourced(known), on=PAIR, how="left", validate="one_to_one")
    lacking = merged["km"].isna().to_numpy()
    for column in ("km", "minutes", "walk_km", "source"):
        merged[column] = merged[column].where(~lacking, estimated[column])
    merged["note"] = merged["note"].where(~lacking, f"{why}: estimated by straight line")
    return merged[[*estimated.columns, "note"]]


def _sourced(known: pd.DataFrame) -> pd.DataFrame:
    """Return a travel table with a source and a note in every row."""
    source = known["source"].replace("", "supplied") if "source" in known else "supplied"
    return known.assign(source=source, note=known.get("note", ""))


def _lacks(known: pd.DataFrame, wanted: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which of the wanted pairs are not known."""
    is_known = pd.MultiIndex.from_frame(wanted[PAIR]).isin(pd.MultiIndex.from_frame(known[PAIR]))
    return np.asarray(~is_known, dtype=np.bool_)


def _from_folder(folder: Path) -> Network:
    found = {}
    for kind in ("nodes", "edges"):
        files = sorted(folder.glob(f"*{kind}.csv")) + sorted(folder.glob(f"*{kind}.csv.gz"))
        if len(files) != 1:
            raise MissingError(f"{folder} needs one {kind}.csv (or .csv.gz); it has {len(files)}")
        file = files[0]
        found[kind] = (
            pd.read_csv(file, dtype="str", keep_default_na=False) if file.suffix == ".gz" else read_text_table(file)
        )
    return network(found["nodes"], found["edges"], name=folder.name)


def _profile() -> str:
    """Return the speeds that an extract is read with, which are part of what is kept."""
    from sufficiency import policy

    speeds = {name: dict(rate.values) for name, rate in policy.all_rates().items() if name.startswith("transport.kph_")}
    return repr(sorted(speeds.items()))


def _packed(roads: Network) -> disk.Arrays:
    packed: dict[str, np.ndarray[Any, Any]] = {
        "node": roads.node.astype("str"),
        "easting": roads.easting,
        "northing": roads.northing,
    }
    for profile, edges in (("drive", roads.drive), ("walk", roads.walk)):
        packed |= {f"{profile}_{c}": getattr(edges, c) for c in ("origin", "destination", "km", "minutes")}
    return packed


def _unpacked(name: str, packed: disk.Arrays) -> Network:
    drive, walk = (
        Edges(*(packed[f"{profile}_{c}"] for c in ("origin", "destination", "km", "minutes")))
        for profile in ("drive", "walk")
    )
    return Network(name, packed["node"].astype(object), packed["easting"], packed["northing"], drive, walk)
