"""How many special-school places, where, when, at what cost, and how sure are we?

The public names, loaded when first used.
"""

from __future__ import annotations

from typing import Final

from sufficiency import lazy

__version__: Final = "0.1.0"

_WHERE: Final = {
    "Area": "area.area",
    "read_area": "area.folder",
    "check_area": "area.folder",
    "example_area": "area.folder",
    "published_area": "published.published_area",
    "write_area": "area.write",
    "Scenario": "scenarios.scenario",
    "read_scenario": "scenarios.scenario_file",
    "OpenPlaces": "scenarios.levers",
    "ClosePlaces": "scenarios.levers",
    "OpenSetting": "scenarios.levers",
    "ChangeJoining": "scenarios.levers",
    "ChangeRate": "scenarios.levers",
    "ChangeAssumption": "scenarios.levers",
    "Change": "scenarios.levers",
    "AS_AGREED": "scenarios.pipeline_levers",
    "OpenProposed": "scenarios.pipeline_levers",
    "CancelAgreed": "scenarios.pipeline_levers",
    "run": "method",
    "run_many": "method",
    "compare": "comparison",
    "recommend": "recommendation",
    "Recommendation": "recommendation",
    "sensitivity": "varied.sensitivity",
    "success_measures": "success.success_measures",
    "ForecastOutcome": "outcome",
    "Outcome": "outcome",
    "SufficiencyError": "errors",
    "InputError": "errors",
}
_PARTS: Final = (
    "allocate",
    "errors",
    "forecast",
    "funding",
    "importing",
    "inputs",
    "policy",
    "published",
    "report",
    "scenarios",
    "success",
    "tables",
    "transport",
    "words",
)

__getattr__, __dir__ = lazy.loader(__name__, _WHERE, _PARTS)
__all__ = [*__dir__(), "__version__"]
