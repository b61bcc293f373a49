"""Who goes where, what one more place is worth, and where to open places."""

from __future__ import annotations

import importlib
from typing import Any, Final

_WHERE: Final = {
    "solve": "solution",
    "Solution": "solution",
    "places": "yearly",
    "Placed": "result",
    "routes": "route_table",
    "solve_regions": "regions",
    "openings": "opening",
    "Openings": "opening_result",
    "open_sites": "sites",
    "as_program": "program",
    "FairShare": "rules",
    "PhaseBudget": "rules",
    "CapOnMoves": "rules",
    "MinimumRoll": "rules",
    "ClassGroups": "rules",
    "shortest_longest": "journeys",
    "within_reach": "access",
    "nearest_suitable": "access",
    "why_full": "explain",
    "why_here": "explain",
    "who_gains": "explain",
    "OpenedSites": "sites",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used; solvers load later still, when they are called."""
    if name in _WHERE:
        return getattr(importlib.import_module(f"sufficiency.allocate.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'sufficiency.allocate' has no attribute '{name}'")
