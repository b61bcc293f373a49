"""What others publish stands beside the headlines, and whether it lies inside our range is said."""

from __future__ import annotations

import dataclasses

import pytest

import sufficiency as sf
from sufficiency.report.sections import destinations, others
from sufficiency.report.sections.law import share_of_england
from sufficiency.scenarios.law_2029.new_plans import anchors
from sufficiency.words.destinations import DESTINATIONS


def test_plans_balance_and_gap_stand_beside_what_is_published(example_outcome: sf.Outcome) -> None:
    (says,) = others.words(example_outcome)
    dfe = anchors()[2030] * share_of_england(example_outcome)
    assert f"DfE's points would give {dfe:,.0f} plans in January 2030" in says
    assert "the balance at 31 March 2028 would be" in says
    assert "the gap in 2028-29 would be" in says
    table = sf.funding.anchors(example_outcome.budget)
    gap = table[(table["measure"] == "in_year") & (table["financial_year"] == 2028)]
    is_outside = not gap["is_inside"].any()
    assert ("theirs is outside our range" in says.split("the gap in")[1]) == is_outside


def test_a_run_that_ends_before_the_peak_tells_money_alone(example_outcome: sf.Outcome) -> None:
    short = dataclasses.replace(example_outcome, options=dataclasses.replace(example_outcome.options, to=2029))
    assert "DfE's points" not in others.words(short)[0]


@pytest.mark.parametrize("year", [2028, 2031])
def test_the_parts_of_those_turned_away_add_up_to_the_middle(example_outcome: sf.Outcome, year: int) -> None:
    parts = destinations.in_parts(example_outcome, year, [[code] for code in DESTINATIONS])
    away = example_outcome.placed.shortfall(levels=(0.5,)).set_index("year")["children"][year]
    assert sum(parts) == round(away)
    figures = sf.report.headlines(example_outcome)
    counts = [int(figure.value.replace(",", "")) for figure in figures if figure.says.startswith("of them")]
    total = next(figure for figure in figures if figure.says.startswith("children turned away"))
    assert sum(counts) == int(total.value.replace(",", ""))
