"""Measures of success as tables: the latest of each beside others, gaps to peers, and figures for next year's report."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.report.look.success_charts import figure_of
from sufficiency.report.model import Table
from sufficiency.success import SuccessMeasures, success_measures
from sufficiency.success.judged import SAME, UNJUDGED
from sufficiency.success.success_measures import COUNTS
from sufficiency.tables.rows import MeasureRow
from sufficiency.words.success import GROUPS, MEASURES

COUNTED: Final = ("children", "young people", "complaints")  # units of a council's own counts, which may be small
NOT_PUBLISHED: Final = "not published"
UNJUDGED_SAYS: Final = "Can't be judged: the figure lies no further off than neighbours lie from one another, and the number of children, or what chance allows in them, isn't known."


@lru_cache(maxsize=2)
def measures_of(area: Area) -> SuccessMeasures:
    """Return how an area's children fare: several sections tell of it."""
    return success_measures(area)


def arrow(change: float, verdict: str) -> str:
    """Return a change in words with its direction: '▲ better', '▼ worse', '■ no clear difference', or that it can't be judged."""
    if verdict in ("", UNJUDGED):
        return verdict
    if verdict == SAME:
        return "■ no clear difference"
    return f"{'▲' if change > 0 else '▼'} {verdict}"


def table(found: SuccessMeasures, own: pd.DataFrame, code: str, name: str, limit: int) -> Table:
    """Return the latest of every measure of one authority, with what stands beside it and where it is going."""
    rows = []
    for r in own.itertuples():
        measure = MEASURES[r.measure]
        row = {"measure": f"{measure.named} ({measure.unit})", "latest": NOT_PUBLISHED}
        row |= dict.fromkeys(("England", "neighbours", "beside them", "since"), "")
        if pd.notna(r.value):
            is_small = measure.unit in COUNTED and limit > 1 and 1 <= r.value < limit
            row |= {
                "latest": f"c, {r.when}" if is_small else f"{figure_of(r.value)}{_range(r.low, r.high)}, {r.when}",
                "England": _or(r.england),
                "neighbours": _or(r.neighbours) or _earlier(found, r),
                "beside them": _beside(r),
                "since": "" if is_small else _since(r),
            }
        rows.append(row | {"answers": r.line})
    frame = pd.DataFrame(rows)
    return Table(
        f"success-table-{code}",
        f"Measures of success: {name}",
        frame if frame["answers"].ne("").any() else frame.drop(columns="answers"),
        note=f"Arrows show the way a figure lies or goes: ▲ higher, ▼ lower, ■ no clear difference. In brackets the range, 19 times in 20, that chance allows in so many children. {UNJUDGED_SAYS} 4 of 11: its place among itself and its neighbours; 1 is the best, or the highest where neither is good. Neighbours' figures with a year are their latest, and of another year than the authority's: they are not compared. "
        + ("Answers: the line of the area's own strategy. " if frame["answers"].ne("").any() else "")
        + "'Not published': no table at hand has it; give your own in outcomes.csv.",
    )


def _range(low: float, high: float) -> str:
    return f" ({figure_of(low)} to {figure_of(high)})" if pd.notna(low) else ""


def _beside(row: MeasureRow) -> str:
    rank = f", {row.rank:.0f} of {row.ranked:.0f}" if pd.notna(row.rank) else ""
    by = " (England)" if row.beside_rests_on == "England" else ""
    return f"{arrow(row.difference, row.beside)}{by}{rank}".removeprefix(", ")


def _since(row: MeasureRow) -> str:
    if not row.since:
        return "one year only"
    was = f"from {figure_of(row.was)} in {row.since}"
    return f"{arrow(row.change, row.trend)}, {was}" if row.trend else was


def _earlier(found: SuccessMeasures, row: MeasureRow) -> str:
    """Return the neighbours' latest mean before an authority's figure, with its year, as the chart draws it."""
    measure = MEASURES[row.measure]
    years = found.beside(row.measure)
    if years.empty or measure.unit in COUNTS:
        return ""
    known = years[(years["authority"] == row.authority) & (years["year"] < row.year)].dropna(subset=["neighbours"])
    if known.empty:
        return ""
    last = known.iloc[-1]
    return f"{figure_of(last['neighbours'])}, {measure.when(int(last['year']))}"


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
