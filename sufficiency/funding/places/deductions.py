"""Deductions from the high needs block for places that DfE pays direct, to the pound as published."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError, nearest, one_of
from sufficiency.funding.places import place_plus


def place_deduction(before: float, after: float, *, rate_gbp: float, is_post_16: bool = False) -> int:
    """Return the block's deduction for places that DfE pays direct, to the pound as published. [GBP]

    Parameters
    ----------
    before, after
        Places to August (July after 16) and from September (August after 16). [places]
    rate_gbp
        What a place is paid. [GBP a year]

    Notes
    -----
    Each part of the year has a rate a place in whole pence (10,000 is 4,166.67 to August and 5,833.33 after), and the
    sum is rounded up to the pound: every published deduction of an authority from 2020-21 to 2023-24 follows.
    """
    if min(before, after, rate_gbp) < 0:
        raise InputError(f"places {before:g} and {after:g} at {rate_gbp:g} GBP: none can be below 0")
    months = 4 if is_post_16 else 5
    first, second = round(rate_gbp * months / 12, 2), round(rate_gbp * (12 - months) / 12, 2)
    return int(np.ceil(round(before * first + after * second, 4) - 1e-6))


# What DfE deducts by, in the order of its sheet: (name, rate, whether after 16).
DEDUCTIONS: Final[tuple[tuple[str, str, bool], ...]] = (
    ("mainstream_academy_unit_occupied", "unit_place_occupied_gbp", False),
    ("mainstream_academy_unit_empty", "unit_place_empty_gbp", False),
    ("mainstream_academy_post_16", "post_16_place_gbp", True),
    ("mainstream_academy_alternative_provision", "alternative_provision_place_gbp", False),
    ("special_academy", "special_place_gbp", False),
    ("special_academy_post_16", "special_place_gbp", True),
    ("special_academy_alternative_provision", "alternative_provision_place_gbp", False),
    ("special_free_school", "special_place_gbp", False),
    ("special_free_school_post_16", "special_place_gbp", True),
    ("special_free_school_alternative_provision", "alternative_provision_place_gbp", False),
    ("alternative_provision_academy_sen", "special_place_gbp", False),
    ("alternative_provision_academy_post_16", "post_16_place_gbp", True),
    ("alternative_provision_academy", "alternative_provision_place_gbp", False),
    ("sixteen_to_nineteen_academy", "post_16_place_gbp", True),
    ("further_education_and_ilp", "post_16_place_gbp", True),
)


def place_deductions(places: pd.DataFrame, *, financial_year: int, hospital_gbp: float = 0.0) -> pd.Series:
    """Return the deduction from the block for each kind of place that DfE pays direct, with `hospital` and `total`.

    Parameters
    ----------
    places
        One row for each kind: `kind` (a name in `DEDUCTIONS`), `before`, `after`. [places]
    hospital_gbp
        Hospital academies, which are paid a sum and not by the place. [GBP]
    """
    known = {kind: (rate, late) for kind, rate, late in DEDUCTIONS}
    unknown = [k for k in places["kind"] if k not in known]
    if unknown:
        raise InputError(f"'{unknown[0]}' is not one of {one_of(known)}{nearest(unknown[0], known)}")
    found = {
        row.kind: place_deduction(
            row.before,
            row.after,
            rate_gbp=place_plus.rate_gbp(known[row.kind][0], financial_year),
            is_post_16=known[row.kind][1],
        )
        for row in places.itertuples()
    }
    found["hospital"] = round(hospital_gbp)
    return pd.Series(found | {"total": sum(found.values())}, name="deduction_gbp")
