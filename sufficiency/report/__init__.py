"""The sufficiency report: words, tables, charts and maps as HTML, Word and Excel; the returns."""

from __future__ import annotations

from sufficiency.report.write import write

__all__ = ["write"]
