"""A problem of opening sites, as arrays: what it asks, what a choice of sites costs, and why none may exist.

    least   sum_i fixed[i] y[i] + sum_ij cost[i,j] x[i,j] + sum_j unplaced_cost z[j]
    so that sum_i x[i,j] + z[j]  = children[j]           every child is placed (z = 0 where all must be)
            sum_j x[i,j]        <= places[i] y[i]        only open sites take children, up to their places
            x[i,j]              <= children[j] y[i]      the strong link, implied in whole numbers, tight when relaxed
            sum_i y[i]           = opened                where a number is asked for
            sum_i fixed[i] y[i] <= budget                where there is one
            y is 0 or 1

Once y is chosen the rest is a transportation problem, so whole children cost nothing to keep.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sufficiency.whole_units import units_within

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FLOW_UNITS: Final = 2.0**40  # the most that the dearest route may be; the sum over a path stays inside 64 bits


@dataclass(frozen=True, eq=False)
class SiteProblem:
    """Sites by position in rows, groups of children in columns."""

    cost: Floats  # site x group, infinite where there is no route [GBP a child]
    children: Ints  # by group [children]
    places: Ints  # by site [places]
    fixed: Floats  # by site [GBP]
    opened: int | None = None
    budget: float | None = None
    unplaced: Floats | None = None  # by group [GBP a child]; None: everyone must be placed
    is_part_of_roomy: bool = False  # as every part of a roomy problem is roomy: no need to work it out again

    @cached_property
    def must_place(self) -> int:
        """Places that the open sites must have between them. [places]"""
        if self.unplaced is not None:
            return 0
        total = int(self.children.sum())
        # Sizes that share a divisor can only add up to its multiples: a free cut, strong where sizes are equal.
        step = int(np.gcd.reduce(self.places)) if len(self.places) else 1
        return -(-total // step) * step if step > 0 else total

    @property
    def grain(self) -> float:
        """What every total is a multiple of: 1 where all amounts are whole pounds, 0 where nothing is known. [GBP]"""
        amounts = [self.cost[np.isfinite(self.cost)], self.fixed, *([] if self.unplaced is None else [self.unplaced])]
        return float(all((a == np.rint(a)).all() for a in amounts))

    @cached_property
    def is_roomy(self) -> bool:
        """Whether every site could take every child that has a route to it: no capacity binds."""
        return self.is_part_of_roomy or bool((self.reachable <= self.places).all())

    @property
    def reachable(self) -> Ints:
        """Children with a route to each site. [children]"""
        return np.asarray(np.isfinite(self.cost) @ self.children, dtype=np.int64)

    def only(self, sites: Ints) -> SiteProblem:
        """Return the problem with some of its sites."""
        return replace(
            self,
            cost=self.cost[sites],
            places=self.places[sites],
            fixed=self.fixed[sites],
            is_part_of_roomy=self.is_roomy,
        )

    def allows(self, sites: Ints) -> bool:
        """Whether a choice of sites keeps to the number, the budget and the places asked for."""
        if self.opened is not None and len(sites) != self.opened:
            return False
        if self.budget is not None and self.fixed[sites].sum() > self.budget * (1 + 1e-12):
            return False
        return self.unplaced is not None or int(self.places[sites].sum()) >= int(self.children.sum())

    def total(self, sites: Ints) -> float:
        """Return what a choice of sites costs with the children placed as cheaply as they can be. [GBP]"""
        if not self.allows(sites):
            return float("inf")
        if self.is_roomy:
            return self._nearest_total(sites)
        placed = self.placed(sites)
        if placed is None:
            return float("inf")
        children, unplaced = placed
        routes = children > 0
        over = 0.0 if self.unplaced is None else float(self.unplaced @ unplaced)
        return float(self.fixed[sites].sum() + (self.cost[sites][routes] * children[routes]).sum() + over)

    def _nearest_total(self, sites: Ints) -> float:
        nearest: Floats = self.cost[sites].min(axis=0, initial=np.inf)
        if self.unplaced is not None:
            nearest = np.minimum(nearest, self.unplaced)
        return float(self.fixed[sites].sum() + nearest @ self.children)

    def placed(self, sites: Ints) -> tuple[Ints, Ints] | None:
        """Return children by site and group, and unplaced by group, for a choice of sites; None where it can't be."""
        from ortools.graph.python import min_cost_flow

        cost = self.cost[sites]
        site, group = np.nonzero(np.isfinite(cost))
        price = cost[site, group]
        price_out = np.zeros(0) if self.unplaced is None else self.unplaced
        dearest = max(float(price.max(initial=0.0)), float(price_out.max(initial=0.0)), 1e-12)
        units = units_within(dearest, largest=FLOW_UNITS)
        groups, sink = len(self.children), len(self.children) + len(sites)
        solver = min_cost_flow.SimpleMinCostFlow()
        add: Any = solver.add_arcs_with_capacity_and_unit_cost
        arcs = add(group, groups + site, self.children[group], units.whole(price))
        add(
            groups + np.arange(len(sites)),
            np.full(len(sites), sink),
            self.places[sites],
            np.zeros(len(sites), dtype=np.int64),
        )
        if self.unplaced is not None:
            out = units.whole(price_out)
            add(np.arange(groups), np.full(groups, sink), self.children, out)
        solver.set_nodes_supplies(np.append(np.arange(groups), sink), np.append(self.children, -self.children.sum()))
        if solver.solve() != solver.OPTIMAL:
            return None
        children = np.zeros(cost.shape, dtype=np.int64)
        children[site, group] = solver.flows(arcs)
        return children, self.children - children.sum(axis=0)
