"""One future placed, January by January: the same whichever process places it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sufficiency.allocate.overflow import market
from sufficiency.allocate.overflow.sampled import Sampled
from sufficiency.allocate.overflow.split import counted
from sufficiency.allocate.overflow.supply import Supply, with_those_there
from sufficiency.allocate.place import one_january
from sufficiency.allocate.place.children import Children, Demand, as_counted, next_january
from sufficiency.allocate.place.ledger import Ledger
from sufficiency.allocate.place.parts_of_value import Worth
from sufficiency.allocate.place.routes import RouteMap

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Asked:
    """What is one future's own."""

    position: int  # among the draws, for its ledger
    stream: np.random.SeedSequence
    counts: Ints  # year x authority x ncy x need x kind [children]
    listed: Ints  # year x setting: places as listed and opened [places]
    bought: Ints  # year: children forecast at schools that are not the state's [children]
    overflow: Sampled
    takes: Supply
    worth: Worth


@dataclass(frozen=True, eq=False)
class Future:
    """One future, placed."""

    ledger: Ledger
    places: Ints  # year x setting, the market's as it has grown [places]
    saves: Floats  # year x setting x part: what one more place would save
    gap_gbp: float  # the largest over Januaries


@dataclass(frozen=True, eq=False)
class Placing:
    """What all futures share: arrays alone, so that it can be handed to another process."""

    demand: Demand  # its counts are each future's own
    found: RouteMap
    today: Children
    home: Ints
    prices: one_january.Prices

    @classmethod
    def of(cls, demand: Demand, found: RouteMap, today: Children, home: Ints, prices: one_january.Prices) -> Placing:
        """Return what futures share, without their counts."""
        return cls(replace(demand, counts=demand.counts[:0], market=demand.market[:0]), found, today, home, prices)

    def through(self, asked: Asked) -> Future:
        """Return one future: its demand placed January by January."""
        rng, bought, drawn = np.random.default_rng(asked.stream), asked.bought, asked.overflow
        settings = len(self.found.settings)
        roll = np.bincount(self.today.setting, minlength=settings)[:settings]
        places = places_there(self.found, self.demand.years_on, roll, asked.listed, bought, asked.takes)
        grown = 1 + np.where(np.isfinite(drawn.growth_high), drawn.growth_high, 0.0)
        as_drawn = replace(self.prices, overfill_share=asked.takes.overfill_share)
        stay_put = replace(as_drawn, who_may_move=0)
        children = as_counted(self.demand, self.today, asked.counts[0], self.home, rng)
        januaries: list[one_january.January] = []
        for year in range(len(self.demand.years)):
            before = max(year - 1, 0)
            if januaries:
                children = next_january(self.demand, januaries[-1].children, asked.counts[year], self.home, rng)
            there = counted(januaries[-1].children.setting if januaries else children.setting, settings)
            limit = np.where(np.isfinite(drawn.growth_high), (bought[before] + there) * grown - bought[year], np.inf)
            elsewhere = one_january.Elsewhere(drawn, np.maximum(np.floor(limit), 0), asked.worth)
            prices = as_drawn if year else stay_put
            januaries.append(
                one_january.place(
                    children,
                    self.found,
                    places[year],
                    places[before],
                    prices,
                    elsewhere,
                    rng,
                    is_fitted=year > 0,
                    before=januaries[-1] if year > 1 else None,  # in the first January nobody need be placed
                )
            )
        return Future(
            Ledger.of(asked.position, [j.children for j in januaries], places, self.found),
            places,
            np.stack([january.saves for january in januaries]),
            max(january.gap_gbp for january in januaries),
        )


def places_there(
    found: RouteMap, years_on: Sequence[int], roll: Ints, listed: Ints, bought: Ints, takes: Supply
) -> Ints:
    """Return year x setting: places as listed, today's children growing where no number is known, the market as it grows.

    Parameters
    ----------
    found
        Routes, for the settings.
    years_on
        Years from today to each January.
    roll
        By setting, the area's children there today. [children]
    listed, bought, takes
        As `Asked`.
    """
    places = with_those_there(listed, years_on, found.is_listed, roll, takes.growth)
    return market.with_market(places, found, bought, roll)
