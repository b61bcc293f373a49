"""Where children go when no suitable state place is free: shares, prices, journeys and their ranges."""

from __future__ import annotations

from typing import Final

from sufficiency.tables.columns import need, number, table, text, whole
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import AGE_GROUPS

OVERFLOW: Final = table(
    "overflow",
    "Where a child is who was turned away from every suitable state place, by age; ranges are sampled in every draw",
    ["age_group", "destination"],
    age_group=text("Age on 31 August", list(AGE_GROUPS)),
    destination=text("Where the child is instead", list(DESTINATIONS)),
    share_low=number("Of those turned away, the share who are there: 5th percentile", 0, 1),
    share_middle=number("The same, middle", 0, 1),
    share_high=number("The same, 95th percentile", 0, 1),
    gbp_low=number("What High Needs pays for such a child, lowest [GBP a year]", 0),
    gbp_middle=number("The same, likeliest [GBP a year]", 0),
    gbp_high=number("The same, highest [GBP a year]", 0),
    price_year=whole("Financial year of the prices [year]", 2015, 2040),
    entitled_low=number("Share carried to school by the council, lowest", 0, 1),
    entitled_middle=number("The same, likeliest", 0, 1),
    entitled_high=number("The same, highest", 0, 1),
    distance_km=number("Typical journey, one way, by road [km]", 0, 200),
    growth_high=number(
        "The most by which children there can grow a year; blank: no limit", 0, 10, required=False, nullable=True
    ),
    share_source=text("Where the shares are from"),
    price_source=text("Where the prices are from"),
    entitled_source=text("Where the share carried is from"),
)

OVERFLOW_BY_NEED: Final = table(
    "overflow_by_need",
    "How much likelier each primary need is at a destination than all needs together",
    ["need", "destination"],
    need=need(),
    destination=text("Where the child is instead", list(DESTINATIONS)),
    odds=number("Odds against those of all needs together", 0, 100),
)
