"""What the scenario changes: each lever's part, and the two futures side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.comparison import Comparison, compare
from sufficiency.funding.budget_lines import line_name
from sufficiency.funding.two_budgets import side_by_side
from sufficiency.outcome import MEASURES, Outcome
from sufficiency.report.look import charts
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections import who_pays
from sufficiency.report.sections.common import LEVELS, milestones
from sufficiency.words.say import between, shown
from sufficiency.words.school_year import financial_label

# Where each destination is asked for by name, `sf.compare` has it; a report shows these.
SHOWN: Final = ("plans", "shortfall", "independent", "transport_gbp", "spend_gbp", "in_year_gbp", "balance_gbp")
# Said wherever two futures are compared and nothing has been varied.
NOT_VARIED: Final = "Whether a sign turns on an assumption was not looked into here: `sf.sensitivity`, or `sufficiency sensitivity`, puts each at both ends of its range."


def _year(measure: str, now: Outcome) -> int | None:
    """Return the year of a balance: when the override ends, and the gap of the year after; else the run's last."""
    return {"balance_gbp": who_pays.balance_year(now), "in_year_gbp": who_pays.gap_year(now)}.get(measure)


def section(steps: Sequence[Outcome], *, is_varied: bool = False) -> Section:
    """Return the section on a scenario beside the plan without it; `is_varied`: another says what its signs turn on.

    `steps` are outcomes lever by lever, from the plan without any.
    """
    now, then = steps[0], steps[-1]
    compared = {measure: compare(now, then, measure, steps=steps, year=_year(measure, now)) for measure in SHOWN}
    return Section(
        "scenario",
        f"What '{then.scenario.name}' changes",
        words=(
            "Both have the same seed, and so the same growth in each future; chance in single children still differs, so that a small lever's range may reach past nothing. Levers are pulled in order: what two do together is counted with the later.",
            *(_sentence(c, _whole(now, then, c)) for c in compared.values()),
            *(() if is_varied else (NOT_VARIED,)),
        ),
        exhibits=(
            *(
                Chart(
                    f"waterfall-{m}",
                    f"{MEASURES[m].says}: what each lever does, {_when(c)}",
                    partial(waterfall, c),
                    "One bar for each lever, from the plan as it is to the scenario.",
                )
                for m, c in compared.items()
                if m != "plans"
            ),
            Table(
                "levers",
                "What each lever does",
                _table(compared, {m: _whole(now, then, c) for m, c in compared.items()}),
                {},
                note="Medians of the change in each simulated future, with the range of nine in ten; medians of parts need not add up to that of the whole.",
            ),
            Table(
                "mitigated",
                "High Needs, unmitigated and mitigated, middle forecast",
                _mitigated(now, then),
                {"unmitigated": "£", "mitigated": "£", "difference": "£"},
                rows_shown=60,
            ),
            who_pays.medium_term(then, steps),
        ),
    )


def waterfall(comparison: Comparison) -> Figure:
    """Return a comparison as a waterfall chart."""
    return charts.waterfall(comparison.steps, unit=f"{comparison.unit}, {_when(comparison)}", how=_how(comparison))


def _how(comparison: Comparison) -> str:
    return "£" if comparison.unit == "GBP" else "n"


def _when(comparison: Comparison) -> str:
    return financial_label(comparison.year) if comparison.unit == "GBP" else f"January {comparison.year}"


Change = tuple[float, float, float]  # low, middle, high


def _whole(now: Outcome, then: Outcome, comparison: Comparison) -> Change:
    """Return what the whole scenario changes, taken within each draw as a lever's part is."""
    change = then.measure(comparison.measure) - now.measure(comparison.measure)
    change = change.sel({change.dims[-1]: comparison.year})
    low, middle, high = (float(change.quantile(level)) for level in LEVELS)
    return low, middle, high


def _sentence(comparison: Comparison, whole: Change) -> str:
    how, (low, mid, high) = _how(comparison), whole
    first = shown(comparison.steps["value"].iloc[0], how)
    by = "by nothing" if low == high == 0 else f"by {shown(mid, how)} ({between(low, high, how)})"
    return f"{MEASURES[comparison.measure].says}, {_when(comparison)}: {first} as agreed; the scenario changes it {by}."


def _table(compared: dict[str, Comparison], whole: dict[str, Change]) -> pd.DataFrame:
    rows = []
    for m, c in compared.items():
        parts = [(r.step, (r.low, r.change, r.high)) for r in c.steps.iloc[1:].itertuples()]
        for step, (low, middle, high) in [*parts, *([("all of them", whole[m])] if len(parts) > 1 else [])]:
            row = {"measure": MEASURES[m].says, "lever": step, "change": shown(middle, _how(c))}
            rows.append(row | {"9 in 10 between": between(low, high, _how(c))})
    return pd.DataFrame(rows)


def _mitigated(now: Outcome, then: Outcome) -> pd.DataFrame:
    table = side_by_side(now.budget, then.budget, levels=(LEVELS[1],))
    years = milestones([int(y) for y in table["financial_year"].unique()])
    is_sum = (table["measure"] == "balance") & (table["financial_year"] > who_pays.balance_year(now))
    some = table[table["financial_year"].isin(years) & ~is_sum]
    return pd.DataFrame(
        {
            "financial year": [financial_label(int(y)) for y in some["financial_year"]],
            "measure": [line_name(m) for m in some["measure"]],
            "unmitigated": some["unmitigated_gbp"],
            "mitigated": some["mitigated_gbp"],
            "difference": some["difference_gbp"],
        }
    ).reset_index(drop=True)
