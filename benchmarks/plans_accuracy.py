"""How far forecasts of plans were from the truth, over every authority published: `python -m benchmarks.plans_accuracy`.

An argument names the folder of published files. Prints errors, coverage and CRPS at one, two and three years from
January 2021 to 2024, for all plans, by setting group and by age group, beside four naive forecasts; each figure's bar;
and what coverage is when interval widths are set on the other origins only.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from benchmarks import panel
from sufficiency.area.area import Area
from sufficiency.forecast import Backtest, backtest
from sufficiency.forecast.record.backtest import MODEL

ORIGINS = (2021, 2022, 2023, 2024)
BARS = {1: 2.75, 2: 5.2, 3: 6.1}  # median absolute % error of all plans
UNDER_NAIVE = 0.9  # WAPE of the model over that of the best naive method
COVERAGE = (0.86, 0.94)
GROUPS = ("mainstream", "special", "further_education", "elsewhere")
YEARS = 7


def main() -> None:
    area = panel.area(panel.folder(sys.argv[1:]))
    print(f"{len(area.authorities)} authorities read; forecasts from January {', '.join(map(str, ORIGINS))}")
    began = time.perf_counter()
    found = backtest(area, origins=ORIGINS, draws=300, seed=7)
    print(f"{time.perf_counter() - began:.0f} s for {len(ORIGINS)} origins of 300 draws\n")
    complete = _complete(area)
    print(f"All plans, the {len(complete)} authorities with seven years")
    _totals(found, complete)
    for by, keep in (("setting_group", GROUPS), ("age_group", None)):
        print(f"\nBy {by.replace('_', ' ')}")
        _grouped(found, by, keep)


def _complete(area: Area) -> list[str]:
    years = area.plans.groupby("authority")["year"].nunique()
    return list(years.index[years == YEARS])


def _totals(found: Backtest, complete: list[str]) -> None:
    cases = found.cases()
    cases = cases[cases["authority"].isin(complete)]
    error = (cases["forecast"] / cases["truth"] - 1).abs() * 100
    by_origin = error.groupby([cases["horizon"], cases["method"], cases["origin"]]).median()
    median = by_origin.groupby(["horizon", "method"]).mean().unstack()
    score = (cases["crps"].groupby([cases["horizon"], cases["method"]]).sum()).unstack()
    for horizon, row in median.iterrows():
        best = row.drop(MODEL).min()
        ratio = score.loc[horizon, MODEL] / score.loc[horizon].drop(MODEL).min()
        print(
            f"  {horizon} year: median error {row[MODEL]:.2f} % (bar {BARS[int(horizon)]}: {_said(row[MODEL] <= BARS[int(horizon)])}), "
            f"best naive {best:.2f} %, ratio {row[MODEL] / best:.2f}; CRPS ratio {ratio:.3f}; {_coverage(cases, horizon)}"
        )


def _grouped(found: Backtest, by: str, keep: tuple[str, ...] | None) -> None:
    cases = found.cases(by)
    cases = cases[cases["label"].isin(keep)] if keep else cases
    cases = cases.assign(error=(cases["forecast"] - cases["truth"]).abs())
    sums = cases.groupby(["horizon", "method"])[["error", "truth", "crps"]].sum()
    wape, score = (sums["error"] / sums["truth"] * 100).unstack(), sums["crps"].unstack()
    for horizon, row in wape.iterrows():
        ratio, crps = (t.loc[horizon, MODEL] / t.loc[horizon].drop(MODEL).min() for t in (wape, score))
        print(
            f"  {horizon} year: WAPE {row[MODEL]:.2f} %, best naive {row.drop(MODEL).min():.2f} %, ratio {ratio:.3f} "
            f"(bar {UNDER_NAIVE}: {_said(ratio <= UNDER_NAIVE)}); CRPS ratio {crps:.3f}; {_coverage(cases, horizon)}"
        )
    each = cases.groupby(["label", "horizon", "method"])[["error", "truth"]].sum()
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
        }
    )
    print(table.unstack("horizon").round(2).to_string())


def _coverage(cases: pd.DataFrame, horizon: object) -> str:
    """Return the share of truths inside 90 % intervals, as they stand and with widths set on the other origins."""
    own = cases[(cases["method"] == MODEL) & (cases["horizon"] == horizon)]
    inside = float(((own["truth"] >= own["low"]) & (own["truth"] <= own["high"])).mean())
    held = [_held_out(own, origin) for origin in own["origin"].unique()]
    count = sum(n for _, n in held)
    elsewhere = sum(share * n for share, n in held) / count if len(held) > 1 else float("nan")
    is_held = COVERAGE[0] <= inside <= COVERAGE[1]
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
    main()
