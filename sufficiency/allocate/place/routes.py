"""Routes: which child may use which setting, and what it costs a year, journey, placement and time together.

A route is there where the setting's designation suits the need, its NCY range and sex take the child, its kind (unit or
special school) is the one the child needs or may stand in for it, and a state setting is not further than the longest
journey allowed. It costs

    journey + placement + value of the child's time + prices of what is not preferred (out of area, the other kind)

The placement counts at the mean price over the area's homes, not at what the child's own council pays: a council does
not give up its child's place because its neighbour would pay a dearer fee. What is paid afterwards is each council's own.
Place funding is left out: a commissioned place is paid for whether or not a child fills it. Arrays are homes x settings,
so that a year of a draw can be placed in milliseconds; `routes` gives the same as a table for `solve`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency import estimated_travel, prices, tables
from sufficiency.area.area import Area
from sufficiency.area.setting_keys import Keys, keys
from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.frozen import frozen, once
from sufficiency.words.school_year import NCY_LOW, NCYS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES, SPECIALIST

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

KINDS: Final = ("special", "unit")
KIND_OF: Final = {t: "unit" if t in ("sen_unit", "resourced_provision") else "special" for t in SPECIALIST}
NEED_CODES: Final = tuple(NEEDS)
SECONDARY_FROM: Final = 7  # NCY from which the longer journeys of secondary age are allowed


@frozen
@dataclass(frozen=True, eq=False)
class RouteMap:
    """Routes of an area by position: homes (zones) x specialist settings."""

    zones: pd.DataFrame  # as tables.ZONES
    settings: pd.DataFrame  # as tables.SCHOOLS, specialist settings only
    km: Floats  # zone x setting, one way [km]
    minutes: Floats  # zone x setting, one way [minutes]
    cost_gbp: (
        Floats  # age (primary, secondary) x zone x setting: journey, placement at its mean, time, preferences [GBP]
    )
    journey_gbp: Floats  # zone x setting: what a year of one child's journeys costs [GBP a year]
    placement_gbp: Floats  # zone x setting: top-up or fee [GBP a year]
    is_near: Bools  # age x zone x setting: within the longest journey allowed
    suits: Bools  # kind x need x ncy x setting
    admits_age: Bools  # ncy x setting
    admits_sex: Bools  # (boy, girl) x setting
    substitute_gbp: Floats  # kind x setting [GBP a year]

    @once
    def has_number(self) -> Bools:
        """By setting: whether it has a number of places of its own, which a market and a setting without one have not."""
        is_state = np.array([SETTING_TYPES[t].is_state for t in self.settings["setting_type"]])
        return np.asarray(is_state & self.is_listed)

    @once
    def is_listed(self) -> Bools:
        """By setting: whether places.csv has its number of places."""
        return np.asarray(self.settings["has_number"].to_numpy(dtype=bool))

    @once
    def keys(self) -> Keys:
        """By setting: what a child's liking of it is worked out from."""
        return keys(self.settings)

    @property
    def codes(self) -> pd.Index:
        """Setting codes in order."""
        return pd.Index(self.settings["setting"])

    def open_to(
        self,
        zone: npt.NDArray[np.int64],
        ncy: npt.NDArray[np.int64],
        need: npt.NDArray[np.int64],
        kind: npt.NDArray[np.int64],
        is_girl: Bools,
    ) -> Bools:
        """Return child x setting: which settings each child, given by positions, may use."""
        age = (ncy >= SECONDARY_FROM).astype(np.int64)
        return np.asarray(
            self.suits[kind, need, ncy - NCY_LOW] & self.is_near[age, zone] & self.admits_sex[is_girl.astype(np.int64)]
        )


def route_map(area: Area, *, travel: pd.DataFrame | None = None) -> RouteMap:
    """Return an area's routes by position; `travel` as `tables.TRAVEL`, by default the area's own.

    Raises
    ------
    MissingError
        If the area has no zones or no specialist setting.
    """
    # Chance is dealt out by position; an area keeps its tables in the order of their codes, so positions follow those.
    settings = area.settings[area.settings["setting_type"].isin(SPECIALIST)].reset_index(drop=True)
    zones = area.zones
    if settings.empty or zones.empty:
        lacking = "zones.csv" if zones.empty else "specialist setting in settings.csv"
        raise MissingError(f"{area.name} has no {lacking}, so no child can be placed; add one to the area's folder")
    km, minutes = _journeys(area, zones, settings, area.travel if travel is None else travel)
    is_state = np.array([SETTING_TYPES[t].is_state for t in settings["setting_type"]])
    is_unit = np.array([KIND_OF[t] == "unit" for t in settings["setting_type"]])
    longest = np.array([area.value(f"allocate.longest_{age}_minutes") for age in ("primary", "secondary")])
    placement, journey = _placement_gbp(area, zones, settings), journey_gbp(area, km)
    # One price for each setting: with each council's own, the one with cheaper fees would lose its places to the other.
    settled = placement.mean(axis=0) + journey + _preference_gbp(area, zones, settings, is_state)
    ages = np.array(NCYS)[:, None]
    admits_age = (ages >= settings["ncy_low"].to_numpy()) & (ages <= settings["ncy_high"].to_numpy())
    kinds, substitute = _kinds(area, is_unit, is_state)
    by_need = _suits_need(area, settings)
    sexes = np.stack([settings["sex"].to_numpy() != other for other in ("girls", "boys")])
    return RouteMap(
        zones,
        settings,
        km,
        minutes,
        np.stack([time_gbp(area, minutes, age) for age in ("primary", "secondary")]) + settled,
        journey,
        placement,
        (minutes[None] <= longest[:, None, None]) | ~is_state,
        kinds[:, None, None, :] & by_need[None, :, None, :] & admits_age[None, None, :, :],
        admits_age,
        sexes,
        substitute,
    )


def routes(area: Area, groups: pd.DataFrame, *, travel: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the routes of groups of children as a table for `solve`.

    Parameters
    ----------
    area
        Its settings, suitability, travel, unit costs and assumptions decide.
    groups
        Index: the group's label. Columns zone, ncy, need, and where they matter kind ("special", the default, or
        "unit") and sex ("boy", the default, or "girl").
    travel
        As `tables.TRAVEL`; by default the area's own, else estimated from straight lines.

    Returns
    -------
    DataFrame
        One row for each route: group, setting, cost_gbp [GBP a year], km, minutes (one way).
    """
    return routes_of(route_map(area, travel=travel), groups)


def routes_of(found: RouteMap, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the routes of groups of children, as `routes` does."""
    kind = groups["kind"] if "kind" in groups else pd.Series("special", groups.index)
    sex = groups["sex"] if "sex" in groups else pd.Series("boy", groups.index)
    zone = positions(groups["zone"], found.zones["zone"], "zone")
    need = positions(groups["need"], NEED_CODES, "need")
    which = positions(kind, KINDS, "kind")
    ncy = positions(groups["ncy"], NCYS, "ncy") + NCY_LOW
    who, where = np.nonzero(found.open_to(zone, ncy, need, which, positions(sex, ("boy", "girl"), "sex") == 1))
    age = (ncy[who] >= SECONDARY_FROM).astype(np.int64)
    cost = found.cost_gbp[age, zone[who], where] + found.substitute_gbp[which[who], where]
    return pd.DataFrame(
        {
            "group": groups.index[who],
            "setting": found.codes[where],
            "cost_gbp": np.round(cost, 2),
            "km": found.km[zone[who], where],
            "minutes": found.minutes[zone[who], where],
        }
    )


def positions(labels: pd.Series, known: Iterable[object], what: str) -> npt.NDArray[np.int64]:
    """Return where each label is among those known; an `InputError` names one that is not."""
    index = pd.Index(list(known))
    found = index.get_indexer(pd.Index(labels)).astype(np.int64)
    if (found < 0).any():
        wrong = labels.iloc[int(np.flatnonzero(found < 0)[0])]
        raise InputError(f"{what} {wrong!r} is not one of {one_of(index)}{nearest(wrong, index)}")
    return np.asarray(found)


@cache
def national_suitability() -> pd.DataFrame:
    """Return the library's own table of which designation suits which need, as `tables.SUITABILITY`."""
    with resources.files("sufficiency.assumptions").joinpath("suitability.csv").open(encoding="utf-8") as file:
        return tables.check(pd.read_csv(file, keep_default_na=False), tables.SUITABILITY)


def _suits_need(area: Area, settings: pd.DataFrame) -> Bools:
    """Return need x setting: whether any of the setting's designations suits the need; a blank designation suits all."""
    table = area.suitability if len(area.suitability) else national_suitability()
    pairs = set(table.loc[table["is_suitable"], ["need", "designation"]].itertuples(index=False, name=None))
    designations = [str(needs).split() for needs in settings["needs"].fillna("")]
    return np.array(
        [[not those or any((need, d) in pairs for d in those) for those in designations] for need in NEED_CODES]
    )


def _kinds(area: Area, is_unit: Bools, is_state: Bools) -> tuple[Bools, Floats]:
    """Return kind x setting: whether the kind of place will do, and the price of the other kind. [GBP a year]"""
    unit_for_special = bool(area.value("allocate.special_child_in_unit"))
    special_for_unit = bool(area.value("allocate.unit_child_in_special"))
    will_do = np.stack([~is_unit | unit_for_special, is_unit | (is_state & special_for_unit)])
    return will_do, np.stack([is_unit, ~is_unit]) * area.value("allocate.substitute_gbp")


def _journeys(area: Area, zones: pd.DataFrame, settings: pd.DataFrame, travel: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return km and minutes, zone x setting; pairs that the table lacks are estimated from straight lines."""
    shape = (len(zones), len(settings))
    km, minutes = np.full(shape, np.nan), np.full(shape, np.nan)
    i = pd.Index(zones["zone"]).get_indexer(pd.Index(travel["zone"]))
    j = pd.Index(settings["setting"]).get_indexer(pd.Index(travel["setting"]))
    known = (i >= 0) & (j >= 0)
    km[i[known], j[known]] = travel["km"].to_numpy()[known]
    minutes[i[known], j[known]] = travel["minutes"].to_numpy()[known]
    if np.isnan(minutes).any():
        estimate = estimated_travel.travel_table(zones, settings, area)
        lacking = np.isnan(km) | np.isnan(minutes)
        km[lacking] = estimate["km"].to_numpy().reshape(shape)[lacking]
        minutes[lacking] = estimate["minutes"].to_numpy().reshape(shape)[lacking]
    return km, minutes


def journey_gbp(area: Area, km: Floats) -> Floats:
    """Return what a year of one child's journeys costs, at so many km one way. [GBP a year]"""
    journeys = 2 * area.value("allocate.school_days")
    most = area.value("allocate.journey_most_gbp")
    return np.asarray(np.minimum(journeys * km * area.value("allocate.journey_gbp_per_km"), most))


def time_gbp(area: Area, minutes: Floats, age: str) -> Floats:
    """Return the stated value of a child's time on the way, over a year. [GBP a year]"""
    journeys = 2 * area.value("allocate.school_days")
    beyond = np.maximum(minutes - area.value(f"transport.guide_{age}_minutes"), 0)
    hour, hour_beyond = area.value("allocate.minute_gbp_per_hour"), area.value("allocate.beyond_guide_gbp_per_hour")
    return np.asarray(journeys * (minutes * hour + beyond * hour_beyond) / 60)


def _placement_gbp(area: Area, zones: pd.DataFrame, settings: pd.DataFrame) -> Floats:
    """Return zone x setting: what the child's authority pays for the placement beyond place funding. [GBP a year]

    In prices of the financial year that begins in the base year.
    """
    latest = area.unit_costs.sort_values("financial_year").drop_duplicates(
        ["authority", "setting_type", "item"], keep="last"
    )
    own = {
        (row.authority, row.setting_type, row.item): float(row.gbp)
        * float(prices.growth(area, str(row.item)).rise(int(row.financial_year), area.base_year)[0])
        for row in latest.itertuples()
        if row.item in ("top_up", "fee")
    }
    table = {}
    for authority in area.authorities:
        for kind in SPECIALIST:
            item = "top_up" if SETTING_TYPES[kind].is_state else "fee"
            other = "fee" if item == "top_up" else "top_up"
            name = "unit" if KIND_OF[kind] == "unit" else kind
            national = area.value(f"allocate.placement_{name}_gbp")
            given = own.get((authority, kind, item), own.get((authority, kind, other)))
            table[authority, kind] = national if given is None else given
    costs = {a: np.array([table[a, t] for t in settings["setting_type"]]) for a in area.authorities}
    return np.stack([costs[a] for a in zones["authority"]])


def _preference_gbp(area: Area, zones: pd.DataFrame, settings: pd.DataFrame, is_state: Bools) -> Floats:
    """Return zone x setting: the price of a state place that is another authority's to give. [GBP a year]"""
    is_in_area = settings["is_in_area"].to_numpy(dtype=bool)
    is_other = zones["authority"].to_numpy()[:, None] != settings["authority"].to_numpy()[None, :]
    outside = np.where(is_in_area, is_other * area.value("allocate.other_authority_gbp"), 0.0)
    return np.asarray((outside + ~is_in_area * area.value("allocate.out_of_area_gbp")) * is_state)
