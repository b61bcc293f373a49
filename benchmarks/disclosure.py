"""Random tables with every total printed, hidden by the library's rule: how many hidden figures a reader can pin.

`python -m benchmarks.disclosure [TABLES] [SEED]`. Tables of two and three labels, dense and sparse, with zeros and small
counts. A figure is pinned where fewer than five whole numbers are possible for it, given every figure that isn't hidden.
Each is found by linear programming; in one table of twenty by whole numbers too, in a program of its own, as a reader who
knows that children are whole would. The limit: none is pinned by either.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from sufficiency.report.disclosure.figures import Figures, Flags, pinned
from sufficiency.report.disclosure.suppress import hidden_figures, with_margins

LIMIT = 5
WHOLE_EVERY = 20


def drawn(random: np.random.Generator) -> np.ndarray:
    """Return a table of counts: two labels or three, of one to six values each."""
    labels = int(random.integers(2, 4))
    shape = tuple(random.integers(1, 7 if labels == 2 else 5, labels))
    mean = random.choice([0.5, 2, 8, 30]) * random.gamma(0.5, 2, shape)
    return (random.poisson(mean) * (random.random(shape) < random.uniform(0.3, 1))).astype(float)


def pinned_in_whole_numbers(figures: Figures, hidden: Flags) -> int:
    """Return how many hidden figures can be fewer than five whole numbers, cells being whole."""
    told = LinearConstraint(figures.sums[np.flatnonzero(~hidden)], figures.values[~hidden], figures.values[~hidden])
    count = 0
    for figure in np.flatnonzero(hidden):
        aim = figures.sums[[figure]].toarray()[0]
        room = Bounds(0, figures.values.max() + LIMIT)  # without it, a figure with no total has no end
        low, high = (milp(sign * aim, constraints=told, integrality=1, bounds=room).fun for sign in (1, -1))
        count += -high - low < LIMIT - 1 - 1e-6
    return count


def main(tables: int, seed: int) -> None:
    random, began = np.random.default_rng(seed), time.perf_counter()
    cells = hidden = by_lines = by_whole = whole = 0
    for number in range(tables):
        counts = drawn(random)
        figures, hide = with_margins(counts), hidden_figures(counts, LIMIT)
        cells, hidden = cells + len(hide), hidden + int(hide.sum())
        by_lines += len(pinned(figures, hide, LIMIT))
        if number % WHOLE_EVERY == 0 and hide.any() and not hide.all():
            whole += int(hide.sum())
            by_whole += pinned_in_whole_numbers(figures, hide)
    print(f"{tables:,} tables, {cells:,} figures, {hidden:,} hidden ({time.perf_counter() - began:.0f} s)")
    print(f"pinned: {by_lines:,} of {hidden:,}; in whole numbers {by_whole:,} of {whole:,}")


if __name__ == "__main__":
    main(*(int(a) for a in (*sys.argv[1:], *("10000", "1")[len(sys.argv) - 1 :])))
