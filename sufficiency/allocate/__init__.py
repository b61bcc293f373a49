"""Who goes where, what one more place is worth, and where to open places."""

from __future__ import annotations

from typing import Final

from sufficiency import lazy

_WHERE: Final = {
    "solve": "flow.solve",
    "Solution": "flow.solve",
    "places": "place.places",
    "Placed": "place.placed",
    "chosen_futures": "place.chosen_futures",
    "routes": "place.routes",
    "solve_regions": "flow.many_authorities",
    "openings": "open.openings",
    "Openings": "open.opened",
    "candidates": "open.candidates",
    "filled": "open.filled",
    "recommended": "open.recommended",
    "open_sites": "open.open_sites",
    "as_program": "flow.algebra",
    "FairShare": "flow.rules",
    "PhaseBudget": "flow.rules",
    "CapOnMoves": "flow.rules",
    "MinimumRoll": "flow.rules",
    "ClassGroups": "flow.rules",
    "shortest_longest": "flow.longest_journey",
    "program": "explain.program",
    "within_reach": "explain.access",
    "nearest_suitable": "explain.access",
    "why_full": "explain.why",
    "why_here": "explain.why",
    "who_gains": "explain.why",
    "OpenedSites": "open.open_sites",
}

__getattr__, __dir__ = lazy.loader(__name__, _WHERE)
__all__ = __dir__()
