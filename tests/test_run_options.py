"""What is asked of a run is checked once: the same fault has the same words wherever it is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.outcome import Outcome
from sufficiency.words import run_options
from tests.transport.small_mornings import line, road

FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no draws": ({"draws": 0}, "draws is 0: a whole number of 1 or more is expected, such as 1,000"),
    "half a draw": ({"draws": 2.5}, "draws is 2.5: a whole number of 1 or more"),
    "a truth for a number": ({"draws": True}, "draws is True: a whole number of 1 or more"),
    "text": ({"draws": "10"}, "draws is '10': a whole number of 1 or more"),
    "no number": ({"draws": float("nan")}, "draws is nan: a whole number of 1 or more"),
    "a seed below 0": ({"seed": -1}, "seed is -1: a whole number of 0 or more is expected, such as 7"),
    "no seed": ({"seed": None}, "seed is None: a whole number of 0 or more"),
    "the base year": ({"to": 2026}, "to=2026 is not after the base year, January 2026"),
    "too far ahead": ({"to": 2101}, "to=2101 is too far ahead: January 2100 is the last"),
    "half a year": ({"to": 2026.5}, "to is 2026.5: a whole number of 0 or more"),
}
FORECASTS: dict[str, Callable[..., Any]] = {
    "run": sf.run,
    "plans": sf.forecast.plans,
    "sen_support": sf.forecast.sen_support,
    "requests": sf.forecast.requests,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("forecast", FORECASTS)
def test_a_fault_is_said_in_the_same_words_by_every_forecast(forecast: str, fault: str) -> None:
    options, says = FAULTS[fault]
    with pytest.raises(InputError) as caught:
        FORECASTS[forecast](sf.example_area(), **({"to": 2027, "draws": 2} | options))
    assert says in str(caught.value)


@pytest.mark.parametrize("options", [{"draws": 0}, {"seed": -1}])
def test_and_by_those_that_stand_on_a_forecast(options: dict[str, Any], tiny_area: Area) -> None:
    plans = sf.forecast.plans(tiny_area, to=2026, draws=2)
    for part in (sf.allocate.places, sf.forecast.by_small_area):
        with pytest.raises(InputError, match=f"is {next(iter(options.values()))}: a whole number of"):
            part(tiny_area, plans, **options)
    with pytest.raises(InputError, match="a whole number of"):
        sf.forecast.backtest(tiny_area, **options)


def test_how_many_are_placed_is_checked_by_its_own_name() -> None:
    with pytest.raises(InputError, match="placed_draws is 0: a whole number of 1 or more"):
        sf.run(sf.example_area(), to=2027, draws=2, placed_draws=0)


def test_the_years_asked_for_follow_the_base_year() -> None:
    assert run_options.years(2028, after=2025) == [2026, 2027, 2028]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a seed below 0": ({"seed": -1}, "seed is -1: a whole number of 0 or more is expected, such as 7"),
    "half a seed": ({"seed": 1.5}, "seed is 1.5: a whole number of 0 or more"),
    "a seed too large": ({"seed": 2**70}, "at most 4,000,000,000 is expected"),
    "text for seconds": ({"seconds": "x"}, "seconds is 'x': a number of"),
    "seconds that are no number": ({"seconds": float("nan")}, "seconds is nan: a number of"),
    "seconds below 0": ({"seconds": -1}, "seconds is -1: a number of"),
}


@pytest.fixture(scope="module")
def searches(example_outcome: Outcome) -> dict[str, Callable[..., Any]]:
    """Return everything that searches for so long, or from a seed."""
    area, plans, journeys = example_outcome.area, example_outcome.plans, example_outcome.journeys
    options, setting = sf.allocate.candidates(example_outcome.placed).iloc[:1], journeys.riders["setting"].iloc[0]
    tables, points = line(), {"S": (0, 0), "T": (1, 0), "a": (5, 0)}
    stops = pd.DataFrame({"stop": ["a"], "children": 1, "wheelchairs": 0, "max_ride_minutes": 45.0, "school": "S"})
    bells = pd.DataFrame({"school": ["S", "T"], "opens_minutes": 500.0, "bell_minutes": 540.0})
    return {
        "openings": partial(sf.allocate.openings, area, plans, options, draws=1),
        "rounds": partial(sf.transport.rounds, *tables, school="S"),
        "shared rounds": partial(sf.transport.shared_rounds, stops, tables[1], road(points), schools=bells),
        "a school's rounds": partial(journeys.rounds, setting, 2026),
        "estimate": partial(journeys.estimate, 2026),
    }


@pytest.mark.parametrize("wrong", WRONG)
def test_a_search_says_the_same_of_a_seed_or_seconds_that_it_cannot_use(
    wrong: str, searches: dict[str, Callable[..., Any]]
) -> None:
    options, says = WRONG[wrong]
    for name, search in searches.items():
        with pytest.raises(InputError) as caught:
            search(**options)
        assert says in str(caught.value), name


def test_budgets_gaps_and_years_ahead_are_checked_in_the_same_words(
    example_outcome: Outcome, searches: dict[str, Callable[..., Any]]
) -> None:
    for budget in (-1, "x", float("nan"), True):
        for choose in (searches["openings"], partial(sf.recommend, example_outcome)):
            with pytest.raises(InputError, match=rf"budget_gbp is {budget!r}: a number of 0 or more"):
                choose(budget_gbp=budget)
    for gap, says in ((-1, "gap is -1: a number of 0 or more"), (2, "gap is 2: a share below 1")):
        with pytest.raises(InputError, match=says):
            searches["openings"](gap=gap)
    with pytest.raises(InputError, match="draws is '10': a whole number of 1 or more"):
        sf.recommend(example_outcome, draws="10")
    for ahead in ((0,), ("x",), ()):
        for record in (partial(sf.forecast.backtest, example_outcome.area), sf.forecast.backtest_far):
            with pytest.raises(InputError, match=r"horizons .*whole numbers? of 1 or more"):
                record(horizons=ahead)
