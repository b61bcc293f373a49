"""What openings are chosen for, in words, and the parts that every plan is measured in.

Children are placed as `places` places them, whatever the aim: a suitable place before anything is saved. The aim only
says which plan is best. `cash` counts what is paid and the stated value of children's minutes; `children` how many are
turned away from every suitable state place; `minutes` how long they travel. Of plans that do as well, the cheapest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.errors import InputError, nearest, one_of
from sufficiency.frozen import frozen

Floats = npt.NDArray[np.float64]

# Of placing children, as value_of_a_place has them; `time_gbp` is the stated value of the minutes.
PLACING: Final = ("fees_gbp", "packages_gbp", "journeys_gbp", "time_gbp", "minutes", "turned_away")
# Of opening: place funding and other yearly cost of places, setting up, and capital repaid over its life.
OPENING: Final = ("places_gbp", "set_up_gbp", "repayments_gbp")
IS_MONEY: Final = np.array([part.endswith("_gbp") for part in PLACING], dtype=np.float64)
A_POUND: Final = 1e-9  # beside a child or a minute: it decides between plans that are otherwise alike


@frozen
@dataclass(frozen=True, eq=False)
class Aim:
    """How plans are compared: the weight of each part of placing, and of a pound of opening."""

    name: str
    unit: str  # as it ends the names of columns
    placing: Floats  # by PLACING
    money: float


def _aim(name: str, unit: str, counts: str | None) -> Aim:
    money = 1.0 if counts is None else A_POUND
    weights = IS_MONEY * money
    if counts is not None:
        weights[PLACING.index(counts)] = 1.0
    return Aim(name, unit, weights, money)


CASH: Final = _aim("cash", "gbp", None)
AIMS: Final = {
    aim.name: aim for aim in (CASH, _aim("children", "children", "turned_away"), _aim("minutes", "minutes", "minutes"))
}


def aim_of(name: str) -> Aim:
    """Return the aim of a name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in AIMS:
        raise InputError(f"aim: {name!r} is not one of {one_of(AIMS)}{nearest(str(name), AIMS)}")
    return AIMS[name]
