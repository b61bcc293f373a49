"""How it was done, what is doubtful, and how to get the same numbers again."""

from __future__ import annotations

import pandas as pd

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.model import Section, Table

WORDS = {
    "EHC plan": "Education, health and care plan: a legal document of a child's needs and provision, to age 25.",
    "SEN Support": "Help from a school for a child with special educational needs and no plan.",
    "Place": "Capacity for one child. Children fill places; capacity is not the number of places commissioned.",
    "Joiner, mover, leaver": "A child given a plan; one whose type of setting changes; one whose plan ends, between two Januaries.",
    "NCY": "National Curriculum year: age on 31 August before, less 4. Reception is 0.",
    "SEN unit, resourced provision": "Places for children with plans inside a mainstream school.",
    "Top-up": "Element 3: what the home authority pays for a child above the place.",
    "9 in 10": "A range from the 5th to the 95th percentile of simulated futures.",
}


def section(outcome: ForecastOutcome) -> Section:
    """Return the section on method, notes and reproducibility."""
    of_placing = [outcome.placed.notes] if isinstance(outcome, Outcome) else []
    notes = pd.concat([outcome.area.notes, *of_placing], ignore_index=True)
    return Section(
        "method",
        "Method, data notes and how to repeat this",
        words=(
            "Plans: children join at rates that depend on age, need and setting, move between settings and leave; rates are fitted to the authority's published stocks and flows and shrunk to England's. In each simulated future a rate is drawn once and kept, and each year has a shock shared by all ages; whole children are then drawn.",
            "Places: each January children are placed by a transportation problem solved exactly: within the places there are, as many as can have a suitable place have one, whatever it costs, and of all ways to do so the least total of journeys, placements, fees and a stated price for a child's time is taken. How well a school fits a child beyond distance is not known, so it is drawn, with a spread that keeps new placements as far from home as today's; living far from schools puts nobody last where places are short. Children stay where they are unless moving is due.",
            "Transport: entitlement by the statutory tests, modes by need and distance, vehicles from an estimate of shared rounds. Money: place funding, top-up and fees by Section 251 line; income by the published block.",
            "All totals are taken within a future and then summarised, so that the middle of a sum need not be the sum of middles.",
        ),
        exhibits=(
            Table(
                "notes",
                "What was read, what is doubtful, what is assumed",
                notes[["table", "kind", "says"]],
                {"table": "code"},
                rows_shown=200,
            ),
            Table("glossary", "Words", pd.DataFrame(list(WORDS.items()), columns=["word", "meaning"])),
            Table("repeat", "To get the same numbers again", outcome.reproducibility(), rows_shown=100),
        ),
    )
