"""Where small numbers are hidden no end of a range tells one."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.outcome import Outcome
from sufficiency.report.disclosure.range_ends import ends_hidden
from sufficiency.report.model import Cards, Report, Table
from sufficiency.report.writers.build import build

SMALL = re.compile(r"(?:^|\()[1-4] to [\d,]+(?:$|\))|(?:^|\()[\d,]+ to [1-4](?:$|\))")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2 to 723", "fewer than 5 to 723"),
        ("1 to 4", "fewer than 5"),
        ("0 to 1,204", "0 to 1,204"),
        ("11 (4 to 28) of them", "11 (fewer than 5 to 28) of them"),
        ("(3 to 90 in 9 of 10 futures)", "(fewer than 5 to 90 in 9 of 10 futures)"),
        ("27.1 to 28.4", "27.1 to 28.4"),
        ("children aged 4 to 15", "children aged 4 to 15"),
        ("£2 to £3", "£2 to £3"),
    ],
)
def test_an_end_below_the_limit_is_said_as_fewer(said: str, told: str) -> None:
    assert ends_hidden(said, 5) == told


def test_a_suppressed_report_tells_no_small_end_anywhere(example_outcome: Outcome) -> None:
    whole, hidden = (_texts(build(example_outcome, suppress=limit)) for limit in (0, 5))
    assert any(SMALL.search(text) for text in whole), "else there is nothing to hide"
    assert [text for text in hidden if SMALL.search(text)] == []
    told = sf.report.headlines(example_outcome, 5)
    assert [figure for figure in told if SMALL.search(figure.range)] == []


def _texts(report: Report) -> list[str]:
    texts = [text for s in report.sections for text in (*s.words, *s.points, *(f.range for f in s.figures))]
    for _, exhibit in report.exhibits():
        if isinstance(exhibit, Cards):
            continue
        texts.append(exhibit.note)
        frame = exhibit.frame if isinstance(exhibit, Table) else pd.DataFrame({"alt": [exhibit.alt]})
        texts += [value for value in frame.to_numpy().ravel() if isinstance(value, str)]
    return texts
