"""What is asked of a run is checked once: the same fault has the same words wherever it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.words import run_options

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
