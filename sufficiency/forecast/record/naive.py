"""The forecasts to beat: what anyone can do with a ruler, each with the errors it has made elsewhere."""

from __future__ import annotations

from typing import Final

import numpy as np

from sufficiency.forecast.rates.rates import Floats

METHODS: Final = ("last value", "linear trend", "last growth", "shrunk growth")
FASTEST: Final = 0.5  # log growth a year that no extrapolation may exceed, either way


def forecast(method: str, history: Floats, national_growth: Floats | float, horizon: int) -> Floats:
    """Return the forecast of each case.

    Parameters
    ----------
    history
        Cases x years, the origin last; blanks before a series begins. [plans]
    national_growth
        England's log growth of the same total in the year to the origin, for `shrunk growth`: half own, half England's.
    horizon
        Years ahead.
    """
    last = history[:, -1]
    if method == "last value":
        return last
    if method == "linear trend":
        return np.maximum(_trend(history, horizon), 0.0)
    before = history[:, -2] if history.shape[1] > 1 else np.full_like(last, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.log(last / before)
    growth = np.clip(np.where(np.isfinite(growth), growth, 0.0), -FASTEST, FASTEST)
    if method == "shrunk growth":
        growth = 0.5 * growth + 0.5 * national_growth
    return np.asarray(last * np.exp(growth * horizon))


def _trend(history: Floats, horizon: int) -> Floats:
    """Return the least-squares line through each case's years, `horizon` years on; one year known stays level."""
    years = np.arange(history.shape[1], dtype="float64") - (history.shape[1] - 1)
    known = np.isfinite(history)
    count = known.sum(axis=1)
    filled = np.where(known, history, 0.0)
    at = np.where(known, years, 0.0)
    mean_year, mean = at.sum(axis=1) / count, filled.sum(axis=1) / count
    centred = np.where(known, years - mean_year[:, None], 0.0)
    spread = (centred**2).sum(axis=1)
    slope = np.where(spread > 0, (centred * filled).sum(axis=1) / np.where(spread > 0, spread, 1.0), 0.0)
    return np.where(count > 1, mean + slope * (horizon - mean_year), history[:, -1])
