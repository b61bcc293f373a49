"""Place-plus: what each type of setting is paid for a place, by whom, and the share of it that falls in a financial year.

Element 1 is core funding, element 2 the first of additional cost, element 3 the top-up that follows the child
(`funding.top_up`). The authority where a setting is pays for its places, filled or empty; the authority where a child
lives pays the top-up. Places at academies and colleges are paid by DfE and deducted from the block (recoupment).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import policy
from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.words.school_year import academic_label, academic_weights, financial_label
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
_UNITS: Final = ("sen_unit", "resourced_provision")


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
    name, payer = _rate_name(setting_type, is_post_16=is_post_16, is_occupied=is_occupied)
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
                if not is_occupied and (setting_type not in _UNITS or is_post_16):
                    continue
                found = elements(
                    setting_type, financial_year=financial_year, is_post_16=is_post_16, is_occupied=is_occupied
                )
                rows.append(
                    {
                        "setting_type": setting_type,
                        "stage": "post-16" if is_post_16 else "pre-16",
                        "state": ("occupied" if is_occupied else "empty") if setting_type in _UNITS else "either",
                        "element_1_gbp": found.element_1_gbp,
                        "element_2_gbp": found.element_2_gbp,
                        "place_gbp": found.place_gbp,
                        "paid_by": found.place_paid_by,
                    }
                )
    return pd.DataFrame(rows)


def place_funding(places: pd.DataFrame, *, financial_year: int) -> pd.DataFrame:
    """Return what each setting is paid for its commissioned places, filled or empty.

    Parameters
    ----------
    places
        One row per setting and academic year: `setting`, `setting_type`, `year` (the January in it), `places`, and where
        known `post_16_places` (of those) and `occupied` (of units and resourced provision, filled at the October
        census; by default all). [places]
    financial_year
        The year that starts on 1 April. Before 16, five twelfths come from the academic year before; after, four.

    Returns
    -------
    DataFrame
        setting, setting_type, pre_16_gbp, post_16_gbp, place_funding_gbp: the financial year's. [GBP]

    Raises
    ------
    InputError
        If a setting lacks either academic year, or places or those occupied are below 0 or don't fit; names it.
    """
    given = _checked(places)
    wanted = tuple(academic_weights(financial_year))
    given = given[given["year"].isin(wanted)]
    have = given.groupby("setting")["year"].agg(set).reindex(places["setting"].unique())
    for setting, years in have.items():
        lacking = [y for y in wanted if not isinstance(years, set) or y not in years]
        if lacking:
            raise InputError(
                f"{setting} has no places for {' or '.join(academic_label(y) for y in lacking)}: financial year "
                f"{financial_label(financial_year)} takes from {academic_label(wanted[0])} and {academic_label(wanted[1])}; "
                "give both, the same number again where it does not change"
            )
    before_16, after_16 = (
        given["year"].map(academic_weights(financial_year, post_16=late)).astype("float64") for late in (False, True)
    )
    pre, post = _annual(given, financial_year)
    paid = given.assign(pre_16_gbp=pre * before_16, post_16_gbp=post * after_16)
    total = paid.groupby(["setting", "setting_type"], sort=False)[["pre_16_gbp", "post_16_gbp"]].sum().reset_index()
    return total.assign(place_funding_gbp=total["pre_16_gbp"] + total["post_16_gbp"])


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
        One row a kind: `kind` (a name in `DEDUCTIONS`), `before`, `after`. [places]
    hospital_gbp
        Hospital academies, which are paid a sum and not by the place. [GBP]
    """
    known = {kind: (rate, late) for kind, rate, late in DEDUCTIONS}
    unknown = [k for k in places["kind"] if k not in known]
    if unknown:
        raise InputError(f"'{unknown[0]}' is not one of {one_of(known)}{nearest(unknown[0], known)}")
    found = {
        row.kind: place_deduction(
            row.before, row.after, rate_gbp=rate_gbp(known[row.kind][0], financial_year), is_post_16=known[row.kind][1]
        )
        for row in places.itertuples()
    }
    found["hospital"] = round(hospital_gbp)
    return pd.Series(found | {"total": sum(found.values())}, name="deduction_gbp")


def rate_gbp(name: str, financial_year: int) -> float:
    """Return a place rate; a `MissingError` says for which years there is one."""
    found = policy.rate(f"funding.{name}")
    if financial_year < min(found.values).year:
        raise MissingError(
            f"no tariff '{name}' is known for {financial_label(financial_year)}: there is one for "
            f"{financial_label(min(found.values).year)} and every year after it"
        )
    return found.on(date(financial_year, 4, 1))


def _rate_name(setting_type: str, *, is_post_16: bool, is_occupied: bool = True) -> tuple[str | None, str]:
    before, after, payer = _RATES.get(setting_type, (None, None, RESIDENT))
    if setting_type in _UNITS and not is_post_16 and not is_occupied:
        return "unit_place_empty_gbp", payer
    return (after if is_post_16 else before), payer


def _checked(places: pd.DataFrame) -> pd.DataFrame:
    lacking = [c for c in ("setting", "setting_type", "year", "places") if c not in places]
    if lacking:
        raise InputError(f"places lack the column '{lacking[0]}'; they have {one_of(places.columns)}")
    given = places.assign(
        post_16_places=places.get("post_16_places", 0), occupied=places.get("occupied", places["places"])
    )
    for column in ("places", "post_16_places", "occupied"):
        _refuse(given, given[column] < 0, f"{column} below 0")
    _refuse(given, given["post_16_places"] > given["places"], "more places after 16 than in all")
    repeated = given.duplicated(["setting", "year"])
    _refuse(given, repeated, "the same academic year twice")
    return given


def _refuse(given: pd.DataFrame, wrong: Iterable[bool], says: str) -> None:
    bad = given[np.asarray(wrong, dtype=bool)]
    if len(bad):
        first = bad.iloc[0]
        raise InputError(
            f"{first['setting']} in {academic_label(int(first['year']))}: {says} ({first['places']} places)"
        )


def _annual(given: pd.DataFrame, financial_year: int) -> tuple[pd.Series, pd.Series]:
    """Return what each row's places before and after 16 would be paid over a whole year. [GBP]"""
    pre_places = given["places"] - given["post_16_places"]
    pre_rate = _rates(given["setting_type"], financial_year, is_post_16=False)
    pre = pre_places * pre_rate
    is_unit = given["setting_type"].isin(_UNITS)
    empty = (given["places"] - given["occupied"]).clip(lower=0, upper=pre_places)
    extra = rate_gbp("unit_place_empty_gbp", financial_year) - rate_gbp("unit_place_occupied_gbp", financial_year)
    pre = pre + empty.where(is_unit, 0) * extra
    return pre, given["post_16_places"] * _rates(given["setting_type"], financial_year, is_post_16=True)


def _rates(setting_types: pd.Series, financial_year: int, *, is_post_16: bool) -> pd.Series:
    """Return what the high needs block pays for a place of each type: nothing where DfE pays it direct."""
    names = {t: _rate_name(t, is_post_16=is_post_16) for t in setting_types.unique()}
    paid = {
        t: rate_gbp(name, financial_year) if name and payer == PROVIDER else 0.0 for t, (name, payer) in names.items()
    }
    return setting_types.map(paid).astype("float64")
