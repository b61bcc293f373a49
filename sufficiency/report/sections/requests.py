"""How plans begin and end: requests, assessments, new plans and ceased plans."""

from __future__ import annotations

from functools import partial

import pandas as pd

from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look import charts
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections.common import rests_on, share
from sufficiency.words.say import shown


def section(outcome: ForecastOutcome) -> Section:
    """Return the section on flows."""
    area = outcome.area
    new, ceased = (_yearly(area.flows, kind) for kind in ("new", "ceased"))
    words = []
    if len(new):
        words.append(
            f"{new.iloc[-1]:,.0f} new plans began in the year to January {new.index[-1]}, {shown(new.iloc[-1] / new.iloc[0] - 1, '%')} {'more' if new.iloc[-1] >= new.iloc[0] else 'fewer'} than in the year to January {new.index[0]}."
        )
    if len(ceased):
        words.append(
            f"{ceased.iloc[-1]:,.0f} plans ceased in the same year. Published stocks grow by more than new plans less ceased ones: the rest moved in, or was not returned, and the forecast carries it as transfers in."
        )
    if area.flows.empty:
        words.append(
            "No new or ceased plans were given for this area, so joiners and leavers are inferred from the stock."
        )
    exhibits: list[Chart | Table] = []
    starts = area.flows[(area.flows["kind"] == "new") & area.flows["ncy"].notna()]
    if len(starts):
        last = starts[starts["year"] == starts["year"].max()].groupby("ncy", as_index=False)["children"].sum()
        last = last.assign(
            start=[("Reception" if n == 0 else f"Year {n}" if n > 0 else f"age {n + 4}") for n in last["ncy"]]
        )
        peak = last.loc[last["children"].idxmax(), "start"]
        exhibits.append(
            Chart(
                "new-plans-age",
                f"New plans by year group at the start, year to January {starts['year'].max()}",
                partial(charts.bars, last, "start", "children", unit="new plans"),
                f"More begin in {peak} than in any other year of age.",
                has_counts=True,
            )
        )
    if len(area.requests):
        exhibits.append(_requests_table(area.requests))
    return Section(
        "flow",
        "How plans begin and end",
        words=tuple(words),
        exhibits=tuple(exhibits),
        assumptions=rests_on(area, "flows", "requests"),
    )


def _yearly(flows: pd.DataFrame, kind: str) -> pd.Series:
    """Return totals by year: the widest margin given, so that nothing is counted twice."""
    part = flows[flows["kind"] == kind]
    if part.empty:
        return pd.Series(dtype=float)
    whole = part[part["ncy"].isna() & (part["setting_type"] == "") & (part["need"] == "") & (part["reason"] == "")]
    if whole.empty:
        whole = part[part["ncy"].notna() & (part["need"] == "") & (part["reason"] == "")]
    return whole.groupby("year")["children"].sum()


def _requests_table(requests: pd.DataFrame) -> Table:
    columns = [c for c in ("requests", "refused", "assessed", "issued") if requests[c].notna().any()]
    table = requests.groupby("year")[columns].sum(min_count=1).reset_index()
    if {"requests", "refused"} <= set(columns):
        table["share refused"] = [
            share(float(r), float(q)) if not pd.isna(r) and not pd.isna(q) else float("nan")
            for r, q in zip(table["refused"], table["requests"], strict=True)
        ]
    return Table(
        "requests",
        "Requests for an assessment and what became of them, calendar year before January",
        table,
        {"year": "year", "share refused": "%"} | dict.fromkeys(columns, "n"),
        note="A dash: not published for that year.",
    )
