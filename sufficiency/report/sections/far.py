"""How far to trust years five to ten: such forecasts made long ago, and what their range leaves out."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import pandas as pd

from sufficiency.forecast.record.backtest_far import MODEL, RANDOM_WALK, FarBacktest, backtest_far
from sufficiency.report.model import Table

DRAWS: Final = 200
NAMES: Final = {
    MODEL: "This forecast",
    RANDOM_WALK: "Growth that wanders as it has",
    "last value": "No change",
    "linear trend": "Straight line through the past",
    "last growth": "Last year's growth again",
    "shrunk growth": "Growth half-way to England's",
}
IF_THE_LAW_STAYS: Final = (
    "Every range here says what to expect if the law stays as it is: it leaves room for growth that breaks with its past, as in "
    "2015 to 2017, not for the law announced for 2029. What that law would change is a scenario of its own; no range covers both."
)


@lru_cache(maxsize=1)
def record() -> FarBacktest:
    """Return the record of forecasts made long ago for every published authority."""
    return backtest_far(draws=DRAWS)


def words() -> tuple[str, ...]:
    """Return what the record says of the far years, in a paragraph."""
    ours = record().scores().query("method == @MODEL", local_dict={"MODEL": MODEL}).set_index("horizon")
    misses = ", ".join(f"{row['median_ape']:.0f}% at {h} years" for h, row in ours.iterrows())
    held = ", ".join(f"{row['coverage_90']:.0%} at {h}" for h, row in ours.iterrows())
    cases = record().cases
    first, last = cases["origin"].min(), cases["origin"].max()
    low = "low" if (ours["bias"] < 0).all() else "wrong"
    return (
        f"How far to trust years five to ten: run from each January from {first} to {last} on the totals of {cases['authority'].nunique()} authorities, the same growth missed by {misses} (the typical case), mostly too {low}; its 9-in-10 range held the truth in {held}. {IF_THE_LAW_STAYS}",
    )


def table() -> Table:
    """Return how far forecasts missed at each horizon, how often ranges held and how wide they were; one row for each method."""
    scores = record().scores()
    wide = scores.pivot_table(index="method", columns="horizon", values="median_ape", sort=False)
    wide.columns = [f"{h} years ahead" for h in wide.columns]
    ranged = scores[scores["method"].isin([MODEL, RANDOM_WALK])]
    for horizon, part in ranged.groupby("horizon"):
        wide[f"held at {horizon} years"] = part.set_index("method")["coverage_90"].reindex(wide.index)
    last = ranged[ranged["horizon"] == ranged["horizon"].max()].set_index("method")
    wide[f"range at {ranged['horizon'].max()} years over the truth"] = last["width_90"].reindex(wide.index)
    frame = (
        wide.reset_index().rename(columns={"method": "forecast"}).assign(forecast=lambda t: t["forecast"].map(NAMES))
    )
    formats = {c: "1" if "ahead" in c or "range" in c else "%" for c in frame.columns[1:]}
    return Table(
        "record-far",
        "How far forecasts of all plans missed five to ten years ahead, typical case, % either way",
        pd.DataFrame(frame),
        formats,
        note="Published authorities, January 2012 on. The simpler ways have no range of their own: nobody had such errors to make one from.",
    )
