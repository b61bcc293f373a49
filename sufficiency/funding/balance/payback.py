"""What new places are worth: capital a place, running cost, and when they have paid for themselves."""

from __future__ import annotations

from typing import Final

from sufficiency.area.area import Area
from sufficiency.errors import InputError, one_of
from sufficiency.funding.balance.deficit import Payback, payback
from sufficiency.funding.places.place_plus import elements
from sufficiency.funding.top_up.top_up import unit_costs

# What is built: (type of setting, national capital a place).
BUILT: Final[dict[str, tuple[str, str]]] = {
    "new special school": ("special", "capital_special_new_gbp"),
    "special expansion": ("special", "capital_special_expansion_gbp"),
    "unit": ("sen_unit", "capital_unit_gbp"),
}


def place_payback(
    area: Area,
    places: int,
    *,
    built: str,
    authority: str,
    financial_year: int,
    capital_a_place_gbp: float | None = None,
    transport_saving_gbp: float = 0.0,
    filled: tuple[float, ...] = (0.5, 1.0),
) -> Payback:
    """Return when new places pay for themselves, each child in one leaving an independent special school.

    Parameters
    ----------
    area
        Whose unit costs and assumptions price it.
    places
        Places built. [places]
    built
        'new special school', 'special expansion' or 'unit'.
    authority
        Who pays.
    financial_year
        The year of prices.
    capital_a_place_gbp
        By default the national value for what is built. [GBP]
    transport_saving_gbp
        What each child's journey saves, which is not high needs money: 0 unless asked for. [GBP a year]
    filled
        Share of places filled in the first year, the second and so on; the last share holds.
    """
    if built not in BUILT:
        raise InputError(f"built='{built}' is not one of {one_of(BUILT)}")
    if authority not in area.authorities:
        raise InputError(f"authority='{authority}' is not one of {one_of(area.authorities)}")
    setting_type, capital = BUILT[built]
    unit = unit_costs(area, [financial_year]).gbp.sel(financial_year=financial_year, authority=authority)
    mean = unit.mean("need")  # bands may leave needs without a price
    place = elements(setting_type, financial_year=financial_year, is_occupied=True).place_gbp
    return payback(
        places,
        capital_a_place_gbp=area.value(f"funding.{capital}") if capital_a_place_gbp is None else capital_a_place_gbp,
        place_gbp=place,
        top_up_gbp=float(mean.sel(provision=setting_type)),
        independent_gbp=float(mean.sel(provision="independent_special")),
        transport_saving_gbp=transport_saving_gbp,
        filled=filled,
    )
