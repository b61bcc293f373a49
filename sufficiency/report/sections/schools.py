"""School cards: for each special school, unit and base, its places, who fills them, who is turned away, what one more is worth."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate import why_full
from sufficiency.outcome import Outcome
from sufficiency.report.disclosure.suppress import HIDDEN, suppressed
from sufficiency.report.model import Card, Cards, Section, Table
from sufficiency.report.sections.anchors import carded, school_key
from sufficiency.report.sections.common import milestones, rests_on
from sufficiency.report.sections.options import values_by_code
from sufficiency.report.sections.provision import NOT_KNOWN, settings_by_code
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.say import between, count, gbp, label, shown
from sufficiency.words.school_year import PHASES, phase_of
from sufficiency.words.vocabulary import NEED_GROUPS, NEEDS

GROUPS_NAMED: Final = 3
MONEY: Final = ("saves a year", "fees", "packages", "journeys")
WORTH: Final = "one more place, a year"  # column
UNCLEAR: Final = "the range of 9 in 10 futures holds both a saving and a cost"
OPENS: Final = {"open": "opened in", "agreed": "agreed for", "proposed": "proposed for"}  # by PROJECT_STATUSES
ORDER: Final = ("special", "resourced_provision", "sen_unit")


def section(outcome: Outcome, limit: int = 0) -> Section:
    """Return the cards; counts from 1 to one below `limit` are hidden in them, and with them whoever would give them away."""
    year = year_ahead(outcome)
    table = schools_table(outcome, limit)
    if table.empty:
        return Section(
            "schools", "School by school", words=("No list names a state special school, unit or base of the area.",)
        )
    homes = homes_of(outcome, limit)
    known = outcome.area.attendance["setting"]
    unlisted = int((~carded(outcome.area)["setting"].isin(known)).sum())
    words = [
        f"One card for each of {count(len(table), 'state special school, unit or base', 'state special schools, units and bases')} that a list names."
    ]
    if unlisted:
        words.append(
            f"Who attends {unlisted:,} of them is not in the area's tables (attendance.csv): their roll today is not known, and where their children live is an estimate."
        )
    columns = ["school", "ages", "needs", "places", "roll", f"places, {year}", WORTH]
    return Section(
        "schools",
        "School by school",
        words=tuple(words),
        exhibits=(
            Cards(
                "school-cards",
                "Schools, units and bases",
                tuple(_cards(outcome, table, homes, limit)),
                note=_note(outcome, limit),
            ),
            Table(
                "schools-short",
                "Schools, units and bases",
                table[columns],
                {"places": "n", "roll": "n", f"places, {year}": "n"},
                note=f"One more place: before what the place itself is paid. No clear difference: {UNCLEAR}. The workbook has more of each.",
                rows_shown=80,
                shown_in=("document",),
            ),
            Table(
                "schools",
                "Schools, units and bases: places, roll, who is turned away, what one more place is worth, what has opened or is to open",
                table.drop(columns=["setting"]),
                {"type": "code", "places": "n", "roll": "n", f"places, {year}": "n"}
                | dict.fromkeys((*MONEY, "place is paid"), "£"),
                note=f"{_note(outcome, limit)} What one more place saves is before what the place itself is paid; fees, packages and journeys are each the middle of its own, and need not add up to it.",
                shown_in=("workbook",),
            ),
            Table(
                "school-homes",
                f"Where the children of each school live, January {outcome.area.base_year}",
                homes.rename_axis("school")
                .rename(index=dict(zip(table["setting"], table["school"], strict=True)))
                .reset_index(),
                note=_hidden_note(limit),
                shown_in=("workbook",),
            ),
        ),
        assumptions=rests_on(outcome.area, "attendance", "suitability"),
    )


def year_ahead(outcome: Outcome) -> int:
    """Return the January that gaps are told of: three years on, or the last."""
    years = milestones([int(y) for y in outcome.placed.attending["year"].values])
    return next((y for y in years if y - outcome.area.base_year >= 3), years[-1])


@lru_cache(maxsize=4)
def homes_of(outcome: Outcome, limit: int = 0) -> pd.DataFrame:
    """Return children of each school with a card by home district, expected, in the base year; 'c' where hidden."""
    area = outcome.area
    rows = outcome.placed.placements
    rows = rows[rows["year"] == area.base_year]
    districts = rows["zone"].map(area.zones.set_index("zone")["district"])
    wide = rows["children"].groupby([rows["setting"], districts]).sum().unstack(fill_value=0)
    wide = wide.reindex(index=carded(area)["setting"], fill_value=0)
    wide = wide.reindex(columns=list(dict.fromkeys(area.zones["district"])), fill_value=0)
    wide.columns.name = None
    return suppressed(wide, list(wide), limit)


@lru_cache(maxsize=4)
def schools_table(outcome: Outcome, limit: int = 0) -> pd.DataFrame:
    """Return one row for each school with a card: what its card tells."""
    area, year = outcome.area, year_ahead(outcome)
    own = carded(area)
    if own.empty:
        return pd.DataFrame()
    today = settings_by_code(outcome)
    today["children"] = suppressed(today, ("children",), limit)["children"]
    worth = values_by_code(outcome, year)
    places = pd.Series(
        outcome.placed.expected_places[outcome.placed.years.index(year)], index=outcome.placed.routes.codes
    )
    rows = []
    for school in own.itertuples():
        code = school.setting
        now, value = today.loc[code], worth.loc[code] if code in worth.index else None
        row = {
            "setting": school.setting,
            "school": school.name,
            "type": school.setting_type,
            "district": school.district,
            "ages": now["ages"],
            "needs": now["needs"],
            "places": now["places"],
            "roll": now["children"] if now["roll"] == "list" else NOT_KNOWN,
            f"places, {year}": int(places.get(school.setting, 0)),
            "turned away nearby": ""
            if limit > 1
            else _turned_away(outcome, str(school.setting), str(school.district), year),
            "saves a year": np.nan if value is None else value["value"],
            "9 in 10 between": "" if value is None else between(value["low"], value["high"], "£"),
        }
        row["place is paid"] = np.nan if value is None else value["place is paid"]
        row |= {part: np.nan if value is None else value[part] for part in MONEY[1:]}
        row[WORTH] = "" if value is None else _worth(value)
        row["opened or to open"] = _opens(outcome, str(school.setting))
        row["places are an estimate"] = "yes" if school.is_estimate else ""
        rows.append(row)
    table = pd.DataFrame(rows)
    order = {code: place for place, code in enumerate(ORDER)}
    return table.sort_values(
        ["type", "district", "school"], key=lambda c: c.map(order) if c.name == "type" else c, ignore_index=True
    )


def _turned_away(outcome: Outcome, setting: str, district: str, year: int) -> str:
    """Return who lives in the school's district, is suited by it and was turned away by every suitable state place."""
    away = why_full(outcome.placed, setting, year=year).turned_away
    away = away[away["instead"].isin(DESTINATIONS) & (away["district"] == district)]
    sizes = away.groupby(["need_group", "phase"])["children"].sum()
    if sizes.empty:
        return "nobody"
    most = sizes.sort_values(ascending=False).head(GROUPS_NAMED)
    named = "; ".join(f"{_group(str(need), str(phase))} {n:,}" for (need, phase), n in most.items())
    return f"{sizes.sum():,}: {named}"


def _group(need_group: str, phase: str) -> str:
    words = NEED_GROUPS[need_group]
    return f"{words[0].upper()}{words[1:]}, {label(phase, 'phase').lower()}"


def _opens(outcome: Outcome, setting: str) -> str:
    """Return what of the pipeline has opened at a school or is to open, in words."""
    rows = outcome.area.pipeline
    rows = rows[rows["setting"] == setting].sort_values("opens")
    return "; ".join(f"{count(r.places, 'place')} {OPENS[r.status]} September {r.opens - 1}" for r in rows.itertuples())


def _cards(outcome: Outcome, table: pd.DataFrame, homes: pd.DataFrame, limit: int) -> list[Card]:
    year, base = year_ahead(outcome), outcome.area.base_year
    spare, phases = _spare(outcome, year), _phases(outcome)
    made = []
    for row in table.to_dict("records"):
        setting = str(row["setting"])
        facts = [
            ("Ages", str(row["ages"])),
            ("Needs", needs_in_words(str(row["needs"]))),
            (
                f"Places, January {base}",
                shown(row["places"], "n") + (" (estimate)" if row["places are an estimate"] else ""),
            ),
            ("On roll today", row["roll"] if isinstance(row["roll"], str) else shown(row["roll"], "n")),
        ]
        if row[f"places, {year}"] != row["places"]:
            facts.append((f"Places, January {year}", shown(row[f"places, {year}"], "n")))
        if row["opened or to open"]:
            facts.append(("Opened or to open", str(row["opened or to open"])))
        if limit <= 1:
            facts += [
                (f"Spare, January {year}", spare[setting]),
                (f"By phase, January {year}", phases.get(setting, "nobody")),
                (f"Turned away nearby, January {year}", str(row["turned away nearby"])),
            ]
        if np.isfinite(row["saves a year"]):
            paid, spread = (
                f"before the {gbp(float(row['place is paid']))} that the place itself is paid",
                row["9 in 10 between"],
            )
            facts.append(("One more place, a year", f"{row[WORTH]} (saving in 9 of 10 futures: {spread}), {paid}"))
        bars = _bars(homes.loc[setting])
        made.append(
            Card(
                school_key(setting),
                str(row["school"]),
                f"{label(str(row['type']))}, {row['district']}" if row["district"] else label(str(row["type"])),
                tuple(facts),
                f"Where its children live, January {base}{'' if isinstance(row['roll'], int | np.integer) else ' (estimate)'}",
                bars,
            )
        )
    return made


def _worth(row: pd.Series) -> str:
    """Return what one more place would save or cost a year beside where the child is now, or that it can't be told."""
    if float(row["low"]) <= 0 <= float(row["high"]):
        return "no clear difference"
    value = float(row["value"])
    return f"saves {gbp(value)}" if value >= 0 else f"costs {gbp(-value)} more"


def needs_in_words(codes: str) -> str:
    """Return designations as words, short ones kept as people say them."""
    known = [NEEDS[code].name if code in NEEDS else code for code in codes.split()]
    return "; ".join(known) if known and codes != "any" else "Any, or not published"


def _bars(homes: pd.Series) -> tuple[tuple[str, float, str], ...]:
    """Return home districts by their share of a school's children, the largest first; hidden ones are left out."""
    told = homes[homes.map(lambda v: v != HIDDEN)].astype(float)
    if len(told) < len(homes):  # the whole is not known from what is shown, so no share is told
        told = told[told > 0].sort_values(ascending=False)
        most = max(float(told.max()), 1.0) if len(told) else 1.0
        return tuple((str(d), n / most, f"{n:,.0f}") for d, n in told.items())
    total = float(told.sum())
    told = told[told > 0].sort_values(ascending=False)
    return tuple((str(d), n / total, f"{100 * n / total:.0f}%") for d, n in told.items())


def _spare(outcome: Outcome, year: int) -> dict[str, str]:
    """Return empty places of each school in the expected demand, in words."""
    rows = outcome.placed.placements
    rolls = rows[rows["year"] == year].groupby("setting")["children"].sum()
    places = pd.Series(
        outcome.placed.expected_places[outcome.placed.years.index(year)], index=outcome.placed.routes.codes
    )
    free = (places - rolls.reindex(places.index).fillna(0)).astype(int)
    return {
        str(s): count(n, "place") if n > 0 else "none: full" if n == 0 else f"none: {-n:,} above its places"
        for s, n in free.items()
    }


def _phases(outcome: Outcome) -> dict[str, str]:
    """Return children of each school by phase in the expected demand, in the order of schooling, in words."""
    rows = outcome.placed.placements
    rows = rows[rows["year"] == year_ahead(outcome)]
    phase = pd.Series(phase_of(rows["ncy"].to_numpy(dtype=int)), rows.index, name="phase")
    wide = rows["children"].groupby([rows["setting"], phase]).sum().unstack(fill_value=0)
    order = [p for p in PHASES if p in wide]
    return {
        str(setting): ", ".join(f"{label(p, 'phase').lower()} {n:,}" for p, n in row.items() if n)
        for setting, row in wide[order].iterrows()
    }


def _note(outcome: Outcome, limit: int) -> str:
    year = year_ahead(outcome)
    says = f"Turned away nearby: children of the school's district whom it suits and whom no suitable state place took, in the expected demand of January {year}; the same child may be suited by several schools. One more place: beside where the child is now; no clear difference: {UNCLEAR}."
    return (
        f"Who is turned away nearby is left out, so that no child can be told. No clear difference: {UNCLEAR}."
        if limit > 1
        else says
    )


def _hidden_note(limit: int) -> str:
    return "'c': hidden, so that no child can be told." if limit > 1 else "Expected placements."
