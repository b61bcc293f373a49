"""How many plans and SEN Support pupils to expect, and how sure we are."""

from sufficiency.forecast.backtest import Backtest, backtest
from sufficiency.forecast.plans import plans
from sufficiency.forecast.result import PlanForecast

__all__ = ["Backtest", "PlanForecast", "backtest", "plans"]
