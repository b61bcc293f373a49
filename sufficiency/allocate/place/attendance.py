"""Who attends where today: read from a list where the area has one, otherwise estimated by a gravity model.

The estimate is doubly constrained (entropy maximising): children of each home attend in proportion to

    T[i, j] = a[i] b[j] exp(-beta km[i, j])   over suitable settings of the type that the child is counted in

with a so that every child attends somewhere and b so that no setting takes more than its roll. A roll that isn't on the
list isn't known, and is estimated:

outside the area
    Schools without a known number have a stated share of the children counted in their type, nearer ones more.
inside it, without a known number
    What the settings of the type with a number don't hold, nearer ones more.
with a number
    The others, as their places: where there are more of them than places, every setting of the type is over-full alike.

References
----------
Wilson, A. G. (1971), "A family of spatial interaction models", *Environment and Planning* 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.allocate.place.children import Children, Demand, born
from sufficiency.allocate.place.routes import KIND_OF, KINDS, NEED_CODES, RouteMap
from sufficiency.area.area import Area
from sufficiency.words.school_year import NCY_LOW
from sufficiency.words.vocabulary import SETTING_TYPES, SPECIALIST

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BALANCINGS: Final = 60
SECOND_CHOICE: Final = 1e-6  # weight of another type of the same kind, against the type that the plan names
THIRD_CHOICE: Final = 1e-9  # weight of the other kind: a sixth-former on a unit's count where no unit takes that age
LAST_RESORT: Final = 1e-12  # weight of a setting for other needs


@dataclass(frozen=True)
class Outside:
    """Of the children counted in a type of setting today, the share at schools outside the area whose number isn't known."""

    state: float
    market: float

    @classmethod
    def of_area(cls, area: Area) -> Outside:
        """Return an area's shares."""
        return cls(area.value("allocate.outside_share"), area.value("allocate.outside_market_share"))

    def of(self, setting_type: str) -> float:
        """Return the share of a type."""
        return self.state if SETTING_TYPES[setting_type].is_state else self.market


def attending_today(
    demand: Demand,
    found: RouteMap,
    places: Ints,
    listed: pd.DataFrame,
    *,
    gravity_per_km: float,
    least_likely_share: float,
    rng: np.random.Generator,
    outside: Outside | None = None,
) -> tuple[Children, int]:
    """Return the base year's children, each with a home and a setting, and how many settings are read from the list.

    Parameters
    ----------
    demand
        The base year's children by type of setting.
    found
        Routes, for distances and for who may be where.
    places
        By setting. [places]
    listed
        As `tables.ATTENDANCE`; may be empty. A child listed beyond the count of its cell is left out.
    gravity_per_km
        Fall in the logarithm of attendance for each km. [per km]
    least_likely_share
        A child is not sent where they are less likely to be than this share of their likeliest setting's chance. [share]
    outside
        Shares of today's children who are at schools outside the area whose numbers aren't known; by default, none.
    """
    home = home_authority(demand, len(found.zones))
    known, left = _listed(demand, found, listed, home, rng)
    rest, types = _born_by_type(demand, left, rng)
    if not len(rest):
        return known, len(known)
    weight = _attraction(found, rest, types, gravity_per_km) * ((places > 0) | ~found.is_listed)
    taken = np.bincount(known.setting, minlength=len(found.settings))
    roll = _rolls(found, types, weight, np.maximum(places - taken, 0), outside or Outside(0.0, 0.0))
    share = balance(weight, roll)
    return known.join(rest.take(slice(None), setting=whole_choices(share, least_likely_share))), len(known)


def home_authority(demand: Demand, zones: int) -> Ints:
    """Return the authority of each zone, by position."""
    home = np.zeros(zones, dtype=np.int64)
    for authority, own in enumerate(demand.zone_of):
        home[own] = authority
    return home


def balance(weight: Floats, roll: Floats) -> Floats:
    """Return the share of each child at each setting: rows of 1 (of 0 where nothing draws), columns up to their roll.

    Rows are balanced last, so every child attends somewhere even where rolls can't all be kept.
    """
    draw = np.ones(weight.shape[1])
    share = np.zeros_like(weight)
    for _ in range(BALANCINGS):
        pulled = weight * draw
        total = pulled.sum(axis=1, keepdims=True)
        share = np.divide(pulled, total, out=np.zeros_like(pulled), where=total > 0)
        filled = share.sum(axis=0)
        draw = draw * np.minimum(1.0, np.divide(roll, filled, out=np.ones_like(roll), where=filled > 0))
        draw = np.maximum(draw / max(draw.max(), 1e-300), 1e-30)
    return share


def whole_choices(share: Floats, least_likely_share: float) -> Ints:
    """Return one setting for each child, so that settings fill as their shares add up; the number of settings where none.

    Each child in turn takes the setting whose shares so far exceed its children the most, of those where they are likely
    enough to be beside their likeliest.
    """
    owed = np.zeros(share.shape[1])
    chosen = np.full(len(share), share.shape[1])
    for child, row in enumerate(share):
        if row.any():
            owed += row
            chosen[child] = int(np.where(row > least_likely_share * row.max(), owed, -np.inf).argmax())
            owed[chosen[child]] -= 1
    return chosen


def _listed(
    demand: Demand, found: RouteMap, listed: pd.DataFrame, home: Ints, rng: np.random.Generator
) -> tuple[Children, Ints]:
    """Return the children on the list, up to the count of each cell and type, and what is left of the counts."""
    left = demand.by_type.copy()
    zone = pd.Index(found.zones["zone"]).get_indexer(pd.Index(listed["zone"]))
    setting = found.codes.get_indexer(pd.Index(listed["setting"]))
    rows = np.flatnonzero((zone >= 0) & (setting >= 0))
    rows = np.repeat(rows, listed["children"].to_numpy()[rows])
    zone, setting = zone[rows], setting[rows]
    ncy = listed["ncy"].to_numpy(dtype=np.int64)[rows]
    need = pd.Index(NEED_CODES).get_indexer(pd.Index(listed["need"]))[rows]
    type_of = positions_of_types(found)[setting]
    cell = np.ravel_multi_index((home[zone], ncy - NCY_LOW, need, type_of), left.shape)
    order = np.argsort(cell, kind="stable")
    rank = np.arange(len(cell)) - np.searchsorted(cell[order], cell[order])
    kept = np.sort(order[rank < left.ravel()[cell[order]]])
    left -= np.bincount(cell[kept], minlength=left.size).reshape(left.shape)
    sex = found.settings["sex"].to_numpy()[setting[kept]]
    children = Children(
        zone=zone[kept],
        ncy=ncy[kept],
        need=need[kept],
        kind=_kind_of_type()[type_of[kept]],
        is_girl=(sex == "girls") | ((sex == "all") & (rng.random(len(kept)) < demand.girls_share)),
        setting=setting[kept],
        waited=np.zeros(len(kept), dtype=np.int64),
    )
    return children, left


def positions_of_types(found: RouteMap) -> Ints:
    """Return the type of each setting, as a position in vocabulary.SPECIALIST."""
    return np.asarray(pd.Index(SPECIALIST).get_indexer(pd.Index(found.settings["setting_type"])))


def _kind_of_type() -> Ints:
    return np.array([KINDS.index(KIND_OF[t]) for t in SPECIALIST])


def _born_by_type(demand: Demand, left: Ints, rng: np.random.Generator) -> tuple[Children, Ints]:
    """Return children not on the list, with homes, and the type of setting that each one's plan names."""
    children: Children | None = None
    types: list[Ints] = []
    for position, kind in enumerate(_kind_of_type()):
        wanting = np.zeros((*left.shape[:3], len(KINDS)), dtype=np.int64)
        wanting[..., kind] = left[..., position]
        some = born(demand, wanting, rng)
        children = some if children is None else children.join(some)
        types.append(np.full(len(some), position))
    assert children is not None  # there is at least one type
    return children, np.concatenate(types)


def _attraction(found: RouteMap, children: Children, types: Ints, gravity_per_km: float) -> Floats:
    of_setting = positions_of_types(found)
    kind = _kind_of_type()
    admits = found.admits_age[children.ncy - NCY_LOW] & found.admits_sex[children.is_girl.astype(np.int64)]
    suits = found.suits[children.kind, children.need, children.ncy - NCY_LOW]
    same_kind = kind[of_setting][None, :] == children.kind[:, None]
    rank = np.where(of_setting[None, :] == types[:, None], 1.0, np.where(same_kind, SECOND_CHOICE, THIRD_CHOICE))
    rank = rank * np.where(suits, 1.0, LAST_RESORT)
    return np.asarray(admits * rank * np.exp(-gravity_per_km * found.km[children.zone]))


def _rolls(found: RouteMap, types: Ints, weight: Floats, free: Ints, outside: Outside) -> Floats:
    """Return the children whom each setting is taken to have, of those not on the list.

    Parameters
    ----------
    found
        Routes, for where settings are and which have a known number.
    types
        Of each child, the type of setting that they are counted in, by position.
    weight
        child x setting: how much each setting draws each child.
    free
        By setting: places that those on the list leave. [places]
    outside
        Shares of children outside the area.
    """
    of_setting, is_known = positions_of_types(found), found.is_listed
    is_outside = ~found.settings["is_in_area"].to_numpy(dtype=bool) & ~is_known
    roll = np.zeros(len(of_setting))
    for position, kind in enumerate(SPECIALIST):
        mine, counted = of_setting == position, float((types == position).sum())
        pull = weight[types == position].sum(axis=0)
        sure = free * (mine & is_known).astype(np.float64)
        beyond, unnamed = pull * (mine & is_outside), pull * (mine & ~is_known & ~is_outside)
        left = counted
        if beyond.any():
            alone = not sure.any() and not unnamed.any()
            away = counted if alone else counted * outside.of(kind)
            roll += beyond * (away / beyond.sum())
            left -= away
        if unnamed.any():
            held = min(left, sure.sum())
            roll += unnamed * ((left - held) / unnamed.sum())
            left = held
        if sure.any():
            roll += sure * (left / sure.sum())
    return roll
