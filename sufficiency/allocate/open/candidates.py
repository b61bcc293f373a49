"""`candidates`: places worth considering, made from a run: where, what kind, how many, from when, at what capital, for whom.

Bases come first where children need a unit or base; special schools grow, or open, for those who need one. Support bases
are a school's own and are listed beside them for children who stay in mainstream: the authority places nobody there, so
`openings` has nothing to weigh.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.allocate.open.school_sites import school_sites
from sufficiency.allocate.open.turned_away import IN_MAINSTREAM, TurnedAway, is_kind, turned_away
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.routes import SECONDARY_FROM
from sufficiency.area.area import Area
from sufficiency.errors import MissingError, one_of
from sufficiency.words.say import count, label
from sufficiency.words.school_year import PHASES
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEED_GROUPS, NEEDS

IN_SCHOOL: Final = ("primary", "secondary")  # phases in which mainstream schools have bases
COMPLEX: Final = "severe_learning"  # the most complex needs: special schools, never bases
NOT_BUILT_FOR: Final = "other"  # no building is for needs that are not recorded
DESIGNATIONS: Final = {
    group: " ".join(n for n in NEEDS if NEED_GROUP_OF[n] == group and n not in ("UNK", "OTH")) for group in NEED_GROUPS
}


def candidates(placed: Placed, *, year: int | None = None) -> pd.DataFrame:
    """Return places worth considering, made from the children whom a run turns away.

    | kind | made where | at most |
    |---|---|---|
    | specialist_base | children of a need group, phase and district need a unit or base | those turned away |
    | support_base | they are in mainstream schools with a support package instead, most complex needs apart | the same |
    | expand | a special school of the area suits children turned away within the guideline journey | a share of its places |
    | special | enough of one need group are turned away to fill a new school | those turned away |

    Sizes, shares and lead times are the assumptions `allocate.candidate_*`; capital is `funding.capital_*` and, of a
    support base, `reform.base_capital_gbp`. A base stands in the middle of the children it would be for, a new school where
    journeys of its children are least (`open_sites`): neither is a site that anyone has looked at.

    Parameters
    ----------
    placed
        Of `places` or a run's `.placed`.
    year
        The January whose children they are made for; by default `allocate.candidate_years_ahead` after the base year, or
        the last of a run that ends sooner.

    Returns
    -------
    DataFrame
        As `tables.OPTIONS`, `why` in words; no rows where nobody is turned away. [places, GBP]

    Raises
    ------
    MissingError
        If the run has no such January.

    Examples
    --------
    >>> import sufficiency as sf
    >>> outcome = sf.run(sf.example_area(), to=2031, draws=20, placed_draws=3)
    >>> sf.allocate.candidates(outcome.placed)["kind"].isin(["expand", "specialist_base", "support_base", "special"]).all()
    np.True_
    """
    ahead = placed.area.base_year + int(placed.area.value("allocate.candidate_years_ahead"))
    when = min(ahead, placed.years[-1]) if year is None else year
    if when not in placed.years:
        raise MissingError(f"year: the run has no January {when}; it has {one_of(placed.years)}")
    away = turned_away(placed, when)
    rows = [
        *_bases(placed.area, placed, away),
        *_expansions(placed.area, placed, away),
        *_schools(placed.area, placed, away),
    ]
    made = pd.DataFrame(rows, columns=list(tables.OPTIONS.columns))
    return made if made.empty else tables.check(made.dropna(axis=1, how="all"), tables.OPTIONS, source="candidates")


def _bases(area: Area, placed: Placed, away: TurnedAway) -> Iterator[dict[str, object]]:
    """Yield bases, the authority's and the schools' own, by district, phase and need group."""
    of_unit = away.only(is_kind(away.children, "unit") & away.children["phase"].isin(IN_SCHOOL))
    for (authority, district, phase, group), rows in of_unit.children.groupby(
        ["authority", "district", "phase", "need_group"]
    ).groups.items():
        those = of_unit.only(of_unit.children.index.isin(rows))
        if group not in (COMPLEX, NOT_BUILT_FOR):
            yield from _base(area, placed, those, "specialist_base", authority, district, phase, group)
    stay = away.only(
        away.children["phase"].isin(IN_SCHOOL)
        & (away.children["instead"] == IN_MAINSTREAM)
        & (away.children["need_group"] != COMPLEX)
    )
    for (authority, district, phase), rows in stay.children.groupby(["authority", "district", "phase"]).groups.items():
        those = stay.only(stay.children.index.isin(rows))
        yield from _base(area, placed, those, "support_base", authority, district, phase, "")


def _base(
    area: Area, placed: Placed, those: TurnedAway, kind: str, authority: str, district: str, phase: str, group: str
) -> Iterator[dict[str, object]]:
    block = int(area.value("allocate.candidate_class_places"))
    blocks = int(those.total() // block)
    if blocks * block < area.value("allocate.candidate_least_places"):
        return
    named, low, lead = kind.replace("_", " "), *PHASES[phase][:1], int(area.value("allocate.candidate_base_lead_years"))
    is_own = kind == "support_base"
    need = f" for {_lower(label(group))}" if group else ""
    east, north = those.middle(placed.routes.zones)
    number = count(those.total(), "child", "children")
    who = (
        f"the school's own: {number} turned away in January {those.year} who would be in mainstream with a support package; the authority places nobody there"
        if is_own
        else f"{number} who need a unit or base turned away in January {those.year}, {_lower(label(group))}, {phase}, living in {district}"
    )
    yield {
        "option": f"{named.capitalize()}, {district}, {phase}{need and ',' + need[4:]}",
        "kind": kind,
        "setting": f"{kind.split('_')[0]}-base-{district}-{phase}{group and '-' + group}".upper()
        .replace(" ", "-")
        .replace("_", "-"),
        "name": f"{named.capitalize()}{need} at a {phase} school in {district}",
        "authority": authority,
        "district": district,
        "easting": east,
        "northing": north,
        "ncy_low": low,
        "ncy_high": PHASES[phase][1],
        "needs": DESIGNATIONS.get(group, ""),
        "places": block,
        "blocks": blocks,
        "year": area.base_year + lead,
        "set_up_years": lead - 1,
        "capital_gbp_per_place": area.value("reform.base_capital_gbp", on=area.base_year)
        if is_own
        else area.value("funding.capital_unit_gbp"),
        "running_gbp_per_place": 0.0 if is_own else np.nan,
        "why": who,
    }


def _expansions(area: Area, placed: Placed, away: TurnedAway) -> Iterator[dict[str, object]]:
    """Yield more places at special schools of the area whose number is known, no more than suit children near by."""
    found, block = placed.routes, int(area.value("allocate.candidate_class_places"))
    guide = [area.value(f"transport.guide_{age}_minutes") for age in IN_SCHOOL]
    age = (away.children["ncy"].to_numpy() >= SECONDARY_FROM).astype(np.int64)
    near = found.minutes[away.children["zone"]] <= np.array(guide)[age][:, None]
    could = away.open_to(found) & near & is_kind(away.children, "special")[:, None]
    lead, share = int(area.value("allocate.candidate_expand_lead_years")), area.value("allocate.candidate_expand_share")
    there = placed.expected_places[placed.years.index(away.year)]
    for at, school in enumerate(found.settings.itertuples()):
        if school.setting_type != "special" or not school.is_in_area or not found.has_number[at]:
            continue
        those = away.only(could[:, at])
        blocks = int(min(share * there[at], those.total()) // block)
        if blocks and blocks * block >= area.value("allocate.candidate_least_places"):
            yield {
                "option": f"More places at {school.name}",
                "kind": "expand",
                "setting": school.setting,
                "district": school.district or "",
                "places": block,
                "blocks": blocks,
                "year": area.base_year + lead,
                "set_up_years": lead - 1,
                "capital_gbp_per_place": area.value("funding.capital_special_expansion_gbp"),
                "why": f"{count(those.total(), 'child', 'children')} turned away in January {those.year} whom it suits within the guideline journey: {those.words()}; up to {block * blocks:,} on {there[at]:,} places",
            }


def _schools(area: Area, placed: Placed, away: TurnedAway) -> Iterator[dict[str, object]]:
    """Yield new special schools by need group, where enough children are turned away to fill one."""
    block, lead = (
        int(area.value("allocate.candidate_school_places")),
        int(area.value("allocate.candidate_school_lead_years")),
    )
    set_up, least = (
        int(area.value("allocate.candidate_school_set_up_years")),
        area.value("allocate.candidate_phase_share"),
    )
    of_special = away.only(is_kind(away.children, "special"))
    for group in NEED_GROUPS:
        those = of_special.only(of_special.children["need_group"] == group)
        if group == NOT_BUILT_FOR or those.total() < block:
            continue
        phases = those.mean.groupby(those.children["phase"]).sum() / those.total()
        taken = [p for p in PHASES if phases.get(p, 0.0) >= least] or [str(phases.idxmax())]
        for n, (zone, near) in enumerate(
            school_sites(area, placed.routes.zones, those, int(those.total() // block)), 1
        ):
            blocks = int(near.total() // block)
            if not blocks:
                continue
            home = placed.routes.zones.iloc[zone]
            yield {
                "option": f"New special school, {home['district']}, {_lower(label(group))}",
                "kind": "special",
                "setting": f"NEW-SCHOOL-{group}-{n}".upper().replace("_", "-"),
                "name": f"New special school for {_lower(label(group))} in {home['district']}",
                "authority": home["authority"],
                "district": home["district"],
                "easting": home["easting"],
                "northing": home["northing"],
                "ncy_low": PHASES[taken[0]][0],
                "ncy_high": PHASES[taken[-1]][1],
                "needs": DESIGNATIONS[group],
                "places": block,
                "blocks": blocks,
                "year": area.base_year + lead,
                "set_up_years": set_up,
                "capital_gbp_per_place": area.value("funding.capital_special_new_gbp"),
                "why": f"{count(near.total(), 'child', 'children')} turned away in January {near.year} who live nearest: {near.words()}",
            }


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
