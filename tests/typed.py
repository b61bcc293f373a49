"""What a type checker knows of the library, for `mypy` alone: nothing here is run.

A misspelling below has to be found: mypy complains of an `ignore` that nothing needs, as it does wherever an attribute
is `Any`.
"""

from __future__ import annotations

from typing import assert_type

import pandas as pd
import xarray as xr

import sufficiency as sf
from sufficiency.funding import HighNeedsBudget
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.sections import finance, places, summary


def parts_of_an_outcome_have_their_types(outcome: Outcome) -> None:
    assert_type(outcome.placed.shortfall("year"), pd.DataFrame)
    assert_type(outcome.budget, HighNeedsBudget)
    assert_type(outcome.measure("balance_gbp"), xr.DataArray)
    assert_type(outcome.options.to, int)
    outcome.placed.shortfal("year")  # type: ignore[attr-defined]
    outcome.plans.summaryy()  # type: ignore[attr-defined]
    outcome.journeys.summaryy()  # type: ignore[attr-defined]
    outcome.budget.summaryy()  # type: ignore[attr-defined]
    outcome.options.too  # type: ignore[attr-defined]  # noqa: B018
    outcome.support.summary()  # type: ignore[union-attr]


def a_run_may_be_a_forecast_alone(area: sf.Area) -> None:
    outcome = sf.run(area)
    outcome.placed  # type: ignore[attr-defined]  # noqa: B018
    if isinstance(outcome, sf.Outcome):
        assert_type(outcome.placed, sf.allocate.Placed)
    sf.run(area, drawz=10)  # type: ignore[call-arg]
    sf.run_many([area], [sf.AS_AGREED], drawz=10)  # type: ignore[call-arg]


def sections_say_what_they_need(outcome: ForecastOutcome) -> None:
    summary.section_of_forecast(outcome)
    places.section(outcome)  # type: ignore[arg-type]
    finance.section(outcome)  # type: ignore[arg-type]


def lazy_packages_are_typed(area: sf.Area, plans: sf.forecast.PlanForecast) -> None:
    assert_type(sf.allocate.places(area, plans), sf.allocate.Placed)
    assert_type(sf.forecast.plans(area), sf.forecast.PlanForecast)
    sf.allocate.placez(area)  # type: ignore[attr-defined]
    sf.transport.journeyz(area)  # type: ignore[attr-defined]


def a_module_that_is_not_there_is_found() -> None:
    from sufficiency.report.sections import placez  # type: ignore[attr-defined]  # noqa: F401
