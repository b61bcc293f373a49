"""If the law stays, and if it changes: the futures of this area side by side, never under one range."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.forecast import PlanForecast, plans
from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look import charts
from sufficiency.report.look.axes import tidy_axis
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections import side_by_side_runs
from sufficiency.report.sections.common import LEVELS, middle, rests_on
from sufficiency.scenarios.law_2029.arithmetic import reform_arithmetic
from sufficiency.scenarios.law_2029.mainstream_support import MainstreamSupport
from sufficiency.scenarios.law_2029.new_plans import FollowDfE, anchors
from sufficiency.scenarios.law_2029.parts import Part
from sufficiency.scenarios.law_2029.reform import reform
from sufficiency.scenarios.pipeline_levers import from_agreed
from sufficiency.scenarios.scenario import Scenario, lever_name
from sufficiency.words.say import between, shown
from sufficiency.words.school_year import financial_label

IF_CHANGED: Final = "If the law changes"  # begins the name of each scenario that `reform` makes
DFE_DRAWS: Final = 100  # of DfE's path, of which plans alone are shown


def changes_law(scenario: Scenario) -> bool:
    """Return whether a scenario pulls a lever of the law announced for 2029."""
    return any(isinstance(lever, Part) for lever in scenario.levers)


def under(outcome: ForecastOutcome) -> str:
    """Return under which law an outcome holds, to stand beside its range."""
    return "if the law changes" if changes_law(outcome.scenario) else "if the law stays"


def section(outcome: ForecastOutcome, futures: Sequence[ForecastOutcome]) -> Section:
    """Return the section on the outcome and its other futures, each with a range of its own."""
    every = (outcome, *futures)
    last = outcome.options.to
    return Section(
        "law",
        "If the law stays, and if it changes",
        words=(
            f"{_ahead(every, last)} Which of these comes is not a matter of chance that can be counted: each range holds nine in ten simulated futures of its own law, and none covers the others.",
            _announced(),
            arithmetic_words(),
            *_dfe_words(outcome),
            *_support_words(futures, last),
        ),
        points=tuple(
            f"{future.scenario.name}: {'; '.join(lever_name(lever, future.area) for lever in future.scenario.levers[1:])}."
            for future in futures
        ),
        exhibits=(
            Chart(
                "law-plans",
                "EHC plans if the law stays and if it changes",
                partial(chart, outcome, tuple(futures)),
                "Counted plans, then a middle line for each future with bands that hold nine in ten of its own simulated futures, and DfE's points as diamonds.",
                note=f"Diamonds: DfE's points for England (718,800 counted in January 2026; about 910,000 in 2030; about 640,000 in 2035 with the reform), times this area's share of England's plans in January {outcome.area.base_year}, {100 * share_of_england(outcome):.2f}%. They are no forecast of this area; the dotted line, where there is one, grows here as it would if England followed them.",
            ),
            Table(
                "law-futures",
                "The futures side by side, middle forecast",
                side_by_side_runs.table(every, [name_of(future, outcome) for future in every]),
                {},
                note=f"{side_by_side_runs.note(every)} {_memo_note(outcome)}",
            ),
            Table(
                "law-arithmetic",
                "New plans a year that DfE's figure for 2035 leaves room for, England",
                _arithmetic_table(),
                {
                    "plans that end in a year": "%",
                    **dict.fromkeys(("plans 2030", "plans 2035", "moved", "room for new plans", "new plans 2025"), "n"),
                },
            ),
        ),
        assumptions=rests_on(outcome.area, "reform"),
    )


def share_of_england(outcome: ForecastOutcome) -> float:
    """Return the area's plans over England's in the base year, or in the nearest January counted. [share]"""
    england = {day.year: plans for day, plans in policy.rate("funding.national_plans").values.items()}
    base = outcome.area.base_year
    year = min(england, key=lambda y: abs(y - base))
    return float(outcome.plans.plans.sel(year=base).isel(draw=0).sum()) / england[year]


def arithmetic_words() -> str:
    """Return the arithmetic of the published target in a paragraph."""
    told = reform_arithmetic()
    first, last = told.iloc[0], told.iloc[-1]
    low, high = (round(float(row["new_plans_a_year"]), -3) for row in (first, last))
    return (
        f"The arithmetic of the published target: from about {first['peak_plans']:,.0f} plans in January 2030 to about {first['end_plans']:,.0f} in January 2035, with one in eight of the holders of 2026 ({first['moved']:,.0f} children) moved to Individual Support Plans and {shown(first['leaving'], '%')} to {shown(last['leaving'], '%')} of plans ending in a year, "
        f"leaves room for {low:,.0f} to {high:,.0f} new plans a year in England; {first['new_plans_now']:,.0f} were made in 2025. The moves alone do not reach it."
    )


def chart(outcome: ForecastOutcome, futures: Sequence[ForecastOutcome]) -> Figure:
    """Return plans counted and under each future: bands for the first two, a line for the others, DfE's points as marks."""
    figure, axis = charts.sheet(7.4, 4.2)
    past = outcome.area.plans[outcome.area.plans["year"] <= outcome.area.base_year].groupby("year")["plans"].sum()
    axis.plot(past.index, past, "o-", color=charts.INK, markersize=3.5, linewidth=1, label="Counted")
    for place, future in enumerate((outcome, *futures)):
        wide = future.plans.summary(levels=LEVELS).pivot_table(index="year", columns="level", values="plans")
        colour = charts.COLOURS[place % len(charts.COLOURS)]
        if place < 2:
            axis.fill_between(wide.index, wide[LEVELS[0]], wide[LEVELS[-1]], color=colour, alpha=0.16, linewidth=0)
        axis.plot(
            wide.index,
            wide[LEVELS[1]],
            color=colour,
            linewidth=2,
            label=name_of(future, outcome),
            ls="-" if place < 2 else "--",
        )
    path = dfe_path(outcome)
    if path is not None:
        followed = path.summary(levels=(LEVELS[1],))
        axis.plot(followed["year"], followed["plans"], ":", color=charts.COLOURS[6], linewidth=2, label="On DfE's path")
    share, years = share_of_england(outcome), [y for y in anchors() if y <= outcome.options.to]
    points = [anchors()[year] * share for year in years]
    axis.plot(
        years,
        points,
        "D",
        color=charts.COLOURS[6],
        markeredgecolor=charts.INK,
        markersize=7,
        label="DfE, scaled",
        zorder=5,
    )
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, fontsize=8.5, frameon=False)
    tidy_axis(axis, "plans")
    return figure


@lru_cache(maxsize=2)
def _dfe_path(area: Area, to: int, draws: int, seed: int) -> PlanForecast:
    scenario = from_agreed(reform(path="dfe"))
    return plans(scenario(area), to=to, draws=draws, seed=seed)


def dfe_path(outcome: ForecastOutcome) -> PlanForecast | None:
    """Return plans here if England followed DfE's points, or None where the run does not reach from before the peak past it."""
    peak, options = FollowDfE().year, outcome.options
    if not outcome.before.base_year < peak < options.to:
        return None
    return _dfe_path(outcome.before, options.to, min(options.draws, DFE_DRAWS), options.seed)


def _dfe_words(outcome: ForecastOutcome) -> tuple[str, ...]:
    path = dfe_path(outcome)
    if path is None:
        return ()
    peak, last = FollowDfE().year, outcome.options.to
    then, end = (middle(path.summary(levels=LEVELS), "plans", year=year) for year in (peak, last))
    return (
        f"DfE's path is not ours: were England to follow its points, growing to about 910,000 in {peak} and making as few new plans after it as its figure for 2035 needs, there would be about {then[1]:,.0f} plans here in January {peak} and {end[1]:,.0f} ({between(end[0], end[2])}) in January {last}.",
    )


def name_of(future: ForecastOutcome, outcome: ForecastOutcome) -> str:
    """Return what a future is called: its scenario, or, of the report's own outcome under current law, that the law stays."""
    is_as_it_is = future is outcome and not changes_law(outcome.scenario)
    return f"If the law stays ({outcome.scenario.name.lower()})" if is_as_it_is else future.scenario.name


def _ahead(every: Sequence[ForecastOutcome], last: int) -> str:
    said = []
    for future in every:
        low, mid, high = middle(future.plans.summary(levels=LEVELS), "plans", year=last)
        said.append(f"{name_of(future, every[0])}: {mid:,.0f} plans in January {last} ({between(low, high)}).")
    return " ".join(said)


def _announced() -> str:
    return (
        "The government has announced a law for 2029 (Schools White Paper, February 2026; Education for All Bill, King's Speech of 13 May 2026); nothing of it is enacted. "
        "What is modelled is announced or reported, and where no figure is published it is assumed, with a range: `sufficiency policy` lists every value under `reform`."
    )


def _support_words(futures: Sequence[ForecastOutcome], last: int) -> tuple[str, ...]:
    said = []
    for future in futures:
        if future.plans.support_plans is None:
            continue
        low, mid, high = middle(future.plans.individual_support_plans(levels=LEVELS), "children", year=last)
        said.append(f"{future.scenario.name}, {mid:,.0f} ({between(low, high)})")
    if not said:
        return ()
    return (
        f"Nobody leaves the count when a plan ends at a review: children who had a plan and have an Individual Support Plan in January {last} are: {'; '.join(said)}. They stay at school, no top-up follows them, and they are carried as before, since entitlement rests on need, distance and route and not on a plan.",
    )


def _memo_note(outcome: ForecastOutcome) -> str:
    memo = MainstreamSupport().memo(outcome.area).groupby("financial_year")["gbp"].sum()
    return (
        f"Beside the block, schools and services here would have about {shown(float(memo.iloc[0]), '£m')} a year from {financial_label(int(memo.index[0]))} to {financial_label(int(memo.index[-1]))} "
        "from the Inclusive Mainstream Fund and Experts at Hand, by children; no effect on plans is counted."
    )


def _arithmetic_table() -> pd.DataFrame:
    told = reform_arithmetic()
    return pd.DataFrame(
        {
            "plans that end in a year": told["leaving"],
            "plans 2030": told["peak_plans"],
            "plans 2035": told["end_plans"],
            "moved": told["moved"],
            "room for new plans": told["new_plans_a_year"].round(-3),
            "new plans 2025": told["new_plans_now"],
        }
    )
