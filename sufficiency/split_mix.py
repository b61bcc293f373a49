"""Chance that is worked out from what it is for, and not drawn in turn: the same whatever else is asked.

The mixing is SplitMix64's (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

STRIDE: Final = np.uint64(0x9E3779B97F4A7C15)  # apart from one another: neighbours of a count, before they are mixed
FIRST_FACTOR: Final = np.uint64(0xBF58476D1CE4E5B9)
SECOND_FACTOR: Final = np.uint64(0x94D049BB133111EB)
ROUNDS: Final = ((30, FIRST_FACTOR), (27, SECOND_FACTOR), (31, None))


def mixed(words: Words) -> Words:
    """Return words whose bits are each as good as a coin's, one for each of `words`; those are left as they are."""
    found, shifted = words.copy(), np.empty_like(words)
    for shift, factor in ROUNDS:
        np.right_shift(found, np.uint64(shift), out=shifted)
        np.bitwise_xor(found, shifted, out=found)
        if factor is not None:
            np.multiply(found, factor, out=found)
    return found
