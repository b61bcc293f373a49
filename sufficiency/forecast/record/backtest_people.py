"""Forecasts from people tested on years held out: train to a January, forecast the next ones, compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.errors import MissingError, one_of
from sufficiency.forecast.plans_from_people import plans_from_people
from sufficiency.forecast.rates.people_counted import Counted
from sufficiency.frozen import frozen
from sufficiency.notebook import titled
from sufficiency.words.school_year import NCYS

BOUNDS: Final = (0.025, 0.975)


@frozen
@dataclass(frozen=True, eq=False)
class Held:
    """What forecasts made at earlier Januaries said of later ones: one row for each origin, horizon, level and label."""

    cases: pd.DataFrame

    def scores(self) -> pd.DataFrame:
        """Return by horizon and level: origins, cases, WAPE of medians [%, mean over origins], share within bounds [%].

        Level is total, setting, or state (ncy, need, setting_type). A state counts where it has a plan in truth or in the
        bound above.
        """
        found = self.cases.assign(error=(self.cases["median"] - self.cases["actual"]).abs())
        by = ["horizon", "level"]
        origin = found.groupby([*by, "origin"])[["error", "actual"]].sum()
        wape = (100 * origin["error"] / origin["actual"]).groupby(by).mean().rename("wape")
        some = found[(found["actual"] > 0) | (found["high"] > 0)]
        inside = some["actual"].between(some["low"], some["high"])
        coverage = (100 * inside).groupby([some[b] for b in by]).mean().rename("coverage_95")
        counts = some.groupby(by).size().rename("cases")
        origins = found.groupby(by)["origin"].nunique().rename("origins")
        return pd.concat([origins, counts, wape, coverage], axis=1).reset_index()

    def __repr__(self) -> str:
        """Return one line: origins and how far ahead."""
        origins, ahead = self.cases["origin"], self.cases["horizon"]
        return (
            f"<Held: forecasts from people made in {origins.min()} to {origins.max()}, {ahead.min()} to {ahead.max()} "
            f"years ahead, {len(self.cases):,} cases>"
        )

    def _repr_html_(self) -> str:
        return titled("Forecasts from people on years held out", self.scores(), {"wape": "1", "coverage_95": "1"})


def backtest_people(
    transitions: pd.DataFrame,
    population: pd.DataFrame,
    *,
    horizons: Sequence[int] = (1, 2, 3),
    draws: int = 1_000,
    seed: int = 7,
    ages: pd.DataFrame | None = None,
) -> Held:
    """Return forecasts from each January with transitions before and after it, beside what came.

    Parameters
    ----------
    transitions, population, ages, draws, seed
        As `plans_from_people`.
    horizons
        Years ahead.
    """
    truth = Counted.of(transitions, ages)
    last = truth.years[-1]
    rows = []
    for origin in truth.years[:-1]:
        to = min(last, origin + max(horizons))
        then = transitions[transitions["year"] <= origin]
        known = plans_from_people(then, population, to=to, draws=draws, seed=seed, ages=ages)
        for horizon in (h for h in horizons if origin + h <= last):
            drawn = known.plans.sel(year=origin + horizon, authority="all")
            actual = _actual(truth, origin + horizon).reindex_like(drawn.isel(draw=0, drop=True), fill_value=0)
            rows.append(_compared(drawn, actual).assign(origin=origin, horizon=horizon))
    if not rows:
        raise MissingError(
            f"transitions of two years or more are needed to hold one out; these are of {one_of(truth.years)}"
        )
    return Held(pd.concat(rows, ignore_index=True))


def _actual(truth: Counted, year: int) -> xr.DataArray:
    values = truth.after[truth.years.index(year)]
    return xr.DataArray(
        values,
        coords={"ncy": list(NCYS), "need": list(truth.needs), "setting_type": list(truth.settings)},
        dims=("ncy", "need", "setting_type"),
    )


def _compared(drawn: xr.DataArray, actual: xr.DataArray) -> pd.DataFrame:
    """Return median, bounds and truth of the total, each setting and each state."""
    levels: dict[str, Callable[[xr.DataArray], xr.DataArray]] = {
        "total": lambda a: a.sum(["ncy", "need", "setting_type"]),
        "setting_type": lambda a: a.sum(["ncy", "need"]),
        "state": lambda a: a,
    }
    found = []
    for level, total in levels.items():
        low, middle, high = np.quantile(
            total(drawn).transpose("draw", ...).to_numpy(), [BOUNDS[0], 0.5, BOUNDS[1]], axis=0
        )
        found.append(
            pd.DataFrame(
                {
                    "level": level,
                    "low": np.floor(low).ravel(),
                    "median": middle.ravel(),
                    "high": np.ceil(high).ravel(),
                    "actual": np.asarray(total(actual)).ravel(),
                }
            )
        )
    return pd.concat(found, ignore_index=True)
