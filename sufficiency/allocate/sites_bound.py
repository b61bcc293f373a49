"""How little any choice of sites can cost: a Lagrangian bound, and what it rules out.

Pay each group a price u for every child placed and let sites compete for children: site i, once open, would take those
with cost[i,j] < u[j], up to its places, and earn

    rho[i] = fixed[i] + least sum_j (cost[i,j] - u[j]) x[i,j]     0 <= x[i,j] <= children[j], sum_j x[i,j] <= places[i]

The least of sum_j children[j] u[j] + sum_i rho[i] y[i] over choices y is below the cost of every choice. The best prices
give the bound of the strong relaxation, at a thousandth of a linear program's time; each rho also says what forcing a
site open or shut would cost, so most sites are settled at once.

References
----------
Cornuejols, Sridharan and Thizy, "A comparison of heuristics and relaxations for the capacitated plant location
problem", EJOR 50 (1991); Beasley, "Lagrangean heuristics for location problems", EJOR 65 (1993).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sufficiency.allocate.sites_problem import Flags, Floats, Ints, SiteProblem

MOMENTUM = 0.6  # share of the last direction kept: smooths the zigzag of subgradients


@dataclass(frozen=True, eq=False)
class Prices:
    """The prices that make a bound: of a child, of a place (where a number of sites is asked for), of a budget pound."""

    child: Floats  # by group [GBP]
    place: float = 0.0  # [GBP]
    pound: float = 0.0


@dataclass(frozen=True, eq=False)
class Bound:
    """A lower bound and what it says of each site."""

    value: float  # no choice costs less [GBP]
    prices: Prices
    chosen: Floats  # the relaxed choice: site by site, 0 to 1
    open_adds: Floats  # what the bound rises by if a site is forced open [GBP]
    shut_adds: Floats  # ... forced shut [GBP]
    tendency: Floats  # recent average of `chosen`: which sites are in doubt


@dataclass(frozen=True, eq=False)
class _Answer:
    value: float
    chosen: Floats
    open_adds: Floats
    shut_adds: Floats
    child_slope: Floats
    place_slope: float
    pound_slope: float


def relaxed(problem: SiteProblem, prices: Prices, must: Flags, *, is_roomy: bool, need: int) -> _Answer:
    """Return the bound that `prices` give where the sites in `must` are open, and its slope."""
    earned, taken = _site_earnings(problem, prices.child, is_roomy=is_roomy)
    rho = problem.fixed * (1 + prices.pound) + earned - prices.place * problem.places
    value = float(problem.children @ prices.child)
    if problem.budget is not None:
        value -= prices.pound * problem.budget
    if problem.opened is not None:
        value += prices.place * need
        added, chosen, open_adds, shut_adds = _choose_exactly(rho, must, problem.opened)
    else:
        added, chosen, open_adds, shut_adds = _choose_enough(rho, must, problem.places, need)
    used = np.flatnonzero(chosen > 0)
    placed = chosen[used] @ taken(used)
    short = 0.0 if problem.opened is None else need - float(problem.places @ chosen)
    over = 0.0 if problem.budget is None else float(problem.fixed @ chosen) - problem.budget
    if prices.place == 0:  # a price can't fall below 0, so a slope that way leads nowhere
        short = max(short, 0.0)
    if prices.pound == 0:
        over = max(over, 0.0)
    return _Answer(value + added, chosen, open_adds, shut_adds, problem.children - placed, short, over)


def _site_earnings(problem: SiteProblem, child: Floats, *, is_roomy: bool) -> tuple[Floats, Callable[[Ints], Floats]]:
    margin = problem.cost - child
    gain = np.minimum(margin, 0.0)
    size = problem.children.astype(np.float64)
    earned: Floats = gain @ size
    if is_roomy:
        return earned, lambda used: (gain[used] < 0) * size
    wanted = (gain < 0) @ problem.children
    full = np.flatnonzero(wanted > problem.places)
    if not len(full):
        return earned, lambda used: (gain[used] < 0) * size
    order = np.argsort(gain[full], axis=1)
    best_first = np.take_along_axis(gain[full], order, axis=1)
    sizes = size[order]
    before = np.cumsum(sizes, axis=1) - sizes
    takes = np.clip(problem.places[full, None] - before, 0, sizes) * (best_first < 0)
    earned[full] = (takes * best_first).sum(axis=1)
    row = np.full(len(problem.places), -1)
    row[full] = np.arange(len(full))

    def taken(used: Ints) -> Floats:
        amount: Floats = (gain[used] < 0) * size
        crowded = np.flatnonzero(row[used] >= 0)
        exact = np.zeros((len(crowded), gain.shape[1]))
        np.put_along_axis(exact, order[row[used[crowded]]], takes[row[used[crowded]]], axis=1)
        amount[crowded] = exact
        return amount

    return earned, taken


def _choose_exactly(rho: Floats, must: Flags, opened: int) -> tuple[float, Floats, Floats, Floats]:
    """Choose the `opened` sites that earn most, those in `must` first."""
    order = np.lexsort((rho, ~must))
    inside, outside = order[:opened], order[opened:]
    chosen = np.zeros(len(rho))
    chosen[inside] = 1.0
    free_inside = inside[~must[inside]]
    last = float(rho[free_inside].max()) if len(free_inside) else -np.inf
    following = float(rho[outside].min()) if len(outside) else np.inf
    open_adds = np.where(chosen > 0, 0.0, rho - last)
    shut_adds = np.where(must, 0.0, np.where(chosen > 0, following - rho, 0.0))
    return float(rho[inside].sum()), chosen, open_adds, shut_adds


def _choose_enough(rho: Floats, must: Flags, places: Ints, need: int) -> tuple[float, Floats, Floats, Floats]:
    """Choose every site that earns, and the cheapest others, in part if need be, until there are places enough."""
    chosen = ((rho < 0) | must).astype(np.float64)
    short = need - float(places @ chosen)
    price = 0.0
    if short > 0:
        idle = np.flatnonzero((chosen == 0) & (places > 0))
        per_place = rho[idle] / places[idle]
        order = np.argsort(per_place)
        supply = np.cumsum(places[idle[order]])
        last = int(np.searchsorted(supply, short))
        if last >= len(idle):  # not enough places in all: nothing can satisfy it
            return float("inf"), chosen, np.zeros(len(rho)), np.zeros(len(rho))
        chosen[idle[order[:last]]] = 1.0
        rest = short - (float(supply[last - 1]) if last else 0.0)
        chosen[idle[order[last]]] = rest / float(places[idle[order[last]]])
        price = float(per_place[order[last]])
    reduced = rho - price * places
    value = float(rho @ chosen)
    return value, chosen, np.where(must, 0.0, np.maximum(reduced, 0.0)), np.where(must, 0.0, np.maximum(-reduced, 0.0))


def raise_bound(
    problem: SiteProblem,
    start: Prices,
    upper: Callable[[Bound], float],
    *,
    must: Flags | None = None,
    steps: int = 800,
    reach: float = 1.0,
    patience: int = 20,
    gap: float = 1e-4,
    until: float = float("inf"),
) -> Bound:
    """Return the best bound found by following the slope of the prices.

    Parameters
    ----------
    problem, start
        The problem, and prices to begin from.
    upper
        Called with the bound each step; returns the cost of the best choice known, the step's target. [GBP]
    must
        Sites that have to be open.
    steps, reach, patience
        At most so many steps; the first step's share of the distance to the target, halved after `patience` steps
        that gain little.
    gap
        Stop once the bound is within this share of the best choice known.
    until
        Stop at this `time.monotonic()`. [seconds]
    """
    must = np.zeros(len(problem.fixed), dtype=bool) if must is None else must
    is_roomy, need = problem.is_roomy, problem.must_place
    size = problem.children.astype(np.float64)
    everyone = float(size.sum())
    place_size = max(float(need), 1.0)
    pound_size = max(problem.budget or 0.0, 1.0) ** 2 / everyone
    prices, heading, stalled = start, (np.zeros(len(size)), 0.0, 0.0), 0
    tendency: Floats | None = None
    best: Bound | None = None
    for _ in range(steps):
        answer = relaxed(problem, prices, must, is_roomy=is_roomy, need=need)
        tendency = answer.chosen if tendency is None else 0.85 * tendency + 0.15 * answer.chosen
        here = Bound(answer.value, prices, answer.chosen, answer.open_adds, answer.shut_adds, tendency)
        target = upper(here)
        if best is None or here.value > best.value:
            stalled = 0 if best is None or here.value > best.value + 1e-4 * (target - here.value) else stalled + 1
            best = here
        else:
            stalled += 1
        if best.value >= target - gap * abs(target) or time.monotonic() > until:
            break
        if stalled >= patience:
            reach, stalled, prices, heading = reach / 2, 0, best.prices, (np.zeros(len(size)), 0.0, 0.0)
            if reach < 2e-3:
                break
            continue
        slopes = (answer.child_slope, answer.place_slope, answer.pound_slope)
        heading = (
            slopes[0] + MOMENTUM * heading[0],
            slopes[1] + MOMENTUM * heading[1],
            slopes[2] + MOMENTUM * heading[2],
        )
        length = float((heading[0] ** 2 / size).sum()) + heading[1] ** 2 / place_size + heading[2] ** 2 / pound_size
        if length <= 0 or not np.isfinite(answer.value):
            break
        step = reach * (target - answer.value) / length
        prices = _moved(problem, prices, heading, step, size, place_size, pound_size)
    assert best is not None
    return Bound(best.value, best.prices, best.chosen, best.open_adds, best.shut_adds, tendency)  # type: ignore[arg-type]


def _moved(
    problem: SiteProblem,
    prices: Prices,
    heading: tuple[Floats, float, float],
    step: float,
    size: Floats,
    place_size: float,
    pound_size: float,
) -> Prices:
    child = prices.child + step * heading[0] / size
    if problem.unplaced is not None:
        child = np.minimum(child, problem.unplaced)
    place = prices.place if problem.opened is None else max(0.0, prices.place + step * heading[1] / place_size)
    pound = prices.pound if problem.budget is None else max(0.0, prices.pound + step * heading[2] / pound_size)
    return Prices(child, place, pound)
