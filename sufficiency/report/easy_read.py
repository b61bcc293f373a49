"""The report in easy read: short sentences, one idea each, for young people and families who want the answer plainly."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from math import floor, log10

import jinja2
from markupsafe import Markup

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.sections import destinations
from sufficiency.report.sections.common import LEVELS, middle
from sufficiency.report.sections.law import changes_law
from sufficiency.report.sections.pipeline import places_open_by

YEARS_AHEAD = 5  # how far the page looks, where the run goes so far


@dataclass(frozen=True)
class Part:
    """One heading, its sentences, and room for the council's own words where there is any."""

    heading: str
    sentences: tuple[str, ...]
    has_room: bool = False


def easy_read(outcome: ForecastOutcome, *, suppress: int = 0) -> tuple[Part, ...]:
    """Return the parts of the easy-read page, in the order that people ask.

    Parameters
    ----------
    outcome
        A run, with or without schools.
    suppress
        Counts of children below this are said as 'fewer than'.
    """
    soon = min(outcome.options.to, outcome.area.base_year + YEARS_AHEAD)
    placed = _places(outcome, soon, suppress) if isinstance(outcome, Outcome) else ()
    return (
        Part(
            "What this is about",
            (
                "Some children and young people need extra help to learn.",
                "Some of them have a plan. It is called an Education, Health and Care plan.",
                "The plan says what help they must get.",
                "The council must find a school or college that is right for each of them.",
                "This page says how many school places we think we need.",
            ),
        ),
        _how_many(outcome, soon),
        *placed,
        _how_sure(outcome),
        Part("What young people and families tell us", (), has_room=True),
        Part("What happens next, and who to talk to", (), has_room=True),
    )


def easy_read_page(outcome: ForecastOutcome, *, suppress: int = 0) -> str:
    """Return the page, whole: nothing is fetched."""
    template = (resources.files("sufficiency.report.writers") / "page" / "easy_read.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made = environment.from_string(template)
    return str(Markup(made.render(area=outcome.area.name, parts=easy_read(outcome, suppress=suppress))))


def _how_many(outcome: ForecastOutcome, soon: int) -> Part:
    summary, first = outcome.plans.summary(levels=LEVELS), outcome.area.base_year
    now, (low, mid, high) = middle(summary, "plans", year=first)[1], middle(summary, "plans", year=soon)
    than = "more" if mid > now else "fewer"
    return Part(
        "How many people have a plan",
        (
            f"In January {first}, {now:,.0f} children and young people in {outcome.area.name} had a plan.",
            f"By January {soon} we think {than} of them will: about {_round(mid)}.",
            f"It could be as few as {_round(low)}, or as many as {_round(high)}.",
        ),
    )


def _places(outcome: Outcome, soon: int, suppress: int) -> tuple[Part, ...]:
    placed, area = outcome.placed, outcome.area
    low, mid, high = middle(placed.shortfall(levels=LEVELS), "children", year=soon)
    travel = placed.travel(levels=LEVELS)
    minutes = middle(travel, "mean_minutes", year=area.base_year)[1]
    beyond = middle(travel, "share_beyond", year=area.base_year)[1]
    says = [f"We think there will be enough places in January {soon}."]
    if mid >= 1:
        says = [
            "Some children need a place in a special school or a unit.",
            "A unit is a part of an ordinary school, with extra help.",
            f"By January {soon}, {_people(mid, suppress)} may need such a place and not get one.",
            f"It could be as few as {_round(max(low, suppress))}, or as many as {_round(high)}.",
            *_instead(outcome, soon, mid),
        ]
    coming = places_open_by(outcome, soon)[1] if not area.pipeline.empty else 0.0
    if coming >= 1:
        says.append(f"The council has agreed to open more places: about {_round(coming)} by January {soon}.")
    return (
        Part("Are there enough places?", tuple(says)),
        Part(
            "Getting to school",
            (
                f"Children with a place in a special school or unit travel about {minutes:.0f} minutes to get there.",
                f"{_share(beyond)} travel for longer than is advised.",
            ),
        ),
    )


def _instead(outcome: Outcome, year: int, turned_away: float) -> list[str]:
    """Return where most of those without a place are, where most are in one kind of place."""
    mainstream = destinations.turned_away(outcome, year, "in_mainstream")[1] / turned_away
    if mainstream <= 0.5:
        return ["Without a place they go to different kinds of school, or wait."]
    return [
        "Without a place, most of them go to an ordinary school with more help.",
        "Others go to another school, or wait.",
    ]


def _how_sure(outcome: ForecastOutcome) -> Part:
    law = (
        "These numbers are for a new law that the government plans. It may change."
        if changes_law(outcome.scenario)
        else "The government plans a new law. If it comes, the numbers will be different."
    )
    return Part(
        "How sure are we?",
        (
            "Nobody can know what will happen.",
            f"A computer worked out {outcome.options.draws:,} ways that it could go.",
            "In 9 out of every 10 of them, the number was between the two that we give.",
            law,
        ),
    )


def _people(number: float, suppress: int) -> str:
    if number < suppress:
        return f"fewer than {suppress} children and young people"
    return f"about {_round(number)} children and young people"


def _share(share: float) -> str:
    of_100 = round(100 * share)
    return "None" if share == 0 else "Fewer than 1 in every 100" if of_100 < 1 else f"About {of_100} in every 100"


def _round(number: float) -> str:
    """Return a number to two figures, as people say it: 17,226 is 17,000."""
    if number < 10:
        return f"{number:,.0f}"
    step = 10 ** (floor(log10(number)) - 1)
    return f"{round(number / step) * step:,.0f}"
