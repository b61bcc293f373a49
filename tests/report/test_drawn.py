"""Figures drawn by a helper: the same files whoever draws them, and whatever becomes of it."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sufficiency import helper
from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.look.pictures import as_png, as_svg
from sufficiency.report.model import Chart, Map
from sufficiency.report.writers.build import build
from sufficiency.report.writers.drawn import Asked, Drawing, drawing, drawn

TWO = helper.processors() >= 2


def one_line() -> Figure:
    frame = pd.DataFrame({"year": [2026, 2027] * 2, "phase": ["primary", "primary", "secondary", "secondary"]})
    return charts.lines(frame.assign(plans=[1.0, 2.0, 3.0, 2.5]), "year", "plans", "phase", unit="plans")


@pytest.mark.skipif(not TWO, reason="one processor")
def test_a_helper_draws_every_chart_and_map_of_a_report_to_the_same_bytes(example_outcome: Outcome) -> None:
    pictured = [e for _, e in build(example_outcome).exhibits() if isinstance(e, Chart | Map)]
    some = list({type(e.draw).__name__ + e.key.split("-")[0]: e for e in pictured}.values())
    assert len(some) > 12
    with drawing() as pictures, helper.Helper(drawn) as other:
        for exhibit in some:
            is_in_page = isinstance(exhibit, Chart)
            pictures.add(exhibit.key, exhibit.draw(), is_in_page=is_in_page)
            here = drawn(Asked(exhibit.draw(), is_in_page))
            assert other(Asked(exhibit.draw(), is_in_page)) == here, exhibit.key
            assert pictures[exhibit.key] == here, exhibit.key
            assert bool(here.svg) == is_in_page


@pytest.mark.parametrize("command", ["raise SystemExit(3)", "import sys; sys.stdout.write('not a result')"])
def test_where_the_helper_fails_every_figure_is_drawn_here(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(helper, "COMMAND", command)
    with drawing() as pictures:
        for number in range(4):
            pictures.add(str(number), one_line(), is_in_page=True)
        found = [pictures[str(number)] for number in range(4)]
    assert found == [drawn(Asked(one_line(), is_in_page=True))] * 4


def test_a_figure_that_cannot_be_sent_is_drawn_here_and_those_after_it_are_not_lost() -> None:
    odd = one_line()
    odd.axes[0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.1f}!"))
    with drawing() as pictures:
        pictures.add("odd", odd, is_in_page=True)
        pictures.add("plain", one_line(), is_in_page=True)
        plain, found = pictures["plain"], pictures["odd"]
    assert "2.0!" in found.svg
    assert plain == drawn(Asked(one_line(), is_in_page=True))


def test_a_figure_that_cannot_be_drawn_says_so_to_who_asks() -> None:
    broken = one_line()
    broken.axes[0].set_title(r"$\frac{1$")
    with pytest.raises(ValueError, match=r"frac"), drawing() as pictures:  # noqa: PT012 - whoever asks is told
        pictures.add("broken", broken, is_in_page=False)
        pictures["broken"]


def test_a_picture_is_the_same_before_and_after_it_is_written_as_another_kind() -> None:
    one, other = one_line(), one_line()
    png, svg = as_png(one), as_svg(one)
    assert as_svg(other) == svg
    assert as_png(other) == png == as_png(one)


def test_with_one_processor_no_helper_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0}, raising=False)
    monkeypatch.setattr(helper.subprocess, "Popen", None)
    with drawing() as pictures:
        assert isinstance(pictures, Drawing)
        pictures.add("one", one_line(), is_in_page=True)
        assert pictures["one"].png.startswith(b"\x89PNG")
