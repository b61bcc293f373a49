"""One year's rates, ready to draw from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.simulate.support_plans import Reviews

FEW_DESTINATIONS: Final = 24  # up to which comparing with each is faster than a search

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Year:
    """One year's rates, ready to draw from: hazards, arrivals and a table of destinations, all by state.

    `cumulative` has a row for each state where destinations are few; where many, one line in which state i runs from i to i + 1.
    """

    leaving: Singles
    moving: Singles
    joining: Singles
    transfers: Singles
    cumulative: Floats | Singles
    targets: NDArray[np.int64]
    pulled: Singles | None = None  # factors on drift by state and the setting drifted to, where a lever touches moves
    reviews: Reviews | None = None
    ageing: Year | None = None  # of those who have a support plan since a review

    @classmethod
    def of(cls, rates: Rates, pulled: Floats | None = None) -> Year:
        """Return the year that `rates` make; raises nothing: rates are checked where they are made.

        `pulled` is what levers do to moves, by state and setting moved to: drift follows them as other moves do.
        """
        cells = int(np.prod(rates.shape))
        shape = (*rates.shape, rates.destinations.shape[4], rates.shape[3])
        weights = np.broadcast_to(rates.destinations, shape).swapaxes(1, 2).reshape(cells, -1)
        cumulative = weights.cumsum(axis=1)
        total = cumulative[:, -1:]
        has_destination = total[:, 0] > 0
        moving, leaving = _inside(rates.moving), _inside(rates.leaving)
        leaving[(moving >= 1) & ~has_destination] = 1.0
        moving[~has_destination] = 0.0
        shares = cumulative / np.where(total > 0, total, 1.0)
        shares = shares.astype(np.float32) if shares.shape[1] <= FEW_DESTINATIONS else _in_line(shares)
        return cls(
            hazard(leaving),
            hazard(moving),
            _inside(rates.joining).astype(np.float32),
            _inside(rates.transfers).astype(np.float32),
            shares,
            _targets(rates),
            None if pulled is None else pulled.swapaxes(1, 2).reshape(cells, -1).astype(np.float32),
        )

    def destination(self, cells: NDArray[np.int64], uniform: Singles) -> NDArray[np.int64]:
        """Return the state that each mover from `cells` arrives in."""
        if self.cumulative.ndim == 1:
            return self.targets[np.searchsorted(self.cumulative, uniform + cells, side="right")]
        chosen = (self.cumulative[cells] <= uniform[:, None]).sum(axis=1)
        return np.asarray(self.targets[cells * self.cumulative.shape[1] + chosen])


def _in_line(shares: Floats) -> Floats:
    """Return each state's shares as one line, state i from i to i + 1."""
    return np.asarray((shares + np.arange(len(shares))[:, None]).ravel())


def _inside(by_state: Floats) -> Floats:
    """Return authority x ncy x need x setting_type as a line in the order used inside."""
    return by_state.swapaxes(1, 2).ravel().copy()


def hazard(share: Floats) -> Singles:
    """Return the hazard that makes a share of events in a year; infinite where all have it."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log1p(-share), dtype=np.float32)


def _targets(rates: Rates) -> NDArray[np.int64]:
    """Return, for each state and destination, the position of the state arrived in, a year older."""
    authorities, ncys, needs, settings = rates.shape
    to_needs = rates.destinations.shape[4]
    a, n, y, _, m, s = np.ogrid[:authorities, :needs, :ncys, :settings, :to_needs, :settings]
    need = m if to_needs > 1 else n
    older = np.minimum(y + 1, ncys - 1)
    position = ((a * needs + need) * ncys + older) * settings + s
    return np.broadcast_to(position, (authorities, needs, ncys, settings, to_needs, settings)).ravel()
