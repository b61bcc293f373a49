"""Individual Support Plans: children who move to one from a plan at the end of a key stage, kept and counted as they age.

A child who had a plan at the January before, and whose setting and NCY are reviewed, has a support plan instead with the
share that the setting reached has. Those who come from a setting that is not reviewed keep their plan wherever they go,
and so do those who joined or moved into the area within the year.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.words.vocabulary import SPECIALIST


def ageing(rates: Rates) -> Rates:
    """Return the rates of children who have a support plan: they leave as those with plans do, and move where they must.

    Nobody joins them but from a plan, and none goes to a specialist setting, which needs a plan.
    """
    open_to = np.array([setting not in SPECIALIST for setting in rates.settings], dtype=np.float64)
    nobody: Floats = np.zeros(rates.shape)
    return replace(
        rates,
        joining=nobody,
        transfers=nobody,
        moving=np.where(rates.moving >= 1, 1.0, 0.0),
        destinations=rates.destinations * open_to,
    )
