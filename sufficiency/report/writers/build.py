"""Build the report of an outcome: sections in the order that decision makers ask, small numbers hidden where asked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from sufficiency.outcome import Outcome
from sufficiency.report.disclosure.suppress import suppressed
from sufficiency.report.model import Chart, Exhibit, Map, Report, Section
from sufficiency.report.sections import (
    access,
    finance,
    forecast,
    going,
    method,
    options,
    pipeline,
    places,
    population,
    profile,
    provision,
    purpose,
    requests,
    risks,
    scenario,
    summary,
    transport,
    why,
)
from sufficiency.words.school_year import academic_label

ATTRIBUTION: Final = (
    "Contains public sector information licensed under the Open Government Licence v3.0. Contains National Statistics data © Crown copyright and database right. "
    "Contains OS data © Crown copyright and database right 2025. Contains Royal Mail data © Royal Mail copyright and database right 2025."
)
ALWAYS: Final = (summary, purpose, population, profile, requests)
PLACED: Final = (provision, pipeline, going, access, forecast, places, why, options, finance, transport, risks, method)
FORECAST_ONLY: Final = (forecast, method)


def build(outcome: Outcome, *, now: Outcome | None = None, suppress: int = 0) -> Report:
    """Return the report of an outcome.

    Parameters
    ----------
    outcome
        Of `sufficiency.run`. Without schools and places it has no section on them.
    now
        The same without the scenario, to show what each lever does.
    suppress
        Counts from 1 to one below this are hidden in tables, and maps and rounds that come near to single children are
        left out; 0 hides none.
    """
    area, last = outcome.area, outcome.options["to"]
    parts = (*ALWAYS, *(PLACED if outcome.placed is not None else FORECAST_ONLY))
    if area.pipeline.empty:
        parts = tuple(part for part in parts if part is not pipeline)
    if suppress > 1:
        parts = tuple(part for part in parts if part is not why)  # it speaks of small groups in words
    made = [summary.section(outcome, limit=suppress), *(part.section(outcome) for part in parts[1:])]
    if now is not None and outcome.placed is not None:
        made.insert(len(made) - 2, scenario.section(now, outcome))
    sections = tuple(_suppressed(section, suppress) for section in made)
    return Report(
        title=f"SEND sufficiency: {area.name}",
        subtitle=f"EHC plans, specialist places, transport and High Needs Funding from academic year {academic_label(area.base_year)} to {academic_label(last)}. Scenario: {outcome.scenario.name}.",
        headlines=summary.headlines(outcome),
        sections=sections,
        attribution=ATTRIBUTION,
        suppress=suppress,
    )


def _suppressed(section: Section, limit: int) -> Section:
    if limit <= 1:
        return section
    exhibits = tuple(_hidden(e, limit) for e in section.exhibits if not e.is_close)
    return replace(section, exhibits=exhibits)


def _hidden(exhibit: Exhibit, limit: int) -> Exhibit:
    """Return the exhibit without small counts, whatever kind it is."""
    if isinstance(exhibit, Map):
        return replace(exhibit, svg=partial(exhibit.svg, limit=limit))
    if isinstance(exhibit, Chart):
        return replace(exhibit, draw=partial(exhibit.draw, limit=limit)) if exhibit.has_counts else exhibit
    frame = suppressed(exhibit.frame, exhibit.counts, limit, totals=exhibit.totals, tied=exhibit.tied)
    if frame is exhibit.frame:
        return exhibit
    return replace(exhibit, frame=frame, note=f"{exhibit.note} 'c': hidden, so that no child can be told.".strip())
