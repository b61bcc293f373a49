"""What an average new state special place does to High Needs, and how many of its children must come from fees for it to pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sufficiency.allocate.overflow.sampled import AGE_OF_NCY
from sufficiency.allocate.place.parts_of_value import IS_FEE, PARTS, Worth, in_base_year_prices
from sufficiency.funding.places.place_plus import elements
from sufficiency.outcome import Outcome
from sufficiency.report.sections.common import LEVELS
from sufficiency.report.sections.destinations import turned_away
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.say import gbp, shown
from sufficiency.words.school_year import NCY_LOW

JOURNEYS = PARTS.index("journeys_gbp")


@dataclass(frozen=True)
class BreakEven:
    """An average new state special place, filled by a child who was turned away, in prices of the base year."""

    place_gbp: float  # what the place is paid, filled or empty [GBP a year]
    top_up_gbp: float  # what follows the child into it [GBP a year]
    fee_gbp: float  # mean fee of children turned away who are at independent or non-maintained schools [GBP a year]
    package_gbp: float  # mean cost of the others turned away, where they are [GBP a year]
    at_fees: tuple[float, float, float]  # share of children turned away who are at such schools: low, middle, high
    journeys_gbp: float  # journey to the new place less the journey now; above 0 adds to transport [GBP a year]

    @property
    def adds_gbp(self) -> float:
        """What the place adds to High Needs if it fills with the children turned away as they are now. [GBP a year]"""
        now = self.at_fees[1] * self.fee_gbp + (1 - self.at_fees[1]) * self.package_gbp
        return self.place_gbp + self.top_up_gbp - now

    @property
    def share(self) -> float:
        """The share of its children who must leave independent or non-maintained schools for High Needs to gain.

        Above 1 where no share is enough; NaN where a fee is no dearer than what else is paid.
        """
        dearer = self.fee_gbp - self.package_gbp
        return (self.place_gbp + self.top_up_gbp - self.package_gbp) / dearer if dearer > 0 else float("nan")


def of_a_special_place(outcome: Outcome, year: int) -> BreakEven | None:
    """Return the break-even of one January from the area's own figures; nothing where nobody is turned away.

    Prices are the middle of `overflow.csv` at the ages and destinations of those turned away in the expected demand; the
    top-up and the journey to the new place are the mean of the children at the area's state special schools.
    """
    placed, area = outcome.placed, outcome.area
    book, routes = placed.expected, placed.routes
    now, listed = book.year == placed.years.index(year), len(routes.settings)
    is_special = (routes.settings["setting_type"] == "special") & routes.settings["is_in_area"]
    away = now & (book.setting >= listed)
    inside = now & np.isin(book.setting, np.flatnonzero(is_special))
    at_fees = _share_at_fees(outcome, year)
    if not away.any() or not inside.any() or at_fees is None:
        return None
    here = (book.zone[inside].astype(np.int64), book.setting[inside].astype(np.int64))
    age, where = AGE_OF_NCY[book.ncy[away].astype(np.int64) - NCY_LOW], book.setting[away].astype(np.int64) - listed
    prices, at_fee = in_base_year_prices(area, placed.expected_overflow)[age, where], IS_FEE[where]
    journeys_now = Worth.of(area, routes, placed.expected_overflow).turned_away[age, book.need[away], JOURNEYS].mean()
    return BreakEven(
        place_gbp=elements("special", financial_year=area.base_year).place_gbp,
        top_up_gbp=float(routes.placement_gbp[here].mean()),
        fee_gbp=float(prices[at_fee].mean()) if at_fee.any() else float("nan"),
        package_gbp=float(prices[~at_fee].mean()) if (~at_fee).any() else 0.0,
        at_fees=at_fees,
        journeys_gbp=float(routes.journey_gbp[here].mean() - journeys_now),
    )


def words(outcome: Outcome, year: int) -> str:
    """Return the break-even in a sentence or two; nothing where nobody is turned away."""
    found = of_a_special_place(outcome, year)
    if found is None or np.isnan(found.share):
        return ""
    low, middle, high = found.at_fees
    moves = "adds" if found.journeys_gbp >= 0 else "saves"
    pays = (
        "at these prices High Needs gains wherever its children come from"
        if found.share <= 0
        else f"High Needs gains only where at least {shown(found.share, '%')} of its children would have been at such schools"
        if found.share <= 1
        else "at these prices no share of such children is enough for High Needs to gain"
    )
    mainstream = turned_away(outcome, year, "in_mainstream")[1] / max(turned_away(outcome, year)[1], 1)
    opening = "An average new state special place " + (
        "mostly brings children out of mainstream" if mainstream > 0.5 else "brings children from many places"
    )
    return (
        f"{opening}: of children turned away in January {year}, {shown(middle, '%')} ({shown(low, '%')} to {shown(high, '%')}) are at independent or non-maintained schools. "
        f"A place is paid {gbp(found.place_gbp)}, with a top-up of {gbp(found.top_up_gbp)}; filled by them as they are it {moves} {gbp(abs(found.journeys_gbp))} {'to' if moves == 'adds' else 'in'} transport, and what it does to High Needs in each council is in the table of paying back. "
        f"With fees of {gbp(found.fee_gbp)} and {gbp(found.package_gbp)} for the others, {pays}, borrowing apart. Whose place it is decides: name the children before counting a saving."
    )


def _share_at_fees(outcome: Outcome, year: int) -> tuple[float, float, float] | None:
    """Return the share of children turned away who are at schools paid by fees, within each draw: low, middle, high.

    Nothing where no draw turns anybody away.
    """
    array = outcome.placed.attending.sel(year=year, setting=list(DESTINATIONS))
    count = array.sum([d for d in array.dims if d not in ("draw", "setting")])
    share = (count.isel(setting=np.flatnonzero(IS_FEE)).sum("setting") / count.sum("setting")).dropna("draw")
    if not share.size:
        return None
    low, middle, high = (float(share.quantile(level)) for level in LEVELS)
    return low, middle, high
