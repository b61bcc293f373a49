"""The easy-read page: short sentences, plain words, and the figures of the report."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import sufficiency as sf
from sufficiency.outcome import Outcome
from sufficiency.report.easy_read import easy_read, easy_read_page

LONGEST = 25  # words in a sentence
NOT_PLAIN = (
    "EHC",
    "SEMH",
    "NCY",
    "percentile",
    "median",
    "draws",
    "High Needs",
    "provision",
    "cohort",
    "%",
    "£",
    "nan",
)


def sentences(outcome: sf.ForecastOutcome, **how: int) -> list[str]:
    return [sentence for part in easy_read(outcome, **how) for sentence in part.sentences]


def test_sentences_are_short_and_plain(example_outcome: Outcome) -> None:
    for sentence in sentences(example_outcome):
        assert len(sentence.split()) <= LONGEST, sentence
        assert not [word for word in NOT_PLAIN if word in sentence], sentence


def test_its_figures_are_those_of_the_report(example_outcome: Outcome) -> None:
    said = " ".join(sentences(example_outcome))
    assert "In January 2026, 10,709 children and young people in Northamptonshire had a plan." in said
    plans = example_outcome.plans.summary(levels=(0.05, 0.5, 0.95)).query("year == 2031")["plans"].tolist()
    told = [
        int(n.replace(",", ""))
        for n in re.findall(r"about ([\d,]+)\. It could be as few as ([\d,]+), or as many as ([\d,]+)", said)[0]
    ]
    low, middle, high = plans
    assert [told[1], told[0], told[2]] == pytest.approx([low, middle, high], rel=0.05)
    short = example_outcome.placed.shortfall(levels=(0.5,)).query("year == 2031")["children"].iloc[0]
    assert f"about {round(short, -2):,.0f} children" in said or f"about {round(short, -1):,.0f} children" in said
    assert "60 ways that it could go" in said


def test_an_area_without_schools_says_nothing_of_places_or_journeys(example_outcome: Outcome) -> None:
    area = replace(sf.example_area(), settings=sf.example_area().settings.iloc[:0])
    forecast = sf.run(area, to=2027, draws=3)
    headings = [part.heading for part in easy_read(forecast)]
    assert "How many people have a plan" in headings
    assert not {"Are there enough places?", "Getting to school"} & set(headings)
    assert "2,027" not in easy_read_page(forecast)


def test_a_small_count_is_not_told_where_small_numbers_are_hidden(tiny_area: sf.Area) -> None:
    outcome = sf.run(tiny_area, to=2029, draws=5, placed_draws=5)
    assert isinstance(outcome, Outcome)
    shown, hidden = " ".join(sentences(outcome)), " ".join(sentences(outcome, suppress=50))
    assert "may need such a place" in shown
    assert "fewer than 50 children and young people may need such a place" in hidden


def test_the_council_has_room_for_its_own_words_and_those_of_families(example_outcome: Outcome) -> None:
    page = easy_read_page(example_outcome)
    assert page.count("The council writes here.") == 2
    assert "What young people and families tell us" in page
    assert "http" not in page.replace("http-equiv", "")
