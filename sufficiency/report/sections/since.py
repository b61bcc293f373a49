"""Since the last report: measures and headline forecasts, as they were said then and as they are now."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.draws import LEVELS
from sufficiency.errors import InputError
from sufficiency.outcome import MEASURES as FORECAST_MEASURES
from sufficiency.outcome import ForecastOutcome
from sufficiency.report.last_report import FORECASTS, LastReport
from sufficiency.report.look.success_charts import figure_of
from sufficiency.report.model import Section, Table
from sufficiency.report.sections.success_tables import COUNTED, arrow, measures_of
from sufficiency.success.judged import SAME
from sufficiency.tables.rows import MeasureThenRow
from sufficiency.words.say import between, count, shown
from sufficiency.words.school_year import financial_label
from sufficiency.words.success import MEASURES

NOTHING_NEW: Final = "no new figure"


def section(outcome: ForecastOutcome, last: LastReport | None, limit: int = 0) -> Section:
    """Return what changed since the last report, and the table that next year's compares itself with.

    Raises
    ------
    InputError
        If the last report shares no forecast and no authority with this one.
    """
    table = forecasts_table(outcome, limit)
    if last is None:
        words = (
            "No earlier report was given, so none is compared with. Next year, `sufficiency report --last` with this report's folder says what has changed since: its workbook holds the forecasts of every year for that.",
        )
        return Section("since", "For next year's report", words, exhibits=(table,))
    figures, forecasts = _figures(outcome, last), _forecasts(table.frame, last)
    if figures.empty and forecasts.empty:
        raise InputError(
            f"the last report, '{last.title}', has no authority and no year in common with {outcome.area.name}"
        )
    exhibits = [t for t in (_figures_table(figures, limit), _forecasts_table(forecasts, outcome)) if len(t.frame)]
    told = (f"Beside the last report, '{last.title}'.", _figure_words(figures), _forecast_words(forecasts, outcome))
    says = " ".join(part for part in told if part)
    return Section("since", "Since the last report", (says,), exhibits=(*exhibits, table))


def forecasts_table(outcome: ForecastOutcome, limit: int = 0) -> Table:
    """Return the headline forecasts of every year as numbers: what next year's report compares itself with."""
    rows = []
    for name in outcome.measures:
        total = outcome.measure(name)
        quantiles = total.quantile(LEVELS, dim="draw")
        for year in total[total.dims[-1]].to_numpy():
            low, mid, high = (float(v) for v in quantiles.sel({total.dims[-1]: year}))
            is_small = (
                limit > 1
                and FORECAST_MEASURES[name].unit == "children"
                and any(0.5 <= v < limit for v in (low, mid, high))
            )
            if not is_small:
                rows.append((name, int(year), mid, low, high))
    return Table(
        FORECASTS,
        "Headline forecasts, year by year, for next year's report to compare itself with",
        pd.DataFrame(rows, columns=["measure", "year", "middle", "low", "high"]),
        {"year": "year", "middle": "n", "low": "n", "high": "n"},
        note="Years are Januaries, or of money the April in which a financial year starts. `sufficiency report --last` reads this sheet.",
        rows_shown=0,
    )


def _figures(outcome: ForecastOutcome, last: LastReport) -> pd.DataFrame:
    """Return measures of both reports: authority, measure, year and value then and now, change, verdict."""
    now = measures_of(outcome.area).summary().dropna(subset=["value"])
    both = now.merge(last.figures.dropna(subset=["value"]), on=["authority", "measure"], suffixes=("", "_then"))
    verdicts = [_verdict(r) for r in both.itertuples()]
    return both.assign(change=both["value"] - both["value_then"], verdict=verdicts)


def _verdict(row: MeasureThenRow) -> str:
    """Return whether a figure is better than the last report's by more than chance in both; blank where that isn't known."""
    if row.year == row.year_then:
        return NOTHING_NEW
    change = row.value - row.value_then
    half = math.hypot((row.high - row.low) / 2, (row.high_then - row.low_then) / 2)
    better = MEASURES[row.measure].better
    if math.isnan(half) or not better:
        return "higher" if change > 0 else "lower" if change < 0 else "the same"
    return SAME if abs(change) <= half else "better" if (change > 0) == (better == "higher") else "worse"


def _figures_table(both: pd.DataFrame, limit: int) -> Table:
    is_small = [
        limit > 1 and MEASURES[r.measure].unit in COUNTED and min(r.value, r.value_then) < limit
        for r in both.itertuples()
    ]
    rows = [
        {
            "authority": r.authority,
            "measure": MEASURES[r.measure].named,
            "in": MEASURES[r.measure].unit,
            "last report": f"{figure_of(r.value_then)} ({MEASURES[r.measure].when(r.year_then)})",
            "now": f"{figure_of(r.value)} ({MEASURES[r.measure].when(r.year)})",
            "since then": arrow(r.change, r.verdict),
        }
        for r in both[~np.array(is_small, dtype=bool)].itertuples()
        if r.verdict != NOTHING_NEW
    ]
    note = "Better and worse: by more than chance in the children of both years. Higher and lower: how much is chance isn't known."
    return Table(
        "since-figures", "Measures of success with a new figure since the last report", pd.DataFrame(rows), note=note
    )


def _figure_words(both: pd.DataFrame) -> str:
    if both.empty:
        return ""
    new = both[both["verdict"] != NOTHING_NEW]
    if new.empty:
        return f"None of {count(len(both), 'measure')} has a new figure."
    parts = [
        f"{(new['verdict'] == v).sum()} {v}"
        for v in ("better", "worse", SAME, "higher", "lower")
        if (new["verdict"] == v).any()
    ]
    return f"{len(new)} of {count(len(both), 'measure')} {'has' if len(new) == 1 else 'have'} a new figure: {', '.join(parts)}."


def _forecasts(now: pd.DataFrame, last: LastReport) -> pd.DataFrame:
    """Return forecasts of both reports for the same years."""
    known = last.forecasts[last.forecasts["measure"].isin(list(FORECAST_MEASURES))].dropna()
    both = now.merge(known, on=["measure", "year"], suffixes=("", "_then"))
    return both.assign(is_inside=both["middle"].between(both["low_then"], both["high_then"]))


def _forecasts_table(both: pd.DataFrame, outcome: ForecastOutcome) -> Table:
    rows = []
    for r in both.itertuples():
        measure = FORECAST_MEASURES[r.measure]
        how = "£" if measure.unit == "GBP" else "n"
        rows.append(
            {
                "measure": measure.says,
                "when": financial_label(r.year) if how == "£" else f"January {r.year}",
                "last report": shown(r.middle_then, how),
                "its range": between(r.low_then, r.high_then, how),
                "now": shown(r.middle, how) + (" (counted)" if _is_counted(r.measure, r.year, outcome) else ""),
                "change": shown(round(r.middle - r.middle_then), how),
                "inside its range": "yes" if r.is_inside else "no",
            }
        )
    return Table(
        "since-forecasts",
        "Headline forecasts since the last report",
        pd.DataFrame(rows),
        note="Ranges hold nine futures in ten.",
        rows_shown=40,
    )


def _is_counted(measure: str, year: int, outcome: ForecastOutcome) -> bool:
    return measure == "plans" and year <= outcome.area.base_year


def _forecast_words(both: pd.DataFrame, outcome: ForecastOutcome) -> str:
    """Return whether plans that were forecast and are now counted, and those of the last shared year, lie where the last report said."""
    plans = both[both["measure"] == "plans"].sort_values("year")
    told = []
    for r in plans.itertuples():
        is_counted = _is_counted("plans", r.year, outcome)
        if (is_counted and r.low_then < r.high_then) or (r.year == plans["year"].max() and not is_counted):
            verb, inside = "were counted" if is_counted else "are now forecast", "inside" if r.is_inside else "outside"
            told.append(
                f"{r.middle:,.0f} plans {verb} in January {r.year}; the last report said {r.middle_then:,.0f}, between {r.low_then:,.0f} and {r.high_then:,.0f}: {inside} its range."
            )
    return " ".join(told)
