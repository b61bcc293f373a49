"""Standard routing problems, against their best known costs.

    python -m benchmarks.rounds_standard FOLDER [seconds a problem] [words that a name must contain]

FOLDER holds CVRPLIB or PyVRP `.vrp` files with their `.sol` beside them, and Taillard, Brandão or Li `.txt` files, whose
best known costs are in best_known.csv (file, variant, cost).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.rounds_readers import Problem, read_routing
from sufficiency.transport import rounds


def problems(folder: Path) -> list[Problem]:
    found = [read_routing(path) for path in sorted(folder.glob("*.vrp"))]
    listed = folder / "best_known.csv"
    if listed.is_file():
        rows = pd.read_csv(listed).itertuples()
        found += [read_routing(folder / str(r.file), str(r.variant), float(str(r.cost))) for r in rows]
    return found


def main(folder: Path, seconds: float = 30, *words: str) -> None:
    gaps: dict[str, list[float]] = {"one kind of vehicle": [], "several kinds": []}
    for p in problems(folder):
        if words and not any(word in p.name for word in words):
            continue
        began = time.perf_counter()
        found = rounds(p.stops, p.vehicles, p.travel, school=p.school, seconds=seconds)
        gap = found.cost_gbp / p.best_known - 1
        gaps["several kinds" if len(p.vehicles) > 1 else "one kind of vehicle"].append(gap)
        took = time.perf_counter() - began
        print(
            f"{p.name:24} {len(p.stops):4} stops {found.cost_gbp:12,.2f}, best known {p.best_known:12,.2f}: "
            f"{gap:+.2%} in {took:.0f} s",
            flush=True,
        )
    for kind, values in gaps.items():
        if values:
            bar = 0.01 if kind.startswith("one") else 0.02
            print(f"{kind}: mean {np.mean(values):+.2%}, worst {max(values):+.2%}, of {len(values)}; bar {bar:.0%}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), *(float(v) for v in sys.argv[2:3]), *sys.argv[3:])
