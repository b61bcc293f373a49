"""Children and where they live."""

from __future__ import annotations

from typing import Final

from sufficiency.tables.columns import authority, easting, ncy, northing, number, table, text, truth, whole, year

POPULATION: Final = table(
    "population",
    "Children and young people by authority and NCY, estimates and projection",
    ["authority", "year", "ncy"],
    authority=authority(),
    year=year(),
    ncy=ncy(),
    children=number("Resident children and young people in January [children]", 0),
    basis=text("Whether counted or projected", ["estimate", "projection"], required=False, default="estimate"),
)

ZONES: Final = table(
    "zones",
    "Small areas where children live",
    ["zone"],
    zone=text("Small-area code, an LSOA or postcode sector"),
    name=text("Name of the zone", required=False, nullable=True),
    neighbourhood=text(
        "What people call the place; zones that share a name are drawn as one on maps, such as the LSOAs of an MSOA",
        required=False,
        nullable=True,
    ),
    authority=authority(),
    district=text("Planning area inside the authority"),
    easting=easting(),
    northing=northing(),
    is_rural=truth("Rural by the ONS rural-urban classification", required=False),
    deprivation=number(
        "Share of children in income-deprived families, 0 to 1; blank where unknown",
        0,
        1,
        required=False,
        nullable=True,
    ),
)

TOWNS: Final = table(
    "towns",
    "Towns that maps name",
    ["town"],
    town=text("Name of the town or village"),
    easting=easting(),
    northing=northing(),
    rank=whole("1 is named first on a map, then 2 and so on, where there is room", 1, required=False, default=1),
)

ZONE_CHILDREN: Final = table(
    "zone_children",
    "Children by zone and NCY, one year's picture; it shares an authority's children out",
    ["zone", "ncy"],
    zone=text("Zone, as zones.csv"),
    ncy=ncy(),
    children=number("Resident children [children]", 0),
)

HOUSING: Final = table(
    "housing",
    "Homes planned, by zone and year of completion",
    ["zone", "year"],
    zone=text("Zone, as zones.csv"),
    year=year("January by which they are lived in"),
    homes=number("Homes completed in the year before [homes]", 0),
    children_per_home=number("Pupil yield: children aged 0 to 19 a home", 0, 3, required=False, nullable=True),
)
