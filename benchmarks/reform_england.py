"""England under current law and under the reform, beside DfE's points, and what its 2035 point takes.

    python -m benchmarks.reform_england [draws]

Prints plans and the share of pupils with a plan on each path, moves to Individual Support Plans as a share of the holders
of January 2026, and the three multiples that path="dfe" is fitted with: moves from schools to colleges and elsewhere to the
peak (`reform.dfe_moves_away`) and after it (`reform.dfe_moves_away_after`), at which England has DfE's school rates, and new
plans after the peak (`reform.dfe_new_plans`), at which England comes down to DfE's figure for 2035. Errors of growth, rates and population are left out, so that few draws show the middle.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import pandas as pd

import sufficiency as sf
from sufficiency.forecast.national_path import SCHOOLS, england_area, school_rate, without_errors
from sufficiency.policy import rate
from sufficiency.scenarios.scenario import Scenario

TO, SEED, CLOSE = 2035, 7, 0.01
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


def fitted(draws: int) -> dict[str, float]:
    """Return the three multiples at which England on DfE's path has DfE's points, each by halving, those after the peak in turn."""
    plans, shares = (points(name) for name in ("anchor_plans", "anchor_school_rate"))
    peak = sorted(plans)[-2]
    found = {"dfe_moves_away": 1.0, "dfe_new_plans": 0.36, "dfe_moves_away_after": 1.0}

    def on_path() -> tuple[pd.Series, pd.Series]:
        path = sf.scenarios.reform(path="dfe")
        set_to = [sf.ChangeAssumption(f"reform.{name}", value) for name, value in found.items()]
        forecast, area = run(Scenario("DfE's path", (*set_to, *path.levers)), draws)
        return plans_in(forecast), school_rate(forecast, area)

    def halve(name: str, low: float, high: float, is_more: Callable[[pd.Series, pd.Series], bool]) -> None:
        while high - low > CLOSE:
            found[name] = (low + high) / 2
            low, high = (low, found[name]) if is_more(*on_path()) else (found[name], high)
        print(f"  {name}: {found[name]:.3f}")

    halve("dfe_moves_away", 0.8, 2.0, lambda _, share: share[peak] < shares[peak])
    for _ in range(2):
        halve("dfe_new_plans", 0.0, 1.0, lambda total, _: total[TO] > plans[TO])
        halve("dfe_moves_away_after", 0.8, 2.0, lambda _, share: share[TO] < shares[TO])
    return found


def points(name: str) -> dict[int, float]:
    """Return DfE's points by January."""
    return {day.year: value for day, value in rate(f"reform.{name}").values.items()}


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    plans, shares = (points(name) for name in ("anchor_plans", "anchor_school_rate"))
    rows = []
    for name, scenario in PATHS.items():
        forecast, area = run(scenario, draws)
        total, share = plans_in(forecast), school_rate(forecast, area)
        held = forecast.plans.sel(setting_type=list(SCHOOLS)).sum() / forecast.plans.sum()
        row = {"path": name, "at schools": f"{float(held):.1%}"}
        row |= {f"plans {year}": f"{total[year]:,.0f}" for year in plans if year in total}
        row |= {f"rate {year}": f"{share[year]:.2%}" for year in shares if year in share}
        if forecast.support_plans is not None:
            moved = forecast.flows_by_ncy.sel(kind="to_support_plan").sum(["year", "authority", "ncy", "setting_type"])
            row["moved"] = f"{float(moved.mean()) / plans[2026]:.1%}"
        new = forecast.flows_by_ncy.sel(kind="joiners").sum(["authority", "ncy", "setting_type"]).mean("draw")
        row["new plans 2031-35"] = f"{float(new.sel(year=slice(2031, TO)).mean()):,.0f}"
        rows.append(row)
    dfe = {"path": "DfE"} | {f"plans {y}": f"{p:,.0f}" for y, p in plans.items()}
    dfe |= {f"rate {y}": f"{r:.2%}" for y, r in shares.items()}
    print(pd.DataFrame([*rows, dfe]).fillna("").to_string(index=False))
    print(sf.scenarios.reform_arithmetic().to_string(index=False))
    for name, value in fitted(draws).items():
        print(f"reform.{name} = {value:.3f}")


if __name__ == "__main__":
    main()
