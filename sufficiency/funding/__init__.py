"""High Needs Funding: every pound from a child to a budget line.

`high_needs` prices a forecast and its allocation. The parts can be used alone: `elements`, `tariff`, `place_funding`,
`place_deductions` (place-plus), `block_gbp` and `income` (the block), `unit_costs` (top-up and fees), `payback`
and `invest_to_save` (new places), `anchors` (the budget beside what others forecast for England).
"""

from __future__ import annotations

from typing import Final

from sufficiency import lazy

_WHERE: Final = {
    "high_needs": "budget",
    "HighNeedsBudget": "high_needs_budget",
    "side_by_side": "two_budgets",
    "elements": "places.place_plus",
    "tariff": "places.place_plus",
    "commissioned": "places.place_spend",
    "place_funding": "places.place_funding",
    "place_deduction": "places.deductions",
    "place_deductions": "places.deductions",
    "block_gbp": "block.block",
    "income": "block.block",
    "unit_costs": "top_up.top_up",
    "Finance": "balance.payback",
    "payback": "balance.payback",
    "place_payback": "balance.payback",
    "invest_to_save": "balance.payback",
    "anchors": "published_anchors",
    "line_name": "budget_lines",
}

__getattr__, __dir__ = lazy.loader(__name__, _WHERE)
__all__ = __dir__()
