"""Runs of one area side by side: every column rests on the same simulated futures, and counts the same case of a balance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.errors import InputError
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.model import Section, Table
from sufficiency.report.sections import who_pays
from sufficiency.report.sections.common import INTERVAL, LEVELS, middle, milestones
from sufficiency.scenarios.pipeline_levers import OpenAgreed
from sufficiency.scenarios.scenario import lever_name
from sufficiency.words.say import shown
from sufficiency.words.school_year import financial_label

MEASURES: Final = {
    "plans": ("EHC plans", "n"),
    "shortfall": ("Children turned away", "n"),
    "independent": ("At independent and non-maintained schools", "n"),
    "transport_gbp": ("Home-to-school transport", "£m"),
    "spend_gbp": ("High Needs spend", "£m"),
    "in_year_gbp": ("High Needs in-year balance", "£m"),
}
CASES: Final = {"as_now": "without the stability grant", "with_grant": "with the stability grant"}


@dataclass(frozen=True)
class _Row:
    """One measure in one year, with its total in each run by draw."""

    says: str
    when: str
    how: str
    totals: tuple[xr.DataArray, ...]


def section(outcome: ForecastOutcome, others: Sequence[ForecastOutcome]) -> Section:
    """Return the section on scenarios under the law as it is: the run without any first, where it is given."""
    every = (outcome, *others)
    names = [run.scenario.name for run in every]
    last, said = outcome.options.to, []
    for run in every:
        low, mid, high = middle(run.plans.summary(levels=LEVELS), "plans", year=last)
        said.append(f"'{run.scenario.name}': {mid:,.0f} plans in January {last} ({low:,.0f} to {high:,.0f}).")
    return Section(
        "beside",
        "Scenarios side by side",
        words=(" ".join(said),),
        points=tuple(
            f"'{run.scenario.name}': {'; '.join(lever_name(lever, run.area) for lever in run.scenario.levers)}."
            for run in every
        ),
        exhibits=(
            Table(
                "scenarios-beside",
                "The scenarios side by side, middle forecast",
                table(every, names),
                {},
                note=note(every),
            ),
        ),
    )


def check(every: Sequence[ForecastOutcome]) -> None:
    """Refuse runs that do not rest on the same simulated futures; how many of them are placed may differ."""
    first = every[0]
    for run in every[1:]:
        asked, wanted = run.options, first.options
        if (asked.to, asked.draws, asked.seed) != (wanted.to, wanted.draws, wanted.seed):
            raise InputError(
                f"'{run.scenario.name}' can't stand beside '{first.scenario.name}': one was run with {asked}, the other "
                f"with {wanted}. Run both with the same `to`, `draws` and `seed`; `placed_draws` may differ"
            )


def rows(every: Sequence[ForecastOutcome]) -> Iterator[_Row]:
    """Yield each measure in each milestone year, in the draws that all runs have; the balance as the override ends."""
    every = alike(every)
    for measure, (says, how) in MEASURES.items():
        if any(measure not in run.measures for run in every):
            continue
        totals = _in_shared_draws([run.measure(measure) for run in every])
        along = str(totals[0].dims[-1])
        for year in milestones([int(y) for y in totals[0][along].values])[1:]:
            when = financial_label(year) if along == "financial_year" else f"January {year}"
            yield _Row(says, when, how, tuple(total.sel({along: year}) for total in totals))
    placed = [run for run in every if isinstance(run, Outcome)]
    if len(placed) < len(every):
        return
    ends = who_pays.balance_year(placed[0])
    for case, says in CASES.items():
        balances = [run.budget.carried(case).balance.sum("authority").sel(financial_year=ends) for run in placed]
        yield _Row(
            f"High Needs balance carried forward, {says}",
            f"31 March {ends + 1}",
            "£m",
            tuple(_in_shared_draws(balances)),
        )


def table(every: Sequence[ForecastOutcome], names: Sequence[str]) -> pd.DataFrame:
    """Return one row for each measure and year: the middle and the range of each run in a column of its own."""
    found = []
    for row in rows(every):
        cells = {"measure": row.says, "when": row.when}
        for name, total in zip(names, row.totals, strict=True):
            low, mid, high = (float(v) for v in total.quantile(LEVELS))
            cells[name] = f"{shown(mid, row.how)} ({shown(low, row.how)} to {shown(high, row.how)})"
        found.append(cells)
    return pd.DataFrame(found)


def note(every: Sequence[ForecastOutcome]) -> str:
    """Return what the columns rest on, from when they differ, and which case of the balance is shown."""
    placed = [run.options.placed_draws for run in every if isinstance(run, Outcome)]
    draws = every[0].options.draws
    rest = f"the same {draws:,} simulated futures in every column"
    words = [INTERVAL, f"Plans rest on {rest}."]
    if len(placed) == len(every):
        words = [
            INTERVAL,
            f"Plans rest on {rest}, whatever needs placing on the same {min(placed):,} of them in every column: the report's own figures elsewhere rest on {placed[0]:,}, and so may differ.",
        ]
    begins = _begins(every)
    if begins:
        words.append(f"Before the first lever acts all columns are equal: {begins}.")
    if len(placed) == len(every):
        words.append(
            "The balance stops where the override ends; from then on read each year's own balance, which is income less spending before any of it is met centrally. The stability grant is stated policy and hangs on no scenario here: each balance is shown without and with it, the same in all columns."
        )
    return " ".join(words)


def alike(every: Sequence[ForecastOutcome]) -> list[ForecastOutcome]:
    """Return runs whose school run is that of the draws that all of them placed, calibrated on those alone."""
    placed = [run for run in every if isinstance(run, Outcome)]
    if len({run.options.placed_draws for run in placed}) < 2:
        return list(every)
    draws = min((run.placed.draws for run in placed), key=len)
    return [replace(run, journeys=run.journeys.of_draws(draws)) if isinstance(run, Outcome) else run for run in every]


def _in_shared_draws(totals: Sequence[xr.DataArray]) -> list[xr.DataArray]:
    """Return totals in the draws that all have."""
    shared = sorted(set.intersection(*(set(total["draw"].to_numpy().tolist()) for total in totals)))
    return [total.sel(draw=np.array(shared)) for total in totals]


def _begins(every: Sequence[ForecastOutcome]) -> str:
    """Return which lever acts first in any run, and from which January, where levers say so."""
    when: dict[str, int] = {}
    for run in every:
        for lever in run.scenario.levers:
            year = getattr(lever, "since", getattr(lever, "year", None))
            if isinstance(year, int) and not isinstance(lever, OpenAgreed):
                when[lever_name(lever, run.area)] = year
    if not when:
        return ""
    first = min(when.values())
    return f"{'; '.join(name for name, year in when.items() if year == first)}, in January {first}"
