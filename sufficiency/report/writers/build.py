"""Build the report of an outcome: sections in the order that decision makers ask, small numbers hidden where asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from sufficiency.comparison import steps_between
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.recommendation import Recommendation
from sufficiency.report.disclosure.range_ends import ends_hidden
from sufficiency.report.disclosure.suppress import HIDDEN, suppressed, without_few_behind
from sufficiency.report.last_report import LastReport
from sufficiency.report.model import Cards, Chart, Exhibit, Map, Report, Section, Table
from sufficiency.report.sections import (
    access,
    decision,
    districts,
    finance,
    forecast,
    going,
    graduated,
    invest,
    law,
    method,
    options,
    pipeline,
    places,
    population,
    profile,
    provision,
    purpose,
    recommended,
    requests,
    risks,
    scenario,
    schools,
    side_by_side_runs,
    since,
    success,
    summary,
    transport,
    turns_on,
    why,
)
from sufficiency.varied.found import Sensitivity
from sufficiency.words.school_year import academic_label

ATTRIBUTION: Final = (
    "Contains public sector information licensed under the Open Government Licence v3.0. Contains National Statistics data © Crown copyright and database right. "
    "Contains OS data © Crown copyright and database right 2025. Contains Royal Mail data © Royal Mail copyright and database right 2025."
)
# What every report has, and what follows it: of an area with schools, or of a forecast alone.
FIRST: Final[tuple[Callable[[ForecastOutcome], Section], ...]] = (
    purpose.section,
    population.section,
    profile.section,
    requests.section,
)
OF_FORECAST: Final[tuple[Callable[[ForecastOutcome], Section], ...]] = (forecast.section, method.section)
OF_PLACES: Final[tuple[Callable[[Outcome], Section], ...]] = (
    provision.section,
    pipeline.section,
    going.section,
    access.section,
    forecast.section,
    places.section,
    why.section,
    options.section,
    finance.section,
    transport.section,
    risks.section,
    method.section,
)
HIDDEN_SAYS: Final = "'c': hidden, so that no child can be told."
COVERS: Final = "EHC plans, specialist places, transport and High Needs Funding"
COVERS_FORECAST: Final = "EHC plans and SEN Support"  # of an area without schools


def build(
    outcome: Outcome | ForecastOutcome,
    *,
    now: Outcome | ForecastOutcome | None = None,
    futures: Sequence[ForecastOutcome] = (),
    suppress: int = 0,
    sensitivity: Sensitivity | None = None,
    recommendation: Recommendation | None = None,
    last: LastReport | None = None,
) -> Report:
    """Return the report of an outcome.

    Parameters
    ----------
    outcome
        Of `sufficiency.run`. A forecast alone has no section on schools, journeys or money.
    now
        The same without the scenario, to show what each lever does.
    futures
        The same area under other laws or scenarios, with the same draws and seed, each with a range of its own: laws stand
        beside the law as it is, scenarios that leave it alone beside one another.
    suppress
        Counts from 1 to one below this are hidden in tables, and maps and rounds that come near to single children are
        left out; 0 hides none.
    sensitivity
        Of `sf.sensitivity`: with it, a section says which assumptions move the answer, and where a sign turns on one.
    recommendation
        Of `sf.recommend(outcome)`: with it, the first section says what to open, and one more tries it in every future.
    last
        Of `sf.report.read_last`: with it, a section says what has changed since that report.

    Raises
    ------
    InputError
        If `now` or a future was run with other draws, another seed or to another year, or `last` is of another area.
    """
    side_by_side_runs.check((outcome, *futures))
    beside_it: list[ForecastOutcome] = []
    area = outcome.area
    if isinstance(outcome, Outcome):
        made = _of_places(outcome, now, suppress, sensitivity)
        made.insert(0, decision.section(outcome, recommendation, futures, limit=suppress))
        if recommendation is not None and recommendation.then is not None:
            after = next(at for at, part in enumerate(made, start=1) if part.key == "options")
            made.insert(after, recommended.section(recommendation, futures))
            beside_it = [recommendation.then]
    else:
        made = [summary.section_of_forecast(outcome), *(part(outcome) for part in (*FIRST, *OF_FORECAST))]
    made = _with_success(_with_futures(made, outcome, now, [*futures, *beside_it]), outcome, suppress, last)
    headlines = summary.headlines(outcome, suppress, futures)
    made = [replace(part, figures=headlines) if part.key == "summary" else part for part in made]
    sections = tuple(_suppressed(section, suppress) for section in made)
    return Report(
        title=f"SEND sufficiency: {area.name}",
        subtitle=f"{COVERS if isinstance(outcome, Outcome) else COVERS_FORECAST} from academic year {academic_label(area.base_year)} to {academic_label(outcome.options.to)}. Scenario: {outcome.scenario.name}.",
        headlines=headlines,
        sections=sections,
        attribution=ATTRIBUTION,
        suppress=suppress,
    )


def _with_futures(
    made: list[Section], outcome: ForecastOutcome, now: ForecastOutcome | None, futures: Sequence[ForecastOutcome]
) -> list[Section]:
    """Return the sections with those on other laws and on other scenarios after the forecast."""
    agreed = outcome if now is None else now
    laws = [future for future in futures if law.changes_law(future.scenario)]
    others = [future for future in futures if not law.changes_law(future.scenario)]
    if agreed is not outcome and (others or not isinstance(outcome, Outcome)):
        others.insert(0, outcome)  # alone, a scenario of places has pages of its own instead
    added = [law.section(agreed, laws)] if laws else []
    added += [side_by_side_runs.section(agreed, others)] if others else []
    after = next(at for at, part in enumerate(made, start=1) if part.key == "forecast")
    return [*made[:after], *added, *made[after:]]


def _with_success(made: list[Section], outcome: ForecastOutcome, limit: int, last: LastReport | None) -> list[Section]:
    """Return the sections with how children fare after requests, and what has changed since the last report before the method."""
    fare = [part for part in (success.section(outcome, limit), graduated.section(outcome, limit)) if part is not None]
    after = next(at for at, part in enumerate(made, start=1) if part.key == "flow")
    before = next(at for at, part in enumerate(made) if part.key == "method")
    return [*made[:after], *fare, *made[after:before], since.section(outcome, last, limit), *made[before:]]


def _of_places(
    outcome: Outcome, now: ForecastOutcome | None, suppress: int, sensitivity: Sensitivity | None
) -> list[Section]:
    """Return the sections of an area with schools; what each lever does, hangs on and pays comes before risks and method."""
    left_out = [pipeline.section] if outcome.area.pipeline.empty else []
    if suppress > 1:
        left_out.append(why.section)  # it speaks of small groups in words
    parts = [part for part in (*FIRST, *OF_PLACES) if part not in left_out]
    made = [summary.section(outcome, limit=suppress), *(part(outcome) for part in parts)]
    if isinstance(now, Outcome):
        steps = [step for step in steps_between(now, outcome) if isinstance(step, Outcome)]
        told = [scenario.section(steps, is_varied=sensitivity is not None), invest.section(steps)]
        made[-2:-2] = [section for section in told if section is not None]
    if sensitivity is not None:
        made.insert(len(made) - 2, turns_on.section(sensitivity))
    return [*made, *districts.sections(outcome, suppress), schools.section(outcome, suppress)]


def _suppressed(section: Section, limit: int) -> Section:
    if limit <= 1:
        return section
    exhibits = tuple(_ends_hidden(_hidden(e, limit), limit) for e in section.exhibits if not e.is_close)
    words, points = (tuple(ends_hidden(text, limit) for text in texts) for texts in (section.words, section.points))
    figures = tuple(replace(figure, range=ends_hidden(figure.range, limit)) for figure in section.figures)
    return replace(section, exhibits=exhibits, words=words, points=points, figures=figures)


def _ends_hidden(exhibit: Exhibit, limit: int) -> Exhibit:
    """Return the exhibit without small ends of ranges in its words or in its cells."""
    if isinstance(exhibit, Cards):
        return exhibit  # made without them
    note = ends_hidden(exhibit.note, limit)
    if not isinstance(exhibit, Table):
        return replace(exhibit, note=note, alt=ends_hidden(exhibit.alt, limit))
    frame = exhibit.frame.map(lambda value: ends_hidden(value, limit) if isinstance(value, str) else value)
    return replace(exhibit, frame=frame, note=note)


def _hidden(exhibit: Exhibit, limit: int) -> Exhibit:
    """Return the exhibit without small counts, whatever kind it is."""
    if isinstance(exhibit, Map):
        return replace(exhibit, draw=partial(exhibit.draw, limit=limit), svg=partial(exhibit.svg, limit=limit))
    if isinstance(exhibit, Chart):
        return _undrawn(exhibit, limit) if exhibit.has_counts else exhibit
    if isinstance(exhibit, Cards):
        return exhibit  # made without them
    frame = suppressed(exhibit.frame, exhibit.counts, limit, totals=exhibit.totals, tied=exhibit.tied)
    if exhibit.behind is not None:
        frame = without_few_behind(frame, exhibit.behind, limit)
    if frame is exhibit.frame or not (frame.astype(object) == HIDDEN).any(axis=None):
        return exhibit
    return replace(exhibit, frame=frame, note=f"{exhibit.note} {HIDDEN_SAYS}".strip())


def _undrawn(chart: Chart, limit: int) -> Chart:
    """Return a chart without small counts, saying so beside it and to those who can't see it."""
    says = f"Figures from 1 to {limit - 1}, and those that would give them away, aren't drawn."
    draw, note, alt = partial(chart.draw, limit=limit), f"{chart.note} {says}".strip(), f"{chart.alt} {says}"
    return replace(chart, draw=draw, note=note, alt=alt)
