"""Access without optimising anything: places within reach for each child, and the nearest suitable setting, by zone.

Two steps, for children c of zone, NCY, need and kind, and settings j within reach of them:

    ratio[j]  = places[j] / sum_c children[c] near[c, j] suits[c, j]         places for each child who could use them
    access[c] = sum_j ratio[j] near[c, j] suits[c, j]                        places within reach for each child of c

`near` is 1 within reach and 0 beyond or, with `decay`, falls smoothly to nothing at the limit. Children times access
adds up to the places that anyone can reach, so 1 is balance. A check on the allocation and a map, not a forecast.

References
----------
Luo and Wang, "Measures of spatial accessibility to health care in a GIS environment", Environment and Planning B 30
(2003); Dai, "Black residential segregation, disparities in spatial access …", Health & Place 16 (2010), for the decay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.allocate.place.children import Demand, Floats, Ints, demand_of
from sufficiency.allocate.place.ledger import PHASE_OF_NCY
from sufficiency.allocate.place.places import room, room_as_today
from sufficiency.allocate.place.routes import KINDS, NEED_CODES, SECONDARY_FROM, RouteMap, route_map
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.frozen import frozen, remembered
from sufficiency.labels import Labels, asked
from sufficiency.notebook import titled
from sufficiency.scenarios.pipeline import most_likely
from sufficiency.tables import PlansResult
from sufficiency.words.school_year import NCY_LOW, NCYS, PHASES
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEED_GROUPS, SETTING_TYPES

AGE = (np.arange(len(NCYS)) + NCY_LOW >= SECONDARY_FROM).astype(np.int64)


@frozen
@dataclass(frozen=True, eq=False)
class Access:
    """Places within reach, and the nearest suitable setting, of every zone, NCY, need and kind of place."""

    routes: RouteMap
    year: int
    children: Floats  # zone x ncy x need x kind: expected [children]
    places: Floats  # zone x ncy x need x kind: within reach, for each child [places a child]
    by_setting: pd.DataFrame  # setting, name, places, children_within, places_per_child

    @remembered
    def summary(self, *by: str) -> pd.DataFrame:
        """Return places within reach for each child: *by, children, places_per_child, share_out_of_reach.

        `by` may name authority, district, zone, need, need_group, ncy, phase, age_group and kind; by default, zone.
        """
        known = self._labels()
        at = dict(zip(("zone", "ncy", "need", "kind"), np.indices(self.children.shape).reshape(4, -1), strict=True))
        cell, labels = known.cells(asked(by or ("zone",), known.known), at)
        weight, reach = self.children.ravel(), self.places.ravel()
        children = np.bincount(cell, weight, minlength=len(labels))
        within = np.bincount(cell, weight * reach, minlength=len(labels))
        out = np.bincount(cell, weight * (reach <= 0), minlength=len(labels))
        some = np.where(children > 0, children, np.nan)
        found = labels.assign(children=children, places_per_child=within / some, share_out_of_reach=out / some)
        return found[found["children"] > 0].reset_index(drop=True)

    def _labels(self) -> Labels:
        found = (
            Labels().also("ncy", "ncy", NCYS).also("need", "need", NEED_CODES).also("kind", "kind", KINDS, order=KINDS)
        )
        for name in ("authority", "district", "zone"):
            found = found.also(name, "zone", self.routes.zones[name])
        return found

    def __repr__(self) -> str:
        """Return one line: the January, expected children, and places within reach for each."""
        whole = self.by_setting["places"].sum() / max(float(self.children.sum()), 1.0)
        return (
            f"<Access in January {self.year}: {self.children.sum():,.0f} children expected, {len(self.by_setting):,} "
            f"settings; {whole:.2f} places for each child>"
        )

    def _repr_html_(self) -> str:
        title = f"Places within reach for each child, January {self.year}"
        table = self.summary("district") if self.routes.zones["district"].ne("").any() else self.summary("authority")
        return titled(title, table, {"places_per_child": "2", "share_out_of_reach": "%"})


def within_reach(
    area: Area,
    plans: PlansResult,
    *,
    year: int | None = None,
    travel: pd.DataFrame | None = None,
    decay: bool = False,
    only_state: bool = True,
    draws: int = 20,
) -> Access:
    """Return places within reach for each child who needs one, by the two-step floating catchment.

    Parameters
    ----------
    area, plans
        Settings, places, routes; and the forecast, whose expected demand is counted. [places, children]
    year
        January; by default the forecast's first.
    travel
        As `tables.TRAVEL`; by default the area's own, else straight lines.
    decay
        Whether nearness falls smoothly towards the longest journey allowed, rather than all at once at it.
    only_state
        Whether independent and non-maintained schools are left out: their places are not the council's.
    draws
        How many draws the expected demand is the mean of.

    Raises
    ------
    MissingError
        If the forecast lacks the year.
    """
    (only,) = within_reach_each(
        area,
        plans,
        None if year is None else [year],
        travel=travel,
        decay=decay,
        only_state=only_state,
        draws=draws,
    ).values()
    return only


def within_reach_each(
    area: Area,
    plans: PlansResult,
    years: Sequence[int] | None,
    *,
    travel: pd.DataFrame | None = None,
    decay: bool = False,
    only_state: bool = True,
    draws: int = 20,
) -> dict[int, Access]:
    """Return places within reach in each of several Januaries, by January; all else as `within_reach`."""
    found = route_map(area, travel=travel)
    demand = demand_of(
        plans, found.zones, area.authorities, draws=draws, girls_share=area.value("allocate.girls_share")
    )
    wanted = demand.years[:1] if years is None else years
    for year in wanted:
        if year not in demand.years:
            raise MissingError(
                f"the forecast has no January {year}; it runs from {demand.years[0]} to {demand.years[-1]}"
            )
    rooms, near = room_as_today(area, found, demand, wanted), _near(area, found, decay=decay)
    if only_state:
        rooms = rooms * np.array([SETTING_TYPES[t].is_state for t in found.settings["setting_type"]])
    return {year: _in_one_january(found, demand, there, near, year) for year, there in zip(wanted, rooms, strict=True)}


def _in_one_january(found: RouteMap, demand: Demand, room: Ints, near: Floats, year: int) -> Access:
    """Return places within reach in one January, whose places by setting are `room`."""
    at = demand.years.index(year)
    children = np.zeros((len(found.zones), *demand.expected.shape[2:]))
    for a, own in enumerate(demand.zone_of):
        share = np.diff(demand.home_share[:, own], axis=1, prepend=0.0)  # ncy x zone
        children[own] = np.einsum("nz,nwk->znwk", share, demand.counts[:, at, a].mean(axis=0))
    places = room.astype(np.float64)
    wanting = np.zeros(len(places))
    for age in (0, 1):
        rows = children[:, age == AGE]
        suits = found.suits[:, :, age == AGE].transpose(2, 1, 0, 3)  # ncy x need x kind x site
        wanting += np.einsum("jnwk,nwkj->j", np.tensordot(near[age].T, rows, axes=1), suits)
    ratio = np.divide(places, wanting, out=np.zeros(len(places)), where=wanting > 0)
    reach = np.zeros(children.shape)
    for age in (0, 1):
        suits = found.suits[:, :, age == AGE].transpose(2, 1, 0, 3)
        reach[:, age == AGE] = np.einsum("zj,nwkj->znwk", near[age] * ratio, suits.astype(np.float64), optimize=True)
    kept = found.settings[["setting", "name"]].assign(
        places=places, children_within=wanting, places_per_child=np.where(wanting > 0, ratio, np.nan)
    )
    return Access(found, year, children, reach, kept[kept["places"] > 0].reset_index(drop=True))


def _near(area: Area, found: RouteMap, *, decay: bool) -> Floats:
    """Return age x zone x setting: 1 within the longest journey allowed, 0 beyond; or falling towards it."""
    longest = np.array([area.value(f"allocate.longest_{age}_minutes") for age in ("primary", "secondary")])
    share: Floats = found.minutes[None] / longest[:, None, None]
    end = np.exp(-0.5)
    falling = (np.exp(-0.5 * share**2) - end) / (1 - end) if decay else np.ones(share.shape)
    return np.asarray(np.where(share <= 1, falling, 0.0))


def nearest_suitable(
    area: Area,
    *,
    year: int | None = None,
    travel: pd.DataFrame | None = None,
    kind: str = "special",
    only_state: bool = True,
) -> pd.DataFrame:
    """Return the nearest setting with places that suits each zone, need group and phase.

    A setting suits a need group and phase where it takes any need of the group at any age of the phase.

    Returns
    -------
    DataFrame
        zone, need_group, phase, setting, name, km, minutes (one way); blank where no setting suits. [km, minutes]
    """
    found = route_map(area, travel=travel)
    if kind not in KINDS:
        raise InputError(f"kind: {kind!r} is not one of {one_of(KINDS)}")
    places = room(area, found, [area.base_year if year is None else year], most_likely(area))[0, 0]
    is_state = np.array([SETTING_TYPES[t].is_state for t in found.settings["setting_type"]])
    usable = ((places > 0) | ~found.is_listed) & (is_state | (not only_state))
    rows = []
    for group in NEED_GROUPS:
        needs = [n for n, code in enumerate(NEED_CODES) if NEED_GROUP_OF[code] == group]
        for p, phase in enumerate(PHASES):
            suits = found.suits[KINDS.index(kind)][needs][:, p == PHASE_OF_NCY].any(axis=(0, 1)) & usable
            minutes = np.where(suits, found.minutes, np.inf)
            first = minutes.argmin(axis=1)
            there = np.isfinite(minutes[np.arange(len(first)), first])
            frame = pd.DataFrame({"zone": found.zones["zone"], "need_group": group, "phase": phase})
            frame["setting"] = np.where(there, found.codes[first], "")
            frame["name"] = np.where(there, found.settings["name"].to_numpy()[first], "")
            frame["km"] = np.where(there, found.km[np.arange(len(first)), first], np.nan)
            frame["minutes"] = np.where(there, found.minutes[np.arange(len(first)), first], np.nan)
            rows.append(frame)
    return pd.concat(rows, ignore_index=True)
