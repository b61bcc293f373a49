"""The sufficiency report: words, tables, charts and maps as HTML, Word and Excel; the returns."""

from __future__ import annotations

import importlib
from typing import Any, Final

_WHERE: Final = {
    "write": "writing",
    "check_writable": "writing",
    "build": "building",
    "headlines": "sections.summary",
    "write_returns": "returns",
    "waterfall": "sections.scenario",
    "fans_against_truth": "record",
    "access_map": "sections.access",
    "setting_map": "why_maps",
    "group_map": "why_maps",
    "option_map": "why_maps",
    "rounds_map": "round_map",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used; drawing and document libraries load later still."""
    if name in _WHERE:
        module = importlib.import_module(f"sufficiency.report.{_WHERE[name]}")
        globals()[name] = found = getattr(module, name)
        return found
    raise AttributeError(f"module 'sufficiency.report' has no attribute '{name}'")
