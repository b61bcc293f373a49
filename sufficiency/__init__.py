"""How many special-school places, where, when, at what cost, and how sure are we?

The public names, loaded when first used.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_WHERE = {
    "Area": "area",
    "read_area": "area",
    "check_area": "area",
    "example_area": "area",
    "published_area": "area",
    "Scenario": "levers",
    "OpenPlaces": "levers",
    "ClosePlaces": "levers",
    "OpenSetting": "levers",
    "ChangeJoining": "levers",
    "ChangeRate": "levers",
    "ChangeAssumption": "levers",
    "Change": "levers",
    "run": "plan",
    "run_many": "plan",
    "compare": "plan",
    "Outcome": "plan",
    "SufficiencyError": "errors",
    "InputError": "errors",
}
_PARTS = (
    "allocate",
    "area",
    "errors",
    "forecast",
    "funding",
    "inputs",
    "levers",
    "plan",
    "policy",
    "report",
    "tables",
    "transport",
    "vocabulary",
)

__all__ = ["__version__", *_PARTS, *_WHERE]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing the package takes no time."""
    if name in _PARTS:
        return importlib.import_module(f"sufficiency.{name}")
    if name in _WHERE:
        return getattr(importlib.import_module(f"sufficiency.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'sufficiency' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
