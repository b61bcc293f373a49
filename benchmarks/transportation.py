"""Other people's transportation and assignment problems through `sf.allocate.solve`, against known optima and HiGHS.

    python -m benchmarks.transportation            three textbook problems and random ones
    python -m benchmarks.transportation FOLDER     and every problem in a folder

A folder may hold, told apart by what is in the file:
    OR-Library assignment    n, then n x n costs (assign100.txt …)
    plain transportation     m n, m supplies, n demands, m x n costs
    DIMACS minimum-cost flow "p min nodes arcs", "n node supply", "a from to low capacity cost", sources to sinks only
Known optima are read from `optima.csv` (problem, optimum) in the folder where there is one. Each problem is also solved
with SciPy's HiGHS; a difference above 1e-6 of the optimum is an error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array

import sufficiency as sf


@dataclass(frozen=True)
class Instance:
    """Demands that must be met from supplies at the least cost."""

    name: str
    demand: np.ndarray
    supply: np.ndarray
    routes: pd.DataFrame  # group (demand), setting (supply), cost_gbp
    optimum: float | None = None


def dense(name: str, supply: list[float], demand: list[float], cost: np.ndarray, optimum: float | None) -> Instance:
    """Return an instance from a supply x demand table of costs."""
    at, to = np.indices(cost.shape)
    routes = pd.DataFrame({"group": to.ravel(), "setting": at.ravel(), "cost_gbp": cost.ravel()})
    return Instance(name, np.array(demand), np.array(supply), routes, optimum)


def textbook() -> Iterator[Instance]:
    """Yield problems whose optimum is printed in the book that they are from."""
    canning = 90 / 1000 * np.array([[2.5, 1.7, 1.8], [2.5, 1.8, 1.4]])
    yield dense("Dantzig (1963), canning plants", [350, 600], [325, 300, 275], canning, 153.675)
    power = np.array([[8, 6, 10, 9], [9, 12, 13, 7], [14, 9, 16, 5]], dtype=float)
    yield dense("Winston, Powerco", [35, 50, 40], [45, 20, 30, 30], power, 1_020.0)
    peas = np.array([[464, 513, 654, 867], [352, 416, 690, 791], [995, 682, 388, 685]], dtype=float)
    yield dense("Hillier and Lieberman, P&T", [75, 125, 100], [80, 65, 70, 85], peas, 152_535.0)


def made_up() -> Iterator[Instance]:
    """Yield random problems, costs of few values, so that the best is far from unique."""
    rng = np.random.default_rng(1)
    for supplies, demands in ((20, 50), (60, 400), (100, 1_500)):
        demand = rng.integers(1, 9, demands)
        supply = rng.multinomial(int(demand.sum() * 1.1), np.full(supplies, 1 / supplies))
        cost = rng.integers(1, 30, (supplies, demands)).astype(float)
        yield dense(f"random {demands} x {supplies}", supply.tolist(), demand.tolist(), cost, None)


def read(path: Path, optimum: float | None) -> Instance:
    """Return the instance that a file holds."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if any(line.startswith("p ") for line in text.splitlines()):
        return read_dimacs(path.stem, text, optimum)
    numbers = np.array(text.split(), dtype=float)
    n = int(numbers[0])
    if len(numbers) == 1 + n * n:
        return dense(path.stem, [1] * n, [1] * n, numbers[1:].reshape(n, n).T, optimum)
    m, n = int(numbers[0]), int(numbers[1])
    if len(numbers) != 2 + m + n + m * n:
        raise ValueError(f"{path.name} is neither an assignment, a transportation table nor DIMACS")
    supply, demand, cost = np.split(numbers[2:], [m, m + n])
    return dense(path.stem, supply.tolist(), demand.tolist(), cost.reshape(m, n), optimum)


def read_dimacs(name: str, text: str, optimum: float | None) -> Instance:
    """Return a bipartite DIMACS minimum-cost flow problem; refuse one with capacities, which is not a transportation."""
    rows = [line.split() for line in text.splitlines() if line.strip()]
    if any(row[:2] == ["p", "asn"] for row in rows):
        sources = {int(row[1]): 1 for row in rows if row[0] == "n"}
        arcs = [(int(row[1]), int(row[2]), float(row[3])) for row in rows if row[0] == "a"]
        sinks = dict.fromkeys((head for _, head, _ in arcs), 1)
    else:
        nodes = {int(row[1]): int(row[2]) for row in rows if row[0] == "n"}
        sources = {node: supply for node, supply in nodes.items() if supply > 0}
        sinks = {node: -supply for node, supply in nodes.items() if supply < 0}
        arcs = [(int(row[1]), int(row[2]), float(row[5])) for row in rows if row[0] == "a"]
        for row in rows:
            if row[0] == "a" and (
                int(row[3]) or int(row[4]) < min(sources.get(int(row[1]), 0), sinks.get(int(row[2]), 0))
            ):
                raise ValueError(f"{name}: an arc has a bound of its own, so this is not a transportation problem")
    supply, demand = pd.Series(sources, dtype="int64"), pd.Series(sinks, dtype="int64")
    frame = pd.DataFrame(arcs, columns=["from", "to", "cost_gbp"])
    frame["setting"] = supply.index.get_indexer(frame["from"])
    frame["group"] = demand.index.get_indexer(frame["to"])
    best = frame.groupby(["group", "setting"], as_index=False)["cost_gbp"].min()
    return Instance(name, demand.to_numpy(), supply.to_numpy(), best, optimum)


def by_highs(given: Instance) -> float:
    """Return the optimum that SciPy's HiGHS finds."""
    routes, columns = given.routes, np.arange(len(given.routes))
    ones = np.ones(len(routes))
    shape = (len(given.demand), len(routes)), (len(given.supply), len(routes))
    met = csr_array((ones, (routes["group"], columns)), shape=shape[0])
    kept = csr_array((ones, (routes["setting"], columns)), shape=shape[1])
    return float(linprog(routes["cost_gbp"], A_ub=kept, b_ub=given.supply, A_eq=met, b_eq=given.demand).fun)


def main(arguments: list[str]) -> None:
    found = [*textbook(), *made_up()]
    if arguments:
        folder = Path(arguments[0])
        listed = folder / "optima.csv"
        known = pd.read_csv(listed, index_col=0).iloc[:, 0].to_dict() if listed.is_file() else {}
        files = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix != ".csv")
        found += [read(path, known.get(path.stem)) for path in files]
    print(
        f"{'problem':34s} {'optimum':>14s} {'ours':>14s} {'HiGHS':>14s} {'gap':>5s} {'ours s':>8s} {'HiGHS s':>8s} ratio"
    )
    for given in found:
        began = time.process_time()
        ours = sf.allocate.solve(pd.Series(given.demand), pd.Series(given.supply), given.routes, unplaced_gbp=None)
        taken = time.process_time() - began
        began = time.process_time()
        theirs = by_highs(given)
        highs = time.process_time() - began
        known = "" if given.optimum is None else f"{given.optimum:,.3f}"
        print(
            f"{given.name:34.34s} {known:>14s} {ours.objective_gbp:14,.3f} {theirs:14,.3f} "
            f"{ours.certificate_gap_gbp:5g} {taken:8.3f} {highs:8.3f} {highs / taken:5.1f}"
        )
        for truth in (given.optimum, theirs):
            if truth is not None and abs(ours.objective_gbp - truth) > 1e-6 * max(1.0, abs(truth)):
                raise SystemExit(f"{given.name}: {ours.objective_gbp} is not {truth}")


if __name__ == "__main__":
    main(sys.argv[1:])
