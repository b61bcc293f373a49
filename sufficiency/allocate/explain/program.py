"""`program`: one January of the expected demand as a linear program, to add rules to, to solve elsewhere, or to read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sufficiency.allocate.flow import place_first
from sufficiency.allocate.flow.algebra import Program, as_program
from sufficiency.allocate.flow.rules import Rule
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.routes import KINDS, NEED_CODES, routes_of
from sufficiency.errors import MissingError, one_of


def program(placed: Placed, year: int, *, rules: Sequence[Rule] = ()) -> Program:
    """Return the allocation of a January's expected demand as a program, as if every child could move.

    Children who are alike are one group, labelled by home, NCY, need, kind of place and sex.

    Parameters
    ----------
    placed
        From `allocate.places`.
    year
        One of its Januaries.
    rules
        What a flow can't carry, from `allocate`: FairShare, PhaseBudget, CapOnMoves, MinimumRoll, ClassGroups.

    Returns
    -------
    Program
        `.solve()` solves it with CBC; `.write_lp(path)` writes it for any solver.

    Raises
    ------
    MissingError
        If the year was not placed.

    Examples
    --------
    >>> import sufficiency as sf
    >>> area = sf.example_area()
    >>> placed = sf.allocate.places(area, sf.forecast.plans(area, to=2026, draws=5), draws=1)
    >>> sf.allocate.program(placed, 2026).groups.index[0]
    'E01026949 NCY 0 SLCN special girl'
    """
    groups = groups_of(placed, year)
    settings = placed.routes.codes
    routes = routes_of(placed.routes, groups)
    return as_program(
        groups["children"],
        pd.Series(placed.expected_places[placed.years.index(year)], settings),
        routes,
        unplaced_gbp=place_first.weight(float(routes["cost_gbp"].max()), len(settings)),
        rules=rules,
    )


def groups_of(placed: Placed, year: int) -> pd.DataFrame:
    """Return a January's expected children in groups of those alike: zone, ncy, need, kind, sex, children, by label."""
    if year not in placed.years:
        raise MissingError(f"January {year} was not placed; {one_of(placed.years)} were")
    book = placed.expected
    those = book.year == placed.years.index(year)
    children = pd.DataFrame(
        {
            "zone": placed.routes.zones["zone"].to_numpy()[book.zone[those]],
            "ncy": book.ncy[those].astype(np.int64),
            "need": np.array(NEED_CODES)[book.need[those]],
            "kind": np.array(KINDS)[book.kind[those]],
            "sex": np.where(book.is_girl[those], "girl", "boy"),
        }
    )
    groups = children.value_counts(sort=False).rename("children").reset_index()
    groups.index = pd.Index(
        [f"{row.zone} NCY {row.ncy} {row.need} {row.kind} {row.sex}" for row in groups.itertuples()], name="group"
    )
    return groups
