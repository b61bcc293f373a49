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

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sufficiency.allocate.open.climb import Pace, Point, climb
from sufficiency.allocate.open.sites import Flags, Floats, Ints, SiteProblem

QUICK: Final = Pace(steps=800)


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
    gain = problem.cost - child
    np.minimum(gain, 0.0, out=gain)
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
    pace: Pace = QUICK,
    gap: float = 1e-4,
    until: float = float("inf"),
) -> Bound:
    """Return the best bound found by following the slope of the prices.

    Parameters
    ----------
    problem, start
        The problem, and prices to begin from.
    upper
        Called with the bound each step; returns the cost of the best choice known. [GBP]
    must
        Sites that have to be open.
    pace, gap, until
        As `climb`. [seconds]
    """
    forced = np.zeros(len(problem.fixed), dtype=bool) if must is None else must
    is_roomy, need = problem.is_roomy, problem.must_place
    tendency: Floats | None = None

    def evaluate(at: Floats) -> Point[Bound]:
        nonlocal tendency
        prices = Prices(at[:-2], float(at[-2]), float(at[-1]))
        answer = relaxed(problem, prices, forced, is_roomy=is_roomy, need=need)
        tendency = answer.chosen if tendency is None else 0.85 * tendency + 0.15 * answer.chosen
        bound = Bound(answer.value, prices, answer.chosen, answer.open_adds, answer.shut_adds, tendency)
        slope = np.concatenate([answer.child_slope, [answer.place_slope, answer.pound_slope]])
        return Point(at, answer.value, slope, bound)

    found = climb(
        evaluate,
        np.append(start.child, [start.place, start.pound]),
        lambda point: upper(point.found),
        metric=_metric(problem, need),
        project=lambda at: _allowed(problem, at),
        pace=pace,
        gap=gap,
        until=until,
    )
    assert tendency is not None
    return replace(found.found, tendency=tendency)


def _metric(problem: SiteProblem, need: int) -> Floats:
    """Return the metric in which prices move alike: children, all the places needed, the budget; 0 where not asked for."""
    everyone = float(problem.children.sum())
    place = 0.0 if problem.opened is None else 1.0 / max(float(need), 1.0)
    pound = 0.0 if problem.budget is None else everyone / max(problem.budget, 1.0) ** 2
    return np.append(1.0 / problem.children, [place, pound])


def _allowed(problem: SiteProblem, at: Floats) -> Floats:
    at[-2:] = np.maximum(at[-2:], 0.0)
    if problem.unplaced is not None:
        at[:-2] = np.minimum(at[:-2], problem.unplaced)
    return at
