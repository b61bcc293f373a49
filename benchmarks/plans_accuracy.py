"""How far forecasts of plans were from the truth, over every authority published: `python -m benchmarks.plans_accuracy`.

An argument names the folder of published files; a second the draws. Prints errors, coverage and CRPS at one, two and three
years from January 2020 to 2025, for all plans, by setting group and by age group, beside four naive forecasts; each figure's
bar; how often ranges held from each January; the same for January 2026 and for Northamptonshire; and far horizons.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import panel
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.forecast import Backtest, backtest, backtest_far
from sufficiency.forecast.record.backtest import MODEL

ORIGINS, LATEST = (2020, 2021, 2022, 2023, 2024, 2025), 2026
BARS = {1: 2.6, 2: 4.3, 3: 6.0}  # median absolute % error of all plans from January 2020 to 2024
LATEST_BAR = 2.3  # the same, January 2026 from January 2025
UNDER_NAIVE = 0.9  # WAPE of the model over that of the best naive method
COVERAGE, EACH_ORIGIN = (0.88, 0.92), 0.86
FAR_HELD, FAR_ORIGINS = 0.8, (2015, 2016, 2017, 2018)  # at seven years
DOUBTFUL = "E09000025"  # Newham, whose January 2025 looks wrong
EXAMPLE = ("E06000061", "E06000062")
EACH_COVERAGE = 0.8  # of every setting group and age group
YEARS = 7


def main(arguments: list[str]) -> None:
    folder = panel.folder(arguments)
    area = _with_latest(panel.area(folder), folder)
    draws = int(arguments[1]) if len(arguments) > 1 else 300
    print(f"{len(area.authorities)} authorities read; forecasts from January {', '.join(map(str, ORIGINS))}")
    began = time.perf_counter()
    found = backtest(area, origins=ORIGINS, draws=draws, seed=7)
    print(f"{time.perf_counter() - began:.0f} s for {len(ORIGINS)} origins of {draws} draws\n")
    complete = _complete(area)
    print(f"All plans, the {len(complete)} authorities with seven years")
    _totals(found, complete)
    _latest(found, complete)
    for by in ("setting_group", "age_group"):
        print(f"\nBy {by.replace('_', ' ')}")
        _grouped(found, by)
    print("\nFar horizons: growth alone, every published authority since 2010")
    _far()


def _with_latest(area: Area, folder: Path) -> Area:
    """Return the area with January 2026's totals, which stand beside the published folder."""
    last = pd.read_csv(folder.parent / "january_2026" / "totals_january_2026.csv")
    last = last[last["new_la_code"].isin(list(area.authorities)) & (last["new_la_code"] != DOUBTFUL)]
    rows = last.rename(columns={"new_la_code": "authority"})[["authority", "plans"]]
    rows = tables.check(rows.assign(year=LATEST, ncy=pd.NA, setting_type="not_recorded"), tables.PLANS)
    return area.replace(plans=pd.concat([area.plans, rows], ignore_index=True), base_year=LATEST)


def _complete(area: Area) -> list[str]:
    years = area.plans[area.plans["year"] < LATEST].groupby("authority")["year"].nunique()
    return [code for code in years.index[years == YEARS] if code != DOUBTFUL]


def _totals(found: Backtest, complete: list[str]) -> None:
    cases = found.cases()
    cases = cases[cases["authority"].isin(complete)].assign(
        error=lambda f: (f["forecast"] / f["truth"] - 1).abs() * 100, away=lambda f: (f["forecast"] - f["truth"]).abs()
    )
    earlier = cases[cases["origin"] < LATEST - 1]
    median = earlier.groupby(["horizon", "method", "origin"])["error"].median().groupby(["horizon", "method"]).mean()
    sums = cases.groupby(["horizon", "method"])[["away", "crps"]].sum()
    own = cases[cases["method"] == MODEL]
    bias = (own["forecast"] - own["truth"]).groupby(own["horizon"]).sum() / own.groupby("horizon")["truth"].sum() * 100
    for horizon, row in median.unstack().iterrows():
        best, bar = row.drop(MODEL).min(), BARS[int(str(horizon))]
        wape, score = (sums[c].unstack().loc[horizon] for c in ("away", "crps"))
        print(
            f"  {horizon} year: median error {row[MODEL]:.2f} % (bar {bar}: {_said(row[MODEL] <= bar)}), best naive {best:.2f} %; "
            f"ratio to the best naive: median {row[MODEL] / best:.2f}, WAPE {wape[MODEL] / wape.drop(MODEL).min():.2f}, "
            f"CRPS {score[MODEL] / score.drop(MODEL).min():.2f}; bias {bias[horizon]:+.1f} %; {_coverage(cases, horizon)}"
        )
    held = ((own["truth"] >= own["low"]) & (own["truth"] <= own["high"])).groupby(own["origin"]).mean()
    each = ", ".join(f"{origin} {share:.3f}" for origin, share in held.items())
    print(f"  held from each January: {each} (bar {EACH_ORIGIN}: {_said(held.min() >= EACH_ORIGIN)})")
    print(
        f"  held in all: {held_in_all(own):.3f} (bar {COVERAGE}: {_said(COVERAGE[0] <= held_in_all(own) <= COVERAGE[1])})"
    )


def held_in_all(cases: pd.DataFrame) -> float:
    """Return the share of truths inside 90 % ranges."""
    return float(((cases["truth"] >= cases["low"]) & (cases["truth"] <= cases["high"])).mean())


def _latest(found: Backtest, complete: list[str]) -> None:
    latest = found.cases().query("origin == @LATEST - 1", local_dict={"LATEST": LATEST})
    cases = latest[latest["authority"].isin(complete)]
    error = ((cases["forecast"] / cases["truth"] - 1).abs() * 100).groupby(cases["method"]).median()
    print(
        f"  January {LATEST}: median error {error[MODEL]:.2f} % (bar {LATEST_BAR}: {_said(error[MODEL] <= LATEST_BAR)}), ",
        end="",
    )
    print(f"best naive {error.drop(MODEL).min():.2f} %")
    run = next(run for run in found.runs if run.origin == LATEST - 1)
    for code in EXAMPLE:
        at = found.authorities.index(code)
        drawn = run.by_ncy[:, 0, at].sum(axis=1)
        truth = float(latest.loc[latest["authority"] == code, "truth"].iloc[0])
        low, high = np.quantile(drawn, [0.1, 0.9])
        print(
            f"    {code}: {truth:,.0f} counted, {np.median(drawn):,.0f} forecast, 80 % range {low:,.0f} to {high:,.0f}: "
            f"{_said(low <= truth <= high)}; higher than {np.mean(drawn < truth):.0%} of draws"
        )


def _far() -> None:
    record = backtest_far()
    scores = record.scores()
    columns = ["horizon", "method", "cases", "median_ape", "bias", "coverage_90", "width_90", "crps"]
    print(scores[columns].round(2).to_string(index=False))
    by_origin = record.scores("origin").query("method == @MODEL", local_dict={"MODEL": MODEL})
    for figure in ("coverage_90", "bias"):
        print(f"  {figure}\n{by_origin.pivot(index='horizon', columns='origin', values=figure).round(2).to_string()}")
    some = by_origin[(by_origin["horizon"] == 7) & by_origin["origin"].isin(FAR_ORIGINS)]
    held = float(np.average(some["coverage_90"], weights=some["cases"]))
    print(f"  held at seven years from January 2015 to 2018: {held:.3f} (bar {FAR_HELD}: {_said(held >= FAR_HELD)})")


def _grouped(found: Backtest, by: str) -> None:
    cases = found.cases(by)
    cases = cases.assign(error=(cases["forecast"] - cases["truth"]).abs())
    sums = cases.groupby(["horizon", "method"])[["error", "truth", "crps"]].sum()
    wape, score = (sums["error"] / sums["truth"] * 100).unstack(), sums["crps"].unstack()
    for horizon, row in wape.iterrows():
        ratio, crps = (t.loc[horizon, MODEL] / t.loc[horizon].drop(MODEL).min() for t in (wape, score))
        print(
            f"  {horizon} year: WAPE {row[MODEL]:.2f} %, best naive {row.drop(MODEL).min():.2f} %, ratio {ratio:.3f} "
            f"(bar {UNDER_NAIVE}: {_said(ratio <= UNDER_NAIVE)}); CRPS ratio {crps:.3f}; {_coverage(cases, horizon)}"
        )
    cases = cases.assign(bias=cases["forecast"] - cases["truth"])
    each = cases.groupby(["label", "horizon", "method"])[["error", "bias", "truth"]].sum()
    wape = (each["error"] / each["truth"] * 100).unstack("method")
    model = cases[cases["method"] == MODEL]
    inside = ((model["truth"] >= model["low"]) & (model["truth"] <= model["high"])).groupby(
        [model["label"], model["horizon"]]
    )
    table = pd.DataFrame(
        {
            "model": wape[MODEL],
            "best naive": wape.drop(columns=MODEL).min(axis=1),
            "ratio": wape[MODEL] / wape.drop(columns=MODEL).min(axis=1),
            "coverage": inside.mean(),
            "bias": (each["bias"] / each["truth"] * 100).unstack("method")[MODEL],
        }
    )
    least = table["coverage"].groupby("label").mean()
    print(
        f"  ranges of every group hold {EACH_COVERAGE:.0%}, mean of horizons: {_said((least >= EACH_COVERAGE).all())}"
    )
    print(table.unstack("horizon").round(2).to_string())


def _coverage(cases: pd.DataFrame, horizon: object) -> str:
    """Return the share of truths inside 90 % intervals, as they stand and with widths set on the other origins."""
    own = cases[(cases["method"] == MODEL) & (cases["horizon"] == horizon)]
    inside = float(((own["truth"] >= own["low"]) & (own["truth"] <= own["high"])).mean())
    held = [_held_out(own, origin) for origin in own["origin"].unique()]
    count = sum(n for _, n in held)
    elsewhere = sum(share * n for share, n in held) / count if len(held) > 1 else float("nan")
    is_held = EACH_ORIGIN <= inside <= 0.94
    return f"coverage {inside:.3f} ({_said(is_held)}), widths from other origins {elsewhere:.3f}"


def _held_out(cases: pd.DataFrame, origin: int) -> tuple[float, int]:
    """Return one origin's coverage with intervals stretched as the other origins need, and its cases."""
    stretch = _stretch(cases)
    here = cases["origin"] == origin
    if here.all():
        return float("nan"), int(here.sum())
    factor = float(np.quantile(stretch[~here], 0.9))
    return float((stretch[here] <= factor).mean()), int(here.sum())


def _stretch(cases: pd.DataFrame) -> pd.Series:
    """Return how far each truth lies from the median, a half-interval on its side."""
    above = cases["truth"] >= cases["forecast"]
    half = np.where(above, cases["high"] - cases["forecast"], cases["forecast"] - cases["low"])
    away = (cases["truth"] - cases["forecast"]).abs()
    return (away / np.maximum(half, 0.5)).where(away > 0, 0.0)


def _said(is_met: object) -> str:
    return "met" if is_met else "missed"


if __name__ == "__main__":
    main(sys.argv[1:])
