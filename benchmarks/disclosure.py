"""Small numbers hidden by the library's rule: how many hidden figures a reader can pin, of random tables and of whole reports.

`python -m benchmarks.disclosure [TABLES] [SEED]`. Tables of two and three labels, dense and sparse, with zeros and small
counts. A figure is pinned where fewer than five whole numbers are possible for it, given every figure that isn't hidden.
Each is found by linear programming; in one table of twenty by whole numbers too, in a program of its own, as a reader who
knows that children are whole would. The limit: none is pinned by either.

`python -m benchmarks.disclosure reports [PUBLISHED]`. Three reports written with `suppress=5`: the example, an authority made
from published files alone, and a small council made from a person-level return. Everything in their folders is read back, with
charts as drawn, as sums of the same children; each figure that is shown nowhere, and each cell of fewer than five by every
label at once, must be open. PUBLISHED is a folder of downloads.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

import sufficiency as sf
from sufficiency.inputs.council.sen2.census import snapshot
from sufficiency.inputs.council.sen2.sen2_return import read_sen2
from sufficiency.outcome import ForecastOutcome
from sufficiency.report.disclosure.figures import Figures, Flags, pinned
from sufficiency.report.disclosure.suppress import hidden_figures, with_margins
from tests.inputs.sen2_made import REGISTER, export, make, save
from tests.report.read_back import audits
from tests.test_privacy import SALT, area_of
from tests.tiny import tiny

LIMIT = 5
WHOLE_EVERY = 20
BY_FILES = "Bath and North East Somerset"


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


def tables(number: int, seed: int) -> None:
    random, began = np.random.default_rng(seed), time.perf_counter()
    cells = hidden = by_lines = by_whole = whole = 0
    for at in range(number):
        counts = drawn(random)
        figures, hide = with_margins(counts), hidden_figures(counts, LIMIT)
        cells, hidden = cells + len(hide), hidden + int(hide.sum())
        by_lines += len(pinned(figures, hide, LIMIT))
        if at % WHOLE_EVERY == 0 and hide.any() and not hide.all():
            whole += int(hide.sum())
            by_whole += pinned_in_whole_numbers(figures, hide)
    print(f"{number:,} tables, {cells:,} figures, {hidden:,} hidden ({time.perf_counter() - began:.0f} s)")
    print(f"pinned: {by_lines:,} of {hidden:,}; in whole numbers {by_whole:,} of {whole:,}")


def reports(published: Path) -> None:
    for name, outcome in runs(published):
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            found = audits(outcome, Path(folder) / "report")
        counted = ((a.figures, a.hidden, a.cells, len(a.leaks), a.others) for a in found)
        figures, hidden, small_cells, leaks, others = (sum(each) for each in zip(*counted, strict=True))
        print(
            f"{name}: {figures:,} figures read, {hidden:,} shown nowhere, {small_cells:,} small cells looked at; "
            f"pinned: {leaks:,}, and {others:,} larger figures ({time.perf_counter() - began:.0f} s)",
            flush=True,
        )
        for leak in [leak for audit in found for leak in audit.leaks]:
            print(f"  {leak}")


def runs(published: Path) -> Iterator[tuple[str, ForecastOutcome]]:
    yield "the example", sf.run(sf.example_area(), to=2031, draws=60, placed_draws=6, seed=7)
    yield BY_FILES, sf.run(sf.published_area(published, authority=BY_FILES), to=2029, draws=60)
    with tempfile.TemporaryDirectory() as folder:
        people = snapshot(read_sen2(save(export(make(900), 2025), Path(folder)), salt=SALT), REGISTER)
    yield "a made council", sf.run(area_of(tiny(), people), to=2027, draws=8, placed_draws=2)


def main(*asked: str) -> None:
    if asked[:1] == ("reports",):
        beside = Path(__file__).parents[2] / "shared" / "data" / "published"
        reports(Path(asked[1]) if len(asked) > 1 else Path(os.environ.get("SUFFICIENCY_PUBLISHED", beside)))
    else:
        tables(*(int(a) for a in (*asked, *("10000", "1")[len(asked) :])))


if __name__ == "__main__":
    main(*sys.argv[1:])
