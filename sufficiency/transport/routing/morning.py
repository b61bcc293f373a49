"""One school's morning as arrays: who waits where, which vehicles there are, and how long each leg takes.

Every rule about who may ride together becomes a *load*, of which a vehicle has limited room: seats, wheelchair spaces,
company (a child who travels alone fills it), the assistant, and the pairs who must not share. So each solver needs to
know about loads and ride limits only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sufficiency.errors import InputError, one_of
from sufficiency.transport.routing.stops import Flags, Fleet, Floats, Ints, Labels, Stops, travel_matrices


@dataclass(frozen=True)
class Trip:
    """One vehicle's run: its kind and its parts of stops in the order in which they are visited."""

    kind: int
    parts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class SchoolRun:
    """Arrays over parts of stops (n), kinds of vehicle (k) and loads (d)."""

    stop: tuple[str, ...]  # label of each part's stop
    children: Ints  # n
    wheelchairs: Ints  # n
    service: Floats  # n [minutes]
    limit: Floats  # n, as asked [minutes]
    is_solo: Flags  # n
    allowed: Floats  # n: the limit, or the direct ride where that is longer [minutes]
    load: Ints  # n × d
    room: Ints  # k × d
    kind: tuple[str, ...]  # label of the vehicle; one with an assistant is a kind of its own
    base: Ints  # k: which row of the vehicles table
    has_assistant: Flags  # k
    available: Ints  # rows of the vehicles table
    fixed: Floats  # k [GBP]
    per_km: Floats  # k [GBP/km]
    per_minute: Floats  # k [GBP/minute]
    km: Floats  # n × n
    minutes: Floats  # n × n
    school_km: Floats  # n
    school_minutes: Floats  # n
    start_km: Floats  # k × n; 0 where the run begins at its first stop
    start_minutes: Floats  # k × n

    def __len__(self) -> int:
        return len(self.stop)

    @property
    def is_limited(self) -> bool:
        """Whether any kind of vehicle could run out."""
        return bool((self.available < len(self)).any())

    def rides(self, parts: Sequence[int]) -> Floats:
        """Return minutes from the vehicle's arrival at each stop until it reaches the school, boarding included."""
        index = np.asarray(parts)
        legs = np.append(self.minutes[index[:-1], index[1:]], self.school_minutes[index[-1]]) + self.service[index]
        return np.cumsum(legs[::-1])[::-1]

    def cost(self, trip: Trip) -> float:
        """Return what a trip costs: the day, the km and the minutes, from where the vehicle starts [GBP]."""
        index, k = np.asarray(trip.parts), trip.kind
        km = self.km[index[:-1], index[1:]].sum() + self.school_km[index[-1]] + self.start_km[k, index[0]]
        minutes = self.rides(trip.parts)[0] + self.start_minutes[k, index[0]]
        return float(self.fixed[k] + self.per_km[k] * km + self.per_minute[k] * minutes)

    def fits(self, trip: Trip) -> bool:
        """Whether a trip has room for its loads and keeps every ride within what is allowed."""
        index = np.asarray(trip.parts)
        has_room = (self.load[index].sum(axis=0) <= self.room[trip.kind]).all()
        return bool(has_room and (self.rides(trip.parts) <= self.allowed[index] + 1e-6).all())

    def cheapest(self, parts: tuple[int, ...]) -> Trip | None:
        """Return the trip over `parts`, in that order, by the cheapest kind with room; None where none has."""
        loads = self.load[list(parts)].sum(axis=0)
        trips = [Trip(int(k), parts) for k in np.flatnonzero((loads <= self.room).all(axis=1))]
        return min(trips, key=self.cost, default=None)

    def total(self, trips: Iterable[Trip]) -> float:
        """Return what a plan costs [GBP]."""
        return sum(self.cost(trip) for trip in trips)

    def used(self, trips: Iterable[Trip]) -> Ints:
        """Return how many of each row of the vehicles table a plan uses."""
        return np.bincount([int(self.base[t.kind]) for t in trips], minlength=len(self.available)).astype(np.int64)

    def has_enough(self, trips: Iterable[Trip]) -> bool:
        """Whether the fleet has the vehicles that a plan uses."""
        return bool((self.used(trips) <= self.available).all())

    def only(self, parts: Ints) -> SchoolRun:
        """Return the same morning for some parts of stops only, without the loads that then bind no vehicle."""
        binds = (self.load[parts].sum(axis=0) > self.room.min(axis=0)) | (np.arange(self.load.shape[1]) == 0)
        per_part = {
            name: getattr(self, name)[parts]
            for name in (
                "children",
                "wheelchairs",
                "service",
                "limit",
                "is_solo",
                "allowed",
                "school_km",
                "school_minutes",
            )
        }
        return replace(
            self,
            **per_part,
            stop=tuple(self.stop[i] for i in parts),
            load=self.load[np.ix_(parts, np.flatnonzero(binds))],
            room=self.room[:, binds],
            km=self.km[np.ix_(parts, parts)],
            minutes=self.minutes[np.ix_(parts, parts)],
            start_km=self.start_km[:, parts],
            start_minutes=self.start_minutes[:, parts],
        )


def compile_run(
    stops: Stops, fleet: Fleet, travel: pd.DataFrame, *, school: str, apart: Iterable[tuple[str, str]]
) -> SchoolRun:
    """Return checked tables as arrays; a stop that no vehicle can empty is shared between several.

    Raises
    ------
    InputError
        Where a pair of places has no travel time, or nobody can carry a stop's wheelchairs.
    """
    parts = _parts(stops, fleet)
    n, owner = len(parts), parts["row"].to_numpy()
    place = stops.location[owner]
    km, minutes, start_at = _matrices(travel, place, school, fleet.starts)
    base, has_assistant = _kinds(stops, fleet)
    load, room = _loads(parts, stops, fleet, base, has_assistant, list(apart))
    start_km, start_minutes = np.zeros((len(base), n)), np.zeros((len(base), n))
    for k, row in enumerate(base):
        if fleet.start[row]:
            from_start = start_at[fleet.starts.index(fleet.start[row])]
            start_km[k], start_minutes[k] = km[from_start, :n], minutes[from_start, :n]
    service = stops.service[owner]
    direct = minutes[:n, n] + service
    return SchoolRun(
        stop=tuple(stops.stop[owner]),
        children=parts["children"].to_numpy(),
        wheelchairs=parts["wheelchairs"].to_numpy(),
        service=service,
        limit=stops.limit[owner],
        is_solo=stops.solo[owner],
        allowed=np.maximum(stops.limit[owner], direct),
        load=load,
        room=room,
        kind=tuple(fleet.vehicle[base]),
        base=base,
        has_assistant=has_assistant,
        available=fleet.available,
        fixed=fleet.fixed[base] + np.where(has_assistant, fleet.assistant[base], 0.0),
        per_km=fleet.per_km[base],
        per_minute=fleet.per_minute[base],
        km=km[:n, :n],
        minutes=minutes[:n, :n],
        school_km=km[:n, n],
        school_minutes=minutes[:n, n],
        start_km=start_km,
        start_minutes=start_minutes,
    )


def _parts(stops: Stops, fleet: Fleet) -> pd.DataFrame:
    """Return what is carried together: most stops whole, a solo child alone, a stop too large for any vehicle shared."""
    rows = []
    for row in range(len(stops.stop)):
        walk, wheel = int(stops.children[row] - stops.wheelchairs[row]), int(stops.wheelchairs[row])
        while walk + wheel:
            took_walk, took_wheel = _one_load(walk, wheel, row, stops, fleet)
            rows.append((row, took_walk + took_wheel, took_wheel))
            walk, wheel = walk - took_walk, wheel - took_wheel
    return pd.DataFrame(rows, columns=["row", "children", "wheelchairs"]).astype("int64")


def _one_load(walk: int, wheel: int, row: int, stops: Stops, fleet: Fleet) -> tuple[int, int]:
    """Return the most children (without, with a wheelchair) of a stop that some vehicle can take in one go."""
    if stops.solo[row]:
        walk, wheel = (0, 1) if wheel else (1, 0)
    seats = fleet.seats - int(stops.assistant[row])
    wheels = np.minimum(wheel, fleet.spaces)
    if stops.wheelchair_seats[row]:
        wheels = np.minimum(wheels, seats // stops.wheelchair_seats[row])
    walks = np.clip(seats - wheels * stops.wheelchair_seats[row], 0, walk)
    best = max(range(len(seats)), key=lambda k: (wheels[k], walks[k]))
    if wheels[best] + walks[best] <= 0:
        raise InputError(
            f"stop {stops.stop[row]}: no vehicle can carry a child"
            f"{' in a wheelchair' if wheel else ''}{' with an assistant' if stops.assistant[row] else ''}; "
            f"vehicles are {one_of(fleet.vehicle)}. Add one with the seats{' and wheelchair spaces' if wheel else ''}"
        )
    return int(walks[best]), int(wheels[best])


def _kinds(stops: Stops, fleet: Fleet) -> tuple[Ints, Flags]:
    """Return each kind's row of the vehicles table, and whether it carries an assistant."""
    rows = np.arange(len(fleet.vehicle))
    if not stops.assistant.any():
        return rows, np.zeros(len(rows), dtype=bool)
    return np.concatenate([rows, rows]), np.repeat([False, True], len(rows))


def _loads(
    parts: pd.DataFrame,
    stops: Stops,
    fleet: Fleet,
    base: Ints,
    has_assistant: Flags,
    apart: list[tuple[str, str]],
) -> tuple[Ints, Ints]:
    owner = parts["row"].to_numpy()
    wheel = parts["wheelchairs"].to_numpy()
    load = [parts["children"].to_numpy() + wheel * (stops.wheelchair_seats[owner] - 1)]
    room = [fleet.seats[base] - has_assistant]
    everyone = np.ones(len(base), dtype=np.int64)
    if wheel.any():
        load.append(wheel)
        room.append(fleet.spaces[base])
    if stops.solo.any():
        load.append(np.where(stops.solo[owner], len(parts), 1))
        room.append(everyone * len(parts))
    if stops.assistant.any():
        load.append(stops.assistant[owner].astype(np.int64))
        room.append(np.where(has_assistant, len(parts), 0))
    for one, others in _stars(apart).items():
        is_one, is_other = stops.stop[owner] == one, np.isin(stops.stop[owner], list(others))
        load.append(np.where(is_one, int(is_other.sum()), is_other))
        room.append(everyone * int(is_other.sum()))
    return np.stack(load, axis=1).astype(np.int64), np.stack(room, axis=1).astype(np.int64)


def _stars(apart: list[tuple[str, str]]) -> dict[str, set[str]]:
    """Return the pairs as few stars, each a stop and those it must not share with: one load a star is enough."""
    left = {frozenset(pair) for pair in apart}
    stars: dict[str, set[str]] = {}
    while left:
        counts = pd.Series([stop for pair in left for stop in sorted(pair)]).value_counts()
        centre = str(counts.sort_index().idxmax())
        pairs = {pair for pair in left if centre in pair}
        stars[centre] = {stop for pair in pairs for stop in pair if stop != centre}
        left -= pairs
    return stars


def _matrices(travel: pd.DataFrame, place: Labels, school: str, starts: list[str]) -> tuple[Floats, Floats, Ints]:
    """Return km and minutes between parts, then the school, then starts; and where each start stands.

    Only pairs that a run could join are needed: stop to stop, stop to school, start to stop.
    """
    places = list(dict.fromkeys([*place, school, *starts]))
    where = {p: i for i, p in enumerate(places)}
    at = np.array([where[p] for p in place])
    start = np.array([where[s] for s in starts], dtype=np.int64)
    needed = np.zeros((len(places), len(places)), dtype=bool)
    needed[np.ix_(at, np.append(at, where[school]))] = True
    needed[np.ix_(start, at)] = True
    km, minutes = travel_matrices(travel, places, needed)
    order = np.concatenate([at, [where[school]], start])
    return km[np.ix_(order, order)], minutes[np.ix_(order, order)], np.arange(len(start)) + len(place) + 1
