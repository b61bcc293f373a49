"""SEN Support and the graduated response: who is at SEN Support where, what stands at each step, and what is missing."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import one_of
from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look.success_charts import figure_of, funnel
from sufficiency.report.model import Chart, Exhibit, Section, Table
from sufficiency.report.sections import graduated_steps
from sufficiency.report.sections.common import LEVELS, middle, rests_on
from sufficiency.report.sections.success_tables import measures_of
from sufficiency.success import Funnel, by_school
from sufficiency.success.funnel import PHASES
from sufficiency.success.judged import interval
from sufficiency.words.say import between, count
from sufficiency.words.success import MEASURES

LISTED: Final = "A school outside the limits records more or fewer children at SEN Support than chance explains. That may be its pupils, how it identifies need, or a unit that it holds: a reason to ask, not a verdict."


def section(outcome: ForecastOutcome, limit: int = 0) -> Section | None:
    """Return the section; none for an area with neither SEN Support nor schools of its own."""
    area = outcome.area
    has_schools = area.school_sen["phase"].isin(PHASES).any()
    if outcome.support is None and not has_schools:
        return None
    found = by_school(area) if has_schools else None
    return Section(
        "graduated",
        "SEN Support and the graduated response",
        words=(
            *_now(outcome),
            *(_school_words(area, found) if found is not None else (_no_schools(area),)),
            *graduated_steps.movement_words(outcome),
            "SEN Support by need is not in the tables that an area holds: the school census has it, school by school.",
            *graduated_steps.missing_words(outcome),
            *_practice_words(area),
        ),
        exhibits=(
            *(_school_exhibits(area, found, limit) if found is not None else ()),
            *graduated_steps.exhibits(outcome),
            *_practice(area),
        ),
        assumptions=rests_on(area, "sen_support", "school_sen", "outcomes"),
    )


def _now(outcome: ForecastOutcome) -> tuple[str, ...]:
    """Return how many pupils are at SEN Support and how many are forecast, in one sentence."""
    if outcome.support is None:
        return (f"{outcome.area.name} has no sen_support.csv, so SEN Support is not forecast.",)
    summary = outcome.support.summary(levels=LEVELS)
    years = sorted(int(y) for y in summary["year"].unique())
    low, mid, high = middle(summary, "pupils", year=years[-1])
    least, now, most = middle(summary, "pupils", year=years[0])
    counted = int(outcome.area.sen_support["year"].max())
    rests = (
        f" ({between(least, most)}), forecast from shares counted to January {counted}" if counted < years[0] else ""
    )
    return (
        f"About {now:,.0f} pupils are at SEN Support in January {years[0]}{rests}; {mid:,.0f} are forecast in January {years[-1]} ({between(low, high)}). The forecast is in the section on plans.",
    )


def _no_schools(area: Area) -> str:
    return f"{area.name} has no school_sen.csv, so SEN Support is not shown by school or district; DfE's Compare school and college performance has every school's."


def _of_january(area: Area) -> str:
    """Return of which January SEN by school is, as the end of a phrase, and how old that is."""
    years = area.school_sen["year"].dropna()
    if years.empty:
        return "in a January that its publisher doesn't state"
    year = int(years.max())
    age = area.base_year - year
    return f"in January {year}" + (f", {count(age, 'year')} before the base year" if age else "")


def _school_words(area: Area, found: Funnel) -> tuple[str, ...]:
    phases = found.summary()
    parts = [
        f"{r.phase} schools have {r.percent:.1f}% of pupils at SEN Support, and {r.above + r.below} of {r.schools} lie outside the 99.8 % limits, where chance alone would put {0.002 * r.schools:.1f}"
        for r in phases.itertuples()
    ]
    wide = [
        f"{r.overdispersion:.0f} times as much in {r.phase} schools"
        for r in phases.itertuples()
        if r.overdispersion > 1.5
    ]
    beyond = int(found.schools["is_beyond_spread"].sum())
    spread = (
        f"Schools vary more than pupils' chances would make them: {' and '.join(wide)} (the variance). Beyond limits widened by that, {count(beyond, 'school')} still {'stands' if beyond == 1 else 'stand'} apart."
        if wide
        else ""
    )
    return (f"SEN Support by school is {_of_january(area)}: {'; '.join(parts)}.", *([spread] if spread else []))


def _school_exhibits(area: Area, found: Funnel, limit: int) -> tuple[Exhibit, ...]:
    out = int(found.schools["stands"].isin(["above", "below"]).sum())
    when = _of_january(area)
    phases = found.summary()
    told = "; ".join(
        f"{r.phase.capitalize()}: {r.schools} schools about a middle of {r.percent:.1f}%, {r.above} above and {r.below} below the 99.8 % limits"
        for r in phases.itertuples()
    )
    return (
        Chart(
            "funnel-support",
            f"{out} of {len(found.schools)} schools have more or fewer pupils at SEN Support than chance explains",
            partial(funnel, found, limit=limit),
            f"A point for each school, by pupils on roll and the share at SEN Support, within limits that narrow as schools grow. {told}.",
            note=f"Share of pupils at SEN Support, each phase beside its own middle, {when}. Limits are binomial. {LISTED}",
            has_counts=True,
        ),
        _outside(area, found),
        _by_district(area, found),
    )


def _outside(area: Area, found: Funnel) -> Table:
    schools = found.schools[found.schools["stands"].isin(["above", "below"])].sort_values(
        ["phase", "percent"], ascending=[True, False]
    )
    frame = pd.DataFrame(
        {
            "school": schools["name"],
            "phase": schools["phase"],
            "district": schools["district"],
            "pupils": schools["pupils"],
            "SEN Support": schools["sen_support"],
            "share": schools["percent"] / 100,
            "stands": schools["stands"],
            "beyond the wider limits": schools["is_beyond_spread"].map({True: "yes", False: "no"}),
        }
    )
    return Table(
        "support-outside",
        "Schools outside the 99.8 % limits",
        frame.reset_index(drop=True),
        {"phase": "code", "pupils": "n", "SEN Support": "n", "share": "%"},
        note=f"Counted {_of_january(area)}. {LISTED}",
        counts=("SEN Support",),
        tied=("share",),
    )


def _by_district(area: Area, found: Funnel) -> Table:
    sums = found.schools.groupby(["district", "phase"], as_index=False)[["pupils", "sen_support", "plans"]].sum()
    sums.insert(2, "schools", found.schools.groupby(["district", "phase"]).size().to_numpy())
    shares = 100 * sums["sen_support"] / sums["pupils"]
    whole, spread = (found.phases.set_index("phase")[c] for c in ("percent", "overdispersion"))
    alike = sums["pupils"] / sums["phase"].map(
        spread
    )  # so many pupils, chosen one by one, would vary as whole schools do
    ranges = [interval(share, pupils) for share, pupils in zip(shares, alike, strict=True)]
    sides = [
        "above" if low > whole[phase] else "below" if high < whole[phase] else "no clear difference"
        for phase, (low, high) in zip(sums["phase"], ranges, strict=True)
    ]
    frame = sums.assign(share=shares / 100, range=[f"{low:.1f} to {high:.1f}%" for low, high in ranges], side=sides)
    frame = frame.rename(
        columns={
            "sen_support": "SEN Support",
            "plans": "with plans",
            "side": "beside its phase",
        }
    )
    return Table(
        "support-district",
        "SEN Support by district and phase of school",
        frame,
        {"phase": "code", "schools": "n", "pupils": "n", "SEN Support": "n", "with plans": "n", "share": "%"},
        note=f"Mainstream schools by where they stand, {_of_january(area)}. Range: 19 times in 20, as schools vary from one another.",
        counts=("SEN Support", "with plans"),
        tied=("share", "range"),
    )


def _practice_words(area: Area) -> tuple[str, ...]:
    """Return which authorities' children at SEN Support fare better than neighbours, and who of those fares best."""
    latest = measures_of(area).summary()
    own = latest[latest["measure"].map(lambda m: MEASURES[m].group == "support")]
    if own["value"].notna().sum() == 0:
        return ()
    told = []
    for name in area.authorities.values():
        hits = own[(own["authority"] == name) & (own["beside"] == "better")]
        if len(hits):
            which = one_of(
                [
                    f"{MEASURES[m].says[0].lower()}{MEASURES[m].says[1:]} ({figure_of(v)} against {figure_of(n)})"
                    for m, v, n in zip(hits["measure"], hits["value"], hits["neighbours"], strict=True)
                ],
                4,
            )
            told.append(
                f"{name}'s children at SEN Support fare better than those of its neighbours by more than chance in {which}"
            )
        else:
            told.append(
                f"{name}'s children at SEN Support fare better than those of its neighbours by more than chance in no measure"
            )
    return (f"{'; '.join(told)}. Outcomes at SEN Support are published for authorities, not for districts.",)


def _practice(area: Area) -> tuple[Table, ...]:
    best = measures_of(area).best_neighbours()
    if best.empty:
        return ()
    frame = pd.DataFrame(
        {
            "authority": best["authority"],
            "measure": [MEASURES[m].says for m in best["measure"]],
            "in": [MEASURES[m].unit for m in best["measure"]],
            "when": best["when"],
            "here": best["value"].map(figure_of),
            "best of the neighbours": best["best"],
            "there": best["best_value"].map(figure_of),
        }
    )
    return (
        Table(
            "support-practice",
            "Whose children at SEN Support fare best: practice to learn from",
            frame,
            note="The best of the statistical neighbours in each measure. The best of ten is in part luck: look for an authority that is named more than once.",
        ),
    )
