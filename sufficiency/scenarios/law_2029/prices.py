"""Price bands for independent special schools: a cap on fees, and some schools that leave the market."""

from __future__ import annotations

from dataclasses import dataclass

from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.scenarios.law_2029.parts import INDEPENDENT, Part, national, own, with_changes, with_values


@dataclass(frozen=True)
class PriceBands(Part):
    """Fees of independent and non-maintained special schools are capped, new placements first and all a year later.

    The cap is `reform.price_cap_gbp`, unconfirmed; fees are spread about the area's mean as `reform.price_spread` says, so
    that the mean falls to the expectation of the lesser of fee and cap (`funding.top_up.price_bands`). The cap grows as
    top-up does. Some schools leave: `reform.price_supply_exit` of arrivals are no longer taken, and those children stay
    where they are. Nothing else moves.
    """

    @property
    def label(self) -> str:
        """Words for a chart."""
        return f"Price bands from {self.since - 1}-{self.since % 100}"

    @property
    def since(self) -> int:
        """January of the first school year with bands, unless an area has a year of its own."""
        return int(national("price_bands_financial_year")) + 1

    def __call__(self, area: Area) -> Area:
        """Return the area with bands in force, and fewer arrivals once all placements are under them."""
        starts = int(own(area, "price_bands_financial_year"))
        if starts < area.base_year:
            raise InputError(f"{self.label}: reform.price_bands_financial_year, {starts}, is past")
        area = with_values(area, self.label, {"reform.price_bands_extent": self.delivered})
        leaving = own(area, "price_supply_exit") * self.delivered
        rows = [
            {"flow": flow, "factor": 1 - leaving, "since": starts + 2, "to_setting_type": setting}
            for setting in INDEPENDENT
            for flow in ("moving", "first_placement")
            if leaving
        ]
        return with_changes(area, self.label, rows)
