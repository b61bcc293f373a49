"""How children with SEND fare, beside whom, and SEN school by school."""

from __future__ import annotations

from typing import Final

from sufficiency.tables.columns import authority, easting, northing, number, table, text, whole
from sufficiency.words.school_year import LAST_YEAR
from sufficiency.words.success import MEASURES

SCHOOL_PHASES: Final = ("nursery", "primary", "secondary", "special", "alternative_provision")

OUTCOMES: Final = table(
    "outcomes",
    "How children with SEND fare, by measure and year: the area's authorities, their statistical neighbours, England. "
    "What each measure is, and of whom, stands in the report",
    ["whose", "measure", "year"],
    whose=text("ONS code of an authority of the area, a neighbour's name as in neighbours.csv, or England"),
    measure=text("What is measured, and of whom", MEASURES),
    year=whole(
        "Year in which the period ends: 2025 for academic year 2024/25, and for calendar year 2025", 2000, LAST_YEAR
    ),
    period=text("The period as published, such as 2025 (prov)", required=False, nullable=True),
    value=number("In the measure's own unit: a percentage as 12.5"),
    children=whole(
        "How many children, plans or requests a percentage is of, where known", 1, required=False, nullable=True
    ),
)

NEIGHBOURS: Final = table(
    "neighbours",
    "Which authorities each one is set beside: its statistical neighbours, the nearest first",
    ["authority", "neighbour"],
    authority=authority(),
    neighbour=text("Name of the neighbour"),
    rank=whole("1 is the nearest", 1, 200),
    closeness=text("How near, in the publisher's words", required=False, nullable=True),
)

SCHOOL_SEN: Final = table(
    "school_sen",
    "Pupils at SEN Support and with EHC plans, school by school, in one January",
    ["school"],
    school=text("Unique reference number (URN) of the school"),
    name=text("Name of the school"),
    phase=text("Phase, or special", SCHOOL_PHASES),
    authority=authority(),
    district=text("District or planning area, as in zones.csv", required=False, nullable=True),
    easting=easting(required=False, nullable=True),
    northing=northing(required=False, nullable=True),
    pupils=whole("Pupils on roll [pupils]", 0),
    sen_support=whole("Pupils at SEN Support [pupils]", 0),
    plans=whole("Pupils with an EHC plan [pupils]", 0),
    absence_percent=number("Sessions missed [%]", 0, 100, required=False, nullable=True),
    year=whole(
        "January of the count; blank where its publisher doesn't state it",
        2000,
        LAST_YEAR,
        required=False,
        nullable=True,
    ),
)

AIMS: Final = table(
    "aims",
    "Which line of the area's own strategy a measure answers",
    ["measure", "line"],
    measure=text("What is measured, of any group: key_stage_2", {m.of for m in MEASURES.values()}),
    line=text("Line of the strategy, as 1a"),
    says=text("What the line asks for", required=False, nullable=True),
)
