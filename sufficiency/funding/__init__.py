"""High Needs Funding: every pound from a child to a budget line.

`high_needs` prices a forecast and its allocation. The parts can be used alone: `elements`, `tariff`, `place_funding`,
`place_deductions` (place-plus), `block_gbp` and `income` (the block), `unit_costs` (top-up and fees), `payback`.
"""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "high_needs": "budget",
    "HighNeedsBudget": "result",
    "side_by_side": "result",
    "elements": "place_plus",
    "tariff": "place_plus",
    "place_funding": "place_plus",
    "place_deduction": "place_plus",
    "place_deductions": "place_plus",
    "block_gbp": "block",
    "income": "block",
    "as_share": "block",
    "unit_costs": "top_up",
    "payback": "deficit",
    "place_payback": "worth",
    "line_name": "result",
}

__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _WHERE:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
