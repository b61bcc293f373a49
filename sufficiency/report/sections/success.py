"""How children with SEND fare: measures of success beside neighbours and England, and where they are going."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import one_of
from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look.success_charts import Panel, figure_of, multiples
from sufficiency.report.model import Chart, Exhibit, Section
from sufficiency.report.sections import success_tables
from sufficiency.report.sections.common import rests_on
from sufficiency.success import SuccessMeasures
from sufficiency.success.judged import SAME, UNJUDGED
from sufficiency.tables.rows import MeasureRow
from sufficiency.tables.success import SCHOOL_PHASES
from sufficiency.words.say import count, label
from sufficiency.words.success import GROUPS, MEASURES, SuccessMeasure

# Drawn for each authority where they are known for two years or more; every other measure is in its table.
DRAWN: Final = (
    "early_years_support",
    "phonics_support",
    "key_stage_2_support",
    "attainment_8_support",
    "key_stage_2_plans",
    "attainment_8_plans",
    "sustained_support",
    "sustained_plans",
    "permanent_exclusion_all",
    "suspension_all",
    "in_20_weeks_all",
    "refused_all",
)
SHORT: Final = {
    "early_years": "Good development, age 5",
    "phonics": "Phonics, age 6",
    "key_stage_2": "Expected standard, age 11",
    "attainment_8": "Attainment 8, age 16",
    "sustained": "Two terms after Year 11",
    "permanent_exclusion": "Permanent exclusions",
    "suspension": "Suspensions",
    "in_20_weeks": "Plans within 20 weeks",
    "refused": "Requests refused",
}
JUDGED: Final = (
    "Better and worse are said where the difference is more than chance would make 19 times in 20. Chance is that in the number "
    "of children where it is known or can be estimated (residents of the age, times the share at SEN Support); elsewhere an "
    "authority must lie further from its neighbours than they lie from one another, and one that doesn't can't be judged. Of 20 comparisons one looks different by chance alone."
)


def section(outcome: ForecastOutcome, limit: int = 0) -> Section | None:
    """Return the section on measures of success; none for an area that has no outcomes.csv."""
    area = outcome.area
    if not area.outcomes["whose"].isin(area.authorities).any():
        return None
    found = success_tables.measures_of(area)
    latest = found.summary()
    known = latest["value"].notna().groupby(latest["measure"]).any()
    exhibits: list[Exhibit] = []
    for code, name in area.authorities.items():
        own = latest[latest["authority"] == name]
        exhibits += [*_chart(found, own, code, name), success_tables.table(found, own, code, name, limit)]
    return Section(
        "success",
        "How children with SEND fare",
        words=(
            f"Measures of success that are published for every authority, beside the mean of statistical neighbours and England: {known.sum()} of {len(known)} that a report needs are known here. {JUDGED}",
            *(_told(latest[latest["authority"] == name], name) for name in area.authorities.values()),
            *_gap_words(found),
            *_absence_words(area),
            *_neighbour_words(found),
        ),
        exhibits=(*exhibits, *success_tables.gaps_table(found), success_tables.figures_table(found, limit)),
        assumptions=rests_on(area, "outcomes", "neighbours"),
    )


def _told(own: pd.DataFrame, name: str) -> str:
    """Return what differs from neighbours, and what has changed, in one sentence for each."""
    judged = own[~own["beside"].isin(["", UNJUDGED])]
    parts = [
        f"{name} differs from its neighbours, or from England where they have no figure, by more than chance on {len(judged[judged['beside'] != SAME])} of {count(len(judged), 'measure')} that can be judged"
    ]
    for verdict in ("worse", "better", "higher", "lower"):
        hits = judged[judged["beside"] == verdict]
        if len(hits):
            parts.append(f"{verdict} on {one_of([_figures(r) for r in hits.itertuples()], 8)}")
    moved = own[own["trend"].isin(["better", "worse"])]
    changes = [
        f"{len(moved[moved['trend'] == v])} have become {v}" for v in ("better", "worse") if (moved["trend"] == v).any()
    ]
    ends = f" Since the first year that can be set beside the latest, {' and '.join(changes)}." if changes else ""
    return f"{'; '.join(parts)}.{ends}"


def _figures(row: MeasureRow) -> str:
    measure, value = MEASURES[row.measure], row.value
    other, by = row.neighbours, "neighbours"
    if pd.isna(other):
        other, by = row.england, "England"
    what = measure.says[0].lower() + measure.says[1:]
    group = "" if measure.group == "all" else f", {GROUPS[measure.group]}"
    return f"{what}{group} ({figure_of(value)} against {figure_of(other)} in {by})"


def _gap_words(found: SuccessMeasures) -> tuple[str, ...]:
    """Return the gap between children at SEN Support and those with no SEN at the age of 11 and 16."""
    gaps = found.gaps()
    told = []
    for of, at in (("key_stage_2", "at 11"), ("attainment_8", "at 16")):
        part = gaps[(gaps["of"] == of) & (gaps["group"] == "support")]
        if len(part):
            unit = "points of a hundred" if MEASURES[f"{of}_support"].unit.startswith("%") else "points"
            each = "; ".join(
                f"{r.authority} {figure_of(r.gap)}, its neighbours {figure_of(r.neighbours)}" for r in part.itertuples()
            )
            told.append(f"{at} {each} ({unit}, {MEASURES[f'{of}_support'].when(int(part['year'].iloc[0]))})")
    return (f"Children at SEN Support are behind those with no SEN: {'; '.join(told)}.",) if told else ()


def _absence_words(area: Area) -> tuple[str, ...]:
    """Return how much school children miss by phase, where schools' own absence was given."""
    known = area.school_sen.dropna(subset=["absence_percent"])
    known = known[known["pupils"] > 0]
    if known.empty:
        return ()
    missed = (known["absence_percent"] * known["pupils"]).groupby(known["phase"]).sum()
    rates = missed / known.groupby("phase")["pupils"].sum()
    each = ", ".join(f"{label(p, 'phase').lower()} {rates[p]:.1f}%" for p in SCHOOL_PHASES if p in rates)
    years = known["year"].dropna()
    when = f", in the tables of January {int(years.max())}" if len(years) else ""
    return (f"Absence by SEN isn't in the tables at hand. By kind of school, sessions missed{when}: {each}.",)


def _neighbour_words(found: SuccessMeasures) -> tuple[str, ...]:
    rows = []
    for code, name in found.names.items():
        own = found.neighbours[found.neighbours["authority"] == code]["neighbour"]
        rows.append(f"{name}: {', '.join(own)}" if len(own) else f"{name}: none given")
    if found.neighbours.empty:
        return ("No statistical neighbours were given (neighbours.csv), so England alone stands beside the figures.",)
    return (
        f"Statistical neighbours, the nearest first. {'. '.join(rows)}. Their mean is of those with a figure of the same year.",
    )


def _chart(found: SuccessMeasures, own: pd.DataFrame, code: str, name: str) -> tuple[Chart, ...]:
    rows = own.set_index("measure")
    parts, told = [], []
    for measure in (MEASURES[m] for m in DRAWN):
        years = found.beside(measure.code)
        years = years[years["authority"] == name] if len(years) else years
        if years.empty or years["value"].notna().sum() < 2:
            continue
        row = rows.loc[measure.code]
        parts.append(
            Panel(
                f"{SHORT.get(measure.of, measure.says)}\n{_below(measure, row)}",
                measure.unit,
                years,
            )
        )
        beside = [
            f"{who} {figure_of(row[c])}"
            for c, who in (("neighbours", "neighbours"), ("england", "England"))
            if pd.notna(row[c])
        ]
        told.append(
            f"{_short(measure)}, {row['when']}: {figure_of(row['value'])}"
            + (f" ({', '.join(beside)})" if beside else "")
        )
    if not parts:
        return ()
    judged = own[own["beside_rests_on"].isin(["children", "neighbours"]) & own["beside"].ne(UNJUDGED)]
    others = "its neighbours"
    if judged.empty:
        judged, others = own[own["beside"].ne("")], "England"
    worse, better = (int((judged["beside"] == v).sum()) for v in ("worse", "better"))
    return (
        Chart(
            f"success-{code}",
            f"{name} is better than {others} on {better} and worse on {worse} of {count(len(judged), 'measure')} that can be judged; {count(len(parts), 'measure')} year by year",
            partial(multiples, parts),
            "Small charts with a line for the authority, one for its neighbours' mean and one for England. "
            + "; ".join(told)
            + ".",
            note=f"Below each name: whether it lies beyond chance beside neighbours. {success_tables.UNJUDGED_SAYS} Years are those in which the period ends. A bar at a point is the range that chance allows in so many children.",
        ),
    )


def _below(measure: SuccessMeasure, row: pd.Series) -> str:
    """Return the second line of a small chart's name: whom it is of, and how they lie beside others."""
    group = "" if measure.group == "all" else f"{GROUPS[measure.group]}: "
    words = _verdict(row["beside"], is_england=row["beside_rests_on"] == "England")
    return f"{group}{words}" if group else f"{words[0].upper()}{words[1:]}"


def _short(measure: SuccessMeasure) -> str:
    group = "" if measure.group == "all" else f", {GROUPS[measure.group]}"
    return f"{SHORT.get(measure.of, measure.says)}{group}"


def _verdict(verdict: str, *, is_england: bool) -> str:
    beside = "than England" if is_england else "than neighbours"
    words = {SAME: "no clear difference", UNJUDGED: UNJUDGED, "": "not compared"}
    return words.get(verdict, f"{verdict} {beside}")
