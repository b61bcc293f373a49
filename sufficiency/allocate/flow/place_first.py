"""A suitable place comes before any saving: how much leaving a child without one must weigh for that, from the costs alone.

One child more is placed by a chain of moves that passes each setting once at most, and each move costs no more than the
dearest route. So a weight above that many dearest routes places as many children as can be placed, and of all ways to
place so many the cheapest. No assumed number decides who has a place, and a higher weight changes nothing.
Where so large a weight doesn't fit the solver's whole numbers, from some ten thousand children on, it is cut (`held`); it
is some millions of pounds then, above many dearest routes and not above all that a chain could have.

That is the order of the law. What a plan says is to be secured whatever it costs (Children and Families Act 2014, s.42);
what is efficient decides which suitable setting is named (ss.39 and 43), not whether one is.
"""

from __future__ import annotations

from typing import Final

from sufficiency.whole_units import FLOW_LARGEST, Units

STEP: Final = 4  # a weight that must be cut is a power of this, so that it is the same from one January to the next


def weight(dearest_gbp: float, settings: int) -> float:
    """Return what being without a place must weigh. [GBP a year]

    Parameters
    ----------
    dearest_gbp
        What no route costs more than. [GBP a year]
    settings
        How many settings a chain of moves can pass.

    Examples
    --------
    >>> weight(99.0, 3)
    400.0
    """
    return (settings + 1) * (dearest_gbp + 1)


def held(weight_gbp: float, units: Units, *, nodes: int, times: int) -> float:
    """Return a weight, cut where `times` as much of it, in whole units, is more than a flow of so many nodes can hold. [GBP]"""
    most = FLOW_LARGEST / (nodes + 2) / units.a_pound / times
    if weight_gbp <= most:
        return weight_gbp
    cut = 1.0
    while cut * STEP <= most:
        cut *= STEP
    return cut
