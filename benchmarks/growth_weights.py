"""Where the weights of growth come from, and how they do where they weren't fitted: `python -m benchmarks.growth_weights`.

Fits the weights of `forecast.growth` by least absolute deviation to growth over one to three years, then prints the
median error of all plans when they are fitted to half the authorities and the other origins, and tested on the rest.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from benchmarks import panel
from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.forecast import base_year_plans, england
from sufficiency.forecast.growth import growth
from sufficiency.forecast.record.past_areas import as_of

ORIGINS, HORIZONS = (2021, 2022, 2023, 2024), (1, 2, 3)
NAMES = ("requests", "further", "rate", "size")
SPREAD = {1: 0.03, 2: 0.055, 3: 0.075}  # usual error of log growth, so that horizons weigh alike
SPLITS = 10


def main() -> None:
    cases = table(panel.area(panel.folder(sys.argv[1:])))
    fitted = fit(cases)
    print("weight      fitted to all   in assumptions/forecast.toml")
    for name, weight in zip(NAMES, fitted, strict=True):
        print(f"{name:10}  {weight:13.3f}   {policy.value(f'forecast.growth_per_{name}', on=2025):.3f}")
    print("\nMedian absolute % error, mean over origins, at 1, 2 and 3 years")
    print(f"  fitted to all, tested on all             {_said(cases, predicted(cases, fitted))}")
    print(f"  the other half of the authorities        {_held_out(cases, origins=False)}")
    print(f"  and without the origin that is tested    {_held_out(cases, origins=True)}")
    print(f"  England's growth alone                   {_said(cases, cases['england'].to_numpy())}")


def table(area: Area) -> pd.DataFrame:
    """Return a row for each authority, origin and horizon: differences from England, and growth."""
    known = base_year_plans.history(area)
    complete = area.plans.groupby("authority")["year"].nunique()
    rows = []
    for origin in ORIGINS:
        then = as_of(area, origin)
        apart = growth.differences(then, base_year_plans.history(then), growth.GrowthRates.of(then))
        nation = growth.england_growth(origin, int(growth.GrowthRates.of(then).growth_england_years))
        for code in apart.index[[complete[c] == 7 for c in apart.index]]:
            start = float(known.counts[code, origin].sum())
            for horizon in HORIZONS:
                end = known.counts.get((code, origin + horizon))
                if end is not None:
                    totals = england.totals()
                    rows.append(
                        {
                            "authority": code,
                            "origin": origin,
                            "horizon": horizon,
                            "growth": np.log(end.sum() / start),
                            "beyond": np.log(end.sum() / start) - np.log(totals[origin + horizon] / totals[origin]),
                            "england": nation * horizon,
                            **{name: apart.loc[code, name] for name in NAMES},
                        }
                    )
    return pd.DataFrame(rows)


def _design(cases: pd.DataFrame) -> np.ndarray:
    horizon = cases["horizon"].to_numpy()
    fade = policy.value("forecast.growth_requests_damping", on=2025)
    soon = sum(np.where(horizon > k, fade**k, 0.0) for k in range(max(HORIZONS)))
    return np.column_stack([cases[n] * (soon if n == "requests" else horizon) for n in NAMES])


def fit(cases: pd.DataFrame) -> np.ndarray:
    """Return the weights with the least absolute error of growth beyond England's, by reweighted least squares."""
    weight = 1 / cases["horizon"].map(SPREAD).to_numpy()
    x, y = _design(cases) * weight[:, None], cases["beyond"].to_numpy() * weight
    found = np.zeros(len(NAMES))
    for _ in range(60):
        w = 1 / np.maximum(np.abs(y - x @ found), 0.1)
        found = np.linalg.solve((x * w[:, None]).T @ x, (x * w[:, None]).T @ y)
    return found


def predicted(cases: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    """Return expected log growth."""
    return cases["england"].to_numpy() + _design(cases) @ weights


def _held_out(cases: pd.DataFrame, *, origins: bool) -> str:
    rng = np.random.default_rng(0)
    codes = cases["authority"].unique()
    errors = []
    for _ in range(SPLITS):
        side = cases["authority"].map(pd.Series(rng.permutation(len(codes)) % 2, index=codes)).to_numpy()
        expected = np.zeros(len(cases))
        for half in (0, 1):
            for origin in ORIGINS if origins else (None,):
                there = (side == half) & (True if origin is None else (cases["origin"] == origin).to_numpy())
                fit_to = (side != half) & (True if origin is None else (cases["origin"] != origin).to_numpy())
                expected[there] = predicted(cases[there], fit(cases[fit_to]))
        errors.append(_medians(cases, expected))
    return "  ".join(f"{e:.2f}" for e in np.mean(errors, axis=0))


def _medians(cases: pd.DataFrame, expected: np.ndarray) -> np.ndarray:
    error = pd.Series(np.abs(np.exp(expected - cases["growth"].to_numpy()) - 1) * 100, index=cases.index)
    by_origin = error.groupby([cases["horizon"], cases["origin"]]).median()
    return by_origin.groupby("horizon").mean().to_numpy()


def _said(cases: pd.DataFrame, expected: np.ndarray) -> str:
    return "  ".join(f"{e:.2f}" for e in _medians(cases, expected))


if __name__ == "__main__":
    main()
