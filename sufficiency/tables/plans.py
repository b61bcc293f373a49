"""EHC plans, flows, requests and SEN Support."""

from __future__ import annotations

from typing import Final

from sufficiency.tables.columns import (
    authority,
    ncy,
    need,
    number,
    plans,
    setting_type,
    table,
    text,
    whole,
    year,
)
from sufficiency.words.school_year import NCY_HIGH, NCY_LOW, PHASES

WAS_SETTING: Final = {"was": "setting"}  # the header before November 2026, still read

PLANS: Final = table(
    "plans",
    "EHC plans by authority, January, NCY and type of setting; need unknown. A January before ages were published "
    "has blank NCYs: all ages together, never beside rows by age",
    ["authority", "year", "ncy", "setting_type"],
    authority=authority(),
    year=year(),
    ncy=ncy("National Curriculum year: Reception 0, Year 1 1; blank means all ages", nullable=True),
    setting_type=setting_type(metadata=WAS_SETTING),
    plans=plans(),
)

STATES: Final = table(
    "states",
    "EHC plans in the base year by NCY, need and type of setting together",
    ["authority", "year", "ncy", "need", "setting_type"],
    authority=authority(),
    year=year(),
    ncy=ncy(),
    need=need(),
    setting_type=setting_type(metadata=WAS_SETTING),
    plans=plans(),
)

FLOWS: Final = table(
    "flows",
    "New and ceased plans; `year` is the January at the end. A blank NCY, need or type of setting means all of them",
    ["authority", "year", "kind", "reason", "ncy", "need", "setting_type"],
    authority=authority(),
    year=year("January at the end of the calendar year of the flow"),
    kind=text("new: a plan started; ceased: a plan ended", ["new", "ceased"]),
    reason=text("Why a plan ceased; blank means every reason", required=False, nullable=True),
    ncy=ncy(nullable=True, required=False),
    need=need(nullable=True, required=False),
    setting_type=setting_type(nullable=True, required=False, metadata=WAS_SETTING),
    children=whole("Children [children]", 0),
)

TRANSITIONS: Final = table(
    "transitions",
    "What became of children between one January and the next, counted by state; any codes for need and type of setting",
    ["authority", "year", "ncy", "need", "setting_type", "need_after", "setting_type_after"],
    authority=authority(required=False, nullable=True),
    year=year("January at the end"),
    ncy=whole("National Curriculum year in the January before, for those who join too", NCY_LOW - 1, NCY_HIGH),
    need=text("Need in the January before; blank: no plan then, so a joiner", nullable=True),
    setting_type=text("Type of setting in the January before; blank: a joiner", nullable=True, metadata=WAS_SETTING),
    need_after=text("Need in the January at the end; blank: no plan then, so a leaver", nullable=True),
    setting_type_after=text(
        "Type of setting in the January at the end; blank: a leaver", nullable=True, metadata={"was": "setting_after"}
    ),
    children=whole("Children [children]", 0),
)

REQUESTS: Final = table(
    "requests",
    "Requests for an assessment and what became of them, in the calendar year before `year`",
    ["authority", "year"],
    authority=authority(),
    year=year("January at the end of the calendar year"),
    requests=whole("Requests received [requests]", 0, nullable=True),
    refused=whole("Decided not to assess [requests]", 0, nullable=True, required=False),
    assessed=whole("Assessments completed [children]", 0, nullable=True, required=False),
    issued=whole("Assessments that led to a plan [children]", 0, nullable=True, required=False),
)

IN_YEAR: Final = table(
    "in_year",
    "The year in progress: what happened in each month of the calendar year that the base January begins",
    ["authority", "month"],
    authority=authority(required=False, nullable=True),
    month=text("Month, as 2026-04: from January of the base year on, none left out"),
    requests=whole("Requests for an assessment received [requests]", 0, nullable=True, required=False),
    refused=whole("Decided not to assess [requests]", 0, nullable=True, required=False),
    new_plans=whole("Plans issued to children who had none [plans]", 0),
    ceased=whole("Plans that ended, children who moved away among them [plans]", 0, nullable=True, required=False),
    moved_in=whole("Children who moved in with a plan [plans]", 0, nullable=True, required=False),
)

SEN_SUPPORT: Final = table(
    "sen_support",
    "Pupils on SEN Support at schools in the area",
    ["authority", "year", "phase"],
    authority=authority(),
    year=year(),
    phase=text("Phase of school; all is every state-funded and independent school", [*PHASES, "all"]),
    pupils=number("Pupils on roll [pupils]; blank where unknown", 0, nullable=True, required=False),
    sen_support_percent=number("SEN Support as a share of pupils [%]", 0, 100),
)

LONG_VIEW: Final = table(
    "long_view",
    "The area's own long series: pupils, SEN Support, plans as its documents give them",
    ["year", "measure"],
    year=year(),
    measure=text("What is counted", ["pupils", "sen_support", "plans"]),
    count=whole("How many", 0),
)
