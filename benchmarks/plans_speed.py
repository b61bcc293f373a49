"""How long 1,000 futures of Northamptonshire take, beside a loop over cells: `python -m benchmarks.plans_speed`.

Both simulate ten years of both authorities from the same rates and the same errors of rates, growth and children; the
plain NumPy version draws, for every state in turn, leavers, movers, who drifts, where they go and joiners of all draws
at once.
Ours makes those errors too within its time, and uses two threads; the loop is given them.
Prints seconds, processor seconds, memory and the ratio.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np

import sufficiency as sf
from sufficiency.forecast import base_year_plans, plans
from sufficiency.forecast.growth import growth
from sufficiency.forecast.population import projection
from sufficiency.forecast.rates import published_rates
from sufficiency.forecast.rates.needs import present
from sufficiency.forecast.rates.rates import Rates
from sufficiency.forecast.simulate import paths
from sufficiency.forecast.simulate.cohort import Paths
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import SETTING_TYPES

DRAWS, TO = 1_000, 2035
LIMIT_SECONDS, LIMIT_GB, LEAST_RATIO = 2.0, 0.7, 8.0


def main() -> None:
    area = sf.example_area()
    plans(area, to=area.base_year + 1, draws=2)  # reads tables once, for both, and compiles where that was never done
    found, ours = _timed(lambda: plans(area, to=TO, draws=DRAWS, seed=7))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    states = int((found.plans.sum(["draw", "year"]) > 0).sum())
    print(f"{DRAWS:,} draws, {TO - area.base_year} years, {found.plans[0, 0].size:,} states ({states:,} ever held)")
    print(f"  ours: {ours[0]:.1f} s ({ours[1]:.1f} s of processor), {memory:.2f} GB at most")
    del found
    area_inputs = _inputs(area)
    _, loop = _timed(lambda: per_cell(*area_inputs, seed=7))
    print(f"  a loop over cells: {loop[0]:.1f} s ({loop[1]:.1f} s of processor)")
    ratio = loop[0] / ours[0]
    print(f"  ratio: {ratio:.1f} by the clock, {loop[1] / ours[1]:.1f} by processor (ours uses two threads)")
    is_met = ours[0] <= LIMIT_SECONDS and memory < LIMIT_GB and ratio >= LEAST_RATIO
    print(f"  limits: {LIMIT_SECONDS} s, {LIMIT_GB} GB, {LEAST_RATIO} times: {'met' if is_met else 'missed'}")


def _timed(run: Callable[[], object]) -> tuple[object, tuple[float, float]]:
    clock, processor = time.perf_counter(), time.process_time()
    found = run()
    return found, (time.perf_counter() - clock, time.process_time() - processor)


def _inputs(area: sf.Area) -> tuple[list[Rates], np.ndarray, Paths]:
    """Return each year's rates, plans in the base year, and every draw's multipliers: what ours simulates from."""
    known = base_year_plans.history(area)
    table = base_year_plans.states(area, known)
    needs = present(sorted(set(table["need"])))
    axes = (
        ("authority", list(area.authorities)),
        ("ncy", NCYS),
        ("need", needs),
        ("setting_type", list(SETTING_TYPES)),
    )
    start = base_year_plans.array(table, axes)
    years = TO - area.base_year
    rates, drifts = published_rates.from_flows(area, known, start, needs)
    rng = np.random.default_rng(7)
    children = projection.draws(area, TO, DRAWS, rng).to_numpy()
    grown = growth.draws(area, known, growth.GrowthRates.of(area), years, DRAWS, rng)
    futures = paths.paths(paths.RateErrors.of(area), rates, drifts, start, children, grown, rng)
    return [rates] * years, start, futures


def per_cell(rates: list[Rates], start: np.ndarray, futures: Paths, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return plans of every year, and flows by kind, each state's draws made together, one state after another."""
    rng = np.random.default_rng(seed)
    shape, draws, years = start.shape, futures.joining.shape[0], len(rates)
    plans_of = np.zeros((draws, years + 1, *shape), dtype=np.int32)
    flows = np.zeros((4, draws, years, shape[0], shape[1], shape[3]), dtype=np.int32)
    plans_of[:, 0] = start
    whole = (draws, years, shape[0], shape[1], shape[3])
    leaving, moving = (np.broadcast_to(path, whole) for path in (futures.leaving, futures.moving))
    losing, gaining = futures.losing, futures.gaining.astype("float64")
    for t, now in enumerate(rates):
        to = np.broadcast_to(now.destinations[:, :, :, :, 0, :], (*shape, shape[3]))
        total = plans_of[:, t].sum(axis=(2, 3, 4))
        for a, y, n, s in np.ndindex(*shape):
            joined = rng.poisson(now.joining[a, y, n, s] * futures.joining[:, t, a, y, s])
            came = rng.poisson(now.transfers[a, y, n, s] * total[:, a])
            plans_of[:, t + 1, a, y, n, s] += joined + came
            flows[0, :, t, a, y, s] += joined
            flows[1, :, t, a, y, s] += came
            held = plans_of[:, t, a, y, n, s]
            if not held.any():
                continue
            left = rng.binomial(held, 1 - (1 - now.leaving[a, y, n, s]) ** leaving[:, t, a, y, s])
            flows[2, :, t, a, y, s] += left
            if y + 1 == shape[1]:
                continue
            stay = held - left
            moved = rng.binomial(stay, 1 - (1 - now.moving[a, y, n, s]) ** moving[:, t, a, y, s])
            drifted = rng.binomial(stay - moved, losing[:, t, a, y, s])
            flows[3, :, t, a, y, s] += moved + drifted
            plans_of[:, t + 1, a, y + 1, n, s] += stay - moved - drifted
            if drifted.any():
                gain = gaining[:, t, a, y] / np.maximum(gaining[:, t, a, y].sum(axis=1, keepdims=True), 1e-12)
                plans_of[:, t + 1, a, y + 1, n] += rng.multinomial(drifted, gain)
            if moved.any():
                plans_of[:, t + 1, a, y + 1, n] += rng.multinomial(moved, to[a, y, n, s])
    return plans_of, flows


if __name__ == "__main__":
    main()
