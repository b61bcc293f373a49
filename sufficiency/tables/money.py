"""What placements, bands, vehicles and the block cost and bring in."""

from __future__ import annotations

from typing import Final

from sufficiency.tables.columns import authority, financial_year, need, number, setting_type, table, text, whole

UNIT_COSTS: Final = table(
    "unit_costs",
    "What a placement costs beyond place funding, by type of setting",
    ["authority", "setting_type", "item", "financial_year"],
    authority=authority(),
    setting_type=setting_type(),
    item=text("top_up: element 3; fee: the whole fee of an independent placement", ["top_up", "fee"]),
    financial_year=financial_year(),
    gbp=number("A child a year [GBP]", 0),
)

BANDS: Final = table(
    "bands",
    "Local top-up bands by need and type of setting; optional",
    ["authority", "need", "band", "setting_type", "financial_year"],
    authority=text("Whose tariff; blank means every authority without one of its own", required=False, nullable=True),
    need=need(),
    band=text("Letter or name of the band; blank where a need has one", required=False, nullable=True),
    setting_type=setting_type(),
    financial_year=financial_year(),
    top_up_gbp=number("Element 3, a child a year [GBP]", 0),
    share=number(
        "Children of the need in the band, as a share or a count, where it has several; left out, bands count alike",
        0,
        required=False,
        default=1.0,
    ),
)

HIGH_NEEDS: Final = table(
    "high_needs",
    "Published high needs figures: block components, place deductions, budgets, outturn and balances",
    ["authority", "financial_year", "item"],
    authority=authority(),
    financial_year=financial_year(),
    item=text("What is given, by a name that `funding` knows"),
    amount=number("GBP, or the unit that the item names"),
)

VEHICLES: Final = table(
    "vehicles",
    "Kinds of vehicle on the school run",
    ["vehicle"],
    vehicle=text("Kind: minibus, in_house_minibus, shared_taxi, solo_taxi, wheelchair_accessible"),
    seats=whole("Seats for children [seats]", 1),
    wheelchair_spaces=whole("Wheelchair spaces [spaces]", 0),
    available=whole("How many there are; blank means as many as needed", 0, nullable=True, required=False),
    fixed_gbp=number("A vehicle a day, driver and any assistant included [GBP]", 0),
    gbp_per_km=number("A km, loaded [GBP/km]", 0),
    gbp_per_minute=number("A minute on the road [GBP/minute]", 0),
)
