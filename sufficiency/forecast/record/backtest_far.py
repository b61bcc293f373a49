"""How far forecasts of five to ten years have been from the truth: growth alone, since long series hold totals alone.

The same growth process that forecasts the future is run from past Januaries on what was known then: totals of every
published authority since 2010. Long series have no requests, so it leans on England's growth and each authority's own.
Beside it stands a random walk in growth: last year's growth, which each year changes as much as growths have changed so far.
Naive forecasts have no range here: nobody had the errors of five to ten years to make one from. Their CRPS is their error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.forecast import england
from sufficiency.forecast.base_year_plans import History
from sufficiency.forecast.growth import growth
from sufficiency.forecast.growth.growth_rates import GrowthRates
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.record import naive
from sufficiency.forecast.record.scoring import COLUMNS, crps, score
from sufficiency.frozen import frozen
from sufficiency.labels import asked
from sufficiency.notebook import titled
from sufficiency.words import run_options

MODEL: Final = "model"
RANDOM_WALK: Final = "random walk in growth"
METHODS: Final = (MODEL, RANDOM_WALK, *naive.METHODS)
HORIZONS: Final = (5, 7, 10)
BEFORE: Final = 2  # Januaries before an origin, so that growth and its change are known


@frozen
@dataclass(frozen=True, eq=False)
class FarBacktest:
    """Forecasts of all plans from long ago beside what happened; `cases` has a row for each case and method."""

    cases: pd.DataFrame

    def __repr__(self) -> str:
        """Return one line: authorities, origins, horizons, and how often the range held."""
        own = self.cases[self.cases["method"] == MODEL]
        held = ((own["truth"] >= own["low"]) & (own["truth"] <= own["high"])).mean()
        return (
            f"<FarBacktest of {own['authority'].nunique()} authorities from {own['origin'].min()} to {own['origin'].max()}, "
            f"{own['horizon'].min()} to {own['horizon'].max()} years ahead: 9 in 10 ranges held {held:.0%}>"
        )

    def _repr_html_(self) -> str:
        columns = ["horizon", "method", "cases", "median_ape", "bias", "coverage_90", "width_90", "crps"]
        how = {"median_ape": "1", "bias": "1", "coverage_90": "%", "width_90": "2", "crps": "2"}
        return titled("The forecast's record five to ten years ahead", self.scores()[columns], how)

    def scores(self, *by: str) -> pd.DataFrame:
        """Return how each method did: horizon, method, *by, and the figures of `Backtest.scores`.

        `by` may name authority and origin.
        """
        names = asked(by, ("authority", "origin"))
        keys = ["horizon", "method", *names]
        order = self.cases["method"].map({m: i for i, m in enumerate(METHODS)})
        cases = self.cases.assign(order=order).sort_values(["horizon", "order", *names], kind="stable")
        rows = [(*key, *score(group)) for key, group in cases.groupby(keys, sort=False)]
        return pd.DataFrame(rows, columns=[*keys, *COLUMNS])


def backtest_far(
    totals: pd.DataFrame | None = None,
    *,
    horizons: Sequence[int] = HORIZONS,
    origins: Sequence[int] | None = None,
    draws: int = 1_000,
    seed: int = 7,
) -> FarBacktest:
    """Return the record of forecasts made long ago.

    Parameters
    ----------
    totals
        All plans by authority and January: authority, year, plans. By default the published authorities of England since
        2010, bundled. [plans]
    horizons
        Years ahead. [years]
    origins
        Januaries to forecast from; by default every one with two before it and a truth after it.
    draws
        Simulated futures of each origin.

    Raises
    ------
    InputError
        If an origin, a horizon or the totals can't be used; the message names what can.
    MissingError
        If no January has two before it and a truth so many years after it.

    Examples
    --------
    >>> record = backtest_far(origins=[2018], horizons=[7], draws=40)
    >>> record.scores()["method"].tolist()[:2]
    ['model', 'random walk in growth']
    """
    run_options.draws(draws)
    run_options.seed(seed)
    steps = run_options.horizons(horizons)
    long = england.table("authorities") if totals is None else totals
    missing = [name for name in ("authority", "year", "plans") if name not in long]
    if missing:
        raise InputError(f"totals need authority, year and plans: the column '{missing[0]}' is missing")
    counts = long.pivot_table(index="authority", columns="year", values="plans", aggfunc="sum").astype("float64")
    known = sorted(int(year) for year in counts.columns)
    able = [year for year in known[BEFORE:] if year + steps[0] <= known[-1]]
    if not able:
        raise MissingError(
            f"a record {steps[0]} years ahead needs plans of {steps[0] + BEFORE} years or more; they are known for January "
            f"{known[0]} to {known[-1]}"
        )
    wanted = able if origins is None else sorted({int(o) for o in origins})
    wrong = [o for o in wanted if o not in able]
    if wrong or not wanted:
        says = f"January {wrong[0]} can't be forecast from" if wrong else "no January to forecast from is given"
        raise InputError(f"{says}: expected {one_of(able)}")
    seeds = np.random.SeedSequence(seed).spawn(len(wanted))
    points = pd.concat(
        [
            _from(counts, origin, [h for h in steps if origin + h <= known[-1]], draws, np.random.default_rng(stream))
            for origin, stream in zip(wanted, seeds, strict=True)
        ],
        ignore_index=True,
    )
    return FarBacktest(points)


def _from(
    counts: pd.DataFrame, origin: int, horizons: Sequence[int], draws: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the cases of one origin: the model's and the random walk's with their draws' scores, and the naive points."""
    past = counts.loc[counts[[origin, origin - 1]].gt(0).all(axis=1), [c for c in counts.columns if c <= origin]]
    last = past[origin].to_numpy()
    years = max(horizons)
    ways = {MODEL: _model(past, origin, years, draws, rng), RANDOM_WALK: _random_walk(past, years, draws, rng)}
    parts = []
    for horizon in horizons:
        truth = counts.loc[past.index, origin + horizon]
        kept = truth.notna().to_numpy()
        case = pd.DataFrame(
            {"authority": past.index, "origin": origin, "horizon": horizon, "label": "all", "truth": truth.to_numpy()}
        )[kept]
        for method, paths in ways.items():
            plans = (last * np.exp(paths[:, horizon - 1]))[:, kept]
            low, middle, high = np.quantile(plans, LEVELS, axis=0)
            scored = crps(plans, case["truth"].to_numpy())
            parts.append(case.assign(method=method, forecast=middle, low=low, high=high, crps=scored))
        for method in naive.METHODS:
            point = naive.forecast(method, past.to_numpy()[kept], england.growth(origin), horizon)
            away = np.abs(point - case["truth"].to_numpy())
            parts.append(case.assign(method=method, forecast=point, low=point, high=point, crps=away))
    return pd.concat(parts, ignore_index=True)


def _model(past: pd.DataFrame, origin: int, years: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return log growth since the origin by the forecast's own growth process: draw x year x authority."""
    then = Area(
        name=f"January {origin}",
        authorities={str(code): str(code) for code in past.index},
        base_year=origin,
        population=tables.empty(tables.POPULATION),
        plans=tables.empty(tables.PLANS),
    )
    known = History(
        {(str(c), y): np.array([[past.at[c, y]]]) for c in past.index for y in (origin - 1, origin)}, frozenset()
    )
    return growth.draws(then, known, GrowthRates.of(then), years, draws, rng).cumsum(axis=1)


def _random_walk(past: pd.DataFrame, years: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return log growth since the origin where growth changes each year as much as it has: draw x year x authority."""
    grown = np.log(past.where(past > 0)).diff(axis=1)
    changes = grown.diff(axis=1).to_numpy()
    spread = float(np.nanstd(np.clip(changes, *np.nanquantile(changes, [0.01, 0.99]))))
    steps = growth.paired(rng.standard_normal, (draws, years, len(past))) * spread
    growths = grown.iloc[:, -1].to_numpy()[None, None] + steps.cumsum(axis=1)
    return np.asarray(growths.cumsum(axis=1))
