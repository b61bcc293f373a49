"""Pounds to whole units and back, once: what every solver that counts in whole numbers is handed.

Flows and vehicle routing work in 64-bit whole numbers. `PENCE` is enough where amounts are pounds and pence;
`units_that_hold` goes finer where the amounts given are finer; `units_within` keeps the dearest amount below a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from sufficiency.errors import InputError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LARGEST_EXACT: Final = 2**53  # beyond it a float no longer holds every whole number
FLOW_LARGEST: Final = 2**60  # OR-Tools multiplies costs by the number of nodes, in 64 bits
SCALES: Final = (100, 10_000, 1_000_000)  # units a pound to choose among: pence, then finer
LONGEST_CHAIN: Final = 200  # prices add up along a chain of moves: room for it is left where money is finer than pence
NOISE: Final = 1e-6  # of a unit: what binary fractions leave of a whole one


@dataclass(frozen=True)
class Units:
    """Whole units of money, so many to the pound.

    Examples
    --------
    >>> pence = Units(100)
    >>> pence.whole([12.34, 0.005]).tolist()
    [1234, 0]
    >>> pence.gbp(1234)
    12.34
    """

    a_pound: float

    def whole(self, gbp: npt.ArrayLike) -> Ints:
        """Return pounds in whole units, each to the nearest.

        Raises
        ------
        InputError
            If an amount is not a number, or is too large to be held to the unit.
        """
        scaled = np.rint(np.asarray(gbp, dtype=np.float64) * self.a_pound)
        if not np.all(np.abs(scaled) <= LARGEST_EXACT):  # also where not a number
            wrong = np.asarray(gbp, dtype=np.float64)[~(np.abs(scaled) <= LARGEST_EXACT)].ravel()[0]
            raise InputError(
                f"GBP {wrong:,.0f} can't be counted in whole units of {self.a_pound:g} to the pound; amounts of up to "
                f"GBP {LARGEST_EXACT / self.a_pound:,.0f} can"
            )
        return np.asarray(scaled, dtype=np.int64)

    @overload
    def gbp(self, whole: float) -> float: ...

    @overload
    def gbp(self, whole: Ints) -> Floats: ...

    def gbp(self, whole: float | Ints) -> float | Floats:
        """Return whole units in pounds: a number for a number, an array for an array. [GBP]"""
        return np.asarray(whole / self.a_pound) if isinstance(whole, np.ndarray) else whole / self.a_pound

    def holds(self, gbp: npt.ArrayLike) -> bool:
        """Return whether every amount is a whole number of units, but for what binary fractions leave."""
        scaled = np.asarray(gbp, dtype=np.float64) * self.a_pound
        return bool(np.all(np.abs(scaled - np.rint(scaled)) <= NOISE + 4e-16 * np.abs(scaled)))


PENCE: Final = Units(100)


def units_that_hold(amounts: Floats, *, nodes: int, chains: int = 1) -> Units:
    """Return the coarsest units that hold every amount exactly, else the finest whose sums fit in 64 bits.

    Parameters
    ----------
    amounts
        What is to be counted. [GBP]
    nodes
        The larger of a network's nodes and its children: how many amounts may be added up.
    chains
        The most routes that one price must outweigh.

    Raises
    ------
    InputError
        If not even pence fit.
    """
    largest = float(amounts.max(initial=0.0)) * (chains + 1)
    room = FLOW_LARGEST / (nodes + 2)
    fits = [s for s in SCALES if largest * s * (1 if s == SCALES[0] else LONGEST_CHAIN) < room]
    if not fits:
        raise InputError(
            f"costs of up to GBP {amounts.max():,.0f} with {nodes:,} children or nodes are too large to solve in whole "
            "pence; use lower prices"
        )
    return next((Units(scale) for scale in fits if Units(scale).holds(amounts)), Units(fits[-1]))


def units_within(dearest: float, *, largest: float, finest: float | None = None) -> Units:
    """Return the finest units, a power of ten to the pound, in which the dearest amount is at most `largest`.

    Parameters
    ----------
    dearest
        The largest amount that there is. [GBP]
    largest
        What it may be at most. [units]
    finest
        No more units a pound than this.

    Examples
    --------
    >>> units_within(45.0, largest=2_000_000, finest=1_000).a_pound
    1000.0
    >>> units_within(45_000.0, largest=2_000_000).a_pound
    10.0
    """
    scale = 10.0 ** np.floor(np.log10(largest / max(dearest, 1e-9)))
    return Units(float(scale if finest is None else min(finest, scale)))
