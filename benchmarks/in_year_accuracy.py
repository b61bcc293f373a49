"""How far next January is told by a council's own year so far: `python -m benchmarks.in_year_accuracy`.

An argument names the folder of published files. For every authority and January 2020 to 2025: the median absolute error,
the nine-in-ten error and how often a 90 % range held, with the calendar year's new plans known (as published) and with
ceased plans too. Nothing is published by month, so earlier months share the year's count with noise: a simulation.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from benchmarks import panel
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.forecast import base_year_plans, in_year
from sufficiency.forecast.growth import growth
from sufficiency.forecast.record.past_areas import as_of

ORIGINS = (2020, 2021, 2022, 2023, 2024)
LEAST_PLANS = 300
NINETY = 1.645  # standard errors either side
MONTHS = (0, 3, 6, 9, 12)


def main() -> None:
    whole = panel.area(panel.folder(sys.argv[1:]))
    rng = np.random.default_rng(7)
    rows = [row for origin in ORIGINS for row in _origin(whole, origin, rng)]
    table = pd.DataFrame(rows, columns=["origin", "ceased", "months", "error", "error_expected"])
    table["held"] = table["error"].abs() < NINETY * table["error_expected"]
    by = ["ceased", "months", "origin"]
    found = table.groupby(by).agg(
        authorities=("error", "size"),
        median=("error", lambda e: 100 * e.abs().median()),
        ninth=("error", lambda e: 100 * e.abs().quantile(0.9)),
        bias=("error", lambda e: 100 * e.median()),
        expected=("error_expected", lambda e: 100 * e.median()),
        held=("held", lambda h: 100 * h.mean()),
    )
    print(found.round(2).to_string())
    print(found.groupby(["ceased", "months"]).mean().round(2).to_string())


def _origin(whole: Area, origin: int, rng: np.random.Generator) -> list[tuple[int, str, int, float, float]]:
    """Return errors of the next January, a row for each authority and state of knowledge."""
    area = as_of(whole, origin)
    known = base_year_plans.history(area)
    drawn = growth.draws(area, known, growth.GrowthRates.of(area), 1, 200, np.random.default_rng(1))[:, 0]
    truth = whole.plans[whole.plans["year"] == origin + 1].groupby("authority")["plans"].sum()
    held = area.plans[area.plans["year"] == origin].groupby("authority")["plans"].sum()
    enough = [c for c in area.authorities if c in truth.index and held[c] >= LEAST_PLANS]
    rows = []
    for with_ceased in (False, True):
        months = _months(whole, origin, enough, rng, with_ceased=with_ceased)
        for so_far in MONTHS:
            now = area.replace(in_year=months[months["month"].str[5:].astype(int) <= so_far])
            if so_far:
                found = in_year.expected(now, known, drawn)
            else:
                future = held.reindex(area.authorities).to_numpy() * np.exp(drawn)
                found = pd.DataFrame(
                    {"plans": future.mean(axis=0), "error": future.std(axis=0)}, index=list(held.index)
                )
                found = found.loc[found.index.isin(months["authority"])]
            for code, row in found.iterrows():
                error = row["plans"] / truth[code] - 1
                rows.append((origin, "known" if with_ceased else "not", so_far, error, row["error"] / row["plans"]))
    return rows


def _months(whole: Area, origin: int, codes: list[str], rng: np.random.Generator, *, with_ceased: bool) -> pd.DataFrame:
    """Return the year's counts by month: as published over the year, shared among its months with noise."""
    flows = whole.flows[(whole.flows["year"] == origin + 1) & (whole.flows["need"] == "")]
    new = flows[flows["kind"] == "new"].groupby("authority")["children"].sum()
    gone = flows[(flows["kind"] == "ceased") & (flows["reason"] != "")].groupby("authority")["children"].sum()
    rows = []
    for code in codes:
        if code in new.index and (not with_ceased or code in gone.index):
            noisy = rng.dirichlet(np.full(12, 16 * 11 / 12))  # months that stray by a quarter
            parts = rng.multinomial(int(new[code]), noisy)
            ended = rng.multinomial(int(gone[code]), np.full(12, 1 / 12)) if with_ceased else [pd.NA] * 12
            rows += [(code, f"{origin}-{m + 1:02d}", int(parts[m]), ended[m]) for m in range(12)]
    frame = pd.DataFrame(rows, columns=["authority", "month", "new_plans", "ceased"]).astype({"ceased": "Int64"})
    return tables.check(frame, tables.IN_YEAR) if len(frame) else tables.empty(tables.IN_YEAR)


if __name__ == "__main__":
    main()
