"""Growth in plans slows as the share of children who have one nears the most thought possible."""

from __future__ import annotations

import numpy as np

from sufficiency.forecast.rates.rates import Floats


def slowed(growth: Floats, share: Floats, most: float, steepness: float) -> Floats:
    """Return log growth, less of it the nearer plans per child come to `most`; a fall is left as it is.

    What is left of growth is 1 - (share / most) ** steepness, as a part of what was left in the base year: nothing is taken in
    the first year, little while the share is well below the most, all at the most.

    Parameters
    ----------
    growth
        Log growth of all plans: draw x year x authority.
    share
        Plans per child in the base year, by authority. [share of children aged 0 to 24]
    most
        The most thought possible; an authority that is there already doesn't grow. [the same]
    steepness
        The higher, the later growth slows.

    Examples
    --------
    >>> slowed(np.full((1, 3, 1), 0.1), np.array([0.05]), most=0.1, steepness=3).round(3).ravel().tolist()
    [0.1, 0.095, 0.089]
    """
    found, now = growth.copy(), np.broadcast_to(share, (growth.shape[0], growth.shape[2])).copy()
    at_first = _left(share, most, steepness)
    with np.errstate(divide="ignore", invalid="ignore"):
        for year in range(growth.shape[1]):
            part = np.where(at_first > 0, np.minimum(_left(now, most, steepness) / at_first, 1.0), 0.0)
            found[:, year] = np.where(growth[:, year] > 0, growth[:, year] * part, growth[:, year])
            now = now * np.exp(found[:, year])
    return found


def _left(share: Floats, most: float, steepness: float) -> Floats:
    return np.asarray(np.maximum(1 - (share / most) ** steepness, 0.0))
