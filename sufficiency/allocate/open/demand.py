"""Children by district, need group, phase and kind of place, year by year and draw by draw: what openings are chosen for.

Openings are weighed over years and draws at once, so children are counted in groups that travel alike and need alike,
rather than one by one. A route is there where most of a group's children could use it; its cost is their mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.place.children import Demand, Floats, Ints
from sufficiency.allocate.place.routes import KINDS, NEED_CODES, SECONDARY_FROM, RouteMap
from sufficiency.words.school_year import NCY_LOW, NCYS, PHASES, phase_of
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEED_GROUPS

MOST_SUIT: Final = 0.5  # a route is for a group where at least this share of its children could use it
PHASE_IS: Final = np.array([[phase_of(n) == phase for phase in PHASES] for n in NCYS], dtype=np.float64)
GROUP_IS: Final = np.array([[NEED_GROUP_OF[n] == g for g in NEED_GROUPS] for n in NEED_CODES], dtype=np.float64)
AGE: Final = (np.arange(len(NCYS)) + NCY_LOW >= SECONDARY_FROM).astype(np.int64)


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


def cost_rows(demand: GroupDemand, found: RouteMap, journeys_to: Ints) -> Floats:
    """Return site x group: the mean cost of those who could use a site, infinite where too few could. [GBP a year]

    Sites are those of `found`; `journeys_to` says whose journeys and placements each has (a designation has those of
    the setting designated).
    """
    kinds = demand.groups["kind"].map(KINDS.index).to_numpy()
    rows = np.full((len(journeys_to), len(kinds)), np.inf)
    for g, kind in enumerate(kinds):
        suits = found.suits[kind].transpose(1, 0, 2)  # ncy x need x site
        able = np.einsum("nw,nws->ns", demand.mix[g], suits)  # ncy x site: share of the group
        near = np.stack([demand.at_home[g] @ age for age in found.is_near[:, :, journeys_to]])
        cost = np.stack([demand.at_home[g] @ age for age in found.cost_gbp[:, :, journeys_to]])
        could = able * near[AGE]
        mean = (could * cost[AGE]).sum(axis=0) / np.maximum(could.sum(axis=0), 1e-12) + found.substitute_gbp[kind]
        there = could.sum(axis=0) >= MOST_SUIT
        rows[there, g] = mean[there]
    return rows
