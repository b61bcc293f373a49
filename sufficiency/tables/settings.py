"""Settings, their places, who attends and how far it is."""

from __future__ import annotations

from typing import Final

from sufficiency.tables.columns import (
    NOT_GRID,
    authority,
    easting,
    ncy,
    need,
    northing,
    number,
    setting_type,
    table,
    text,
    truth,
    whole,
    year,
)
from sufficiency.words.vocabulary import NEEDS, PROJECT_KINDS, PROJECT_STATUSES

SCHOOLS: Final = table(
    "settings",
    "Schools, units and colleges where children with plans are placed",
    ["setting"],
    setting=text("URN, or a local code"),
    name=text("Name"),
    setting_type=setting_type(),
    authority=authority(),
    district=text("Planning area", required=False, nullable=True),
    easting=easting(),
    northing=northing(),
    ncy_low=ncy("Lowest NCY admitted"),
    ncy_high=ncy("Highest NCY admitted"),
    needs=text("Designations, separated by spaces: 'ASD MLD'; blank means any", required=False, nullable=True),
    sex=text("Who is admitted", ["all", "girls", "boys"], required=False, default="all"),
    is_in_area=truth("Inside the area's boundary", required=False, default=True),
    is_academy=truth("Paid for places by DfE, recouped from the authority", required=False, default=False),
    is_estimate=truth("Places, needs or location are an assumption", required=False, default=False),
    has_number=truth(
        "places.csv has its number of places; False: not known, so it goes on with about as many children as today",
        required=False,
        default=True,
    ),
)

# No setting in England has as many; Excel keeps 1 January 2024 as 45292.
MOST_PLACES: Final = 20_000
IS_A_DATE: Final = "; is it a date? Excel keeps dates as numbers such as 45292"

PLACES: Final = table(
    "places",
    "Places by setting and year; a year not listed keeps the one before",
    ["setting", "year"],
    setting=text("Setting, as settings.csv"),
    year=year("January; the academic year that holds it"),
    places=whole("Places for children with plans [places]", 0, MOST_PLACES, hint=IS_A_DATE),
    post_16_places=whole(
        "Of which for NCY 12 and above [places]", 0, MOST_PLACES, required=False, default=0, hint=IS_A_DATE
    ),
)

PIPELINE: Final = table(
    "pipeline",
    "Places that have opened recently, are agreed or are proposed; agreed ones open in every run, each with its chance",
    ["project"],
    project=text("Name of the row: a school, unit or base, and the places that open there at one time"),
    setting=text("Setting, as settings.csv; for a new one a code of your own"),
    name=text("Name of the school, unit or base"),
    kind=text(
        "What opens. support_base: commissioned by its school, so no child is placed there by the authority",
        list(PROJECT_KINDS),
    ),
    authority=authority(),
    district=text("Planning area of a new setting", required=False, nullable=True),
    easting=easting(required=False, nullable=True),
    northing=northing(required=False, nullable=True),
    ncy_low=ncy("Lowest NCY of a new setting", required=False, nullable=True),
    ncy_high=ncy("Highest NCY of a new setting", required=False, nullable=True),
    needs=text("Designations of a new setting, separated by spaces; blank means any", required=False, nullable=True),
    is_academy=truth("A new setting's places are paid by DfE and recouped", required=False, default=False),
    places=whole("Places that open [places]", 1, hint="; leave the row out until the number is known"),
    opens=year("January of the academic year that they are promised for: 2027 for September 2026"),
    promised=text("The promise in words: September 2026, full by 2028", required=False, nullable=True),
    status=text(
        "open: counted in places.csv already; agreed: opens in every run; proposed: only where a scenario says so",
        PROJECT_STATUSES,
    ),
    chance=number(
        "Chance that the places open at all; blank: the library's for the status",
        0,
        1,
        hint="; write nine in ten as 0.9",
        required=False,
        nullable=True,
    ),
    scheme=text(
        "Rows of one scheme at one site open together, and as late as one another; blank: the row is by itself",
        required=False,
        nullable=True,
    ),
    delay_years_low=whole(
        "Fewest years late; blank: the library's for the kind [years]", required=False, nullable=True
    ),
    delay_years_mode=whole("Likeliest years late [years]", required=False, nullable=True),
    delay_years_high=whole("Most years late [years]", required=False, nullable=True),
    capital_gbp=number("Capital of the places, where known [GBP]", 0, required=False, nullable=True),
    as_of=text("When this was so: 2025-04, or a date"),
    source=text("Where it is from"),
)

ATTENDANCE: Final = table(
    "attendance",
    "Who attends where today, by home zone; optional",
    ["zone", "setting", "ncy", "need"],
    zone=text("Home zone, as zones.csv"),
    setting=text("Setting, as settings.csv"),
    ncy=ncy(),
    need=need(),
    children=whole("Children [children]", 0),
)

SUITABILITY: Final = table(
    "suitability",
    "Which designation of a setting suits which need",
    ["need", "designation"],
    need=need(),
    designation=text("A designation in settings.csv", [n for n in NEEDS if n != "UNK"]),
    is_suitable=truth("True where a setting so designated can take the child"),
)

TRAVEL: Final = table(
    "travel",
    "Road distance and time from homes to settings, one way",
    ["zone", "setting"],
    zone=text("Home zone, as zones.csv"),
    setting=text("Setting, as settings.csv"),
    km=number("Driving distance [km]", 0),
    minutes=number("Driving time at school-run hours [minutes]", 0),
    walk_km=number("Shortest safe walk [km]; blank where unknown", 0, required=False, nullable=True),
)

TRAVELLERS: Final = table(
    "travellers",
    "Children whose entitlement to travel is tested: one row for each child, or for a group alike",
    [],
    stage=text("By age and course", ["early_years", "compulsory", "sixth_form", "adult"]),
    age_years=whole("Completed years of age on the day [years]", 0, 25),
    ncy=ncy(nullable=True, required=False),
    walk_km=number("Shortest safe walk to the school attended [km]", 0, nullable=True),
    road_km=number("By road [km]; blank where not known", 0, required=False, nullable=True),
    is_distance_estimated=truth("Distances are estimates, with the stated error", required=False),
    home_spread_km=number(
        "Standard deviation of the home about the point measured from [km]", 0, required=False, default=0.0
    ),
    is_nearest_suitable=truth("The school attended is the nearest suitable", required=False, default=True),
    is_only_school_named=truth("The plan names this school and no other", required=False),
    cannot_walk=number(
        "Chance that need, disability or mobility keeps the child from walking, 0 to 1",
        0,
        1,
        required=False,
        default=0.0,
    ),
    is_route_unsafe=truth("The route can't be walked in safety, even accompanied", required=False),
    is_low_income=truth(
        "Has extended rights by low income: free school meals by the threshold that held before September 2026; whether "
        "the wider entitlement since then counts is not settled, so local policy says",
        required=False,
    ),
    suitable_nearer=whole("Suitable schools nearer than the one attended [schools]", 0, required=False, default=0),
    is_nearest_of_belief=truth(
        "Nearest suitable school of the parent's religion or belief, and chosen for it", required=False
    ),
)

OPTIONS: Final = table(
    "options",
    "Ways to add, take away or change places, to choose among",
    ["option"],
    option=text("Name of the option"),
    kind=text(
        "expand or close: places at a setting that there is; unit, specialist_base (the authority's) or special: a new one; "
        "support_base: a school's own, where the authority places nobody, so that openings leaves it out; designate: needs "
        "it may take",
        ["expand", "unit", "specialist_base", "support_base", "special", "close", "designate"],
    ),
    setting=text("Setting, as settings.csv; for a new one a code of your own"),
    name=text("Name of a new setting", required=False, nullable=True),
    authority=text("Authority of a new setting", required=False, nullable=True),
    district=text("Planning area of a new setting", required=False, nullable=True),
    easting=number("Of a new setting: easting [m]", 1_000, 700_000, hint=NOT_GRID, required=False, nullable=True),
    northing=number("Of a new setting: northing [m]", 1_000, 1_300_000, hint=NOT_GRID, required=False, nullable=True),
    ncy_low=ncy("Lowest NCY of a new setting", required=False, nullable=True),
    ncy_high=ncy("Highest NCY of a new setting", required=False, nullable=True),
    needs=text("Designations of a new setting, or those added by designate", required=False, nullable=True),
    places=whole("Places in a block; 0 for designate [places]", 0),
    blocks=whole("Blocks that may be opened; blank: 1 [blocks]", 1, required=False, nullable=True),
    year=year("First January that it could be open in"),
    set_up_years=whole(
        "Years from spending the capital to opening; blank: 0 [years]", 0, required=False, nullable=True
    ),
    capital_gbp_per_place=number("Capital of a place [GBP]", 0),
    capital_gbp=number("Capital whatever the size, once [GBP]", 0, required=False, nullable=True),
    set_up_gbp=number(
        "Setting up, other than capital, once: staff before opening, empty places [GBP]",
        0,
        required=False,
        nullable=True,
    ),
    running_gbp_per_place=number(
        "Place funding and other cost of a place, filled or not; blank: the national place value [GBP a year]",
        0,
        required=False,
        nullable=True,
    ),
    why=text("Whom it would be for, in words", required=False, nullable=True),
)
