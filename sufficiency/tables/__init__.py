"""Every table that the parts exchange, declared once, and `check`, the only thing that checks columns.

A declaration gives each column's meaning, unit and limits; readers, checks, templates, documentation and test data all
come from it. Tables are tidy: one row for each fact, labels in columns, a blank where a margin is meant. Every table may also
carry `source` and `note`.
"""

from sufficiency.tables.check import ALWAYS_ALLOWED, check, column_numbers, empty, old_names
from sufficiency.tables.money import BANDS, HIGH_NEEDS, UNIT_COSTS, VEHICLES
from sufficiency.tables.order import in_key_order
from sufficiency.tables.overflow import OVERFLOW, OVERFLOW_BY_NEED
from sufficiency.tables.people import HOUSING, POPULATION, TOWNS, ZONE_CHILDREN, ZONES
from sufficiency.tables.plans import FLOWS, IN_YEAR, LONG_VIEW, PLANS, REQUESTS, SEN_SUPPORT, STATES, TRANSITIONS
from sufficiency.tables.results import ASSUMPTIONS, CHANGES, NOTES, PLACEMENTS, PlacedResult, PlansResult
from sufficiency.tables.settings import ATTENDANCE, OPTIONS, PIPELINE, PLACES, SCHOOLS, SUITABILITY, TRAVEL, TRAVELLERS
from sufficiency.tables.success import AIMS, NEIGHBOURS, OUTCOMES, SCHOOL_SEN

__all__ = [
    "AIMS",
    "ALWAYS_ALLOWED",
    "ASSUMPTIONS",
    "ATTENDANCE",
    "BANDS",
    "CHANGES",
    "FLOWS",
    "HIGH_NEEDS",
    "HOUSING",
    "IN_YEAR",
    "LONG_VIEW",
    "NEIGHBOURS",
    "NOTES",
    "OPTIONS",
    "OUTCOMES",
    "OVERFLOW",
    "OVERFLOW_BY_NEED",
    "PIPELINE",
    "PLACEMENTS",
    "PLACES",
    "PLANS",
    "POPULATION",
    "REQUESTS",
    "SCHOOLS",
    "SCHOOL_SEN",
    "SEN_SUPPORT",
    "STATES",
    "SUITABILITY",
    "TOWNS",
    "TRANSITIONS",
    "TRAVEL",
    "TRAVELLERS",
    "UNIT_COSTS",
    "VEHICLES",
    "ZONES",
    "ZONE_CHILDREN",
    "PlacedResult",
    "PlansResult",
    "check",
    "column_numbers",
    "empty",
    "in_key_order",
    "old_names",
]
