"""What chance knows a setting by: what it is and where, never what it is called, so that renaming one changes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Keys = npt.NDArray[np.uint64]

# What tells one setting from another, whatever it is called.
SEEN: Final = ("setting_type", "easting", "northing", "ncy_low", "ncy_high")


def keys(settings: pd.DataFrame) -> Keys:
    """Return a number for each setting, which its name and the others on the list leave as it is.

    Examples
    --------
    >>> some = pd.DataFrame({"setting_type": "special", "easting": [1.0, 2.0], "northing": 1.0, "ncy_low": 0, "ncy_high": 11})
    >>> bool(keys(some)[1] == keys(some.iloc[1:])[0])
    True
    """
    alike: Counter[str] = Counter()
    found = []
    for row in settings[list(SEEN)].itertuples(index=False):
        told = "|".join(str(value) for value in row)
        digest = hashlib.blake2b(f"{told}|{alike[told]}".encode(), digest_size=8).digest()
        found.append(int.from_bytes(digest, "little"))
        alike[told] += 1
    return np.array(found, dtype=np.uint64)
