"""800 groups x 30 options x 5 years, 25 settings, at most six opened: ours and HiGHS on the strong formulation.

    python -m benchmarks.opening_speed                 one future, both solvers; then ten futures, ours
    python -m benchmarks.opening_speed --seconds 60

The instance is made up: 13 needs, 5 phases, homes in clusters, places short by a twentieth, blocks of 50.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from sufficiency.allocate.open.aims import PLACING
from sufficiency.allocate.open.futures import OpeningProblem
from sufficiency.allocate.open.futures_search import choose_plan

UNPLACED_GBP = 63_000.0
GROUPS, SETTING_TYPES, OPTIONS, YEARS, BLOCK, MOST = 800, 25, 30, 5, 50, 6


def problem(draws: int, seed: int = 1) -> OpeningProblem:
    """Return the instance, over so many draws."""
    rng = np.random.default_rng(seed)
    centre = rng.random((12, 2)) * 60
    home = centre[rng.integers(0, 12, GROUPS)] + rng.normal(0, 4, (GROUPS, 2))
    need, phase = rng.integers(0, 13, GROUPS), rng.integers(0, 5, GROUPS)

    def rows(count: int) -> np.ndarray:
        at = centre[rng.integers(0, 12, count)] + rng.normal(0, 6, (count, 2))
        km = np.hypot(*(at[:, None] - home[None]).transpose(2, 0, 1)) * 1.35
        suits = np.array(
            [
                np.isin(need, rng.choice(13, 5, replace=False)) & np.isin(phase, rng.choice(5, 3, replace=False))
                for _ in range(count)
            ]
        )
        return np.where(suits, np.round(16_000 + km * 2 * 190 * 1.62, 2), np.inf)

    usual = rng.poisson(2.5, GROUPS)
    growth = np.exp(0.15 * rng.standard_normal(draws)) - 1
    level = (1 + 0.03 * np.arange(YEARS))[:, None] * (1 + growth[None] * np.linspace(0.2, 1, YEARS)[:, None])
    demand = rng.poisson(usual * level[:, :, None]).astype(np.int64)
    setting_cost, option_cost = rows(SETTING_TYPES), rows(OPTIONS)

    def packages(cost: np.ndarray) -> np.ndarray:
        parts = np.zeros((*cost.shape, len(PLACING)))
        parts[..., PLACING.index("packages_gbp")] = np.where(np.isfinite(cost), cost, 0.0)
        return parts

    places = np.full((YEARS, draws, SETTING_TYPES), int(0.95 * usual.sum() / SETTING_TYPES))
    return OpeningProblem(
        demand=demand,
        weight=np.full(draws, 1 / draws),
        places=places,
        setting_cost=setting_cost,
        option_cost=option_cost,
        setting_parts=packages(setting_cost),
        option_parts=packages(option_cost),
        unplaced=np.full(GROUPS, UNPLACED_GBP),
        away_parts=packages(np.full((draws, GROUPS), UNPLACED_GBP)),
        of_setting=np.full(OPTIONS, -1),
        block=np.full(OPTIONS, BLOCK),
        blocks=np.ones(OPTIONS, np.int64),
        first=rng.integers(0, 3, OPTIONS),
        capital=np.full((YEARS, OPTIONS), BLOCK * 80_000.0),
        begin=np.zeros(OPTIONS),
        running=np.full(OPTIONS, BLOCK * 10_000.0),
        set_up=np.zeros(OPTIONS),
        due=np.ones(YEARS),
        most=MOST,
    )


def by_highs(asked: OpeningProblem, seconds: float, gap: float) -> tuple[float, float]:
    """Return cost and gap as SciPy's HiGHS finds them for one draw, with x <= demand x open on every arc of an option."""
    cost_rows = np.concatenate([asked.setting_cost, asked.option_cost])
    site, group = np.nonzero(np.isfinite(cost_rows))
    arcs, opened = len(site), np.arange(YEARS * OPTIONS).reshape(YEARS, OPTIONS)
    x = YEARS * OPTIONS + np.arange(YEARS * arcs).reshape(YEARS, arcs)
    u = YEARS * (OPTIONS + arcs) + np.arange(YEARS * GROUPS).reshape(YEARS, GROUPS)
    width = u.max() + 1
    cost = np.zeros(width)
    low, high = np.zeros(width), np.full(width, np.inf)
    high[opened] = 1
    rules, own = [], np.flatnonzero(site >= SETTING_TYPES)
    for t in range(YEARS):
        d = asked.demand[t, 0].astype(float)
        cost[x[t]], cost[u[t]] = cost_rows[site, group], UNPLACED_GBP
        cost[opened[t]] += asked.running
        cost[opened[t]] += asked.capital[t] - (asked.capital[t + 1] if t + 1 < YEARS else 0)
        everyone = csr_array(
            (np.ones(arcs + GROUPS), (np.append(group, np.arange(GROUPS)), np.append(x[t], u[t]))),
            shape=(GROUPS, width),
        )
        rules.append(LinearConstraint(everyone, d, d))
        values = np.append(np.ones(arcs), np.full(OPTIONS, -float(BLOCK)))
        at = np.append(site, SETTING_TYPES + np.arange(OPTIONS))
        room = csr_array((values, (at, np.append(x[t], opened[t]))), shape=(len(cost_rows), width))
        rules.append(LinearConstraint(room, -np.inf, np.append(asked.places[t, 0], np.zeros(OPTIONS))))
        every = np.arange(len(own))
        link = csr_array(
            (np.append(np.ones(len(own)), -d[group[own]]), (np.append(every, every), np.append(x[t, own], opened[t, site[own] - SETTING_TYPES]))),
            shape=(len(own), width),
        )  # fmt: skip
        rules.append(LinearConstraint(link, -np.inf, 0))
        high[opened[t, asked.first > t]] = 0
        if t:
            stay = csr_array(
                (np.append(np.ones(OPTIONS), -np.ones(OPTIONS)), (np.append(np.arange(OPTIONS), np.arange(OPTIONS)), np.append(opened[t - 1], opened[t]))),
                shape=(OPTIONS, width),
            )  # fmt: skip
            rules.append(LinearConstraint(stay, -np.inf, 0))
    count = csr_array((np.ones(OPTIONS), (np.zeros(OPTIONS, int), opened[-1])), shape=(1, width))
    rules.append(LinearConstraint(count, -np.inf, MOST))
    whole = np.zeros(width)
    whole[opened] = 1
    stop = {"time_limit": seconds, "mip_rel_gap": gap}
    found = milp(cost, integrality=whole, bounds=Bounds(low, high), constraints=rules, options=stop)
    return (np.nan, np.nan) if found.x is None else (float(found.fun), float(found.mip_gap))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    one = problem(1)
    start = time.perf_counter()
    found = choose_plan(one, seconds=asked.seconds, gap=0.01)
    ours = time.perf_counter() - start
    print(f"ours, one future, to 1 %:   GBP {found.best.cost:,.0f}, gap {found.gap:.2%}, {ours:.1f} s")
    start = time.perf_counter()
    tight = choose_plan(one, seconds=asked.seconds, gap=0.001)
    print(
        f"ours, one future, to 0.1 %: GBP {tight.best.cost:,.0f}, gap {tight.gap:.2%}, {time.perf_counter() - start:.1f} s"
    )
    start = time.perf_counter()
    cost, gap = by_highs(one, asked.seconds, 0.01)
    took = time.perf_counter() - start
    print(f"HiGHS alone, also to 1 %:   GBP {cost:,.0f}, gap {gap:.2%}, {took:.1f} s; ratio of times {took / ours:.1f}")
    start = time.perf_counter()
    many = choose_plan(problem(10), seconds=asked.seconds, gap=0.01)
    print(
        f"ours, ten futures, to 1 %:  GBP {many.best.cost:,.0f}, gap {many.gap:.2%}, {time.perf_counter() - start:.1f} s"
    )


if __name__ == "__main__":
    main()
