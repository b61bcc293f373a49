"""Children and young people: how many there are, and will be."""

from __future__ import annotations

from functools import partial

from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look import charts
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections.common import across, by_phase, milestones, rests_on
from sufficiency.words.say import count, shown


def section(outcome: ForecastOutcome) -> Section:
    """Return the population section."""
    area = outcome.area
    people = area.population[area.population["year"] <= outcome.options.to]
    phases = by_phase(people, "children", ["year"])
    totals = phases.groupby("year")["children"].sum()
    last = int(totals.index.max())
    now, then = totals[area.base_year], totals[last]
    school = phases[phases["phase"].isin(["primary", "secondary"])].groupby(["phase", "year"])["children"].sum()
    moves = [
        f"{phase} age {'up' if school[phase, last] > school[phase, area.base_year] else 'down'} {shown(abs(school[phase, last] / school[phase, area.base_year] - 1), '%')}"
        for phase in ("primary", "secondary")
        if last > area.base_year and (phase, last) in school
    ]
    projected = (
        f"{then:,.0f} are projected in January {last}, {shown(abs(then / now - 1), '%')} {'more' if then > now else 'fewer'} on balance ({', '.join(moves)})."
        if last > area.base_year
        else "No projection was given: the forecast takes each year group a year older, with its usual gains and losses."
    )
    table = across(
        phases[phases["year"].isin(milestones([y for y in totals.index if y >= area.base_year]))],
        ["phase"],
        "year",
        "children",
    )
    homes = area.housing["homes"].sum() if len(area.housing) else 0
    return Section(
        "population",
        "Children and young people",
        words=(
            f"{count(now, 'child or young person', 'children and young people')} aged 0 to 24 live in {area.name} in January {area.base_year}{'; ' if last > area.base_year else '. '}{projected}",
            f"Housing adds {homes:,.0f} homes named in the area's own list."
            if homes
            else f"No list of planned homes was given, so housing counts only as far as {'the projection allows' if last > area.base_year else 'recent years allow'} for it.",
        ),
        exhibits=(
            Chart(
                "population-phase",
                "Children and young people by phase, January",
                partial(charts.lines, phases, "year", "children", "phase", unit="children"),
                f"Lines by phase from {totals.index.min()} to {last}{': ' if moves else ''}{'; '.join(moves)}.",
            ),
            Table(
                "population-table",
                "Children and young people by phase, January",
                table,
                dict.fromkeys(table.columns[1:], "n") | {"phase": "code"},
                note="A projection says what happens if recent births, deaths and migration go on. Rounded parts may not add up."
                if last > area.base_year
                else "Rounded parts may not add up.",
            ),
        ),
        assumptions=rests_on(area, "population"),
    )
