"""Why this report is written, what it covers, and how far to trust it."""

from __future__ import annotations

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.model import Section, Table


def section(outcome: ForecastOutcome) -> Section:
    """Return the section on purpose, duty and scope."""
    area, options = outcome.area, outcome.options
    placed = f", of which {options.placed_draws:,} are placed in schools, transported and paid for: those that together differ least from all in plans and in children at specialist settings"
    return Section(
        "purpose",
        "Purpose, duty and scope",
        words=(
            "Councils must secure enough schools (section 14, Education Act 1996) and keep education and care provision for children with special educational needs and disabilities under review "
            "(section 27, Children and Families Act 2014). No statute prescribes a sufficiency report; this one supports that review, the yearly return on school capacity, and the local plan for reform.",
            f"It covers children and young people aged 0 to 25 who live in {' and '.join(area.authorities.values())}, from January {area.base_year} to January {options.to}. "
            f"Children are counted where they live: that authority pays for them wherever they go to school, beyond what DfE pays schools for the places themselves.",
            f"Uncertainty comes from {options.draws:,} simulated futures{placed if isinstance(outcome, Outcome) else ''}. A range written '9 in 10' left one future in twenty below it and one in twenty above.",
            f"Scenario: {outcome.scenario.name}."
            + (
                " Levers: "
                + "; ".join(getattr(lever, "label", type(lever).__name__) for lever in outcome.scenario.levers)
                + "."
                if outcome.scenario.levers
                else " No lever is pulled: this is what happens if things go on as they are."
            ),
        ),
        exhibits=(Table("sources", "What this report was made from", area.sources, {"table": "code"}, rows_shown=40),)
        if len(area.sources)
        else (),
    )
