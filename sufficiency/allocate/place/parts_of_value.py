"""What being at each setting, or turned away, is made of for a child: the parts of the value of a place.

`fees_gbp` are paid to independent and non-maintained schools, `packages_gbp` is everything else that follows the child
(top-up, support in mainstream, tuition), `journeys_gbp` what carrying them costs. `minutes` are one way. A child who was
turned away costs what children of their age and need cost on average where they are instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency import prices
from sufficiency.allocate.overflow.sampled import AGE_OF_NCY, CODES, Sampled
from sufficiency.allocate.place.children import Children
from sufficiency.allocate.place.routes import RouteMap, journey_gbp
from sufficiency.area.area import Area
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import NCY_LOW
from sufficiency.words.vocabulary import SETTING_TYPES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PARTS: Final = ("fees_gbp", "packages_gbp", "journeys_gbp", "minutes", "turned_away")
CASH: Final = 3  # the first so many parts are paid
IS_FEE: Final = np.array([DESTINATIONS[code].setting_type.endswith("_special") for code in CODES])


def rises(area: Area, price_year: Ints) -> Floats:
    """Return how much dearer each destination is in the base year's financial year than in its own: age group x destination.

    `price_year` is the same in every draw, and so are these.
    """
    found = np.ones(price_year.shape)
    for year in np.unique(price_year[price_year > 0]):
        fee, top_up = (prices.growth(area, kind).rise(int(year), area.base_year)[0] for kind in ("fee", "top_up"))
        found = np.where(price_year == year, np.where(IS_FEE, fee, top_up), found)
    return found


def in_base_year_prices(area: Area, overflow: Sampled) -> Floats:
    """Return what each destination costs in prices of the financial year that begins in the base year.

    age group x destination. [GBP a child a year]
    """
    return np.asarray(overflow.gbp * rises(area, overflow.price_year))


@dataclass(frozen=True, eq=False)
class Worth:
    """What each route and each turning away is made of, in one draw."""

    is_market: npt.NDArray[np.bool_]  # setting: whether its placements are paid by fees
    turned_away: Floats  # age group x need x part

    @classmethod
    def of(cls, area: Area, found: RouteMap, overflow: Sampled, *, dearer: Floats | None = None) -> Worth:
        """Return the parts under one draw's overflow; `dearer` is `rises`, worked out here where it is left out."""
        dearer = rises(area, overflow.price_year) if dearer is None else dearer
        carried = overflow.share * overflow.entitled[:, None, :]
        minutes = overflow.distance_km * 60 / area.value("transport.rural_kph")
        paid = overflow.share * (overflow.gbp * dearer)[:, None, :]
        parts = (
            paid[..., IS_FEE].sum(axis=-1),
            paid[..., ~IS_FEE].sum(axis=-1),
            (carried * journey_gbp(area, overflow.distance_km)[:, None, :]).sum(axis=-1),
            (overflow.share * minutes[:, None, :]).sum(axis=-1),
            np.ones(overflow.share.shape[:2]),
        )
        is_market = np.array([not SETTING_TYPES[t].is_state for t in found.settings["setting_type"]])
        return cls(is_market, np.stack(parts, axis=-1))

    def of_routes(self, found: RouteMap, zone: Ints, setting: Ints) -> Floats:
        """Return route x part, for children at home in `zone` going to `setting`."""
        paid, fees = found.placement_gbp[zone, setting], self.is_market[setting]
        never = np.zeros(len(zone))
        return np.column_stack(
            [paid * fees, paid * ~fees, found.journey_gbp[zone, setting], found.minutes[zone, setting], never]
        )

    def of_turned_away(self, children: Children) -> Floats:
        """Return child x part."""
        return np.asarray(self.turned_away[AGE_OF_NCY[children.ncy - NCY_LOW], children.need])

    def cash_of_turned_away(self, ncy: Ints, need: Ints) -> Floats:
        """Return what each child turned away costs in fees, packages and journeys. [GBP a year]"""
        return np.asarray(self.turned_away[AGE_OF_NCY[ncy - NCY_LOW], need, :CASH].sum(axis=-1))
