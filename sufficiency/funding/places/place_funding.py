"""Place funding: what each setting is paid for its commissioned places in a financial year, filled or empty."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sufficiency.errors import InputError, one_of
from sufficiency.funding.places.place_plus import PROVIDER, UNITS, rate_gbp, rate_name
from sufficiency.words.school_year import academic_label, academic_weights, financial_label


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
    is_unit = given["setting_type"].isin(UNITS)
    empty = (given["places"] - given["occupied"]).clip(lower=0, upper=pre_places)
    extra = rate_gbp("unit_place_empty_gbp", financial_year) - rate_gbp("unit_place_occupied_gbp", financial_year)
    pre = pre + empty.where(is_unit, 0) * extra
    return pre, given["post_16_places"] * _rates(given["setting_type"], financial_year, is_post_16=True)


def _rates(setting_types: pd.Series, financial_year: int, *, is_post_16: bool) -> pd.Series:
    """Return what the high needs block pays for a place of each type: nothing where DfE pays it direct."""
    names = {t: rate_name(t, is_post_16=is_post_16) for t in setting_types.unique()}
    paid = {
        t: rate_gbp(name, financial_year) if name and payer == PROVIDER else 0.0 for t, (name, payer) in names.items()
    }
    return setting_types.map(paid).astype("float64")
