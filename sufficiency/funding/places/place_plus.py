"""Place-plus: what each type of setting is paid for a place, and by whom.

Element 1 is core funding, element 2 the first of additional cost, element 3 the top-up that follows the child
(`funding.top_up`). The authority where a setting is pays for its places, filled or empty; the authority where a child
lives pays the top-up. Places at academies and colleges are paid by DfE and deducted from the block (recoupment).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import policy
from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.words.school_year import financial_label
from sufficiency.words.vocabulary import SETTING_TYPES

FORMULA: Final = "the school's own formula"  # who pays element 1 where the high needs block does not
PROVIDER: Final = "authority where the setting is"
RESIDENT: Final = "authority where the child lives"
DFE: Final = "DfE direct"

# DfE, *High needs funding: operational guide*: (rate of a place before 16, after 16, who pays it), by type of setting.
_RATES: Final[dict[str, tuple[str | None, str | None, str]]] = {
    "mainstream": (None, "post_16_place_gbp", PROVIDER),
    "sen_unit": ("unit_place_occupied_gbp", "post_16_place_gbp", PROVIDER),
    "resourced_provision": ("unit_place_occupied_gbp", "post_16_place_gbp", PROVIDER),
    "special": ("special_place_gbp", "special_place_gbp", PROVIDER),
    "alternative_provision": ("alternative_provision_place_gbp", "post_16_place_gbp", PROVIDER),
    "further_education": (None, "post_16_place_gbp", PROVIDER),
    "non_maintained_special": ("non_maintained_place_gbp", "non_maintained_place_gbp", DFE),
    "specialist_post_16": (None, "specialist_post_16_place_gbp", DFE),
    "independent_special": (None, None, RESIDENT),
}
_SPLIT_ELEMENTS: Final = ("special_place_gbp", "alternative_provision_place_gbp", "non_maintained_place_gbp")
UNITS: Final = ("sen_unit", "resourced_provision")


@dataclass(frozen=True)
class Elements:
    """What one place, and the child in it, brings in a year. [GBP]"""

    element_1_gbp: float  # NaN where the school's own formula pays it, which high needs does not see
    element_2_gbp: float
    element_3_gbp: float
    place_gbp: float  # elements 1 and 2 as far as the high needs block pays them
    place_paid_by: str
    top_up_paid_by: str = RESIDENT

    @property
    def authority_gbp(self) -> float:
        """What authorities pay for it from high needs: the place, unless DfE pays it direct, and the top-up."""
        return (0.0 if self.place_paid_by == DFE else self.place_gbp) + self.element_3_gbp


def elements(
    setting_type: str,
    *,
    financial_year: int,
    is_post_16: bool = False,
    is_occupied: bool = True,
    top_up_gbp: float = 0.0,
) -> Elements:
    """Return elements 1, 2 and 3 of a place. [GBP a year]

    Parameters
    ----------
    setting_type
        One of `vocabulary.SETTING_TYPES`.
    financial_year
        The year that starts on 1 April.
    is_post_16
        Whether the place is for NCY 12 and above.
    is_occupied
        Whether it was filled at the October census; only units and resourced provision are paid differently.
    top_up_gbp
        Element 3, or the whole fee of an independent school; 0 where the place is empty. [GBP a year]

    Raises
    ------
    InputError
        If the type is unknown or the top-up is below 0.
    MissingError
        If no tariff is known for the year; the message says from which year there is one.
    """
    if setting_type not in SETTING_TYPES:
        raise InputError(
            f"'{setting_type}' is not one of {one_of(SETTING_TYPES)}{nearest(setting_type, SETTING_TYPES)}"
        )
    if not np.isfinite(top_up_gbp) or top_up_gbp < 0:
        raise InputError(f"top-up at {setting_type}: {top_up_gbp:g} is below 0 or not a number")
    name, payer = rate_name(setting_type, is_post_16=is_post_16, is_occupied=is_occupied)
    place = rate_gbp(name, financial_year) if name else 0.0
    if name in _SPLIT_ELEMENTS or name == "unit_place_empty_gbp":
        second = rate_gbp("post_16_place_gbp", financial_year)
        return Elements(place - second, second, top_up_gbp, place, payer)
    if setting_type == "independent_special":
        return Elements(0.0, 0.0, top_up_gbp, 0.0, RESIDENT)
    if setting_type == "mainstream" and not is_post_16:
        threshold = policy.value("funding.mainstream_threshold_gbp", on=financial_year)
        return Elements(np.nan, threshold, top_up_gbp, 0.0, FORMULA)
    return Elements(np.nan, place, top_up_gbp, place, payer)


def tariff(financial_year: int) -> pd.DataFrame:
    """Return what a place of each kind is paid: setting_type, stage, state, element_1_gbp, element_2_gbp, place_gbp, paid_by."""
    rows = []
    for setting_type in _RATES:
        for is_post_16 in (False, True):
            for is_occupied in (True, False):
                if not is_occupied and (setting_type not in UNITS or is_post_16):
                    continue
                found = elements(
                    setting_type, financial_year=financial_year, is_post_16=is_post_16, is_occupied=is_occupied
                )
                rows.append(
                    {
                        "setting_type": setting_type,
                        "stage": "post-16" if is_post_16 else "pre-16",
                        "state": ("occupied" if is_occupied else "empty") if setting_type in UNITS else "either",
                        "element_1_gbp": found.element_1_gbp,
                        "element_2_gbp": found.element_2_gbp,
                        "place_gbp": found.place_gbp,
                        "paid_by": found.place_paid_by,
                    }
                )
    return pd.DataFrame(rows)


def rate_gbp(name: str, financial_year: int) -> float:
    """Return a place rate; a `MissingError` says for which years there is one."""
    found = policy.rate(f"funding.{name}")
    if financial_year < min(found.values).year:
        raise MissingError(
            f"no tariff '{name}' is known for {financial_label(financial_year)}: there is one for "
            f"{financial_label(min(found.values).year)} and every year after it"
        )
    return found.on(date(financial_year, 4, 1))


def rate_name(setting_type: str, *, is_post_16: bool, is_occupied: bool = True) -> tuple[str | None, str]:
    """Return the name of the rate that a place is paid by, None where it is paid none, and who pays it."""
    before, after, payer = _RATES.get(setting_type, (None, None, RESIDENT))
    if setting_type in UNITS and not is_post_16 and not is_occupied:
        return "unit_place_empty_gbp", payer
    return (after if is_post_16 else before), payer
