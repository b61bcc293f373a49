"""Readers of other people's routing problems, as the tables that `sf.transport.rounds` takes.

- VRPLIB (CVRPLIB's sets, and PyVRP's dialect for heterogeneous fleets): `.vrp`, best known cost in the `.sol` beside it.
- Taillard, Brandão and Li sets for heterogeneous fleets: `.txt` with CAPACITIES, FIXED_COSTS and so on.
- Park, Tae and Kim (2012), European Journal of Operational Research 217, 204–213: a folder with Schools.txt and Stops.txt.

The files are not part of this project: give their folder to the benchmark that uses them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

BUS_SEATS = 66
FEET_A_SECOND = 20 * 5280 / 3600  # 20 mph, along two axes
BOARDING_SECONDS, BOARDING_SECONDS_A_CHILD = 19.0, 2.6


@dataclass(frozen=True, eq=False)
class Problem:
    """A problem, and what is known of its best answer."""

    name: str
    stops: pd.DataFrame
    vehicles: pd.DataFrame
    travel: pd.DataFrame
    school: str
    best_known: float = np.nan


def read_routing(path: Path, variant: str = "", best_known: float = np.nan) -> Problem:
    """Return a CVRP or heterogeneous-fleet problem: closed tours from a depot, where the money is distance.

    Parameters
    ----------
    variant
        For Taillard's and Brandão's files: HVRPFD, HVRPD, FSMFD, FSMF or FSMD. H: the fleet is limited; F: fixed costs
        count; D: costs by distance differ.
    best_known
        Its best known cost; otherwise that of the `.sol` file beside it.
    """
    found = _sections(path)
    points = np.array([[float(v) for v in row[1:3]] for row in found["NODE_COORD_SECTION"]])
    far = np.hypot(*(points[:, None, :] - points[None]).transpose(2, 0, 1))
    # CVRPLIB's X set rounds distances; the sets with several kinds of vehicle do not.
    km = np.rint(far) if path.name.startswith(("X-", "A-", "B-", "E-", "P-")) else far
    labels = [str(i) for i in range(len(points))]
    children = [int(row[1]) for row in found["DEMAND_SECTION"]]
    stops = pd.DataFrame({"stop": labels[1:], "children": children[1:], "wheelchairs": 0, "max_ride_minutes": np.nan})
    solution = path.with_suffix(".sol")
    if np.isnan(best_known) and solution.is_file():
        best_known = float(re.search(r"Cost\s*:?\s*([\d.]+)", solution.read_text())[1])  # type: ignore[index]
    vehicles = _fleet(found, variant).assign(start="0")
    name = f"{path.stem} {variant}".strip()
    return Problem(name, stops, vehicles, _long(labels, km, km), "0", best_known)


def _sections(path: Path) -> dict[str, list[list[str]]]:
    """Return a file's sections as rows of words; 'KEY : value' is a section of one row."""
    found: dict[str, list[list[str]]] = {}
    current = ""
    for line in path.read_text().splitlines():
        words = line.strip()
        key, _, value = words.partition(":")
        if re.fullmatch(r"[A-Z_]+\s*", key) and (value or ":" in words):
            found[key.strip()] = [value.split()]
        elif re.fullmatch(r"[A-Z_]+", words):
            current = words
            found[current] = []
        elif words and current:
            found[current].append(words.split())
    return found


def _fleet(found: dict[str, list[list[str]]], variant: str) -> pd.DataFrame:
    if "CAPACITIES" in found:
        seats, fixed, rate, available = (
            [float(v) for v in found[name][0]]
            for name in ("CAPACITIES", "FIXED_COSTS", "COST_COEFFICIENTS", "VEHICLES_AVAILABLE")
        )
        kinds = pd.DataFrame({"seats": seats, "available": available, "fixed_gbp": fixed, "gbp_per_km": rate})
        kinds = kinds if variant.startswith("H") else kinds.assign(available=np.nan)
        kinds = kinds if variant.endswith("D") else kinds.assign(gbp_per_km=1.0)
        kinds = kinds if "F" in variant.removeprefix("FSM").removeprefix("HVRP") else kinds.assign(fixed_gbp=0.0)
    elif "CAPACITY_SECTION" in found:
        # PyVRP's dialect lists every vehicle, with money × 100.
        def each(name: str, default: float) -> pd.Series:
            rows = found.get(name)
            return pd.Series(
                [float(r[1]) for r in rows] if rows else default, index=range(len(found["CAPACITY_SECTION"]))
            )

        every = pd.DataFrame(
            {
                "seats": each("CAPACITY_SECTION", 0),
                "fixed_gbp": each("VEHICLES_FIXED_COST_SECTION", 0) / 100,
                "gbp_per_km": each("VEHICLES_UNIT_DISTANCE_COST_SECTION", 100) / 100,
            }
        )
        kinds = every.groupby(list(every), sort=False).size().rename("available").reset_index()
    else:
        kinds = pd.DataFrame({"seats": [float(found["CAPACITY"][0][0])], "available": np.nan, "fixed_gbp": 0.0})
        kinds["gbp_per_km"] = 1.0
    kinds.insert(0, "vehicle", [f"kind {i + 1}" for i in range(len(kinds))])
    return kinds.assign(wheelchair_spaces=0, gbp_per_minute=0.0)


def _long(labels: list[str], km: np.ndarray, minutes: np.ndarray) -> pd.DataFrame:
    origin, destination = np.meshgrid(labels, labels, indexing="ij")
    return pd.DataFrame(
        {"origin": origin.ravel(), "destination": destination.ravel(), "km": km.ravel(), "minutes": minutes.ravel()}
    )


def read_school_buses(folder: Path, max_ride_seconds: float = 2_700) -> list[Problem]:
    """Return a Park–Tae–Kim problem as one problem a school: 66 seats, as few trips as can be, then little driving.

    A ride is from leaving the first stop to reaching the school, boarding at later stops included: so boarding is put
    on the leg that leads to a stop.
    """
    schools = pd.read_csv(folder / "Schools.txt", sep="\t")
    waiting = pd.read_csv(folder / "Stops.txt", sep="\t")
    bus = pd.DataFrame(
        {"vehicle": ["bus"], "seats": [BUS_SEATS], "wheelchair_spaces": 0, "available": np.nan, "fixed_gbp": 1_000.0}
    ).assign(gbp_per_km=0.01, gbp_per_minute=0.0, start="")
    problems = []
    for school in schools.itertuples():
        own = waiting[waiting["EP_ID"] == school.ID]
        points = np.vstack([[school.X, school.Y], own[["X_COORD", "Y_COORD"]].to_numpy(dtype=float)])
        feet = np.abs(points[:, None, :] - points[None]).sum(axis=2)
        boarding = np.append(0.0, BOARDING_SECONDS + BOARDING_SECONDS_A_CHILD * own["STUDENT_COUNT"].to_numpy())
        labels = [str(school.ID), *own["ID"].astype(str)]
        minutes = (feet / FEET_A_SECOND + boarding[None, :]) / 60
        np.fill_diagonal(minutes, 0.0)
        stops = pd.DataFrame({"stop": labels[1:], "children": own["STUDENT_COUNT"].to_numpy(), "wheelchairs": 0})
        stops["max_ride_minutes"] = max_ride_seconds / 60
        travel = _long(labels, feet * 0.0003048, minutes)
        problems.append(Problem(f"{folder.name} {school.ID}", stops, bus, travel, labels[0]))
    return problems


def published_trips(routes: Path) -> dict[str, int]:
    """Return trips by school from a file of published single-load routes (NODE_COORD_SECTION, a route a line)."""
    rows = _sections(routes)["NODE_COORD_SECTION"]
    ends = pd.Series([row[7] for row in rows if len(row) > 8 and row[7] != "0"])
    return {str(k): int(v) for k, v in ends.value_counts().items()}
