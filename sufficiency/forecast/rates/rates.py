"""Rates: what joins, moves and leaves, by state. People and published flows both end here; the simulation starts here.

A rate belongs to the state a child is in (leaving, moving) or arrives in (joining, transfers in). `ncy` is the January
before for the first two, the January after for the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sufficiency.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rates:
    """One year's rates for one or more authorities, labelled by position in the four tuples.

    Attributes
    ----------
    joining
        New plans a year a child: authority x ncy x need x setting_type. [plans/child]
    leaving
        Share of plans that end within the year: authority x ncy x need x setting_type. 1 where none can go on.
    moving
        Share of those who stay whose setting (or need) changes: authority x ncy x need x setting_type. 1 where the
        setting takes nobody of the next NCY.
    destinations
        Where movers go: authority x ncy x need x setting_type x to_need x to_setting_type, any of the authority, need and to_need
        axes of length 1 (the same for all; the need kept). Sums to 1 over the last two wherever `moving` is above 0.
    transfers
        Plans that come from another authority, or that no return explains, a year a plan held: authority x ncy x need
        x setting_type. [plans/plan]
    """

    authorities: tuple[str, ...]
    ncys: tuple[int, ...]
    needs: tuple[str, ...]
    settings: tuple[str, ...]
    joining: Floats
    leaving: Floats
    moving: Floats
    destinations: Floats
    transfers: Floats

    def __post_init__(self) -> None:
        cells = self.shape
        for name in ("joining", "leaving", "moving", "transfers"):
            value = getattr(self, name)
            if value.shape != cells:
                raise InputError(f"{name} has shape {value.shape}; the labels make {cells}")
            if not np.isfinite(value).all() or (value < 0).any():
                raise InputError(f"{name} has a value that is negative or not a number")
        for name in ("leaving", "moving"):
            if (getattr(self, name) > 1).any():
                raise InputError(f"{name} has a value above 1, and is a share")
        wanted = (cells[0], cells[1], cells[2], cells[3], cells[2], cells[3])
        got = self.destinations.shape
        if len(got) != 6 or any(g not in (w, 1) for g, w in zip(got, wanted, strict=True)):
            raise InputError(f"destinations has shape {got}; expected {wanted}, any of which may be 1")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Number of authorities, NCYs, needs and settings."""
        return len(self.authorities), len(self.ncys), len(self.needs), len(self.settings)
