"""What others publish, beside the headlines: DfE's path of plans, and who says what of England's deficit."""

from __future__ import annotations

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.sections import who_pays
from sufficiency.report.sections.common import LEVELS, middle
from sufficiency.report.sections.law import share_of_england
from sufficiency.scenarios.law_2029 import new_plans
from sufficiency.scenarios.law_2029.new_plans import FollowDfE
from sufficiency.words.say import gbp
from sufficiency.words.school_year import financial_label


def words(outcome: ForecastOutcome) -> tuple[str, ...]:
    """Return what others' figures for England come to here, by the area's share of plans, and where ours lies outside."""
    said = [*_plans(outcome), *(_money(outcome) if isinstance(outcome, Outcome) else ())]
    return (f"Beside others, by this area's share of England's plans: {'; '.join(said)}.",) if said else ()


def _plans(outcome: ForecastOutcome) -> tuple[str, ...]:
    peak, base = FollowDfE().year, outcome.area.base_year
    if not base < peak <= outcome.options.to:
        return ()
    low, mid, high = middle(outcome.plans.summary(levels=LEVELS), "plans", year=peak)
    theirs = new_plans.anchors()[peak] * share_of_england(outcome)
    lies = "inside our range" if low <= theirs <= high else "outside our range"
    return (f"DfE's points would give {theirs:,.0f} plans in January {peak} where {mid:,.0f} are forecast ({lies})",)


def _money(outcome: Outcome) -> tuple[str, ...]:
    """Return the balance when the override ends and the gap after it, as others have them."""
    table = who_pays.beside_others(outcome)
    said = []
    for measure, year, what in (
        ("balance", who_pays.balance_year(outcome), "the balance at 31 March {march}"),
        ("in_year", who_pays.gap_year(outcome), "the gap in {label}"),
    ):
        rows = table[(table["measure"] == measure) & (table["financial_year"] == year)]
        if rows.empty:
            continue
        theirs = " or ".join(f"{gbp(row.published_gbp)} ({row.who})" for row in rows.itertuples())
        ours = gbp(float(rows["middle_gbp"].iloc[0]))
        outside = "" if rows["is_inside"].any() else " (theirs is outside our range)"
        named = what.format(march=year + 1, label=financial_label(year))
        said.append(f"{named} would be {theirs}, and is {ours} here{outside}")
    if said:
        said[-1] += "; the section on High Needs splits the difference as far as it can be told"
    return tuple(said)
