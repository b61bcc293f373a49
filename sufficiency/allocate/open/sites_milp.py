"""The strong formulation of opening sites, for SciPy's HiGHS: what is left once the bound has settled most sites.

The equations are those of `sites_problem`, a named line each. Shares of a group take the place of children, so that
every coefficient of a link is 1: x[r] is the share of its group that route r carries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from sufficiency.allocate.open.sites import Flags, Ints, SiteProblem


@dataclass(frozen=True, eq=False)
class Solved:
    """What HiGHS found: the sites to open (None where it found none), a lower bound, and whether it proved there are none."""

    sites: Ints | None
    bound: float  # [GBP]
    is_impossible: bool


def strong(problem: SiteProblem, must: Flags, routes: Flags, *, seconds: float, gap: float) -> Solved:
    """Return the best choice of sites using only `routes` (site x group), as HiGHS finds it.

    Parameters
    ----------
    problem
        The sites still in question.
    must
        Which of them are known to be open.
    routes
        Which routes may be used; each must have a finite cost.
    seconds, gap
        When to stop: time, or the share by which the bound may fall short of the best found.
    """
    site, group = np.nonzero(routes)
    sites, groups, arcs = len(problem.fixed), len(problem.children), len(site)
    unplaced = groups if problem.unplaced is not None else 0
    x, z = sites + np.arange(arcs), sites + arcs + np.arange(unplaced)
    width = sites + arcs + unplaced
    children = problem.children.astype(np.float64)

    def rows(count: int, *terms: tuple[Ints, Ints, object]) -> csr_array:
        values = np.concatenate([np.broadcast_to(np.asarray(v, dtype=np.float64), np.shape(c)) for _, c, v in terms])
        row, column = np.concatenate([r for r, _, _ in terms]), np.concatenate([c for _, c, _ in terms])
        return csr_array((values, (row, column)), shape=(count, width))

    y, every, once = np.arange(sites), np.arange(arcs), np.zeros(sites, dtype=np.int64)
    everyone_is_placed = rows(groups, (group, x, 1.0), (np.arange(unplaced), z, 1.0))
    only_open_sites_take_children = rows(arcs, (every, x, 1.0), (every, site, -1.0))
    no_site_is_overfull = rows(sites, (site, x, children[group]), (y, y, -problem.places.astype(np.float64)))
    rules = [
        LinearConstraint(everyone_is_placed, 1, 1),
        LinearConstraint(only_open_sites_take_children, -np.inf, 0),
    ]
    if not problem.is_roomy:
        rules.append(LinearConstraint(no_site_is_overfull, -np.inf, 0))
        if problem.must_place:
            places_are_enough = rows(1, (once, y, problem.places.astype(np.float64)))
            rules.append(LinearConstraint(places_are_enough, problem.must_place, np.inf))
    if problem.opened is not None:
        rules.append(LinearConstraint(rows(1, (once, y, 1.0)), problem.opened, problem.opened))
    if problem.budget is not None:
        rules.append(LinearConstraint(rows(1, (once, y, problem.fixed)), -np.inf, problem.budget))

    over = np.zeros(0) if problem.unplaced is None else problem.unplaced * children
    cost = np.concatenate([problem.fixed, problem.cost[site, group] * children[group], over])
    low = np.concatenate([must.astype(np.float64), np.zeros(arcs + unplaced)])
    whole = np.concatenate([np.ones(sites), np.zeros(arcs + unplaced)])
    options = {"time_limit": max(seconds, 0.1), "mip_rel_gap": gap}
    found = milp(cost, integrality=whole, bounds=Bounds(low, 1.0), constraints=rules, options=options)
    bound = -np.inf if found.mip_dual_bound is None else float(found.mip_dual_bound)
    if found.x is None:
        return Solved(None, bound, is_impossible=found.status == 2)
    return Solved(np.flatnonzero(found.x[:sites] > 0.5), bound, is_impossible=False)
