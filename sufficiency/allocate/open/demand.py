"""Children by district, need group, phase and kind of place, year by year and draw by draw: what openings are chosen for.

Openings are weighed over years and draws at once, so children are counted in groups that travel alike and need alike,
rather than one by one. A route is there where most of a group's children could use it; its cost is their mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.flow import place_first
from sufficiency.allocate.open.aims import PLACING
from sufficiency.allocate.overflow.sampled import AGE_OF_NCY, Sampled
from sufficiency.allocate.place.children import Demand, Floats, Ints
from sufficiency.allocate.place.parts_of_value import PARTS as WORTH
from sufficiency.allocate.place.parts_of_value import Worth
from sufficiency.allocate.place.routes import KINDS, NEED_CODES, SECONDARY_FROM, RouteMap, time_gbp
from sufficiency.area.area import Area
from sufficiency.frozen import frozen
from sufficiency.words.school_year import NCY_LOW, NCYS, PHASES, phase_of
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEED_GROUPS, SETTING_TYPES

PHASE_IS: Final = np.array([[phase_of(n) == phase for phase in PHASES] for n in NCYS], dtype=np.float64)
GROUP_IS: Final = np.array([[NEED_GROUP_OF[n] == g for g in NEED_GROUPS] for n in NEED_CODES], dtype=np.float64)
AGE: Final = (np.arange(len(NCYS)) + NCY_LOW >= SECONDARY_FROM).astype(np.int64)


@frozen
@dataclass(frozen=True, eq=False)
class GroupDemand:
    """Children who need a specialist place, in groups."""

    groups: pd.DataFrame  # authority, district, need_group, phase, kind
    children: Ints  # year x draw x group [children]
    mix: Floats  # group x ncy x need: share of the group's children
    at_home: Floats  # group x zone: share of the group's children


def grouped(demand: Demand, zones: pd.DataFrame) -> GroupDemand:
    """Return a forecast's children in groups; totals by authority, need group, phase and kind are kept to the child."""
    labels, children, mixes, homes = [], [], [], []
    for a, authority in enumerate(demand.authorities):
        own = demand.zone_of[a]
        at_home = np.diff(demand.home_share[:, own], axis=1, prepend=0.0)  # ncy x zone
        code, districts = pd.factorize(zones["district"].iloc[own], sort=True)
        in_district = np.eye(len(districts))[code]  # zone x district
        share = at_home @ in_district
        counts = demand.counts[:, :, a].astype(np.float64)  # draw x year x ncy x need x kind
        number = np.einsum("dtnwk,nz,np,wg->tdgpkz", counts, share, PHASE_IS, GROUP_IS, optimize=True)
        whole = np.diff(np.floor(np.cumsum(number, axis=-1) + 0.5), axis=-1, prepend=0.0)
        usual = counts.mean(axis=(0, 1))  # ncy x need x kind
        for g, p, k, d in zip(*np.nonzero(whole.sum(axis=(0, 1))), strict=True):
            mix = usual[:, :, k] * PHASE_IS[:, [p]] * GROUP_IS[None, :, g] * share[:, [d]]
            home = np.zeros(len(zones))
            home[own] = mix.sum(axis=1) @ (at_home / np.maximum(share[:, [d]], 1e-12)) * in_district[:, d]
            labels.append((authority, districts[d], list(NEED_GROUPS)[g], list(PHASES)[p], KINDS[k]))
            children.append(whole[:, :, g, p, k, d])
            mixes.append(mix / max(mix.sum(), 1e-12))
            homes.append(home / max(home.sum(), 1e-12))
    frame = pd.DataFrame(labels, columns=["authority", "district", "need_group", "phase", "kind"])
    return GroupDemand(frame, np.stack(children, axis=-1).astype(np.int64), np.stack(mixes), np.stack(homes))


@dataclass(frozen=True, eq=False)
class Rows:
    """What places are for groups of children, on average over those of a group who could use them."""

    cost: Floats  # site x group, by the rule of placing; infinite where too few could [GBP a year]
    parts: Floats  # site x group x part (aims.PLACING): what is paid, and minutes one way [a year]
    unplaced: Floats  # group: the weight of being turned away in the rule of placing [GBP a year]


def rows_of(area: Area, demand: GroupDemand, found: RouteMap, journeys_to: Ints) -> Rows:
    """Return what the sites of `found` are for each group.

    `journeys_to` says whose journeys and placements each site has (a designation has those of the setting designated).
    """
    kinds, suits_share = demand.groups["kind"].map(KINDS.index).to_numpy(), area.value("allocate.opening_suits_share")
    amounts = _amounts(area, found)[..., journeys_to]
    cost = np.full((len(journeys_to), len(kinds)), np.inf)
    parts = np.zeros((*cost.shape, len(PLACING)))
    for g, kind in enumerate(kinds):
        suits = found.suits[kind].transpose(1, 0, 2)  # ncy x need x site
        able = np.einsum("nw,nws->ns", demand.mix[g], suits)  # ncy x site: share of the group
        near = np.stack([demand.at_home[g] @ age for age in found.is_near[:, :, journeys_to]])
        could = able * near[AGE]
        each = np.einsum("z,pazs->pas", demand.at_home[g], amounts)[:, AGE]
        mean = (could * each).sum(axis=1) / np.maximum(could.sum(axis=0), 1e-12)
        there = could.sum(axis=0) >= suits_share
        cost[there, g] = (mean[-1] + found.substitute_gbp[kind])[there]
        parts[there, g] = np.append(mean[:-1], np.zeros((1, mean.shape[1])), axis=0).T[there]
    even_handed, least = area.value("allocate.even_handed"), float(found.cost_gbp.min())
    best = cost.min(axis=0, initial=np.inf)
    dearness = np.where(np.isfinite(best), best - least, 0.0)
    dearest = float(cost.max(initial=0.0, where=np.isfinite(cost)))
    return Rows(cost, parts, place_first.weight(dearest, len(journeys_to)) + even_handed * dearness)


def _amounts(area: Area, found: RouteMap) -> Floats:
    """Return amount x age x zone x site: parts of a placement (aims.PLACING but the last), then its cost by the rule."""
    is_market = np.array([not SETTING_TYPES[t].is_state for t in found.settings["setting_type"]])
    ages = ("primary", "secondary")
    same = (
        found.placement_gbp * is_market,
        found.placement_gbp * ~is_market,
        found.journey_gbp,
    )
    time = np.stack([time_gbp(area, found.minutes, age) for age in ages])
    by_age = [np.stack([amount, amount]) for amount in (*same, found.minutes)]
    return np.stack([*by_age[:3], time, by_age[3], found.cost_gbp])


def away_parts(area: Area, demand: GroupDemand, found: RouteMap, overflow: Sampled) -> Floats:
    """Return group x part (aims.PLACING): what a child turned away comes to where they are instead, in one draw."""
    worth = Worth.of(area, found, overflow).turned_away[AGE_OF_NCY]  # ncy x need x parts_of_value.PARTS
    minutes = overflow.distance_km[AGE_OF_NCY] * 60 / area.value("transport.rural_kph")  # ncy x destination
    hours = np.stack([time_gbp(area, minutes, age) for age in ("primary", "secondary")])
    time = np.einsum("nwd,nd->nw", overflow.share[AGE_OF_NCY], hours[AGE, np.arange(len(NCYS))])
    known = {name: worth[..., n] for n, name in enumerate(WORTH)} | {"time_gbp": time}
    parts: Floats = np.einsum("gnw,nwp->gp", demand.mix, np.stack([known[name] for name in PLACING], axis=-1))
    return parts
