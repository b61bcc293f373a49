"""Readers of published facility-location and p-median problems, and generators by the formulae of those that built them.

Formats: OR-Library `cap` (also as UflLib writes it, capacity 0 meaning none) and `pmed`; UflLib "simple"; Holmberg.
Where a set has one supplier a customer, what is solved here lets a customer's demand be split; optima differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import shortest_path


@dataclass(frozen=True, eq=False)
class Instance:
    """A problem: cost by site and group is for one child."""

    name: str
    cost: np.ndarray
    children: np.ndarray
    places: np.ndarray
    fixed: np.ndarray
    opened: int | None = None

    def tables(self) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
        """Return groups, sites and routes, as `open_sites` takes them."""
        groups = pd.Series(self.children, pd.RangeIndex(1, len(self.children) + 1))
        names = np.array([f"site {i}" for i in range(1, len(self.fixed) + 1)])
        sites = pd.DataFrame({"site": names, "places": self.places, "fixed_gbp": self.fixed})
        site, group = np.nonzero(np.isfinite(self.cost))
        routes = {"group": groups.index[group], "setting": names[site], "cost_gbp": self.cost[site, group]}
        return groups, sites, pd.DataFrame(routes)


def orlib_cap(path: Path, *, capacity: int | None = None) -> Instance:
    """Return an OR-Library `cap` problem; `capacity` stands for the word in capa, capb and capc."""
    words = [str(capacity) if w == "capacity" else w for w in path.read_text().split()]
    numbers = iter(np.array(words, dtype=np.float64))
    m, n = int(next(numbers)), int(next(numbers))
    sites = np.array([(next(numbers), next(numbers)) for _ in range(m)])
    rows = np.array([[next(numbers) for _ in range(m + 1)] for _ in range(n)])
    name = path.stem if capacity is None else f"{path.stem} {capacity}"
    return _of_totals(name, rows[:, 1:].T, rows[:, 0], sites[:, 0], sites[:, 1])


def ufl_simple(path: Path) -> Instance:
    """Return a UflLib problem in its simple format."""
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    numbers = np.array(" ".join(lines[1:] if lines[0].startswith("FILE") else lines).split(), dtype=np.float64)
    n, m = int(numbers[0]), int(numbers[1])
    rows = numbers[3 : 3 + n * (m + 2)].reshape(n, m + 2)
    return _of_totals(path.stem, rows[:, 2:], np.zeros(m), np.zeros(n), rows[:, 1])


def holmberg(path: Path) -> Instance:
    """Return a problem in Holmberg's format: sites, then demands, then the cost of all of a customer by site."""
    numbers = iter(np.array(path.read_text().split(), dtype=np.float64))
    m, n = int(next(numbers)), int(next(numbers))
    sites = np.array([(next(numbers), next(numbers)) for _ in range(m)])
    demand = np.array([next(numbers) for _ in range(n)])
    cost = np.array([[next(numbers) for _ in range(n)] for _ in range(m)])
    return _of_totals(path.stem, cost, demand, sites[:, 0], sites[:, 1])


def _of_totals(name: str, total: np.ndarray, demand: np.ndarray, places: np.ndarray, fixed: np.ndarray) -> Instance:
    """Return an instance from the cost of all of each customer's demand; no capacity where it is 0."""
    if not places.any():  # no capacity: a customer is one child
        demand = np.ones(total.shape[1])
    children = demand.astype(np.int64)
    room = np.where(places > 0, places, children.sum()).astype(np.int64)
    return Instance(name, total / np.maximum(children, 1), children, room, fixed)


def orlib_pmed(path: Path) -> Instance:
    """Return an OR-Library `pmed` problem: shortest paths over its edges, the last of a repeated edge counting."""
    numbers = np.array(path.read_text().split(), dtype=np.int64)
    n, edges, p = numbers[:3]
    length = np.zeros((n, n))
    for a, b, km in numbers[3 : 3 + 3 * edges].reshape(-1, 3):
        length[a - 1, b - 1] = length[b - 1, a - 1] = km
    return p_median(path.stem, shortest_path(length, directed=False), int(p))


def p_median(name: str, distance: np.ndarray, p: int) -> Instance:
    """Return a p-median problem over a table of distances."""
    n = len(distance)
    return Instance(name, distance, np.ones(n, np.int64), np.full(n, n), np.zeros(n), p)


def beasley_pmed(n: int, p: int, seed: int) -> Instance:
    """Beasley (1985): n nodes, n*n/50 edges of length 1 to 100, joined up by a path."""
    rng = np.random.default_rng(seed)
    more = n * n // 50 - (n - 1)
    ends = np.vstack([np.c_[np.arange(n - 1), np.arange(1, n)], rng.integers(0, n, (max(more, 0), 2))])
    ends = ends[ends[:, 0] != ends[:, 1]]
    length = np.zeros((n, n))
    length[ends[:, 0], ends[:, 1]] = length[ends[:, 1], ends[:, 0]] = rng.integers(1, 101, len(ends))
    return p_median(f"pmed-like {n} nodes, p {p}", shortest_path(np.maximum(length, length.T), directed=False), p)


def beasley_cap(capacity: int, seed: int) -> Instance:
    """Beasley (1988), as capa to capc: 100 sites, 1,000 customers in a square, cost distance x U[1, 1.25]."""
    rng = np.random.default_rng(seed)
    sites, homes = rng.uniform(0, 1000, (100, 2)), rng.uniform(0, 1000, (1000, 2))
    cost = _distance(sites, homes) * rng.uniform(1, 1.25, (100, 1000))
    fixed = rng.uniform(500_000, 1_000_000, 100)
    return Instance(f"capa-like, capacity {capacity}", cost, rng.integers(1, 201, 1000), np.full(100, capacity), fixed)


def cornuejols(sites: int, customers: int, ratio: float, seed: int) -> Instance:
    """Cornuejols, Sridharan and Thizy (1991): fixed U[0, 90] + U[100, 110] sqrt(places), cost 10 x distance."""
    rng = np.random.default_rng(seed)
    children, places = rng.integers(5, 36, customers), rng.integers(10, 161, sites).astype(float)
    fixed = rng.uniform(0, 90, sites) + rng.uniform(100, 110, sites) * np.sqrt(places)
    places = (places * ratio * children.sum() / places.sum()).astype(np.int64)
    cost = 10 * _distance(rng.random((sites, 2)), rng.random((customers, 2)))
    return Instance(f"Cornuejols {sites} x {customers}, ratio {ratio:g}", cost, children, places, fixed)


def kochetov_euclid(n: int, seed: int) -> Instance:
    """UflLib "Euclid": points in a square of side 7,000, every site 3,000."""
    points = np.random.default_rng(seed).integers(0, 7000, (n, 2))
    return _open(f"Euclid {n}", np.floor(_distance(points, points)), 3000.0)


def kochetov_uniform(n: int, seed: int) -> Instance:
    """UflLib "Uniform": costs 0 to 10,000, every site 3,000."""
    cost = np.random.default_rng(seed).integers(0, 10_001, (n, n)).astype(float)
    return _open(f"Uniform {n}", cost, 3000.0)


def koerkel_ghosh(n: int, seed: int, fixed: tuple[int, int] = (10_000, 20_000)) -> Instance:
    """Ghosh (2003) after Koerkel: symmetric costs 1,000 to 2,000; fixed costs from a range."""
    rng = np.random.default_rng(seed)
    half = np.triu(rng.integers(1000, 2001, (n, n)).astype(float))
    cost = half + np.triu(half, 1).T
    return _open(f"Koerkel-Ghosh {n}, {fixed[0]:,}", cost, rng.integers(fixed[0], fixed[1] + 1, n).astype(float))


def barahona_chudak(n: int, divisor: int, seed: int) -> Instance:
    """Barahona and Chudak (2005), UflLib "k-median": a unit square, costs to four digits, fixed sqrt(n) / divisor."""
    points = np.random.default_rng(seed).random((n, 2))
    fixed = round(np.sqrt(n) / divisor * 10_000)
    return _open(f"k-median {n}-{divisor}", np.round(_distance(points, points) * 10_000), float(fixed))


def bilde_krarup(sites: int, customers: int, seed: int) -> Instance:
    """Bilde and Krarup (1977), class B: costs U[0, 1000], fixed U[1000, 10000]."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 1001, (sites, customers)).astype(float)
    return _open(f"Bilde-Krarup B {sites} x {customers}", cost, rng.integers(1000, 10_001, sites).astype(float))


def galvao_raggi(n: int, seed: int) -> Instance:
    """Galvao and Raggi (1989): shortest paths on a sparse random graph; fixed costs normal about a mean."""
    rng = np.random.default_rng(seed)
    length = np.where(rng.random((n, n)) < 0.25, rng.integers(1, n + 1, (n, n)), 0).astype(float)
    cost = shortest_path(np.maximum(np.triu(length, 1), np.triu(length, 1).T), directed=False)
    fixed = np.maximum(1, np.round(rng.normal(4.5 * n**0.5, 5, n)))
    return _open(f"Galvao-Raggi {n}", np.where(np.isfinite(cost), cost, 10.0 * n), fixed)


def large_gap(n: int, seed: int, *, routes: int = 10) -> Instance:
    """UflLib "Gap A": each site serves ten customers at 0 to 4, the others hardly at all; fixed 3,000."""
    rng = np.random.default_rng(seed)
    cost = np.full((n, n), 1e5)
    for row in cost:
        row[rng.choice(n, routes, replace=False)] = rng.integers(0, 5, routes)
    return _open(f"Gap A {n}", cost, 3000.0)


def _open(name: str, cost: np.ndarray, fixed: float | np.ndarray) -> Instance:
    sites, customers = cost.shape
    return Instance(
        name, cost, np.ones(customers, np.int64), np.full(sites, customers), np.broadcast_to(fixed, sites).copy()
    )


def _distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))
