"""Money for support in mainstream schools: outside the high needs block, shown beside it, with an effect where assumed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.scenarios.law_2029.parts import Part, own, own_year, share_of_children, with_changes

PUPILS = (1, 11)  # ages 5 to 15 on 31 August, whom the fund is for
CHILDREN = (-2, 14)  # ages 2 to 18


@dataclass(frozen=True)
class MainstreamSupport(Part):
    """The Inclusive Mainstream Fund and Experts at Hand: income of schools and services, a memorandum beside the block.

    New plans change by `reform.mainstream_support_demand_effect`, 0 unless set: no result is published. `memo` has the money.
    """

    @property
    def label(self) -> str:
        """Words for a chart."""
        return "Support in mainstream schools"

    def __call__(self, area: Area) -> Area:
        """Return the area with new plans changed, where an effect is assumed."""
        effect = own(area, "mainstream_support_demand_effect") * self.delivered
        if not effect:
            return area
        since = own_year(area, "mainstream_support_demand_year", self.label)
        return with_changes(area, self.label, [{"flow": "joining", "factor": 1 + effect, "since": since}])

    def memo(self, area: Area) -> pd.DataFrame:
        """Return the area's share of each fund: financial_year, fund, gbp. No part of it is in the block. [GBP]"""
        first, last = (int(own(area, f"mainstream_support_{end}_financial_year")) for end in ("first", "last"))
        funds = {
            "Inclusive Mainstream Fund": own(area, "inclusive_mainstream_fund_gbp") * share_of_children(area, *PUPILS),
            "Experts at Hand": own(area, "experts_at_hand_gbp") * share_of_children(area, *CHILDREN),
        }
        rows = [(year, fund, gbp * self.delivered) for year in range(first, last + 1) for fund, gbp in funds.items()]
        return pd.DataFrame(rows, columns=["financial_year", "fund", "gbp"])
