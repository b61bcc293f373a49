"""Scenarios: levers that change an area before it is forecast, and the law announced for 2029."""

from __future__ import annotations

from typing import Final

from sufficiency import lazy

_WHERE: Final = {
    "reform": "law_2029.reform",
    "reform_arithmetic": "law_2029.arithmetic",
    "IndividualSupportPlans": "law_2029.support_plans",
    "PlansAtSpecialistOnly": "law_2029.new_plans",
    "FollowDfE": "law_2029.new_plans",
    "InclusionBases": "law_2029.bases",
    "FreeSchoolSwap": "law_2029.bases",
    "PriceBands": "law_2029.prices",
    "MainstreamSupport": "law_2029.mainstream_support",
    "WhoPays": "law_2029.who_pays",
    "read_scenario": "scenario_file",
}

__getattr__, __dir__ = lazy.loader(__name__, _WHERE)
__all__ = __dir__()
