"""Where the states of a block stand: in the tables by NCY and by need, and a year on; and where drift takes children."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sufficiency.forecast.simulate.ready_year import Singles, hazard

MOST_DRIFT: Final = 0.999  # share of a setting that may drift away in a year


@dataclass(frozen=True, eq=False)
class Sides:
    """Where each state of a block counts in the tables by NCY and by need."""

    to_ncy: NDArray[np.int32]
    to_need: NDArray[np.int32]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, draws: int, shape: tuple[int, ...]) -> Sides:
        """Return where the states of so many draws count; `shape` is authority x need x ncy x setting_type."""
        d, a, n, y, s = np.ogrid[:draws, : shape[0], : shape[1], : shape[2], : shape[3]]
        row = d * shape[0] + a
        whole = (draws, *shape)
        to_need = np.broadcast_to((row * shape[1] + n) * shape[3] + s, whole)
        to_ncy = np.broadcast_to((row * shape[2] + y) * shape[3] + s, whole)
        return cls(to_ncy.ravel().astype(np.int32), to_need.ravel().astype(np.int32), whole)

    def by_ncy(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return children counted by draw x authority x ncy x setting_type."""
        shape = (*self.shape[:2], *self.shape[3:])
        return np.bincount(self.to_ncy[cells], minlength=int(np.prod(shape))).reshape(shape)

    def by_need(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return children counted by draw x authority x need x setting_type."""
        shape = (*self.shape[:3], self.shape[4])
        return np.bincount(self.to_need[cells], minlength=int(np.prod(shape))).reshape(shape)


@dataclass(frozen=True, eq=False)
class Rows:
    """Where children stand: the row of (draw, authority, ncy), the setting, and their state if they stay a year on."""

    row: NDArray[np.int32]
    setting: NDArray[np.int32]
    older: NDArray[np.int64]

    @classmethod
    def of(cls, cells: NDArray[np.int64], sides: Sides) -> Rows:
        """Return where the children of `cells` stand."""
        ncys, settings = sides.shape[3:]
        row, setting = np.divmod(sides.to_ncy[cells], np.int32(settings))
        return cls(row, setting, cells + np.where(row % ncys == ncys - 1, 0, settings))


@dataclass(frozen=True, eq=False)
class Drift:
    """Who drifts to another setting, in each draw, and where to as a running sum, the same for all needs.

    Those who stay where they are drift, and so do those who move, from the setting that they move to.
    """

    hazard: Singles  # draw x authority x 1 x ncy x setting_type
    losing: Singles  # (draw, authority, ncy) x setting_type
    reached: Singles  # (draw, authority, ncy) x setting_type

    @classmethod
    def of(cls, losing: Singles, gaining: Singles) -> Drift:
        """Return the drift of shares that lose and the mix that gains: draw x authority x ncy x setting_type."""
        settings = gaining.shape[-1]
        somewhere = gaining.sum(axis=-1, keepdims=True) > 0
        lost = np.where(somewhere, np.minimum(losing, MOST_DRIFT), np.float32(0.0))
        reached = gaining.cumsum(axis=-1).reshape(-1, settings)
        return cls(hazard(lost)[:, :, None], lost.reshape(-1, settings), reached)

    def destination(self, rows: Rows, uniform: Singles, shape: tuple[int, ...]) -> NDArray[np.int64]:
        """Return the state that each child who drifts from `rows` arrives in, a year older."""
        reached = self.reached[rows.row]
        chosen = (reached <= (uniform * reached[:, -1])[:, None]).sum(axis=1)
        return np.asarray(rows.older - rows.setting + np.minimum(chosen, shape[4] - 1))
