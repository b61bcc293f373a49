"""SEN Support against the past: errors of the forecast, of the last value and of a linear trend, all authorities at hand.

Run as `python -m benchmarks.sen_support_accuracy [FOLDER]`, FOLDER holding the published downloads (`lait/` is read).
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import pandas as pd

from sufficiency.forecast import sen_support_share

MEASURES = {"SEN_TotSENSuP": "all", "PrimNoStatements": "primary", "SecNoStatements": "secondary"}


def authorities(folder: Path) -> pd.DataFrame:
    """Return SEN Support percentages of authorities from DfE's Local authority interactive tool, as the library's table."""
    frame = pd.read_csv(folder / "lait" / "sen_measures_2016-2025.csv", dtype="str")
    frame = frame[frame["Measure_short"].isin(MEASURES)]
    number = pd.to_numeric(frame["LA Number"], errors="coerce")
    frame = frame.assign(
        authority=frame["LA and Regions"],
        year=frame["Years"].astype(int),
        phase=frame["Measure_short"].map(MEASURES),
        sen_support_percent=pd.to_numeric(frame["Values"], errors="coerce"),
    )[number.between(201, 969)]
    known = frame.dropna(subset=["sen_support_percent"])
    return known[known["sen_support_percent"] > 0][["authority", "year", "phase", "sen_support_percent"]]


def scores(found: pd.DataFrame) -> pd.DataFrame:
    """Return mean and median absolute error [percentage points] and coverage by phase, horizon and method."""
    found = found.assign(
        error=(found["forecast"] - found["actual"]).abs(),
        bias=found["forecast"] - found["actual"],
        inside=found["actual"].between(found["low"], found["high"]),
    )
    by = found.groupby(["phase", "horizon", "method"])
    table = by.agg(
        cases=("error", "size"),
        mean=("error", "mean"),
        median=("error", "median"),
        bias=("bias", "mean"),
        inside=("inside", "mean"),
    )
    table["inside"] = table["inside"].where(table.index.get_level_values("method") == "model")
    return table


def main() -> None:
    warnings.filterwarnings("ignore", category=FutureWarning)
    beside = Path(__file__).parents[2] / "shared" / "data" / "published"
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SUFFICIENCY_PUBLISHED", beside))
    table = scores(sen_support_share.backtest(authorities(folder)))
    print("SEN Support, % of pupils; origins January 2019 to 2024; errors in percentage points\n")
    print(table.round(3).to_string())
    mean = table["mean"].unstack("method")
    print("\nError as a share of the best of last value and linear trend (below 1 is better):\n")
    print((mean["model"] / mean[["last value", "linear trend"]].min(axis=1)).unstack("horizon").round(3).to_string())


if __name__ == "__main__":
    main()
