"""What there is today: every setting, its places, who fills them."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.outcome import Outcome
from sufficiency.report.model import Section, Table
from sufficiency.report.sections.common import rests_on, share
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.say import shown
from sufficiency.words.vocabulary import SPECIALIST

NOT_KNOWN: Final = "not known"
OUTSIDE: Final = "Outside"


def section(outcome: Outcome) -> Section:
    """Return the section on current provision."""
    area = outcome.area
    table = settings_now(outcome)
    state = table[table["type"].isin(["special", "sen_unit", "resourced_provision"]) & table["in area"]]
    special = state[state["type"] == "special"]
    units = state[state["type"] != "special"]
    by_type = table.groupby("type", as_index=False)[["places", "children"]].agg(
        {"places": lambda places: places.sum(min_count=1), "children": "sum"}
    )
    unknown = table["places"].isna().groupby(table["type"]).sum()
    by_type["number of places not known at"] = by_type["type"].map(unknown)
    is_known = by_type["type"].map(table.groupby("type")["full"].apply(lambda full: full.notna().all()))
    by_type["full"] = (by_type["children"] / by_type["places"]).where(is_known)
    return Section(
        "provision",
        "What there is today",
        words=(
            f"{area.name} has {len(special):,} state special schools with {special['places'].sum():,} places in January {area.base_year}, and {units['places'].sum():,} places in SEN units and resourced provision{_unnumbered(units)}.",
            _how_full(special),
            *_outside(table),
            *_attendance_words(outcome),
        ),
        exhibits=(
            Table(
                "settings",
                f"Settings, places and children with plans, January {area.base_year}",
                told(table.drop(columns=["in area"])),
                {"type": "code", "places": "n", "children": "n", "full": "%"},
                counts=("children",),
                tied=("full",),
                note="Capacity is not commissioned places; a setting without a known number of places goes on with about as many children as today. 'Estimate' marks a row whose places, needs or location are assumed. Roll: 'list' where the area says who attends, otherwise the children are an estimate and how full the setting is, is not known.",
                rows_shown=80,
            ),
            Table(
                "provision-type",
                "Places and children by type of setting",
                told(by_type if is_known.any() else by_type.drop(columns="full")),
                {"type": "code", "places": "n", "children": "n", "full": "%", "number of places not known at": "n"},
                note="Places: of settings whose number is known.",
                counts=("children",),
                tied=("full",),
            ),
        ),
        assumptions=rests_on(area, "settings", "places", "suitability", "attendance"),
    )


def told(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with what isn't known said in words."""
    return table.assign(
        **{c: table[c].astype(object).where(table[c].notna(), NOT_KNOWN) for c in ("places", "full") if c in table}
    )


def _unnumbered(units: pd.DataFrame) -> str:
    """Return how many children are in units whose number of places isn't known, as the rest of a sentence."""
    children = int(units.loc[units["places"].isna(), "children"].sum())
    return (
        f" whose number is known; {children:,} more children are counted in units that no list names, so their places are not known"
        if children
        else ""
    )


def _outside(table: pd.DataFrame) -> tuple[str, ...]:
    """Return how many children are at schools outside the area, where those are estimates."""
    away = table[~table["in area"]]
    state = away[away["type"] == "special"]
    guessed = int(state.loc[state["roll"] == "estimate", "children"].sum())
    if not guessed:
        return ()
    return (
        f"About {guessed:,} children counted in state special schools are taken to be at one of {len(state):,} outside the area (`allocate.outside_share`, an estimate): another council's places, paid by top-up and by the import and export adjustment. Children beyond the places of the area's own schools are above their number, and no setting stands for what is left over.",
    )


def _how_full(special: pd.DataFrame) -> str:
    """Return how full special schools are, as far as their rolls are known."""
    known = special[special["roll"] == "list"]
    unknown = len(special) - len(known)
    if unknown:
        return f"How full the schools are is not known: {unknown:,} of {len(special):,} special schools have no roll in the area's tables (attendance.csv), and the children shown there are an estimate."
    filled = share(float(known["children"].sum()), float(known["places"].sum()))
    over = int((known["full"] > 1).sum())
    return f"{shown(filled, '%')} of special-school places are filled; {over:,} schools hold more children than they have places."


def _attendance_words(outcome: Outcome) -> tuple[str, ...]:
    """Return how today's attendance is known, where it is an estimate."""
    notes = outcome.placed.notes
    return tuple(
        f"{says}, so schools alike in places look alike in how full they are."
        for says in notes.loc[notes["table"] == "attendance", "says"]
    )


def settings_now(outcome: Outcome) -> pd.DataFrame:
    """Return specialist settings with places and children in the base year."""
    return settings_by_code(outcome).reset_index(drop=True)


def settings_by_code(outcome: Outcome) -> pd.DataFrame:
    """Return the same by the setting's code: two settings may bear one name."""
    area = outcome.area
    attending = outcome.placed.attending.sel(year=area.base_year)
    roll = (
        attending.sum([d for d in attending.dims if d not in ("draw", "setting")])
        .median("draw")
        .to_series()
        .drop(list(DESTINATIONS), errors="ignore")
    )
    table = area.settings[area.settings["setting_type"].isin(SPECIALIST)].copy()
    table["places"] = table["setting"].map(area.places_in(area.base_year)).where(table["has_number"]).astype("Int64")
    table["children"] = table["setting"].map(roll).fillna(0).round().astype(int)
    is_listed = table["setting"].isin(area.attendance["setting"])
    table["roll"] = is_listed.map({True: "list", False: "estimate"})
    table["full"] = (table["children"] / table["places"].where(table["places"] > 0)).where(is_listed)
    table["ages"] = [f"{low + 4}–{high + 5}" for low, high in zip(table["ncy_low"], table["ncy_high"], strict=True)]
    table["estimate"] = ["yes" if e else "" for e in table["is_estimate"]]
    table["needs"] = table["needs"].replace("", "any")
    table["district"] = table["district"].where(table["is_in_area"], OUTSIDE)
    renamed = table.rename(columns={"setting_type": "type", "is_in_area": "in area"})
    order = {
        code: place
        for place, code in enumerate(
            ("special", "resourced_provision", "sen_unit", "independent_special", "non_maintained_special")
        )
    }
    renamed["is_last"] = ~renamed["in area"]
    renamed = renamed.sort_values(
        ["type", "is_last", "district", "name"], key=lambda c: c.map(order) if c.name == "type" else c
    )
    return renamed.set_index("setting")[
        ["name", "type", "district", "ages", "needs", "places", "children", "roll", "full", "estimate", "in area"]
    ]
