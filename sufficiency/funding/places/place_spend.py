"""Place funding over the forecast: commissioned places, filled or empty, by financial year and the authority that pays.

Places at settings outside the area are paid by others. A setting whose number of places isn't known is paid for the
children there. Colleges and alternative provision are paid as published for the authority where that is known
(`services.other_places`), otherwise by their places, unless those are an assumption.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.funding.budget_lines import SPLIT, stream_of
from sufficiency.funding.funded_children import LATE
from sufficiency.funding.places.place_plus import rate_gbp
from sufficiency.funding.top_up.services import OTHER_PLACE_TYPES, OTHER_PLACES_ITEM
from sufficiency.tables import PlacedResult
from sufficiency.words.school_year import academic_weights

UNITS: Final = ("sen_unit", "resourced_provision")
PAID: Final = ("special", *UNITS, "alternative_provision", "further_education")


def place_spend(area: Area, placed: PlacedResult, financial_years: Sequence[int]) -> xr.DataArray:
    """Return place funding: draw x financial_year x authority (that pays) x stream. [GBP]

    Parameters
    ----------
    area
        With settings and places.
    placed
        Children by setting: units are paid by them, filled or empty; and the places that opened in each draw, paid as
        places before or after 16 by the ages of the children at the setting.
    financial_years
        Each needs its own January and the next among those placed.
    """
    attending = placed.attending
    settings = paid_settings(area)
    years = sorted({y for f in financial_years for y in (f, f + 1)})
    pre, post = places_by_year(area, settings, years)
    added = placed.added_places(list(settings["setting"]), years)
    filled, after_16 = (_filled(attending, settings, years, phases) for phases in (None, LATE))
    late = {y: _late_share(settings, filled[y], after_16[y]) * added[:, n] for n, y in enumerate(years)}
    is_listed = settings["has_number"].to_numpy(dtype=bool)
    first = {
        y: np.where(is_listed, pre.loc[y].to_numpy(dtype=float) + added[:, n] - late[y], filled[y] - after_16[y])
        for n, y in enumerate(years)
    }
    second = {y: np.where(is_listed, post.loc[y].to_numpy(dtype=float) + late[y], after_16[y]) for y in years}
    # Places after 16 take children of that age; what is left of all children fills the places before 16.
    younger = {y: filled[y] - np.minimum(after_16[y], second[y]) for y in years}
    streams = [stream_of(str(t), is_academy=bool(a)) for t, a in settings[["setting_type", "is_academy"]].to_numpy()]
    names = list(dict.fromkeys(streams))
    shape = (attending.sizes["draw"], len(financial_years), len(area.authorities), len(names))
    spend = xr.DataArray(
        np.zeros(shape),
        coords={
            "draw": attending["draw"].values,
            "financial_year": list(financial_years),
            "authority": list(area.authorities),
            "stream": names,
        },
        dims=("draw", "financial_year", "authority", "stream"),
    )
    overfill = area.value("funding.overfill_place_share")
    if not 0 <= overfill <= 1:
        raise InputError(f"funding.overfill_place_share: {overfill:g} is not a share between 0 and 1")
    for financial_year in financial_years:
        gbp = _paid(settings, (first, second), (younger, filled), financial_year, overfill)
        for i, (authority, stream) in enumerate(zip(settings["authority"], streams, strict=True)):
            spend.loc[{"financial_year": financial_year, "authority": authority, "stream": stream}] += gbp[:, i]
    return spend


def paid_settings(area: Area) -> pd.DataFrame:
    """Return the settings whose places an authority of the area pays for: its own, of a kind with place funding."""
    own = area.settings[area.settings["authority"].isin(list(area.authorities)) & area.settings["is_in_area"]]
    own = own[own["setting_type"].isin(PAID)]
    given = area.high_needs.loc[area.high_needs["item"] == OTHER_PLACES_ITEM, "authority"]
    is_other = own["setting_type"].isin(OTHER_PLACE_TYPES)
    counted = ~is_other | ~(own["authority"].isin(given) | own["is_estimate"])
    return own[counted].reset_index(drop=True)


def places_by_year(area: Area, settings: pd.DataFrame, years: Sequence[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return places before 16 and after, year x setting; a year not listed keeps the one before. [places]"""
    codes = list(settings["setting"])
    rows = area.places[area.places["setting"].isin(codes)]
    below = rows[(rows[["places", "post_16_places"]] < 0).any(axis=1)]
    if len(below):
        setting, year, places, late = below[["setting", "year", "places", "post_16_places"]].iloc[0]
        raise InputError(f"{setting} has {places} places in {year}, {late} of them after 16: below 0")
    if rows.empty:  # none of them has a known number
        never = pd.DataFrame(0.0, index=list(years), columns=codes)
        return never, never.copy()
    wide = rows.pivot_table(index="year", columns="setting", values=["places", "post_16_places"], aggfunc="last")
    wide = wide.reindex(sorted({*wide.index, *years})).ffill().fillna(0)
    total = wide["places"].reindex(columns=codes, fill_value=0.0).loc[list(years)]
    late = wide["post_16_places"].reindex(columns=codes, fill_value=0.0).loc[list(years)]
    colleges = list(settings.loc[settings["setting_type"] == "further_education", "setting"])
    late[colleges] = total[colleges]
    return total - late, late


def commissioned(area: Area, years: Sequence[int]) -> pd.DataFrame:
    """Return the places that an area's authorities pay for, one row for each setting and January, as `place_funding` takes.

    Columns setting, setting_type, year, places, post_16_places; settings without a known number are left out. [places]
    """
    settings = paid_settings(area)
    settings = settings[settings["has_number"]].reset_index(drop=True)
    pre, post = places_by_year(area, settings, years)
    rows = settings[["setting", "setting_type"]].merge(pd.Series(list(years), name="year"), how="cross")
    late = post.unstack().to_numpy()
    return rows.assign(places=pre.unstack().to_numpy() + late, post_16_places=late)


def commissioned_beyond(area: Area, authority: str) -> float:
    """Return special place funding as last published less that of the places listed in the base year. [GBP a year]

    Capacity in a school register is not the number of places commissioned; 0 where no funding is published.
    """
    own = area.high_needs[area.high_needs["item"] == "special_place_funding_gbp"]
    given = own[(own["authority"] == authority) & (own["financial_year"] <= area.base_year)]
    if given.empty:
        return 0.0
    last = given.sort_values("financial_year").iloc[-1]
    settings = paid_settings(area)
    listed = settings[(settings["authority"] == authority) & (settings["setting_type"] == "special")]
    pre, post = places_by_year(area, listed.reset_index(drop=True), [area.base_year])
    return float(last["amount"]) - float((pre + post).to_numpy().sum()) * rate_gbp("special_place_gbp", area.base_year)


def _filled(
    attending: xr.DataArray, settings: pd.DataFrame, years: Sequence[int], phases: Sequence[str] | None
) -> dict[int, np.ndarray]:
    """Return children at each setting each January, of some phases or all: {year: draw x setting}."""
    some = attending if phases is None else attending.sel(phase=[p for p in attending["phase"].values if p in phases])
    total = some.sum(["authority", "need", "phase"])
    total = total.reindex(setting=list(settings["setting"]), fill_value=0).transpose("year", "draw", "setting")
    return {y: total.sel(year=y).to_numpy() for y in years}


def _late_share(settings: pd.DataFrame, filled: np.ndarray, after_16: np.ndarray) -> np.ndarray:
    """Return the share of a setting's children who are over 16, by which its opened places are paid: all at a college."""
    share = after_16 / np.maximum(filled, 1)
    return np.where((settings["setting_type"] == "further_education").to_numpy(), 1.0, share)


def _paid(
    settings: pd.DataFrame,
    places: tuple[Mapping[int, np.ndarray], Mapping[int, np.ndarray]],
    children: tuple[Mapping[int, np.ndarray], Mapping[int, np.ndarray]],
    financial_year: int,
    overfill: float,
) -> np.ndarray:
    """Return what each setting is paid for a financial year: draw x setting. [GBP]

    `places` are those before 16 and after; `children` those in places before 16, and all.
    """
    kinds = settings["setting_type"].to_numpy(dtype=object)
    is_unit = np.isin(kinds, UNITS)
    before_16 = np.array([_rate(k, financial_year, is_post_16=False) for k in kinds])
    after_16 = np.array([_rate(k, financial_year, is_post_16=True) for k in kinds])
    extra = rate_gbp("unit_place_empty_gbp", financial_year) - rate_gbp("unit_place_occupied_gbp", financial_year)
    early, late = (academic_weights(financial_year, post_16=is_late) for is_late in (False, True))
    paid = np.zeros((next(iter(children[1].values())).shape[0], len(kinds)))
    for year, share in early.items():
        first, second = (kind[year] for kind in places)
        younger, everyone = (kind[year] for kind in children)
        empty = np.clip(first - younger, 0, None) * is_unit
        over = np.clip(everyone - first - second, 0, None) * (kinds == "special") * overfill
        paid += share * (first * before_16 + empty * extra + over * before_16) + late[year] * second * after_16
    return paid


def _rate(setting_type: str, financial_year: int, *, is_post_16: bool) -> float:
    if setting_type == "special":
        return rate_gbp("special_place_gbp", financial_year)
    if is_post_16 or setting_type == "further_education":
        return rate_gbp("post_16_place_gbp", financial_year)
    if setting_type == "alternative_provision":
        return rate_gbp("alternative_provision_place_gbp", financial_year)
    return rate_gbp("unit_place_occupied_gbp", financial_year)


def is_recouped(stream: str) -> bool:
    """Return whether DfE pays the places of a stream and deducts them from the block."""
    return stream == "further_education" or (stream.endswith(", academy") and stream.split(",")[0] in SPLIT)
