"""Who pays: in-year deficits met centrally from 2028-29, and the stability grant, in the budget's own balance."""

from __future__ import annotations

from dataclasses import dataclass

from sufficiency.area.area import Area
from sufficiency.scenarios.law_2029.parts import Part, with_values


@dataclass(frozen=True)
class WhoPays(Part):
    """The budget's own balance counts the stability grant, and in-year deficits met centrally from 2028-29.

    Announced and not law. The carried balance then stands still after 31 March 2028. Spending, income, children and the
    school run are as they were: transport is no part of high needs. Balances four ways are in every budget
    (`HighNeedsBudget.positions`); this says which of them the headline is.
    """

    @property
    def label(self) -> str:
        """Words for a chart."""
        return "Deficits met centrally"

    def __call__(self, area: Area) -> Area:
        """Return the area with the two counted; not delivered at all, as it was."""
        if not self.delivered:
            return area
        counted = {"funding.stability_grant_is_paid": 1.0, "reform.central_absorption_is_counted": self.delivered}
        return with_values(area, self.label, counted)
