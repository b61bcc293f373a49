"""Invest to save: what new places cost to build, borrow for, set up and run, and what is no longer paid elsewhere.

    saving of a year   children in the places x (what each cost where they were - top-up) - place funding
    first year         a September opening has seven twelfths of it
    present value      savings less set-up and the council's share of capital, at the Green Book's rate

Who fills a place decides: a child who would else be in an independent school saves a fee, one with support in mainstream
costs more than before. `break_even_independent_share` is the share of the first at which a full year pays for itself,
borrowing included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import policy, prices
from sufficiency.area.area import Area
from sufficiency.errors import InputError, one_of
from sufficiency.frozen import frozen
from sufficiency.funding.budget_lines import INDEPENDENT
from sufficiency.funding.places.place_plus import elements
from sufficiency.funding.top_up.top_up import unit_costs
from sufficiency.loans import yearly_payment
from sufficiency.notebook import titled
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import academic_weights

# What is built: (type of setting, national capital a place).
BUILT: Final[dict[str, tuple[str, str]]] = {
    "new special school": ("special", "capital_special_new_gbp"),
    "special expansion": ("special", "capital_special_expansion_gbp"),
    "unit": ("sen_unit", "capital_unit_gbp"),
}
COLUMNS: Final = ("capital_gbp", "set_up_gbp", "saving_gbp", "borrowing_gbp")


@frozen
@dataclass(frozen=True, eq=False)
class Payback:
    """What places cost to build and save to run, in constant prices. [GBP]"""

    capital_gbp: float  # whoever pays it
    saving_gbp: float  # in a full year, once full, before borrowing
    years: float  # until savings have met the council's capital and set-up, filling included; infinite where never
    net_present_value_gbp: float
    break_even_independent_share: float  # may be below 0 (always pays) or above 1 (never does)
    by_year: pd.DataFrame = field(repr=False)  # financial year from opening, capital, set-up, saving, borrowing

    def __repr__(self) -> str:
        """Return one line: capital, what a full year saves, and how soon that has paid."""
        when = f"paid back in {self.years:,.1f} years" if np.isfinite(self.years) else "never paid back"
        return f"<Payback: capital GBP {self.capital_gbp:,.0f}, saving GBP {self.saving_gbp:,.0f} a full year, {when}>"

    def _repr_html_(self) -> str:
        return titled(repr(self).strip("<>"), self.by_year.head(20))


@dataclass(frozen=True)
class Finance:
    """How new places are paid for."""

    grant_share: float = 0.0  # of capital that a grant pays
    set_up_gbp: tuple[float, ...] = ()  # by financial year from opening
    interest_rate: float = 0.0  # on what the grant leaves [share a year]
    years: int = 25  # of repayment, and of the appraisal
    discount_rate: float = 0.0  # [share a year]

    @classmethod
    def of(cls, area: Area, *, grant_share: float = 0.0, set_up_gbp: tuple[float, ...] = ()) -> Finance:
        """Return the rates that an area assumes and the Green Book's, with a grant and costs of setting up."""
        return cls(
            grant_share,
            set_up_gbp,
            area.value("funding.interest_rate"),
            int(area.value("funding.appraisal_years")),
            policy.value("funding.green_book_discount_rate", on=area.base_year),
        )

    def yearly(self, borrowed_gbp: float) -> float:
        """Return what repaying a loan costs a year, in equal payments. [GBP a year]"""
        return yearly_payment(borrowed_gbp, rate=self.interest_rate, years=self.years)


def payback(
    places: int,
    *,
    capital_a_place_gbp: float,
    place_gbp: float,
    top_up_gbp: float,
    leaves_gbp: float,
    independent_gbp: float | None = None,
    independent_share: float = 1.0,
    transport_saving_gbp: float = 0.0,
    filled: tuple[float, ...] = (1.0,),
    finance: Finance | None = None,
) -> Payback:
    """Return when new state places have paid for themselves, and what they are worth today.

    Parameters
    ----------
    places
        Places built; they open in September. [places]
    capital_a_place_gbp
        What one costs to build. [GBP]
    place_gbp, top_up_gbp
        What a state place costs, filled or not, and what follows the child. [GBP a year]
    leaves_gbp
        What a child in one cost where they were, on average. [GBP a year]
    independent_gbp, independent_share
        What it is at an independent school, and the share of children who leave one; by default all of them. [GBP a year]
    transport_saving_gbp
        What each child's journey saves; outside high needs, so 0 unless asked for. [GBP a year]
    filled
        Share of places filled in the first academic year, the second and so on; the last share holds.
    finance
        Grant, borrowing, set-up and discount; by default none of them.

    References
    ----------
    HM Treasury, *The Green Book*: social time preference rate.
    """
    terms = finance or Finance()
    fee = leaves_gbp if independent_gbp is None else independent_gbp
    wrong = [v for v in (capital_a_place_gbp, place_gbp, top_up_gbp, leaves_gbp, fee) if v < 0]
    if places < 1 or wrong or not filled or not all(0 <= f <= 1 for f in filled):
        raise InputError(f"payback: {places} places, shares filled {filled}, amounts {wrong or 'fine'}: none below 0")
    if not (0 <= terms.grant_share <= 1 and 0 <= independent_share <= 1):
        raise InputError(
            f"payback: grant_share {terms.grant_share:g} and independent_share {independent_share:g} are shares between 0 and 1"
        )
    capital = places * capital_a_place_gbp
    savings = [places * (f * (leaves_gbp - top_up_gbp + transport_saving_gbp) - place_gbp) for f in filled]
    ours = capital * (1 - terms.grant_share)
    return _appraised(
        savings,
        capital,
        terms,
        _break_even(
            leaves_gbp,
            fee,
            independent_share,
            top_up_gbp + place_gbp - transport_saving_gbp + terms.yearly(ours) / places,
        ),
    )


def place_payback(
    area: Area,
    places: int,
    *,
    built: str,
    authority: str,
    financial_year: int,
    leaves: pd.DataFrame | None = None,
    capital_a_place_gbp: float | None = None,
    transport_saving_gbp: float = 0.0,
    filled: tuple[float, ...] | None = None,
    finance: Finance | None = None,
) -> Payback:
    """Return when new places pay for themselves, at the area's own prices.

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
    leaves
        Where the children who fill them would else be: destination, children, gbp, as `HighNeedsBudget.turned_away`
        gives them. Left out, every child leaves an independent special school, which is the most that places can save.
    capital_a_place_gbp
        By default the national value for what is built. [GBP]
    transport_saving_gbp
        What each child's journey saves, which is not high needs money: 0 unless asked for. [GBP a year]
    filled
        Share of places filled in the first year, the second and so on; the last share holds. By default
        `funding.filled_first_year_share`, then all.
    finance
        Grant, set-up, borrowing; by default no grant and no set-up, at the area's interest and the Green Book's discount.
    """
    if built not in BUILT:
        raise InputError(f"built='{built}' is not one of {one_of(BUILT)}")
    if authority not in area.authorities:
        raise InputError(f"authority='{authority}' is not one of {one_of(area.authorities)}")
    setting_type, capital = BUILT[built]
    unit = unit_costs(area, [financial_year]).gbp.sel(financial_year=financial_year, authority=authority)
    mean = unit.mean("need")  # bands may leave needs without a price
    fee = float(mean.sel(provision="independent_special"))
    left_gbp, fee, share = (fee, fee, 1.0) if leaves is None or leaves.empty else _left(leaves, fee)
    return payback(
        places,
        capital_a_place_gbp=area.value(f"funding.{capital}") if capital_a_place_gbp is None else capital_a_place_gbp,
        place_gbp=elements(setting_type, financial_year=financial_year, is_occupied=True).place_gbp,
        top_up_gbp=float(mean.sel(provision=setting_type)),
        leaves_gbp=left_gbp,
        independent_gbp=fee,
        independent_share=share,
        transport_saving_gbp=transport_saving_gbp,
        filled=filled or (area.value("funding.filled_first_year_share"), 1.0),
        finance=finance or Finance.of(area),
    )


def invest_to_save(
    area: Area, saving_gbp: pd.Series, *, capital_gbp: float, opens: int, finance: Finance | None = None
) -> Payback:
    """Return the appraisal of places from two budgets of the same futures: with the places, and without.

    Parameters
    ----------
    area
        Whose prices and rates are assumed.
    saving_gbp
        In-year balance with the places less without, by financial year, mean over draws, in cash:
        `(with_places.in_year - without.in_year).sum("authority").mean("draw").to_series()`. The last year's holds. [GBP]
    capital_gbp
        Whoever pays it, in the year before opening. [GBP]
    opens
        Financial year of the September in which the places open; years before are left out.
    finance
        As in `place_payback`.
    """
    later = saving_gbp[saving_gbp.index >= opens].sort_index()
    if later.empty:
        raise InputError(f"no saving is given for {opens} or later; run both budgets to {opens + 2} at least")
    growth = prices.growth(area, "top_up")
    real = [float(gbp) / float(growth.rise(opens, int(year))[0]) for year, gbp in later.items()]
    return _appraised(real, capital_gbp, finance or Finance.of(area), float("nan"), is_by_financial_year=True)


def _left(leaves: pd.DataFrame, fee: float) -> tuple[float, float, float]:
    """Return what children cost where they were, what those at independent schools did, and their share."""
    children, gbp = leaves["children"].to_numpy(dtype=float), leaves["gbp"].to_numpy(dtype=float)
    market = np.array([DESTINATIONS[d].setting_type in INDEPENDENT for d in leaves["destination"]])
    paid = float((children * gbp)[market].sum() / children[market].sum()) if children[market].sum() else fee
    return float((children * gbp).sum() / children.sum()), paid, float(children[market].sum() / children.sum())


def _break_even(leaves_gbp: float, fee: float, share: float, costs_gbp: float) -> float:
    """Return the share of children leaving independent schools at which a full place costs what they cost before."""
    other = (leaves_gbp - share * fee) / (1 - share) if share < 1 else 0.0
    return (costs_gbp - other) / (fee - other) if fee != other else float("nan")


def _appraised(
    savings: Sequence[float], capital: float, terms: Finance, break_even: float, *, is_by_financial_year: bool = False
) -> Payback:
    set_up = [*terms.set_up_gbp, *[0.0] * terms.years][: terms.years]
    held = [*savings, *[savings[-1]] * terms.years]
    # A September opening: seven twelfths of the first year's, then five of it and seven of the second's.
    old, new = academic_weights(2025).values()
    yearly = held if is_by_financial_year else [new * held[0], *(old * a + new * b for a, b in pairwise(held))]
    yearly = yearly[: terms.years]
    ours = capital * (1 - terms.grant_share)
    discount = (1 + terms.discount_rate) ** -np.arange(1, terms.years + 1)
    worth = float((np.subtract(yearly, set_up) * discount).sum() - ours)
    table = pd.DataFrame({"year": range(1, terms.years + 1), "capital_gbp": [ours, *[0.0] * (terms.years - 1)]})
    table = table.assign(set_up_gbp=set_up, saving_gbp=yearly, borrowing_gbp=terms.yearly(ours))
    paid = _years(yearly, ours + sum(set_up)) if is_by_financial_year else _years(savings, ours + sum(set_up))
    return Payback(capital, savings[-1], paid, worth, break_even, table)


def _years(savings: Sequence[float], left: float) -> float:
    """Return years until savings have met what is left to meet, the last saving held."""
    years = 0.0
    for saving in savings[:-1]:
        if 0 < saving >= left:
            return years + left / saving
        left, years = left - saving, years + 1
    return years + left / savings[-1] if savings[-1] > 0 else float("inf")
