"""Where the weights of growth come from, and how they do where they weren't fitted: `python -m benchmarks.growth_weights`.

Fits the weights of `forecast.growth` by least absolute deviation, shrunk a little, to growth over one to three years of every
published authority; prints them beside those in force; then tests them on authorities and Januaries that they were not
fitted to: authorities are halved by a hash of their code, each half forecast with weights of the other half and of the
other origins. January 2026 comes from the totals beside the published folder.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import panel
from sufficiency.area.area import Area
from sufficiency.forecast import base_year_plans, england
from sufficiency.forecast.growth import growth
from sufficiency.forecast.growth.differences import RECENT, differences, england_moves
from sufficiency.forecast.growth.growth_rates import GrowthRates
from sufficiency.forecast.record import naive
from sufficiency.forecast.record.past_areas import as_of
from sufficiency.words.vocabulary import ENGLAND

ORIGINS, HORIZONS, LATEST = (2020, 2021, 2022, 2023, 2024, 2025), (1, 2, 3), 2026
NAMES = ("requests", "waiting", "issued", "own", "rate", "aged_20")
ALONE = ("own_alone", "rate", "aged_20")
SPREAD = {1: 0.03, 2: 0.055, 3: 0.075}  # usual error of log growth, so that horizons weigh alike
SHRINKING = 0.1  # of each weight towards 0, in parts of its own spread
DOUBTFUL = "E09000025"  # Newham, whose January 2025 looks wrong


def main(arguments: list[str]) -> None:
    """Print the weights, those in force, and errors where they were not fitted."""
    folder = panel.folder(arguments)
    area = panel.area(folder)
    cases = table(area, totals(area, folder))
    rates = GrowthRates.of(area)
    print(f"{cases['authority'].nunique()} authorities, {len(cases)} cases\n")
    print("weight       fitted to all   halves            in force")
    for names in (NAMES, ALONE[:1]):
        used = NAMES if names is NAMES else ALONE
        alone = cases if names is NAMES else without_requests(cases)
        halves = [fit(alone[alone["half"] == half], used, rates) for half in (0, 1)]
        for i, name in enumerate(names):
            both = "  ".join(f"{h[i]:7.3f}" for h in halves)
            print(f"{name:10}  {fit(alone, used, rates)[i]:13.3f}  {both}  {rates.per(name):9.3f}")
    print("\nMedian absolute error, %, mean over origins 2020-24 | January 2026 | by plans, % | too many (+), %")
    print(f"  other half of the authorities, other origins   {said(cases, held_out(cases, NAMES, rates))}")
    print(
        f"  the same, requests not known                   {said(cases, held_out(without_requests(cases), ALONE, rates))}"
    )
    print(f"  as in force                                    {said(cases, predicted(cases, in_force(rates), rates))}")
    print(f"  England's growth alone                         {said(cases, cases['england'].to_numpy())}")
    for method in naive.METHODS:
        print(f"  {method:46} {said(cases, cases[method].to_numpy())}")


def totals(area: Area, folder: Path) -> pd.DataFrame:
    """Return plans by authority and England (rows) and January (columns), January 2026 from its own file. [plans]"""
    own = area.plans.groupby(["authority", "year"])["plans"].sum().unstack().astype("float64")
    own.loc[ENGLAND] = england.totals().reindex(own.columns)
    last = pd.read_csv(folder.parent / "january_2026" / "totals_january_2026.csv").set_index("new_la_code")["plans"]
    return own.assign(**{str(LATEST): last.reindex(own.index)}).rename(columns={str(LATEST): LATEST})


def table(area: Area, counts: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each authority, origin and horizon: differences from England, growth, and naive forecasts."""
    parts = []
    for origin in ORIGINS:
        then = as_of(area, origin)
        rates = GrowthRates.of(then)
        apart = differences(then, base_year_plans.history(then), rates).drop(index=DOUBTFUL, errors="ignore")
        moves = england_moves(origin, int(rates.growth_england_years))
        past = counts.loc[apart.index, [y for y in counts.columns if y <= origin]].to_numpy()
        for horizon in HORIZONS:
            if origin + horizon > LATEST:
                continue
            grown = np.log(counts[origin + horizon] / counts[origin])
            frame = apart.assign(
                origin=origin,
                horizon=horizon,
                plans=past[:, -1],
                growth=grown[apart.index],
                beyond=grown[apart.index] - grown[ENGLAND],
                england=growth.england_growth(origin, int(rates.growth_england_years)) * horizon,
                **{f"england_{name}": moves.get(name, 0.0) for name in NAMES},
            )
            for method in naive.METHODS:
                point = naive.forecast(method, past, england.growth(origin), horizon)
                frame[method] = np.log(np.maximum(point, 1.0) / past[:, -1])
            parts.append(frame[np.isfinite(frame["growth"])].rename_axis("authority").reset_index())
    found = pd.concat(parts, ignore_index=True)
    digest = found["authority"].map(lambda code: hashlib.sha256(code.encode()).digest()[0])
    return found.assign(half=digest % 2)


def without_requests(cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases as they would be where requests were not known."""
    return cases.assign(requests=0.0, waiting=0.0, issued=0.0, own=0.0, own_alone=cases["own"] + cases["own_alone"])


def _design(cases: pd.DataFrame, names: tuple[str, ...], rates: GrowthRates, before: str = "") -> np.ndarray:
    horizon = cases["horizon"].to_numpy()
    soon = sum(np.where(horizon > k, rates.growth_recent_damping**k, 0.0) for k in range(max(HORIZONS)))
    return np.column_stack([cases.get(before + n, 0.0 * horizon) * (soon if n in RECENT else horizon) for n in names])


def fit(cases: pd.DataFrame, names: tuple[str, ...], rates: GrowthRates) -> np.ndarray:
    """Return the weights with the least absolute error of growth beyond England's, by reweighted least squares."""
    weight = 1 / cases["horizon"].map(SPREAD).to_numpy()
    x, y = _design(cases, names, rates) * weight[:, None], cases["beyond"].to_numpy() * weight
    shrinking = np.diag((x**2).mean(axis=0) * SHRINKING * len(x))
    found = np.zeros(len(names))
    for _ in range(60):
        w = 1 / np.maximum(np.abs(y - x @ found), 0.1)
        found = np.linalg.solve((x * w[:, None]).T @ x + shrinking, (x * w[:, None]).T @ y)
    return found


def in_force(rates: GrowthRates) -> np.ndarray:
    """Return the weights of assumptions/forecast.toml."""
    return np.array([rates.per(name) for name in NAMES])


def predicted(
    cases: pd.DataFrame, weights: np.ndarray, rates: GrowthRates, names: tuple[str, ...] = NAMES
) -> np.ndarray:
    """Return expected log growth: England's, what its own figures add, and what sets the authority apart."""
    apart = _design(cases, names, rates) + _design(cases, names, rates, "england_")
    return cases["england"].to_numpy() + apart @ weights


def held_out(cases: pd.DataFrame, names: tuple[str, ...], rates: GrowthRates) -> np.ndarray:
    """Return expected log growth with weights of the other half of the authorities and the other origins."""
    expected = np.zeros(len(cases))
    for half in (0, 1):
        for origin in ORIGINS:
            there = ((cases["half"] == half) & (cases["origin"] == origin)).to_numpy()
            fit_to = ((cases["half"] != half) & (cases["origin"] != origin)).to_numpy()
            expected[there] = predicted(cases[there], fit(cases[fit_to], names, rates), rates, names)
    return expected


def said(cases: pd.DataFrame, expected: np.ndarray) -> str:
    """Return medians at each horizon, January 2026, and errors and bias over plans."""
    ape = pd.Series(np.abs(np.exp(expected - cases["growth"].to_numpy()) - 1) * 100, index=cases.index)
    medians = ape.groupby([cases["horizon"], cases["origin"]]).median().unstack()
    known = medians[[o for o in medians.columns if o < LATEST - 1]].mean(axis=1)
    truth = np.exp(cases["growth"]) * cases["plans"]
    error = (np.exp(expected) * cases["plans"] - truth).groupby(cases["horizon"])
    whole = truth.groupby(cases["horizon"]).sum()
    parts = (known, [medians.loc[1, LATEST - 1]], error.apply(lambda e: e.abs().sum()) / whole * 100)
    bias = "  ".join(f"{b:+.1f}" for b in error.sum() / whole * 100)
    return " | ".join("  ".join(f"{v:5.2f}" for v in part) for part in parts) + f" | {bias}"


if __name__ == "__main__":
    main(sys.argv[1:])
