"""How many plans, and pupils on SEN Support, to expect."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.forecast import next_january
from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look import charts
from sufficiency.report.model import Chart, Exhibit, Section, Table
from sufficiency.report.sections import far, law, trust
from sufficiency.report.sections.common import INTERVAL, LEVELS, across, middle, milestones, rests_on, with_interval
from sufficiency.words.say import between, shown


def section(outcome: ForecastOutcome) -> Section:
    """Return the forecast section."""
    area, plans, last = outcome.area, outcome.plans, outcome.options.to
    total = plans.summary(levels=LEVELS)
    low, mid, high = middle(total, "plans", year=last)
    now = middle(total, "plans", year=area.base_year)[1]
    kinds = plans.flows("kind", levels=LEVELS)
    first = area.base_year + 1
    flow = {k: middle(kinds, "children", kind=k, year=first)[1] for k in dict.fromkeys(kinds["kind"])}
    return Section(
        "forecast",
        "How many plans to expect",
        words=(
            f"From {now:,.0f} plans in January {area.base_year}, {mid:,.0f} are forecast in January {last} {law.under(outcome)}; nine of its futures in ten hold {between(low, high)}. That is {shown((mid / now) ** (1 / (last - area.base_year)) - 1, '%')} a year.",
            f"In the first year about {flow.get('joiners', 0):,.0f} children join, {flow.get('movers', 0):,.0f} move from one type of setting to another, {flow.get('leavers', 0):,.0f} leave, and {flow.get('transfers_in', 0):,.0f} on balance move in or are explained by no return. "
            "Each January is the one before, plus joiners and transfers in, less leavers, to the child, in every simulated future.",
            *_in_year_words(outcome),
            *trust.words(outcome),
            *far.words(),
            *_support_words(outcome),
        ),
        exhibits=(
            Chart(
                "forecast-authority",
                "EHC plans by authority, counted and forecast",
                partial(_by_authority, outcome),
                f"Counts to January {area.base_year}, then a fan to January {last}: {mid:,.0f}, or {between(low, high)} in nine futures of ten.",
                has_counts=True,
            ),
            _table(outcome, "authority", "forecast-by-authority", "EHC plans by authority"),
            *trust.exhibits(outcome),
            far.table(),
            Chart(
                "forecast-setting",
                "EHC plans by group of settings, forecast",
                partial(_by_group, outcome),
                "One panel for each group of settings. The scales differ: read each by its own axis.",
                has_counts=True,
            ),
            _table(outcome, "setting_group", "forecast-by-setting", "EHC plans by group of settings"),
            _table(outcome, "phase", "forecast-by-phase", "EHC plans by phase"),
            _table(outcome, "need_group", "forecast-by-need", "EHC plans by group of needs"),
            _flows_table(kinds),
            *_support_exhibits(outcome),
        ),
        assumptions=rests_on(area, "forecast", "plans", "flows", "population"),
    )


def _by_authority(outcome: ForecastOutcome, limit: int = 0) -> Figure:
    names = outcome.area.authorities
    ahead = outcome.plans.summary("authority", levels=LEVELS)
    past = outcome.area.plans.groupby(["authority", "year"], as_index=False)["plans"].sum()
    return charts.fan(
        ahead.assign(authority=ahead["authority"].map(names)),
        "plans",
        unit="plans",
        by="authority",
        history=past.assign(authority=past["authority"].map(names)),
        limit=limit,
    )


def _by_group(outcome: ForecastOutcome, limit: int = 0) -> Figure:
    ahead = outcome.plans.summary("setting_group", levels=LEVELS)
    known = ahead[ahead["setting_group"] != "not_recorded"]
    return charts.fan(known, "plans", unit="plans", by="setting_group", limit=limit)


def _table(outcome: ForecastOutcome, by: str, key: str, title: str) -> Table:
    """Return a table of middles along the years, with the last year's range."""
    summary = outcome.plans.summary(by, levels=LEVELS)
    years = milestones(sorted(summary["year"].unique()))
    mids = summary[(summary["level"] == LEVELS[1]) & summary["year"].isin(years)]
    table = across(mids, [by], "year", "plans")
    last = with_interval(summary[summary["year"] == years[-1]], "plans", [by])
    table = table.merge(last[[by, "9 in 10 between"]], on=by).rename(
        columns={"9 in 10 between": f"{years[-1]}: 9 in 10 between"}
    )
    if by == "authority":
        table[by] = table[by].map(outcome.area.authorities)
    return Table(
        key,
        f"{title}, January, middle forecast",
        table,
        {by: "code"} | {str(y): "n" for y in years},
        note=f"{INTERVAL} Middles of parts don't add up to the middle of the whole.",
        counts=tuple(str(y) for y in years),
        tied=(f"{years[-1]}: 9 in 10 between",),
    )


def _flows_table(kinds: pd.DataFrame) -> Table:
    mids = kinds[kinds["level"] == LEVELS[1]]
    years = milestones(sorted(mids["year"].unique()))
    table = across(mids[mids["year"].isin(years)], ["kind"], "year", "children")
    return Table(
        "flows",
        "Children who join, move, leave or are transferred in, year to January, middle forecast",
        table,
        {"kind": "code"} | {str(y): "n" for y in years},
    )


def _in_year_words(outcome: ForecastOutcome) -> list[str]:
    """Return what the year in progress says of the next January, authority by authority, where its months are known."""
    area = outcome.area
    if area.in_year.empty or area.is_followed:
        return []
    options = outcome.options
    found = next_january(area, draws=options.draws, seed=options.seed)
    return [
        f"{area.authorities[str(code)]}'s own count of {row['months']:.0f} months of {area.base_year} puts January {area.base_year + 1} at "
        f"{row['plans']:,.0f} plans, with a standard error of {row['error']:,.0f}; the forecast starts from that."
        for code, row in found.iterrows()
    ]


def _support_words(outcome: ForecastOutcome) -> tuple[str, ...]:
    if outcome.support is None:
        return ()
    summary = outcome.support.summary(levels=LEVELS)
    last = summary["year"].max()
    value = "pupils" if "pupils" in summary else summary.columns[-1]
    low, mid, high = middle(summary, value, year=last)
    first = summary["year"].min()
    return (
        f"SEN Support is forecast to go from {middle(summary, value, year=first)[1]:,.0f} pupils in January {first} to {mid:,.0f} in January {last} ({between(low, high)} in nine futures of ten). A child given a plan leaves SEN Support.",
    )


def _support_exhibits(outcome: ForecastOutcome) -> tuple[Exhibit, ...]:
    if outcome.support is None:
        return ()
    summary = outcome.support.summary("authority", levels=LEVELS)
    value = "pupils" if "pupils" in summary else summary.columns[-1]
    named = summary.assign(authority=summary["authority"].map(outcome.area.authorities))
    years = milestones(sorted(summary["year"].unique()))
    table = across(named[(named["level"] == LEVELS[1]) & named["year"].isin(years)], ["authority"], "year", value)
    return (
        Chart(
            "support-forecast",
            "Pupils on SEN Support, forecast",
            partial(charts.fan, named, value, unit="pupils", by="authority"),
            "One panel for each authority: the middle forecast, and the band that holds nine futures in ten.",
        ),
        Table(
            "support",
            "Pupils on SEN Support, January, middle forecast",
            table,
            {str(y): "n" for y in years},
            note=INTERVAL,
        ),
    )
