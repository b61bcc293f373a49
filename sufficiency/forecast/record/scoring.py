"""How far forecasts lie from what happened: errors, intervals that held, and the score of whole distributions."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.draws import LEVELS
from sufficiency.forecast.rates.rates import Floats

COLUMNS: Final = ("cases", "median_ape", "wape", "bias", "coverage_90", "width_90", "crps")
ENOUGH_ERRORS: Final = 5  # with fewer at other origins a method's interval also takes those of other authorities


def with_errors(points: pd.DataFrame, model: str) -> pd.DataFrame:
    """Return naive cases with intervals and CRPS from the errors of the same method, horizon and label elsewhere.

    No interval comes from the error that it is scored on: errors at other origins make it; where those are few, with
    errors of other authorities, and each error's mirror image where even these are few. With none at all it is blank.
    """
    own = points[points["method"] != model]
    truth, forecast = own["truth"].to_numpy(dtype="float64"), own["forecast"].to_numpy(dtype="float64")
    error, origins = np.log((truth + 1) / (forecast + 1)), own["origin"].to_numpy()
    order, found = [np.zeros(0, dtype=np.int64)], [np.zeros((3, 0))]  # positions, and low, high and CRPS of each
    for group in own.groupby(["method", "horizon", "label"], sort=False).indices.values():
        for origin in np.unique(origins[group]):
            is_here = origins[group] == origin
            here, elsewhere = group[is_here], error[group[~is_here]]
            order.append(here)
            if len(elsewhere) >= ENOUGH_ERRORS:
                found.append(_spread(forecast[here], truth[here], elsewhere))
                continue
            for i, at in enumerate(here):
                others = np.concatenate([elsewhere, np.delete(error[here], i)])
                errors = others if len(others) >= ENOUGH_ERRORS else np.r_[others, -others]
                found.append(_spread(forecast[[at]], truth[[at]], errors))
    low, high, scored = np.concatenate(found, axis=1)
    return own.iloc[np.concatenate(order)].assign(low=low, high=high, crps=scored)


def _spread(forecast: Floats, truth: Floats, errors: Floats) -> Floats:
    """Return low, high and CRPS (3 x case) of what errors make about each forecast."""
    if not len(errors):
        return np.full((3, len(forecast)), np.nan)
    drawn = np.quantile(errors, (np.arange(100) + 0.5) / 100)
    spread = (forecast[None] + 1) * np.exp(drawn)[:, None] - 1
    low, high = np.quantile(spread, [LEVELS[0], LEVELS[-1]], axis=0)
    return np.stack([low, high, crps(spread, truth)])


def crps(draws: Floats, truth: Floats) -> Floats:
    """Return the continuous ranked probability score of draws (draw x case) against truths. [as the draws]

    Gneiting, T. and Raftery, A. (2007), *Strictly proper scoring rules, prediction, and estimation*: the mean distance
    to the truth less half the mean distance between draws.
    """
    ordered = np.sort(draws, axis=0)
    n = len(ordered)
    weight = (2 * np.arange(1, n + 1) - n - 1)[:, None]
    between = 2 * (weight * ordered).sum(axis=0) / n**2
    return np.asarray(np.abs(ordered - truth).mean(axis=0) - between / 2)


def score(group: pd.DataFrame) -> tuple[float, ...]:
    """Return the figures of `COLUMNS` for one method's cases."""
    truth, point = group["truth"].to_numpy(dtype="float64"), group["forecast"].to_numpy(dtype="float64")
    ape = np.where(truth > 0, np.abs(point - truth) / np.where(truth > 0, truth, 1.0), np.nan) * 100
    by_origin = pd.Series(ape).groupby(group["origin"].to_numpy()).median()
    whole = truth.sum() or np.nan
    known = group["low"].notna().to_numpy()
    inside = ((truth >= group["low"]) & (truth <= group["high"]))[known]
    seen = truth[known].sum() or np.nan
    return (
        len(group),
        float(by_origin.mean()),
        float(np.abs(point - truth).sum() / whole * 100),
        float((point - truth).sum() / whole * 100),
        float(inside.mean()) if len(inside) else float("nan"),
        float((group["high"] - group["low"])[known].sum() / seen),
        float(group["crps"][known].sum() / seen),
    )
