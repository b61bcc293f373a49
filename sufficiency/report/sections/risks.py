"""What could make the answer wrong, and what a scenario would do."""

from __future__ import annotations

from sufficiency.outcome import Outcome
from sufficiency.report.model import Section
from sufficiency.report.sections.common import LEVELS, middle
from sufficiency.scenarios.pipeline_levers import OpenAgreed
from sufficiency.scenarios.scenario import lever_name


def section(outcome: Outcome) -> Section:
    """Return the section on risks and scenarios."""
    last = outcome.options.to
    low, _, high = middle(outcome.plans.summary(levels=LEVELS), "plans", year=last)
    short_low, _, short_high = middle(outcome.placed.shortfall(levels=LEVELS), "children", year=last)
    return Section(
        "risks",
        "Risks and scenarios",
        words=(f"{_scenario(outcome)} Its risks, and the levers that test them:",),
        points=(
            f"Growth. Plans in January {last} could be {low:,.0f} or {high:,.0f}: the range moves the children turned away from every suitable state place from {short_low:,.0f} to {short_high:,.0f}. A scenario with more or fewer new plans tests it.",
            "Reform. The Schools White Paper of February 2026 proposes individual support plans for all with SEND, and plans only at the specialist level, from about 2029-30; nothing is enacted and the forecast does not assume it. The scenarios of the law of 2029 test it, whole or part by part.",
            _delay(outcome),
            "Fees. Independent fees have risen faster than place funding, and proposals for national price bands are not settled. A scenario with dearer or cheaper fees tests it.",
            "Housing. Homes beyond the projection bring children: a list of planned homes in the area's folder (housing.csv) counts them.",
            "Equality. Distances and shortfalls are shown by need, phase and district, so that no group's shortfall is hidden in an average; sex, ethnicity and deprivation are not in the published tables used here.",
        ),
    )


def _scenario(outcome: Outcome) -> str:
    """Return what the run's scenario is, in a sentence; a lever that bears the scenario's name isn't named twice."""
    name, levers = outcome.scenario.name, outcome.scenario.levers
    pulled = [lever_name(lever, outcome.area) for lever in levers if not isinstance(lever, OpenAgreed)]
    if not pulled:
        does = "it opens what is agreed and changes nothing else" if levers else "no lever is pulled"
        return f"This run has the scenario '{name}': {does}."
    return f"This run has the scenario '{name}'{'' if pulled == [name] else ': ' + '; '.join(pulled)}."


def _delay(outcome: Outcome) -> str:
    """Return what is assumed of how late new schools and other places open."""
    value = outcome.area.value
    school, other = (
        [int(value(f"pipeline.{part}_{end}_years")) for end in ("low", "mode", "high")]
        for part in ("new_school_delay", "delay")
    )
    return (
        f"Delay. New schools are taken to open {school[0]} to {school[2]} years late, most often {school[1]}, and other places "
        f"{other[0]} to {other[2]}, most often {other[1]}, where the list of what is agreed says nothing else. A scenario that opens the same places later tests it."
    )
