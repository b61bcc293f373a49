"""How many plans and SEN Support pupils to expect, and how sure we are."""

from sufficiency.forecast.in_year import next_january
from sufficiency.forecast.plan_forecast import PlanForecast
from sufficiency.forecast.plans import plans
from sufficiency.forecast.plans_from_people import plans_from_people
from sufficiency.forecast.record.backtest import Backtest, backtest
from sufficiency.forecast.record.backtest_far import FarBacktest, backtest_far
from sufficiency.forecast.record.backtest_people import backtest_people
from sufficiency.forecast.requests import RequestsForecast, requests
from sufficiency.forecast.sen_support import SenSupportForecast, sen_support
from sufficiency.forecast.small_area import SmallAreaForecast, by_small_area

__all__ = [
    "Backtest",
    "FarBacktest",
    "PlanForecast",
    "RequestsForecast",
    "SenSupportForecast",
    "SmallAreaForecast",
    "backtest",
    "backtest_far",
    "backtest_people",
    "by_small_area",
    "next_january",
    "plans",
    "plans_from_people",
    "requests",
    "sen_support",
]


def __dir__() -> list[str]:
    return __all__
