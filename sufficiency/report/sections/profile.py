"""Who has an EHC plan or SEN Support today: rates, ages, needs, settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from sufficiency.outcome import ForecastOutcome
from sufficiency.report.look import charts
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections.common import by_phase, rests_on, share
from sufficiency.words.say import label, shown
from sufficiency.words.vocabulary import NEEDS, SETTING_GROUP_OF


def section(outcome: ForecastOutcome) -> Section:
    """Return the profile section."""
    area = outcome.area
    states = _states(outcome)
    total = states["plans"].sum()
    needs = states.groupby("need")["plans"].sum().sort_values(ascending=False)
    top = ", ".join(
        f"{NEEDS[n].name.lower() if n != 'SEMH' else 'social, emotional and mental health'} {shown(share(v, total), '%')}"
        for n, v in needs.head(3).items()
    )
    groups = states.assign(group=states["setting_type"].map(SETTING_GROUP_OF)).groupby("group")["plans"].sum()
    each = states.groupby("authority")["plans"].sum().rename(index=dict(area.authorities))
    mix = by_phase(states, "plans", ["need"])
    return Section(
        "profile",
        "Children with SEND today",
        words=(
            f"{total:,.0f} children and young people have an EHC plan in January {area.base_year}: {', '.join(f'{name} {v:,.0f}' for name, v in each.items())}. "
            f"The commonest primary needs are {top}.",
            f"{shown(share(groups.get('mainstream', 0), total), '%')} are in mainstream schools (units and resourced provision among them) and "
            f"{shown(share(groups.get('special', 0), total), '%')} in special schools.",
            *_support_words(outcome),
        ),
        exhibits=(
            Chart(
                "plans-need-phase",
                f"EHC plans by primary need and phase, January {area.base_year}",
                partial(charts.stacked, mix, "need", "plans", "phase", unit="plans"),
                f"Stacked bars: {top}.",
                has_counts=True,
            ),
            Table(
                "plans-need",
                "EHC plans by primary need and authority",
                _needs_table(area.authorities, states),
                dict.fromkeys(area.authorities.values(), "n") | {"share": "%", "all": "n"},
                counts=tuple(area.authorities.values()),
                totals=("all",),
                tied=("share",),
            ),
            Table(
                "plans-setting",
                "EHC plans by type of setting and authority",
                _settings_table(area.authorities, states),
                dict.fromkeys(area.authorities.values(), "n") | {"share": "%", "all": "n", "setting_type": "code"},
                counts=tuple(area.authorities.values()),
                totals=("all",),
                tied=("share",),
            ),
            *_support_exhibits(outcome),
            *_long_view(outcome),
        ),
        assumptions=rests_on(area, "states", "plans", "sen_support"),
    )


def _states(outcome: ForecastOutcome) -> pd.DataFrame:
    """Return plans of the base year by authority, NCY, need and type of setting: the area's, or as the forecast has them.

    Needs of an area without states.csv are not recorded.
    """
    area = outcome.area
    own = area.states[area.states["year"] == area.base_year]
    if set(own["authority"]) >= set(area.authorities):
        return own
    held = outcome.plans.plans.isel(year=0).mean("draw").to_series().rename("plans").reset_index()
    return held[held["plans"] > 0].reset_index(drop=True)


def _needs_table(names: Mapping[str, str], states: pd.DataFrame) -> pd.DataFrame:
    table = _by(names, states, "need")
    return table.assign(need=[f"{label(n)} ({n})" for n in table["need"]])


def _settings_table(names: Mapping[str, str], states: pd.DataFrame) -> pd.DataFrame:
    return _by(names, states, "setting_type")


def _by(names: Mapping[str, str], states: pd.DataFrame, by: str) -> pd.DataFrame:
    wide = (
        states.pivot_table(index=by, columns="authority", values="plans", aggfunc="sum")
        .fillna(0)
        .rename(columns=dict(names))
    )
    wide["all"] = wide.sum(axis=1)
    wide["share"] = wide["all"] / wide["all"].sum()
    return wide.sort_values("all", ascending=False).reset_index().rename_axis(columns=None)


def _support_words(outcome: ForecastOutcome) -> tuple[str, ...]:
    support = outcome.area.sen_support
    whole = support[(support["phase"] == "all")]
    if whole.empty:
        return ()
    last = whole[whole["year"] == whole["year"].max()]
    rates = ", ".join(
        f"{outcome.area.authorities[r.authority]} {r.sen_support_percent:.1f}%" for r in last.itertuples()
    )
    return (f"SEN Support covers {rates} of pupils in January {int(last['year'].iloc[0])}.",)


def _support_exhibits(outcome: ForecastOutcome) -> tuple[Chart, ...]:
    support = outcome.area.sen_support
    whole = support[support["phase"] == "all"]
    if whole.empty:
        return ()
    named = whole.assign(area=whole["authority"].map(outcome.area.authorities))
    return (
        Chart(
            "support-rate",
            "Pupils on SEN Support, share of all pupils",
            partial(charts.lines, named, "year", "sen_support_percent", "area", unit="% of pupils"),
            "One line for each authority, January by January.",
        ),
    )


def _long_view(outcome: ForecastOutcome) -> tuple[Table, ...]:
    long = outcome.area.long_view
    if long.empty:
        return ()
    wide = long.pivot_table(index="year", columns="measure", values="count").reset_index().rename_axis(columns=None)
    if {"pupils", "sen_support"} <= set(wide):
        wide["sen_support_share"] = wide["sen_support"] / wide["pupils"]
    sources = outcome.area.sources.set_index("table")["source"]
    return (
        Table(
            "long-view",
            "The long view: counts of past Januaries",
            wide,
            {"year": "year", "pupils": "n", "sen_support": "n", "plans": "n", "sen_support_share": "%"},
            note=f"As printed in: {sources['long_view']}." if "long_view" in sources else "",
        ),
    )
