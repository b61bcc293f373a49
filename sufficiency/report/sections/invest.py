"""Invest to save: what each opening of a scenario costs to build, who leaves which destination for it, and whether it pays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.comparison import step_name
from sufficiency.funding.balance.payback import BUILT, Finance, Payback, invest_to_save, place_payback
from sufficiency.funding.budget_lines import STREAMS
from sufficiency.outcome import Outcome
from sufficiency.report.model import Section, Table
from sufficiency.scenarios.pipeline import chance
from sufficiency.words.say import count, gbp, label, shown
from sufficiency.words.school_year import financial_label
from sufficiency.words.vocabulary import PROJECT_KINDS, SETTING_TYPES, SPECIALIST

SET_UP: Final = "funding.set_up_a_place_gbp"
YEARS_SHOWN: Final = 6
MOST_YEARS: Final = 60  # beyond which places are said never to pay


@dataclass(frozen=True)
class Opened:
    """What one lever opens, as expected: a project counts with its chance."""

    places: float
    capital_gbp: float  # whoever pays it
    opens: int  # financial year of the September
    built: str  # a code of BUILT, of most of the places
    authority: str


@dataclass(frozen=True)
class Appraised:
    """One opening, appraised from the run with it and the run without it."""

    name: str
    opened: Opened
    leaves: pd.DataFrame  # authority, provision, children fewer (below 0: more), mean over draws in the last year
    transport_gbp: float  # saved in the last year; not High Needs money
    borrowed: Payback  # the council borrows all of the capital
    granted: Payback  # a grant pays all of it
    break_even_share: float  # of those who fill it, from independent or non-maintained schools

    @property
    def filled(self) -> float:
        """How many more children are in state specialist places in the last year."""
        known = {code for code in SPECIALIST if SETTING_TYPES[code].is_state}
        return float(-self.leaves.loc[self.leaves["provision"].isin(known), "fewer"].sum())


def section(steps: Sequence[Outcome]) -> Section | None:
    """Return the appraisal of every lever that opens places, from outcomes lever by lever; nothing where none does."""
    found = list(appraised(steps))
    if not found:
        return None
    area = steps[-1].area
    last = int(steps[-1].budget.balance["financial_year"].values[-1])
    return Section(
        "invest",
        "Invest to save: do the new places pay for themselves?",
        words=(
            *(_sentence(one) for one in found),
            "Capital is the scenario's own (`capital_gbp` of the lever) or the project's where it is given, and else what is assumed for a place. A place saves High Needs what its child cost before, less its place funding and top-up. A child who leaves an independent school saves a fee; a child who leaves mainstream with a support package costs more than before. "
            "Place funding is paid from the September of opening, filled or not, so that places cost most while they fill; the first financial year has seven twelfths of a year.",
            f"Savings are this run's High Needs with the places less without them, in constant prices, and the last year's is held to the end of {area.value('funding.appraisal_years'):.0f} years. They are discounted at the Green Book's rate; what is borrowed is repaid at {shown(area.value('funding.interest_rate'), '%')} a year. Transport is shown beside, since it is not High Needs money.",
        ),
        exhibits=(
            Table(
                "invest-to-save",
                "What each opening costs and saves",
                _table(found),
                {
                    "places": "n",
                    "filled": "n",
                    "capital": "£",
                    "High Needs saved a year": "£",
                    "transport saved a year": "£",
                    "borrowing a year": "£",
                    "worth today, council pays": "£",
                    "worth today, grant pays": "£",
                    "break-even from independents": "%",
                },
                note=f"Means over the placed futures, so that with few of them chance in single children shows; a project that may not open counts with its chance. Savings, and children in the places, of {financial_label(last)}, the last year. 'Worth today' is savings less set-up and the council's capital over the whole appraisal, discounted. 'Break-even' is the share of the children who fill it who must come from independent or non-maintained schools for High Needs to pay for place, top-up and borrowing: above 100% no share is enough.",
            ),
            Table(
                "who-leaves",
                "Who leaves which destination for the new places",
                _who(found),
                {"fewer children": "1"},
                note=f"Children in {financial_label(last)} without the places less with them, mean over the placed futures; where the number is below nothing, more are there.",
                is_close=True,
            ),
            Table(
                "invest-by-year",
                "The first years: capital, set-up, savings and borrowing",
                _by_year(found, is_set_up_known=area.value(SET_UP) > 0),
                dict.fromkeys(("capital", "High Needs saved", "borrowing"), "£"),
                note="All of the capital borrowed. Constant prices of the year of opening. What it costs to set up a place is not known unless the area says it (`funding.set_up_a_place_gbp`), and nothing is counted for it then.",
            ),
        ),
        assumptions=_assumed(area, found),
    )


def _assumed(area: Area, found: Sequence[Appraised]) -> tuple[str, ...]:
    """Return what the appraisal rests on: capital of what is built, set-up, interest, years, and the discount rate."""
    names = [f"funding.{BUILT[built][1]}" for built in dict.fromkeys(one.opened.built for one in found)]
    names += [SET_UP, "funding.interest_rate", "funding.appraisal_years", "funding.green_book_discount_rate"]
    says = []
    for name in names:
        rate = policy.rate(name)
        own = area.assumptions[area.assumptions["assumption"] == name]
        source, status = (str(own[c].iloc[0]) if len(own) else getattr(rate, c) for c in ("source", "status"))
        value = area.value(name)
        amount = "not known, and counted as 0" if name == SET_UP and not value else f"{shown(value, '')} {rate.unit}"
        says.append(f"{rate.meaning}: {amount} ({status}; {source})")
    return tuple(says)


def appraised(steps: Sequence[Outcome]) -> Iterator[Appraised]:
    """Yield the appraisal of each step that opens places, from the run before it and the run with it."""
    for before, then in pairwise(steps):
        opened = _opened(before.area, then.area, then.options.to)
        years = then.budget.balance["financial_year"].values
        known = getattr(then.scenario.levers[-1], "capital_gbp", None)
        if opened is not None and known is not None:
            opened = replace(opened, capital_gbp=float(known))
        if opened is None or opened.opens > years[-1]:
            continue
        saving = (then.budget.in_year - before.budget.in_year).sum("authority").mean("draw").to_series()
        carried = (before.measure("transport_gbp") - then.measure("transport_gbp")).mean("draw")
        set_up = (opened.places * then.area.value(SET_UP),)
        ways = [
            invest_to_save(
                then.area,
                saving,
                capital_gbp=opened.capital_gbp,
                opens=opened.opens,
                finance=Finance.of(then.area, grant_share=share, set_up_gbp=set_up),
            )
            for share in (0.0, 1.0)
        ]
        yield Appraised(
            name=step_name(before.scenario, then),
            opened=opened,
            leaves=_leaves(before, then),
            transport_gbp=float(carried[-1]),
            borrowed=ways[0],
            granted=ways[1],
            break_even_share=place_payback(
                then.area,
                max(round(opened.places), 1),
                built=opened.built,
                authority=opened.authority,
                financial_year=max(opened.opens, int(years[0])),
                capital_a_place_gbp=opened.capital_gbp / opened.places,
                leaves=before.budget.turned_away(opened.authority, int(years[-1])),
            ).break_even_independent_share,
        )


def _opened(before: Area, then: Area, last: int) -> Opened | None:
    """Return what a lever opens by January `last`: places listed and projects coming, with capital as known or assumed."""
    rows: list[tuple[float, float, int, str, str]] = []
    existing = set(before.settings["setting"])
    listed = then.settings.set_index("setting")

    def built(setting: str, setting_type: str) -> str:
        if setting_type != "special":
            return "unit"
        return "special expansion" if setting in existing else "new special school"

    for year in range(then.base_year + 1, last + 1):
        now, was = then.places_in(year), before.places_in(year)
        for setting, places in now.items():
            more = float(places) - float(was.get(setting, 0)) - sum(r[0] for r in rows if r[4] == setting)
            kind = str(listed.loc[setting, "setting_type"])
            if more > 0 and SETTING_TYPES[kind].is_state:
                what = built(str(setting), kind)
                rows.append((more, more * then.value(f"funding.{BUILT[what][1]}"), year - 1, what, str(setting)))
    for row in then.coming[~then.coming["project"].isin(before.coming["project"])].itertuples():
        what, sure = built(row.setting, PROJECT_KINDS[row.kind]), chance(then, row)
        known = getattr(row, "capital_gbp", float("nan"))
        capital = row.places * then.value(f"funding.{BUILT[what][1]}") if pd.isna(known) else float(known)
        rows.append((row.places * sure, capital * sure, int(row.opens) - 1, what, row.setting))
    rows = [row for row in rows if row[0] > 0]
    if not rows:
        return None
    largest = max(rows)
    authority = str(listed.loc[largest[4], "authority"])
    return Opened(
        places=sum(r[0] for r in rows),
        capital_gbp=sum(r[1] for r in rows),
        opens=min(r[2] for r in rows),
        built=largest[3],
        authority=authority if authority in then.authorities else next(iter(then.authorities)),
    )


def _leaves(before: Outcome, then: Outcome) -> pd.DataFrame:
    """Return how many fewer children are at each type of setting and destination in the last year: provision, fewer."""
    last = [run.budget.children.isel(financial_year=-1) for run in (before, then)]
    fewer = (last[0] - last[1]).sum([d for d in last[0].dims if d not in ("draw", "stream")]).mean("draw")
    table = pd.DataFrame({"provision": [s.provision for s in STREAMS.values()], "fewer": fewer.values})
    table = table.groupby("provision", as_index=False, sort=False)["fewer"].sum()
    return table[np.abs(table["fewer"]) >= 0.05]


def _sentence(one: Appraised) -> str:
    paid = one.borrowed
    places = count(one.opened.places, "place")
    saves = (
        f"saves High Needs {gbp(paid.saving_gbp)} a year"
        if paid.saving_gbp > 0
        else f"adds {gbp(-paid.saving_gbp)} a year to High Needs"
    )
    pays = (
        f"has met what it cost after {shown(paid.years, '1')} years, interest apart"
        if paid.years <= MOST_YEARS
        else "never meets what it cost from High Needs alone"
    )
    return f"{one.name}: {places} for {gbp(paid.capital_gbp)}, from September {one.opened.opens}. Once settled it {saves}. If the council pays the capital it {pays}, and is worth {gbp(paid.net_present_value_gbp)} today; if a grant does, {gbp(one.granted.net_present_value_gbp)}."


def _table(found: Sequence[Appraised]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "opening": one.name,
                "places": one.opened.places,
                "filled": one.filled,
                "capital": one.opened.capital_gbp,
                "High Needs saved a year": one.borrowed.saving_gbp,
                "transport saved a year": one.transport_gbp,
                "borrowing a year": float(one.borrowed.by_year["borrowing_gbp"].iloc[0]),
                "years to pay": shown(one.borrowed.years, "1") if one.borrowed.years <= MOST_YEARS else "never",
                "worth today, council pays": one.borrowed.net_present_value_gbp,
                "worth today, grant pays": one.granted.net_present_value_gbp,
                "break-even from independents": one.break_even_share,
            }
            for one in found
        ]
    )


def _who(found: Sequence[Appraised]) -> pd.DataFrame:
    rows = [
        {"opening": one.name, "where they were": label(str(provision), "provision"), "fewer children": fewer}
        for one in found
        for provision, fewer in one.leaves.itertuples(index=False)
    ]
    return pd.DataFrame(rows, columns=["opening", "where they were", "fewer children"])


def _by_year(found: Sequence[Appraised], *, is_set_up_known: bool) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "opening": one.name,
                "financial year": financial_label(one.opened.opens + int(row.year) - 1),
                "capital": row.capital_gbp,
                "set-up": gbp(row.set_up_gbp) if is_set_up_known else "not known",
                "High Needs saved": row.saving_gbp,
                "borrowing": row.borrowing_gbp,
            }
            for one in found
            for row in one.borrowed.by_year.head(YEARS_SHOWN).itertuples()
        ]
    )
