"""The approximation of rounds brought to what routed plans cost: a ratio fitted on an area's own sampled schools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError
from sufficiency.notebook import titled
from sufficiency.transport.cost.homes import Homes
from sufficiency.transport.cost.runs import Floats

FEWEST_SAMPLES: Final = 8


@dataclass(frozen=True, eq=False)
class Sample:
    """One school that was routed: who shares a vehicle there, and what that costs a school day, approximated and routed."""

    children: float
    homes: Homes
    modelled_gbp: float
    routed_gbp: float


@dataclass(frozen=True, eq=False)
class Estimate:
    """What routed rounds cost over their approximation, fitted on an area's samples.

    `error_school` and `error_county` are mean absolute errors as shares, each school or group of schools being left out
    of the fit that is tested on it.
    """

    weights: Floats
    error_school: float
    error_county: float
    samples: int

    def ratio(self, children: Floats, homes: Homes) -> Floats:
        """Return what each school's approximate cost is multiplied by, in the shape of `children`."""
        return np.asarray(np.exp(_features(children, homes) @ self.weights), dtype=np.float64)

    @property
    def error_sd(self) -> float:
        """The error at one school as a standard deviation, a share of cost: a normal error's mean size is 0.8 of it."""
        return float(self.error_school * np.sqrt(np.pi / 2))

    def __repr__(self) -> str:
        """Return one line: on how many schools it rests, and how far off it is."""
        return (
            f"<Estimate from {self.samples:,} routed schools: off by {self.error_school:.0%} at one school, "
            f"{self.error_county:.0%} over twelve>"
        )

    def _repr_html_(self) -> str:
        errors = {"one school": self.error_school, "twelve schools together": self.error_county}
        table = pd.DataFrame({"of": list(errors), "error": list(errors.values())})
        return titled(f"Routed rounds from {self.samples:,} schools: mean error", table, {"error": "%"})


def fit_samples(samples: Sequence[Sample], *, shrinkage: float) -> Estimate:
    """Return the estimate that fits an area's routed samples, with its error measured on samples left out.

    `shrinkage` is how strongly effects of size and distance are drawn to none: `transport.sample_shrinkage`. [a sample]

    Raises
    ------
    InputError
        If there are fewer than eight samples: about twenty, of all sizes, are wanted.
    """
    if len(samples) < FEWEST_SAMPLES:
        raise InputError(
            f"{len(samples)} routed samples; at least {FEWEST_SAMPLES} and about 20 are needed, of all sizes"
        )
    homes = Homes(*(np.array([getattr(s.homes, f.name) for s in samples], dtype=float) for f in fields(Homes)))
    children, modelled, routed = (
        np.array([getattr(s, c) for s in samples]) for c in ("children", "modelled_gbp", "routed_gbp")
    )
    x, y = _features(children, homes), np.log(routed / modelled)
    fit = partial(_fit, shrinkage=shrinkage)
    left_out = np.array([fit(np.delete(x, i, 0), np.delete(y, i), np.delete(routed, i)) @ x[i] for i in range(len(y))])
    guess = routed * np.exp(left_out - y)
    return Estimate(fit(x, y, routed), _error(guess, routed), _group_error(guess, routed), len(samples))


def _features(children: Floats, homes: Homes) -> Floats:
    """Return what the approximation's error is fitted on: the level, size, and how near the ride limit is."""
    near = np.where(np.isfinite(homes.limit_minutes), homes.minutes / homes.limit_minutes, 0.0)
    parts = np.broadcast_arrays(1.0, np.log(np.maximum(children, 1.0) / 100), near - 0.4)
    return np.stack(parts, axis=-1).astype(np.float64)


def _fit(x: Floats, y: Floats, weight: Floats, *, shrinkage: float) -> Floats:
    """Return least squares weighted by cost, shrunk a little except the level, since samples are few."""
    w = weight / weight.mean()
    keep = np.diag([1e-9] + [shrinkage * len(y)] * (x.shape[1] - 1))
    return np.asarray(np.linalg.solve(x.T @ (w[:, None] * x) + keep, x.T @ (w * y)))


def _error(guess: Floats, truth: Floats) -> float:
    return float(np.abs(guess / truth - 1).mean())


def _group_error(guess: Floats, truth: Floats, groups: int = 2_000, size: int = 12) -> float:
    """Return the error of the sum over groups of twelve schools: what is left when errors by school offset one another."""
    draw = np.random.default_rng(1).integers(0, len(truth), (groups, size))
    return _error(guess[draw].sum(axis=1), truth[draw].sum(axis=1))
