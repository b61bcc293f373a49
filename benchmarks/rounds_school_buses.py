"""Trips on the Park–Tae–Kim school-bus sets, against published single-load routes.

    python -m benchmarks.rounds_school_buses FOLDER [ride seconds] [seconds a problem]

FOLDER holds one folder a problem (RSRB01 …) with Schools.txt and Stops.txt, and, where at hand, SBRP_<name>.txt with the
published routes. A problem is all its schools; the seconds are shared over them by stops.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.rounds_readers import published_trips, read_school_buses
from sufficiency.transport import rounds


def main(folder: Path, ride_seconds: float = 2_700, seconds: float = 30) -> None:
    total = published_total = 0
    for home in sorted(f for f in folder.iterdir() if (f / "Stops.txt").is_file()):
        problems = read_school_buses(home, ride_seconds)
        stops = sum(len(p.stops) for p in problems)
        trips, late = {}, 0
        for p in problems:
            share = seconds * len(p.stops) / stops
            found = rounds(p.stops, p.vehicles, p.travel, school=p.school, seconds=share)
            trips[p.school] = len(found.by_round)
            late += int(found.late["children"].sum())
        routes = home / f"SBRP_{home.name}.txt"
        published = published_trips(routes) if routes.is_file() else {}
        known = sum(published.values())
        beside = (
            f"published {known}, ratio {sum(trips.values()) / known:.3f}" if known else "no published routes beside it"
        )
        print(f"{home.name}: {stops} stops, {sum(trips.values())} trips, {late} late; {beside}; {trips}", flush=True)
        total, published_total = total + sum(trips.values()) * bool(known), published_total + known
    if published_total:
        print(f"all with published routes: {total} trips, published {published_total}; bar: never more")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), *(float(v) for v in sys.argv[2:]))
