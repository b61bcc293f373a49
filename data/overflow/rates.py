"""Rates of growth and substitution: changes in plans by destination, regressed on all plans and state special places.

For each authority and span of years, over the plans at its start, with effects for each span:

    Δplans_d / plans = period_d + growth_d Δall / plans − share_d Δspecial / plans + error_d

`growth_d` says where one more plan goes if no state place opens; `share_d` from where a state place that opens takes its
child: the children who are turned away when it does not. Both add to one over destinations, since every equation has the
same regressors and weights. Errors are multivariate t, so that a renamed unit weighs little; standard errors are
clustered by authority.

References
----------
Lange, Little and Taylor (1989), *Robust statistical modeling using the t distribution*; Liang and Zeger (1986).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

SUPPLY: Final = "special"
DEGREES: Final = 4.0  # of freedom of the t errors
LEAST_PLANS: Final = 300  # an authority's plans at the start of a span
MOST_UNRECORDED: Final = 0.10  # share of plans with no placement recorded, at either end
MOST_MOVED: Final = 0.03  # change of that share over the span
ROUNDS: Final = 200

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rates:
    """Coefficients, and how sure they are."""

    given: tuple[str, ...]
    names: tuple[str, ...]
    coefficients: Floats  # (given, then one effect for each span) × destination [share of plans]
    covariance: Floats  # of the coefficients, destination by destination
    residuals: Floats  # span × destination, times the root of plans

    def of(self, regressor: str) -> pd.Series:
        """Return each destination's coefficient on `regressor`."""
        return pd.Series(self.coefficients[self.given.index(regressor)], list(self.names))

    def spread(self, regressor: str, other: str | None = None) -> Floats:
        """Return the covariance over destinations of the coefficients on one regressor, or on two."""
        step, i = len(self.coefficients), self.given.index(regressor)
        return self.covariance[i::step, self.given.index(other or regressor) :: step]

    def expected(self, now: Floats, plans: Floats, change: dict[str, Floats], *, years: float) -> Floats:
        """Return plans by destination after known changes; `years` are in lengths of the spans fitted to.

        Parameters
        ----------
        now
            Authority × destination. [plans]
        plans
            By authority, over all destinations and state special. [plans]
        change
            For each of `given`, by authority. [plans]
        """
        effect = self.coefficients[len(self.given) :].mean(axis=0) * years
        moved = sum(np.outer(change[g], self.of(g)) for g in self.given)
        found = (now + moved + np.outer(plans, effect)).clip(min=0.0)
        total = now.sum(axis=1) + np.asarray(moved).sum(axis=1)
        return np.asarray(found / found.sum(axis=1, keepdims=True) * total[:, None])


def changes(
    table: pd.DataFrame, names: Sequence[str], *, span: int, is_cleaned: bool = True, supply: str = SUPPLY
) -> pd.DataFrame:
    """Return changes over `span` years per plan at the start; if cleaned, where placements are recorded at both ends.

    Parameters
    ----------
    table
        authority × year rows, one column for each destination. [plans]

    Returns
    -------
    DataFrame
        authority, start, plans (at the start), all, state special and each of `names`. [share of plans]
    """
    later = table.rename(index=lambda y: y - span, level="year")
    both = table.index.intersection(later.index)
    before, after = table.loc[both], later.loc[both]
    kept = list(dict.fromkeys([*names, supply]))
    plans = before[kept].sum(axis=1)
    unknown = [t["not_recorded"] / t.sum(axis=1) for t in (before, after)]
    recorded = (unknown[0] < MOST_UNRECORDED) & (unknown[1] < MOST_UNRECORDED)
    recorded &= (unknown[1] - unknown[0]).abs() < MOST_MOVED
    good = (plans >= LEAST_PLANS) & (recorded | (not is_cleaned))
    found = (after[kept] - before[kept]).div(plans, axis=0)
    found = found.assign(all=found.sum(axis=1), plans=plans)[good].reset_index()
    return found.rename(columns={"year": "start"})


def regress(
    change: pd.DataFrame, names: Sequence[str], *, given: tuple[str, ...] = ("all", SUPPLY), degrees: float = DEGREES
) -> Rates:
    """Return rates from `changes`; `degrees` of freedom of the t errors, large for least squares."""
    X = np.column_stack([change[list(given)], pd.get_dummies(change["start"])]).astype("float64")
    Y = change[list(names)].to_numpy(dtype="float64")
    size = np.sqrt(change["plans"].to_numpy(dtype="float64"))
    weight = np.ones(len(X))
    for _ in range(ROUNDS):
        root = np.sqrt(size * weight)[:, None]
        B = np.linalg.lstsq(X * root, Y * root, rcond=None)[0]
        E = Y - X @ B
        scaled = (E * np.sqrt(size)[:, None])[:, :-1]  # the last error is minus the sum of the others
        distance = np.einsum("ij,jk,ik->i", scaled, np.linalg.pinv((scaled.T * weight) @ scaled / len(X)), scaled)
        new = (degrees + scaled.shape[1]) / (degrees + distance)
        if np.abs(new - weight).max() < 1e-6:
            break
        weight = new
    total = size * weight
    bread = np.linalg.inv((X.T * total) @ X)
    cluster = pd.factorize(change["authority"])[0]
    scores = np.zeros((cluster.max() + 1, Y.shape[1] * X.shape[1]))
    np.add.at(scores, cluster, (E[:, :, None] * (X * total[:, None])[:, None, :]).reshape(len(X), -1))
    meat = scores.T @ scores * len(scores) / (len(scores) - 1)
    whole = np.kron(np.eye(Y.shape[1]), bread)
    return Rates(given, tuple(names), B, whole @ meat @ whole, E * size[:, None])
