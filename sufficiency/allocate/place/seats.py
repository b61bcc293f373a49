"""What each setting has to offer in a January: places that nobody holds, places kept, and places above its number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sufficiency.allocate.place.ledger import Bools, Ints


@dataclass(frozen=True, eq=False)
class Seats:
    """What each setting has to offer those who need a place."""

    shared: Ints  # places that nobody holds, or that their holder may leave [places]
    kept: Ints  # beyond those: only for the children who were there last January [places]
    extra: Ints  # above the places of the setting, for anyone, at the price of over-filling [places]
    takes_above: Bools  # whether one more place would let in one more above the number


def seats_of(places: Ints, stays: Ints, may_stay: Ints, keeps: Bools, most_above: Ints) -> Seats:
    """Return seats by setting, from its places, the children who stay, those who may, and the most above its number.

    `keeps` where not cut.
    """
    shared = np.maximum(places - stays, 0)
    kept = np.where(keeps, np.maximum(may_stay - shared, 0), 0)
    above = np.maximum(stays - places, 0) + kept
    return Seats(shared, kept, np.maximum(most_above - above, 0), (most_above > 0) & (most_above >= above))
