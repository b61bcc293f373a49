"""The steps of the graduated response: children and places at each, who moves from one to the next, and where one is missing."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.model import Table
from sufficiency.report.sections.common import share
from sufficiency.words.say import count, label
from sufficiency.words.school_year import PHASES
from sufficiency.words.vocabulary import SETTING_TYPES

BASES: Final = ("sen_unit", "resourced_provision")
SCHOOL: Final = {"primary": (0, 6), "secondary": (7, 11)}
GUIDE: Final = {phase: f"transport.guide_{phase}_minutes" for phase in SCHOOL}
HUNDREDTH: Final = 0.01  # of a district's children, from which "some live too far"
NOT_KNOWN: Final = "not known"
# What children with plans are at, step by step.
STEPS: Final = {
    "A plan, in a mainstream class": ("mainstream",),
    "A unit or base in a mainstream school": BASES,
    "A state special school": ("special",),
    "An independent or non-maintained special school": ("independent_special", "non_maintained_special"),
    "A college or other place after 16": ("further_education", "specialist_post_16"),
    "Otherwise: alternative provision, early years, at home, waiting, not recorded": (
        "alternative_provision",
        "early_years",
        "elsewhere",
        "not_recorded",
    ),
}


def exhibits(outcome: ForecastOutcome) -> tuple[Table, ...]:
    """Return the tables: what stands at each step, who moves from SEN Support to a plan, and where a unit or base is missing."""
    return (_steps(outcome), *_movement(outcome), *_missing(outcome))


def _steps(outcome: ForecastOutcome) -> Table:
    """Return children and places at each step in the base year."""
    area = outcome.area
    now = area.plans[area.plans["year"] == area.base_year].groupby("setting_type")["plans"].sum()
    rows: list[tuple[str, object, object]] = []
    people = area.population[(area.population["year"] == area.base_year) & area.population["ncy"].between(0, 11)]
    support = outcome.support
    if support is not None:
        pupils = float(support.summary(levels=(0.5,)).groupby("year")["pupils"].sum().loc[area.base_year])
        in_school = area.plans[(area.plans["year"] == area.base_year) & area.plans["ncy"].between(0, 11)]["plans"].sum()
        rows += [
            (
                "Universal: teaching for all, Reception to Year 11",
                max(float(people["children"].sum()) - pupils - in_school, 0.0),
                "every mainstream school",
            ),
            ("SEN Support", pupils, "every mainstream school"),
        ]
    for step, kinds in STEPS.items():
        rows.append((step, float(now.reindex(list(kinds)).sum()), _places(outcome, kinds)))
    frame = pd.DataFrame(rows, columns=["step", "children", "places"])
    return Table(
        "graduated-steps",
        f"The graduated response: children and places at each step, January {area.base_year}",
        frame,
        {"children": "n", "places": "n"},
        note="SEN Support is forecast where its last count is earlier; those of universal provision are residents less the two. Places: those whose number is known, in the area; children in more are counted where no list names their unit.",
        counts=("children",),
    )


def _places(outcome: ForecastOutcome, kinds: tuple[str, ...]) -> object:
    """Return known places at settings of these types in the area; in words where there are none to count."""
    area = outcome.area
    if {SETTING_TYPES[k].is_specialist for k in kinds} != {True}:
        return "no fixed number"
    if area.settings.empty:
        return NOT_KNOWN
    own = area.settings[
        area.settings["setting_type"].isin(kinds) & area.settings["is_in_area"] & area.settings["has_number"]
    ]
    total = int(area.places_in(area.base_year).reindex(own["setting"]).sum())
    return f"{total:,}" if total else NOT_KNOWN


def _moved(outcome: ForecastOutcome) -> pd.DataFrame:
    """Return new plans of school age for each 100 pupils at SEN Support the January before: year, authority, phase, new, support, rate."""
    area = outcome.area
    new = area.flows[(area.flows["kind"] == "new") & area.flows["ncy"].notna() & area.flows["need"].eq("")]
    held = area.sen_support.dropna(subset=["pupils"])
    at_support = (held["pupils"] * held["sen_support_percent"] / 100).set_axis(
        pd.MultiIndex.from_frame(held[["authority", "year", "phase"]])
    )
    rows = []
    for (code, year), part in new.groupby(["authority", "year"]):
        for phase, (low, high) in SCHOOL.items():
            pupils = at_support.get((code, year - 1, phase))
            if pupils:
                begun = int(part.loc[part["ncy"].between(low, high), "children"].sum())
                rows.append(
                    (area.authorities[str(code)], int(year), phase, begun, float(pupils), 100 * begun / float(pupils))
                )
    return pd.DataFrame(rows, columns=["authority", "year", "phase", "new plans", "at SEN Support", "for each 100"])


def movement_words(outcome: ForecastOutcome) -> tuple[str, ...]:
    """Return how many new plans there are for each 100 pupils at SEN Support, in one sentence."""
    moved = _moved(outcome)
    if moved.empty:
        return (
            "How many children move from SEN Support to a plan can't be told: it takes new plans by age, and pupils on roll, of the same years.",
        )
    last = moved[moved["year"] == moved["year"].max()]
    told = zip(last["authority"], last["phase"], last["for each 100"], strict=True)
    each = "; ".join(f"{name}, {phase}: {rate:.1f}" for name, phase, rate in told)
    return (
        f"New plans in the year to January {last['year'].iloc[0]} for each 100 pupils at SEN Support the January before: {each}. Most, not all, of those given a plan were at SEN Support, so this is the most that can have moved.",
    )


def _movement(outcome: ForecastOutcome) -> tuple[Table, ...]:
    moved = _moved(outcome)
    if moved.empty:
        return ()
    return (
        Table(
            "support-to-plans",
            "From SEN Support to a plan: new plans for each 100 pupils at SEN Support",
            moved,
            {"year": "year", "phase": "code", "new plans": "n", "at SEN Support": "n", "for each 100": "1"},
            note="New plans in the calendar year before the January named, of children of that phase; pupils at SEN Support in the January before.",
            counts=("new plans",),
            tied=("for each 100",),
        ),
    )


def by_district(outcome: Outcome) -> pd.DataFrame:
    """Return units and bases that a list names, by district and phase of school.

    Returns
    -------
    DataFrame
        district, phase, children (residents), units, places, minutes (from homes to the nearest that takes boys and girls of
        the phase), out (share of children who live further from it than the guide for their age), coming (places agreed or proposed there).
    """
    area, routes = outcome.area, outcome.placed.routes
    settings = routes.settings.reset_index(drop=True)
    is_base = (settings["setting_type"].isin(BASES) & settings["has_number"] & settings["is_in_area"]).to_numpy()
    places = area.places_in(area.base_year).reindex(settings["setting"]).fillna(0).to_numpy()
    district = dict(zip(area.zones["zone"], area.zones["district"], strict=True))
    homes = area.zone_children
    coming = area.pipeline[
        area.pipeline["status"].isin(["agreed", "proposed"]) & area.pipeline["kind"].isin(["unit", "specialist_base"])
    ]
    rows = []
    for phase, (low, high) in SCHOOL.items():
        guide = area.value(GUIDE[phase])
        takes = is_base & (places > 0) & ((settings["ncy_low"] <= high) & (settings["ncy_high"] >= low)).to_numpy()
        anyone = takes & settings["sex"].eq("all").to_numpy()
        nearest = np.where(anyone, routes.minutes, np.inf).min(axis=1)
        children = (
            homes[homes["ncy"].between(low, high)]
            .groupby("zone")["children"]
            .sum()
            .reindex(routes.zones["zone"])
            .fillna(0)
            .to_numpy()
        )
        where = routes.zones["zone"].map(district).to_numpy()
        for name in sorted(set(district.values())):
            here, inside = where == name, takes & (settings["district"] == name).to_numpy()
            living = children[here].sum()
            planned = coming[
                (coming["district"] == name)
                & (coming["ncy_low"].fillna(low) <= high)
                & (coming["ncy_high"].fillna(high) >= low)
            ]
            rows.append(
                {
                    "district": name,
                    "phase": phase,
                    "children": living,
                    "units": int(inside.sum()),
                    "places": int(places[inside].sum()),
                    "minutes": float(np.average(nearest[here], weights=children[here]))
                    if living and np.isfinite(nearest).all()
                    else np.nan,
                    "out": share(float(children[here][nearest[here] > guide].sum()), float(living)),
                    "coming": int(planned["places"].sum()),
                }
            )
    return pd.DataFrame(rows)


def missing_words(outcome: ForecastOutcome) -> tuple[str, ...]:
    """Return where no unit or base stands that a list names, in one sentence or two."""
    if not isinstance(outcome, Outcome):
        return ("Where a unit or base is missing can't be told without schools, places and zones.",)
    found = by_district(outcome)
    told = []
    for phase, part in found.groupby("phase", sort=False):
        lacking = list(part.loc[part["units"] == 0, "district"])
        if lacking:
            where = "in any district" if len(lacking) == len(part) else f"in {', '.join(lacking)}"
            told.append(f"none for {phase} ages stands {where}")
    words = (
        f"Of units and bases that a list names, {'; '.join(told)}."
        if told
        else "Every district has a unit or base for primary and for secondary ages."
    )
    far = found[found["out"] >= HUNDREDTH]
    guide = f"Guidance suggests a ride of no more than {outcome.area.value(GUIDE['primary']):.0f} minutes at primary age and {outcome.area.value(GUIDE['secondary']):.0f} at secondary age."
    if len(far):
        each = "; ".join(f"{r.district}, {r.phase}: {100 * r.out:.0f}%" for r in far.itertuples())
        words += f" {guide} Children who live further than that from the nearest: {each}."
    else:
        words += f" {guide} Nearly every child lives within that of one, whether it has room or not."
    unnamed = outcome.area.settings
    more = unnamed["setting_type"].isin(BASES) & ~unnamed["has_number"] & unnamed["is_in_area"]
    ends = (
        " Units and bases that no list names are left out, since where they are and how many places they have is not known."
        if more.any()
        else ""
    )
    return (f"{words}{ends}",)


def _unlisted(outcome: Outcome) -> str:
    """Return how many children are in units and bases that no list names, in a sentence; nothing where there are none."""
    area, rows = outcome.area, outcome.placed.placements
    own = area.settings
    unnamed = own.loc[own["setting_type"].isin(BASES) & ~own["has_number"] & own["is_in_area"], "setting"]
    children = rows.loc[(rows["year"] == area.base_year) & rows["setting"].isin(unnamed), "children"].sum()
    if not children:
        return ""
    return f" {count(round(float(children)), 'child is', 'children are')} in units and bases that no list names in January {area.base_year}: these are not in this table, so that a district with none listed may have some."


def _missing(outcome: ForecastOutcome) -> tuple[Table, ...]:
    if not isinstance(outcome, Outcome):
        return ()
    found = by_district(outcome).drop(columns="children")
    found["phase"] = pd.Categorical(found["phase"], [p for p in PHASES if p in SCHOOL], ordered=True)
    found = found.sort_values(["district", "phase"]).assign(
        phase=lambda t: [label(str(p), "phase") for p in t["phase"]]
    )
    found["is it missing"] = np.where(
        found["units"] > 0,
        "",
        np.where(found["out"] >= HUNDREDTH, "none listed, and some live too far from one", "none listed"),
    )
    found = found.rename(
        columns={
            "units": "units and bases that a list names",
            "places": "places in them",
            "minutes": "minutes to the nearest of them",
            "out": "live too far from one of them",
            "coming": "places to come",
        }
    )
    return (
        Table(
            "graduated-missing",
            "Units and bases that a list names, by district and phase, and where none is listed",
            found.reset_index(drop=True),
            {
                "units and bases that a list names": "n",
                "places in them": "n",
                "minutes to the nearest of them": "n",
                "live too far from one of them": "%",
                "places to come": "n",
            },
            note=f"Units and bases that a list names, with a known number of places; one that takes both phases counts in each. Minutes one way to the nearest that takes boys and girls, averaged over children; too far is further than the guide for their age. Places to come: agreed and proposed, where their district is known.{_unlisted(outcome)}",
        ),
    )
