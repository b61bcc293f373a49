"""The deficit to the end of the override, the yearly gap after it, and who pays: four ways, as a chart and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sufficiency.comparison import step_name
from sufficiency.funding.budget_lines import line_name
from sufficiency.funding.published_anchors import anchors
from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.look.axes import tidy_axis
from sufficiency.report.model import Chart, Table
from sufficiency.report.sections.common import LEVELS, middle
from sufficiency.words.say import between, gbp, shown
from sufficiency.words.school_year import financial_label

WAYS: Final = {
    "as_now_gbp": "as now",
    "with_grant_gbp": "with the stability grant",
    "absorbed_gbp": "met centrally from 2028-29",
    "both_gbp": "both",
}
ROWS: Final = {
    "base": "Base: spending of the year before",
    "demand": "Demand: more or fewer children",
    "places": "Places paid for",
    "price": "Price",
    "other": "Other",
    "spend": "Spending",
    "income": "Block and other income",
    "in_year": "Net before the stability grant and what is met centrally: income, policy and savings less spending",
    "policy: stability grant": "Stability grant",
    "policy: met centrally": "Met centrally",
    "net": "Net, with the grant and what is met centrally",
    "brought_forward": "Balance brought forward",
    "balance": "Balance carried forward",
}
PLAN_YEARS: Final = 5  # that a medium-term plan shows


@lru_cache(maxsize=2)
def beside_others(outcome: Outcome) -> pd.DataFrame:
    """Return balances beside those that others publish: two sections tell of them."""
    return anchors(outcome.budget)


def balance_year(outcome: Outcome) -> int:
    """Return the last financial year whose balance is told: that in which the override ends, or the run's last if sooner."""
    ends = int(outcome.area.value("funding.override_last_financial_year"))
    return min(ends, int(outcome.budget.balance["financial_year"].values[-1]))


def gap_year(outcome: Outcome) -> int:
    """Return the financial year whose gap follows: the one after the override ends, or the run's last if sooner."""
    return min(balance_year(outcome) + 1, int(outcome.budget.balance["financial_year"].values[-1]))


def words(outcome: Outcome) -> str:
    """Return the balance when the override ends, the gap of the year after, and both under stated policy."""
    ends, after = balance_year(outcome), gap_year(outcome)
    ways = outcome.budget.positions(levels=LEVELS)
    balance = {way: middle(ways, way, financial_year=ends, measure="balance") for way in WAYS}
    gap = middle(ways, "as_now_gbp", financial_year=after, measure="in_year")
    met = middle(ways, "absorbed_gbp", financial_year=after, measure="met_centrally")[1]
    low, mid, high = balance["as_now_gbp"]
    says = (
        f"If nothing changes the balance at 31 March {ends + 1} is {gbp(mid)} (9 in 10 futures: {between(low, high, '£')}); "
        f"with the stability grant it is {gbp(balance['with_grant_gbp'][1])}. "
    )
    if after == ends:
        return says.strip()
    return says + (
        f"In {financial_label(after)} income less spending is {gbp(gap[1])} ({between(gap[0], gap[2], '£')})"
        + (
            f"; {gbp(met)} of that year's deficit would be met centrally if what is announced becomes law."
            if met
            else "."
        )
    )


def chart(outcome: Outcome) -> Chart:
    """Return the balance to the end of the override beside the gap of every year, as now and under stated policy."""
    ends = balance_year(outcome)
    return Chart(
        "balance",
        f"The balance to 31 March {ends + 1}, and the gap of each year, by who pays",
        partial(_draw, outcome),
        f"Left: the balance at each 31 March to {ends + 1}, with and without the stability grant. Right: income less spending in each "
        f"year, and what of it is left to the council if deficits are met centrally. {words(outcome)}",
        note="Bands hold nine futures in ten. The grant lowers the balance and no year's gap; what is met centrally lowers the gap and "
        "not the balance of March 2028. A gap is one year's, not a sum.",
    )


def _draw(outcome: Outcome) -> Figure:
    ways = outcome.budget.positions(levels=LEVELS)
    ends = balance_year(outcome)
    figure, (left, right) = charts.panels(7.4, 3.7, 2, 1)
    balance = ways[(ways["measure"] == "balance") & (ways["financial_year"] <= ends)]
    balance = balance.assign(year=balance["financial_year"] + 1)  # 31 March ends it
    _lines(left, balance, {"as_now_gbp": "As now", "with_grant_gbp": "With the stability grant"})
    left.set_title("Balance at 31 March, £m", fontsize=9.5, loc="left", pad=12)
    gap = ways[ways["measure"] == "left_to_council"].assign(year=lambda f: f["financial_year"])
    shown = {"as_now_gbp": "As now", "absorbed_gbp": "If met centrally"}
    _lines(right, gap, shown if (gap["as_now_gbp"] != gap["absorbed_gbp"]).any() else {"as_now_gbp": "As now"})
    right.set_title("Gap of each financial year, £m", fontsize=9.5, loc="left", pad=12)
    right.set_xticks(ticks := list(dict.fromkeys(gap["year"]))[:: max(1, len(set(gap["year"])) // 4)])
    right.set_xticklabels([financial_label(int(y)) for y in ticks])
    return figure


def _lines(axis: Axes, frame: pd.DataFrame, shown: dict[str, str]) -> None:
    """Draw the middle of each column as a line named at its end, and the range of the first as a band."""
    for place, (column, name) in enumerate(shown.items()):
        wide = frame.assign(gbp_m=frame[column] / 1e6).pivot(index="year", columns="level", values="gbp_m")
        low, mid, high = (wide.iloc[:, n] for n in (0, wide.shape[1] // 2, -1))
        colour = charts.COLOURS[place]
        if place == 0:
            axis.fill_between(wide.index, low, high, color=colour, alpha=0.2, linewidth=0)
        axis.plot(wide.index, mid, "o-", color=colour, markersize=3.5, linewidth=2)
        at = int(mid.argmax()) if place else len(mid) - 1
        side = "right" if at == len(mid) - 1 else "left" if at == 0 else "center"  # over the plot, not over its axis
        axis.annotate(
            name, (wide.index[at], mid.iloc[at]), xytext=(0, 7 if place else -7), textcoords="offset points",
            ha=side, va="bottom" if place else "top", fontsize=8.5, color=colour,
        )  # fmt: skip
    axis.set_xticks(list(dict.fromkeys(frame["year"])))
    axis.axhline(0, color=charts.FAINT, linewidth=0.8)
    tidy_axis(axis, "", low_zero=False, whole_x=False)


def positions(outcome: Outcome) -> Table:
    """Return the balance to the end of the override and each year's gap, with and without grant and central absorption."""
    ends = balance_year(outcome)
    ways = outcome.budget.positions(levels=(0.5,))
    to_march = ways[ways["measure"].isin(("balance", "interest")) & (ways["financial_year"] <= ends)]
    table = pd.concat([to_march, ways[ways["measure"] == "left_to_council"]]).rename(columns=WAYS)
    names = {
        "balance": line_name("balance"),
        "interest": "Interest on the deficit",
        "left_to_council": "Gap of the year left to the council",
    }
    table = table.assign(
        measure=[names[m] for m in table["measure"]],
        year=[financial_label(int(y)) for y in table["financial_year"]],
    )[["measure", "year", *WAYS.values()]]
    return Table(
        "positions",
        f"The deficit four ways: the balance to 31 March {ends + 1}, then each year's gap",
        table.reset_index(drop=True),
        dict.fromkeys(WAYS.values(), "£"),
        note="Middle forecast. The grant depends on an approved reform plan; that deficits are met centrally from 2028-29 is announced and not law. Interest is the general fund's.",
    )


def medium_term(outcome: Outcome, chain: Sequence[Outcome] = ()) -> Table:
    """Return the medium-term plan of the first years; of a chain of outcomes, with a saving for each lever."""
    first = chain[0] if chain else outcome
    levers = {step_name(before.scenario, then): then for before, then in pairwise(chain)}
    by_law = [name for name, then in levers.items() if getattr(then.scenario.levers[-1], "is_law", False)]
    area = outcome.area
    ramp = [area.value(f"funding.delivered_in_year_{year}") for year in (1, 2, 3)]
    starts = dict(zip(levers, starting(chain), strict=True))
    plan = first.budget.medium_term(
        {name: then.budget for name, then in levers.items()},
        by_law=by_law,
        delivery=ramp,
        starts={name: year for name, year in starts.items() if year is not None},
        case="both",
    )
    ends = balance_year(outcome)
    is_sum = plan["row"].isin(["brought_forward", "balance"]) & (plan["financial_year"] > ends)
    plan["gbp"] = plan["gbp"].mask(is_sum)  # a balance is told to the end of the override, a gap in every year
    plan = plan.assign(financial_year=[financial_label(int(y)) for y in plan["financial_year"]])
    wide = plan.pivot(index="row", columns="financial_year", values="gbp").reindex(dict.fromkeys(plan["row"]))
    wide = wide[list(wide.columns)[:PLAN_YEARS]].reset_index().rename_axis(columns=None)
    wide["row"] = [ROWS.get(row) or row[0].upper() + row[1:] for row in wide["row"]]
    return Table(
        "medium-term" if not chain else "medium-term-scenario",
        f"The medium-term plan: what spending is made of, what policy and savings change, and the balance to 31 March {ends + 1}",
        wide,
        dict.fromkeys(wide.columns[1:], "£"),
        note="Means over the simulated futures, so that the rows add up: base to spending; income, policy and savings less spending to the net before the grant; with the grant and what is met centrally, to the net after it; "
        f"brought forward and net to the balance, which is given up to 31 March {ends + 1}, when the override ends: after it read each year's net. The plan starts from {wide.columns[1]}, whose base is its own spending. It counts the stability grant and deficits met centrally from 2028-29, which are stated "
        "policy and not law: without them read the net before them. A net above 0 in a year with a grant is no surplus: the grant meets the deficit of years before."
        + (
            f" Of each saving {shown(ramp[0], '%')} is counted in its first year, {shown(ramp[1], '%')} in its second and {shown(ramp[2], '%')} after, from the year in which its lever first acts; what a lever costs is counted in full."
            if chain
            else ""
        ),
    )


def starting(chain: Sequence[Outcome]) -> list[int | None]:
    """Return the financial year in which each lever of a chain first acts: of its first January; None where it names none."""
    found = []
    for before, then in pairwise(chain):
        lever, coming = then.scenario.levers[-1], then.area.coming
        new = coming.loc[~coming["project"].isin(before.area.coming["project"]), "opens"]
        january = getattr(lever, "year", getattr(lever, "since", new.min() if len(new) else None))
        found.append(None if january is None else int(january) - 1)
    return found
