"""Why: the school that turns most away, who they are, and what stands between one child turned away and each school."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate import why_full, why_here
from sufficiency.allocate.explain.why import WhyFull
from sufficiency.allocate.place.routes import KINDS, NEED_CODES
from sufficiency.outcome import Outcome
from sufficiency.report.model import Map, Section, Table
from sufficiency.report.sections.common import milestones
from sufficiency.report.sections.mapped import mapped
from sufficiency.report.sections.why_maps import group_picture, setting_picture
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.say import count, label
from sufficiency.words.school_year import phase_of
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEED_GROUPS, NEEDS

SCHOOLS_SHOWN: Final = 10
FEWEST_NAMED: Final = 10  # children of a district and group of needs whom a sentence names


def section(outcome: Outcome) -> Section:
    """Return the section on why schools are full and children are turned away."""
    years = milestones([int(y) for y in outcome.placed.attending["year"].values])
    year = next((y for y in years if y - outcome.area.base_year >= 3), years[-1])
    fullest, group = _fullest(outcome, year), _largest_group(outcome, year)
    words = (
        *((_full_words(fullest, year),) if fullest is not None else (f"No state school is full in January {year}.",)),
        *(
            (_group_words(group, year),)
            if group
            else (f"Nobody is turned away from every suitable state place in January {year}.",)
        ),
    )
    exhibits = (*_full_exhibits(outcome, fullest, year), *_group_exhibits(outcome, group, year))
    return Section("why", "Why schools are full, and who is turned away", words=words, exhibits=exhibits)


def _fullest(outcome: Outcome, year: int) -> WhyFull | None:
    """Return why the state setting that turns most children away is full, or nothing where none does."""
    area = outcome.area
    is_state = (
        area.settings["setting_type"].isin(["special", "sen_unit", "resourced_provision"]) & area.settings["is_in_area"]
    )
    routed = set(outcome.placed.routes.codes)
    each = [why_full(outcome.placed, s, year=year) for s in area.settings.loc[is_state, "setting"] if s in routed]
    full = [w for w in each if w.places and w.inside["children"].sum() >= w.places and len(w.turned_away)]
    return max(full, key=lambda w: int(w.turned_away["children"].sum()), default=None)


def _full_words(why: WhyFull, year: int) -> str:
    away = why.turned_away
    by_all = int(away.loc[away["instead"].isin(DESTINATIONS), "children"].sum())
    return (
        f"{why.name} turns most away. In January {year} it holds {count(why.inside['children'].sum(), 'child', 'children')} in {why.places:,} places, most of all {_most(why.inside)}. "
        f"{away['children'].sum():,} more whom it suits are at another school at a higher cost, or were turned away from every suitable state place ({by_all:,}): most of all {_most(away)}. Several full schools may suit the same child, so such numbers do not add up over schools."
    )


def _most(table: pd.DataFrame) -> str:
    most = table.groupby(["district", "need_group"])["children"].sum().nlargest(3)
    most = most[most >= FEWEST_NAMED] if (most >= FEWEST_NAMED).any() else most.head(1)
    return ", ".join(f"{n:,} from {place} ({_lower(need)})" for (place, need), n in most.items())


def _lower(need_group: str) -> str:
    return NEED_GROUPS[need_group][0].lower() + NEED_GROUPS[need_group][1:]


def _full_exhibits(outcome: Outcome, why: WhyFull | None, year: int) -> tuple[Map | Table, ...]:
    if why is None:
        return ()
    names = dict(outcome.area.settings[["setting", "name"]].itertuples(index=False, name=None))
    names |= {code: destination.name for code, destination in DESTINATIONS.items()}
    away = why.turned_away.assign(instead=why.turned_away["instead"].map(names))
    sizes = away.groupby(["instead", "district"])["children"].sum().sort_values(ascending=False).reset_index()
    table = sizes.groupby("instead", sort=False).agg(
        children=("children", "sum"), homes=("district", lambda d: ", ".join(d[:3]))
    )
    table = table.sort_values("children", ascending=False).reset_index()
    table = table.rename(columns={"instead": "where they are instead", "homes": "most of all from"})
    return (
        mapped(
            "map-full",
            f"{why.name}: where its children live, and where those turned away do, January {year}",
            outcome.area,
            lambda _limit: setting_picture(outcome, why.setting, year),
            "A dot for each child at the school, anywhere in the child's neighbourhood; under each district's name, how many of its children the school suits who are elsewhere.",
            note="In a script, `sf.report.setting_map` draws any other school and `sf.allocate.why_full` lists the children.",
            is_close=True,
        ),
        Table(
            "turned-away",
            f"Children whom {why.name} suits, by where they are instead, January {year}",
            table,
            {"children": "n"},
            counts=("children",),
            rows_shown=10,
        ),
    )


def _largest_group(outcome: Outcome, year: int) -> tuple[str, str, int] | None:
    """Return the group of needs and phase with most children turned away in the expected demand, and how many."""
    rows = outcome.placed.placements
    rows = rows[(rows["year"] == year) & rows["setting"].isin(DESTINATIONS)]
    if rows.empty:
        return None
    groups = rows["need"].map(NEED_GROUP_OF), pd.Series(phase_of(rows["ncy"].to_numpy(dtype=int)), rows.index)
    sizes = rows["children"].groupby([groups[0].rename("need_group"), groups[1].rename("phase")]).sum()
    need_group, phase = sizes.idxmax()
    return str(need_group), str(phase), int(sizes.max())


def _group_words(group: tuple[str, str, int], year: int) -> str:
    need_group, phase, children = group
    return f"The largest group turned away from every suitable state place in January {year} is {_lower(need_group)}, {label(phase, 'phase').lower()} age: {count(children, 'child', 'children')}."


def _obstacles(outcome: Outcome, group: tuple[str, str, int], year: int) -> tuple[pd.DataFrame, str]:
    """Return every setting for one typical child of a group turned away, and the child in words."""
    placed, (need_group, phase, _) = outcome.placed, group
    book, routes = placed.expected, placed.routes
    phases, codes = phase_of(book.ncy.astype(int)), np.array(NEED_CODES)
    in_group = np.array([NEED_GROUP_OF[n] == need_group for n in codes])
    out = (book.year == placed.years.index(year)) & (book.setting >= len(routes.settings))
    out &= (phases == phase) & in_group[book.need]
    kinds = np.stack([getattr(book, c)[out].astype(int) for c in ("zone", "ncy", "need", "kind")])
    found, sizes = np.unique(kinds, axis=1, return_counts=True)
    zone, ncy, need, kind = (int(v) for v in found[:, sizes.argmax()])
    home = routes.zones.iloc[zone]
    table = why_here(placed, year=year, zone=str(home["zone"]), ncy=ncy, need=str(codes[need]), kind=KINDS[kind])
    place = str(home["name"]) or str(home["zone"])
    return (
        table,
        f"a child of {place}, {home['district']}, in {_year_group(ncy)}; primary need: {NEEDS[codes[need]].name}",
    )


def _year_group(ncy: int) -> str:
    return f"Year {ncy}" if ncy > 0 else "Reception" if ncy == 0 else f"the year of age {ncy + 5}"


def _group_exhibits(outcome: Outcome, group: tuple[str, str, int] | None, year: int) -> tuple[Map | Table, ...]:
    if group is None:
        return ()
    need_group, phase, _ = group
    table, one = _obstacles(outcome, group, year)
    says = table["says"].str.replace("next best, ", "")
    suits, full = int(says.isin(["full", "has room", "here"]).sum()), int((says == "full").sum())
    table = table.assign(says=says)[["name", "km", "minutes", "places", "says"]].head(SCHOOLS_SHOWN)
    return (
        mapped(
            "map-group",
            f"{NEED_GROUPS[need_group]}, {label(phase, 'phase').lower()}: children turned away from every suitable state place, January {year}",
            outcome.area,
            lambda _limit: group_picture(outcome, need_group, phase, year),
            "A dot for each child of the group turned away from every suitable state place, anywhere in the child's neighbourhood; schools larger for more places and coloured by how full.",
            note="In a script, `sf.report.group_map` draws any other group.",
            is_close=True,
        ),
        Table(
            "obstacles",
            f"What stands in the way, January {year}: {one}",
            table.reset_index(drop=True).rename(columns={"says": "what stands in the way"}),
            {"km": "1", "minutes": "n", "places": "n"},
            note=f"{count(suits, 'setting')} would suit, of which {full:,} are full. The cheapest that suit come first, journey, placement and time together. In a script, `sf.allocate.why_here` gives every setting, for any child.",
            is_close=True,
        ),
    )
