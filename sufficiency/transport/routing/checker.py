"""An independent reading of a plan of rounds: does it keep every rule, and what does it cost?

It shares no code with the solvers: it walks each round over the tables as they were given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from sufficiency.errors import InfeasibleError
from sufficiency.frozen import frozen

TOLERANCE_MINUTES: Final = 1e-4
TOLERANCE_GBP: Final = 1e-6


Late = tuple[Hashable, Hashable, int, float, float, float]  # stop, round, children, minutes on board, limit, direct


@frozen
@dataclass(frozen=True)
class Walked:
    """What walking a plan found."""

    broken: tuple[str, ...]  # every rule that is broken, in words
    cost_gbp: float
    by_round: pd.DataFrame  # round, vehicle, stops, children, wheelchairs, assistant, km, minutes, cost_gbp
    late: pd.DataFrame  # stop, children, minutes_on_board, max_ride_minutes, direct_minutes


def walk(
    rounds: pd.DataFrame,
    stops: pd.DataFrame,
    vehicles: pd.DataFrame,
    travel: pd.DataFrame,
    *,
    school: Hashable,
    apart: Iterable[tuple[Hashable, Hashable]] = (),
) -> Walked:
    """Return what a plan breaks, costs, and who rides longer than their limit.

    Parameters
    ----------
    rounds
        vehicle, round, order, stop, children, wheelchairs, minutes_on_board.
    stops, vehicles, travel, school, apart
        As `rounds` takes them.
    """
    road = _Road(travel)
    stop_of = {row["stop"]: row for row in _records(stops)}
    kind_of = {row["vehicle"]: row for row in _records(vehicles)}
    pairs = {frozenset(pair) for pair in apart}
    broken: list[str] = []
    carried: dict[Hashable, list[int]] = defaultdict(lambda: [0, 0])
    lines, late = [], []
    for label, visits in rounds.sort_values(["round", "order"]).groupby("round", sort=False):
        rows = _records(visits)
        unknown = [r["stop"] for r in rows if r["stop"] not in stop_of]
        if unknown or len({r["vehicle"] for r in rows}) > 1 or rows[0]["vehicle"] not in kind_of:
            broken.append(f"round {label}: a stop or vehicle that is not in the tables, or two vehicles")
            continue
        vehicle = kind_of[rows[0]["vehicle"]]
        for row in rows:
            carried[row["stop"]][0] += row["children"]
            carried[row["stop"]][1] += row["wheelchairs"]
        has_assistant = any(stop_of[r["stop"]]["assistant"] for r in rows)
        broken += [f"round {label}: {says}" for says in _wrong_company(rows, stop_of, vehicle, pairs, has_assistant)]
        rides, km, minutes = _ride(rows, stop_of, vehicle, road, school)
        for row, ride in zip(rows, rides, strict=True):
            says, late_row = _judge_ride(row, ride, stop_of[row["stop"]], road, school)
            broken += [f"round {label}: {s}" for s in says]
            late += late_row
        cost = vehicle["fixed_gbp"] + vehicle["gbp_per_km"] * km + vehicle["gbp_per_minute"] * minutes
        cost += vehicle["assistant_gbp"] if has_assistant else 0.0
        children, wheelchairs = (sum(r[c] for r in rows) for c in ("children", "wheelchairs"))
        lines.append((label, vehicle["vehicle"], len(rows), children, wheelchairs, has_assistant, km, minutes, cost))
    by_round = pd.DataFrame(
        lines,
        columns=["round", "vehicle", "stops", "children", "wheelchairs", "assistant", "km", "minutes", "cost_gbp"],
    )
    broken += _wrong_numbers(carried, stop_of) + _wrong_fleet(by_round, kind_of)
    columns = ["stop", "round", "children", "minutes_on_board", "max_ride_minutes", "direct_minutes"]
    return Walked(tuple(broken), float(by_round["cost_gbp"].sum()), by_round, pd.DataFrame(late, columns=columns))


def check_rounds(walked: Walked, cost_gbp: float) -> None:
    """Raise where a plan breaks a rule or claims a cost that walking it doesn't confirm."""
    broken = list(walked.broken)
    if abs(walked.cost_gbp - cost_gbp) > max(TOLERANCE_GBP * max(1.0, abs(cost_gbp)), 1e-4):
        broken.append(f"the plan says {cost_gbp:.2f} GBP; walking it costs {walked.cost_gbp:.2f} GBP")
    if broken:
        shown = "; ".join(broken[:10]) + (f"; … and {len(broken) - 10} more" if len(broken) > 10 else "")
        raise InfeasibleError(f"the rounds break {len(broken)} rules: {shown}")


class _Road:
    """km and minutes between two places, as the travel table says; a place is no way from itself."""

    def __init__(self, travel: pd.DataFrame) -> None:
        pairs = zip(travel["origin"].astype(str), travel["destination"].astype(str), strict=True)
        self._legs = dict(zip(pairs, zip(travel["km"], travel["minutes"], strict=True), strict=True))

    def __call__(self, origin: Hashable, destination: Hashable) -> tuple[float, float]:
        origin, destination = str(origin), str(destination)
        return (0.0, 0.0) if origin == destination else self._legs[origin, destination]


DEFAULTS: Final = {
    "wheelchairs": 0,
    "max_ride_minutes": np.inf,
    "service_minutes": 0.0,
    "wheelchair_seats": 1,
    "solo": False,
    "assistant": False,
    "wheelchair_spaces": 0,
    "available": np.inf,
    "fixed_gbp": 0.0,
    "gbp_per_km": 0.0,
    "gbp_per_minute": 0.0,
    "assistant_gbp": 0.0,
    "start": "",
    "location": "",
}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.to_dict("records")
    return [DEFAULTS | {str(k): DEFAULTS.get(str(k), v) if pd.isna(v) else v for k, v in row.items()} for row in rows]


def _wrong_company(
    rows: list[dict[str, Any]],
    stop_of: dict[Hashable, dict[str, Any]],
    vehicle: dict[str, Any],
    pairs: set[frozenset[Hashable]],
    has_assistant: bool,  # noqa: FBT001
) -> list[str]:
    """Say where seats, wheelchair spaces, solo travel or pairs kept apart are not honoured."""
    says = []
    chairs = sum(r["wheelchairs"] for r in rows)
    walkers = sum(r["children"] for r in rows) - chairs
    seats = walkers + sum(r["wheelchairs"] * stop_of[r["stop"]]["wheelchair_seats"] for r in rows) + has_assistant
    if seats > vehicle["seats"]:
        says.append(f"needs {seats} seats; {vehicle['vehicle']} has {vehicle['seats']}")
    if chairs > vehicle["wheelchair_spaces"]:
        says.append(f"{chairs} wheelchairs; {vehicle['vehicle']} has {vehicle['wheelchair_spaces']} spaces")
    if any(stop_of[r["stop"]]["solo"] for r in rows) and walkers + chairs > 1:
        says.append("a child who travels alone has company")
    on_board = {r["stop"] for r in rows}
    says += [f"{' and '.join(map(str, sorted(pair, key=str)))} share" for pair in pairs if pair <= on_board]
    return says


def _ride(
    rows: list[dict[str, Any]],
    stop_of: dict[Hashable, dict[str, Any]],
    vehicle: dict[str, Any],
    road: _Road,
    school: Hashable,
) -> tuple[list[float], float, float]:
    """Return each stop's minutes on board, and the round's km and minutes from where the vehicle starts."""
    places = [stop_of[r["stop"]]["location"] or r["stop"] for r in rows] + [school]
    clock, km, boarded = 0.0, 0.0, []
    if vehicle["start"] != "":
        km, clock = road(vehicle["start"], places[0])
    for row, here, there in zip(rows, places, places[1:], strict=False):
        boarded.append(clock)
        leg_km, leg_minutes = road(here, there)
        km += leg_km
        clock += stop_of[row["stop"]]["service_minutes"] + leg_minutes
    return [clock - at for at in boarded], km, clock


def _judge_ride(
    row: dict[str, Any], ride: float, stop: dict[str, Any], road: _Road, school: Hashable
) -> tuple[list[str], list[Late]]:
    """Say whether a ride is misreported or needlessly long; a child over the limit must ride no longer than direct."""
    says, late = [], []
    direct = road(stop["location"] or row["stop"], school)[1] + stop["service_minutes"]
    limit = stop["max_ride_minutes"]
    if abs(row["minutes_on_board"] - ride) > TOLERANCE_MINUTES:
        says.append(f"stop {row['stop']} is said to ride {row['minutes_on_board']:.1f} minutes but rides {ride:.1f}")
    if ride > max(limit, direct) + TOLERANCE_MINUTES:
        says.append(
            f"stop {row['stop']} rides {ride:.1f} minutes; its limit is {limit:g} and its direct ride {direct:.1f}"
        )
    if ride > limit + TOLERANCE_MINUTES:
        late.append((row["stop"], row["round"], row["children"], ride, limit, direct))
    return says, late


def _wrong_numbers(carried: dict[Hashable, list[int]], stop_of: dict[Hashable, dict[str, Any]]) -> list[str]:
    return [
        f"stop {label}: {carried[label][0]} children ({carried[label][1]} in wheelchairs) carried; "
        f"{stop['children']} ({stop['wheelchairs']}) wait"
        for label, stop in stop_of.items()
        if carried[label] != [stop["children"], stop["wheelchairs"]]
    ]


def _wrong_fleet(by_round: pd.DataFrame, kind_of: dict[Hashable, dict[str, Any]]) -> list[str]:
    return [
        f"{count} rounds by {label}; {kind_of[label]['available']:g} available"
        for label, count in by_round["vehicle"].value_counts().items()
        if count > kind_of[label]["available"]
    ]
