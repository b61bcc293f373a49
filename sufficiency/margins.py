"""Tables from their margins: proportional fitting, then whole numbers that keep every margin exactly.

Published figures give the sides of a table and not its inside: plans by age and setting, by age and need, by need and
setting, never all three. `fit` finds the inside that keeps the sides and adds no pattern of its own to the seed;
`whole` rounds it to whole children, so that every side still holds to the child.

References
----------
Deming, W. E. and Stephan, F. F. (1940), *On a least squares adjustment of a sampled frequency table when the expected
marginal totals are known*, Annals of Mathematical Statistics 11. Cox, L. H. (1987), *A constructive procedure for
unbiased controlled rounding*, JASA 82.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sufficiency.errors import InfeasibleError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Margin:
    """One side of a table: each cell's group (-1: in none), and each group's total."""

    name: str
    group: Ints
    totals: Floats

    def of(self, cells: Floats) -> Floats:
        """Return what `cells` sum to in each group."""
        inside = self.group >= 0
        return np.bincount(self.group[inside], weights=cells[inside], minlength=len(self.totals)).astype(np.float64)


def side(name: str, shape: tuple[int, ...], axes: Sequence[int], totals: Floats) -> Margin:
    """Return the margin of a table of `shape` over `axes`, whose totals are an array of those axes."""
    grid = np.indices(shape).reshape(len(shape), -1)
    group = np.ravel_multi_index(tuple(grid[a] for a in axes), tuple(shape[a] for a in axes))
    return Margin(name, group.astype(np.int64), np.asarray(totals, dtype=np.float64).reshape(-1))


def fit(seed: Floats, margins: Sequence[Margin], *, rounds: int = 500, tolerance: float = 1e-6) -> Floats:
    """Return `seed`, flattened, scaled in turn to each margin until all hold or `rounds` have gone.

    Where a group's seed is all nought and its total is not, the seed can't reach it and the group is opened evenly.
    """
    cells = np.asarray(seed, dtype=np.float64).reshape(-1).copy()
    for margin in margins:
        shut = (margin.of(cells) == 0) & (margin.totals > 0)
        inside = margin.group >= 0
        opened = inside & shut[np.where(inside, margin.group, 0)]
        cells[opened] = 1e-6
    for _ in range(rounds):
        worst = 0.0
        for margin in margins:
            have = margin.of(cells)
            scale = np.divide(margin.totals, have, out=np.zeros_like(have), where=have > 0)
            worst = max(worst, float(np.max(np.abs(have - margin.totals), initial=0.0)))
            inside = margin.group >= 0
            cells[inside] *= scale[margin.group[inside]]
        if worst < tolerance:
            break
    return cells


def whole(cells: Floats, margins: Sequence[Margin], *, reach: int = 1) -> Ints:
    """Return whole numbers near `cells` that keep every margin exactly.

    Each cell goes down or up to a whole number next to it where that can be done, at the least total distance; only
    if it can't do cells move further, up to `reach` doubling to 64.

    Raises
    ------
    InfeasibleError
        If no whole table keeps the margins; names them.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, hstack, vstack

    low = np.floor(cells + 1e-9)
    part = np.clip(cells - low, 0, 1)
    inside = [m.group >= 0 for m in margins]
    rows = [
        csr_array((np.ones(i.sum()), (m.group[i], np.flatnonzero(i))), shape=(len(m.totals), len(cells)))
        for m, i in zip(margins, inside, strict=True)
    ]
    sides = vstack(rows, format="csr")
    needed = np.concatenate([m.totals for m in margins]) - sides @ low
    while reach <= 64:
        # cells = low + up + more - less: `up` is one at most and prefers cells with a large part.
        used = cells > 0 if reach == 1 else np.ones(len(cells), dtype=bool)
        costs = np.concatenate([1 - 2 * part, np.full(len(cells), 3.0), np.full(len(cells), 3.0)])
        tops = np.concatenate([used.astype(float), np.full(len(cells), reach - 1.0), np.minimum(low, reach - 1.0)])
        found = milp(
            costs,
            constraints=LinearConstraint(hstack([sides, sides, -sides], format="csr"), needed, needed),
            bounds=Bounds(0, tops),
            integrality=np.ones(3 * len(cells)),
            options={"time_limit": 60.0, "mip_rel_gap": 1e-3},
        )
        if found.x is not None:
            up, more, less = np.round(found.x).reshape(3, -1)
            return np.asarray(low + up + more - less, dtype=np.int64)
        reach *= 2
    raise InfeasibleError(f"no whole table keeps {', '.join(m.name for m in margins)}: do they sum to the same?")


def shares_to_whole(total: int, shares: Floats) -> Ints:
    """Return `total` shared out in whole numbers by `shares`, by largest remainder."""
    weights = np.asarray(shares, dtype=np.float64)
    if weights.sum() <= 0:
        weights = np.ones_like(weights)
    exact = total * weights / weights.sum()
    parts = np.floor(exact + 1e-9)
    short = round(total - float(parts.sum()))
    parts[np.argsort(-(exact - parts), kind="stable")[:short]] += 1
    return np.asarray(parts, dtype=np.int64)
