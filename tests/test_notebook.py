"""What a result looks like at a prompt and in a notebook: a line in words, and one small table with a title."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.forecast.record.backtest_people import Held
from sufficiency.notebook import titled
from sufficiency.outcome import Outcome
from sufficiency.report.last_report import LastReport
from sufficiency.transport.cost.sampled import fit_samples
from tests.allocate.forecasts import grown
from tests.transport.small_mornings import line, road
from tests.transport.test_sampled import samples

RESULTS = {
    "area": "settings",
    "outcome": "As agreed",
    "plans": "plans in 2026",
    "support": "pupils",
    "requests": "requests",
    "small areas": "small areas",
    "backtest": "off",
    "placed": "turned away",
    "journeys": "cost",
    "budget": "in-year in the last",
    "comparison": "steps",
    "solution": "placed",
    "opened sites": "opened",
    "openings": "capital",
    "rounds": "rounds for",
    "order of places": "settings, ",
    "within reach": "places for each child",
    "why full": "children in",
    "recommendation": "capital GBP",
    "nothing recommended": "nothing to open",
    "school's rounds": "a school day",
    "shared rounds": "sharing saves",
    "payback": "paid back in",
    "estimate": "routed schools",
    "last report": "forecasts",
    "people held out": "cases",
    "program": "2 rules",
    "program solved": "placed",
    "unit costs": "authorities",
}


@pytest.fixture(scope="module")
def results(example_outcome: Outcome) -> Mapping[str, Any]:
    """Return one of every result."""
    area, plans = example_outcome.area, example_outcome.plans
    stops, vehicles, travel = line()
    groups, places = pd.Series({"A": 3, "B": 2}), pd.Series({"S1": 4})
    routes = pd.DataFrame({"group": ["A", "B"], "setting": "S1", "cost_gbp": [100.0, 200.0]})
    sites = pd.DataFrame({"site": ["S1", "S2"], "places": [5, 5], "fixed_gbp": [10.0, 1_000_000.0]})
    return {
        "area": area,
        "outcome": example_outcome,
        "plans": plans,
        "support": example_outcome.support,
        "requests": sf.forecast.requests(area, to=2028, draws=20),
        "small areas": sf.forecast.by_small_area(area, plans, draws=5),
        "backtest": sf.forecast.backtest(area, origins=[2023], horizons=(1,), draws=10),
        "placed": example_outcome.placed,
        "journeys": example_outcome.journeys,
        "budget": example_outcome.budget,
        "comparison": sf.compare(example_outcome, example_outcome, steps=(example_outcome, example_outcome)),
        "solution": sf.allocate.solve(groups, places, routes, unplaced_gbp=1_000.0),
        "opened sites": sf.allocate.open_sites(
            groups, sites, routes.rename(columns={"setting": "site"}), unplaced_gbp=1_000.0
        ),
        "rounds": sf.transport.rounds(stops, vehicles, travel, school="S", seconds=0),
        **of_one_kind(example_outcome),
    }


def of_one_kind(outcome: Outcome) -> Mapping[str, Any]:
    """Return results that explain a run, or stand beside it."""
    area, placed, year = outcome.area, outcome.placed, outcome.options.to
    busiest = outcome.journeys.riders.groupby("setting")["travellers"].sum().idxmax()
    kept = {"stop": ["a", "b"], "children": 1, "wheelchairs": 0, "max_ride_minutes": 45.0, "school": ["S", "T"]}
    bells = pd.DataFrame({"school": ["S", "T"], "opens_minutes": 500.0, "bell_minutes": 540.0})
    points = {"S": (0, 0), "T": (1, 0), "a": (5, 0), "b": (6, 0)}
    groups, places = pd.Series({"A": 3, "B": 2}), pd.Series({"S1": 4})
    routes = pd.DataFrame({"group": ["A", "B"], "setting": "S1", "cost_gbp": [100.0, 200.0]})
    rules = (sf.allocate.MinimumRoll(pd.Series({"S1": 1})), sf.allocate.FairShare(pd.Series({"A": "E", "B": "W"}), 0.1))
    program = sf.allocate.as_program(groups, places, routes, unplaced_gbp=1_000.0, rules=rules)
    return {
        "program": program,
        "program solved": program.solve(),
        "unit costs": sf.funding.unit_costs(area, [2026, 2027]),
        "order of places": placed.order_of_places(year),
        "within reach": sf.allocate.within_reach(area, outcome.plans),
        "why full": sf.allocate.why_full(placed, busiest, year=year),
        "recommendation": sf.recommend(outcome, budget_gbp=6e6, draws=2),
        "nothing recommended": sf.recommend(outcome, budget_gbp=1.0, draws=2),
        "school's rounds": outcome.journeys.rounds(busiest, year, iterations=5),
        "shared rounds": sf.transport.shared_rounds(
            pd.DataFrame(kept), line()[1], road(points), schools=bells, seconds=0.2
        ),
        "payback": sf.funding.payback(
            10, capital_a_place_gbp=50_000, place_gbp=10_000, top_up_gbp=12_000, leaves_gbp=60_000
        ),
        "estimate": fit_samples(samples(), shrinkage=0.05),
        "last report": LastReport(
            "Sufficiency 2025",
            pd.DataFrame({"authority": ["A"], "measure": ["m"], "year": [2025], "value": 1.0, "low": 0.5, "high": 2.0}),
            pd.DataFrame({"measure": ["plans"], "year": [2030], "middle": [5.0], "low": [4.0], "high": [6.0]}),
        ),
        "people held out": Held(
            pd.DataFrame(
                {
                    "origin": [2023],
                    "horizon": 1,
                    "level": "total",
                    "median": 5.0,
                    "actual": 6.0,
                    "low": 4.0,
                    "high": 9.0,
                }
            )
        ),
    }


@pytest.mark.parametrize("name", sorted(set(RESULTS) - {"openings"}))
def test_a_result_is_a_line_in_words_and_a_titled_table(name: str, results: Mapping[str, Any]) -> None:
    holds_to_the_form(results[name], RESULTS[name])


def test_openings_are_a_line_in_words_and_a_titled_table(tiny_area: sf.Area) -> None:
    options = pd.DataFrame(
        [{"option": "More <at> Ashby", "kind": "expand", "setting": "S1", "places": 4, "blocks": 3, "year": 2026}]
    ).assign(capital_gbp_per_place=50_000.0)
    plans = grown(tiny_area, to=2028, draws=2, growth=0.5)
    found = sf.allocate.openings(tiny_area, plans, options, draws=2, seconds=2)
    holds_to_the_form(found, RESULTS["openings"])
    assert "<at>" not in found._repr_html_()


def holds_to_the_form(result: Any, says: str) -> None:
    assert dataclasses.is_dataclass(result)
    line = repr(result)
    assert says in line
    assert len(line.splitlines()) <= 2
    assert len(line) < 250
    assert not re.search(r"array|DataFrame|e\+\d", line)
    html = result._repr_html_()
    assert html.startswith("<figure><figcaption><b>")
    assert html.count("<table>") == html.count("</table>") == 1
    assert 0 < html.count("<tr>") <= 22
    assert "nan" not in re.sub(r"<[^>]*>", " ", html).lower().split()
    assert not re.search(r"\d{5,}\.\d|\d\.\d{4,}", html)


def test_text_is_escaped_and_numbers_are_written_as_people_write_them() -> None:
    table = pd.DataFrame({"district": ["<b>North</b> & South"], "children": [12345.6], "share": [0.25], "gbp": [2.5e6]})
    html = titled("A & B <County>", table, {"share": "%", "gbp": "£m"}, note="1 < 2")
    assert "A &amp; B &lt;County&gt;" in html
    assert "&lt;b&gt;North&lt;/b&gt; &amp; South" in html
    assert "1 &lt; 2" in html
    for number in ("12,346", "25.0%", "£2.5m"):
        assert number in html


def test_a_long_table_is_cut_and_says_so() -> None:
    html = titled("Zones", pd.DataFrame({"zone": [f"Z{n}" for n in range(443)]}))
    assert html.count("<tr>") == 21
    assert "20 of 443 rows are shown." in html
