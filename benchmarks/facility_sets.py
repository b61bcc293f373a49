"""Facility location and p-median: `open_sites` on published problems, and on others made by their builders' formulae.

    python -m benchmarks.facility_sets                 problems made here; the peer is HiGHS alone on the strong formulation
    python -m benchmarks.facility_sets FOLDER          files: cap*.txt, pmed*.txt, *.simple or UflLib's, p*.plc (Holmberg)
    python -m benchmarks.facility_sets --quick         a few, in a minute

Optima are OR-Library's (files capopt, pmedopt), demand splittable. A gap is proved: what a better choice could save.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import sufficiency as sf
from benchmarks import facility_readers as readers
from sufficiency.allocate.open.sites import SiteProblem
from sufficiency.allocate.open.sites_milp import strong

CAPACITIES = {
    "capa": (8000, 10000, 12000, 14000),
    "capb": (5000, 6000, 7000, 8000),
    "capc": (5000, 5750, 6500, 7250),
}
PMED = (
    5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255, 7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809, 2845,
    1789, 9138, 8579, 4619, 2961, 1828, 9917, 8307, 4498, 3033, 1989, 10086, 9297, 4700, 3013, 10400, 9934, 5057, 11060,
    9423, 5128,
)  # fmt: skip
OPTIMA = {f"pmed{n}": float(value) for n, value in enumerate(PMED, 1)} | {
    "cap41": 1040444.375, "cap42": 1098000.450, "cap43": 1153000.450, "cap44": 1235500.450, "cap51": 1025208.225,
    "cap61": 932615.750, "cap62": 977799.400, "cap63": 1014062.050, "cap64": 1045650.250,
    "cap71": 932615.750, "cap72": 977799.400, "cap73": 1010641.450, "cap74": 1034976.975,
    "cap101": 796648.437, "cap102": 854704.200, "cap103": 893782.112, "cap104": 928941.750,
    "cap131": 793439.562, "cap132": 851495.325, "cap133": 893076.712, "cap134": 928941.750,
}  # fmt: skip


def made(*, quick: bool) -> Iterator[readers.Instance]:
    """Yield problems of every kind, the easy ones first."""
    yield readers.kochetov_euclid(100, 1)
    yield readers.bilde_krarup(50, 100, 1)
    yield readers.galvao_raggi(100, 1)
    yield readers.beasley_pmed(100, 5, 1)
    yield readers.beasley_pmed(300, 30, 2)
    yield readers.cornuejols(50, 50, 3, 1)
    yield readers.cornuejols(50, 100, 5, 1)
    yield readers.beasley_cap(14000, 1)
    if quick:
        return
    yield readers.kochetov_uniform(100, 1)
    yield readers.koerkel_ghosh(250, 1)
    yield readers.barahona_chudak(500, 10, 1)
    yield readers.barahona_chudak(1000, 100, 1)
    yield readers.beasley_pmed(700, 10, 3)
    yield readers.beasley_pmed(900, 5, 4)
    yield readers.beasley_pmed(900, 90, 5)
    yield readers.beasley_pmed(900, 200, 6)
    yield readers.beasley_cap(8000, 1)
    yield readers.beasley_cap(10000, 2)
    yield readers.cornuejols(100, 100, 10, 1)
    yield readers.large_gap(100, 1)
    yield readers.koerkel_ghosh(250, 1, (100, 200))
    yield readers.cornuejols(300, 300, 5, 1)


def files(folder: Path) -> Iterator[readers.Instance]:
    """Yield the problems of a folder, by the names of their files."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        stem = path.stem.lower()
        if stem.endswith(("opt", "info")) or path.suffix in (".bub", ".opt", ".md", ".py"):
            continue
        if stem in CAPACITIES:
            yield from (readers.orlib_cap(path, capacity=c) for c in CAPACITIES[stem])
        elif stem.startswith("cap"):
            yield readers.orlib_cap(path)
        elif stem.startswith("pmed"):
            yield readers.orlib_pmed(path)
        elif path.read_text(errors="ignore")[:4] == "FILE" or path.suffix == ".simple":
            yield readers.ufl_simple(path)
        elif path.suffix == ".plc" or stem.startswith("p"):
            yield readers.holmberg(path)


def peer(instance: readers.Instance, seconds: float) -> tuple[float, float, float]:
    """Return what HiGHS alone finds on the strong formulation, its gap, and the seconds it took."""
    problem = SiteProblem(
        instance.cost, instance.children, np.minimum(instance.places, instance.children.sum()), instance.fixed, instance.opened
    )  # fmt: skip
    start = time.perf_counter()
    found = strong(problem, np.zeros(len(instance.fixed), bool), np.isfinite(instance.cost), seconds=seconds, gap=1e-4)
    took = time.perf_counter() - start
    if found.sites is None:
        return np.nan, np.nan, took
    cost = problem.total(found.sites)
    return cost, (cost - found.bound) / cost, took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--no-peer", action="store_true")
    asked = parser.parse_args()
    instances = made(quick=asked.quick) if asked.folder is None else files(asked.folder)
    print(
        f"{'instance':34s} {'ours':>15s} {'gap':>9s} {'s':>6s} {'known or peer':>15s} {'its gap':>9s} {'its s':>6s} {'ratio':>7s}"
    )
    proved = every = 0
    for instance in instances:
        start = time.perf_counter()
        found = sf.allocate.open_sites(*instance.tables(), opened=instance.opened, seconds=asked.seconds)
        took = time.perf_counter() - start
        every, proved = every + 1, proved + (found.gap <= 1e-4)
        line = f"{instance.name:34s} {found.objective_gbp:15,.2f} {found.gap:9.2e} {took:6.1f}"
        known = OPTIMA.get(instance.name)
        if known is not None:
            line += f" {known:15,.2f} {found.objective_gbp / known - 1:+9.2e}"
        elif not asked.no_peer:
            cost, gap, peer_took = peer(instance, asked.seconds)
            line += f" {cost:15,.2f} {gap:9.2e} {peer_took:6.1f} {peer_took / took:7.1f}"
        print(line, flush=True)
    print(f"proved to 1e-4: {proved} of {every}")


if __name__ == "__main__":
    main()
