"""Whether two figures differ by more than chance: by the number of children where it is known, else by how neighbours vary."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

CHANCE: Final = 0.05  # two-sided, of each comparison alone
FEWEST: Final = 5  # neighbours from which their spread says something
SAME: Final = "not distinguishable"
UNJUDGED: Final = "can't be judged"  # within what neighbours vary, and what chance allows in the children isn't known


@dataclass(frozen=True)
class Judged:
    """A difference, whether chance alone could make it, and what that rests on."""

    difference: float
    verdict: (
        str  # better, worse, higher, lower, not distinguishable, can't be judged; blank where nothing stands beside it
    )
    rests_on: str


def interval(value: float, children: float) -> tuple[float, float]:
    """Return the range in which a percentage of so many children lies by chance, 19 times in 20 (Wilson). [%]"""
    from statsmodels.stats.proportion import proportion_confint

    share = min(max(value / 100, 0.0), 1.0)
    low, high = proportion_confint(share * children, children, alpha=CHANCE, method="wilson")
    return 100 * float(low), 100 * float(high)


def beside_mean(value: float, children: float | None, others: Sequence[float], better: str) -> Judged:
    """Return how a value lies beside the mean of other authorities.

    With the number of children: chance in them, and in the mean of the others as they vary. Without: whether it lies
    where one more authority of their kind would 19 times in 20; if it does, it can't be judged.
    """
    spread = float(np.std(others, ddof=1)) if len(others) > 1 else 0.0
    difference = value - float(np.mean(others))
    if children:
        margin = _normal() * math.hypot(_error(value, children), spread / math.sqrt(len(others)))
        return Judged(difference, _verdict(difference, margin, better), "children")
    if len(others) < FEWEST:
        return Judged(difference, "", "")
    margin = _student(len(others) - 1) * spread * math.sqrt(1 + 1 / len(others))
    return Judged(difference, _by_neighbours(difference, margin, better), "neighbours")


def beside_earlier(
    now: float, then: float, children: tuple[float | None, float | None], changes: Sequence[float], better: str
) -> Judged:
    """Return how a value lies beside the same authority's earlier one; `changes` are its neighbours' between those years."""
    difference = now - then
    if children[0] and children[1]:
        margin = _normal() * math.hypot(_error(now, children[0]), _error(then, children[1]))
        return Judged(difference, _verdict(difference, margin, better), "children")
    if len(changes) < FEWEST:
        return Judged(difference, "", "")
    margin = _student(len(changes) - 1) * float(np.std(changes, ddof=1))
    return Judged(difference, _by_neighbours(difference, margin, better), "neighbours")


def _by_neighbours(difference: float, margin: float, better: str) -> str:
    """Return a verdict where chance in the children isn't known: that nothing sets an authority apart is no finding."""
    verdict = _verdict(difference, margin, better)
    return UNJUDGED if verdict == SAME else verdict


def _verdict(difference: float, margin: float, better: str) -> str:
    if abs(difference) <= margin:
        return SAME
    if not better:
        return "higher" if difference > 0 else "lower"
    return "better" if (difference > 0) == (better == "higher") else "worse"


def _error(percent: float, children: float) -> float:
    """Return the standard error of a percentage, two more of each kind counted so that 0 % has one (Agresti and Coull)."""
    share = (min(max(percent / 100, 0.0), 1.0) * children + 2) / (children + 4)
    return 100 * math.sqrt(share * (1 - share) / (children + 4))


def _normal() -> float:
    from scipy.stats import norm

    return float(norm.ppf(1 - CHANCE / 2))


def _student(freedom: int) -> float:
    from scipy.stats import t

    return float(t.ppf(1 - CHANCE / 2, freedom))
