"""Time and age, stated once: the January census, the 31 August rule, academic and financial years.

`year` is a January: the census in January 2025 falls in academic year 2024/25 and is `year` 2025.
`ncy` is age on the 31 August before, less 4: Reception 0, Year 1 1; -4 to 20 in all.
`financial_year` 2025 is April 2025 to March 2026.
Sources: DfE, SEN2 census guide; DfE, *High needs funding: operational guide*, "Place funding".
"""

from __future__ import annotations

from datetime import date
from typing import Final, TypeVar, overload

import numpy as np
import numpy.typing as npt

Whole = TypeVar("Whole", int, npt.NDArray[np.int64])
Names = npt.NDArray[np.object_]

NCY_LOW: Final = -4
NCY_HIGH: Final = 20
LAST_YEAR: Final = 2100  # as far as any table or forecast reaches [year]
NCYS: Final = tuple(range(NCY_LOW, NCY_HIGH + 1))

PHASES: Final[dict[str, tuple[int, int]]] = {
    "early_years": (-4, -1),
    "primary": (0, 6),
    "secondary": (7, 11),
    "post_16": (12, 14),
    "post_19": (15, 20),
}

# The DSG management plan groups by age on 31 August.
AGE_GROUPS: Final[dict[str, tuple[int, int]]] = {
    "under 5": (0, 4),
    "5-10": (5, 10),
    "11-15": (11, 15),
    "16-19": (16, 19),
    "20-25": (20, 25),
}


def ncy_of(born: date, year: int) -> int:
    """Return the National Curriculum year, in January of `year`, of someone born on `born`."""
    had_birthday = (born.month, born.day) <= (8, 31)
    return year - 1 - born.year - (0 if had_birthday else 1) - 4


def age_of(ncy: Whole) -> Whole:
    """Return age on the 31 August before the academic year. [years]"""
    return ncy + 4


@overload
def phase_of(ncy: int) -> str: ...
@overload
def phase_of(ncy: npt.NDArray[np.integer]) -> Names: ...
def phase_of(ncy: int | npt.NDArray[np.integer]) -> str | Names:
    """Return the phase of one NCY (a name) or of many (an array of names)."""
    return _band(ncy, PHASES)


@overload
def age_group_of(ncy: int) -> str: ...
@overload
def age_group_of(ncy: npt.NDArray[np.integer]) -> Names: ...
def age_group_of(ncy: int | npt.NDArray[np.integer]) -> str | Names:
    """Return the DSG age group of one NCY (a name) or of many (an array of names)."""
    return _band(np.asarray(ncy) + 4 if np.ndim(ncy) else int(ncy) + 4, AGE_GROUPS)


def _band(value: int | npt.NDArray[np.integer], bands: dict[str, tuple[int, int]]) -> str | Names:
    names = np.array(list(bands), dtype=object)
    tops = np.array([high for _, high in bands.values()])
    found = names[np.minimum(np.searchsorted(tops, np.asarray(value)), len(names) - 1)]
    return found if np.ndim(value) else str(found)


def academic_label(year: int) -> str:
    """Return '2024/25' for the academic year that holds January 2025."""
    return f"{year - 1}/{year % 100:02d}"


def financial_label(financial_year: int) -> str:
    """Return '2025-26' for the financial year that starts in April 2025."""
    return f"{financial_year}-{(financial_year + 1) % 100:02d}"


def academic_weights(financial_year: int, *, post_16: bool = False) -> dict[int, float]:
    """Return the share of a financial year that falls in each academic year, by its January `year`.

    April to August is five twelfths and September to March seven; post-16 places run from August, so four and eight.
    """
    before = 4 if post_16 else 5
    return {financial_year: before / 12, financial_year + 1: (12 - before) / 12}


def january_of_mid_year(mid_year: int) -> int:
    """Return the January that an ONS mid-year estimate feeds: mid-2024 gives January 2025, with ncy = age - 4."""
    return mid_year + 1
