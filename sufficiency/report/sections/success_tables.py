"""Measures of success as tables: the latest of each beside others, gaps to peers, and figures for next year's report."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.report.look.success_charts import figure_of
from sufficiency.report.model import Table
from sufficiency.success import SuccessMeasures
from sufficiency.success.judged import SAME
from sufficiency.words.success import GROUPS, MEASURES

COUNTED: Final = ("children", "young people", "complaints")  # units of a council's own counts, which may be small
NOT_PUBLISHED: Final = "not published"


def arrow(change: float, verdict: str) -> str:
    """Return a change in words with its direction: '▲ better', '▼ worse', '■ not distinguishable'."""
    if not verdict:
        return ""
    if verdict == SAME:
        return f"■ {SAME}"
    return f"{'▲' if change > 0 else '▼'} {verdict}"


def table(own: pd.DataFrame, code: str, name: str, limit: int) -> Table:
    """Return the latest of every measure of one authority, with what stands beside it and where it is going."""
    rows = []
    for r in own.itertuples():
        measure = MEASURES[r.measure]
        of = "" if measure.theme == "process" else GROUPS[measure.group]
        row = {"measure": measure.says, "of": of, "in": measure.unit}
        is_small = measure.unit in COUNTED and limit > 1 and 1 <= r.value < limit
        if pd.isna(r.value):
            row |= {"latest": NOT_PUBLISHED} | dict.fromkeys(
                ("when", "range", "England", "neighbours", "beside them", "rank", "was", "trend"), ""
            )
        else:
            was = f"{figure_of(r.was)} in {r.since}" if r.since else "one year only"
            row |= {
                "latest": "c" if is_small else figure_of(r.value),
                "when": r.when,
                "range": f"{figure_of(r.low)} to {figure_of(r.high)}" if pd.notna(r.low) else "",
                "England": _or(r.england),
                "neighbours": _or(r.neighbours),
                "beside them": arrow(r.difference, r.beside) + (" (England)" if r.beside_rests_on == "England" else ""),
                "rank": f"{r.rank:.0f} of {r.ranked:.0f}" if pd.notna(r.rank) else "",
                "was": "" if is_small else was,
                "trend": "" if is_small else arrow(r.change, r.trend) if r.trend else "",
            }
        rows.append(row | {"answers": r.line})
    frame = pd.DataFrame(rows)
    return Table(
        f"success-table-{code}",
        f"Measures of success: {name}",
        frame if frame["answers"].ne("").any() else frame.drop(columns="answers"),
        note="Arrows show the way a figure lies or goes: ▲ higher, ▼ lower, ■ no clear difference. Range: 19 times in 20 by chance in so many children. Rank 1 is the best of the authority and its neighbours, or the highest where neither is good. "
        + ("Answers: the line of the area's own strategy. " if frame["answers"].ne("").any() else "")
        + "'Not published': no table at hand has it; give your own in outcomes.csv.",
    )


def _or(value: float) -> str:
    return "" if pd.isna(value) else figure_of(value)


def gaps_table(found: SuccessMeasures) -> tuple[Table, ...]:
    """Return how far children with SEN are behind those with none, in one table; none where neither is known."""
    gaps = found.gaps()
    if gaps.empty:
        return ()
    frame = pd.DataFrame(
        {
            "authority": gaps["authority"],
            "measure": [MEASURES[f"{of}_support"].says for of in gaps["of"]],
            "of": gaps["group"].map(GROUPS),
            "when": [MEASURES[f"{r.of}_{r.group}"].when(r.year) for r in gaps.itertuples()],
            "behind no SEN by": gaps["gap"].map(figure_of),
            "England": gaps["england"].map(_or),
            "neighbours": gaps["neighbours"].map(_or),
        }
    )
    title = "How far behind children with no SEN, in the measure's own unit"
    return (
        Table(
            "success-gaps",
            title,
            frame,
            note="A smaller gap is better. A gap is the difference of two published figures, each of a different number of children.",
        ),
    )


def figures_table(found: SuccessMeasures, limit: int) -> Table:
    """Return the latest of every measure as numbers: what next year's report compares itself with."""
    latest = found.summary().dropna(subset=["value"])
    is_small = (
        latest["measure"].map(lambda m: MEASURES[m].unit in COUNTED)
        & (limit > 1)
        & latest["value"].between(1, limit - 1)
    )
    frame = latest.loc[~is_small, ["authority", "measure", "year", "value", "low", "high"]]
    return Table(
        "success-figures",
        "The latest of every measure, for next year's report to compare itself with",
        frame.reset_index(drop=True),
        {"year": "year", "value": "2", "low": "2", "high": "2"},
        note="`sufficiency report --last` reads this sheet.",
        rows_shown=0,
    )
