"""Measures of success for children with SEND: what each is, of whom, of which year, and whether more of it is good.

*of* is what is measured, *group* whom it is measured of: children at SEN Support, with plans, with no SEN, or all. A
year is that in which the period ends: 2025 for academic year 2024/25, for calendar year 2025, and for March 2025.
Meanings: DfE, *Local authority interactive tool*, dictionary of measures, as of November 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GROUPS: Final[dict[str, str]] = {
    "support": "SEN Support",
    "plans": "EHC plan",
    "no_sen": "no SEN",
    "all": "all",
}
THEMES: Final[dict[str, str]] = {
    "attainment": "Attainment",
    "progress": "Progress",
    "after_16": "Education, employment and qualifications after 16",
    "exclusion": "Absence, exclusions and suspensions",
    "process": "Requests, assessments and reviews",
    "out_of_school": "Waiting and out of school",
    "identified": "How many children are identified",
}
PERIODS: Final[tuple[str, ...]] = ("academic", "calendar", "march", "january")


@dataclass(frozen=True)
class SuccessMeasure:
    """One measure of one group of children.

    `better` is 'higher', 'lower' or '' where neither is good by itself; `since` the first year that later ones may be
    set beside, with the reason in `why_since`; `ncys` the school years whose children it is a share of, where it is.
    """

    of: str
    group: str
    theme: str
    says: str
    unit: str
    better: str
    period: str
    since: int = 0
    why_since: str = ""
    ncys: tuple[int, int] | None = None

    @property
    def code(self) -> str:
        """As outcomes.csv has it."""
        return f"{self.of}_{self.group}"

    @property
    def named(self) -> str:
        """In words, with its group."""
        return self.says if self.group == "all" else f"{self.says}: {GROUPS[self.group]}"

    def when(self, year: int) -> str:
        """Return the period that ends in `year`, as people say it: '2024/25', '2025', 'March 2025'."""
        if self.period == "academic":
            return f"{year - 1}/{year % 100:02d}"
        return {"calendar": "", "march": "March ", "january": "January "}[self.period] + str(year)


GRADES: Final = "grades of summer 2020 and 2021 were given by teachers, and those of 2022 set between"
PROFILE: Final = "the profile was changed in September 2021"
THREE: Final = ("support", "plans", "no_sen")


def _each(groups: tuple[str, ...], of: str, theme: str, says: str, **more: object) -> list[SuccessMeasure]:
    given = {"unit": "% of children", "better": "higher", "period": "academic"} | more
    return [SuccessMeasure(of, group, theme, says, **given) for group in groups]  # type: ignore[arg-type]


_KS2: Final = "Expected standard in reading, writing and maths, age 11"
MEASURES: Final[dict[str, SuccessMeasure]] = {
    measure.code: measure
    for measure in (
        *_each(
            THREE[:2],
            "early_years",
            "attainment",
            "Good level of development, age 5",
            since=2022,
            why_since=PROFILE,
            ncys=(0, 0),
        ),
        *_each(THREE, "phonics", "attainment", "Expected standard in phonics, age 6", ncys=(1, 1)),
        *_each(THREE, "key_stage_2", "attainment", _KS2, ncys=(6, 6)),
        *_each(
            THREE, "attainment_8", "attainment", "Attainment 8, age 16", unit="points", since=2023, why_since=GRADES
        ),
        *_each(
            THREE,
            "reading_progress",
            "progress",
            "Progress in reading from age 7 to 11",
            unit="points; 0 is the average of England",
        ),
        *_each(
            THREE,
            "maths_progress",
            "progress",
            "Progress in maths from age 7 to 11",
            unit="points; 0 is the average of England",
        ),
        *_each(
            THREE,
            "progress_8",
            "progress",
            "Progress 8, from age 11 to 16",
            unit="grades a subject; 0 is the average of England",
        ),
        *_each(
            THREE,
            "sustained",
            "after_16",
            "In education, employment or training for two terms after Year 11",
            ncys=(11, 11),
        ),
        *_each(THREE, "level_2", "after_16", "Qualified to level 2 by age 19", ncys=(14, 14)),
        *_each(THREE, "level_3", "after_16", "Qualified to level 3 by age 19", ncys=(14, 14)),
        *_each(
            ("all",),
            "learning_16_17_sen",
            "after_16",
            "Aged 16 and 17 with SEN, in education or training",
            period="march",
        ),
        *_each(
            ("all",),
            "neet_16_17",
            "after_16",
            "Aged 16 and 17, not in education, employment or training",
            period="march",
            better="lower",
            ncys=(12, 13),
        ),
        *_each(("all",), "permanent_exclusion", "exclusion", "Permanent exclusions", better="lower", ncys=(0, 11)),
        *_each(("all",), "suspension", "exclusion", "Suspensions", unit="for each 100 pupils", better="lower"),
        *_each(
            ("all",),
            "suspension_special",
            "exclusion",
            "Suspensions from special schools",
            unit="for each 100 pupils",
            better="lower",
        ),
        *_each(
            ("all",),
            "in_20_weeks",
            "process",
            "New plans issued within 20 weeks, exceptions left out",
            unit="% of new plans",
            period="calendar",
        ),
        *_each(
            ("all",), "requests", "process", "Requests for an assessment", unit="requests", better="", period="calendar"
        ),
        *_each(
            ("all",),
            "refused",
            "process",
            "Requests for an assessment that are refused",
            unit="% of requests",
            better="",
            period="calendar",
        ),
        *_each(
            ("all",),
            "appeals",
            "process",
            "Appeals to the tribunal",
            unit="% of decisions that can be appealed",
            better="lower",
            period="calendar",
        ),
        *_each(
            ("all",),
            "reviews_in_4_weeks",
            "process",
            "Outcomes of annual reviews told within 4 weeks",
            unit="% of reviews",
            period="calendar",
        ),
        *_each(
            ("plans",),
            "elsewhere",
            "out_of_school",
            "Educated elsewhere than at a school or college",
            since=2023,
            why_since="from January 2023 plans are counted child by child",
            unit="% of plans",
            better="lower",
            period="january",
        ),
        *_each(
            ("plans",),
            "without_place",
            "out_of_school",
            "Children with plans and no school place, or waiting for one",
            unit="children",
            better="lower",
            period="january",
        ),
        *_each(("support", "plans"), "identified", "identified", "Pupils", unit="% of pupils", better=""),
        *_each(
            ("support", "plans"),
            "absence",
            "exclusion",
            "Absence",
            unit="% of sessions",
            better="lower",
        ),
        *_each(
            ("all",),
            "complaints",
            "process",
            "Complaints about SEND",
            unit="complaints",
            better="lower",
            period="calendar",
        ),
        *_each(("all",), "internships", "after_16", "Young people on supported internships", unit="young people"),
    )
}
