"""The sufficiency report: words, tables, charts and maps as HTML, Word and Excel; the returns."""

from __future__ import annotations

from typing import Final

from sufficiency import lazy

_WHERE: Final = {
    "write": "writers.write",
    "check_writable": "writers.write",
    "build": "writers.build",
    "headlines": "sections.summary",
    "read_last": "last_report",
    "LastReport": "last_report",
    "write_returns": "returns.write_returns",
    "waterfall": "sections.scenario",
    "tornado": "look.tornado",
    "fans_against_truth": "look.record_chart",
    "said_against_came": "look.record_chart",
    "access_map": "sections.access",
    "setting_map": "sections.why_maps",
    "group_map": "sections.why_maps",
    "option_map": "sections.why_maps",
    "rounds_map": "look.rounds_map",
}

__getattr__, __dir__ = lazy.loader(__name__, _WHERE)
__all__ = __dir__()
