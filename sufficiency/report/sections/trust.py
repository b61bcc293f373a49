"""How far to trust the forecast: what it would have said in the past, beside what happened and beside simpler ways."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Final

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import MissingError
from sufficiency.forecast import backtest
from sufficiency.forecast.record.backtest import EARLIEST_YEARS, MODEL, Backtest
from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look.record_chart import fans_against_truth, said_against_came
from sufficiency.report.model import Chart, Exhibit, Table
from sufficiency.words.say import count, label

HORIZONS: Final = (1, 2, 3)
DRAWS: Final = 200
NAMES: Final = {
    MODEL: "This forecast",
    "last value": "No change",
    "linear trend": "Straight line through the past",
    "last growth": "Last year's growth again",
    "shrunk growth": "Growth half-way to England's",
}


def record(outcome: ForecastOutcome) -> Backtest | None:
    """Return the area's own backtest, or nothing where too few Januaries are known for one."""
    area = outcome.before
    januaries = {int(y) for y in area.plans["year"] if y <= area.base_year}
    return _record(area, outcome.options.seed) if len(januaries) > EARLIEST_YEARS else None


@lru_cache(maxsize=2)
def _record(area: Area, seed: int) -> Backtest:
    return backtest(area, horizons=HORIZONS, draws=DRAWS, seed=seed)


def words(outcome: ForecastOutcome) -> tuple[str, ...]:
    """Return what the record says, in a paragraph."""
    tested = record(outcome)
    if tested is None:
        return ("Too few past Januaries are known to test the forecast on this area.",)
    table = scores(tested)
    ours = table[table["forecast"] == NAMES[MODEL]].iloc[0]
    cases = tested.cases("authority").query("method == @MODEL", local_dict={"MODEL": MODEL})
    held = int(((cases["truth"] >= cases["low"]) & (cases["truth"] <= cases["high"])).sum())
    misses = ", ".join(f"{ours[c]:.1f}% {_ahead(c)}" for c in table.columns[1:-1] if ours[c] == ours[c])
    first, last = tested.runs[0].origin, tested.runs[-1].origin
    return (
        f"How far to trust this: run again from each January from {first} to {last} with only what was known then, the forecast of all plans missed by {misses} (the typical case, either way). "
        f"Its 9-in-10 range held the truth in {held} of {count(len(cases), 'case')}. {_beside(table)} "
        "These are few cases, in unusual years: one surge moves every row.",
    )


@lru_cache(maxsize=2)
def scores(tested: Backtest) -> pd.DataFrame:
    """Return the typical miss of each method at each horizon, and how often its range held: one row for each method. [%]"""
    each = tested.scores()
    wide = each.pivot_table(index="method", columns="horizon", values="median_ape", sort=False)
    wide.columns = [f"{h} year{'s' if h > 1 else ''} ahead" for h in wide.columns]
    held = (each["coverage_90"] * each["cases"]).groupby(each["method"]).sum() / each.groupby("method")["cases"].sum()
    wide["truth in its 9 in 10 range"] = held
    return wide.reset_index().rename(columns={"method": "forecast"}).assign(forecast=lambda t: t["forecast"].map(NAMES))


@lru_cache(maxsize=2)
def by_group(tested: Backtest) -> pd.DataFrame:
    """Return the misses of the forecast and of the best simpler way by group of settings and by age group. [%]"""
    rows = []
    for by in ("setting_group", "age_group"):
        try:
            each = tested.scores(by)
        except MissingError:  # no January has ages, or settings, on both sides
            continue
        near = each[each["horizon"] == each["horizon"].min()]
        for group, part in near.groupby(by, sort=False):
            ours, others = part[part["method"] == MODEL].iloc[0], part[part["method"] != MODEL]
            best = others.loc[others["wape"].idxmin()] if others["wape"].notna().any() else None
            rows.append(
                (
                    label(str(group), by),
                    ours["wape"],
                    None if best is None else best["wape"],
                    "" if best is None else NAMES[best["method"]],
                    ours["coverage_90"],
                )
            )
    columns = ["group", NAMES[MODEL], "best simpler way", "which that is", "truth in its 9 in 10 range"]
    return pd.DataFrame(rows, columns=columns)


def _ahead(column: str) -> str:
    return f"at {column.replace(' ahead', '')}"


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _beside(table: pd.DataFrame) -> str:
    """Return how the forecast compares with the simpler ways, at each horizon."""
    ours, others = table.iloc[0], table.iloc[1:]
    better = {c: [r["forecast"] for _, r in others.iterrows() if r[c] < ours[c]] for c in table.columns[1:-1]}
    if not any(better.values()):
        return f"No simpler way did better at any distance: {', '.join(_lower(n) for n in others['forecast'])}."
    said = [f"{_ahead(c)}, {' and '.join(map(_lower, names))}" for c, names in better.items() if names]
    return f"Simpler ways that happened to come nearer here: {'; '.join(said)}."


def exhibits(outcome: ForecastOutcome) -> tuple[Exhibit, ...]:
    """Return the chart of fans against the truth, and the table of misses."""
    tested = record(outcome)
    if tested is None:
        return ()
    table, parts = scores(tested), by_group(tested)
    return (
        Chart(
            "record",
            "What the forecast would have said, beside what happened",
            partial(fans_against_truth, tested, outcome.area.authorities),
            "Past forecasts as fans from each January, over a line of the plans counted.",
        ),
        Table(
            "record-scores",
            "How far forecasts of all plans missed, typical case, % either way",
            table,
            dict.fromkeys(table.columns[1:-1], "1") | {table.columns[-1]: "%"},
            note="The ranges of the simpler ways come from their own misses at other Januaries here, never the one tested.",
        ),
        Chart(
            "record-groups",
            "What the forecast would have said of each group of settings a year ahead, beside what came",
            partial(said_against_came, tested, "setting_group"),
            "Ranges forecast a year ahead for each group of settings, with the plans then counted as rings. Within a January, "
            f"from the left: {', '.join(outcome.area.authorities.values())}.",
            has_counts=True,
        ),
        Table(
            "record-parts",
            "How far forecasts a year ahead missed by group of settings and by age group, % of plans",
            parts,
            {parts.columns[1]: "1", parts.columns[2]: "1", parts.columns[4]: "%"},
            note="Groups of a few dozen plans miss by much in any forecast; their ranges say so. Ages are published for "
            "some Januaries only.",
        ),
    )
