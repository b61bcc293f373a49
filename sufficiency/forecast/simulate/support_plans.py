"""Individual Support Plans: children who move to one from a plan at the end of a key stage, kept and counted as they age.

A child who had a plan at the January before, and whose setting and NCY are reviewed, has a support plan instead with the
share that the setting reached has. Those who come from a setting that is not reviewed keep their plan wherever they go,
and so do those who joined or moved into the area within the year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.simulate import changes
from sufficiency.words.vocabulary import SPECIALIST


@dataclass(frozen=True, eq=False)
class Reviews:
    """Shares who move from a plan to a support plan by one January, by state arrived in, as a line in the order used inside."""

    share: Floats
    is_reviewed: NDArray[np.bool_]  # by the state left the January before

    @classmethod
    def of(cls, share: Floats) -> Reviews:
        """Return the reviews that shares make: authority x ncy x need x setting_type, by the state arrived in."""
        from_state = np.zeros(share.shape, dtype=np.bool_)
        from_state[:, :-1] = share[:, 1:] > 0
        return cls(share.swapaxes(1, 2).ravel(), from_state.swapaxes(1, 2).ravel())

    def moved(
        self,
        plans: NDArray[np.int32],
        flows: tuple[NDArray[np.int64], ...],
        rng: np.random.Generator,
    ) -> NDArray[np.int32]:
        """Return how many of `plans` become support plans, by draw and state; `flows` as one year of `cohort` gives them."""
        joiners, moved_to, moved_from, _, transfers = flows
        states = len(self.share)
        kept = moved_to[~self.is_reviewed[moved_from % states]]
        at = np.flatnonzero(self.share)
        new = np.bincount(np.concatenate([joiners, transfers, kept]), minlength=plans.size).reshape(-1, states)
        held = plans.reshape(-1, states)
        found = np.zeros(held.shape, dtype=np.int32)
        found[:, at] = rng.binomial(held[:, at] - new[:, at], self.share[at])
        return found.reshape(plans.shape)


def reviews(asked: pd.DataFrame, year: int, labels: changes.Labels) -> Reviews | None:
    """Return the reviews that levers ask for by January `year`, or None where there are none."""
    share = changes.reviewed(asked, year, labels)
    return None if share is None else Reviews.of(share)


def ageing(rates: Rates) -> Rates:
    """Return the rates of children who have a support plan: they leave as those with plans do, and move where they must.

    Nobody joins them but from a plan, and none goes to a specialist setting, which needs a plan.
    """
    open_to = np.array([setting not in SPECIALIST for setting in rates.settings], dtype=np.float64)
    nobody: Any = np.zeros(rates.shape)
    return replace(
        rates,
        joining=nobody,
        transfers=nobody,
        moving=np.where(rates.moving >= 1, 1.0, 0.0),
        destinations=rates.destinations * open_to,
    )
