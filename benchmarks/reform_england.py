"""England under current law and under the reform, beside DfE's points, and what its 2035 point takes.

    python -m benchmarks.reform_england [draws]

Prints plans and the share of pupils with a plan on each path, moves to Individual Support Plans as a share of the holders
of January 2026, and the multiple of new plans after the peak (`reform.dfe_new_plans`) at which England comes down to DfE's
figure for 2035. Errors of growth, rates and population are left out, so that few draws show the middle.
"""

from __future__ import annotations

import sys

import pandas as pd

import sufficiency as sf
from sufficiency.forecast.national_path import SCHOOLS, england_area, school_rate, without_errors
from sufficiency.policy import rate
from sufficiency.scenarios.scenario import Scenario

TO, SEED, CLOSE = 2035, 7, 1_000
PATHS = {
    "as agreed": sf.AS_AGREED,
    "support plans alone": sf.scenarios.reform(levers=["individual_support_plans"]),
    "half delivered": sf.scenarios.reform(0.5),
    "delivered": sf.scenarios.reform(1.0),
    "on DfE's path": sf.scenarios.reform(path="dfe"),
}


def run(scenario: Scenario, draws: int) -> tuple[sf.forecast.PlanForecast, sf.Area]:
    """Return the middle path of plans in England, and the area with the levers pulled."""
    area = scenario(without_errors(england_area()))
    return sf.forecast.plans(area, to=TO, draws=draws, seed=SEED), area


def plans_in(forecast: sf.forecast.PlanForecast) -> pd.Series:
    """Return plans by January, the middle of the draws. [plans]"""
    return forecast.plans.sum(["authority", "ncy", "need", "setting_type"]).median("draw").to_series()


def fitted(draws: int) -> float:
    """Return the multiple of new plans after the peak at which England's plans of 2035 are DfE's, by halving."""
    target = {day.year: plans for day, plans in rate("reform.anchor_plans").values.items()}[TO]
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        path = sf.scenarios.reform(path="dfe")
        set_to = sf.ChangeAssumption("reform.dfe_new_plans", middle)
        found = plans_in(run(Scenario("DfE's path", (set_to, *path.levers)), draws)[0])[TO]
        print(f"  x {middle:.4f}: {found:,.0f}")
        if abs(found - target) < CLOSE or high - low < 0.005:
            return middle
        low, high = (middle, high) if found < target else (low, middle)


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    points = {
        name: {d.year: v for d, v in rate(f"reform.{name}").values.items()}
        for name in ("anchor_plans", "anchor_school_rate")
    }
    rows = []
    for name, scenario in PATHS.items():
        forecast, area = run(scenario, draws)
        total, share = plans_in(forecast), school_rate(forecast, area)
        held = forecast.plans.sel(setting_type=list(SCHOOLS)).sum() / forecast.plans.sum()
        row = {"path": name, "at schools": f"{float(held):.1%}"}
        row |= {f"plans {year}": f"{total[year]:,.0f}" for year in points["anchor_plans"] if year in total}
        row |= {f"rate {year}": f"{share[year]:.2%}" for year in points["anchor_school_rate"] if year in share}
        if forecast.support_plans is not None:
            moved = forecast.flows_by_ncy.sel(kind="to_support_plan").sum(["year", "authority", "ncy", "setting_type"])
            row["moved"] = f"{float(moved.mean()) / points['anchor_plans'][2026]:.1%}"
        new = forecast.flows_by_ncy.sel(kind="joiners").sum(["authority", "ncy", "setting_type"]).mean("draw")
        row["new plans 2031-35"] = f"{float(new.sel(year=slice(2031, TO)).mean()):,.0f}"
        rows.append(row)
    dfe = {"path": "DfE"} | {f"plans {y}": f"{p:,.0f}" for y, p in points["anchor_plans"].items()}
    dfe |= {f"rate {y}": f"{r:.2%}" for y, r in points["anchor_school_rate"].items()}
    print(pd.DataFrame([*rows, dfe]).fillna("").to_string(index=False))
    print(sf.scenarios.reform_arithmetic().to_string(index=False))
    print(f"reform.dfe_new_plans = {fitted(draws):.3f}")


if __name__ == "__main__":
    main()
